"""The report as workflow commands that a GitHub runner turns into annotations.

A runner shows ten annotations of each kind a step, so like findings are told once and the most urgent come first. The job
summary is the `markdown` format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate.ports import ReportOptions
from spendgate.reporters.groups import Group, PolicyGroups, sections
from spendgate.reporters.headline import counted, decision_word, reason, summary
from spendgate.reporters.places import file_of, full_message
from spendgate.reporters.safe_text import lines_of, one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Problem, Report

_COMMANDS = {
    "error": "error",
    "block": "error",
    "require-approval": "error",
    "undetermined": "error",
    "warn": "warning",
    "advise": "notice",
    "waived": "notice",
}
_DECISIONS = {"PASS": "notice", "COSTS": "notice", "NOTHING JUDGED": "warning"}
_PROBLEMS = {"error": "error", "warning": "warning"}


class GithubReporter:
    """One command a line: the decision, the findings, the problems."""

    name = "github"
    media_type = "text/plain"
    shows_facets = False

    def render(self, report: Report, options: ReportOptions) -> str:
        """All commands; with verbosity -1 without notices."""
        word = decision_word(report)
        lines = [
            _command(_DECISIONS.get(word, "error"), f"{reason(report)}\n{summary(report)}", title=f"spendgate {word}")
        ]
        for section in sections(report.findings):
            for policy in section.policies:
                lines += [_finding(group, policy, section.level, report) for group in policy.groups]
        lines += [_problem(problem) for problem in report.problems]
        if options.verbosity < 0:
            lines = [lines[0], *(line for line in lines[1:] if not line.startswith("::notice"))]
        return "\n".join(lines) + "\n"


def _finding(group: Group, policy: PolicyGroups, level: str, report: Report) -> str:
    first = group.first
    message = full_message(first, report.currency)
    if len(group.findings) > 1:
        message = f"{group.label} ({counted(len(group.findings), 'resource')}), for one of them: {message}"
    if first.remediation:
        message += "\nTo do: " + "\n".join(lines_of(first.remediation))
    where = {}
    if first.location:
        where["file"] = file_of(first, report)
        if first.location.line:
            where["line"] = str(first.location.line)
    return _command(_COMMANDS.get(level, "warning"), message, **where, title=f"{policy.policy} {policy.title}")


def _problem(problem: Problem) -> str:
    where = {"file": one_line(problem.file)} if problem.file else {}
    if problem.file and problem.line:
        where["line"] = str(problem.line)
    return _command(_PROBLEMS.get(problem.level, "notice"), one_line(problem.message), **where, title="spendgate")


def _command(name: str, message: str, **properties: str) -> str:
    named = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {named}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


REPORTER = GithubReporter()
