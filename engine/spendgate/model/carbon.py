"""Energy and emissions of what runs: a month at the expected size, unknown where a figure is missing."""

from __future__ import annotations

from spendgate.model.frozen import Frozen
from spendgate.model.values import Number


class Footprint(Frozen):
    """One resource in a month. `kg_month` is the operation (energy × grid), `embodied_kg_month` its share of the making."""

    kwh_month: Number
    kg_month: Number
    embodied_kg_month: Number
    notes: tuple[str, ...] = ()
