"""A price list made of a dictionary, for tests that need rates of their own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from spendgate.model.cost import Rate, RateQuery, RateTier


def rate(price: str, *, low: str | None = None, high: str | None = None) -> Rate:
    """A rate of a test, dated and with a source."""
    bounds = [Decimal(bound) if bound else None for bound in (low, high)]
    return Rate(Decimal(price), "hours", "2026-01-01", "a test", low=bounds[0], high=bounds[1])


class Prices:
    """Rates by item; implements `ports.PriceSource` and counts how often it is asked."""

    name = "test"

    def __init__(self, rates: Mapping[str, Rate], steps: Mapping[str, tuple[RateTier, ...]] | None = None) -> None:
        self._rates = rates
        self._steps = steps or {}
        self.asked: list[str] = []

    def rate(self, query: RateQuery) -> Rate | str:
        """The rate of an item, or why there is none."""
        self.asked.append(query.item)
        return self._rates.get(query.item, f"no price of {query.item} is known")

    def tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        """The steps of an item, or why there are none."""
        return self._steps.get(query.item, f"no steps of {query.item} are known")
