"""The shapes of Azure's resource types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spendgate.inputs.inventory.azure.lifecycle import rules
from spendgate.inputs.inventory.fields import MISSING, items, pick, text
from spendgate.inputs.inventory.shape import Item, Shape

Record = Mapping[str, Any]

_STOPPED = ("deallocated", "deallocating")
"""NOTE: a VM that is stopped but not deallocated is billed on (Azure VM documentation, states and billing)."""


def power(record: Record) -> Any:
    """`PowerState/deallocated` of Resource Graph, `VM deallocated` of `az vm list -d`, as one word."""
    found = text(record, "extended.instanceView.powerState.code", "instanceView.powerState.code", "powerState")
    for status in items(record, "instanceView.statuses"):
        code = text(status, "code") or ""
        found = code if code.startswith("PowerState/") else found
    return found.rsplit("/", 1)[-1].removeprefix("VM ").lower() if found else MISSING


def _system(linux: str, windows: str, path: str) -> Callable[[Record], str]:
    return lambda record: windows if (text(record, f"{path}.osDisk.osType") or "").lower() == "windows" else linux


def _unattached(record: Record) -> bool | None:
    state = text(record, "diskState")
    if state is not None:
        return state == "Unattached"
    holder = pick(record, "managedBy")
    return None if holder is MISSING else not holder


def _unused_address(record: Record) -> bool | None:
    if pick(record, "publicIPAllocationMethod") is MISSING:
        return None
    return not (_there(record, "ipConfiguration") or _there(record, "natGateway"))


def _there(record: Record, path: str) -> bool:
    value = pick(record, path)
    return value is not MISSING and value not in (None, {}, [])


def _no_pool(record: Record) -> bool | None:
    pools = pick(record, "backendAddressPools")
    return None if pools is MISSING else not pools


def _tier(record: Record) -> Any:
    return (text(record, "sku.name") or "").partition("_")[0] or MISSING


def _replication(record: Record) -> Any:
    return (text(record, "sku.name") or "").partition("_")[2] or MISSING


_FLEXIBLE = {"burstable": "B", "generalpurpose": "GP", "memoryoptimized": "MO"}


def _flexible_sku(record: Record) -> Any:
    name, tier = text(record, "sku.name"), (text(record, "sku.tier") or "").lower()
    return f"{_FLEXIBLE[tier]}_{name}" if name and tier in _FLEXIBLE else name or MISSING


def _whole(path: str, *, times: int = 1, over: int = 1) -> Callable[[Record], Any]:
    def read(record: Record) -> Any:
        found = text(record, path)
        return int(found) * times // over if found is not None and found.isdecimal() else MISSING

    return read


def _pool_owner(item: Item) -> str | None:
    """The node pool that a scale set is the machines of."""
    name = next((v for k, v in (item.tags or {}).items() if k.lower() == "aks-managed-poolname"), None)
    group = text(item.record, "resourceGroup") or group_in(item.identity)
    return f"aks:{group.lower()}/{name}" if name and group else None


def _set_owner(item: Item) -> str | None:
    found = text(item.record, "virtualMachineScaleSet.id")
    return found.lower() if found else None


def _profile(record: Record) -> Any:
    """A node pool's block; `count` is what runs now."""
    found = {
        "name": text(record, "name"),
        "vm_size": text(record, "vmSize"),
        "node_count": pick(record, "count"),
        "auto_scaling_enabled": pick(record, "enableAutoScaling"),
        "min_count": pick(record, "minCount"),
        "max_count": pick(record, "maxCount"),
        "os_type": text(record, "osType"),
        "os_disk_size_gb": pick(record, "osDiskSizeGB"),
        "os_disk_type": text(record, "osDiskType"),
        "priority": text(record, "scaleSetPriority"),
        "gpu_instance": text(record, "gpuInstanceProfile"),
    }
    return {key: value for key, value in found.items() if value is not MISSING and value is not None}


def _field(key: str) -> Callable[[Record], Any]:
    return lambda record: _profile(record).get(key, MISSING)


