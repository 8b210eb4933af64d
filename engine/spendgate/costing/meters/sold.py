"""Types that are sold as so many units of one kind: a table says where kind and number stand, and what else is metered.

Beside the table: parts that scale by themselves between two sizes, and parts that are elsewhere than their resource.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.parts import (
    Parts,
    Service,
    Use,
    amount,
    each,
    keys_of,
    missing_region,
    number_of,
    query,
    text_of,
    unknown_of,
)
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Number, Text
from spendgate.ports import Subject


class Sold(NamedTuple):
    """One type: the part's name and service, the paths of kind and number, and what holds where neither is stated.

    The rate is `(service, kind)`, in small letters; `(service, "unit")` without a `kind`. `kind` empty: there is only one.
    `number` empty: it is one of them. `hourly`: sold by the hour, otherwise by the month. `free`: kinds that cost nothing.
    """

    name: str
    service: str
    kind: str = ""
    default: str = ""
    number: str = ""
    least: int = 1
    hourly: bool = True
    unit: str = ""
    free: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()


def sold(entry: Sold) -> Service:
    """The meter of a type that is sold by units."""
    return Service(_parts_of(entry), keys_of(*entry.uses))


def _parts_of(entry: Sold) -> Parts:
    unit = entry.unit or ("hours" if entry.hourly else "units")

    def parts(subject: Subject) -> Iterator[Component]:
        kind = text_of(subject, entry.kind, entry.default or None) if entry.kind else "unit"
        if (missing := unknown_of(kind, "its kind", entry.name, unit)) is not None:
            yield missing
            return
        item = str(kind).lower()
        if item not in entry.free:
            name = f"{entry.name} ({kind})" if entry.kind else entry.name
            count = number_of(subject, entry.number, Decimal(entry.least)) if entry.number else Decimal(entry.least)
            yield amount(subject, name, unit, (entry.service, item), _over_the_month(count, hourly=entry.hourly))
        yield from each(subject, entry.uses)

    return parts


def between(
    subject: Subject, name: str, unit: str, rate: tuple[str, str], least: Number, most: Number, *, factor: Decimal
) -> Component:
    """A part that scales by itself: the least is expected, the most bounds it; each times a factor (hours, vCPUs)."""
    if (missing := missing_region(subject, name, unit)) is not None:
        return missing
    if not isinstance(least, Decimal):
        return unknown_of(least, "its least size", name, unit) or amount(subject, name, unit, rate, least)
    high = most if isinstance(most, Decimal) and most > least else least
    basis = Basis.EXACT if high == least else Basis.ASSUMED
    note = "" if high == least else f"scales from {least.normalize():f} to {high.normalize():f}; the least is expected"
    quantity = Quantity(least * factor, least * factor, high * factor)
    return Component(name, unit, query(subject, rate), quantity, basis=basis, note=note)


def placed(subject: Subject, region: Text) -> Subject:
    """The subject in another region than the one that its facets tell: that of a cluster in it, or of its configuration."""
    return replace(subject, facets=replace(subject.facets, region=region))


def _over_the_month(count: Number, *, hourly: bool) -> Number:
    return count * HOURS_PER_MONTH if hourly and isinstance(count, Decimal) else count
