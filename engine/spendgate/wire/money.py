"""Which fields of the public report hold money, and a report with all of it multiplied."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from spendgate.wire import v1

MONEY: Mapping[type[msgspec.Struct], tuple[str, ...]] = {
    v1.Range: ("low", "expected", "high"),
    v1.Item: (
        "unit_price",
        "monthly",
        "monthly_low",
        "monthly_high",
        "list_unit_price",
        "contracted_unit_price",
    ),
    v1.Cost: ("delta_at_least", "delta_at_most"),
    v1.Finding: ("cost_monthly", "savings_monthly"),
    v1.SavingsTotal: ("monthly", "stated_monthly"),
    v1.UnitCost: ("cost",),
    v1.NodeCount: ("monthly",),
}
"""The fields that hold money. NOTE: a new one in the public report has to stand here; a test looks for it."""


def multiplied(report: v1.Report, factor: Decimal) -> v1.Report:
    """The report with every amount times a factor; quantities, energy and texts stay as they are."""
    found: v1.Report = _multiplied(report, factor)
    return found


def _multiplied(value: Any, factor: Decimal) -> Any:
    """A value with all money in it multiplied; structures are made anew, what holds no money stays the same."""
    if isinstance(value, list):
        return [_multiplied(each, factor) for each in value]
    if not isinstance(value, msgspec.Struct):
        return value
    money = MONEY.get(type(value), ())
    fields: dict[str, Any] = {}
    for name in value.__struct_fields__:
        held = getattr(value, name)
        if name in money:
            if held is not None:
                fields[name] = held * factor
        elif isinstance(held, (msgspec.Struct, list)):
            fields[name] = _multiplied(held, factor)
    return msgspec.structs.replace(value, **fields) if fields else value
