"""What AWS machines cost: hours, disks, and everything that is billed beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of, needed, pointed_at, pointing, quantities, unpriced

from spendgate.costing.delta import cost_change
from spendgate.model.cost import Basis, EstimateState
from spendgate.model.money import UNBOUNDED


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


def group(template: dict[str, Any], **attributes: Any) -> Any:
    resource = aws("aws_autoscaling_group", attributes)
    attribute = "mixed_instances_policy" if "mixed_instances_policy" in attributes else "launch_template"
    return pointing(resource, (attribute, aws("aws_launch_template", template))).estimate()


def test_a_group_multiplies_everything_by_its_machines() -> None:
    mapping = [{"device_name": "/dev/xvda", "ebs": [{"volume_size": 50, "volume_type": "gp3"}]}]
    estimate = group(
        {"instance_type": "m5.large", "monitoring": [{"enabled": True}], "block_device_mappings": mapping},
        min_size=1,
        desired_capacity=3,
        max_size=10,
    )
    assert quantities(estimate) == {
        "Machine (on-demand, m5.large)": (2190, "hours"),
        "root volume storage (gp3)": (150, "GB-month"),
        "Detailed monitoring": (21, "metrics"),
    }
    machine = estimate.items[0].quantity
    assert (machine.low, machine.high) == (730, 7300)


def test_the_on_demand_base_of_a_mixed_group_holds_at_every_size() -> None:
    distribution = {"on_demand_base_capacity": 2, "on_demand_percentage_above_base_capacity": 0}
    estimate = group(
        {"instance_type": "m5.large"},
        min_size=1,
        desired_capacity=5,
        max_size=10,
        mixed_instances_policy=[{"instances_distribution": [distribution]}],
    )
    on_demand, spot = (item.quantity for item in estimate.items[:2])
    assert [on_demand.low / 730, on_demand.expected / 730, on_demand.high / 730] == [1, 2, 2]
    assert [spot.low / 730, spot.expected / 730, spot.high / 730] == [0, 3, 8]


@pytest.mark.parametrize(
    ("sizes", "expected", "basis"),
    [
        pytest.param({"min_size": 0, "max_size": 4}, 730, Basis.ASSUMED, id="no desired size: one machine is assumed"),
        pytest.param(
            {"min_size": 0, "desired_capacity": 0, "max_size": 4}, 0, Basis.EXACT, id="a desired size of none is none"
        ),
        pytest.param({"min_size": 0, "max_size": 0}, 0, Basis.EXACT, id="nothing may run"),
    ],
)
def test_a_group_that_starts_from_zero(sizes: dict[str, int], expected: int, basis: Basis) -> None:
    machine = group({"instance_type": "m5.large"}, **sizes).items[0]
    assert (machine.quantity.expected, machine.basis) == (expected, basis)
    assert machine.quantity.low == 0
    assert machine.quantity.high == 730 * sizes["max_size"]


def test_a_group_that_nothing_bounds_has_no_highest_cost() -> None:
    estimate = group({"instance_type": "m5.large"}, min_size=1)
    assert estimate.monthly is not None
    assert estimate.monthly.high == UNBOUNDED


def test_the_root_volume_of_an_image_is_named_where_no_template_states_it() -> None:
    assert "Root volume of the image" in needed(group({"instance_type": "m5.large"}, min_size=1, max_size=1))
    mapping = [{"device_name": "/dev/sda1", "ebs": [{"volume_size": 50}]}]
    stated = group({"instance_type": "m5.large", "block_device_mappings": mapping}, min_size=1, max_size=1)
    assert "Root volume of the image" not in needed(stated)


def test_stopped_machines_of_a_warm_pool_cost_their_disks_only() -> None:
    mapping = [{"device_name": "/dev/xvda", "ebs": [{"volume_size": 100, "volume_type": "gp3"}]}]
    estimate = group(
        {"instance_type": "g5.xlarge", "block_device_mappings": mapping},
        min_size=1,
        desired_capacity=2,
        max_size=6,
        warm_pool=[{"pool_state": "Stopped", "min_size": 2}],
    )
    found = quantities(estimate)
    assert found["warm pool: root volume storage (gp3)"] == (400, "GB-month")
    assert not any(name.startswith("warm pool: Machine") for name in found)


def test_stated_averages_replace_sizes_and_hours() -> None:
    nodes = aws("aws_eks_node_group", {"scaling_config": [{"min_size": 1, "desired_size": 1, "max_size": 1}]})
    estimate = Run(nodes, usage={"instances": 6, "monthly_hrs": 100}).estimate()
    assert quantities(estimate)["Machine (on-demand, t3.medium)"] == (600, "hours")
    assert estimate.items[0].basis is Basis.USAGE


def test_a_node_group_of_no_node_costs_nothing_now_and_shows_what_it_may() -> None:
    sizes = {"scaling_config": [{"min_size": 0, "desired_size": 0, "max_size": 4}], "instance_types": ["g5.xlarge"]}
    machine = estimate_of("aws_eks_node_group", sizes).items[0]
    assert (machine.monthly.low, machine.monthly.expected) == (0, 0)
    assert machine.monthly.high == 4 * 730 * machine.rate.price


@pytest.mark.parametrize(
    ("type_", "attributes", "hours"),
    [
        ("aws_sagemaker_notebook_instance", {"instance_type": "ml.g4dn.xlarge"}, 730),
        (
            "aws_sagemaker_cluster",
            {"instance_group": [{"instance_group_name": "g", "instance_type": "ml.g5.12xlarge", "instance_count": 3}]},
            2190,
        ),
        ("aws_sagemaker_app", {"resource_spec": [{"instance_type": "ml.g5.xlarge"}]}, 730),
    ],
)
def test_sagemaker_machines_have_prices_of_their_own(type_: str, attributes: dict[str, Any], hours: int) -> None:
    machine = estimate_of(type_, attributes).items[0]
    assert (machine.quantity.expected, machine.stops) == (hours, True)
    assert machine.rate.source == "aws-samples/fmbench"


@pytest.mark.parametrize("type_", ["aws_sagemaker_training_job"])
def test_a_job_costs_per_run_and_waits_for_how_often_it_runs(type_: str) -> None:
    job = aws(type_, {"resource_config": [{"instance_type": "ml.p4d.24xlarge", "instance_count": 2}]})
    assert Run(job).estimate().state is EstimateState.NEEDS_USAGE
    stated = Run(job, usage={"monthly_hrs": 10}).estimate()
    assert quantities(stated) == {"Machine (on-demand, ml.p4d.24xlarge)": (20, "hours")}


def test_a_serverless_endpoint_is_memory_for_as_long_as_requests_take() -> None:
    endpoint = aws("aws_sagemaker_endpoint", {"name": "e"})
    variant = {"variant_name": "v", "serverless_config": [{"memory_size_in_mb": 4096, "max_concurrency": 5}]}
    configuration = aws("aws_sagemaker_endpoint_configuration", {"production_variants": [variant]})
    run = pointing(endpoint, ("endpoint_config_name", configuration))
    assert run.estimate().state is EstimateState.NEEDS_USAGE
    stated = pointing(
        endpoint,
        ("endpoint_config_name", configuration),
        usage={"monthly_requests": 1_000_000, "request_duration_ms": 100},
    ).estimate()
    assert stated.unpriced[0].identity[2].expected == 400_000  # type: ignore[attr-defined]


def test_model_units_are_paid_whether_they_are_used_or_not() -> None:
    arn = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"
    attributes = {"model_arn": arn, "model_units": 2, "commitment_duration": "SixMonths"}
    estimate = estimate_of("aws_bedrock_provisioned_model_throughput", attributes)
    item = estimate.items[0]
    assert (item.quantity.expected, item.rate.price, item.stops) == (1460, Decimal("34.992"), False)


def test_a_schedule_that_points_at_a_database_stops_its_hours_and_not_its_storage() -> None:
    database = aws("aws_db_instance", {"engine": "mysql", "instance_class": "db.t3.large", "allocated_storage": 100})
    calls = [
        (
            "target",
            aws(
                "aws_scheduler_schedule",
                {
                    "schedule_expression": f"cron(0 {hour} ? * MON-FRI *)",
                    "target": [{"arn": f"arn:aws:scheduler:::aws-sdk:rds:{call}DBInstance"}],
                },
                name=call,
            ),
        )
        for hour, call in ((8, "start"), (20, "stop"))
    ]
    estimate = pointed_at(database, *calls).estimate()
    hours, storage = estimate.items[:2]
    assert (round(hours.quantity.expected, 1), hours.stops) == (Decimal("260.7"), True)
    assert (storage.quantity.expected, storage.stops) == (100, False)
