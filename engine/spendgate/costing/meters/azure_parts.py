"""Building blocks that most Azure meters share: a stated SKU, counts by the hour, tables of parts that use decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, used
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown, Whole
from spendgate.ports import Subject

DAYS_PER_MONTH = Decimal(30)
"""Days that a month of a daily price counts."""


class Metered(NamedTuple):
    """A part that the usage file decides: name, unit, item of the price book, usage key, how many make one unit."""

    name: str
    unit: str
    item: str
    key: str
    per_unit: Decimal = Decimal(1)
    tiered: bool = False


TEN_THOUSAND = Decimal(10_000)
THOUSAND = Decimal(1000)
MILLION = Decimal(1_000_000)


def metered(subject: Subject, service: str, parts: Iterable[Metered]) -> Iterator[Component]:
    """Each part with its stated use, or with the key that the usage file has to state."""
    for part in parts:
        yield used(
            subject,
            part.name,
            part.unit,
            (service, part.item),
            part.key,
            per_unit=part.per_unit,
            tiered=part.tiered,
        )


def sku(attributes: Attributes, *paths: str, default: str = "") -> str | Unknown:
    """The first SKU that is stated at these paths, else the provider's default."""
    for path in paths:
        value = attributes.text(path)
        if value is not None:
            return value
    return default


def own_sku(subject: Subject, path: str, *, default: str = "") -> str | Unknown:
    """The resource's own SKU. NOTE: one that the provider fills in is unknown in a plan; then the default holds."""
    value = sku(subject.resource.attributes, path, default=default)
    filled_in = default and isinstance(value, Unknown) and not subject.neighbours.points(subject.resource, path)
    return default if filled_in else value


def declared(subject: Subject, path: str) -> Number:
    """The number at a path, or None when nobody states it, be it that the provider will fill it in after apply."""
    value = subject.resource.attributes.number(path)
    if isinstance(value, Unknown) and not subject.neighbours.points(subject.resource, path.partition(".")[0]):
        return None
    return value


def without_sku(name: str, unit: str, reason: Unknown) -> Component:
    """The part that cannot be priced since the SKU is not known."""
    return unpriced(name, unit, f"its SKU is {reason.reason}")


def why(*values: object) -> Unknown:
    """The first unknown among some values that should all be known, with its reason; else that it is not stated."""
    return next((value for value in values if isinstance(value, Unknown)), Unknown("not stated"))


def hours_of(
    subject: Subject, name: str, rate: tuple[str, str], count: Whole | Decimal, *, default: int = 1
) -> Component:
    """So many of a thing, every hour of the month."""
    return amount(subject, name, "hours", rate, times(count, HOURS_PER_MONTH), default=default * HOURS_PER_MONTH)


def times(value: Number | Whole, factor: Decimal) -> Number:
    """A number times a factor; unknown stays unknown, absent stays absent."""
    if value is None or isinstance(value, Unknown):
        return value
    return Decimal(value) * factor


def parent(subject: Subject, attribute: str, *types: str) -> Resource | None:
    """The first resource of these types that an attribute points at."""
    found = subject.neighbours.targets(subject.resource, attribute, *types)
    return found[0] if found else None
