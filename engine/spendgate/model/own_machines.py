"""Machines of one's own: what is asked for their prices, and which entry of the rates file a machine answers to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Protocol

from spendgate.model.accelerator_names import expand

PROVIDER: Final = "onprem"
CAPITAL: Final = "capital"
"""`RateQuery.purchase` for an hour of purchase and hosting, in use or not."""
POWER: Final = "power"
"""`RateQuery.purchase` for an hour of power and cooling while it is switched on."""
ANY_SITE: Final = "any site"
"""The region of a machine whose site nobody states."""
NO_ENTRIES: Final = "a machine of one's own has its price under `machines` of a rates file (--rates)"
NO_ENTRY: Final = "no entry under `machines` of the rates file has this hardware; name it as its machine_type"
_NEAR = Decimal("0.1")
"""Share by which the memory that a system reports may differ from what was bought: firmware keeps some of it."""


class Shape(Protocol):
    """The shape of a machine type of a catalogue."""

    @property
    def machine_type(self) -> str:
        """Its name."""
        ...

    @property
    def vcpu(self) -> Decimal | None:
        """Its logical processors."""
        ...

    @property
    def memory_gib(self) -> Decimal | None:
        """Its memory."""
        ...

    @property
    def accelerator(self) -> str | None:
        """The model of its accelerators."""
        ...

    @property
    def accelerator_count(self) -> Decimal:
        """How many it has."""
        ...


def fitting_types(
    shapes: Iterable[Shape],
    *,
    model: str | None,
    accelerators: Decimal | None,
    vcpu: Decimal | None,
    memory_gib: Decimal | None,
) -> tuple[str, ...]:
    """The machine types that a machine with this hardware may be, in the order of the catalogue.

    Accelerators have to be the same in model and number (a bare `A100` may be either of them). Where no model is named, what the
    machine reports of vCPUs and memory has to fit, and at least one of the two has to be known on both sides: otherwise any
    machine would be any other.
    """
    return tuple(each.machine_type for each in shapes if _fits(each, model, accelerators, vcpu, memory_gib))


def types_with(shapes: Iterable[Shape], model: str | None) -> tuple[str, ...]:
    """The machine types with accelerators of this model; with any where no model is named."""
    return tuple(
        each.machine_type
        for each in shapes
        if each.accelerator_count and (model is None or set(expand(model)) & set(expand(each.accelerator or "")))
    )


def _fits(
    shape: Shape, model: str | None, accelerators: Decimal | None, vcpu: Decimal | None, memory_gib: Decimal | None
) -> bool:
    if (accelerators or Decimal(0)) != shape.accelerator_count:
        return False
    same_vcpu = None if vcpu is None or shape.vcpu is None else vcpu == shape.vcpu
    same_memory = None if memory_gib is None or shape.memory_gib is None else _near(memory_gib, shape.memory_gib)
    if accelerators and model is not None:
        return bool(set(expand(model)) & set(expand(shape.accelerator or "")))
    return True in (same_vcpu, same_memory) and False not in (same_vcpu, same_memory)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _NEAR * other
