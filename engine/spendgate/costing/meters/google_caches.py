"""Memorystore: Redis instances by the gigabyte, Redis and Valkey clusters by the node."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import ByType, Service, always, amount, text_of, unknown_of, used, whole_of
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Subject

_REDIS_STEPS = ((Decimal(4), "m1"), (Decimal(10), "m2"), (Decimal(35), "m3"), (Decimal(100), "m4"))
"""Capacity tiers of Memorystore for Redis by gigabytes (Memorystore pricing)."""
_DEFAULT_NODE = "highmem medium"
_NODE_GIB: Mapping[str, Decimal] = {
    "shared core nano": Decimal("1.4"),
    "standard small": Decimal("6.5"),
    "highmem medium": Decimal(13),
    "highmem xlarge": Decimal(58),
}
"""Memory of a node (Memorystore for Redis Cluster documentation, node specification)."""


def _redis(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    size, tier = attributes.number("memory_size_gb"), text_of(subject, "tier", "BASIC")
    if (why := unknown_of(size, "its size", "Redis memory", "GB-month")) is not None or not isinstance(size, Decimal):
        yield why or unpriced("Redis memory", "GB-month", "its size is not stated")
        return
    if isinstance(tier, Unknown):
        yield unpriced("Redis memory", "GB-month", f"its tier is {tier.reason}")
        return
    step = next((name for most, name in _REDIS_STEPS if size <= most), "m5")
    ha = tier == "STANDARD_HA"
    rate = ("memorystore redis", f"{'standard' if ha else 'basic'} {step}")
    replicas = whole_of(subject, "replica_count", 1)
    reads = text_of(subject, "read_replicas_mode") == "READ_REPLICAS_ENABLED"
    yield amount(subject, f"Redis memory ({'standard' if ha else 'basic'}, {step})", "GB-month", rate, size)
    if ha and reads and replicas != 1:
        # NOTE: the standard rate holds one replica; further read replicas have a rate of their own.
        yield unpriced("Further read replicas", "GB-month", "no price of further read replicas is known")


def _cluster(subject: Subject) -> Iterator[Component]:
    """`google_redis_cluster` and `google_memorystore_instance`: shards, each with its replicas."""
    shards, replicas = subject.resource.attributes.whole("shard_count"), whole_of(subject, "replica_count", 0)
    stated = text_of(subject, "node_type")
    if isinstance(stated, Unknown):
        yield unpriced("Nodes", "hours", f"their type is {stated.reason}")
        return
    node = stated.removeprefix("REDIS_").lower().replace("_", " ") if stated else _DEFAULT_NODE
    yield always(subject, f"Nodes ({node})", ("memorystore cluster", node), _nodes(shards, replicas))
    if text_of(subject, "persistence_config.0.mode") == "AOF":
        yield _aof(subject, node, shards)
    if isinstance(subject.resource.attributes.block("automated_backup_config"), Attributes):
        yield used(subject, "Backups", "GB-month", ("memorystore cluster", "backups"), "backup_storage_gb")


def _nodes(shards: Whole, replicas: Whole) -> Whole:
    for count in (shards, replicas):
        if not isinstance(count, int):
            return count
    assert isinstance(shards, int)
    assert isinstance(replicas, int)
    return shards * (1 + replicas)


def _aof(subject: Subject, node: str, shards: Whole) -> Component:
    """Append-only files are paid for the cluster's whole memory, in whole gigabytes for Redis."""
    gib = _NODE_GIB.get(node)
    if gib is None or not isinstance(shards, int):
        return unpriced("AOF persistence", "GB-hours", f"the memory of a {node} node is not known")
    size = gib * shards
    if subject.resource.type == "google_redis_cluster":
        size = Decimal(math.ceil(size))
    return amount(
        subject, "AOF persistence", "GB-hours", ("memorystore cluster", "aof storage"), size * HOURS_PER_MONTH
    )


_BACKUPS = {"backup_storage_gb": "gigabytes of backups"}

CACHES = ByType(
    {
        "google_redis_instance": Service(_redis, {}),
        "google_redis_cluster": Service(_cluster, _BACKUPS),
        "google_memorystore_instance": Service(_cluster, _BACKUPS),
    }
)
