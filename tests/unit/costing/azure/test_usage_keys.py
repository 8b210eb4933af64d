"""Usage keys of Azure types: what an estimate asks for may be stated, and what another type reads may not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure

from spendgate.costing.meters import meters_for, usage_keys
from spendgate.costing.meters.azure_usage_keys import USAGE_KEYS
from spendgate.model.cost import Missing

METERS = meters_for("azure")
FACTS: list[dict[str, Any]] = [
    fact
    for fact in json.loads(Path(__file__).parents[1].joinpath("scored_facts.json").read_text(encoding="utf-8"))["facts"]
    if fact["cloud"] == "azure"
]
SIZED: dict[str, dict[str, Any]] = {
    "azurerm_linux_virtual_machine": {"size": "Standard_A2_v2", "os_disk": [{"storage_account_type": "Standard_LRS"}]},
    "azurerm_virtual_machine": {"vm_size": "Standard_A2_v2", "storage_os_disk": [{}], "storage_data_disk": [{"lun": 1, "disk_size_gb": 8}]},
    "azurerm_virtual_machine_scale_set": {"sku": [{"name": "Standard_F2", "capacity": 1}], "storage_profile_os_disk": [{}]},
    "azurerm_kubernetes_cluster_node_pool": {"vm_size": "Standard_D2_v2", "node_count": 1},
    "azurerm_application_gateway": {"sku": [{"name": "Standard_v2"}]},
    "azurerm_api_management": {"sku_name": "Premium_1"},
    "azurerm_servicebus_namespace": {"sku": "Standard"},
    "azurerm_mssql_database": {"sku_name": "HS_Gen5_2"},
    "azurerm_sql_managed_instance": {"sku_name": "GP_Gen5", "vcores": 4, "storage_size_in_gb": 64},
    "azurerm_signalr_service": {"sku": [{"name": "Standard_S1", "capacity": 1}]},
    "azurerm_static_site": {"sku_tier": "Standard"},
    "azurerm_synapse_sql_pool": {"sku_name": "DW200c"},
    "azurerm_notification_hub_namespace": {"sku_name": "Standard"},
    "azurerm_traffic_manager_profile": {"traffic_view_enabled": True},
    "azurerm_key_vault_key": {"key_type": "RSA-HSM", "key_size": 2048},
    "azurerm_log_analytics_workspace": {"sku": "PerGB2018", "retention_in_days": 90},
    "azurerm_managed_disk": {"storage_account_type": "Standard_LRS", "disk_size_gb": 8},
    "azurerm_hdinsight_kafka_cluster": {"roles": [{"worker_node": [{"vm_size": "Standard_D3_V2", "number_of_disks_per_node": 1, "target_instance_count": 1}]}]},
}  # fmt: skip
"""What a type needs to say before all of its parts show."""


def asked_for(type_: str) -> Iterator[str]:
    found = Run(azure(type_, SIZED.get(type_, {}))).estimate()
    for part in found.unpriced:
        if part.missing is Missing.NEEDS_USAGE:
            said = re.fullmatch(r"depends on use: state (.*?) in the usage file.*", part.reason)
            assert said is not None, part.reason
            yield from re.split(r", | and ", said[1])


@pytest.mark.parametrize("type_", sorted(USAGE_KEYS))
def test_what_an_estimate_asks_for_may_be_stated(type_: str) -> None:
    known = usage_keys(type_, METERS[type_])
    assert [key for key in asked_for(type_) if key not in known and key.partition(".")[0] not in known] == []


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.get("usage")], ids=lambda fact: fact["id"])
def test_what_people_state_of_real_resources_is_read(fact: dict[str, Any]) -> None:
    known = usage_keys(fact["type"], METERS[fact["type"]])
    assert [key for key in fact["usage"] if key not in known] == []


@pytest.mark.parametrize("type_", sorted(USAGE_KEYS))
def test_each_key_of_a_type_is_one_of_its_meters(type_: str) -> None:
    known = usage_keys(type_, METERS[type_])
    assert [key for key in USAGE_KEYS[type_] if key not in known] == []


@pytest.mark.parametrize(
    ("type_", "key"),
    [
        ("azurerm_nat_gateway", "monthly_queries"),
        ("azurerm_public_ip", "monthly_data_processed_gb"),
        ("azurerm_redis_cache", "storage_gb"),
        ("azurerm_linux_virtual_machine", "storage_os_disk"),
        ("azurerm_managed_disk", "storage_gb"),
    ],
)
def test_a_key_of_another_type_of_the_same_meter_is_none_of_this(type_: str, key: str) -> None:
    assert key not in usage_keys(type_, METERS[type_])
