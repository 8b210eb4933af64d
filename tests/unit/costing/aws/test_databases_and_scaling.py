"""What databases, caches, tables and brokers cost beyond their hours: replicas, storage that grows, scaling targets, support."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import aws, estimate_of, needed, pointed_at, pointing, quantities, unpriced

from spendgate.model.cost import Estimate, LineItem

H = 730


def item(estimate: Estimate, part: str) -> LineItem:
    found = [line for line in estimate.items if part in line.name]
    assert len(found) == 1, [line.name for line in estimate.items]
    return found[0]


def target(dimension: str, least: int, most: int) -> tuple[str, str, dict[str, Any]]:
    scaled = {"scalable_dimension": dimension, "min_capacity": least, "max_capacity": most}
    return "resource_id", "aws_appautoscaling_target", scaled


def scaled(type_: str, attributes: dict[str, Any], *targets: tuple[str, str, dict[str, Any]]) -> Estimate:
    owner = aws(type_, attributes)
    others = [
        (attribute, aws(kind, values, name=f"t{number}")) for number, (attribute, kind, values) in enumerate(targets)
    ]
    return pointed_at(owner, *others).estimate()


def test_a_replica_has_the_engine_and_the_size_of_its_source() -> None:
    source = {"engine": "postgres", "instance_class": "db.t3.large", "allocated_storage": 200}
    replica = aws("aws_db_instance", {"instance_class": "db.t3.large"})
    found = pointing(replica, ("replicate_source_db", aws("aws_db_instance", source, name="source"))).estimate()
    assert item(found, "Database instance").name.endswith("postgres, db.t3.large)")
    assert item(found, "Storage (gp2)").quantity.expected == 200


@pytest.mark.parametrize(("most", "high"), [(None, 20), (100, 100), (10, 20), (0, 20)])
def test_storage_that_grows_by_itself_costs_up_to_its_largest_size(most: int | None, high: int) -> None:
    sized = {"engine": "mysql", "instance_class": "db.t3.large", "allocated_storage": 20, "max_allocated_storage": most}
    line = item(estimate_of("aws_db_instance", sized), "Storage")
    assert (line.quantity.expected, line.quantity.high) == (20, high)


@pytest.mark.parametrize(("multi", "hours"), [(False, 2 * H), (True, 4 * H)])
def test_a_standby_pays_extended_support_too(multi: bool, hours: int) -> None:
    old = {"engine": "postgres", "engine_version": "12.3", "instance_class": "db.t3.large", "multi_az": multi}
    assert item(estimate_of("aws_db_instance", old), "Extended support").quantity.expected == hours


@pytest.mark.parametrize(
    ("engine", "version", "price"),
    [
        ("postgres", "11.22", "0.2"),
        ("postgres", "12.22", "0.1"),
        ("postgres", "13.19", "0.1"),
        ("postgres", "14.16", None),
        ("mysql", "8.0.46", "0.1"),
        ("mysql", "8.4.9", None),
        ("mariadb", "10.6", None),
    ],
)
def test_extended_support_costs_more_in_its_third_year(engine: str, version: str, price: str | None) -> None:
    found = estimate_of(
        "aws_db_instance", {"engine": engine, "engine_version": version, "instance_class": "db.t3.large"}
    )
    paid = [line.rate.price for line in found.items if line.name == "Extended support"]
    assert paid == ([] if price is None else [Decimal(price)])


@pytest.mark.parametrize(
    ("targets", "nodes"),
    [
        pytest.param([], (16, 16, 16), id="no target"),
        pytest.param([target("elasticache:replication-group:NodeGroups", 2, 8)], (8, 16, 32), id="shards"),
        pytest.param([target("elasticache:replication-group:Replicas", 4, 5)], (20, 20, 24), id="replicas, more at least"),
        pytest.param(
            [
                target("elasticache:replication-group:NodeGroups", 5, 6),
                target("elasticache:replication-group:Replicas", 1, 4),
            ],
            (10, 20, 30),
            id="both",
        ),
    ],
)  # fmt: skip
def test_scaling_targets_bound_the_nodes_of_a_cache(targets: list[Any], nodes: tuple[int, int, int]) -> None:
    group = {"node_type": "cache.m4.large", "num_node_groups": 4, "replicas_per_node_group": 3}
    line = item(scaled("aws_elasticache_replication_group", group, *targets), "Cache nodes")
    assert (line.quantity.low, line.quantity.expected, line.quantity.high) == tuple(count * H for count in nodes)


def brokers(**storage: Any) -> dict[str, Any]:
    info = {
        "instance_type": "kafka.t3.small",
        "storage_info": [{"ebs_storage_info": [{"volume_size": 100, **storage}]}],
    }
    return {"number_of_broker_nodes": 3, "broker_node_group_info": [info]}


def test_volumes_of_brokers_may_grow_to_the_bound_of_their_target() -> None:
    found = scaled("aws_msk_cluster", brokers(), target("kafka:broker-storage:VolumeSize", 1, 500))
    line = item(found, "Storage")
    assert (line.quantity.expected, line.quantity.high) == (300, 1500)


@pytest.mark.parametrize(("throughput", "unknown"), [(250, set()), (400, {"Throughput above the included"})])
def test_throughput_of_brokers_above_what_they_include_is_paid(throughput: int, unknown: set[str]) -> None:
    provisioned = [{"enabled": True, "volume_throughput": throughput}]
    assert set(unpriced(estimate_of("aws_msk_cluster", brokers(provisioned_throughput=provisioned)))) == unknown


def test_every_replica_of_a_table_that_is_paid_by_the_request_takes_the_writes_again() -> None:
    table = {"billing_mode": "PAY_PER_REQUEST", "replica": [{"region_name": "us-west-1"}]}
    found = estimate_of("aws_dynamodb_table", table, monthly_write_request_units=3_000_000)
    line = item(found, "replica in us-west-1")
    assert (line.quantity.expected, line.rate.price) == (3_000_000, Decimal("0.000000697"))


def test_replicas_need_the_number_of_writes_as_the_table_does() -> None:
    table = {"billing_mode": "PAY_PER_REQUEST", "replica": [{"region_name": "us-west-1"}]}
    assert "Write requests of the replica in us-west-1" in needed(estimate_of("aws_dynamodb_table", table))


def test_a_table_that_is_rarely_read_is_not_priced_as_another() -> None:
    table = {"read_capacity": 5, "write_capacity": 5, "table_class": "STANDARD_INFREQUENT_ACCESS"}
    reasons = unpriced(estimate_of("aws_dynamodb_table", table))
    assert "infrequent access write capacity" in reasons["Write capacity"]


@pytest.mark.parametrize(
    ("usage", "quantity"),
    [({}, (0, 100, 100)), ({"storage_gb": 200}, (90, 90, 90)), ({"storage_gb": 5000}, (0, 0, 0))],
    ids=["not stated", "some stored", "all included"],
)
def test_stored_gigabytes_include_throughput(usage: dict[str, Any], quantity: tuple[int, int, int]) -> None:
    system = {"throughput_mode": "provisioned", "provisioned_throughput_in_mibps": 100}
    line = item(estimate_of("aws_efs_file_system", system, **usage), "Provisioned throughput")
    assert (line.quantity.low, line.quantity.expected, line.quantity.high) == quantity


def test_elastic_throughput_is_paid_by_use() -> None:
    found = needed(estimate_of("aws_efs_file_system", {"throughput_mode": "elastic"}))
    assert {"Elastic throughput reads", "Elastic throughput writes"} <= set(found)


def test_processing_units_are_counted_in_their_hours() -> None:
    found = estimate_of("aws_kinesis_analytics_application", {}, kinesis_processing_units=10)
    assert quantities(found)["Processing units"] == (10 * H, "KPU-hours")


@pytest.mark.parametrize(
    ("type_", "parent", "item_"),
    [
        ("aws_docdb_cluster_instance", "aws_docdb_cluster", "io-optimized db.r5.4xlarge"),
        ("aws_neptune_cluster_instance", "aws_neptune_cluster", "io-optimized db.r5.4xlarge"),
    ],
)
def test_an_instance_of_a_cluster_that_pays_no_io_costs_more(type_: str, parent: str, item_: str) -> None:
    cluster = aws(parent, {"storage_type": "iopt1"}, name="cluster")
    found = pointing(aws(type_, {"instance_class": "db.r5.4xlarge"}), ("cluster_identifier", cluster)).estimate()
    assert any(item_ in reason for reason in unpriced(found).values())
    assert not any("I/O" in name for name in needed(found))


@pytest.mark.parametrize(
    ("bounds", "usage", "units"),
    [
        ([], {}, ("2.5", "2.5", "128")),
        ([{"min_capacity": 1, "max_capacity": 8}], {}, ("1", "1", "8")),
        ([{"min_capacity": 1, "max_capacity": 8}], {"capacity_units_per_hr": 4}, ("4", "4", "4")),
    ],
    ids=["not bounded", "bounded", "stated"],
)
def test_serverless_neptune_has_no_price_yet_and_is_not_taken_for_a_class(bounds: Any, usage: Any, units: Any) -> None:
    cluster = aws("aws_neptune_cluster", {"serverless_v2_scaling_configuration": bounds}, name="cluster")
    instance = aws("aws_neptune_cluster_instance", {"instance_class": "db.serverless"})
    found = pointing(instance, ("cluster_identifier", cluster), usage=usage).estimate()
    assert "serverless ncu" in unpriced(found)["Neptune capacity units"]
    (part,) = [part for part in found.unpriced if part.component == "Neptune capacity units"]
    quantity = part.identity[2]
    assert (quantity.low, quantity.expected, quantity.high) == tuple(Decimal(number) * H for number in units)


@pytest.mark.parametrize(("multi", "hours"), [(False, 2 * H), (True, 4 * H)])
def test_a_warehouse_in_two_zones_has_all_its_nodes_twice(multi: bool, hours: int) -> None:
    cluster = {"node_type": "ra3.4xlarge", "number_of_nodes": 2, "multi_az": multi}
    assert item(estimate_of("aws_redshift_cluster", cluster), "Nodes").quantity.expected == hours


@pytest.mark.parametrize(
    ("bounds", "readers", "hours"),
    [
        pytest.param((1, 5), 0, (H, H, 5 * H), id="none of its own"),
        pytest.param((1, 5), 2, (0, 0, 3 * H), id="two of its own"),
        pytest.param((0, 1), 2, None, id="never more than it has"),
    ],
)
def test_replicas_that_scaling_adds_to_a_cluster(bounds: tuple[int, int], readers: int, hours: Any) -> None:
    cluster = aws("aws_rds_cluster", {"engine": "aurora-mysql"})
    members = [
        ("cluster_identifier", aws("aws_rds_cluster_instance", {"instance_class": "db.r4.large"}, name=f"m{number}"))
        for number in range(readers + 1)
    ]
    attribute, kind, values = target("rds:cluster:ReadReplicaCount", *bounds)
    found = pointed_at(cluster, *members, (attribute, aws(kind, values, name="target"))).estimate()
    lines = [line.quantity for line in found.items if "Replicas by scaling" in line.name]
    assert [(each.low, each.expected, each.high) for each in lines] == ([] if hours is None else [hours])
