"""Whatever the attributes: an estimate never says zero for what it could not price, and never ends in a traceback."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.aws_run import Run, aws

from spendgate.costing.meters import meters_for
from spendgate.model.cost import Estimate, EstimateState, Missing
from spendgate.model.resource import ProviderSettings

TYPES = sorted(meters_for("aws"))

MACHINES = ["m5.large", "t3.medium", "p4d.24xlarge", "p5.48xlarge", "zz9.99xlarge", "ml.g5.xlarge", "db.t3.large", ""]
WORDS = st.sampled_from(
    [
        *MACHINES,
        "gp3",
        "io2",
        "standard",
        "mysql",
        "aurora-postgresql",
        "SPOT",
        "FARGATE",
        "MULTI_AZ_1",
        "PROVISIONED",
        "x",
    ]
)
LEAVES = st.one_of(st.none(), WORDS, st.integers(-5, 5000), st.booleans(), st.floats(0, 100, allow_nan=False))
NAMES = [
    "instance_type", "instance_class", "engine", "multi_az", "storage_type", "allocated_storage", "iops", "min_size",
    "max_size", "desired_capacity", "size", "type", "node_type", "num_cache_nodes", "number_of_nodes", "storage_capacity",
    "throughput_capacity", "deployment_type", "root_block_device", "ebs_block_device", "mixed_instances_policy",
    "scaling_config", "compute_resources", "instance_group", "production_variants", "cluster_config", "ebs_options",
    "broker_node_group_info", "desired_count", "launch_type", "read_capacity", "write_capacity", "billing_mode", "rule",
    "volume_size", "volume_type", "instance_count", "tags", "model_units", "model_arn", "number_of_workers", "protocols",
    "target_capacity", "warm_pool", "metric_query", "subnet_ids", "version", "engine_version", "tenancy", "max_capacity",
]  # fmt: skip
BLOCKS = st.dictionaries(st.sampled_from(NAMES), st.one_of(LEAVES, st.lists(LEAVES, max_size=2)), max_size=4)
VALUES = st.one_of(LEAVES, st.lists(BLOCKS, max_size=2), BLOCKS, st.lists(LEAVES, max_size=2))
ATTRIBUTES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=10)
UNKNOWN = st.dictionaries(st.sampled_from(NAMES), st.just(True), max_size=4)
REGIONS = st.sampled_from(["us-east-1", "eu-west-1", "sa-east-1", None])


def check(estimate: Estimate) -> None:
    lacking = [part for part in estimate.unpriced if part.missing is Missing.UNPRICED]
    assert all(part.reason for part in estimate.unpriced)
    assert estimate.is_complete is (not lacking)
    if not estimate.items:
        assert estimate.monthly is None or estimate.state is EstimateState.FREE
        assert (estimate.state is EstimateState.FREE) is (not estimate.unpriced)
    for item in estimate.items:
        assert item.rate.price > 0
        assert item.rate.source
        assert item.rate.as_of
        assert item.unit == item.rate.unit, item.name
        quantity = item.quantity
        assert 0 <= quantity.low <= quantity.expected <= quantity.high
        assert (item.monthly.expected > 0) is (quantity.expected > 0)
        assert item.monthly.low <= item.monthly.expected <= item.monthly.high


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(TYPES), ATTRIBUTES, UNKNOWN, REGIONS)
def test_no_estimate_says_zero_for_what_has_no_price(
    type_: str, attributes: dict[str, Any], unknown: dict[str, Any], region: str | None
) -> None:
    check(Run(aws(type_, attributes, unknown=unknown, settings=ProviderSettings(region=region))).estimate())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(TYPES), ATTRIBUTES)
def test_an_estimate_is_the_same_twice(type_: str, attributes: dict[str, Any]) -> None:
    assert Run(aws(type_, attributes)).estimate() == Run(aws(type_, attributes)).estimate()
