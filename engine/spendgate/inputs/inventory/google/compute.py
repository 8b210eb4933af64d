"""Compute Engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, pick, text
from spendgate.inputs.inventory.google.parts import PLACE, dataproc, flat, notebook, short, snake
from spendgate.inputs.inventory.shape import Item, Shape
from spendgate.model.frozen import replace

Record = Mapping[str, Any]
_INSTANCE = re.compile(r"/zones/([^/]+)/instances/([^/]+)$")


def _accelerators(record: Record) -> Any:
    return [
        {"type": (text(each, "acceleratorType") or "").rsplit("/", 1)[-1], "count": pick(each, "acceleratorCount")}
        for each in items(record, "guestAccelerators")
    ] or None


def _boot(record: Record) -> Any:
    """The boot disk by its source alone: the disk is an asset of its own."""
    for disk in items(record, "disks"):
        if disk.get("boot"):
            return [{"source": text(disk, "source") or "a disk of its own"}]
    return [{"source": "a disk of its own"}]


def _scratch(record: Record) -> Any:
    found = [{"size": pick(disk, "diskSizeGb")} for disk in items(record, "disks") if text(disk, "type") == "SCRATCH"]
    return [{key: value for key, value in each.items() if value is not MISSING} for each in found] or None


def _interfaces(record: Record) -> Any:
    found = []
    for interface in items(record, "networkInterfaces"):
        accesses = [
            {"nat_ip": text(each, "natIP")} for each in items(interface, "accessConfigs") if text(each, "natIP")
        ]
        found.append({"access_config": accesses})
    return found or None


_NOTEBOOKS = ("notebooks-product", "goog-caip-notebook")
"""Labels of the machines of Workbench, of its newer and of its older instances."""


def _maker(item: Item) -> str | None:
    """The group or cluster that made a machine, from what it sets on it, or the notebook that it is."""
    if any(label in (item.tags or {}) for label in _NOTEBOOKS):
        return notebook(text(item.record, "zone"), text(item.record, "name"))
    if cluster := (item.tags or {}).get("goog-dataproc-cluster-name"):
        return dataproc((text(item.record, "zone") or "").rpartition("-")[0], cluster)
    for entry in items(item.record, "metadata.items"):
        if entry.get("key") == "created-by":
            return str(entry.get("value")).rsplit("/", 1)[-1]
    return None


def _user(item: Item) -> str | None:
    """The notebook that a disk may be of: it is counted there, and where there is none by itself."""
    users = pick(item.record, "users")
    first = users[0] if isinstance(users, list) and users else None
    match = _INSTANCE.search(first) if isinstance(first, str) else None
    return notebook(match[1], match[2]) if match else None


def _idle_disk(record: Record) -> bool | None:
    return not pick(record, "users") if text(record, "sizeGb") else None


def _idle_address(record: Record) -> bool | None:
    status = text(record, "status")
    return None if status is None else status == "RESERVED"


def _unused(record: Record) -> int | None:
    """Reserved machines that nothing runs in. NOTE: those in use are billed as the machines that they are."""
    count, used = text(record, "specificReservation.count"), text(record, "specificReservation.inUseCount")
    return max(int(count) - int(used or 0), 0) if count is not None and count.isdecimal() else None


def _reserved(record: Record) -> Any:
    """What a reservation of one machine type holds free; none for one that shares others' capacity."""
    found = pick(record, "specificReservation.instanceProperties")
    if not isinstance(found, Mapping):
        return MISSING
    ssds = [{"disk_size_gb": text(each, "diskSizeGb")} for each in items(found, "localSsds")]
    properties = {
        "machine_type": short("machineType")(found),
        "guest_accelerators": _accelerators(found),
        "local_ssds": ssds or None,
    }
    kept = {key: value for key, value in properties.items() if value not in (None, MISSING)}
    return [{"count": _unused(record), "instance_properties": [kept]}]


def _committed(record: Record) -> Any:
    return [
        {
            "type": text(each, "type"),
            "amount": text(each, "amount"),
            "accelerator_type": (text(each, "acceleratorType") or "").rsplit("/", 1)[-1] or None,
        }
        for each in items(record, "resources")
    ]


_DISK = "compute.googleapis.com/Disk"
_RULE = "compute.googleapis.com/ForwardingRule"


def _regional(zonal: str, regional: str) -> Callable[[Record], str]:
    return lambda record: regional if text(record, "region") and not text(record, "zone") else zonal


