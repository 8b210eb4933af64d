"""Prices the metered parts of a resource: quantity times rate, and a reason for each part that has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from spendgate.costing.free_types import is_free
from spendgate.costing.hours import HOURS_PER_MONTH, hours_per_month
from spendgate.costing.meters import meters_for
from spendgate.costing.pod_rates import SERVICE, pod_rate
from spendgate.costing.usage import UsageFile, UsageValueError, stated
from spendgate.costing.usage_values import HOURS, SIZES, at_size, has_ranges, spread
from spendgate.model.cost import (
    Basis,
    Component,
    Estimate,
    EstimateState,
    LineItem,
    Missing,
    Quantity,
    Rate,
    RateQuery,
    RateTier,
    Unpriced,
)
from spendgate.model.facets import Facets
from spendgate.model.frozen import replace
from spendgate.model.money import NOTHING, UNBOUNDED, MoneyRange
from spendgate.model.resource import Resource
from spendgate.ports import Catalog, Meter, Neighbours, PriceSource, Subject

NO_RESOURCE = Estimate(EstimateState.NONE, NOTHING)
_FREE = Estimate(EstimateState.FREE, NOTHING)
_LONGEST_MONTH = 744
_MOST_UNITS = Decimal(10) ** 16
"""More of a thing than anyone buys in a month: a slip of the keyboard, not a cost (ten thousand trillion tokens)."""
_BASIS_ORDER = (Basis.EXACT, Basis.SCHEDULE, Basis.PROVIDER_DEFAULT, Basis.USAGE, Basis.ASSUMED, Basis.UNKNOWN)


class Estimator:
    """Estimates resources one by one; each distinct rate is looked up once per run."""

    def __init__(self, prices: PriceSource, catalog: Catalog, usage: UsageFile, today: date | None = None) -> None:
        self._prices = prices
        self._catalog = catalog
        self._usage = usage
        self._today = today
        self._rates: dict[RateQuery, Rate | str] = {}
        self._tiers: dict[RateQuery, tuple[RateTier, ...] | str] = {}
        self._meters: dict[str, Mapping[str, tuple[Meter, ...]]] = {}

    def estimate(self, resource: Resource, facets: Facets, neighbours: Neighbours) -> Estimate:
        """The monthly cost of one resource on one side of the run."""
        provider = resource.provider
        if provider not in self._meters:
            self._meters[provider] = meters_for(provider)
        meters = self._meters[provider].get(resource.type)
        if not meters and facets.pools:
            meters = self._meters[provider].get("*")
        if not meters:
            return _FREE if is_free(provider, resource.type) else _unsupported(resource)
        use = self._usage.of(resource.address, resource.type, facets, provider)
        subject = Subject(
            resource, facets, use, neighbours, hours_per_month(facets.schedule), self._catalog, self._today
        )
        try:
            if not has_ranges(use):
                return self._estimated(meters, _at_hours(subject))
            low, expected, high = (
                self._estimated(meters, _at_hours(replace(subject, usage=at_size(use, size)))) for size in SIZES
            )
            return spread(low, expected, high)
        except UsageValueError as error:
            raise self._usage.placed(error, resource.address, resource.type) from None

    def _estimated(self, meters: Iterable[Meter], subject: Subject) -> Estimate:
        items: list[LineItem] = []
        missing: list[Unpriced] = []
        for meter in meters:
            for component in meter.components(subject):
                self._price(component, items, missing)
        return _combined(items, missing, subject.hours_per_month)

    def _price(self, component: Component, items: list[LineItem], missing: list[Unpriced]) -> None:
        if component.quantity is None:
            missing.append(_without_quantity(component, self._has_rate(component)))
        elif component.quantity.low < 0 or component.quantity.expected < 0:
            missing.append(Unpriced(component.name, "its size is below zero, which cannot be meant"))
        elif component.quantity.expected > _MOST_UNITS or _MOST_UNITS < component.quantity.high < UNBOUNDED:
            missing.append(Unpriced(component.name, "its size is beyond anything that can be bought"))
        elif component.tiered:
            tiers = self._tiered(component.query)
            if isinstance(tiers, str):
                missing.append(_without_rate(component, tiers))
            else:
                items.extend(_tier_items(component, component.quantity, tiers))
        else:
            rate = component.stated or self._rate(component.query)
            if isinstance(rate, str) and not component.quantity.high:
                return  # NOTE: no hours of a machine that is stopped cost nothing, whatever an hour costs.
            if isinstance(rate, str):
                missing.append(_without_rate(component, rate))
            else:
                items.append(_item(component, component.quantity, self._widened(component, rate)))

    @property
    def today(self) -> date | None:
        """The day of the run."""
        return self._today

    def rate(self, query: RateQuery) -> Rate | str:
        """What a unit costs, or the reason why nobody knows."""
        return self._rate(query)

    def tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        """The steps of a rate, or the reason why there are none."""
        return self._tiered(query)

    def _has_rate(self, component: Component) -> bool:
        """Whether stating the use of a part would give it an amount."""
        if component.missing is not Missing.NEEDS_USAGE:
            return True
        found = self._tiered(component.query) if component.tiered else self._rate(component.query)
        return not isinstance(found, str)

    def _rate(self, query: RateQuery) -> Rate | str:
        if query not in self._rates:
            is_part = query.service == SERVICE
            self._rates[query] = pod_rate(query, self._rate, self._catalog) if is_part else self._prices.rate(query)
        return self._rates[query]

    def _tiered(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        if query not in self._tiers:
            self._tiers[query] = self._prices.tiers(query)
        return self._tiers[query]

    def _widened(self, component: Component, rate: Rate) -> Rate:
        """The rate with low and high over all alternatives that have one; those that have none are named."""
        if not component.alternatives:
            return rate
        low, high, without = rate.low or rate.price, rate.high or rate.price, []
        for query in component.alternatives:
            other = self._rate(query)
            if isinstance(other, str):
                without.append(query.item)
            else:
                low, high = min(low, other.low or other.price), max(high, other.high or other.price)
        note = f"no price for {', '.join(without[:5])}" if without else rate.note
        return replace(rate, note=note, low=low, high=high)


def _at_hours(subject: Subject) -> Subject:
    """The subject at the running hours that its use states, if it does."""
    hours = stated(subject.usage, HOURS)
    if hours is None:
        return subject
    if hours > _LONGEST_MONTH:
        raise UsageValueError(HOURS, subject.usage[HOURS], f"hours of a month (at most {_LONGEST_MONTH}), or 12x5,")
    return replace(subject, hours_per_month=min(hours, HOURS_PER_MONTH))


def _without_quantity(component: Component, has_rate: bool) -> Unpriced:
    identity: tuple[object, ...] = ()
    if component.missing is Missing.NEEDS_USAGE:
        identity = (component.name, component.query)
    reason = component.missing_reason if has_rate else f"{component.missing_reason}, and a price: none is known"
    return Unpriced(component.name, reason, component.missing, identity)


def _without_rate(component: Component, reason: str) -> Unpriced:
    return Unpriced(component.name, reason, Missing.UNPRICED, (component.name, component.query, component.quantity))


def _unsupported(resource: Resource) -> Estimate:
    reason = f"no meter for {resource.type}"
    return Estimate(EstimateState.UNSUPPORTED, None, (), (Unpriced(resource.type, reason),))


def _combined(items: list[LineItem], missing: list[Unpriced], hours: Decimal) -> Estimate:
    lacks_price = any(part.missing is Missing.UNPRICED for part in missing)
    if items:
        state = EstimateState.PARTIAL if lacks_price else EstimateState.PRICED
        monthly = items[0].monthly
        for item in items[1:]:
            monthly = monthly + item.monthly
        return Estimate(state, monthly, tuple(items), tuple(missing), hours)
    if not missing:
        return _FREE
    state = EstimateState.UNPRICED if lacks_price else EstimateState.NEEDS_USAGE
    return Estimate(state, None, (), tuple(missing), hours)


def _item(component: Component, quantity: Quantity, rate: Rate) -> LineItem:
    if component.factor != 1:
        rate = rate.times(component.factor)
    low, high = rate.low or rate.price, rate.high or rate.price
    monthly = MoneyRange(quantity.low * low, quantity.expected * rate.price, quantity.high * high, rate.currency)
    basis = max(component.basis, rate.basis, key=_BASIS_ORDER.index)
    note = "; ".join(text for text in (component.note, rate.note) if text)
    return LineItem(component.name, quantity, component.unit, rate, monthly, basis, note, component.stops)


def _tier_items(component: Component, quantity: Quantity, tiers: tuple[RateTier, ...]) -> Iterator[LineItem]:
    """One line item per step of the rate that the quantity reaches at its largest; the first step always shows."""
    for number, tier in enumerate(tiers):
        end = tiers[number + 1].start if number + 1 < len(tiers) else None
        if number and quantity.high <= tier.start:
            return
        part = Quantity(
            _within(quantity.low, tier.start, end),
            _within(quantity.expected, tier.start, end),
            _within(quantity.high, tier.start, end),
        )
        yield _item(component, part, tier.rate)


def _within(amount: Decimal, start: Decimal, end: Decimal | None) -> Decimal:
    """How much of an amount falls between the start and the end of a step."""
    reached = amount if end is None else min(amount, end)
    return max(reached - start, Decimal(0))
