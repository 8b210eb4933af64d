"""The findings of a text report: by what they do to the run, then by policy, each with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendgate.reporters.address_text import shorten
from spendgate.reporters.groups import HEADINGS, Group, PolicyGroups, cost_text, priced_in_part, sections
from spendgate.reporters.headline import counted
from spendgate.reporters.ink import Ink
from spendgate.reporters.money_text import is_known, money
from spendgate.reporters.safe_text import columns, lines_of, one_line, wrap

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

_GROUPS_SHOWN = {"error": 25, "block": 25, "require-approval": 25, "undetermined": 25}
_GROUPS_SHOWN_OTHERS = 8
_REMEDY_LINES = 8


@dataclass(frozen=True, slots=True)
class _Costs:
    in_part: frozenset[str]
    currency: str


def finding_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """All findings, long lists cut with a word on how many are left (nothing is cut with verbosity 1)."""
    lines: list[str] = []
    costs = _Costs(priced_in_part(report), report.currency)
    for section in sections(report.findings):
        if lines:
            lines.append("")
        heading = HEADINGS.get(section.level, one_line(section.level))
        lines.append(ink.level(section.level, heading) + ink("dim", f" ({section.count:,})"))
        limit = None if verbosity > 0 else _GROUPS_SHOWN.get(section.level, _GROUPS_SHOWN_OTHERS)
        for policy in section.policies:
            lines += _policy_lines(policy, section.level, costs, ink, width, limit)
    return lines


def _policy_lines(
    policy: PolicyGroups, level: str, costs: _Costs, ink: Ink, width: int, limit: int | None
) -> list[str]:
    title = f"{policy.policy} {policy.title}" + (f" [{policy.severity}]" if policy.severity else "")
    first, *more = wrap(title, width - 2) or [""]
    identifier = policy.policy if first.startswith(policy.policy) else ""
    lines = [f"  {ink('bold', identifier)}{first[len(identifier) :]}", *(f"    {line}" for line in more)]
    shown = policy.groups if limit is None else policy.groups[:limit]
    for group in shown:
        lines += _group_lines(group, policy, level, costs, ink, width)
    if left := sum(len(group.findings) for group in policy.groups[len(shown) :]):
        lines.append(ink("dim", f"    … and {counted(left, 'more finding')} of {policy.policy}; all with -v"))
    if policy.remediation:
        lines += _remedy(policy.remediation, "    ", ink, width, limit)
    return lines


def _group_lines(group: Group, policy: PolicyGroups, level: str, costs: _Costs, ink: Ink, width: int) -> list[str]:
    first = group.first
    cost = cost_text(group, costs.in_part, costs.currency)
    amount = f"{cost}/mo" if cost else ""
    count = f"{len(group.findings):,} resources" if len(group.findings) > 1 else ""
    right = "  ".join(part for part in (count, amount) if part)
    room = width - 4 - (columns(right) + 2 if right else 0)
    label = shorten(group.label, max(room, width // 3))
    blanks = " " * max(room - columns(label), 0)
    lines = [f"    {ink('cyan', label)}{blanks}  {right}" if right else f"    {ink('cyan', label)}"]
    unsure = "Unknown: " if first.verdict == "unknown" and level != "undetermined" else ""
    lines += _indented(unsure + group.message, width)
    if first.residual and first.residual not in first.message:
        lines += _indented(f"Not known: {one_line(first.residual)}", width)
    if first.waiver:
        lines += _indented(f"Waived: {one_line(first.waiver)}", width)
    saving = group.savings_monthly
    if is_known(saving) and saving:
        lines += _indented(f"Would save {money(saving, costs.currency)}/mo.", width)
    if first.location:
        place = f"{one_line(first.location.file)}{f':{first.location.line}' if first.location.line else ''}"
        lines += [ink("dim", line) for line in _indented(f"at {place}", width)]
    if first.remediation and not policy.remediation:
        lines += _remedy(first.remediation, "      ", ink, width, _REMEDY_LINES)
    return lines


def _remedy(text: str, indent: str, ink: Ink, width: int, limit: int | None) -> list[str]:
    """What to do: the first line as a sentence, a snippet below it as it is."""
    said = [line for line in lines_of(text) if line.strip()]
    if not said:
        return []
    lines = [f"{indent}{line}" for line in wrap(f"To do: {said[0].strip()}", width - len(indent))]
    snippet = said[1:] if limit is None else said[1:_REMEDY_LINES]
    for line in snippet:
        deep = f"{indent}  {' ' * min(len(line) - len(line.lstrip()), width // 4)}"
        lines += [ink("dim", f"{deep}{piece}") for piece in wrap(line.strip(), width - len(deep))]
    if len(said) - 1 > len(snippet):
        lines.append(ink("dim", f"{indent}  … {len(said) - 1 - len(snippet)} more lines with -v"))
    return lines


def _indented(text: str, width: int) -> list[str]:
    return [f"      {line}" for line in wrap(text, width - 6)]