_SHAPES: Mapping[str, Shape] = {
    "compute.googleapis.com/Instance": Shape(
        "google_compute_instance",
        id=("selfLink", "id"),
        name=("name",),
        fields={
            **PLACE,
            "machine_type": short("machineType"),
            "scheduling": flat("scheduling", "preemptible", "provisioningModel", "maxRunDuration", "terminationTime"),
            "guest_accelerator": _accelerators,
            "boot_disk": _boot,
            "scratch_disk": _scratch,
            "network_interface": _interfaces,
            "resource_policies": "resourcePolicies",
            "desired_status": "status",
            "reservation_affinity": flat("reservationAffinity", "type"),
        },
        needs=("machine_type",),
        state=("status",),
        stopped=("terminated", "stopped", "stopping", "suspended", "suspending"),
        gone=("deleted",),
        created=("creationTimestamp",),
        last_used=("lastStopTimestamp",),
        waits=True,
        owner=_maker,
    ),
    "compute.googleapis.com/InstanceTemplate": Shape(
        "google_compute_instance_template",
        id=("selfLink",),
        name=("name",),
        fields={
            **PLACE,
            "machine_type": short("properties.machineType"),
            "scheduling": flat("properties.scheduling", "preemptible", "provisioningModel"),
            "guest_accelerator": lambda record: _accelerators(pick(record, "properties") or {}),
        },
    ),
    "compute.googleapis.com/InstanceGroupManager": Shape(
        _regional("google_compute_instance_group_manager", "google_compute_region_instance_group_manager"),
        id=("selfLink", "name"),
        name=("name",),
        fields={
            **PLACE,
            "base_instance_name": "baseInstanceName",
            "target_size": "targetSize",
            "version": lambda record: [{"instance_template": text(record, "instanceTemplate")}],
        },
        needs=("target_size",),
        created=("creationTimestamp",),
        owner=lambda item: text(item.record, "name"),
        size=lambda item: int(found) if (found := text(item.record, "targetSize")) is not None else None,
        tagged=False,
        disks_apart=True,
    ),
    "compute.googleapis.com/Autoscaler": Shape(
        _regional("google_compute_autoscaler", "google_compute_region_autoscaler"),
        id=("selfLink",),
        name=("name",),
        fields={
            **PLACE,
            "target": "target",
            "autoscaling_policy": lambda record: snake(
                {
                    "minReplicas": pick(record, "autoscalingPolicy.minNumReplicas") or 0,
                    "maxReplicas": pick(record, "autoscalingPolicy.maxNumReplicas") or 0,
                }
            ),
        },
        tagged=False,
    ),
    _DISK: Shape(
        _regional("google_compute_disk", "google_compute_region_disk"),
        id=("selfLink",),
        name=("name",),
        fields={
            **PLACE,
            "type": short("type"),
            "size": "sizeGb",
            "provisioned_iops": "provisionedIops",
            "provisioned_throughput": "provisionedThroughput",
        },
        needs=("type", "size"),
        created=("creationTimestamp",),
        last_used=("lastDetachTimestamp",),
        idle=_idle_disk,
        stopped=(),
        owner=_user,
    ),
    "compute.googleapis.com/Address": Shape(
        "google_compute_address",
        id=("selfLink",),
        name=("name",),
        fields={**PLACE, "address_type": "addressType", "users": "users", "address": "address"},
        created=("creationTimestamp",),
        idle=_idle_address,
    ),
    "compute.googleapis.com/GlobalAddress": Shape(
        "google_compute_global_address",
        name=("name",),
        fields={**PLACE, "address_type": "addressType", "users": "users"},
        idle=_idle_address,
    ),
    _RULE: Shape(
        "google_compute_forwarding_rule",
        id=("selfLink",),
        name=("name",),
        fields={
            **PLACE,
            "load_balancing_scheme": "loadBalancingScheme",
            "target": "target",
            "network_tier": "networkTier",
        },
    ),
    "compute.googleapis.com/Snapshot": Shape(
        "google_compute_snapshot",
        id=("selfLink",),
        name=("name",),
        fields={"name": "name", "storage_bytes": "storageBytes", "storage_locations": "storageLocations"},
        created=("creationTimestamp",),
    ),
}

SHAPES: Mapping[str, Shape] = {
    **_SHAPES,
    "compute.googleapis.com/RegionDisk": _SHAPES[_DISK],
    "compute.googleapis.com/GlobalForwardingRule": replace(
        _SHAPES[_RULE], type="google_compute_global_forwarding_rule"
    ),
    "compute.googleapis.com/VpnGateway": Shape(
        "google_compute_ha_vpn_gateway", id=("selfLink",), name=("name",), fields=PLACE, created=("creationTimestamp",)
    ),
    "compute.googleapis.com/VpnTunnel": Shape(
        "google_compute_vpn_tunnel", id=("selfLink",), name=("name",), fields=PLACE, created=("creationTimestamp",)
    ),
    "compute.googleapis.com/Image": Shape(
        "google_compute_image",
        id=("selfLink",),
        name=("name",),
        fields={"name": "name", "disk_size_gb": "diskSizeGb", "archive_size_bytes": "archiveSizeBytes"},
        created=("creationTimestamp",),
    ),
    "compute.googleapis.com/Reservation": Shape(
        "google_compute_reservation",
        id=("selfLink",),
        name=("name",),
        fields={
            **PLACE,
            "specific_reservation_required": "specificReservationRequired",
            "specific_reservation": _reserved,
        },
        needs=("specific_reservation",),
        created=("creationTimestamp",),
        tagged=False,
    ),
    "compute.googleapis.com/Commitment": Shape(
        "google_compute_region_commitment",
        id=("selfLink",),
        name=("name",),
        fields={**PLACE, "plan": "plan", "type": "type", "resources": _committed},
        needs=("plan", "resources"),
        state=("status",),
        gone=("expired", "cancelled"),
        created=("creationTimestamp",),
        tagged=False,
    ),
}
