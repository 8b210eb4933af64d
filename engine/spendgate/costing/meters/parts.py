"""Building blocks of meters for parts that are not machines."""

from __future__ import annotations

from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject


def missing_region(subject: Subject, name: str, unit: str) -> Component | None:
    """The component that says why nothing can be priced without a region, or None when the region is known."""
    region = subject.facets.region
    if isinstance(region, str):
        return None
    return unpriced(name, unit, f"region: {region.reason if isinstance(region, Unknown) else 'is not stated'}")


def query(subject: Subject, rate: tuple[str, str]) -> RateQuery:
    """The query for a service and item in the resource's region."""
    return RateQuery(subject.resource.provider, str(subject.facets.region), *rate)


def always(subject: Subject, name: str, rate: tuple[str, str], count: Decimal | int = 1) -> Component:
    """A part that is paid by the hour, every hour of the month."""
    return missing_region(subject, name, "hours") or Component(
        name, "hours", query(subject, rate), Quantity.exactly(HOURS_PER_MONTH * count)
    )


def running(subject: Subject, name: str, rate: tuple[str, str]) -> Component:
    """A part that is paid by the hour while the thing runs: a schedule makes it cheaper."""
    basis = Basis.SCHEDULE if subject.hours_per_month != HOURS_PER_MONTH else Basis.EXACT
    return missing_region(subject, name, "hours") or Component(
        name, "hours", query(subject, rate), Quantity.exactly(subject.hours_per_month), basis=basis
    )


def amount(
    subject: Subject, name: str, unit: str, rate: tuple[str, str], value: Number, *, default: Decimal | None = None
) -> Component:
    """A part whose quantity is an attribute; an absent one takes the provider's default, an unknown one has no amount."""
    if (missing := missing_region(subject, name, unit)) is not None:
        return missing
    if isinstance(value, Unknown):
        return unpriced(name, unit, f"its size is {value.reason}")
    if value is None and default is None:
        return unpriced(name, unit, "its size is not stated")
    basis = Basis.PROVIDER_DEFAULT if value is None else Basis.EXACT
    quantity = Quantity.exactly(value if value is not None else default or 0)
    return Component(name, unit, query(subject, rate), quantity, basis=basis)


def used(
    subject: Subject,
    name: str,
    unit: str,
    rate: tuple[str, str],
    key: str,
    *,
    per_unit: Decimal | int = 1,
    tiered: bool = False,
) -> Component:
    """A part whose quantity the usage file states under `key`, or a part that needs it."""
    if (missing := missing_region(subject, name, unit)) is not None:
        return missing
    stated_amount = stated(subject.usage, key)
    if stated_amount is None:
        return needs_usage(name, unit, query(subject, rate), key)
    quantity = Quantity.exactly(stated_amount / per_unit)
    return Component(name, unit, query(subject, rate), quantity, basis=Basis.USAGE, tiered=tiered)
