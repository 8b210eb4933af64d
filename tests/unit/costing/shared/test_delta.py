"""The delta says only what can be told: a price that is missing on one side is no saving and no cost on the other."""

from decimal import Decimal

import pytest

from spendgate.costing.delta import cost_change
from spendgate.costing.estimator import NO_RESOURCE
from spendgate.model.cost import Estimate, EstimateState, Missing, Unpriced
from spendgate.model.money import UNBOUNDED, MoneyRange

FREE = Estimate(EstimateState.FREE, MoneyRange.exactly(Decimal(0)))
USAGE = Estimate(EstimateState.NEEDS_USAGE, None, (), (Unpriced("Requests", "use", Missing.NEEDS_USAGE),))


def priced(low: object, expected: object | None = None, high: object | None = None) -> Estimate:
    amounts = [Decimal(str(amount)) for amount in (low, expected, high) if amount is not None]
    return Estimate(EstimateState.PRICED, MoneyRange(amounts[0], amounts[len(amounts) // 2], amounts[-1]))


def partial(amount: int, *parts: Unpriced) -> Estimate:
    return Estimate(EstimateState.PARTIAL, MoneyRange.exactly(Decimal(amount)), (), parts)


GPU = Unpriced("GPU", "no price", Missing.UNPRICED, ("GPU", "h100", 8))
MORE_GPU = Unpriced("GPU", "no price", Missing.UNPRICED, ("GPU", "h100", 16))
NAMELESS = Unpriced("Machine", "type known only after apply")


@pytest.mark.parametrize(
    ("before", "after", "delta", "at_least", "at_most"),
    [
        pytest.param(priced(100), priced(40), -60, None, None, id="cheaper"),
        pytest.param(NO_RESOURCE, priced(40), 40, None, None, id="new"),
        pytest.param(priced(100), NO_RESOURCE, -100, None, None, id="gone"),
        pytest.param(NO_RESOURCE, FREE, 0, None, None, id="free"),
        pytest.param(priced(100), partial(5, GPU), None, -95, None, id="after lacks a price: no saving, a lower bound"),
        pytest.param(partial(5, GPU), priced(100), None, None, 95, id="before lacks a price: an upper bound"),
        pytest.param(partial(5, GPU), partial(7, GPU), 2, None, None, id="the same gap on both sides cancels out"),
        pytest.param(partial(5, GPU), partial(7, MORE_GPU), None, None, None, id="a gap of another size does not"),
        pytest.param(partial(5, NAMELESS), partial(7, NAMELESS), None, None, None, id="gaps without identity never do"),
        pytest.param(NO_RESOURCE, USAGE, None, None, None, id="use alone decides"),
        pytest.param(USAGE, priced(10), 10, None, None, id="use on one side is left out"),
    ],
)
def test_delta(before: Estimate, after: Estimate, delta: object, at_least: object, at_most: object) -> None:
    change = cost_change(before, after)
    assert (change.delta.expected if change.delta else None) == delta
    assert change.delta_at_least == at_least
    assert change.delta_at_most == at_most


def test_an_unchanged_estimate_makes_no_difference_even_without_prices() -> None:
    same = partial(5, NAMELESS)
    change = cost_change(same, same)
    assert change.delta is not None
    assert change.delta.expected == 0


def test_sizes_are_compared_with_like_sizes() -> None:
    change = cost_change(priced(10, 20, 100), priced(11, 22, 110))
    assert change.delta == MoneyRange(Decimal(1), Decimal(2), Decimal(10))


def test_what_nothing_bounds_differs_as_its_other_sizes_do() -> None:
    change = cost_change(priced(10, 20, UNBOUNDED), priced(10, 25, UNBOUNDED))
    assert change.delta == MoneyRange(Decimal(0), Decimal(5), Decimal(5))
