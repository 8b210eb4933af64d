"""What exists at the blended price, what is added at the marginal one; nothing is lost and nothing counted twice."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from spendgate.costing.commitments import blended
from spendgate.model.cost import Basis, Estimate, EstimateState, LineItem, Quantity, Rate
from spendgate.model.money import MoneyRange

D = Decimal
RATE = Rate(D("1.0"), "hours", "2026-01-01", "a test", existing_price=D("0.8"), commitment="SP")


def estimate(*hours: int, rate: Rate = RATE) -> Estimate:
    """Machines of one type for so many hours at the minimum, desired and maximum size."""
    low, expected, high = (D(each) for each in (hours * 3)[:3])
    monthly = MoneyRange(low, expected, high)
    item = LineItem("Machine", Quantity(low, expected, high), "hours", rate, monthly, Basis.EXACT)
    return Estimate(EstimateState.PRICED, monthly, (item,))


EMPTY = Estimate(EstimateState.NONE, MoneyRange(D(0), D(0), D(0)))


def amounts(made: Estimate) -> list[Decimal]:
    return [item.monthly.expected for item in made.items]


def test_what_is_new_pays_the_margin() -> None:
    assert amounts(blended(EMPTY, estimate(100))[1]) == [D(100)]


def test_what_goes_paid_the_blend() -> None:
    assert amounts(blended(estimate(100), EMPTY)[0]) == [D(80)]


def test_what_is_added_to_a_group_pays_the_margin() -> None:
    before, after = blended(estimate(100), estimate(300))
    assert (amounts(before), amounts(after)) == ([D(80)], [D(80), D(200)])
    assert after.items[1].name == "Machine, added"
    assert after.monthly == MoneyRange(D(280), D(280), D(280))


def test_what_stays_stays_one_object() -> None:
    there = estimate(100)
    before, after = blended(there, there)
    assert before is after
    assert amounts(after) == [D(80)]


def test_without_a_commitment_nothing_is_touched() -> None:
    plain = estimate(100, rate=Rate(D(1), "hours", "2026-01-01", "a test"))
    assert blended(plain, EMPTY) == (plain, EMPTY)
    assert blended(plain, EMPTY)[0] is plain


@given(
    st.lists(st.integers(0, 10_000), min_size=3, max_size=3), st.lists(st.integers(0, 10_000), min_size=3, max_size=3)
)
def test_quantities_are_kept_and_a_cost_lies_between_both_prices(old: list[int], new: list[int]) -> None:
    _, after = blended(estimate(*sorted(old)), estimate(*sorted(new)))
    assert sum(item.quantity.expected for item in after.items) == sorted(new)[1]
    total = sum(amounts(after), D(0))
    assert sorted(new)[1] * D("0.8") <= total <= sorted(new)[1]
