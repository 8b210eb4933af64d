"""What every format says first and last: what was read, what was decided, what it costs, how much of it is known."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from spendgate.reporters.groups import level_of
from spendgate.reporters.money_text import total_delta
from spendgate.reporters.safe_text import one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

_ACTIONS = ("create", "update", "replace", "delete", "import", "move", "forget", "declare", "exists", "read", "no-op")
_SOURCES = {
    "plan": "Terraform plan",
    "source": "Terraform source",
    "k8s": "Kubernetes manifests",
    "inventory": "inventory",
    "gateway": "LLM gateway configuration",
}
_TALLIES = (
    ("error", "could not be judged"),
    ("failed", "failed"),
    ("warn", "warned"),
    ("advise", "advised"),
    ("waived", "waived"),
    ("unknown", "unknown"),
)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 change`, `1,204 changes`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def was_judged(report: Report) -> bool:
    """Whether any policy was put to anything and matched it. A run that judged nothing never shows as a success."""
    counts = report.counts
    verdicts = counts.passed + counts.fail + counts.unknown + counts.excepted + counts.error
    return counts.judged > 0 and counts.policies > 0 and verdicts > 0


def decision_word(report: Report) -> str:
    """The decision in one word: `PASS`, `FAIL`, `UNDETERMINED`, `ERROR`; `NOTHING JUDGED` instead of an empty pass.

    A report of costs alone has the decision `none`, and its word is `COSTS`.
    """
    if report.decision == "none":
        return "COSTS"
    if report.decision == "pass" and not was_judged(report):
        return "NOTHING JUDGED"
    return one_line(report.decision).upper()


def reason(report: Report) -> str:
    """Why, in one sentence."""
    if report.decision == "none":
        return "nothing was judged"
    if report.reason:
        return one_line(report.reason)
    if not report.counts.changes:
        return "no change was found in the input"
    if not report.counts.policies:
        return "no policy was asked"
    if not report.counts.judged:
        return "no change is of a kind that is judged"
    return tallies(report)


def inputs(report: Report) -> str:
    """What was read and by which version: `plan.json (Terraform plan, written by 1.9.5, workspace prod)`."""
    run = report.run
    named = ", ".join(one_line(name) for name in run.inputs) or "no input"
    facts = [_SOURCES.get(source, one_line(source)) for source in dict.fromkeys(run.sources)]
    if run.terraform_version:
        facts.append(f"version {one_line(run.terraform_version)}")
    if run.workspace:
        facts.append(f"workspace {one_line(run.workspace)}")
    return named + (f" ({', '.join(facts)})" if facts else "")


def changes_by_action(report: Report) -> str:
    """`16 changes: 11 create, 2 update, 1 delete, 2 no-op`, as the input says them."""
    by_action = report.counts.by_action
    order = [*_ACTIONS, *sorted(set(by_action) - set(_ACTIONS))]
    listed = ", ".join(f"{by_action[action]:,} {one_line(action)}" for action in order if by_action.get(action))
    total = counted(report.counts.changes, "change") if report.counts.changes else "no changes"
    return f"{total}: {listed}" if listed else total


def tallies(report: Report) -> str:
    """`3 failed, 1 warned, 2 waived, 4 unknown`: what was found, in numbers; only what there is."""
    if not was_judged(report):
        return "nothing was judged"
    found: Counter[str] = Counter()
    for finding in report.findings:
        level = level_of(finding)
        if finding.verdict == "unknown":
            found["unknown"] += 1
        else:
            found["failed" if level in ("block", "require-approval") else level] += 1
    said = [f"{found[key]:,} {word}" for key, word in _TALLIES if found[key]]
    if said:
        return ", ".join(said)
    return f"none failed, {report.counts.passed:,} passed" if report.counts.passed else "no policy matched anything"


def coverage(report: Report) -> str:
    """`96% of resources priced, prices of 2026-07-30`. The share is rounded down: 99.9% is not all."""
    share = report.cost.coverage
    if share is None or share.is_nan():
        known = "no billable resources"
    elif 0 < share < 1:
        known = f"{max(int(share * 100), 1)}% of resources priced"
    else:
        known = f"{int(share * 100)}% of resources priced"
    if report.cost.needs_usage:
        known += f", {report.cost.needs_usage:,} {'needs' if report.cost.needs_usage == 1 else 'need'} usage"
    dated = f"prices of {one_line(report.prices.as_of)}" if report.prices.as_of else "no price book"
    return f"{known}, {dated}"


def summary(report: Report) -> str:
    """The last line of `text`: policies and verdicts, cost delta, coverage."""
    counts = report.counts
    asked = counted(counts.policies, "policy", "policies") if counts.policies else "no policies"
    seen = counts.judged if counts.policies else counts.changes
    judged = f"{asked} on {counted(seen, 'resource')}: {tallies(report)}"
    return f"{judged} | {total_delta(report.cost, report.currency)} | {coverage(report)}"
