"""GKE, Workbench, buckets, databases, file systems, TPUs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, pick, step, text
from spendgate.inputs.inventory.google.parts import flat, location_in, notebook, short, snake
from spendgate.inputs.inventory.shape import Item, Shape

Record = Mapping[str, Any]


def _own_groups(item: Item) -> tuple[str, ...]:
    urls = pick(item.record, "instanceGroupUrls")
    return tuple(str(url).rsplit("/", 1)[-1] for url in urls) if isinstance(urls, list) else ()


def _rules(record: Record) -> Any:
    rules = pick(record, "lifecycle")
    if not isinstance(rules, Mapping):
        return []
    return [snake(rule)[0] for rule in items(rules, "rule")]


_MACHINE = ("machineType", "diskSizeGb", "diskType", "spot", "preemptible", "localSsdCount", "imageType")


def _node_config(record: Record) -> Any:
    config = pick(record, "config")
    if not isinstance(config, Mapping):
        return MISSING
    block = snake({key: config[key] for key in _MACHINE if key in config})[0]
    accelerators = [
        {"type": text(each, "acceleratorType"), "count": int(text(each, "acceleratorCount") or 0)}
        for each in items(config, "accelerators")
    ]
    if accelerators:
        block["guest_accelerator"] = accelerators
    return [block]


def _present(values: dict[str, Any], size: int | None) -> tuple[dict[str, Any], dict[str, bool]]:
    """A pool of as many nodes as its managed groups have now, over all zones.

    NOTE: the API keeps the number per zone that the pool was made with; only the groups know the present one.
    """
    if size is None:
        return values, {"node_count": True, "autoscaling": "autoscaling" in values}
    zones = len(values.get("node_locations") or ()) or 1
    bounds = (values.get("autoscaling") or [None])[0]
    values |= {"node_count": size, "initial_node_count": size, "node_locations": ["all zones"]}
    if isinstance(bounds, Mapping):
        least, most = bounds.get("min_node_count") or 0, bounds.get("max_node_count") or 0
        values["autoscaling"] = [
            {
                "total_min_node_count": bounds.get("total_min_node_count") or least * zones,
                "total_max_node_count": bounds.get("total_max_node_count") or most * zones,
            }
        ]
    return values, {}


def _autoscaling(record: Record) -> Any:
    found = pick(record, "autoscaling")
    if not isinstance(found, Mapping) or not found.get("enabled"):
        return None
    return snake({key: value for key, value in found.items() if key != "enabled"})


def _pool_cluster(record: Record) -> Any:
    link = text(record, "selfLink") or ""
    match = re.search(r"projects/[^/]+/(?:zones|locations|regions)/[^/]+/clusters/([^/]+)", link)
    return match[0] if match else MISSING


def _notebook_gpus(record: Record) -> list[dict[str, Any]]:
    """NOTE: the older API has one configuration beside the machine type, the newer one a list in a setup."""
    older = pick(record, "acceleratorConfig")
    found = [*items(record, "gceSetup.acceleratorConfigs"), *([older] if isinstance(older, Mapping) else [])]
    return [{"type": text(each, "type"), "core_count": pick(each, "coreCount")} for each in found]


def _metadata(record: Record) -> Any:
    """The two settings of Workbench that say when it stops; start-up scripts and the like stay out."""
    found = pick(record, "gceSetup.metadata")
    wanted = ("idle-timeout-seconds", "enable-guest-attributes")
    return (
        {key: value for key in wanted if (value := step(found, key)) is not MISSING}
        if isinstance(found, Mapping)
        else {}
    )


SHAPES: Mapping[str, Shape] = {
    "container.googleapis.com/NodePool": Shape(
        "google_container_node_pool",
        id=("selfLink",),
        name=("name",),
        fields={
            "name": "name",
            "cluster": _pool_cluster,
            "autoscaling": _autoscaling,
            "node_config": _node_config,
            "node_locations": "locations",
        },
        needs=("node_config",),
        resized=_present,
        owns=_own_groups,
        disks_apart=True,
        tagged=False,
    ),
    "container.googleapis.com/Cluster": Shape(
        "google_container_cluster",
        id=("selfLink",),
        name=("name",),
        fields={
            "name": "name",
            "location": "location",
            "self_link": "selfLink",
            "enable_autopilot": ("autopilot.enabled",),
            "remove_default_node_pool": lambda record: True,
            "release_channel": flat("releaseChannel", "channel"),
        },
        created=("createTime",),
    ),
    "storage.googleapis.com/Bucket": Shape(
        "google_storage_bucket",
        id=("selfLink", "id"),
        name=("name", "id"),
        fields={
            "name": "name",
            "location": "location",
            "storage_class": "storageClass",
            "lifecycle_rule": _rules,
            "versioning": flat("versioning", "enabled"),
            "autoclass": flat("autoclass", "enabled"),
        },
        created=("timeCreated",),
    ),
    "sqladmin.googleapis.com/Instance": Shape(
        "google_sql_database_instance",
        id=("selfLink",),
        name=("name",),
        fields={
            "name": "name",
            "region": "region",
            "database_version": "databaseVersion",
            "settings": lambda record: [
                {
                    "tier": pick(record, "settings.tier") or None,
                    "edition": text(record, "settings.edition"),
                    "activation_policy": text(record, "settings.activationPolicy"),
                    "availability_type": text(record, "settings.availabilityType"),
                    "disk_size": pick(record, "settings.dataDiskSizeGb") or None,
                    "disk_type": text(record, "settings.dataDiskType"),
                    "ip_configuration": [{"ipv4_enabled": bool(pick(record, "settings.ipConfiguration.ipv4Enabled"))}],
                }
            ],
        },
        created=("createTime",),
    ),
    "notebooks.googleapis.com/Instance": Shape(
        "google_workbench_instance",
        id=("name",),
        name=("name",),
        fields={
            "name": short("name"),
            "location": lambda record: location_in(record),
            "desired_state": "state",
            "gce_setup": lambda record: [
                {
                    "machine_type": (text(record, "gceSetup.machineType", "machineType") or "").rsplit("/", 1)[-1],
                    "accelerator_configs": _notebook_gpus(record),
                    "boot_disk": [
                        {
                            "disk_size_gb": text(record, "gceSetup.bootDisk.diskSizeGb", "bootDiskSizeGb"),
                            "disk_type": text(record, "gceSetup.bootDisk.diskType", "bootDiskType"),
                        }
                    ],
                    "data_disks": [
                        {"disk_size_gb": text(disk, "diskSizeGb"), "disk_type": text(disk, "diskType")}
                        for disk in items(record, "gceSetup.dataDisks")
                    ],
                    "metadata": _metadata(record),
                }
            ],
        },
        state=("state",),
        owns=lambda item: (notebook(location_in(item.record) or item.region, text(item.record, "name")),),
        last_used=("updateTime",),
    ),
    "redis.googleapis.com/Instance": Shape(
        "google_redis_instance",
        id=("name",),
        name=("name",),
        fields={"name": short("name"), "tier": "tier", "memory_size_gb": "memorySizeGb", "replica_count": "replicaCount",
                "read_replicas_mode": "readReplicasMode", "region": lambda record: location_in(record)},
    ),
    "file.googleapis.com/Instance": Shape(
        "google_filestore_instance",
        id=("name",),
        name=("name",),
        fields={
            "name": short("name"),
            "location": lambda record: location_in(record),
            "tier": "tier",
            "file_shares": lambda record: [{"capacity_gb": text(share, "capacityGb")} for share in items(record, "fileShares")],
        },
    ),
    "tpu.googleapis.com/Node": Shape(
        "google_tpu_v2_vm",
        id=("name",),
        name=("name",),
        fields={
            "name": short("name"),
            "zone": lambda record: location_in(record),
            "accelerator_type": "acceleratorType",
            "accelerator_config": flat("acceleratorConfig", "type", "topology"),
            "scheduling_config": flat("schedulingConfig", "preemptible", "spot", "reserved"),
        },
        state=("state",),
    ),
}  # fmt: skip
