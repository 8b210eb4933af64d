"""What AWS machines cost: hours, disks, and everything that is billed beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of, needed, quantities, unpriced

from spendgate.costing.delta import cost_change
from spendgate.model.cost import Basis, EstimateState


def instance(type_: str = "m5.large", **more: Any) -> Any:
    return estimate_of("aws_instance", {"instance_type": type_, **more})


def test_a_smaller_gpu_machine_saves_the_difference_of_both_rates() -> None:
    before, after = instance("p4d.24xlarge"), instance("g5.xlarge")
    change = cost_change(before, after)
    rates = [estimate.items[0].rate for estimate in (before, after)]
    assert [(rate.price, rate.source) for rate in rates] == [
        (Decimal("21.957642"), "karpenter-aws"),
        (Decimal("1.006"), "karpenter-aws"),
    ]
    assert all(rate.as_of.startswith("2026-07") for rate in rates)
    assert change.delta is not None
    assert change.delta.expected == (Decimal("1.006") - Decimal("21.957642")) * 730


def test_a_machine_that_no_book_knows_is_no_saving_and_no_cost() -> None:
    before, after = instance("p4d.24xlarge"), instance("zz9.99xlarge")
    assert after.state is EstimateState.PARTIAL
    assert unpriced(after) == {"Machine (on-demand, zz9.99xlarge)": "no price of machine type zz9.99xlarge is known"}
    change = cost_change(before, after)
    assert change.delta is None
    assert change.delta_at_least is not None
    assert change.delta_at_most is None


def test_a_machine_in_an_unknown_region_is_not_priced_elsewhere() -> None:
    machine = aws("aws_instance", {"instance_type": "g6f.xlarge", "region": "mx-central-1"})
    assert (
        "no price of g6f.xlarge is known for mx-central-1"
        in unpriced(Run(machine).estimate())["Machine (on-demand, g6f.xlarge)"]
    )


def test_spot_is_not_priced_as_on_demand_and_its_band_reaches_there() -> None:
    estimate = estimate_of("aws_spot_instance_request", {"instance_type": "m5.large"})
    machine = estimate.items[0]
    assert machine.name == "Machine (spot, m5.large)"
    assert machine.rate.price < Decimal("0.096") == machine.rate.high


def test_spot_without_a_price_assumes_on_demand_and_says_so() -> None:
    machine = estimate_of("aws_spot_instance_request", {"instance_type": "p5.4xlarge"}).items[0]
    assert (machine.basis, machine.rate.note) == (
        Basis.ASSUMED,
        "no spot price of p5.4xlarge is known, on-demand assumed",
    )


@pytest.mark.parametrize(
    ("attributes", "parts"),
    [
        pytest.param({"monitoring": True}, {"Detailed monitoring": (7, "metrics")}, id="monitoring"),
        pytest.param(
            {"associate_public_ip_address": True}, {"Public IPv4 address": (730, "hours")}, id="a public address"
        ),
        pytest.param(
            {"instance_type": "r3.xlarge", "ebs_optimized": True},
            {"EBS optimisation": (730, "hours")},
            id="EBS optimisation of an old family",
        ),
        pytest.param({"ebs_optimized": True}, {}, id="EBS optimisation of a new family is included"),
        pytest.param(
            {"root_block_device": [{"volume_size": 100, "volume_type": "gp3", "iops": 4000, "throughput": 225}]},
            {
                "root volume storage (gp3)": (100, "GB-month"),
                "root volume iops (gp3)": (1000, "IOPS-month"),
                "root volume throughput (gp3)": (100, "MiB/s-month"),
            },
            id="gp3 above what it includes",
        ),
        pytest.param(
            {"ebs_block_device": [{"device_name": "b", "volume_size": 50, "volume_type": "io1", "iops": 500}]},
            {
                "root volume storage (gp2)": (8, "GB-month"),
                "volume b storage (io1)": (50, "GB-month"),
                "volume b iops (io1)": (500, "IOPS-month"),
            },
            id="a data disk",
        ),
    ],
)
def test_parts_beside_the_hours(attributes: dict[str, Any], parts: dict[str, Any]) -> None:
    found = quantities(estimate_of("aws_instance", {"instance_type": "m5.large", **attributes}))
    extra = {
        name: part for name, part in found.items() if not name.startswith(("Machine", "root volume storage (gp2)"))
    }
    wanted = {name: part for name, part in parts.items() if name != "root volume storage (gp2)"}
    assert extra == wanted
    assert any(name.startswith("root volume storage") for name in found)


def test_steps_of_io2_iops_are_those_of_the_volume() -> None:
    estimate = estimate_of("aws_ebs_volume", {"size": 1000, "type": "io2", "iops": 70000, "region": "eu-west-1"})
    steps = [(item.quantity.expected, item.rate.price) for item in estimate.items if "iops" in item.name]
    assert steps == [(32000, Decimal("0.072")), (32000, Decimal("0.0504")), (6000, Decimal("0.03528"))]


@pytest.mark.parametrize(
    ("type_", "attributes", "wanted"),
    [
        pytest.param("t3.medium", {}, True, id="t3 is unlimited by default"),
        pytest.param("t3a.medium", {}, True, id="t3a too"),
        pytest.param("t2.medium", {}, False, id="t2 is not"),
        pytest.param("t2.medium", {"credit_specification": [{"cpu_credits": "unlimited"}]}, True, id="t2 where stated"),
        pytest.param(
            "t3.medium", {"credit_specification": [{"cpu_credits": "standard"}]}, False, id="t3 unless stated"
        ),
        pytest.param(
            "m5.large", {"credit_specification": [{"cpu_credits": "unlimited"}]}, False, id="no credits at all"
        ),
    ],
)
def test_cpu_credits_wait_for_usage_in_unlimited_mode(type_: str, attributes: dict[str, Any], wanted: bool) -> None:
    assert ("CPU credits" in needed(instance(type_, **attributes))) is wanted


def test_cpu_credits_are_those_of_all_vcpus() -> None:
    estimate = estimate_of("aws_instance", {"instance_type": "t3.medium"}, monthly_cpu_credit_hrs=350)
    assert quantities(estimate)["CPU credits"] == (700, "vCPU-hours")


def test_a_dedicated_host_pays_for_what_runs_on_it() -> None:
    estimate = instance("m5.large", host_id="h-1")
    assert list(quantities(estimate)) == ["root volume storage (gp2)"]
    host = estimate_of("aws_ec2_host", {"instance_type": "c5.18xlarge"})
    assert quantities(host) == {"Dedicated host (on-demand, c5)": (730, "hours")}


@pytest.mark.parametrize(
    ("attributes", "usage", "missing"),
    [
        pytest.param({"tenancy": "dedicated"}, {}, "Machine (on-demand, m5.large)", id="dedicated tenancy"),
        pytest.param(
            {"instance_market_options": [{"market_type": "capacity-block"}]},
            {},
            "Machine (on-demand, m5.large)",
            id="capacity block",
        ),
        pytest.param(
            {},
            {"reserved_instance_term": "3_year", "reserved_instance_payment_option": "no_upfront"},
            "Machine (reserved, m5.large)",
            id="a reservation that no book prices",
        ),
    ],
)
def test_what_is_not_sold_at_the_list_price_is_unpriced_and_not_guessed(
    attributes: dict[str, Any], usage: dict[str, Any], missing: str
) -> None:
    estimate = Run(aws("aws_instance", {"instance_type": "m5.large", **attributes}), usage=usage).estimate()
    assert estimate.state is EstimateState.PARTIAL
    assert missing in unpriced(estimate)


@pytest.mark.parametrize(
    ("attributes", "usage", "name", "rate"),
    [
        pytest.param({"get_password_data": True}, {}, "Licence (windows)", "0.092", id="windows, told by its password"),
        pytest.param({}, {"operating_system": "rhel"}, "Licence (rhel)", "0.0288", id="a licence that people state"),
    ],
)
def test_a_licence_is_paid_beside_the_machine(
    attributes: dict[str, Any], usage: dict[str, Any], name: str, rate: str
) -> None:
    estimate = Run(aws("aws_instance", {"instance_type": "m5.large", **attributes}), usage=usage).estimate()
    line = next(each for each in estimate.items if each.name == name)
    assert (line.quantity.expected, line.unit, line.rate.price) == (730, "hours", Decimal(rate))


def test_an_upfront_fee_is_money_and_is_listed() -> None:
    usage = {"reserved_instance_term": "1_year", "reserved_instance_payment_option": "all_upfront"}
    estimate = Run(aws("aws_instance", {"instance_type": "t3.medium"}), usage=usage).estimate()
    assert "Machine (reserved, t3.medium): upfront fee" in unpriced(estimate)
    assert estimate.state is EstimateState.PARTIAL


def test_windows_costs_its_licence_beside_the_machine_where_the_book_knows_it() -> None:
    estimate = Run(
        aws("aws_instance", {"instance_type": "t3.medium"}), usage={"operating_system": "windows"}
    ).estimate()
    assert [(item.name, item.rate.price) for item in estimate.items[:2]] == [
        ("Machine (on-demand, t3.medium)", Decimal("0.0416")),
        ("Licence (windows)", Decimal("0.0184")),
    ]


OFFICE = {"Schedule": "12x5"}


def test_a_schedule_saves_machine_hours_and_nothing_else() -> None:
    attributes = {"instance_type": "g5.xlarge", "monitoring": True, "associate_public_ip_address": True}
    always = quantities(estimate_of("aws_instance", attributes))
    estimate = estimate_of("aws_instance", {**attributes, "tags": OFFICE})
    office = quantities(estimate)
    for item in estimate.items:
        assert (office[item.name] != always[item.name]) is item.stops, item.name
    assert round(office["Machine (on-demand, g5.xlarge)"][0], 1) == Decimal("260.7")
    assert office["root volume storage (gp2)"] == (8, "GB-month")
    assert estimate.items[0].basis is Basis.SCHEDULE


def test_a_reservation_is_paid_through_the_night() -> None:
    usage = {
        "reserved_instance_type": "standard",
        "reserved_instance_term": "1_year",
        "reserved_instance_payment_option": "no_upfront",
    }
    estimate = Run(aws("aws_instance", {"instance_type": "t3.medium", "tags": OFFICE}), usage=usage).estimate()
    machine = estimate.items[0]
    assert (machine.name, machine.quantity.expected, machine.stops) == ("Machine (reserved, t3.medium)", 730, False)
