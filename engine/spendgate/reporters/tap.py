"""The report in the Test Anything Protocol, version 14: what fails the run is `not ok`, what only warns is a TODO."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from spendgate.ports import ReportOptions
from spendgate.reporters.checks import Check, checks

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report


class TapReporter:
    """One test point for the run and for each finding, with its message in a YAML block."""

    name = "tap"
    media_type = "text/plain"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole stream; width, colour and verbosity change nothing."""
        found = list(checks(report))
        lines = ["TAP version 14", f"1..{len(found)}"]
        for number, check in enumerate(found, 1):
            lines += _point(number, check)
        return "\n".join(lines) + "\n"


def _point(number: int, check: Check) -> list[str]:
    ok = "ok" if check.outcome == "pass" else "not ok"
    directive = ""
    if check.outcome == "skipped":
        nothing = check.kind in ("idle", "nothing judged", "costs")
        ok, directive = ("ok", f" # SKIP {check.kind}") if nothing else ("not ok", f" # TODO {check.kind}")
    lines = [f"{ok} {number} - {_escaped(f'{check.suite} {check.name}')}{directive}"]
    if check.message:
        block = [f"  message: {json.dumps(check.message, ensure_ascii=False)}"]
        if check.details:
            block.append(f"  details: {json.dumps(list(check.details), ensure_ascii=False)}")
        lines += ["  ---", *block, "  ..."]
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("#", "\\#")


REPORTER = TapReporter()
