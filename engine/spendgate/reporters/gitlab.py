"""The findings as a GitLab code-quality report: what a merge request lists beside its diff."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from spendgate.ports import ReportOptions
from spendgate.reporters.groups import level_of
from spendgate.reporters.places import file_of, fingerprint_of, full_message, line_of
from spendgate.reporters.safe_text import one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Finding, Report

_SEVERITIES = {
    "error": "blocker",
    "block": "critical",
    "require-approval": "major",
    "undetermined": "major",
    "warn": "minor",
    "advise": "info",
    "waived": "info",
}


class GitlabReporter:
    """A list of issues. Severity follows what the finding does to the run, not how bad the policy says it is."""

    name = "gitlab"
    media_type = "application/json"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole list; width, colour and verbosity change nothing."""
        seen: Counter[str] = Counter()
        issues = [_issue(finding, report, seen) for finding in report.findings]
        return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(finding: Finding, report: Report, seen: Counter[str]) -> dict[str, Any]:
    # NOTE: GitLab drops an issue whose fingerprint it has already read.
    fingerprint = fingerprint_of(finding)
    seen[fingerprint] += 1
    again = f"-{seen[fingerprint]}" if seen[fingerprint] > 1 else ""
    return {
        "description": f"{one_line(finding.policy)}: {full_message(finding, report.currency)}",
        "check_name": one_line(finding.policy),
        "fingerprint": f"{fingerprint}{again}",
        "severity": _SEVERITIES.get(level_of(finding), "minor"),
        "location": {"path": file_of(finding, report).lstrip("/"), "lines": {"begin": line_of(finding)}},
    }


REPORTER = GitlabReporter()