def _body(*paths: str) -> Callable[[Record], Any]:
    """The parts of an API body that are read; nothing else of it is taken over."""

    def read(record: Record) -> Any:
        inner: dict[str, Any] = {}
        for path in paths:
            value = pick(record, path)
            if value is not MISSING:
                node = inner
                *way, last = path.split(".")
                for key in way:
                    node = node.setdefault(key, {})
                node[last] = value
        sku = pick(record, "sku")
        return {"properties": inner, **({"sku": sku} if isinstance(sku, Mapping) else {})}

    return read


_MANAGED = ("sku.name",)
NAMED: Mapping[str, Any] = {"name": "name", "location": "location", "id": "id"}


def _api(kind: str, *paths: str, state: tuple[str, ...] = ("State", "Status")) -> Shape:
    return Shape("azapi_resource", fields={**NAMED, "type": lambda record: kind, "body": _body(*paths)}, state=state)


def pools_of(record: Record) -> tuple[str, ...]:
    """The names by which the scale sets of a cluster say whose they are, pool by pool."""
    group = (text(record, "nodeResourceGroup") or "").lower()
    return tuple(f"aks:{group}/{text(profile, 'name')}" for profile in items(record, "agentPoolProfiles"))


def group_in(identity: str) -> str:
    """The resource group in an id."""
    parts = identity.split("/")
    return parts[4] if len(parts) > 4 and parts[3].lower() == "resourcegroups" else ""


