"""From metered parts to line items: steps, alternatives, discounts, states, and prices that are asked for once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of
from tests.unit.costing.shared.pricing import Prices, rate

from spendgate.costing.estimator import _combined, _item, _tier_items
from spendgate.model.cost import Basis, Component, EstimateState, Missing, Quantity, Rate, RateQuery, RateTier, Unpriced
from spendgate.model.money import UNBOUNDED

STEPS = (RateTier(Decimal(0), rate("3")), RateTier(Decimal(10), rate("2")), RateTier(Decimal(30), rate("1")))


def component(quantity: Quantity, **more: Any) -> Component:
    return Component("Machine", "hours", RateQuery("aws", "us-east-1", "machine", "big"), quantity, **more)


@pytest.mark.parametrize(
    ("amount", "lines", "total"),
    [
        pytest.param(0, [0], 0, id="nothing used still shows the first step"),
        pytest.param(10, [10], 30, id="the end of a step belongs to it"),
        pytest.param(12, [10, 2], 34, id="the second step begins where the first ends"),
        pytest.param(100, [10, 20, 70], 140, id="the last step never ends"),
    ],
)
def test_a_quantity_is_spread_over_the_steps_of_its_rate(amount: int, lines: list[int], total: int) -> None:
    quantity = Quantity.exactly(amount)
    items = list(_tier_items(component(quantity, tiered=True), quantity, STEPS))
    assert [item.quantity.expected for item in items] == lines
    assert sum(item.monthly.expected for item in items) == total


def test_steps_are_reached_size_by_size() -> None:
    quantity = Quantity(Decimal(5), Decimal(12), Decimal(40))
    items = list(_tier_items(component(quantity, tiered=True), quantity, STEPS))
    assert sum(item.monthly.low for item in items) == 15
    assert sum(item.monthly.expected for item in items) == 34
    assert sum(item.monthly.high for item in items) == 30 + 40 + 10


def test_the_band_of_a_rate_widens_the_cost() -> None:
    item = _item(component(Quantity.exactly(10)), Quantity.exactly(10), rate("2", low="1", high="5"))
    assert (item.monthly.low, item.monthly.expected, item.monthly.high) == (10, 20, 50)


def test_a_discount_applies_to_the_rate_and_to_its_band() -> None:
    part = component(Quantity.exactly(10), factor=Decimal("0.5"))
    item = _item(part, Quantity.exactly(10), rate("2", low="1", high="5"))
    assert (item.monthly.low, item.monthly.expected, item.monthly.high) == (5, 10, 25)


@pytest.mark.parametrize(
    ("own", "of_rate", "shown"),
    [
        (Basis.EXACT, Basis.EXACT, Basis.EXACT),
        (Basis.SCHEDULE, Basis.EXACT, Basis.SCHEDULE),
        (Basis.USAGE, Basis.ASSUMED, Basis.ASSUMED),
        (Basis.PROVIDER_DEFAULT, Basis.EXACT, Basis.PROVIDER_DEFAULT),
    ],
)
def test_the_weaker_basis_is_shown(own: Basis, of_rate: Basis, shown: Basis) -> None:
    price = Rate(Decimal(1), "hours", "2026-01-01", "a test", basis=of_rate)
    assert _item(component(Quantity.exactly(1), basis=own), Quantity.exactly(1), price).basis is shown


NO_PRICE = Unpriced("GPU", "no price")
WAITS = Unpriced("Requests", "use", Missing.NEEDS_USAGE)
LINE = _item(component(Quantity.exactly(1)), Quantity.exactly(1), rate("2"))


@pytest.mark.parametrize(
    ("items", "missing", "state", "amount"),
    [
        pytest.param([], [], EstimateState.FREE, 0, id="no parts at all"),
        pytest.param([LINE], [], EstimateState.PRICED, 2, id="everything priced"),
        pytest.param([LINE], [WAITS], EstimateState.PRICED, 2, id="parts that wait for usage do not matter"),
        pytest.param([LINE], [NO_PRICE], EstimateState.PARTIAL, 2, id="one part lacks a price"),
        pytest.param([], [NO_PRICE, WAITS], EstimateState.UNPRICED, None, id="nothing priced: no amount, not zero"),
        pytest.param([], [WAITS], EstimateState.NEEDS_USAGE, None, id="use alone: no amount, not zero"),
    ],
)
def test_state_of_an_estimate(items: list[Any], missing: list[Unpriced], state: EstimateState, amount: object) -> None:
    estimate = _combined(items, missing, Decimal(730))
    assert estimate.state is state
    assert (estimate.monthly.expected if estimate.monthly else None) == amount


def test_a_size_below_zero_is_no_saving() -> None:
    estimate = estimate_of("aws_ebs_volume", {"size": -100})
    assert estimate.state is EstimateState.UNPRICED
    assert estimate.monthly is None


def test_a_size_beyond_all_measure_has_no_price_rather_than_an_absurd_one() -> None:
    estimate = estimate_of("aws_ebs_volume", {"size": 10**30})
    assert estimate.state is EstimateState.UNPRICED
    assert "beyond anything that can be bought" in estimate.unpriced[0].reason


def test_a_type_without_a_meter_is_unsupported_and_not_free() -> None:
    estimate = estimate_of("aws_some_new_service", {})
    assert estimate.state is EstimateState.UNSUPPORTED
    assert estimate.monthly is None


@pytest.mark.parametrize(
    "type_",
    ["aws_iam_role", "aws_iam_policy", "aws_security_group", "aws_subnet", "aws_launch_template", "null_resource"],
)
def test_types_that_cost_nothing_by_themselves_are_free(type_: str) -> None:
    assert estimate_of(type_, {}).state is EstimateState.FREE


def test_each_price_is_looked_up_once_per_run() -> None:
    prices = Prices({"m5.large": rate("0.1"), "gp2 storage": rate("0.1")})
    run = Run(aws("aws_instance", {"instance_type": "m5.large"}), prices=prices)
    run.estimate()
    assert sorted(prices.asked) == ["gp2 storage", "m5.large"]


def test_alternatives_widen_the_band_and_those_without_a_price_are_named() -> None:
    prices = Prices({"a.large": rate("2"), "b.large": rate("5"), "c.large": rate("1"), "gp2 storage": rate("0.1")})
    override = [{"instance_type": name} for name in ("a.large", "b.large", "c.large", "d.large")]
    policy = [{"launch_template": [{"override": override}]}]
    group = aws("aws_autoscaling_group", {"min_size": 1, "max_size": 1, "mixed_instances_policy": policy})
    machine = Run(group, prices=prices).estimate().items[0]
    assert (machine.rate.low, machine.rate.price, machine.rate.high) == (1, 2, 5)
    assert "no price for d.large" in machine.note


def test_a_group_without_an_upper_bound_costs_without_bound_at_most() -> None:
    prices = Prices({"m5.large": rate("0.1")})
    template = {"instance_type": "m5.large"}
    group = aws("aws_autoscaling_group", {"min_size": 1})
    run = Run(
        group,
        (aws("aws_launch_template", template),),
        ((group.address, "launch_template", "aws_launch_template.it"),),
        prices=prices,
    )
    monthly = run.estimate().monthly
    assert monthly is not None
    assert monthly.expected == 73
    assert monthly.high == UNBOUNDED
