"""Sums of the page beside its table of changes: savings, totals by the paths that were asked for, unit costs, energy and emissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate.reporters.html.markup import Cell, Row, section, table, text
from spendgate.reporters.money_text import NOT_KNOWN, quantity, rate
from spendgate.reporters.text_sums import carbon_text, group_cells, savings_text

if TYPE_CHECKING:
    from spendgate.wire.v1 import Group, Report, UnitCost

_HEADINGS = ("Group", "Resources", "Before", "After", "Delta")


def sums_section(report: Report) -> str:
    """A table for each path, one of unit costs, and a sentence on energy; empty when there is nothing of it."""
    parts = []
    for number, path in enumerate(dict.fromkeys(group.by for group in report.groups)):
        rows = [_group(group) for group in report.groups if group.by == path]
        caption = f"Monthly cost by {text(path)} in {text(report.currency)}"
        parts.append(table(f"sums-{number}", _HEADINGS, rows, caption))
    units = [unit for unit in report.units if unit.cost is not None or unit.quantity_month is not None]
    if units:
        rows = [_unit(unit, report.currency) for unit in units]
        parts.append(table("units-table", ("Resource", "Unit", "Cost", "Units a month"), rows, "Cost per unit of work"))
    if saved := savings_text(report):
        parts.insert(0, f"<p>{text(saved)}</p>")
    if said := carbon_text(report):
        parts.append(f"<p>{text(said)}</p>")
    return section("sums", "Sums", *parts)


def _group(group: Group) -> Row:
    amounts = [Cell(text(amount), number=True) for amount in group_cells(group)]
    return Row([Cell(text(group.value)), Cell(f"{group.resources:,}", number=True), *amounts])


def _unit(unit: UnitCost, currency: str) -> Row:
    cost = rate(unit.cost, currency) if unit.cost is not None else f"{NOT_KNOWN}: {unit.reason}"
    count = quantity(unit.quantity_month) if unit.quantity_month is not None else NOT_KNOWN
    cells = [
        Cell(text(unit.address)),
        Cell(text(unit.unit)),
        Cell(text(cost), number=True),
        Cell(text(count), number=True),
    ]
    return Row(cells)
