"""No estimate says nothing for something that it could not price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.azure_run import Run, azure

from spendgate.costing.free_types import is_free
from spendgate.costing.meters import meters_for
from spendgate.model.cost import EstimateState, Missing

TYPES = sorted(meters_for("azure"))
WORDS = st.sampled_from(
    [
        "", "Standard_D2s_v3", "Standard_NC6s_v3", "Standard_Z9_unheard", "Standard", "Premium", "Basic", "Spot", "Windows_Server",
        "Standard_LRS", "UltraSSD_LRS", "Premium_P99", "GP_Gen5_2", "GP_S_Gen5_2", "HS_Gen5_2", "S0", "P1", "BC_Gen5", "Windows",
        "ProvisionedManaged", "GlobalStandard", "gpt-4o", "text-embedding-3-small", "LUIS", "FileStorage", "EP1", "Y1", "WAF_v2",
        "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments@2024-04-01", "not json {", "{}", "East US",
    ]
)  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-3, 1000), WORDS)
KEYS = st.sampled_from(
    [
        "size", "vm_size", "sku", "name", "tier", "capacity", "sku_name", "sku_tier", "os_disk", "storage_os_disk", "data_disk",
        "storage_account_type", "disk_size_gb", "storage_data_disk", "managed_disk_type", "instances", "default_node_pool",
        "node_count", "min_count", "max_count", "auto_scaling_enabled", "scale_settings", "min_node_count", "max_node_count",
        "location", "model", "kind", "account_kind", "account_tier", "account_replication_type", "access_tier", "priority",
        "vm_priority", "license_type", "body", "type", "properties", "instanceType", "storage_mb", "high_availability", "mode",
        "max_size_gb", "vcores", "geo_location", "autoscale_settings", "max_throughput", "throughput", "roles", "head_node",
        "worker_node", "target_instance_count", "auto_pause", "auto_scale", "node_size", "replica_count", "partition_count",
        "quota", "shard_count", "tags", "os_type", "gpu_instance", "container", "cpu", "memory", "georeplications", "replica",
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


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(type_=st.sampled_from(TYPES), values=st.dictionaries(KEYS, TREES, max_size=6), unknown=MARKS)
def test_odd_resources_never_raise_and_never_cost_a_silent_nothing(
    type_: str, values: dict[str, Any], unknown: Any
) -> None:
    estimate = Run(azure(type_, values, unknown=unknown)).estimate()
    lacking = [part for part in estimate.unpriced if part.missing is Missing.UNPRICED]
    assert estimate.is_complete == (not lacking)
    if not estimate.items:
        assert (estimate.state is EstimateState.FREE) == (not estimate.unpriced)
        assert estimate.monthly is None or estimate.state is EstimateState.FREE
    for item in estimate.items:
        assert item.rate.price > 0
        assert Decimal(0) <= item.monthly.low <= item.monthly.expected <= item.monthly.high


FREE_UNLESS_STATED = {"azurerm_app_service_custom_hostname_binding", "azurerm_federated_identity_credential"}
"""What costs something only with an attribute or a use that somebody states: an unknown one is the provider's to fill in."""


@pytest.mark.parametrize("type_", sorted({*TYPES} - FREE_UNLESS_STATED))
def test_a_resource_of_which_nothing_is_known_is_not_complete_for_nothing(type_: str) -> None:
    estimate = Run(azure(type_, {}, unknown=True, region=None)).estimate()
    assert estimate.items or estimate.unpriced


@pytest.mark.parametrize("type_", TYPES)
def test_no_type_is_both_metered_and_free(type_: str) -> None:
    assert not is_free("azure", type_)


@pytest.mark.parametrize(
    ("type_", "state"),
    [
        ("azurerm_resource_group", EstimateState.FREE),
        ("azurerm_subnet", EstimateState.FREE),
        ("azurerm_machine_learning_workspace", EstimateState.FREE),
        ("azurerm_monitor_autoscale_setting", EstimateState.FREE),
        ("azapi_update_resource", EstimateState.FREE),
        ("azurerm_qumulo_file_system", EstimateState.UNSUPPORTED),
        ("azurerm_something_of_tomorrow", EstimateState.UNSUPPORTED),
    ],
)
def test_free_is_told_apart_from_unsupported(type_: str, state: EstimateState) -> None:
    estimate = Run(azure(type_)).estimate()
    assert estimate.state is state
    assert estimate.is_complete == (state is EstimateState.FREE)
