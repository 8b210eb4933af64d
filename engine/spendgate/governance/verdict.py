"""The decision of a run: one precedence, in one place.

error (exit 2) > fail (1) > undetermined (3) > pass (0, or 4 for warnings when they are asked to count).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spendgate.model.finding import Decision, Enforcement, Finding, Verdict
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Level, Problem

PASS, FAIL, ERROR, UNDETERMINED, WARNED = 0, 1, 2, 3, 4
"""Exit codes of a run."""


class Ruling(Frozen):
    """The decision with its exit code and, in one sentence, why."""

    decision: Decision
    exit_code: int
    reason: str


def rule(
    findings: Sequence[Finding],
    problems: Iterable[Problem],
    *,
    fail_on: Enforcement = Enforcement.REQUIRE_APPROVAL,
    soft_fail: bool = False,
    judged: int | None = None,
    matched: int | None = None,
) -> Ruling:
    """Decide a run.

    `fail_on` is the enforcement from which a failure counts: `WARN` makes warnings exit 4, `BLOCK` lets what needs an approval
    through. `soft_fail` keeps the decision and exits 0 in place of 1, 3 and 4; an error stays an error. `matched` counts the
    cases that any policy matched: without one a pass says that nothing was judged.
    """
    problems = tuple(problems)
    ruling = (
        _error(findings, problems)
        or _fail(findings, fail_on)
        or _undetermined(findings, problems)
        or _pass(findings, fail_on, judged, matched)
    )
    if soft_fail and ruling.exit_code not in (PASS, ERROR):
        return Ruling(ruling.decision, PASS, f"{ruling.reason}; it does not fail the run (--soft-fail)")
    return ruling


def _error(findings: Sequence[Finding], problems: Sequence[Problem]) -> Ruling | None:
    broken = [finding for finding in findings if finding.verdict is Verdict.ERROR]
    if broken:
        return Ruling(Decision.ERROR, ERROR, f"{_counted(broken, 'policy', 'policies')} could not be judged")
    unread = [problem for problem in problems if problem.level is Level.ERROR]
    if unread:
        return Ruling(Decision.ERROR, ERROR, f"{_count(len(unread), 'error')} while reading: nothing is certain")
    return None


def _fail(findings: Sequence[Finding], fail_on: Enforcement) -> Ruling | None:
    threshold = max(fail_on, Enforcement.REQUIRE_APPROVAL)
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL and finding.enforcement >= threshold]
    if not failed:
        return None
    blocked = [finding for finding in failed if finding.enforcement is Enforcement.BLOCK]
    waiting = [finding for finding in failed if finding.enforcement is Enforcement.REQUIRE_APPROVAL]
    parts = []
    if blocked:
        parts.append(f"{_counted(blocked, 'policy', 'policies')} block{'s' if _policies(blocked) == 1 else ''} it")
    if waiting:
        parts.append(
            f"{_counted(waiting, 'policy', 'policies')} ask{'s' if _policies(waiting) == 1 else ''} for an approval"
        )
    return Ruling(Decision.FAIL, FAIL, " and ".join(parts))


def _undetermined(findings: Sequence[Finding], problems: Sequence[Problem]) -> Ruling | None:
    open_ = [finding for finding in findings if _is_open(finding)]
    halves = [problem for problem in problems if problem.undetermined]
    if not open_ and not halves:
        return None
    parts = []
    if open_:
        parts.append(f"{_counted(open_, 'policy', 'policies')} cannot be decided yet")
    if halves:
        parts.append(
            halves[0].message if len(halves) == 1 else f"{len(halves)} reasons why the input is not the whole story"
        )
    return Ruling(Decision.UNDETERMINED, UNDETERMINED, "; ".join(parts))


def _is_open(finding: Finding) -> bool:
    """Whether a finding leaves open what would hold the run up: an unknown that counts, or a mild failure that may be a worse
    one, because a stricter case of its policy is unknown (then it has a residual)."""
    if finding.on_unknown < Enforcement.REQUIRE_APPROVAL:
        return False
    if finding.verdict is Verdict.FAIL:
        return finding.residual is not None and finding.enforcement < Enforcement.REQUIRE_APPROVAL
    return finding.verdict is Verdict.UNKNOWN


def _pass(findings: Sequence[Finding], fail_on: Enforcement, judged: int | None, matched: int | None) -> Ruling:
    warned = [f for f in findings if f.verdict is Verdict.FAIL and f.enforcement >= min(fail_on, Enforcement.WARN)]
    unsure = [f for f in findings if f.verdict is Verdict.UNKNOWN]
    let_through = [f for f in findings if f.verdict is Verdict.FAIL and f.enforcement > Enforcement.WARN]
    if fail_on <= Enforcement.WARN and (warned or unsure):
        return Ruling(
            Decision.PASS, WARNED, f"{_count(len(warned) + len(unsure), 'warning')}, and warnings are asked to count"
        )
    if judged == 0:
        return Ruling(Decision.PASS, PASS, "nothing changes, so there was nothing to judge")
    if matched == 0:
        return Ruling(Decision.PASS, PASS, "no policy matches anything in it, so nothing was judged")
    said = []
    if let_through:
        said.append(f"{_count(len(let_through), 'failure')} let through by --fail-on")
    if count := len(warned) - len(let_through):
        said.append(_count(count, "warning"))
    if unsure:
        said.append(f"{_count(len(unsure), 'verdict')} unknown")
    return Ruling(Decision.PASS, PASS, ", ".join(said) if said else "every policy that applies holds")


def _policies(findings: Sequence[Finding]) -> int:
    return len({finding.policy for finding in findings})


def _counted(findings: Sequence[Finding], one: str, many: str) -> str:
    count = _policies(findings)
    return f"{count} {one if count == 1 else many}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
