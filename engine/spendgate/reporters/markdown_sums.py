"""Sums of a comment beside its table of costs: savings, totals by group, unit costs, energy and emissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendgate.reporters.markdown_page import Page
from spendgate.reporters.markdown_safe import code, inline
from spendgate.reporters.money_text import NOT_KNOWN, quantity, rate
from spendgate.reporters.text_sums import carbon_text, group_cells, savings_text

if TYPE_CHECKING:
    from spendgate.wire.v1 import Report

_HEAD = ["| group | resources | before | after | delta |", "| --- | ---: | ---: | ---: | ---: |"]
_SHARE = 12_000


def sums(report: Report, page: Page) -> None:
    """What is saved together, a table for each path that was grouped by, the unit costs, one line of energy and emissions."""
    if saved := savings_text(report):
        page.add("", saved)
    for path in dict.fromkeys(group.by for group in report.groups):
        rows = []
        for group in report.groups:
            if group.by == path:
                before, after, delta = group_cells(group)
                rows.append(f"| {inline(group.value, 80)} | {group.resources:,} | {before} | {after} | {delta} |")
        page.table(["", f"**Per month by {code(path)}**", "", *_HEAD], rows, [], "groups", _SHARE)
    units = []
    for unit in report.units:
        if unit.cost is None and unit.quantity_month is None:
            continue
        if unit.cost is None:
            units.append(
                f"- {code(unit.address)}: {NOT_KNOWN} per {inline(unit.unit, 60)} ({inline(unit.reason, 200)})"
            )
        else:
            amount = rate(unit.cost, report.currency)
            count = quantity(unit.quantity_month) if unit.quantity_month is not None else NOT_KNOWN
            units.append(f"- {code(unit.address)}: {amount} per {inline(unit.unit, 60)} ({count} a month)")
    if units:
        page.table(["", "**Unit costs**", ""], units, [], "unit costs", _SHARE)
    if text := carbon_text(report):
        page.add("", text)
