"""Sustained-use discounts of Google: what everybody gets for machines that run for more than a quarter of the month.

Each further quarter costs less. Source: Compute Engine documentation, sustained use discounts (read 2025): up to 30 % for N1,
M1, M2, f1-micro, g1-small and GPUs other than H100, A100 and L4; up to 20 % for N2, N2D and C2; none for any other series, for
spot machines, and for machines that another service (Vertex AI, Dataflow) runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH

_QUARTER = Decimal("0.25")
_DEEP = (Decimal(1), Decimal("0.8"), Decimal("0.6"), Decimal("0.4"))
_SHALLOW = (Decimal(1), Decimal("0.8678"), Decimal("0.733"), Decimal("0.6"))
"""What is paid of the list price in each quarter of the month: 30 % and 20 % off over a whole one."""

_BY_SERIES: Mapping[str, tuple[Decimal, ...]] = {
    **dict.fromkeys(("n1", "m1", "m2", "f1", "g1"), _DEEP),
    **dict.fromkeys(("n2", "n2d", "c2"), _SHALLOW),
}
_GPUS_WITHOUT = ("H100", "A100", "L4")
_WITH_GPUS_OF_THEIR_OWN = ("a2", "a3", "a4", "a4x", "g2", "g4")


def series_of(machine_type: str) -> str:
    """The series of a machine type: `n2` of `n2-standard-8`, `n1` of `custom-2-4096`."""
    first = machine_type.split("-", 1)[0]
    return "n1" if first == "custom" else first


def carries_gpus(machine_type: str) -> bool:
    """Whether the type's price contains its GPUs, so that naming them again must not count twice."""
    return series_of(machine_type) in _WITH_GPUS_OF_THEIR_OWN


def machine_factor(machine_type: str, hours_per_month: Decimal) -> Decimal:
    """What is left of the list price of a machine that runs so many hours a month (1 without a discount)."""
    return _factor(_BY_SERIES.get(series_of(machine_type)), hours_per_month)


def gpu_factor(model: str, hours_per_month: Decimal) -> Decimal:
    """What is left of the list price of an attached GPU of this family that runs so many hours a month."""
    return _factor(None if model.startswith(_GPUS_WITHOUT) else _DEEP, hours_per_month)


def _factor(quarters: tuple[Decimal, ...] | None, hours_per_month: Decimal) -> Decimal:
    share = min(hours_per_month / HOURS_PER_MONTH, Decimal(1))
    if quarters is None or share <= _QUARTER:
        return Decimal(1)
    paid = Decimal(0)
    for number, rate in enumerate(quarters):
        paid += rate * min(max(share - number * _QUARTER, Decimal(0)), _QUARTER)
    return paid / share
