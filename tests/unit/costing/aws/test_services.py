"""What the services around the machines cost: quantities by attributes and by stated use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, estimate_of, needed, quantities, unpriced

from spendgate.model.cost import Basis, EstimateState

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
