"""The money of a text report: the changes that move most, what they are made of, and what has no price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate.reporters.address_text import shorten
from spendgate.reporters.cost_rows import CostRow, CostTable, cost_table, missing_amounts, side_total
from spendgate.reporters.headline import counted
from spendgate.reporters.ink import Ink
from spendgate.reporters.money_text import low_high, plain, quantity, rate, signed, total_delta
from spendgate.reporters.safe_text import columns, cut, one_line, pad_left, pad_right, wrap

if TYPE_CHECKING:
    from spendgate.wire.v1 import Item, Report

_ROWS = 10
_ROWS_ALONE = 30
"""For a report of costs alone, all with their line items."""
_ROWS_WITH_ITEMS = 3
_REASONS = 6
_LABELS = 4
_GAP = 2
_NARROWEST_LABEL = 20
"""With less room than this beside the amounts, they go on lines of their own."""
_SELF_EVIDENT = ("exact",)


def cost_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """The table of costs with the line items of its largest rows (of all with verbosity 1), and its total."""
    only = report.decision == "none"
    table = cost_table(report, None if verbosity > 0 else _ROWS_ALONE if only else _ROWS)
    if not table.rows:
        return wrap(_still(table, report), width) if report.changes else []
    sheet = _Sheet(table, report, ink, width)
    lines = [sheet.heading()]
    for number, row in enumerate(table.rows):
        lines += sheet.row(row)
        if verbosity > 0 or only or number < _ROWS_WITH_ITEMS:
            lines += sheet.items(row, each=verbosity > 0)
    if table.left_out:
        lines += _notes(_left_out(table), ink, width)
    if table.still and table.by_delta:
        lines += _notes(f"{counted(table.still, 'more change')} without a cost difference", ink, width)
    return [*lines, *sheet.total(report)]


def _still(table: CostTable, report: Report) -> str:
    return f"Cost: no difference in {counted(table.still, 'change')}, {total_delta(report.cost, report.currency)}."


def _left_out(table: CostTable) -> str:
    unknown = f", {table.left_out_unknown:,} of them not known" if table.left_out_unknown else ""
    together = f", {signed(table.left_out_delta)} together" if table.left_out_unknown < table.left_out else ""
    return f"… and {counted(table.left_out, 'smaller change')}{together}{unknown}; all with -v"


def _notes(text: str, ink: Ink, width: int) -> list[str]:
    return [ink("dim", f"  {line}") for line in wrap(text, width - 2)]


class _Sheet:
    """Columns of one table: what it is on the left, before, after and delta right-aligned under their headings."""

    def __init__(self, table: CostTable, report: Report, ink: Ink, width: int) -> None:
        self._ink, self._width, self._currency = ink, width, report.currency
        cells = [(row.before, row.after, row.delta) for row in table.rows]
        cells.append(self._totals(report))
        headings = ("before", "after", "delta")
        self._widths = [
            max(columns(text) for text in (headings[place], *(c[place] for c in cells))) for place in range(3)
        ]
        room = width - sum(self._widths) - 3 * _GAP
        self._stacked = room < _NARROWEST_LABEL
        self._room = width if self._stacked else room

    def heading(self) -> str:
        """The names of the columns."""
        title = cut(f"Cost per month in {one_line(self._currency)}", self._room)
        if self._stacked:
            return self._ink("bold", title)
        cells = "".join(self._cells("before", "after", "delta"))
        return self._ink("bold", pad_right(title, self._room)) + self._ink("dim", cells)

    def row(self, row: CostRow) -> list[str]:
        """One change or several like ones, and their range where it is more than one amount."""
        many = f" ({len(row.changes):,})" if len(row.changes) > 1 else ""
        moved = f" (was {one_line(row.first.previous_address)})" if row.first.previous_address else ""
        label = shorten(row.label, self._room - 2 - len(many)) + many
        if moved and columns(label + moved) <= self._room - 2:
            label += moved
        lines = self._line(f"{row.sign} {label}", row.before, row.after, row.delta)
        return lines + self._right(low_high(row.delta_range, sign=True))

    def items(self, row: CostRow, *, each: bool) -> list[str]:
        """The line items of one of the changes: what goes in the column before, what comes in the column after."""
        cost = row.first.cost
        sides = (("before", cost.before_items), ("after", cost.items))
        if cost.before_items == cost.items:
            sides = (("both", cost.items), ("", []))
        lines: list[str] = []
        if len(row.changes) > 1 and (cost.items or cost.before_items):
            lines.append(self._ink("dim", "    each of them:"))
        for side, items in sides:
            for item in items:
                lines += self._item(item, side, each)
        if not each:
            sources = dict.fromkeys(_source(item) for _, items in sides for item in items)
            said = "; ".join(source for source in sources if source)
            lines += [self._ink("dim", f"      {line}") for line in wrap(f"prices: {said}", self._width - 6) if said]
        return lines

    def _item(self, item: Item, side: str, each: bool) -> list[str]:
        amount = plain(item.monthly)
        before = amount if side in ("before", "both") else ""
        after = amount if side in ("after", "both") else ""
        name = one_line(item.name)
        times = f"{quantity(item.monthly_quantity)} {one_line(item.unit)} x {rate(item.unit_price, self._currency)}"
        basis = item.basis.replace("_", " ")
        notes = [] if item.basis in _SELF_EVIDENT else [basis]
        notes += [one_line(item.note)] if item.note else []
        if item.monthly_low not in (None, item.monthly) or item.monthly_high not in (None, item.monthly):
            notes.append(f"low {plain(item.monthly_low)}, high {plain(item.monthly_high)}")
        if columns(name) + columns(times) + 6 <= self._room:
            lines = self._line(f"    {name}  {times}", before, after, "", dim=True)
        else:
            lines = [self._ink("dim", f"    {cut(name, self._width - 4)}")]
            lines += self._line(cut(f"      {times}", self._room), before, after, "", dim=True)
        if each:
            notes = [basis, *notes[item.basis not in _SELF_EVIDENT :], _source(item)]
        said = "; ".join(note for note in notes if note)
        return lines + [self._ink("dim", f"      {line}") for line in wrap(said, self._width - 6)]

    def total(self, report: Report) -> list[str]:
        """The sums of all changes, shown or not."""
        before, after, delta = self._totals(report)
        rule = self._ink("dim", "─" * self._width)
        extent = low_high(report.cost.delta_monthly, sign=True) if report.cost.delta_complete else ""
        return [rule, *self._line("  Total", before, after, delta), *self._right(extent)]

    @staticmethod
    def _totals(report: Report) -> tuple[str, str, str]:
        cost = report.cost
        if cost.delta_complete:
            delta = signed(cost.delta_monthly.expected)
        elif cost.delta_at_least:
            delta = f"≥{signed(cost.delta_at_least)}"
        else:
            delta = f"≤{signed(cost.delta_at_most)}" if cost.delta_at_most else "not known"
        return side_total(report, "before"), side_total(report, "after"), delta

    def _line(self, left: str, before: str, after: str, delta: str, *, dim: bool = False) -> list[str]:
        given = zip((before, after, delta), self._widths, strict=True)
        if self._stacked or any(columns(amount) > wide for amount, wide in given):
            amounts = "  ".join(amount for amount in (before, after, delta) if amount)
            return [self._ink("dim", cut(left, self._width)) if dim else cut(left, self._width), *self._right(amounts)]
        cells = self._cells(before, after, delta)
        start = pad_right(left, self._room)
        if dim:
            return [self._ink("dim", (start + "".join(cells)).rstrip())]
        return [start + cells[0] + cells[1] + self._ink.difference(delta, cells[2])]

    def _cells(self, before: str, after: str, delta: str) -> list[str]:
        return [" " * _GAP + pad_left(text, w) for text, w in zip((before, after, delta), self._widths, strict=True)]

    def _right(self, text: str) -> list[str]:
        return [self._ink("dim", pad_left(line, self._width)) for line in wrap(text, self._width)]


def _source(item: Item) -> str:
    source = one_line(item.source)
    return f"{source} of {one_line(item.as_of)}" if item.as_of else source


def not_priced_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """What has no price and why: it is in no total."""
    missing = missing_amounts(report.cost.unpriced, "unpriced")
    if not missing:
        return []
    resources = len({part.address for part in report.cost.unpriced if part.kind == "unpriced"})
    said = wrap(f"Not priced: {counted(resources, 'resource')} with parts that are in no total", width)
    lines = [ink("bold yellow", line) for line in said]
    shown = missing if verbosity > 0 else missing[:_REASONS]
    for one in shown:
        component = f"{one_line(one.component)}: " if one.component else ""
        first, *more = wrap(f"{component}{one_line(one.reason)}", width - 2) or [""]
        lines += [f"  {first}", *(f"  {line}" for line in more)]
        labels = one.labels if verbosity > 0 else one.labels[:_LABELS]
        lines += [f"    {ink('cyan', shorten(label, width - 4))}" for label in labels]
        if len(one.labels) > len(labels):
            lines.append(ink("dim", f"    … and {len(one.labels) - len(labels):,} more; all with -v"))
    if len(missing) > len(shown):
        lines.append(ink("dim", f"  … and {counted(len(missing) - len(shown), 'more reason')}; all with -v"))
    return lines


def usage_lines(report: Report, ink: Ink, width: int, verbosity: int) -> list[str]:
    """What depends on use that nobody stated, and how to state it."""
    missing = missing_amounts(report.cost.unpriced, "needs-usage")
    count = report.cost.needs_usage or len({p.address for p in report.cost.unpriced if p.kind == "needs-usage"})
    if not count:
        return []
    said = (
        f"Needs usage: {counted(count, 'resource')} with parts that depend on use (requests, traffic, stored data). "
        "They are in no total; state them in a usage file and pass it with --usage-file."
    )
    first, *more = wrap(said, width)
    lines = [ink("bold", first[:12]) + first[12:], *more]
    if verbosity > 0:
        for one in missing:
            lines += [f"  {line}" for line in wrap(f"{one_line(one.component)}: {one_line(one.reason)}", width - 2)]
            lines += [f"    {ink('cyan', shorten(label, width - 4))}" for label in one.labels]
    return lines
