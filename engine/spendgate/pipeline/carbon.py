"""Energy and emissions on their way out: as policies see them, as the report has them, and in total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spendgate.model.carbon import Footprint
from spendgate.model.values import Number, Unknown
from spendgate.wire import v1

if TYPE_CHECKING:
    from spendgate.pipeline.assess import Assessed

_PLACES = Decimal("0.001")


def carbon_roots(footprint: Footprint) -> Mapping[str, Any]:
    """The root `carbon` of a resource's case: `kwh_month`, `kg_month`, `embodied_kg_month`; unknown where a figure is missing."""
    return {
        "kwh_month": footprint.kwh_month,
        "kg_month": footprint.kg_month,
        "embodied_kg_month": footprint.embodied_kg_month,
    }


def carbon_of(footprint: Footprint | None) -> v1.Carbon | None:
    """The footprint of one resource after the change, as the report has it."""
    if footprint is None:
        return None
    gaps = [
        value.reason
        for value in (footprint.kwh_month, footprint.kg_month, footprint.embodied_kg_month)
        if isinstance(value, Unknown)
    ]
    return v1.Carbon(
        kwh_month=_known(footprint.kwh_month),
        kg_month=_known(footprint.kg_month),
        embodied_kg_month=_known(footprint.embodied_kg_month),
        reason=gaps[0] if gaps else "",
        notes=list(footprint.notes),
    )


def carbon_total(assessed: Iterable[Assessed]) -> v1.CarbonTotal:
    """Sums over both sides; a resource with a gap on either side is counted as unknown and is in no sum."""
    sums = [Decimal(0)] * 4
    counted = unknown = 0
    for item in assessed:
        sides = [each for each in (item.carbon_before, item.carbon) if each is not None]
        if not sides:
            continue
        if any(_known(each.kwh_month) is None or _known(each.kg_month) is None for each in sides):
            unknown += 1
            continue
        counted += 1
        for place, side in enumerate((item.carbon_before, item.carbon)):
            if side is not None:
                sums[place] += _known(side.kwh_month) or Decimal(0)
                sums[2 + place] += _known(side.kg_month) or Decimal(0)
    before_kwh, after_kwh, before_kg, after_kg = (amount.quantize(_PLACES) for amount in sums)
    return v1.CarbonTotal(before_kwh, after_kwh, before_kg, after_kg, counted, unknown)


def _known(value: Number) -> Decimal | None:
    return value.quantize(_PLACES) if isinstance(value, Decimal) else None
