"""The report as a list of tests: what JUnit and TAP can say, with a line for whatever passed, failed or was not judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from spendgate.model.frozen import Frozen
from spendgate.reporters.groups import level_of
from spendgate.reporters.headline import counted, decision_word, reason, summary
from spendgate.reporters.places import file_of, full_message, line_of
from spendgate.reporters.safe_text import lines_of, one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Finding, Report

_OUTCOMES = {
    "error": "error",
    "block": "failure",
    "require-approval": "failure",
    "undetermined": "error",
    "warn": "skipped",
    "advise": "skipped",
    "waived": "skipped",
}
_DECISIONS = {"PASS": "pass", "FAIL": "failure", "NOTHING JUDGED": "skipped", "COSTS": "skipped"}


class Check(Frozen):
    """One test. `outcome`: `pass`, `failure`, `error` (could not be told) or `skipped` (told, but fails nothing)."""

    suite: str
    title: str
    name: str
    outcome: str
    kind: str
    message: str
    details: tuple[str, ...] = ()


def checks(report: Report) -> Iterator[Check]:
    """The decision of the run first, then each policy: its findings, how many resources pass, or that nothing matched."""
    word = decision_word(report)
    said = f"{word}: {reason(report)}"
    problems = tuple(f"{one_line(one.level)}: {one_line(one.message)}" for one in report.problems)
    outcome = _DECISIONS.get(word, "error")
    yield Check(
        "spendgate", "Decision of the run", "decision", outcome, word.lower(), said, (summary(report), *problems)
    )
    by_policy: dict[str, list[Finding]] = {policy.id: [] for policy in report.policies}
    titles = {policy.id: policy.title for policy in report.policies}
    for finding in report.findings:
        by_policy.setdefault(finding.policy, []).append(finding)
        titles.setdefault(finding.policy, finding.title)
    passed = {policy.id: policy.passed for policy in report.policies}
    for policy, findings in by_policy.items():
        suite, title = one_line(policy), one_line(titles[policy])
        if count := passed.get(policy, 0):
            yield Check(suite, title, f"{counted(count, 'resource')} pass", "pass", "pass", "")
        elif not findings:
            yield Check(suite, title, "nothing matched", "skipped", "idle", "The policy matched nothing.")
        for finding in findings:
            yield _check(finding, report, suite, title)


def _check(finding: Finding, report: Report, suite: str, title: str) -> Check:
    level = level_of(finding)
    details = [f"at {file_of(finding, report)}:{line_of(finding)}"] if finding.location else []
    if finding.remediation:
        details.append("To do:")
        details += [f"  {line}" for line in lines_of(finding.remediation)]
    return Check(
        suite,
        title,
        one_line(finding.address) or "the whole change",
        _OUTCOMES.get(level, "error"),
        f"{finding.verdict}: {level}" if finding.verdict != "fail" else level,
        full_message(finding, report.currency),
        tuple(details),
    )
