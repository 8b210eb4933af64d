"""Managed services of Azure: what they are sized by, read from rows of Resource Graph and from answers of Resource Manager."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.inputs.inventory.exports import only, read, row

from spendgate.costing.free_types import is_free
from spendgate.inputs.inventory.azure import PLAIN, SHAPES
from spendgate.model.values import Unknown


def resource(tmp_path: Path, type_: str, properties: Any, **more: Any) -> Any:
    """The one resource of a row. NOTE: Resource Graph has a column for the SKU that may be empty."""
    return only(read(tmp_path, {"data": [{**row(type_, "x", properties), "sku": None, **more}]})).resource


@pytest.mark.parametrize(
    ("kind", "properties", "more", "type_", "expected"),
    [
        pytest.param("Microsoft.Search/searchServices", {"replicaCount": 2, "partitionCount": 3}, {"sku": {"name": "standard"}},
                     "azurerm_search_service", {"sku": "standard", "replica_count": 2, "partition_count": 3}, id="search"),
        pytest.param("Microsoft.Web/serverfarms", {"reserved": True}, {"kind": "linux", "sku": {"name": "P1v3", "capacity": 3}},
                     "azurerm_service_plan", {"sku_name": "P1v3", "worker_count": 3, "os_type": "Linux"}, id="plan"),
        pytest.param("Microsoft.Network/applicationGateways", {"sku": {"name": "WAF_v2", "tier": "WAF_v2"}, "autoscaleConfiguration": {"minCapacity": 2}}, {},
                     "azurerm_application_gateway", {"sku": [{"name": "WAF_v2", "tier": "WAF_v2"}], "autoscale_configuration": [{"min_capacity": 2}]}, id="gateway"),
        pytest.param("Microsoft.Network/azureFirewalls", {"sku": {"name": "AZFW_VNet", "tier": "Premium"}}, {},
                     "azurerm_firewall", {"sku_name": "AZFW_VNet", "sku_tier": "Premium"}, id="firewall"),
        pytest.param("Microsoft.Network/virtualNetworkGateways", {"sku": {"name": "VpnGw1"}, "gatewayType": "Vpn"}, {},
                     "azurerm_virtual_network_gateway", {"sku": "VpnGw1", "type": "Vpn"}, id="vpn"),
        pytest.param("Microsoft.OperationalInsights/workspaces", {"sku": {"name": "pergb2018"}, "retentionInDays": 90}, {},
                     "azurerm_log_analytics_workspace", {"sku": "PerGB2018", "retention_in_days": 90}, id="logs"),
        pytest.param("Microsoft.EventHub/namespaces", {}, {"sku": {"name": "Standard", "capacity": 4}},
                     "azurerm_eventhub_namespace", {"sku": "Standard", "capacity": 4}, id="events"),
        pytest.param("Microsoft.StorageCache/amlFilesystems", {"storageCapacityTiB": 16}, {"sku": {"name": "AMLFS-Durable-Premium-250"}},
                     "azurerm_managed_lustre_file_system", {"sku_name": "AMLFS-Durable-Premium-250", "storage_capacity_in_tb": 16}, id="lustre"),
        pytest.param("Microsoft.NetApp/netAppAccounts/capacityPools", {"serviceLevel": "Premium", "size": 4398046511104}, {},
                     "azurerm_netapp_pool", {"service_level": "Premium", "size_in_tb": 4}, id="netapp"),
        pytest.param("Microsoft.Batch/batchAccounts/pools", {"vmSize": "STANDARD_NC6S_V3", "currentDedicatedNodes": 2, "currentLowPriorityNodes": 0,
                     "scaleSettings": {"autoScale": {"formula": "PLANTED"}}}, {},
                     "azurerm_batch_pool", {"vm_size": "STANDARD_NC6S_V3", "fixed_scale": [{"target_dedicated_nodes": 2, "target_low_priority_nodes": 0}]}, id="batch"),
        pytest.param("Microsoft.DevTestLab/schedules", {"status": "Enabled", "dailyRecurrence": {"time": "1900"}, "targetResourceId": "/subscriptions/vm"}, {},
                     "azurerm_dev_test_global_vm_shutdown_schedule", {"enabled": True, "daily_recurrence_time": "1900", "virtual_machine_id": "/subscriptions/vm"}, id="shutdown"),
    ],
)  # fmt: skip
def test_a_service_is_read_with_what_it_is_billed_by(
    tmp_path: Path, kind: str, properties: Any, more: Any, type_: str, expected: dict[str, Any]
) -> None:
    one = resource(tmp_path, kind, properties, **more)
    assert one.type == type_
    assert {name: one.attributes.get(name) for name in expected} == expected
    assert "PLANTED" not in repr(one.attributes.values)


CONTAINER = {
    "name": "train",
    "properties": {
        "image": "x",
        "command": ["sh", "PLANTED"],
        "environmentVariables": [{"name": "A", "value": "PLANTED"}],
        "resources": {"requests": {"cpu": 4, "memoryInGB": 16, "gpu": {"count": 1, "sku": "V100"}}},
    },
}


def test_a_container_group_asks_for_its_gpus_and_one_that_ended_is_stopped(tmp_path: Path) -> None:
    kind = "Microsoft.ContainerInstance/containerGroups"
    one = resource(tmp_path, kind, {"osType": "Linux", "containers": [CONTAINER], "instanceView": {"state": "Running"}})
    assert one.attributes.get("container") == [{"cpu": "4", "memory": "16", "gpu": [{"sku": "V100", "count": 1}]}]
    assert not one.observed.stopped
    assert "PLANTED" not in repr(one.attributes.values)
    assert resource(
        tmp_path, kind, {"containers": [CONTAINER], "instanceView": {"state": "Succeeded"}}
    ).observed.stopped


@pytest.mark.parametrize(
    ("properties", "free"),
    [
        ({}, 4),
        ({"virtualMachinesAssociated": [{"id": "a"}, {"id": "b"}]}, 2),
        ({"virtualMachinesAssociated": [{"id": "a"}, {"id": "b"}], "instanceView": {"utilizationInfo": {"virtualMachinesAllocated": [{}]}}}, 3),
        ({"instanceView": {"utilizationInfo": {"virtualMachinesAllocated": [{}] * 6}}}, 0),
    ],
    ids=["nothing-told", "associated", "allocated", "more-than-reserved"],
)  # fmt: skip
def test_of_a_reservation_only_what_nothing_runs_in_is_counted(tmp_path: Path, properties: Any, free: int) -> None:
    kind = "Microsoft.Compute/capacityReservationGroups/capacityReservations"
    sku = {"name": "Standard_NC24ads_A100_v4", "capacity": 4}
    assert resource(tmp_path, kind, properties, sku=sku).attributes.get("sku") == [{**sku, "capacity": free}]


def test_what_a_row_does_not_say_is_unknown(tmp_path: Path) -> None:
    one = resource(tmp_path, "Microsoft.Batch/batchAccounts/pools", {"vmSize": "STANDARD_D2"})
    assert isinstance(one.attributes.get("fixed_scale"), Unknown)


def test_kinds_that_cost_nothing_are_of_types_that_cost_nothing() -> None:
    assert [shape.type for shape in PLAIN.values() if not is_free("azure", str(shape.type))] == []
    assert PLAIN.keys() < SHAPES.keys()
    assert all(kind == kind.lower() for kind in SHAPES)
