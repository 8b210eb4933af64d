"""What it costs to take data out of a place, once: the price of a provider for traffic to other regions or to the internet."""

from __future__ import annotations

from decimal import Decimal

from spendgate.costing.estimator import Estimator
from spendgate.model.cost import RateQuery
from spendgate.model.values import Unknown

_TO_REGIONS = {"aws": ("data transfer", "to other regions"), "google": ("storage egress", "worldwide")}
_TO_OTHERS = {"aws": ("data transfer", "to internet"), "google": ("internet egress", "worldwide")}
"""Keys of the price book. NOTE: within a continent Google takes less than the price for the whole world."""


def egress(
    estimator: Estimator, provider: str, region: str, gigabytes: Decimal, *, to_others: bool
) -> Decimal | Unknown:
    """USD (or the run's currency) for moving so much out of a region, or why it is not known."""
    rate = (_TO_OTHERS if to_others else _TO_REGIONS).get(provider)
    if not gigabytes:
        return Decimal(0)
    if rate is None:
        return Unknown(f"no price of moving data out of {provider} is known")
    cost = in_steps(estimator, RateQuery(provider, region, *rate), gigabytes)
    return Unknown(cost) if isinstance(cost, str) else cost


def in_steps(estimator: Estimator, query: RateQuery, amount: Decimal) -> Decimal | str:
    """What an amount costs at a rate whose price falls step by step, or why that is not known."""
    steps = estimator.tiers(query)
    if isinstance(steps, str):
        return steps
    cost = Decimal(0)
    for number, step in enumerate(steps):
        end = steps[number + 1].start if number + 1 < len(steps) else amount
        cost += max(min(amount, end) - step.start, Decimal(0)) * step.rate.price
    return cost
