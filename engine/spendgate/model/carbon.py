"""Energy and emissions of what runs: a month at the expected size, unknown where a figure is missing."""

from __future__ import annotations

from decimal import Decimal

from spendgate.model.frozen import Frozen
from spendgate.model.values import Number, Unknown


class Footprint(Frozen):
    """One resource in a month. `kg_month` is the operation (energy × grid), `embodied_kg_month` its share of the making."""

    kwh_month: Number
    kg_month: Number
    embodied_kg_month: Number
    notes: tuple[str, ...] = ()


def kilograms(footprint: Footprint | None) -> Decimal | Unknown:
    """What is emitted in a month; nothing without a footprint, unknown where a figure is missing."""
    if footprint is None:
        return Decimal(0)
    amount = footprint.kg_month
    return amount if isinstance(amount, (Decimal, Unknown)) else Unknown("its emissions are not known")
