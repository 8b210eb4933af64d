"""Groups of machines, node groups and SageMaker's machines: what is multiplied, and what bounds it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of, needed, pointed_at, pointing, quantities

from spendgate.model.cost import Basis, EstimateState
from spendgate.model.money import UNBOUNDED


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
