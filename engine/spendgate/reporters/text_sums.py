"""Sums of a text report beside its table of costs: totals by group with what is in them, unit costs, energy and emissions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from spendgate.reporters.address_text import shorten
from spendgate.reporters.cost_rows import SIGNS, delta_text, side_text
from spendgate.reporters.headline import counted
from spendgate.reporters.ink import Ink
from spendgate.reporters.money_text import NOT_KNOWN, is_known, money, plain, quantity, rate, signed
from spendgate.reporters.safe_text import columns, cut, one_line, pad_left, pad_right, wrap

if TYPE_CHECKING:
    from spendgate.wire.v1 import Change, Group, Report

_MEMBERS = 8
_GAP = 2
_HEADINGS = ("before", "after", "delta")


def group_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """A tree for each path that was grouped by: groups with their totals, the resources of each below it."""
    if not report.groups:
        return []
    by_address = {change.address: change for change in report.changes}
    lines: list[str] = []
    for path in dict.fromkeys(group.by for group in report.groups):
        if lines:
            lines.append("")
        groups = [group for group in report.groups if group.by == path]
        lines += _tree(groups, path, by_address, report.currency, ink, width, verbosity)
    return lines


def _tree(
    groups: list[Group],
    path: str,
    by_address: dict[str, Change],
    currency: str,
    ink: Ink,
    width: int,
    verbosity: int,
) -> list[str]:
    rows: list[tuple[str, tuple[str, str, str], bool]] = []
    for group in groups:
        depth = group.value.count("module.") - 1 if path == "module" and group.value.startswith("module.") else 0
        label = f"{'  ' * depth}{one_line(group.value)} ({_held(group)})"
        rows.append((label, group_cells(group), True))
        members = [by_address[address] for address in group.addresses if address in by_address]
        members.sort(key=lambda change: (-_weight(change), change.address))
        shown = members if verbosity > 0 else members[:_MEMBERS]
        for member in shown:
            cost = member.cost
            cells = (
                side_text(cost.state_before, cost.before_monthly.expected),
                side_text(cost.state_after, cost.after_monthly.expected),
                delta_text(member),
            )
            rows.append((f"{'  ' * depth}  {SIGNS.get(member.action, ' ')} {one_line(member.address)}", cells, False))
        if len(members) > len(shown):
            rows.append(
                (f"{'  ' * depth}    … and {len(members) - len(shown):,} more; all with -v", ("", "", ""), False)
            )
    wide = [max(columns(_HEADINGS[at]), *(columns(cells[at]) for _, cells, _ in rows)) for at in range(3)]
    room = max(width - sum(wide) - 3 * _GAP, 20)
    title = cut(f"By {one_line(path)}, per month in {one_line(currency)}", room)
    lines = [ink("bold", pad_right(title, room)) + ink("dim", _cells(_HEADINGS, wide))]
    for label, cells, heading in rows:
        indent = len(label) - len(label.lstrip(" "))
        fitted = " " * indent + (cut if heading else shorten)(label.strip(" "), room - indent)
        line = pad_right(fitted, room) + _cells(cells, wide)
        lines.append(ink("bold" if heading else "dim", line.rstrip()))
    return [line if columns(line) <= width or "\x1b" in line else cut(line, width) for line in lines]


def _held(group: Group) -> str:
    held = [counted(group.resources, "resource")]
    held += [f"{group.failed:,} failed"] if group.failed else []
    held += [f"{group.undetermined:,} unknown"] if group.undetermined else []
    return ", ".join(held)


def group_cells(group: Group) -> tuple[str, str, str]:
    """Before, after and delta of a group; a lower bound or a word where a part of it has no price."""
    sides = []
    for span in (group.before_monthly, group.after_monthly):
        amount = span.expected or Decimal(0)
        if group.unpriced:
            sides.append(f"≥{plain(amount)}" if amount else NOT_KNOWN)
        elif group.needs_usage and not amount:
            sides.append("needs usage")
        else:
            sides.append(plain(amount))
    delta = signed(group.delta_monthly.expected) if group.delta_complete else NOT_KNOWN
    if group.needs_usage and not group.unpriced and not group.delta_monthly.expected:
        delta = "needs usage"
    return sides[0], sides[1], delta


def unit_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """What a request, a million tokens or a training hour costs, where the use was stated."""
    shown = [unit for unit in report.units if unit.cost is not None or unit.quantity_month is not None or verbosity > 0]
    if not shown:
        return []
    lines = [ink("bold", "Unit costs")]
    for unit in shown:
        if unit.cost is None:
            said = f"{one_line(unit.address)}: {NOT_KNOWN} per {one_line(unit.unit)} ({one_line(unit.reason)})"
        else:
            units = quantity(unit.quantity_month) if unit.quantity_month is not None else NOT_KNOWN
            amount = rate(unit.cost, report.currency)
            said = f"{one_line(unit.address)}: {amount} per {one_line(unit.unit)} ({units} a month)"
        lines += [f"  {line}" for line in wrap(said, width - 2)]
    return lines


def savings_lines(report: Report, width: int) -> list[str]:
    """What failures save together, in one sentence; nothing when none states a saving."""
    text = savings_text(report)
    return wrap(text, width) if text else []


def savings_text(report: Report) -> str:
    """`The findings save $1,200.00/mo together (2 re-priced, 1 by formula)`, and why it is less than they say one by one."""
    savings = report.savings
    if savings is None or not savings.stated_monthly:
        return ""
    counts = ((savings.re_priced, "re-priced"), (savings.by_formula, "by formula"))
    how = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    said = f"The findings save {money(savings.monthly, report.currency)}/mo together{f' ({how})' if how else ''}"
    if savings.monthly < savings.stated_monthly:
        said += f", not {money(savings.stated_monthly, report.currency)}: no part of a cost is saved twice"
    if savings.not_added:
        said += f"; {counted(savings.not_added, 'finding')} on groups or the whole change not added"
    return f"{said}."


def carbon_lines(report: Report, ink: Ink, width: int) -> list[str]:
    """Energy and emissions of the run in one sentence; what is not known is counted, never taken for nothing."""
    text = carbon_text(report)
    return [ink("dim", line) for line in wrap(text, width)] if text else []


def carbon_text(report: Report) -> str:
    """`Energy 409 kWh/mo (+409), 169 kgCO2e/mo (+169); not known for 2 resources`; empty without any machine."""
    carbon = report.carbon
    if carbon is None or not (carbon.counted or carbon.unknown):
        return ""
    lacking = f"not known for {counted(carbon.unknown, 'resource')}" if carbon.unknown else ""
    if not carbon.counted:
        return f"Energy and emissions: {lacking}"
    energy = _moved(carbon.before_kwh_month, carbon.after_kwh_month)
    kilograms = _moved(carbon.before_kg_month, carbon.after_kg_month)
    said = (
        f"Energy {energy[0]} kWh/mo ({energy[1]}), emissions {kilograms[0]} kgCO2e/mo ({kilograms[1]}), operation alone"
    )
    return f"{said}; {lacking}" if lacking else said


def _moved(before: Decimal, after: Decimal) -> tuple[str, str]:
    return format(after, ",.1f"), format(after - before, "+,.1f")


def _cells(cells: tuple[str, str, str], wide: list[int]) -> str:
    return "".join(" " * _GAP + pad_left(cell, room) for cell, room in zip(cells, wide, strict=True))


def _weight(change: Change) -> Decimal:
    amounts = (change.cost.delta_monthly.expected, change.cost.after_monthly.expected)
    return max((abs(amount) for amount in amounts if amount is not None and is_known(amount)), default=Decimal(0))
