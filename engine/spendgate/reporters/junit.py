"""The report as JUnit XML: a suite for each policy, a test case for each finding.

A failure is what fails the run; an error is what could not be told and forbids a pass. Warnings, advice and what is waived
are `skipped` with their message: a page of test results has no word that is nearer.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from spendgate.ports import ReportOptions
from spendgate.reporters.checks import Check, checks
from spendgate.reporters.safe_text import one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report


class JunitReporter:
    """Elements and attributes that Jenkins' schema knows, and no others."""

    name = "junit"
    media_type = "application/xml"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole document; width, colour and verbosity change nothing."""
        found = list(checks(report))
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="spendgate"{_counts(found, totals=True)}>',
        ]
        time = f" timestamp={quoteattr(one_line(report.run.time))}" if report.run.time else ""
        for suite, cases in groupby(found, key=lambda check: (check.suite, check.title)):
            of_suite = list(cases)
            name = f"{suite[0]} {suite[1]}".strip()
            lines.append(f"  <testsuite name={quoteattr(name)}{_counts(of_suite)}{time}>")
            for check in of_suite:
                lines += _case(check)
            lines.append("  </testsuite>")
        return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(found: list[Check], *, totals: bool = False) -> str:
    outcomes = Counter(check.outcome for check in found)
    counted = f' tests="{len(found)}" failures="{outcomes["failure"]}" errors="{outcomes["error"]}"'
    return counted if totals else f'{counted} skipped="{outcomes["skipped"]}"'


def _case(check: Check) -> list[str]:
    opening = f"    <testcase name={quoteattr(check.name)} classname={quoteattr(check.suite)}"
    if check.outcome == "pass":
        return [f"{opening}/>"]
    if check.outcome == "skipped":
        return [
            f"{opening}>",
            f"      <skipped message={quoteattr(f'{check.kind}: {check.message}')}/>",
            "    </testcase>",
        ]
    text = escape("\n".join((check.message, *check.details)))
    kind = f"type={quoteattr(check.kind)} message={quoteattr(check.message)}"
    return [f"{opening}>", f"      <{check.outcome} {kind}>{text}</{check.outcome}>", "    </testcase>"]


REPORTER = JunitReporter()
