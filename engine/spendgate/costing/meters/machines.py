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
    basis = Basis.SCHEDULE if subject.hours_per_month != HOURS_PER_MONTH else Basis.EXACT
    if pool.details.get("type_is_default"):
        basis = Basis.PROVIDER_DEFAULT
    notes = [f"or one of {len(pool.machine_types) - 1} other types"] if len(pool.machine_types) > 1 else []
    if not isinstance(pool.purchase.spot_share, Decimal) and pool.purchase.spot_share is not None:
        basis = Basis.ASSUMED
        notes.append("whether it runs on spot is not known: on-demand is counted")
    for purchase, hours in _shares(pool, subject.hours_per_month):
        name = label(pool, f"Machine ({purchase}, {first})")
        if isinstance(hours, str):
            yield unpriced(name, "hours", hours)
            return
        queries = tuple(RateQuery(provider, place, pool.service, type_, purchase) for type_ in pool.machine_types)
        yield Component(
            name,
            "hours",
            queries[0],
            hours,
            basis=basis,
            alternatives=queries[1:],
            stops=True,
            note="; ".join(notes),
        )
    if pool.operating_system != "linux" and provider != "kubernetes":
        yield _licence(pool, RateQuery(provider, place, "licence", f"{pool.operating_system} {first}"), subject, basis)


def _licence(pool: Pool, query: RateQuery, subject: Subject, basis: Basis) -> Component:
    """What an operating system costs above Linux: the price book holds it as a rate of its own, or not at all."""
    hours = sizes(pool.capacity, subject.hours_per_month)
    name = label(pool, f"Licence ({pool.operating_system})")
    if isinstance(hours, str):
        return unpriced(name, "hours", hours)
    return Component(name, "hours", query, hours, basis=basis, stops=True)


def _shares(pool: Pool, hours_per_month: Decimal) -> Iterator[tuple[str, Quantity | str]]:
    """Hours on demand and on spot: by the number of machines on demand at each size where it is known, else by the share."""
    on_demand = pool.details.get("on_demand")
    if isinstance(on_demand, Capacity):
        paid, every = sizes(on_demand, hours_per_month), sizes(pool.capacity, hours_per_month)
        if isinstance(paid, str) or isinstance(every, str):
            yield "on-demand", every if isinstance(every, str) else paid
            return
        if paid.high:
            yield "on-demand", paid
        if rest := _less(every, paid):
            yield "spot", rest
        return
    hours = sizes(pool.capacity, hours_per_month)
    share = pool.purchase.spot_share
    if isinstance(hours, str) or not isinstance(share, Decimal):
        yield "on-demand", hours
        return
    if share < 1:
        yield "on-demand", hours.times(1 - share)
    if share > 0:
        yield "spot", hours.times(share)


def _less(every: Quantity, paid: Quantity) -> Quantity | None:
    """What is left at each size; without a bound on either it is unbounded."""
    high = UNBOUNDED if every.high == UNBOUNDED else every.high - paid.high
    rest = Quantity(every.low - paid.low, every.expected - paid.expected, high)
    return rest if rest.high else None
