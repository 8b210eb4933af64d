"""Findings in the order in which people need them: what stops the run first, like findings told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from spendgate.model.frozen import Frozen
from spendgate.reporters.address_text import pattern, together
from spendgate.reporters.money_text import is_known, money
from spendgate.reporters.safe_text import one_line

if TYPE_CHECKING:
    from spendgate.wire.v1 import Finding, Report

LEVELS = ("error", "block", "require-approval", "undetermined", "warn", "advise", "waived")
"""What a finding does to the run, most urgent first. `undetermined`: an unknown that forbids a pass."""

HEADINGS = {
    "error": "Could not be judged",
    "block": "Blocked",
    "require-approval": "Needs approval",
    "undetermined": "Undetermined: no pass until this is known",
    "warn": "Warnings",
    "advise": "Advice",
    "waived": "Waived",
}
_INCOMPLETE = ("partial", "unpriced", "unsupported")
_HOLDS_BACK = ("block", "require-approval")


def level_of(finding: Finding) -> str:
    """What the finding does to the run: one of `LEVELS`."""
    if finding.verdict == "error":
        return "error"
    if finding.verdict == "excepted":
        return "waived"
    if finding.verdict == "unknown":
        level = finding.on_unknown or "warn"
        return "undetermined" if level in _HOLDS_BACK else level
    return finding.enforcement


class Group(Frozen):
    """Findings of one policy that say the same about instances of one address."""

    findings: tuple[Finding, ...]
    label: str
    """The address, the addresses together, or `the whole change`; safe to show."""
    message: str
    """What is said, without the address where it only repeats the label; safe to show."""

    @property
    def first(self) -> Finding:
        """The finding that stands for all: they differ in nothing but the instance."""
        return self.findings[0]

    @property
    def cost_monthly(self) -> Decimal | None:
        """What all of them cost together, or None when that is not known of each."""
        return _sum([finding.cost_monthly for finding in self.findings])

    @property
    def savings_monthly(self) -> Decimal | None:
        """What all of them would save together, or None when that is not known of each."""
        return _sum([finding.savings_monthly for finding in self.findings])

    @property
    def savings_by(self) -> str:
        """How that was worked out: `re-priced`, `formula`, or both."""
        return " and ".join(sorted({finding.savings_by for finding in self.findings if finding.savings_by}))


class PolicyGroups(Frozen):
    """What one policy found on one level."""

    policy: str
    title: str
    severity: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """How many findings that is."""
        return sum(len(group.findings) for group in self.groups)

    @property
    def remediation(self) -> str | None:
        """What to do, when all findings of the policy say the same."""
        said = {group.first.remediation for group in self.groups}
        return said.pop() if len(said) == 1 else None


class Section(Frozen):
    """All findings of one level, by policy, in the report's order within each."""

    level: str
    policies: tuple[PolicyGroups, ...]

    @property
    def count(self) -> int:
        """How many findings that is."""
        return sum(policy.count for policy in self.policies)


def sections(findings: Iterable[Finding]) -> list[Section]:
    """The findings by level and policy; sections without findings are left out. A level of another version comes last."""
    by_level: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        by_level.setdefault(level_of(finding), {}).setdefault(finding.policy, []).append(finding)
    order = [*LEVELS, *sorted(set(by_level) - set(LEVELS))]
    return [
        Section(level, tuple(_policy(found) for _, found in sorted(by_level[level].items())))
        for level in order
        if level in by_level
    ]


def priced_in_part(report: Report) -> frozenset[str]:
    """Addresses of changes with a part that has no price: what such a resource costs is only a lower bound."""
    return frozenset(
        one.address
        for one in report.changes
        if (one.cost.state_after if one.cost.state_after != "none" else one.cost.state_before) in _INCOMPLETE
    )


def cost_text(group: Group, in_part: frozenset[str], currency: str) -> str:
    """What the resources of a group cost in a month: `$12.00`, `≥$12.00` when a part has no price, empty when not known."""
    cost = group.cost_monthly
    if cost is None or not cost:
        return ""
    bound = "≥" if any(finding.address in in_part for finding in group.findings) else ""
    return f"{bound}{money(cost, currency)}"


def _policy(findings: Sequence[Finding]) -> PolicyGroups:
    first = findings[0]
    like: dict[tuple[str | None, ...], list[Finding]] = {}
    for finding in findings:
        said = finding.message.replace(finding.address, "\0") if finding.address else finding.message
        key = (
            pattern(finding.address),
            finding.verdict,
            said,
            finding.residual,
            finding.remediation,
            finding.waiver,
            finding.location.file if finding.location else None,
        )
        like.setdefault(key, []).append(finding)
    groups = tuple(_group(found) for found in like.values())
    return PolicyGroups(one_line(first.policy), one_line(first.title), one_line(first.severity), groups)


def _group(findings: Sequence[Finding]) -> Group:
    first = findings[0]
    label = together([finding.address for finding in findings]) if first.address else "the whole change"
    message = one_line(first.message.replace(first.address, label) if first.address else first.message)
    for joint in (" ", ": "):
        message = message.removeprefix(label + joint)
    return Group(tuple(findings), label, message)


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None or not is_known(amount):
            return None
        if amount.is_infinite():
            return amount
        total += amount
    return total
