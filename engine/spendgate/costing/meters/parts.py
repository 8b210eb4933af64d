"""Building blocks of meters for parts that are not machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage, unpriced, whole_amount
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.values import Flag, Number, Text, Unknown, Whole
from spendgate.ports import Subject

Parts = Callable[[Subject], Iterable[Component]]
"""The metered parts of one resource type."""


class Service(NamedTuple):
    """One resource type: its parts, and the keys of the usage file that they read, each with a sentence for the user."""

    parts: Parts
    keys: Mapping[str, str]


class ByType:
    """A meter that is a table of resource types; implements `ports.Meter`."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = services
        self.types = tuple(services)
        self.usage_keys: Mapping[str, str] = {
            key: text for service in services.values() for key, text in service.keys.items()
        }

    def keys_of(self, resource_type: str) -> Mapping[str, str]:
        """The usage keys of one type: what is right for another type of this meter is an error here."""
        return self._services[resource_type].keys

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        return self._services[subject.resource.type].parts(subject)


class Use(NamedTuple):
    """A part whose quantity only the usage file can tell: its name, unit, rate, the key, how many of it make one unit."""

    name: str
    unit: str
    rate: tuple[str, str]
    key: str
    per_unit: Decimal | int = 1
    tiered: bool = False
    free: int = 0


def by_use(*uses: Use) -> Service:
    """A type of which every part depends on use."""
    return Service(lambda subject: each(subject, uses), keys_of(*uses))


def keys_of(*uses: Use) -> dict[str, str]:
    """The usage keys of these parts, with what each states."""
    return {use.key: _sentence(use) for use in uses}


def _sentence(use: Use) -> str:
    return f"{use.name.lower()} a month" if use.key.startswith("monthly_") else use.name.lower()


def each(subject: Subject, uses: Iterable[Use]) -> Iterator[Component]:
    """The parts of a table, stated or needed."""
    for use in uses:
        yield used(
            subject,
            use.name,
            use.unit,
            use.rate,
            use.key,
            per_unit=use.per_unit,
            tiered=use.tiered,
            free=use.free,
        )


def missing_region(subject: Subject, name: str, unit: str) -> Component | None:
    """The component that says why nothing can be priced without a region, or None when the region is known."""
    region = subject.facets.region
    if isinstance(region, str):
        return None
    return unpriced(name, unit, f"region: {region.reason if isinstance(region, Unknown) else 'is not stated'}")


def query(subject: Subject, rate: tuple[str, str], purchase: str = "on-demand") -> RateQuery:
    """The query for a service and item in the resource's region."""
    return RateQuery(subject.resource.provider, str(subject.facets.region), rate[0], rate[1], purchase)


def text_of(subject: Subject, path: str, default: str | None = None) -> Text:
    """An attribute's text; the default where it is absent, or unknown only because the provider computes what is not stated."""
    value = subject.resource.attributes.text(path)
    if value is None or (isinstance(value, Unknown) and _is_computed(subject, path)):
        return default
    return value


def number_of(subject: Subject, path: str, default: Decimal | None = None) -> Number:
    """An attribute's number, with the default as `text_of` applies it."""
    value = subject.resource.attributes.number(path)
    if value is None or (isinstance(value, Unknown) and _is_computed(subject, path)):
        return default
    return value


def whole_of(subject: Subject, path: str, default: int | None = None) -> Whole:
    """An attribute's whole number, with the default as `text_of` applies it."""
    value = subject.resource.attributes.whole(path)
    if value is None or (isinstance(value, Unknown) and _is_computed(subject, path)):
        return default
    return value


def flag_of(subject: Subject, path: str) -> Flag:
    """An attribute's flag, false where it is absent or computed."""
    value = subject.resource.attributes.flag(path)
    if value is None or (isinstance(value, Unknown) and _is_computed(subject, path)):
        return False
    return value


def _is_computed(subject: Subject, path: str) -> bool:
    """Whether an unknown attribute is one that nobody stated.

    NOTE: a plan marks unstated computed attributes unknown just as those that point at another resource; only the latter
    stand in the configuration with a reference.
    """
    return not subject.neighbours.points(subject.resource, path.split(".", 1)[0])


def unknown_of(value: object, what: str, name: str, unit: str) -> Component | None:
    """The component that says why a part has no amount, or None when the value that decides it is known."""
    if isinstance(value, Unknown):
        return unpriced(name, unit, f"{what} is {value.reason}")
    return None if value is not None else unpriced(name, unit, f"{what} is not stated")


def always(subject: Subject, name: str, rate: tuple[str, str], count: Whole | Decimal = 1) -> Component:
    """A part that is paid by the hour, every hour of the month, so many times."""
    if (missing := missing_region(subject, name, "hours")) is not None:
        return missing
    times = count if isinstance(count, Decimal) else whole_amount(count, "their number")
    if isinstance(times, str):
        return unpriced(name, "hours", times)
    return Component(name, "hours", query(subject, rate), Quantity.exactly(HOURS_PER_MONTH * times))


def running(
    subject: Subject,
    name: str,
    rate: tuple[str, str],
    count: Whole | Decimal = 1,
    *,
    unit: str = "hours",
    purchase: str = "on-demand",
) -> Component:
    """A part that is paid by the hour while the thing runs: a schedule makes it cheaper."""
    if (missing := missing_region(subject, name, unit)) is not None:
        return missing
    times = count if isinstance(count, Decimal) else whole_amount(count, "their number")
    if isinstance(times, str):
        return unpriced(name, unit, times)
    basis = Basis.SCHEDULE if subject.hours_per_month != HOURS_PER_MONTH else Basis.EXACT
    quantity = Quantity.exactly(subject.hours_per_month * times)
    return Component(name, unit, query(subject, rate, purchase), quantity, basis=basis, stops=True)


def monthly(subject: Subject, name: str, unit: str, rate: tuple[str, str], count: Whole | Decimal = 1) -> Component:
    """A part with a price per month, so many times."""
    return amount(subject, name, unit, rate, Decimal(count) if isinstance(count, int) else count)


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
    free: int = 0,
) -> Component:
    """A part whose quantity the usage file states under `key`, or a part that needs it.

    `free` is what everybody gets for nothing each month, in the unit of the key.
    """
    if (missing := missing_region(subject, name, unit)) is not None:
        return missing
    stated_amount = stated(subject.usage, key)
    if stated_amount is None:
        return needs_usage(name, unit, query(subject, rate), key)
    quantity = Quantity.exactly(max(stated_amount - free, Decimal(0)) / per_unit)
    return Component(name, unit, query(subject, rate), quantity, basis=Basis.USAGE, tiered=tiered)


def use_of(
    subject: Subject,
    name: str,
    unit: str,
    rate: tuple[str, str],
    quantity: Decimal | None,
    key: str,
    *,
    tiered: bool = False,
) -> Component:
    """A part whose quantity was worked out from stated use; None when `key` is still to be stated."""
    if (missing := missing_region(subject, name, unit)) is not None:
        return missing
    if quantity is None:
        return needs_usage(name, unit, query(subject, rate), key)
    return Component(name, unit, query(subject, rate), Quantity.exactly(quantity), basis=Basis.USAGE, tiered=tiered)
