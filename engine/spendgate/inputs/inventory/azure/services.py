"""The shapes of Azure's managed services: what they are sized and billed by, and nothing else of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spendgate.inputs.inventory.azure.shapes import NAMED
from spendgate.inputs.inventory.fields import MISSING, items, pick, text
from spendgate.inputs.inventory.shape import Shape

Record = Mapping[str, Any]
_SKU = ("sku.name", "properties.sku.name")
"""NOTE: some kinds have their SKU among their properties, and Resource Graph then has a column of that name that is empty."""


def _block(**paths: str | tuple[str, ...]) -> Callable[[Record], Any]:
    """A block of what is there at these paths."""

    def read(record: Record) -> Any:
        found: dict[str, Any] = {}
        for name, where in paths.items():
            for path in (where,) if isinstance(where, str) else where:
                value = pick(record, path)
                if value is not MISSING and value is not None:
                    found[name] = value
                    break
        return [found] if found else None

    return read


def _free_capacity(record: Record) -> Any:
    """Reserved machines that no VM runs in. NOTE: those in use are billed as the machines that they are.

    Which are allocated only the instance view tells; VMs that are associated may be stopped, so that they are the next best.
    """
    name, capacity = text(record, *_SKU), text(record, "sku.capacity")
    if name is None or capacity is None or not capacity.isdecimal():
        return MISSING
    used = pick(record, "instanceView.utilizationInfo.virtualMachinesAllocated")
    used = used if isinstance(used, list) else pick(record, "virtualMachinesAssociated")
    return [{"name": name, "capacity": max(int(capacity) - (len(used) if isinstance(used, list) else 0), 0)}]


def _nodes(record: Record) -> Any:
    """The nodes of a Batch pool that run now; those that were asked for, where the answer has no others."""
    found = {
        "target_dedicated_nodes": text(
            record, "currentDedicatedNodes", "scaleSettings.fixedScale.targetDedicatedNodes"
        ),
        "target_low_priority_nodes": text(
            record, "currentLowPriorityNodes", "scaleSettings.fixedScale.targetLowPriorityNodes"
        ),
    }
    known = {name: int(value) for name, value in found.items() if value is not None and value.isdecimal()}
    return [known] if len(known) == len(found) else MISSING


def _containers(record: Record) -> Any:
    """What the containers of a group ask for; commands and environments stay out."""
    found = []
    for each in items(record, "containers"):
        wanted = {
            "cpu": text(each, "properties.resources.requests.cpu"),
            "memory": text(each, "properties.resources.requests.memoryInGB"),
            "gpu": _block(sku="properties.resources.requests.gpu.sku", count="properties.resources.requests.gpu.count")(
                each
            ),
        }
        found.append({name: value for name, value in wanted.items() if value is not None})
    return found


def _system(record: Record) -> str:
    return "Linux" if pick(record, "reserved") is True or "linux" in (text(record, "kind") or "").lower() else "Windows"


def _log_sku(record: Record) -> Any:
    name = text(record, *_SKU)
    return "PerGB2018" if name is not None and name.lower() == "pergb2018" else name or MISSING


SHAPES: Mapping[str, Shape] = {
    "microsoft.app/containerapps": Shape("azurerm_container_app", fields=NAMED),
    "microsoft.app/jobs": Shape("azurerm_container_app_job", fields=NAMED),
    "microsoft.batch/batchaccounts/pools": Shape(
        "azurerm_batch_pool",
        fields={**NAMED, "vm_size": "vmSize", "fixed_scale": _nodes},
        needs=("vm_size", "fixed_scale"),
        created=("creationTime",),
    ),
    "microsoft.compute/capacityreservationgroups/capacityreservations": Shape(
        "azurerm_capacity_reservation", fields={**NAMED, "sku": _free_capacity}, needs=("sku",), created=("timeCreated",)
    ),
    "microsoft.containerinstance/containergroups": Shape(
        "azurerm_container_group",
        fields={**NAMED, "os_type": "osType", "container": _containers},
        needs=("container",),
        state=("instanceView.state",),
        stopped=("stopped", "succeeded", "failed", "terminated"),
    ),
    "microsoft.databricks/workspaces": Shape("azurerm_databricks_workspace", fields={**NAMED, "sku": _SKU}),
    "microsoft.devtestlab/schedules": Shape(
        "azurerm_dev_test_global_vm_shutdown_schedule",
        fields={
            **NAMED,
            "enabled": lambda record: text(record, "status") != "Disabled",
            "daily_recurrence_time": "dailyRecurrence.time",
            "timezone": "timeZoneId",
            "virtual_machine_id": "targetResourceId",
        },
    ),
    "microsoft.eventhub/namespaces": Shape(
        "azurerm_eventhub_namespace", fields={**NAMED, "sku": _SKU, "capacity": "sku.capacity"}, needs=("sku",)
    ),
    "microsoft.insights/components": Shape(
        "azurerm_application_insights",
        fields={**NAMED, "retention_in_days": "RetentionInDays", "workspace_id": "WorkspaceResourceId"},
    ),
    "microsoft.netapp/netappaccounts/capacitypools": Shape(
        "azurerm_netapp_pool",
        fields={
            **NAMED,
            "service_level": "serviceLevel",
            "size_in_tb": lambda record: int(size) // 2**40 if (size := text(record, "size")) and size.isdecimal() else MISSING,
        },
        needs=("service_level", "size_in_tb"),
    ),
    "microsoft.network/applicationgateways": Shape(
        "azurerm_application_gateway",
        fields={
            **NAMED,
            "sku": _block(name=_SKU, tier=("sku.tier", "properties.sku.tier"), capacity=("sku.capacity", "properties.sku.capacity")),
            "autoscale_configuration": _block(
                min_capacity="autoscaleConfiguration.minCapacity", max_capacity="autoscaleConfiguration.maxCapacity"
            ),
        },
        needs=("sku",),
        state=("operationalState",),
    ),
    "microsoft.network/azurefirewalls": Shape(
        "azurerm_firewall",
        fields={**NAMED, "sku_name": _SKU, "sku_tier": ("sku.tier", "properties.sku.tier")},
        needs=("sku_name", "sku_tier"),
    ),
    "microsoft.network/dnszones": Shape("azurerm_dns_zone", fields=NAMED),
    "microsoft.network/networkwatchers": Shape("azurerm_network_watcher", fields=NAMED),
    "microsoft.network/privatednszones": Shape("azurerm_private_dns_zone", fields=NAMED),
    "microsoft.network/virtualnetworkgateways": Shape(
        "azurerm_virtual_network_gateway", fields={**NAMED, "type": "gatewayType", "sku": _SKU}, needs=("sku", "type")
    ),
    "microsoft.operationalinsights/workspaces": Shape(
        "azurerm_log_analytics_workspace",
        fields={**NAMED, "sku": _log_sku, "retention_in_days": "retentionInDays", "daily_quota_gb": "workspaceCapping.dailyQuotaGb"},
        needs=("sku",),
    ),
    "microsoft.search/searchservices": Shape(
        "azurerm_search_service",
        fields={**NAMED, "sku": "sku.name", "replica_count": "replicaCount", "partition_count": "partitionCount"},
        needs=("sku",),
    ),
    "microsoft.servicebus/namespaces": Shape(
        "azurerm_servicebus_namespace", fields={**NAMED, "sku": _SKU, "capacity": "sku.capacity"}, needs=("sku",)
    ),
    "microsoft.storagecache/amlfilesystems": Shape(
        "azurerm_managed_lustre_file_system",
        fields={**NAMED, "sku_name": "sku.name", "storage_capacity_in_tb": "storageCapacityTiB"},
        needs=("sku_name", "storage_capacity_in_tb"),
    ),
    "microsoft.web/serverfarms": Shape(
        "azurerm_service_plan",
        fields={**NAMED, "sku_name": "sku.name", "worker_count": "sku.capacity", "os_type": _system,
                "maximum_elastic_worker_count": "maximumElasticWorkerCount"},
        needs=("sku_name",),
    ),
}  # fmt: skip

_PLAIN: Mapping[str, str] = {
    "microsoft.automation/automationaccounts/runbooks": "azurerm_automation_runbook",
    "microsoft.batch/batchaccounts": "azurerm_batch_account",
    "microsoft.compute/availabilitysets": "azurerm_availability_set",
    "microsoft.compute/capacityreservationgroups": "azurerm_capacity_reservation_group",
    "microsoft.compute/diskaccesses": "azurerm_disk_access",
    "microsoft.compute/diskencryptionsets": "azurerm_disk_encryption_set",
    "microsoft.compute/galleries": "azurerm_shared_image_gallery",
    "microsoft.compute/galleries/images": "azurerm_shared_image",
    "microsoft.compute/hostgroups": "azurerm_dedicated_host_group",
    "microsoft.compute/proximityplacementgroups": "azurerm_proximity_placement_group",
    "microsoft.compute/restorepointcollections": "azurerm_virtual_machine_restore_point_collection",
    "microsoft.compute/sshpublickeys": "azurerm_ssh_public_key",
    "microsoft.compute/virtualmachines/extensions": "azurerm_virtual_machine_extension",
    "microsoft.databricks/accessconnectors": "azurerm_databricks_access_connector",
    "microsoft.insights/activitylogalerts": "azurerm_monitor_activity_log_alert",
    "microsoft.insights/datacollectionendpoints": "azurerm_monitor_data_collection_endpoint",
    "microsoft.insights/workbooks": "azurerm_application_insights_workbook",
    "microsoft.keyvault/vaults": "azurerm_key_vault",
    "microsoft.maintenance/maintenanceconfigurations": "azurerm_maintenance_configuration",
    "microsoft.managedidentity/userassignedidentities": "azurerm_user_assigned_identity",
    "microsoft.netapp/netappaccounts": "azurerm_netapp_account",
    "microsoft.network/applicationgatewaywebapplicationfirewallpolicies": "azurerm_web_application_firewall_policy",
    "microsoft.network/applicationsecuritygroups": "azurerm_application_security_group",
    "microsoft.network/dnsresolvers": "azurerm_private_dns_resolver",
    "microsoft.network/ipgroups": "azurerm_ip_group",
    "microsoft.network/localnetworkgateways": "azurerm_local_network_gateway",
    "microsoft.network/networkinterfaces": "azurerm_network_interface",
    "microsoft.network/networkprofiles": "azurerm_network_profile",
    "microsoft.network/networksecuritygroups": "azurerm_network_security_group",
    "microsoft.network/privatednszones/virtualnetworklinks": "azurerm_private_dns_zone_virtual_network_link",
    "microsoft.network/routetables": "azurerm_route_table",
    "microsoft.network/virtualnetworks": "azurerm_virtual_network",
    "microsoft.network/virtualwans": "azurerm_virtual_wan",
    "microsoft.network/vpnsites": "azurerm_vpn_site",
    "microsoft.operationsmanagement/solutions": "azurerm_log_analytics_solution",
    "microsoft.portal/dashboards": "azurerm_portal_dashboard",
    "microsoft.sql/servers": "azurerm_mssql_server",
}
"""Kinds that cost nothing themselves: what counts of them are tags and place."""

PLAIN: Mapping[str, Shape] = {kind: Shape(type_, fields=NAMED, needs=()) for kind, type_ in _PLAIN.items()}