SHAPES: Mapping[str, Shape] = {
    "microsoft.compute/virtualmachines": Shape(
        _system("azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "storageProfile"),
        fields={
            **NAMED,
            "size": ("hardwareProfile.vmSize", "vmSize", "size"),
            "priority": "priority",
            "license_type": "licenseType",
            "power_state": power,
            "capacity_reservation_group_id": "capacityReservation.capacityReservationGroup.id",
        },
        needs=("size",),
        state=("powerState.word",),
        stopped=_STOPPED,
        created=("timeCreated",),
        disks_apart=True,
        owner=_set_owner,
        waits=True,
    ),
    "microsoft.compute/virtualmachinescalesets": Shape(
        _system(
            "azurerm_linux_virtual_machine_scale_set",
            "azurerm_windows_virtual_machine_scale_set",
            "virtualMachineProfile.storageProfile",
        ),
        fields={
            **NAMED,
            "sku": "sku.name",
            "instances": "sku.capacity",
            "priority": "virtualMachineProfile.priority",
            "license_type": "virtualMachineProfile.licenseType",
        },
        needs=("sku", "instances"),
        disks_apart=True,
        owner=_pool_owner,
        created=("timeCreated",),
    ),
    "microsoft.compute/disks": Shape(
        "azurerm_managed_disk",
        fields={
            **NAMED,
            "storage_account_type": _MANAGED,
            "disk_size_gb": ("diskSizeGB",),
            "disk_iops_read_write": "diskIOPSReadWrite",
            "disk_mbps_read_write": "diskMBpsReadWrite",
        },
        needs=("storage_account_type", "disk_size_gb"),
        state=("diskState",),
        stopped=(),
        created=("timeCreated",),
        last_used=("LastOwnershipUpdateTime",),
        idle=_unattached,
    ),
    "microsoft.compute/snapshots": Shape(
        "azurerm_snapshot",
        fields={**NAMED, "disk_size_gb": "diskSizeGB"},
        needs=("disk_size_gb",),
        created=("timeCreated",),
        stopped=(),
    ),
    "microsoft.containerservice/managedclusters": Shape(
        "azurerm_kubernetes_cluster",
        fields={
            **NAMED,
            "sku_tier": "sku.tier",
            "default_node_pool": lambda record: [_profile(found)] if (found := next(items(record, "agentPoolProfiles"), None)) else MISSING,
        },
        needs=("default_node_pool",),
        state=("powerState.code",),
        stopped=("stopped",),
        disks_apart=True,
        owns=lambda item: pools_of(item.record)[:1],
    ),
    "microsoft.containerservice/managedclusters/agentpools": Shape(
        "azurerm_kubernetes_cluster_node_pool",
        fields={
            "name": "name",
            "kubernetes_cluster_id": "clusterId",
            **{
                key: _field(key)
                for key in ("vm_size", "node_count", "auto_scaling_enabled", "min_count", "max_count", "os_type",
                            "os_disk_size_gb", "os_disk_type", "priority", "gpu_instance")
            },
        },
        needs=("vm_size", "node_count"),
        state=("powerState.code",),
        stopped=("stopped",),
        disks_apart=True,
        owns=lambda item: (text(item.record, "owned") or "",),
    ),
    "microsoft.network/publicipaddresses": Shape(
        "azurerm_public_ip",
        fields={**NAMED, "sku": "sku.name", "sku_tier": "sku.tier", "allocation_method": "publicIPAllocationMethod"},
        needs=("sku", "allocation_method"),
        idle=_unused_address,
    ),
    "microsoft.network/loadbalancers": Shape("azurerm_lb", fields={**NAMED, "sku": "sku.name", "sku_tier": "sku.tier"}, idle=_no_pool),
    "microsoft.network/natgateways": Shape("azurerm_nat_gateway", fields={**NAMED, "sku_name": "sku.name"}),
    "microsoft.network/privateendpoints": Shape("azurerm_private_endpoint", fields=NAMED),
    "microsoft.network/bastionhosts": Shape("azurerm_bastion_host", fields={**NAMED, "sku": "sku.name"}),
    "microsoft.storage/storageaccounts": Shape(
        "azurerm_storage_account",
        fields={
            **NAMED,
            "account_kind": "kind",
            "account_tier": _tier,
            "account_replication_type": _replication,
            "access_tier": "accessTier",
            "is_hns_enabled": "isHnsEnabled",
            "management_policy": rules,
        },
        needs=("account_tier", "account_replication_type", "management_policy"),
        created=("creationTime",),
    ),
    "microsoft.sql/servers/databases": Shape(
        "azurerm_mssql_database",
        fields={
            **NAMED,
            "sku_name": ("currentServiceObjectiveName", "sku.name"),
            "max_size_gb": _whole("maxSizeBytes", over=2**30),
            "zone_redundant": "zoneRedundant",
            "license_type": "licenseType",
            "elastic_pool_id": "elasticPoolId",
        },
        needs=("sku_name",),
        stopped=("paused",),
        created=("creationDate",),
    ),
    "microsoft.dbforpostgresql/flexibleservers": Shape(
        "azurerm_postgresql_flexible_server",
        fields={**NAMED, "sku_name": _flexible_sku, "storage_mb": _whole("storage.storageSizeGB", times=1024)},
        needs=("sku_name", "storage_mb"),
    ),
    "microsoft.dbformysql/flexibleservers": Shape(
        "azurerm_mysql_flexible_server",
        fields={**NAMED, "sku_name": _flexible_sku, "storage": lambda record: [{"size_gb": text(record, "storage.storageSizeGB")}]},
        needs=("sku_name",),
    ),
    "microsoft.cache/redis": Shape(
        "azurerm_redis_cache",
        fields={**NAMED, "sku_name": "sku.name", "family": "sku.family", "capacity": "sku.capacity", "shard_count": "shardCount"},
        needs=("sku_name", "family", "capacity"),
    ),
    "microsoft.cognitiveservices/accounts": Shape(
        "azurerm_cognitive_account", fields={**NAMED, "kind": "kind", "sku_name": "sku.name"}
    ),
    "microsoft.containerregistry/registries": Shape("azurerm_container_registry", fields={**NAMED, "sku": "sku.name"}),
    "microsoft.hybridcompute/machines": Shape("azurerm_arc_machine", fields=NAMED),
    "microsoft.machinelearningservices/workspaces": Shape(
        "azurerm_machine_learning_workspace", fields=NAMED
    ),
    "microsoft.machinelearningservices/workspaces/computes": _api(
        "Microsoft.MachineLearningServices/workspaces/computes",
        "computeType", "properties.vmSize", "properties.vmPriority", "properties.scaleSettings", "properties.currentNodeCount",
        "properties.idleTimeBeforeShutdown", "properties.schedules", state=("properties.state",),
    ),
    "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments": _api(
        "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments", "instanceType", "scaleSettings"
    ),
    "microsoft.cognitiveservices/accounts/deployments": _api(
        "Microsoft.CognitiveServices/accounts/deployments", "model.name", "model.version"
    ),
}  # fmt: skip
