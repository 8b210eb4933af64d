"""What is sold as a whole and made of parts: Dataproc with its machines, Bigtable by its clusters, routers by their NAT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, pick, text
from spendgate.inputs.inventory.google.parts import dataproc, short
from spendgate.inputs.inventory.shape import Item, Shape
from spendgate.model.frozen import replace

Record = Mapping[str, Any]
ROUTER = "compute.googleapis.com/Router"
_NAT = "natOfRouter"


def routers(item: Item) -> Iterator[Item]:
    """A router, which costs nothing, and each of its NAT gateways, which do."""
    yield item
    for nat in items(item.record, "nats"):
        name = text(nat, "name") or "nat"
        record = {"name": name, "router": text(item.record, "name"), "region": pick(item.record, "region"), _NAT: True}
        yield replace(item, record=record, identity=f"{item.identity}/nats/{name}", name=f"{item.name}/{name}")


def _size(config: Record, block: str) -> list[dict[str, Any]] | None:
    found = pick(config, block)
    if not isinstance(found, Mapping):
        return None
    disk = pick(found, "diskConfig")
    disks = {
        "boot_disk_size_gb": text(disk, "bootDiskSizeGb"),
        "boot_disk_type": text(disk, "bootDiskType"),
        "num_local_ssds": pick(disk, "numLocalSsds"),
    }
    cards = [
        {"accelerator_type": _last(each, "acceleratorTypeUri"), "accelerator_count": pick(each, "acceleratorCount")}
        for each in items(found, "accelerators")
    ]
    values: dict[str, Any] = {
        "num_instances": pick(found, "numInstances"),
        "machine_type": _last(found, "machineTypeUri"),
        "preemptibility": "NON_PREEMPTIBLE" if pick(found, "isPreemptible") is False else text(found, "preemptibility"),
        "accelerators": [_known(card) for card in cards] or None,
        "disk_config": [_known(disks)],
    }
    return [_known(values)]


def _last(record: Any, path: str) -> str | None:
    """The last part of a link, or the name by itself."""
    return (text(record, path) or "").rsplit("/", 1)[-1] or None


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not MISSING and value is not None}


def _config(record: Record) -> Any:
    config = pick(record, "config")
    if not isinstance(config, Mapping):
        return MISSING
    ttl = text(config, "lifecycleConfig.idleDeleteTtl")
    blocks: dict[str, Any] = {
        "master_config": _size(config, "masterConfig"),
        # NOTE: a cluster of one node leaves its workers out; that is none, and not the provider's two.
        "worker_config": _size(config, "workerConfig") or [{"num_instances": 0}],
        "preemptible_worker_config": _size(config, "secondaryWorkerConfig"),
        "lifecycle_config": [{"idle_delete_ttl": ttl}] if ttl else None,
        "autoscaling_config": [{}] if text(config, "autoscalingConfig.policyUri") else None,
    }
    return [_known(blocks)]


SHAPES: Mapping[str, Shape] = {
    ROUTER: Shape(
        lambda record: "google_compute_router_nat" if pick(record, _NAT) is True else "google_compute_router",
        id=("selfLink",),
        name=("name",),
        fields={"name": "name", "router": "router", "region": short("region")},
        created=("creationTimestamp",),
        tagged=False,
    ),
    "dataproc.googleapis.com/Cluster": Shape(
        "google_dataproc_cluster",
        id=(),
        name=("clusterName",),
        fields={"name": "clusterName", "cluster_config": _config},
        needs=("cluster_config",),
        state=("status.state",),
        created=("status.stateStartTime",),
        disks_apart=True,
        owns=lambda item: (dataproc(item.region, text(item.record, "clusterName")),),
    ),
    # NOTE: an instance is what its clusters have in common, its labels among it; nodes are those that serve now.
    "bigtableadmin.googleapis.com/Instance": Shape(lambda record: None, id=("name",), name=("name",)),
    "bigtableadmin.googleapis.com/Cluster": Shape(
        "google_bigtable_instance",
        id=("name",),
        name=("name",),
        fields={
            "name": short("name"),
            "cluster": lambda record: [
                {
                    "cluster_id": short("name")(record),
                    "zone": short("location")(record),
                    "num_nodes": pick(record, "serveNodes"),
                    "storage_type": text(record, "defaultStorageType") or "SSD",
                    **({"node_scaling_factor": "NodeScalingFactor2X"} if text(record, "nodeScalingFactor") == "NODE_SCALING_FACTOR_2X" else {}),
                }
            ]
            if text(record, "serveNodes") is not None
            else MISSING,
        },
        needs=("cluster",),
        tags_apart=True,
    ),
}  # fmt: skip
