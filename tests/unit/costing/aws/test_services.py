"""What the services around the machines cost: quantities by attributes and by stated use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of, needed, pointed_at, pointing, quantities, unpriced

from spendgate.costing.meters import meters_for
from spendgate.costing.usage import UsageFile
from spendgate.model.cost import Basis, EstimateState
from spendgate.model.resource import ProviderSettings

H = 730


@pytest.mark.parametrize(
    ("type_", "attributes", "parts"),
    [
        pytest.param("aws_nat_gateway", {}, {"NAT gateway": (H, "hours")}, id="NAT gateway"),
        pytest.param("aws_eip", {}, {"Public IPv4 address": (H, "hours")}, id="address, idle"),
        pytest.param(
            "aws_eip", {"instance": "i-1"}, {"Public IPv4 address": (H, "hours")}, id="address, attached: paid too"
        ),
        pytest.param("aws_eip", {"public_ipv4_pool": "ipv4pool-ec2-1"}, {}, id="address that people brought"),
        pytest.param("aws_lb", {}, {"Load balancer (application)": (H, "hours")}, id="application load balancer"),
        pytest.param("aws_elb", {}, {"Load balancer (classic)": (H, "hours")}, id="classic load balancer"),
        pytest.param("aws_vpc_endpoint", {"service_name": "s3"}, {}, id="gateway endpoint"),
        pytest.param(
            "aws_vpc_endpoint",
            {"vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b", "c"]},
            {"Interface endpoint": (3 * H, "hours")},
            id="interface endpoint by subnet",
        ),
        pytest.param("aws_vpn_connection", {}, {"VPN connection": (H, "hours")}, id="VPN"),
        pytest.param(
            "aws_vpn_connection",
            {"transit_gateway_id": "tgw-1"},
            {"VPN connection": (H, "hours"), "Transit gateway attachment": (H, "hours")},
            id="VPN on a transit gateway",
        ),
        pytest.param(
            "aws_networkfirewall_firewall",
            {"subnet_mapping": [{"subnet_id": "a"}, {"subnet_id": "b"}]},
            {"Firewall endpoints": (2 * H, "hours")},
            id="firewall by subnet",
        ),
        pytest.param(
            "aws_elasticache_replication_group",
            {"node_type": "cache.m4.large", "num_node_groups": 4, "replicas_per_node_group": 3},
            {"Cache nodes (on-demand, cache.m4.large)": (16 * H, "hours")},
            id="shards times replicas",
        ),
        pytest.param(
            "aws_elasticache_replication_group",
            {"node_type": "cache.m4.large", "cluster_mode": [{"num_node_groups": 2, "replicas_per_node_group": 1}]},
            {"Cache nodes (on-demand, cache.m4.large)": (4 * H, "hours")},
            id="the old block of shards",
        ),
        pytest.param(
            "aws_redshift_cluster",
            {"node_type": "dc2.large", "number_of_nodes": "4"},
            {"Nodes (on-demand, dc2.large)": (4 * H, "hours")},
            id="Redshift",
        ),
        pytest.param(
            "aws_opensearch_domain",
            {
                "cluster_config": [
                    {
                        "instance_type": "c4.2xlarge.search",
                        "instance_count": 3,
                        "dedicated_master_enabled": True,
                        "dedicated_master_type": "c4.8xlarge.search",
                        "warm_enabled": True,
                        "warm_type": "ultrawarm1.medium.search",
                        "warm_count": 2,
                    }
                ],
                "ebs_options": [{"ebs_enabled": True, "volume_size": 400, "volume_type": "gp2"}],
            },
            {
                "Data nodes (on-demand, c4.2xlarge)": (3 * H, "hours"),
                "Dedicated masters (on-demand, c4.8xlarge)": (3 * H, "hours"),
                "Warm nodes (on-demand, ultrawarm1.medium)": (2 * H, "hours"),
                "Storage (gp2)": (1200, "GB-month"),
            },
            id="OpenSearch: a disk on each data node",
        ),
        pytest.param(
            "aws_opensearchserverless_collection",
            {"type": "VECTORSEARCH"},
            {"OpenSearch compute units": (2 * H, "OCU-hours")},
            id="a serverless collection has a floor",
        ),
        pytest.param(
            "aws_opensearchserverless_collection",
            {"type": "VECTORSEARCH", "standby_replicas": "DISABLED"},
            {"OpenSearch compute units": (H, "OCU-hours")},
            id="half of it without standby",
        ),
        pytest.param(
            "aws_dynamodb_table",
            {
                "read_capacity": 30,
                "write_capacity": 20,
                "global_secondary_index": [{"name": "by-date", "read_capacity": 5, "write_capacity": 10}],
                "replica": [{"region_name": "us-west-1"}],
            },
            {
                "Write capacity": (20 * H, "WCU-hours"),
                "Read capacity": (30 * H, "RCU-hours"),
                "Write capacity of index by-date": (10 * H, "WCU-hours"),
                "Read capacity of index by-date": (5 * H, "RCU-hours"),
                "Write capacity of the replica in us-west-1": (20 * H, "WCU-hours"),
            },
            id="DynamoDB: indexes and replicas are paid too",
        ),
        pytest.param("aws_dynamodb_table", {"billing_mode": "PAY_PER_REQUEST"}, {}, id="DynamoDB on demand"),
        pytest.param(
            "aws_msk_cluster",
            {
                "number_of_broker_nodes": 3,
                "broker_node_group_info": [
                    {"instance_type": "kafka.t3.small", "storage_info": [{"ebs_storage_info": [{"volume_size": 100}]}]}
                ],
            },
            {"Brokers (kafka.t3.small)": (3 * H, "hours"), "Storage": (300, "GB-month")},
            id="Kafka: a disk on each broker",
        ),
        pytest.param("aws_kinesis_stream", {"shard_count": 4}, {"Shards": (4 * H, "hours")}, id="shards"),
        pytest.param(
            "aws_fsx_lustre_file_system",
            {"deployment_type": "PERSISTENT_2", "storage_capacity": 1200, "per_unit_storage_throughput": 125},
            {"Storage (PERSISTENT_2, SSD)": (1200, "GB-month")},
            id="Lustre",
        ),
        pytest.param(
            "aws_fsx_openzfs_file_system",
            {
                "deployment_type": "SINGLE_AZ_1",
                "storage_capacity": 100,
                "throughput_capacity": 64,
                "disk_iops_configuration": [{"mode": "USER_PROVISIONED", "iops": 1000}],
                "root_volume_configuration": [{"data_compression_type": "LZ4"}],
            },
            {
                "SSD storage": (100, "GB-month"),
                "Throughput": (64, "MB/s-month"),
                "Provisioned IOPS": (700, "IOPS-month"),
            },
            id="OpenZFS: what is provisioned is paid, however well it compresses",
        ),
        pytest.param(
            "aws_efs_file_system",
            {"throughput_mode": "provisioned", "provisioned_throughput_in_mibps": 10},
            {"Provisioned throughput": (10, "MB/s-month")},
            id="EFS throughput",
        ),
        pytest.param("aws_kms_key", {}, {"Key": (1, "months")}, id="a key"),
        pytest.param(
            "aws_secretsmanager_secret",
            {"replica": [{"region": "eu-west-1"}]},
            {"Secret": (2, "months")},
            id="a secret",
        ),
        pytest.param("aws_acm_certificate", {"domain_name": "example.com"}, {}, id="a public certificate is free"),
        pytest.param(
            "aws_wafv2_web_acl",
            {
                "rule": [
                    {"name": "a", "statement": [{"managed_rule_group_statement": [{"name": "x"}]}]},
                    {"name": "b", "statement": [{"rate_based_statement": [{"limit": 10}]}]},
                    {"name": "c", "statement": [{"rule_group_reference_statement": [{"arn": "x"}]}]},
                ]
            },
            {
                "Web ACL": (1, "months"),
                "Rules": (1, "rules"),
                "Rule groups": (1, "groups"),
                "Managed rule groups": (1, "groups"),
            },
            id="WAF",
        ),
        pytest.param(
            "aws_route53_health_check",
            {"type": "HTTPS_STR_MATCH", "request_interval": 10, "measure_latency": True},
            {"Health check": (1, "months"), "Optional features": (4, "features")},
            id="a health check with every feature",
        ),
        pytest.param(
            "aws_cloudwatch_metric_alarm",
            {"metric_query": [{"metric": [{"period": 10}]}, {"metric": [{"period": 300}]}, {"expression": "a/b"}]},
            {"Alarm (high resolution)": (2, "metrics")},
            id="an alarm on two metrics",
        ),
        pytest.param("aws_mwaa_environment", {}, {"Environment (small)": (H, "hours")}, id="Airflow"),
        pytest.param(
            "aws_transfer_server",
            {"protocols": ["SFTP", "FTPS"]},
            {"Protocol SFTP": (H, "hours"), "Protocol FTPS": (H, "hours")},
            id="transfer by protocol",
        ),
        pytest.param(
            "aws_directory_service_directory",
            {"type": "MicrosoftAD", "edition": "Standard"},
            {"Directory (microsoft ad, Standard)": (2 * H, "controller-hours")},
            id="a Microsoft directory has two controllers",
        ),
    ],
)
def test_parts_that_the_configuration_fixes(type_: str, attributes: dict[str, Any], parts: dict[str, Any]) -> None:
    estimate = estimate_of(type_, attributes)
    assert quantities(estimate) == parts
    assert unpriced(estimate) == {}
    assert all(item.unit == item.rate.unit for item in estimate.items)


@pytest.mark.parametrize(
    ("type_", "attributes", "usage", "part", "quantity"),
    [
        pytest.param(
            "aws_lb",
            {},
            {"new_connections": 100, "active_connections": 3000, "processed_bytes_gb": 1460, "rule_evaluations": 1000},
            "Capacity units",
            4 * H,
            id="the dimension that asks for most decides",
        ),
        pytest.param("aws_lambda_function", {"memory_size": 512}, {"monthly_requests": 1000, "request_duration_ms": 1000}, "Duration", 500, id="memory times time"),
        pytest.param("aws_lambda_function", {}, {"monthly_requests": 8000, "request_duration_ms": "0.4"}, "Duration", 1, id="a millisecond begun counts"),
        pytest.param(
            "aws_lambda_function",
            {"ephemeral_storage": [{"size": 1536}]},
            {"monthly_requests": 1000, "request_duration_ms": 1000},
            "Ephemeral storage",
            1000,
            id="storage above the included half gigabyte",
        ),
        pytest.param("aws_sqs_queue", {}, {"monthly_requests": 1_000_000, "request_size_kb": 65}, "Requests", 2, id="64 KB begun count"),
        pytest.param("aws_sns_topic", {}, {"monthly_requests": 3_000_000}, "Requests above the free million", 2, id="a free million"),
        pytest.param(
            "aws_sfn_state_machine",
            {"type": "EXPRESS"},
            {"monthly_requests": 36_000, "workflow_duration_ms": 950, "memory_mb": 65},
            "Duration",
            "1.25",
            id="100 ms and 64 MB begun count",
        ),
        pytest.param("aws_apigatewayv2_api", {}, {"monthly_requests": 1_000_000, "request_size_kb": 600}, "Requests", 2, id="512 KB begun count"),
        pytest.param("aws_glue_job", {"worker_type": "G.2X", "number_of_workers": 5}, {"monthly_hours": 10}, "Job (10 DPU)", 100, id="workers of two units"),
        pytest.param("aws_redshift_cluster", {"node_type": "dc2.large", "number_of_nodes": 2}, {"excess_concurrency_scaling_secs": 10}, "Concurrency scaling", 20, id="seconds of every node"),
        pytest.param("aws_cloudfront_distribution", {}, {"monthly_invalidation_requests": 1200}, "Invalidated paths", 200, id="a free thousand"),
    ],
)  # fmt: skip
def test_parts_by_stated_use(
    type_: str, attributes: dict[str, Any], usage: dict[str, Any], part: str, quantity: object
) -> None:
    estimate = Run(aws(type_, attributes), usage=usage).estimate()
    found = next(item for item in estimate.items if item.name == part)
    assert found.quantity.expected == Decimal(str(quantity))
    assert found.basis in (Basis.USAGE, Basis.ASSUMED)
    assert found.unit == found.rate.unit


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        ("aws_s3_bucket", {}),
        ("aws_sqs_queue", {}),
        ("aws_lambda_function", {"memory_size": 128}),
        ("aws_efs_file_system", {}),
        ("aws_ecr_repository", {}),
        ("aws_cloudwatch_log_group", {}),
        ("aws_eks_fargate_profile", {}),
        ("aws_route53_record", {"type": "A"}),
        ("aws_ec2_client_vpn_endpoint", {}),
    ],
)
def test_what_is_paid_by_use_waits_for_it_and_is_never_nothing(type_: str, attributes: dict[str, Any]) -> None:
    estimate = estimate_of(type_, attributes)
    assert estimate.state is EstimateState.NEEDS_USAGE
    assert estimate.monthly is None
    assert needed(estimate)


@pytest.mark.parametrize(
    ("type_", "attributes", "part"),
    [
        ("aws_memorydb_cluster", {"node_type": "db.r7g.large", "num_shards": 2}, "Nodes (on-demand, db.r7g.large)"),
        ("aws_kendra_index", {"edition": "ENTERPRISE_EDITION"}, "Index (ENTERPRISE_EDITION)"),
        ("aws_fsx_ontap_file_system", {"storage_capacity": 1024, "throughput_capacity": 128}, "SSD storage"),
        ("aws_fsx_windows_file_system", {"storage_capacity": 300, "throughput_capacity": 32}, "SSD storage"),
        ("aws_mq_broker", {"host_instance_type": "mq.m5.large", "engine_type": "RabbitMQ"}, "Broker (rabbitmq, single-instance, mq.m5.large)"),
        ("aws_fsx_lustre_file_system", {"deployment_type": "PERSISTENT_2", "storage_capacity": 1200, "per_unit_storage_throughput": 1000}, "Storage (PERSISTENT_2, SSD)"),
        ("aws_db_instance", {"engine": "postgres", "instance_class": "db.x2g.large", "allocated_storage": 20}, "Database instance (on-demand, single-az, postgres, db.x2g.large)"),
    ],
)  # fmt: skip
def test_what_no_book_prices_is_unpriced_and_keeps_its_quantity(
    type_: str, attributes: dict[str, Any], part: str
) -> None:
    estimate = estimate_of(type_, attributes)
    assert part in unpriced(estimate)
    assert estimate.state in (EstimateState.UNPRICED, EstimateState.PARTIAL)
    gap = next(missing for missing in estimate.unpriced if missing.component == part)
    assert gap.identity[2].expected > 0  # type: ignore[attr-defined]


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
