"""Machine hours of any pool of like machines, whoever the provider is."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.model.cost import Basis, Component, Missing, Quantity, RateQuery
from spendgate.model.facets import Capacity, Pool
from spendgate.model.money import UNBOUNDED
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import Subject

_NO_QUERY = RateQuery("", "", "", "")


def unpriced(name: str, unit: str, reason: str) -> Component:
    """A component that has no amount because something about it is not known."""
    return Component(name, unit, _NO_QUERY, None, missing=Missing.UNPRICED, missing_reason=reason)


def needs_usage(name: str, unit: str, query: RateQuery, key: str) -> Component:
    """A component whose quantity depends on use; `key` is what the usage file has to state."""
    return Component(
        name,
        unit,
        query,
        None,
        missing=Missing.NEEDS_USAGE,
        missing_reason=f"depends on use: state {key} in the usage file",
    )


def label(pool: Pool, name: str) -> str:
    """The component's name with the pool's before it, when the resource has several pools."""
    return f"{pool.name}: {name}" if pool.name else name


def whole_amount(value: Whole, what: str) -> int | str:
    """A known whole number, or the reason why it is not known."""
    if isinstance(value, Unknown):
        return f"{what} is {value.reason}" if value.reason.startswith("known") else f"{what}: {value.reason}"
    return value if value is not None else f"{what} is not stated"


def sizes(capacity: Capacity, factor: Decimal | int) -> Quantity | str:
    """The capacity's sizes times a factor (hours, gigabytes), or the reason why they are not known.

    A minimum or maximum that is unknown falls together with the desired size on its side; no maximum is unbounded.
    """
    desired = whole_amount(capacity.desired, "the number of machines")
    if isinstance(desired, str):
        return desired
    least = capacity.min if isinstance(capacity.min, int) else desired
    if isinstance(capacity.max, Unknown):
        most: Decimal = Decimal(desired)
    else:
        most = UNBOUNDED if capacity.max is None else Decimal(capacity.max)
    high = most * factor if factor else Decimal(0)
    return Quantity(
        Decimal(min(least, desired)) * factor, Decimal(desired) * factor, max(high, Decimal(desired) * factor)
    )


def machine_components(subject: Subject, pool: Pool, region: Text = None) -> Iterator[Component]:
    """The machine hours of a pool: on-demand and spot apart, all types it may start as alternatives.

    The expected rate is that of the pool's first machine type; the others widen low and high. An unknown type, region or
    size leaves the component without an amount and says why.
    """
    provider = subject.resource.provider
    place = region if region is not None else (pool.region if pool.region is not None else subject.facets.region)
    if isinstance(pool.machine_types, Unknown):
        yield unpriced(label(pool, "Machine"), "hours", f"machine type: {pool.machine_types.reason}")
        return
    if not pool.machine_types:
        yield unpriced(label(pool, "Machine"), "hours", "no machine type is stated")
        return
    first = pool.machine_types[0]
    if not isinstance(place, str):
        why = place.reason if isinstance(place, Unknown) else "no region is stated"
        yield unpriced(label(pool, f"Machine ({first})"), "hours", f"region: {why}")
        return
    hours = sizes(pool.capacity, subject.hours_per_month)
    if isinstance(hours, str):
        yield unpriced(label(pool, f"Machine ({first})"), "hours", hours)
        return
    basis = Basis.SCHEDULE if subject.hours_per_month != HOURS_PER_MONTH else Basis.EXACT
    for purchase, share in _shares(pool):
        queries = tuple(RateQuery(provider, place, pool.service, type_, purchase) for type_ in pool.machine_types)
        yield Component(
            label(pool, f"Machine ({purchase}, {first})"),
            "hours",
            queries[0],
            hours.times(share),
            basis=Basis.PROVIDER_DEFAULT if pool.details.get("type_is_default") else basis,
            alternatives=queries[1:],
            stops=True,
            note=f"or one of {len(queries) - 1} other types" if len(queries) > 1 else "",
        )
    if pool.operating_system != "linux" and provider != "kubernetes":
        yield unpriced(
            label(pool, f"Licence ({pool.operating_system})"), "hours", "the price book holds Linux prices only"
        )


def _shares(pool: Pool) -> Iterator[tuple[str, Decimal]]:
    share = pool.purchase.spot_share
    if not isinstance(share, Decimal):
        yield "on-demand", Decimal(1)
        return
    if share < 1:
        yield "on-demand", 1 - share
    if share > 0:
        yield "spot", share
