"""Databases that are billed by what they are provisioned with: Spanner, AlloyDB, Memorystore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.google.parts import flat, location_in, short
from spendgate.inputs.inventory.shape import Shape

Record = Mapping[str, Any]
_PLACED: Mapping[str, Any] = {"name": short("name"), "location": lambda record: location_in(record)}
_REGIONAL: Mapping[str, Any] = {"name": short("name"), "region": lambda record: location_in(record)}

SHAPES: Mapping[str, Shape] = {
    "spanner.googleapis.com/Instance": Shape(
        "google_spanner_instance",
        id=("name",),
        name=("name",),
        fields={
            "name": short("name"),
            "config": short("config"),
            "num_nodes": "nodeCount",
            "processing_units": "processingUnits",
            "edition": "edition",
            "autoscaling_config": flat("autoscalingConfig", "autoscalingLimits"),
        },
        needs=("config", "processing_units"),
        created=("createTime",),
    ),
    "alloydb.googleapis.com/Cluster": Shape("google_alloydb_cluster", id=("name",), name=("name",), fields=_PLACED, created=("createTime",)),
    "alloydb.googleapis.com/Instance": Shape(
        "google_alloydb_instance",
        id=("name",),
        name=("name",),
        fields={
            **_PLACED,
            "instance_type": "instanceType",
            "availability_type": "availabilityType",
            "machine_config": flat("machineConfig", "cpuCount", "machineType"),
            "read_pool_config": flat("readPoolConfig", "nodeCount"),
        },
        needs=("machine_config", "instance_type"),
        created=("createTime",),
    ),
    "memcache.googleapis.com/Instance": Shape(
        "google_memcache_instance",
        id=("name",),
        name=("name",),
        fields={**_REGIONAL, "node_count": "nodeCount", "node_config": flat("nodeConfig", "cpuCount", "memorySizeMb")},
        needs=("node_count", "node_config"),
        created=("createTime",),
    ),
    "redis.googleapis.com/Cluster": Shape(
        "google_redis_cluster",
        id=("name",),
        name=("name",),
        fields={
            **_REGIONAL,
            "shard_count": "shardCount",
            "replica_count": "replicaCount",
            "node_type": "nodeType",
            "persistence_config": flat("persistenceConfig", "mode"),
        },
        needs=("shard_count", "node_type"),
        created=("createTime",),
    ),
}  # fmt: skip
