"""Ranges of money: differences compare like size with like size."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.model.money import NOTHING, UNBOUNDED, MoneyRange


def cost(low: int, expected: int, high: int | Decimal) -> MoneyRange:
    return MoneyRange(Decimal(low), Decimal(expected), Decimal(high))


@pytest.mark.parametrize(
    ("after", "before", "delta"),
    [
        pytest.param(cost(1, 2, 10), cost(1, 2, 10), cost(0, 0, 0), id="an unchanged pool differs by nothing"),
        pytest.param(cost(1, 2, 10), NOTHING, cost(1, 2, 10), id="what is created costs its range"),
        pytest.param(NOTHING, cost(1, 2, 10), cost(-10, -2, -1), id="what is deleted saves its range, in order"),
        pytest.param(cost(1, 2, 5), cost(1, 2, 10), cost(-5, 0, 0), id="a lower maximum lowers the low end"),
        pytest.param(cost(0, 1, UNBOUNDED), cost(0, 1, 4), cost(0, 0, UNBOUNDED), id="a bound taken away is unbounded"),
        pytest.param(
            cost(0, 2, UNBOUNDED),
            cost(0, 1, UNBOUNDED),
            cost(0, 1, 1),
            id="two unbounded sides differ as their sizes do",
        ),
    ],
)
def test_a_difference_is_taken_size_by_size(after: MoneyRange, before: MoneyRange, delta: MoneyRange) -> None:
    assert after - before == delta


amounts = st.decimals(min_value=0, max_value=10**6, places=2)
ranges = st.tuples(amounts, amounts, amounts).map(lambda sizes: MoneyRange(*sorted(sizes)))


@given(one=ranges, other=ranges)
def test_a_difference_is_in_order_and_turns_with_its_sign(one: MoneyRange, other: MoneyRange) -> None:
    forth, back = one - other, other - one
    assert forth.low <= forth.expected <= forth.high
    assert (forth.low, forth.expected, forth.high) == (-back.high, -back.expected, -back.low)


def test_currencies_do_not_mix() -> None:
    dollar, euro = MoneyRange.exactly(Decimal(1)), MoneyRange.exactly(Decimal(1), "EUR")
    with pytest.raises(ValueError, match="cannot combine"):
        dollar + euro
    with pytest.raises(ValueError, match="cannot combine"):
        dollar - euro


def test_nothing_is_nothing_in_any_currency() -> None:
    euro = MoneyRange.exactly(Decimal(1), "EUR")
    assert NOTHING + euro == euro + NOTHING == euro - NOTHING == euro
