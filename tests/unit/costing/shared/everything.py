"""What meters say whatever the price book knows: every rate is one, so that each part shows with its quantity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Protocol

from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.model.cost import Estimate, LineItem, Rate, RateQuery, RateTier
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import Catalog, Neighbours


class AnyRun(Protocol):
    """A small run of one provider: the first resource is asked about."""

    resources: Any
    side: Neighbours

    def facets(self) -> Facets:
        """The facets of the first resource."""
        ...


class OneEach:
    """A price source in which everything costs one; implements `ports.PriceSource` and keeps what it was asked."""

    name = "one each"

    def __init__(self) -> None:
        self.asked: list[RateQuery] = []

    def rate(self, query: RateQuery) -> Rate | str:
        """One, dated."""
        self.asked.append(query)
        return Rate(Decimal(1), "unit", "2026-01-01", "a test")

    def tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        """One step."""
        found = self.rate(query)
        assert isinstance(found, Rate)
        return (RateTier(Decimal(0), found),)


def metered(run: AnyRun, catalog: Catalog, **usage: Any) -> tuple[Estimate, list[RateQuery]]:
    """The estimate of the first resource where everything costs one, and the rates that were asked for."""
    first: Resource = run.resources[0]
    prices = OneEach()
    stated = UsageFile({first.address: usage} if usage else {}, {})
    return Estimator(prices, catalog, stated).estimate(first, run.facets(), run.side), prices.asked


def amounts(estimate: Estimate) -> dict[str, tuple[Decimal, str]]:
    """Expected quantity and unit of each part by name, quantities with at most four digits behind the point."""
    return {item.name: (_short(item), item.unit) for item in estimate.items}


def _short(item: LineItem) -> Decimal:
    return round(item.quantity.expected, 4)
