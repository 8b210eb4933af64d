"""No estimate says nothing for something that it could not price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.google_run import Run, google

from spendgate.costing.free_types import is_free
from spendgate.costing.meters import meters_for
from spendgate.model.cost import EstimateState, Missing
from spendgate.model.resource import ProviderSettings

TYPES = sorted(meters_for("google"))
WORDS = st.sampled_from(
    [
        "",
        "n1-standard-4",
        "g2-standard-4",
        "a9-unheard-8g",
        "nvidia-l4",
        "SPOT",
        "v6e-8",
        "pd-ssd",
        "REGIONAL",
        "db-f1-micro",
    ]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-3, 1000), WORDS)
KEYS = st.sampled_from(
    [
        "machine_type", "guest_accelerator", "type", "count", "scheduling", "provisioning_model", "node_count", "size",
        "autoscaling", "min_node_count", "max_node_count", "node_config", "settings", "tier", "memory_size_gb", "location",
        "zone", "template", "containers", "resources", "limits", "accelerator_type", "dedicated_resources", "machine_spec",
        "min_replica_count", "resource_pools", "replica_count", "shard_count", "node_type", "labels", "desired_status",
        "storage_class", "gce_setup", "boot_disk", "initialize_params", "specific_reservation", "instance_properties",
    ]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.dictionaries(KEYS, inner, max_size=4), st.lists(inner, max_size=2)),
    max_leaves=12,
)
MARKS = st.recursive(
    st.booleans(),
    lambda inner: st.one_of(st.dictionaries(KEYS, inner, max_size=3), st.lists(inner, max_size=2)),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(type_=st.sampled_from(TYPES), values=st.dictionaries(KEYS, TREES, max_size=6), unknown=MARKS)
def test_odd_resources_never_raise_and_never_cost_a_silent_nothing(
    type_: str, values: dict[str, Any], unknown: Any
) -> None:
    estimate = Run(google(type_, values, unknown=unknown)).estimate()
    lacking = [part for part in estimate.unpriced if part.missing is Missing.UNPRICED]
    assert estimate.is_complete == (not lacking)
    if not estimate.items:
        assert (estimate.state is EstimateState.FREE) == (not estimate.unpriced)
        assert estimate.monthly is None or estimate.state is EstimateState.FREE
    for item in estimate.items:
        assert item.rate.price > 0
        assert Decimal(0) <= item.monthly.low <= item.monthly.expected <= item.monthly.high


@pytest.mark.parametrize("type_", TYPES)
def test_no_type_is_both_metered_and_free(type_: str) -> None:
    assert not is_free("google", type_)


@pytest.mark.parametrize(
    ("type_", "state"),
    [
        ("google_project_iam_member", EstimateState.FREE),
        ("google_compute_network", EstimateState.FREE),
        ("google_oracle_database_cloud_vm_cluster", EstimateState.UNSUPPORTED),
        ("google_something_of_tomorrow", EstimateState.UNSUPPORTED),
    ],
)
def test_free_is_told_apart_from_unsupported(type_: str, state: EstimateState) -> None:
    estimate = Run(google(type_)).estimate()
    assert estimate.state is state
    assert estimate.is_complete == (state is EstimateState.FREE)


@pytest.mark.parametrize("type_", TYPES)
def test_a_resource_of_which_nothing_is_known_is_not_complete_for_nothing(type_: str) -> None:
    """Free only where the provider charges nothing for the bare thing; else something is priced, lacking, or by use."""
    estimate = Run(google(type_, {}, unknown=True, settings=ProviderSettings())).estimate()
    assert estimate.items or estimate.unpriced
