"""The findings of a text report: by what they do to the run, then by policy; the same word on many resources is said once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from spendgate.reporters.address_text import shorten
from spendgate.reporters.groups import HEADINGS, Group, PolicyGroups, Section, cost_text, priced_in_part, sections
from spendgate.reporters.headline import counted
from spendgate.reporters.ink import Ink
from spendgate.reporters.money_text import is_known, money
from spendgate.reporters.safe_text import columns, hanging, lines_of, one_line, wrap

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

_GROUPS_SHOWN = {"error": 25, "block": 25, "require-approval": 25, "undetermined": 25}
_GROUPS_SHOWN_OTHERS = 8
_REMEDY_LINES = 8


def finding_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """All findings, long lists cut with a word on how many are left (nothing is cut with verbosity 1)."""
    writer = _Writer(report, ink, width, everything=verbosity > 0)
    lines: list[str] = []
    for section in sections(report.findings):
        lines += ["", *writer.section(section)] if lines else writer.section(section)
    return lines


class _Writer:
    """Knows the width, the colours, and which costs are lower bounds."""

    def __init__(self, report: Report, ink: Ink, width: int, *, everything: bool) -> None:
        self._ink, self._width, self._everything = ink, width, everything
        self._currency, self._in_part = report.currency, priced_in_part(report)

    def section(self, section: Section) -> list[str]:
        """One level: its heading and its policies."""
        heading = HEADINGS.get(section.level, one_line(section.level))
        lines = [self._ink.level(section.level, heading) + self._ink("dim", f" ({section.count:,})")]
        for policy in section.policies:
            lines += self._policy(policy, section.level)
        return lines

    def _policy(self, policy: PolicyGroups, level: str) -> list[str]:
        title = f"{policy.policy} {policy.title}" + (f" [{policy.severity}]" if policy.severity else "")
        first, *more = hanging(title, self._width, 2)
        lines = [first.replace(policy.policy, self._ink("bold", policy.policy), 1), *more]
        limit = len(policy.groups) if self._everything else _GROUPS_SHOWN.get(level, _GROUPS_SHOWN_OTHERS)
        for alike in _alike(policy.groups[:limit]):
            for group in alike:
                lines += self._resource(group)
            lines += self._said(alike[0], policy, level)
        if left := sum(len(group.findings) for group in policy.groups[limit:]):
            said = f"… and {counted(left, 'more finding')} of {policy.policy}; all with -v"
            lines += [self._ink("dim", f"    {line}") for line in wrap(said, self._width - 4)]
        if policy.remediation:
            lines += self._remedy(policy.remediation, "    ")
        return lines

    def _resource(self, group: Group) -> list[str]:
        """The address, how many it stands for and what they cost on the right, what could be saved, where it stands."""
        first = group.first
        cost, saving = cost_text(group, self._in_part, self._currency), group.savings_monthly
        facts = [counted(len(group.findings), "resource")] if len(group.findings) > 1 else []
        facts += [f"{cost}/mo"] if cost else []
        if saving and is_known(saving):
            by = f" ({one_line(group.savings_by)})" if group.savings_by else ""
            facts.append(f"would save {money(saving, self._currency)}/mo{by}")
        right = ", ".join(facts)
        label = shorten(group.label, self._width - 4)
        room = self._width - 4 - columns(right) - 2
        if not right:
            lines = [f"    {self._ink('cyan', label)}"]
        elif columns(label) <= room:
            lines = [f"    {self._ink('cyan', label)}{' ' * (room - columns(label))}  {right}"]
        else:
            lines = [f"    {self._ink('cyan', label)}", *self._indented(right)]
        if first.location:
            place = f"{one_line(first.location.file)}{f':{first.location.line}' if first.location.line else ''}"
            lines += [self._ink("dim", line) for line in self._indented(f"at {place}")]
        return lines

    def _said(self, group: Group, policy: PolicyGroups, level: str) -> list[str]:
        first = group.first
        unsure = "Unknown: " if first.verdict == "unknown" and level != "undetermined" else ""
        lines = self._indented(unsure + group.message)
        if first.residual and first.residual not in first.message:
            lines += self._indented(f"Not known: {one_line(first.residual)}")
        if first.waiver:
            lines += self._indented(f"Waived: {one_line(first.waiver)}")
        if first.remediation and not policy.remediation:
            lines += self._remedy(first.remediation, "      ")
        return lines

    def _remedy(self, text: str, indent: str) -> list[str]:
        """What to do: the first line as a sentence, a snippet below it as it is."""
        said = [line for line in lines_of(text) if line.strip()]
        if not said:
            return []
        lines = [f"{indent}{line}" for line in wrap(f"To do: {said[0].strip()}", self._width - len(indent))]
        snippet = said[1:] if self._everything else said[1:_REMEDY_LINES]
        for line in snippet:
            deep = f"{indent}  {' ' * min(len(line) - len(line.lstrip()), self._width // 4)}"
            lines += [self._ink("dim", f"{deep}{piece}") for piece in wrap(line.strip(), self._width - len(deep))]
        if len(said) - 1 > len(snippet):
            lines.append(self._ink("dim", f"{indent}  … {len(said) - 1 - len(snippet)} more lines with -v"))
        return lines

    def _indented(self, text: str) -> list[str]:
        return [f"      {line}" for line in wrap(text, self._width - 6)]


def _alike(groups: Iterable[Group]) -> list[list[Group]]:
    """Groups of which the policy says the very same, together, in the order of their first."""
    alike: dict[tuple[str | None, ...], list[Group]] = {}
    for group in groups:
        first = group.first
        key = (group.message, first.verdict, first.residual, first.waiver, first.remediation)
        alike.setdefault(key, []).append(group)
    return list(alike.values())
