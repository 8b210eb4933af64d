"""Managed services of AWS with a size of their own: how much of what they are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of
from tests.unit.costing.shared.everything import OneEach, amounts

from spendgate.costing.meters.aws_content import CONTENT
from spendgate.costing.meters.aws_used import USED
from spendgate.model.cost import EstimateState

D = Decimal
H = 730


def parts(type_: str, attributes: dict[str, Any], *beside: tuple[str, str, dict[str, Any]], **usage: Any) -> Any:
    """Parts of one resource beside others that an attribute of it points at: `(attribute, type, attributes)`."""
    first = aws(type_, attributes)
    others = [aws(other, values, name=f"other{n}") for n, (_, other, values) in enumerate(beside)]
    refs = [(first.address, attribute, one.address) for (attribute, *_), one in zip(beside, others, strict=True)]
    prices = OneEach()
    return Run(first, tuple(others), tuple(refs), usage, prices=prices).estimate(), prices.asked


@pytest.mark.parametrize(
    ("type_", "attributes", "usage", "expected"),
    [
        pytest.param(
            "aws_apprunner_service",
            {"instance_configuration": [{"cpu": "2 vCPU", "memory": "4096"}]},
            {"monthly_active_hrs": 100},
            {"Provisioned memory": (4 * H, "GB-hours"), "Active vCPUs": (200, "vCPU-hours")},
            id="App Runner: memory always, vCPUs while it works",
        ),
        pytest.param(
            "aws_workspaces_workspace",
            {"workspace_properties": [{"compute_type_name": "STANDARD", "running_mode": "AUTO_STOP"}]},
            {"monthly_hrs": 40},
            {"Desktop (STANDARD, base)": (1, "months"), "Desktop (STANDARD)": (40, "hours")},
            id="a desktop that stops costs a base and its hours",
        ),
        pytest.param(
            "aws_appstream_fleet",
            {"instance_type": "stream.standard.medium", "fleet_type": "ALWAYS_ON", "compute_capacity": [{"desired_instances": 3}]},
            {},
            {"Instances (stream.standard.medium)": (3 * H, "hours")},
            id="a fleet that is always on",
        ),
        pytest.param(
            "aws_elasticache_serverless_cache",
            {"engine": "redis"},
            {},
            {"Data stored (redis)": (H, "GB-hours")},
            id="an empty cache costs its floor",
        ),
        pytest.param(
            "aws_elasticache_serverless_cache",
            {"engine": "valkey"},
            {"storage_gb": 5, "monthly_ecpus": 3_000_000},
            {"Data stored (valkey)": (5 * H, "GB-hours"), "Processing units": (3, "1M ECPUs")},
            id="a cache by what it stores",
        ),
        pytest.param(
            "aws_mskconnect_connector",
            {"capacity": [{"autoscaling": [{"mcu_count": 2, "min_worker_count": 1, "max_worker_count": 4}]}]},
            {},
            {"Connect units": (2 * H, "MCU-hours")},
            id="workers of MSK Connect",
        ),
        pytest.param("aws_osis_pipeline", {"min_units": 2, "max_units": 8}, {}, {"Ingestion units": (2 * H, "OCU-hours")}, id="ingestion units"),
        pytest.param(
            "aws_docdbelastic_cluster",
            {"shard_count": 2, "shard_capacity": 4, "shard_instance_count": 3},
            {"storage_gb": 10},
            {"vCPUs": (24 * H, "vCPU-hours"), "Storage": (10, "GB-month")},
            id="vCPUs of all shards and their instances",
        ),
        pytest.param(
            "aws_neptunegraph_graph", {"provisioned_memory": 16, "replica_count": 2}, {}, {"Memory units": (48 * H, "m-NCU-hours")}, id="a graph and its replicas"
        ),
        pytest.param(
            "aws_dms_replication_config",
            {"compute_config": [{"min_capacity_units": 2, "max_capacity_units": 16, "multi_az": True}]},
            {},
            {"Capacity units": (2 * H, "DCU-hours")},
            id="serverless migration",
        ),
        pytest.param("aws_athena_capacity_reservation", {"target_dpus": 24}, {}, {"Processing units": (24 * H, "DPU-hours")}, id="reserved DPUs"),
        pytest.param(
            "aws_timestreaminfluxdb_db_instance",
            {"db_instance_type": "db.influx.large", "allocated_storage": 100, "deployment_type": "WITH_MULTIAZ_STANDBY"},
            {},
            {"Instance (db.influx.large)": (2 * H, "hours"), "Storage (InfluxIOIncludedT1)": (200, "GB-month")},
            id="InfluxDB with a standby",
        ),
        pytest.param("aws_cloud9_environment_ec2", {"instance_type": "t3.small"}, {}, {"Machine (on-demand, t3.small)": (H, "hours"), "Disk (gp3)": (10, "GB-month")}, id="Cloud9"),
        pytest.param("aws_lightsail_container_service", {"power": "micro", "scale": 2}, {}, {"Nodes (micro)": (2, "months")}, id="Lightsail containers"),
        pytest.param("aws_lightsail_disk", {"size_in_gb": 64}, {}, {"Disk": (64, "GB-month")}, id="a Lightsail disk"),
        pytest.param("aws_codepipeline", {"pipeline_type": "V1"}, {}, {"Pipeline (V1)": (1, "months")}, id="a pipeline of the first kind"),
        pytest.param("aws_shield_subscription", {}, {}, {"Shield Advanced": (1, "months")}, id="Shield Advanced"),
        pytest.param("aws_gamelift_fleet", {"ec2_instance_type": "c5.large", "desired_ec2_instances": 3}, {}, {"Machines (c5.large)": (3 * H, "hours")}, id="a fleet of game servers"),
        pytest.param("aws_service_discovery_public_dns_namespace", {}, {}, {"Hosted zone": (1, "months")}, id="a public namespace is a hosted zone"),
        pytest.param("aws_connect_phone_number", {"type": "DID"}, {}, {"Phone number (DID)": (1, "numbers")}, id="a phone number"),
        pytest.param("aws_rds_shard_group", {"min_acu": 32, "max_acu": 512}, {}, {"Capacity units": (32 * H, "ACU-hours")}, id="a shard group at its least"),
        pytest.param("aws_rds_shard_group", {"max_acu": 512}, {}, {"Capacity units": (16 * H, "ACU-hours")}, id="a shard group without a least size"),
        pytest.param("aws_route53_resolver_firewall_domain_list", {"domains": ["a.example.", "b.example."]}, {}, {"Listed domains": (2, "domains")}, id="domains of a DNS firewall"),
        pytest.param("aws_prometheus_workspace", {}, {"monthly_samples_ingested": 20_000_000, "storage_gb": 5}, {"Samples ingested": (2, "10M samples"), "Metric storage": (5, "GB-month")}, id="Prometheus by use"),
    ],
)  # fmt: skip
def test_how_much_of_what(
    type_: str, attributes: dict[str, Any], usage: dict[str, Any], expected: dict[str, tuple[Decimal, str]]
) -> None:
    estimate, _ = parts(type_, attributes, **usage)
    assert amounts(estimate) == expected


def test_a_service_that_scales_is_bounded_by_its_configuration() -> None:
    scaling = (
        "auto_scaling_configuration_arn",
        "aws_apprunner_auto_scaling_configuration_version",
        {"min_size": 2, "max_size": 6},
    )
    estimate, _ = parts("aws_apprunner_service", {}, scaling)
    assert estimate.monthly is not None
    assert (estimate.monthly.low, estimate.monthly.high) == (2 * 2 * H, 6 * 2 * H)


@pytest.mark.parametrize("type_", [*USED.types, *CONTENT.types])
def test_what_depends_on_use_asks_for_each_key_and_takes_it(type_: str) -> None:
    asked, _ = parts(type_, {})
    assert asked.state is EstimateState.NEEDS_USAGE
    keys = (USED if type_ in USED.types else CONTENT).keys_of(type_)
    stated, _ = parts(type_, {}, **dict.fromkeys(keys, 1_000_000_000))
    assert stated.state is EstimateState.PRICED
    assert all(item.monthly.expected > 0 for item in stated.items)
    assert len(stated.items) == len(asked.unpriced)


def test_a_pipeline_that_is_paid_by_the_minute_costs_nothing_by_itself() -> None:
    estimate, _ = parts("aws_codepipeline", {"pipeline_type": "V2"})
    assert estimate.state is EstimateState.FREE


def test_the_book_prices_what_publishers_list() -> None:
    cache = estimate_of("aws_elasticache_serverless_cache", {"engine": "redis"}, storage_gb=2, monthly_ecpus=1_000_000)
    assert cache.monthly is not None
    assert cache.monthly.expected == D("0.125") * 2 * H + D("0.0034")
    runner = estimate_of("aws_apprunner_service", {}, monthly_active_hrs=10)
    assert runner.monthly is not None
    assert runner.monthly.expected == D("0.007") * 2 * H + D("0.064") * 10
