"""Tasks, control planes and databases of AWS: capacity between bounds, support that costs more, traffic by region."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of, pointed_at, pointing, quantities, unpriced

from spendgate.costing.meters import meters_for
from spendgate.costing.usage import UsageFile
from spendgate.model.cost import Basis, EstimateState
from spendgate.model.resource import ProviderSettings

H = 730


def service(strategy: list[dict[str, Any]] | None = None, count: int = 2, **task: Any) -> Any:
    attributes: dict[str, Any] = {"desired_count": count}
    attributes.update({"capacity_provider_strategy": strategy} if strategy else {"launch_type": "FARGATE"})
    definition = aws("aws_ecs_task_definition", {"cpu": "1024", "memory": "2048", **task})
    return pointing(aws("aws_ecs_service", attributes), ("task_definition", definition)).estimate()


@pytest.mark.parametrize(
    ("strategy", "task", "parts"),
    [
        pytest.param(None, {}, {"Tasks: vCPU": 2 * H, "Tasks: memory": 4 * H}, id="units and MiB"),
        pytest.param(None, {"cpu": "1 vCPU", "memory": "2 GB"}, {"Tasks: vCPU": 2 * H, "Tasks: memory": 4 * H}, id="with their units"),
        pytest.param(
            None,
            {"ephemeral_storage": [{"size_in_gib": 50}]},
            {"Tasks: vCPU": 2 * H, "Tasks: memory": 4 * H, "Tasks: ephemeral storage": 60 * H},
            id="storage above the included",
        ),
        pytest.param(
            [{"capacity_provider": "FARGATE_SPOT", "weight": 1}],
            {},
            {"Tasks: vCPU (spot)": 2 * H, "Tasks: memory (spot)": 4 * H},
            id="spot is not hidden",
        ),
        pytest.param([{"capacity_provider": "my-ec2", "weight": 1}], {}, {}, id="machines of one's own cost where they are"),
    ],
)  # fmt: skip
def test_fargate_tasks(strategy: Any, task: dict[str, Any], parts: dict[str, int]) -> None:
    assert {name: amount for name, (amount, _) in quantities(service(strategy, **task)).items()} == parts


def test_fargate_spot_without_a_price_assumes_on_demand() -> None:
    item = service([{"capacity_provider": "FARGATE_SPOT", "weight": 1}]).items[0]
    assert (item.basis, item.rate.note) == (Basis.ASSUMED, "no spot price is known, on-demand assumed")


@pytest.mark.parametrize(
    ("version", "policy", "price", "said"),
    [
        pytest.param("1.29", {}, "0.6", "standard support ends on 2025-03-23", id="extended support has begun"),
        pytest.param("1.20", {}, "0.6", "standard support has ended long ago", id="older than all that are known"),
        pytest.param("1.35", {}, "0.1", "standard support ends on 2027-03-27", id="standard support"),
        pytest.param("1.99", {}, "0.1", "was not known on 2026-02-14", id="newer than all that are known"),
        pytest.param("1.29", {"upgrade_policy": [{"support_type": "STANDARD"}]}, "0.1", "", id="upgraded instead"),
        pytest.param(None, {}, "0.1", "", id="the newest"),
    ],
)
def test_a_control_plane_costs_more_in_extended_support(
    version: str | None, policy: Any, price: str, said: str
) -> None:
    item = estimate_of("aws_eks_cluster", {"version": version, **policy}).items[0]
    assert item.rate.price == Decimal(price)
    assert said in item.note


def test_extended_support_of_a_database_is_a_part_of_its_own() -> None:
    estimate = estimate_of(
        "aws_db_instance", {"engine": "mysql", "engine_version": "5.7.44", "instance_class": "db.t3.large"}
    )
    assert "Extended support" in unpriced(estimate) | dict.fromkeys(quantities(estimate))
    newer = estimate_of(
        "aws_db_instance", {"engine": "mysql", "engine_version": "8.4.3", "instance_class": "db.t3.large"}
    )
    assert "Extended support" not in unpriced(newer) | dict.fromkeys(quantities(newer))


def test_whether_a_version_that_no_table_knows_is_supported_is_said_to_be_unknown() -> None:
    of_tomorrow = {"engine": "mysql", "engine_version": "99.1.3", "instance_class": "db.t3.large"}
    assert "was not known" in estimate_of("aws_db_instance", of_tomorrow).items[0].note


def test_aurora_serverless_is_paid_between_its_bounds() -> None:
    bounds = {"serverlessv2_scaling_configuration": [{"min_capacity": 2, "max_capacity": 16}]}
    run = pointing(
        aws("aws_rds_cluster_instance", {"instance_class": "db.serverless", "engine": "aurora-postgresql"}),
        ("cluster_identifier", aws("aws_rds_cluster", {"engine": "aurora-postgresql", **bounds})),
    )
    item = run.estimate().items[0]
    assert (item.quantity.low, item.quantity.expected, item.quantity.high) == (2 * H, 2 * H, 16 * H)
    assert item.basis is Basis.ASSUMED


def test_a_scaling_target_bounds_the_capacity_of_a_table() -> None:
    table = aws("aws_dynamodb_table", {"read_capacity": 5, "write_capacity": 5})
    dimension = {"scalable_dimension": "dynamodb:table:ReadCapacityUnits", "min_capacity": 10, "max_capacity": 100}
    estimate = pointed_at(table, ("resource_id", aws("aws_appautoscaling_target", dimension))).estimate()
    reads = next(item for item in estimate.items if item.name == "Read capacity")
    assert (reads.quantity.low / H, reads.quantity.expected / H, reads.quantity.high / H) == (10, 10, 100)


def test_a_copy_of_a_snapshot_is_at_most_as_large_as_the_first_volume() -> None:
    volume, snapshot = aws("aws_ebs_volume", {"size": 10}), aws("aws_ebs_snapshot")
    copy = aws("aws_ebs_snapshot_copy", {"source_region": "us-east-1"})
    edges = ((copy.address, "source_snapshot_id", snapshot.address), (snapshot.address, "volume_id", volume.address))
    item = Run(copy, (volume, snapshot), edges).estimate().items[0]
    assert (item.quantity.low, item.quantity.expected, item.basis) == (0, 10, Basis.ASSUMED)


def test_stated_traffic_belongs_to_the_region_that_it_leaves() -> None:
    address = "aws_data_transfer.mine"
    usage = UsageFile(
        {address: {"region": "eu-west-1", "monthly_outbound_internet_gb": 20000, "monthly_intra_region_gb": 5}}
    )
    assert usage.traffic() == [address]
    traffic = aws("aws_data_transfer", name="mine", settings=ProviderSettings())
    estimate = Run(traffic, usage=usage.by_address[address]).estimate()
    assert [(item.name, item.quantity.expected) for item in estimate.items] == [
        ("Between zones", 10),
        ("To the internet", 10240),
        ("To the internet", 9760),
    ]


def test_no_part_can_be_priced_without_a_region() -> None:
    nowhere = aws("aws_nat_gateway", settings=ProviderSettings())
    estimate = Run(nowhere).estimate()
    assert estimate.state is EstimateState.UNPRICED
    assert "region" in unpriced(estimate)["NAT gateway"]


def test_every_meter_reads_the_keys_that_it_names() -> None:
    for type_, meters in meters_for("aws").items():
        for meter in meters:
            assert type_ in meter.types
            assert all(isinstance(text, str) and text for text in meter.usage_keys.values())
