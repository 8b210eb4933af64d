"""What `spendgate policy test` says beside its list: coverage of conditions, and JUnit for CI."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import click

if TYPE_CHECKING:
    from spendgate.policies.coverage import Covered
    from spendgate.policies.testing import TestResult


def show_coverage(found: Sequence[Covered]) -> None:
    """The conditions that tests have not seen both ways, and how many they have."""
    for each in found:
        if each.missing:
            click.echo(f"      {each.policy}  {each.condition}: {each.missing}")
    both = sum(each.missing is None for each in found)
    share = f" ({both * 100 // len(found)} %)" if found else ""
    click.echo(f"{both} of {len(found)} conditions were seen both true and false{share}")


def junit(results: Sequence[TestResult], untested: Sequence[str]) -> str:
    """The results as JUnit XML: one suite, a test case each; a policy without a test is a failure."""
    failures = sum(not result.passed for result in results) + len(untested)
    suite = Xml.Element(
        "testsuite",
        name="spendgate policy test",
        tests=str(len(results) + len(untested)),
        failures=str(failures),
        errors="0",
    )
    for result in results:
        case = Xml.SubElement(suite, "testcase", classname=_plain(result.policy), name=_plain(result.name))
        if result.file:
            case.set("file", _plain(result.file))
        if not result.passed:
            said = f"expected {result.expected}, got {result.actual}"
            Xml.SubElement(case, "failure", message=_plain(said)).text = _plain(result.message)
    for policy in untested:
        case = Xml.SubElement(suite, "testcase", classname=_plain(policy), name="has a test")
        Xml.SubElement(case, "failure", message="it has no test")
    Xml.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suite, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    """A text without the signs that XML has no place for."""
    return "".join(sign if sign in "\t\n" or sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
