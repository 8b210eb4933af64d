"""Totals: sums of what is known, bounds where a part is not, and how much of the run has a price."""

from __future__ import annotations

from decimal import Decimal

import pytest

from spendgate.costing.delta import cost_change
from spendgate.costing.estimator import NO_RESOURCE
from spendgate.costing.totals import Totals, TotalsBuilder
from spendgate.model.cost import Estimate, EstimateState, Missing, Unpriced
from spendgate.model.facets import Accelerators, Facets
from spendgate.model.money import MoneyRange
from spendgate.model.values import Bounded, Unknown

GPU = Unpriced("GPU", "no price", Missing.UNPRICED, ("GPU", "h100", 8))
UNSURE = Unpriced("Machine", "type known only after apply")
WAITS = Unpriced("Requests", "use", Missing.NEEDS_USAGE)


def costs(amount: int) -> Estimate:
    return Estimate(EstimateState.PRICED, MoneyRange.exactly(Decimal(amount)))


NO_PRICE = Estimate(EstimateState.UNPRICED, None, (), (GPU,))
USAGE = Estimate(EstimateState.NEEDS_USAGE, None, (), (WAITS,))
MAY_HAVE_A_PRICE = Estimate(EstimateState.UNPRICED, None, (), (UNSURE,))
FREE = Estimate(EstimateState.FREE, MoneyRange.exactly(Decimal(0)))
UNSUPPORTED = Estimate(EstimateState.UNSUPPORTED, None, (), (Unpriced("aws_x", "no meter for aws_x"),))


PLAIN = Facets()


def total(*sides: tuple[Estimate, Estimate], facets: Facets = PLAIN, changed: bool = True) -> Totals:
    builder = TotalsBuilder()
    for number, (before, after) in enumerate(sides):
        builder.add(f"r.{number}", cost_change(before, after), facets, changed=changed)
    return builder.totals()


@pytest.mark.parametrize(
    ("sides", "coverage", "billable"),
    [
        pytest.param([(NO_RESOURCE, costs(5))], 1, 1, id="all priced"),
        pytest.param([(NO_RESOURCE, costs(5)), (NO_RESOURCE, NO_PRICE)], Decimal("0.5"), 2, id="half priced"),
        pytest.param([(NO_RESOURCE, FREE)], None, 0, id="free alone covers nothing"),
        pytest.param([(NO_RESOURCE, FREE), (NO_RESOURCE, costs(5))], 1, 1, id="free is not counted"),
        pytest.param([(NO_RESOURCE, UNSUPPORTED)], 0, 1, id="unsupported is not free"),
        pytest.param([(NO_RESOURCE, costs(5)), (NO_RESOURCE, USAGE)], Decimal("0.5"), 2, id="use is not a price"),
        pytest.param([(costs(5), NO_RESOURCE)], 1, 1, id="a deletion counts by what it was"),
    ],
)
def test_coverage(sides: list[tuple[Estimate, Estimate]], coverage: object, billable: int) -> None:
    totals = total(*sides)
    assert totals.coverage == coverage
    assert totals.billable == billable


def test_a_total_with_a_part_without_a_price_is_a_bound_and_not_a_number() -> None:
    totals = total((NO_RESOURCE, costs(100)), (NO_RESOURCE, NO_PRICE))
    assert not totals.complete
    assert totals.expected_delta == Bounded(Decimal(100), None, "a part of the change has no price: no price")
    assert [(part.address, part.part) for part in totals.unpriced] == [("r.1", GPU)]


def test_gaps_on_both_sides_of_a_run_bound_nothing() -> None:
    totals = total((NO_PRICE, costs(5)), (costs(5), NO_PRICE))
    assert totals.expected_delta == Bounded(None, None, "a part of the change has no price: no price")


def test_parts_that_need_usage_are_counted_and_leave_the_delta_a_number() -> None:
    totals = total((NO_RESOURCE, costs(100)), (NO_RESOURCE, USAGE))
    assert totals.complete
    assert totals.expected_delta == 100
    assert totals.needs_usage == 1


def test_the_share_without_a_price_is_that_of_what_changes() -> None:
    assert total((NO_RESOURCE, NO_PRICE), (NO_RESOURCE, costs(1)), (NO_RESOURCE, FREE)).unpriced_share == Decimal("0.5")
    assert total((NO_PRICE, NO_PRICE), changed=False).unpriced_share == 0


def test_what_may_yet_have_a_price_makes_the_share_a_range() -> None:
    share = total((NO_RESOURCE, MAY_HAVE_A_PRICE), (NO_RESOURCE, costs(1))).unpriced_share
    assert isinstance(share, Bounded)
    assert (share.lower, share.upper) == (0, Decimal("0.5"))


def test_accelerators_without_a_price_are_counted_or_unknown() -> None:
    gpu = Facets(accel=Accelerators(8, ("H100",), ("H100-80GB",), max_total=8))
    assert total((NO_RESOURCE, NO_PRICE), facets=gpu).unpriced_accelerators == 8
    many = Facets(accel=Accelerators(4, ("H100",), ("H100-80GB",), max_total=48))
    assert total((NO_RESOURCE, NO_PRICE), facets=many).unpriced_accelerators == 48
    slice_ = Facets(accel=Accelerators(1, ("H100",), ("H100-80GB",), max_total=Decimal("0.3")))
    assert total((NO_RESOURCE, NO_PRICE), facets=slice_).unpriced_accelerators == 1, "a part of one is one to buy"
    maybe = Facets(accel=Accelerators(Unknown("in no catalogue"), Unknown("in no catalogue")))
    assert total((NO_RESOURCE, NO_PRICE), facets=maybe).unpriced_accelerators == Unknown("in no catalogue")
    assert total((NO_RESOURCE, costs(1)), facets=gpu).unpriced_accelerators == 0


def test_the_largest_drivers_come_first_whichever_way_they_go() -> None:
    sides = [(NO_RESOURCE, costs(1)), (costs(90), NO_RESOURCE), (NO_RESOURCE, costs(50)), (NO_RESOURCE, costs(70))]
    assert total(*sides).top == (("r.1", Decimal(-90)), ("r.3", Decimal(70)), ("r.2", Decimal(50)))
