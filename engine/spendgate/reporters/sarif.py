"""The findings as SARIF 2.1.0, for code-scanning pages: rules with help, places, fingerprints.

An unknown is given as a result that people see (`error` when it forbids a pass, else `warning`) and says `Undetermined` or
`Unknown`: SARIF's own kind `open` would make it level `none`, which such pages hide.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from spendgate.ports import ReportOptions
from spendgate.reporters.groups import level_of
from spendgate.reporters.headline import reason, summary
from spendgate.reporters.places import file_of, fingerprint_of, full_message, line_of
from spendgate.reporters.safe_text import lines_of, one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Finding, Problem, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    "error": "error",
    "block": "error",
    "require-approval": "error",
    "undetermined": "error",
    "warn": "warning",
    "advise": "note",
    "waived": "note",
}
_PROBLEM_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class SarifReporter:
    """One run; one rule a policy, one result a finding. Problems are notifications of the tool."""

    name = "sarif"
    media_type = "application/sarif+json"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """The whole log; width, colour and verbosity change nothing."""
        rules = _rules(report)
        places = {rule["id"]: place for place, rule in enumerate(rules)}
        run: dict[str, Any] = {
            "tool": {
                "driver": {
                    "name": "spendgate",
                    "semanticVersion": one_line(report.run.spendgate),
                    "version": one_line(report.run.spendgate),
                    "rules": rules,
                }
            },
            "automationDetails": {"id": f"spendgate/{'+'.join(map(one_line, report.run.inputs))}/"},
            "invocations": [_invocation(report)],
            "results": [_result(finding, report, places[one_line(finding.policy)]) for finding in report.findings],
            "columnKind": "unicodeCodePoints",
            "properties": {
                "decision": one_line(report.decision),
                "reason": reason(report),
                "summary": summary(report),
            },
        }
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
        return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rules(report: Report) -> list[dict[str, Any]]:
    """A rule for each policy of the run, and for any other that a finding names."""
    remedies: dict[str, str] = {}
    for finding in report.findings:
        if finding.remediation:
            remedies.setdefault(finding.policy, finding.remediation)
    known = {policy.id: (policy.title, policy.enforcement, policy.severity) for policy in report.policies}
    for finding in report.findings:
        known.setdefault(finding.policy, (finding.title, finding.enforcement, finding.severity))
    return [_rule(name, *facts, remedies.get(name)) for name, facts in known.items()]


def _rule(name: str, title: str, enforcement: str, severity: str, remedy: str | None) -> dict[str, Any]:
    said = one_line(title) or one_line(name)
    todo = "\n".join(lines_of(remedy)) if remedy else "Change the resource, or ask for a waiver with an end date."
    return {
        "id": one_line(name),
        "name": "".join(word.capitalize() for word in re.findall(r"\w+", said)) or one_line(name),
        "shortDescription": {"text": said},
        "fullDescription": {"text": said},
        "help": {"text": f"{said}\n\n{todo}"},
        "defaultConfiguration": {"level": _LEVELS.get(enforcement, "warning")},
        "properties": {"tags": ["cost"], "severity": one_line(severity), "enforcement": one_line(enforcement)},
    }


def _result(finding: Finding, report: Report, rule: int) -> dict[str, Any]:
    fingerprint = fingerprint_of(finding)
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(file_of(finding, report)),
            "region": {"startLine": line_of(finding)},
        }
    }
    if finding.address:
        location["logicalLocations"] = [{"fullyQualifiedName": one_line(finding.address), "kind": "resource"}]
    properties = {
        "verdict": one_line(finding.verdict),
        "severity": one_line(finding.severity),
        "costMonthly": str(finding.cost_monthly) if finding.cost_monthly is not None else None,
        "savingsMonthly": str(finding.savings_monthly) if finding.savings_monthly is not None else None,
        "savingsBy": finding.savings_by,
        "currency": one_line(report.currency),
    }
    result: dict[str, Any] = {
        "ruleId": one_line(finding.policy),
        "ruleIndex": rule,
        "level": _LEVELS.get(level_of(finding), "warning"),
        "message": {"text": full_message(finding, report.currency)},
        "locations": [location],
        "partialFingerprints": {"spendgate/v1": fingerprint, "primaryLocationLineHash": fingerprint},
        "properties": {key: value for key, value in properties.items() if value is not None},
    }
    if finding.verdict == "excepted":
        justification = one_line(finding.waiver or "waived")
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _artifact(path: str) -> dict[str, Any]:
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _invocation(report: Report) -> dict[str, Any]:
    invocation: dict[str, Any] = {
        "executionSuccessful": report.decision != "error",
        "exitCode": report.exit_code,
        "toolExecutionNotifications": [_notification(problem) for problem in report.problems],
    }
    if _TIME.fullmatch(report.run.time):
        invocation["endTimeUtc"] = report.run.time
    return invocation


def _notification(problem: Problem) -> dict[str, Any]:
    note: dict[str, Any] = {
        "level": _PROBLEM_LEVELS.get(problem.level, "warning"),
        "message": {"text": one_line(problem.message) or "no message"},
        "properties": {"undetermined": problem.undetermined},
    }
    if problem.file:
        place: dict[str, Any] = {"artifactLocation": _artifact(one_line(problem.file).replace("\\", "/"))}
        if problem.line and problem.line > 0:
            place["region"] = {"startLine": problem.line}
        note["locations"] = [{"physicalLocation": place}]
    return note


REPORTER = SarifReporter()
