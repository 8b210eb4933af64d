"""Caches, document, graph and column databases: nodes by the hour, storage and requests by use."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters import aws_reserved
from spendgate.costing.meters.aws_databases import cpu_credits
from spendgate.costing.meters.aws_scaling import NOTE, bounds_of
from spendgate.costing.meters.machines import unpriced, whole_amount
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    by_use,
    each,
    flag_of,
    keys_of,
    number_of,
    query,
    running,
    text_of,
    unknown_of,
    use_of,
    used,
    whole_of,
)
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Subject

_SNAPSHOTS = Use("Snapshots", "GB-month", ("elasticache", "backup storage"), "snapshot_storage_size_gb")
_CACHE_KEYS = {**keys_of(_SNAPSHOTS), **aws_reserved.KEYS}


def _cache_cluster(subject: Subject) -> Iterator[Component]:
    engine = text_of(subject, "engine", "memcached")
    nodes = whole_of(subject, "num_cache_nodes", 1)
    if subject.neighbours.points(subject.resource, "replication_group_id"):
        return  # NOTE: a member of a replication group is paid for there.
    yield from _cache(subject, engine, nodes)


def _replication_group(subject: Subject) -> Iterator[Component]:
    """Shards times one primary and its replicas, or the stated number of clusters."""
    attributes = subject.resource.attributes
    groups, replicas = whole_of(subject, "num_node_groups"), whole_of(subject, "replicas_per_node_group")
    if groups is None:
        groups = attributes.whole("cluster_mode.0.num_node_groups")
        replicas = attributes.whole("cluster_mode.0.replicas_per_node_group") if replicas is None else replicas
    engine, nodes, bounds = text_of(subject, "engine", "redis"), groups, None
    if isinstance(groups, Unknown) or isinstance(replicas, Unknown):
        nodes = groups if isinstance(groups, Unknown) else replicas
    elif groups is not None:
        bounds = _scaled_nodes(subject, groups, replicas or 0)
        nodes = bounds[1]
    else:
        nodes = whole_of(subject, "num_cache_clusters", whole_of_or(subject, "number_cache_clusters"))
    for part in _cache(subject, engine, nodes):
        if part.name.startswith("Cache nodes (on-demand") and part.quantity is not None and bounds is not None:
            low, _, high = (Decimal(count) * HOURS_PER_MONTH for count in bounds)
            note = NOTE if low != high else part.note
            part = replace(part, quantity=Quantity(low, part.quantity.expected, high), note=note)
        yield part


def _scaled_nodes(subject: Subject, groups: int, replicas: int) -> tuple[int, int, int]:
    """The least, expected and largest number of nodes, by the scaling targets of shards and of replicas."""
    sizes = []
    for dimension, stated_size in (("NodeGroups", groups), ("Replicas", replicas)):
        bounds = bounds_of(subject, f"elasticache:replication-group:{dimension}")
        sizes.append(bounds.around(stated_size) if bounds is not None else (stated_size,) * 3)
    shards, copies = sizes
    least, expected, most = (shard * (1 + copy) for shard, copy in zip(shards, copies, strict=True))
    return least, expected, most


def whole_of_or(subject: Subject, path: str) -> int:
    """A stated whole number, or one."""
    value = whole_of(subject, path, 1)
    return value if isinstance(value, int) else 1


def _cache(subject: Subject, engine: object, nodes: Whole) -> Iterator[Component]:
    type_ = text_of(subject, "node_type")
    if isinstance(type_, Unknown) or type_ is None:
        why = f"is {type_.reason}" if type_ is not None else "is not stated (a member of a global store?)"
        yield unpriced("Cache nodes", "hours", f"node type {why}")
        return
    count = whole_amount(nodes, "the number of nodes")
    item = f"valkey {type_}" if engine == "valkey" else type_
    part = always(subject, f"Cache nodes (on-demand, {type_})", ("elasticache", item), nodes)
    month = Quantity.exactly(HOURS_PER_MONTH * count) if isinstance(count, int) else Quantity.exactly(0)
    yield from aws_reserved.instead(part, aws_reserved.of(subject), "elasticache", item, month)
    kept = number_of(subject, "snapshot_retention_limit", Decimal(0))
    if engine in ("redis", "valkey") and isinstance(kept, Decimal) and kept > 1:
        # NOTE: one snapshot of each cluster is free (Amazon ElastiCache pricing).
        per = 1 / (kept - 1)
        yield used(subject, _SNAPSHOTS.name, _SNAPSHOTS.unit, _SNAPSHOTS.rate, _SNAPSHOTS.key, per_unit=per)


def _memorydb(subject: Subject) -> Iterator[Component]:
    type_, shards = text_of(subject, "node_type"), whole_of(subject, "num_shards", 1)
    replicas = whole_of(subject, "num_replicas_per_shard", 1)
    if (missing := unknown_of(type_, "node type", "Nodes", "hours")) is not None:
        yield missing
        return
    nodes = (
        shards * (1 + replicas)
        if isinstance(shards, int) and isinstance(replicas, int)
        else (shards if isinstance(shards, Unknown) else replicas)
    )
    yield always(subject, f"Nodes (on-demand, {type_})", ("memorydb", str(type_)), nodes)


_DOCDB_PARTS = (
    Use("Storage", "GB-month", ("docdb", "storage"), "data_storage_gb"),
    Use("I/O requests", "1M requests", ("docdb", "requests"), "monthly_io_requests", 1_000_000),
)
_CREDIT_KEYS = {"monthly_cpu_credit_hrs": "vCPU hours a month that a burstable class runs above its baseline"}
_NEPTUNE_PARTS = (
    Use("Storage", "GB-month", ("neptune", "storage"), "storage_gb"),
    Use("I/O requests", "1M requests", ("neptune", "requests"), "monthly_io_requests", 1_000_000),
)
_NEPTUNE_BACKUPS = Use("Backups", "GB-month", ("neptune", "backup storage"), "backup_storage_gb")
_DOCDB_BACKUPS = Use("Backups", "GB-month", ("docdb", "backup storage"), "backup_storage_gb")


def _docdb_instance(subject: Subject) -> Iterator[Component]:
    class_ = text_of(subject, "instance_class")
    if (missing := unknown_of(class_, "instance class", "Database instance", "hours")) is not None:
        yield missing
        return
    assert isinstance(class_, str)
    found = subject.neighbours.targets(subject.resource, "cluster_identifier", "aws_docdb_cluster")
    optimised = any(cluster.attributes.text("storage_type") == "iopt1" for cluster in found)
    item = f"io-optimized {class_}" if optimised else class_
    yield running(subject, f"Database instance (on-demand, {class_})", ("docdb", item))
    storage, requests = _DOCDB_PARTS
    if optimised:
        yield used(subject, storage.name, storage.unit, ("docdb", "io-optimized storage"), storage.key)
    else:
        yield from each(subject, (storage, requests))
    yield from cpu_credits(subject, "docdb credits", class_, in_vcpu_hours=True)


def _neptune_cluster(subject: Subject) -> Iterator[Component]:
    optimised = text_of(subject, "storage_type") == "iopt1"
    storage, requests = _NEPTUNE_PARTS
    if optimised:
        rate = ("neptune", "io-optimized storage")
        yield used(subject, storage.name, storage.unit, rate, storage.key)
    else:
        yield from each(subject, (storage, requests))
    days = number_of(subject, "backup_retention_period", Decimal(1))
    if isinstance(days, Decimal) and days > 1:
        yield from each(subject, (_NEPTUNE_BACKUPS,))


def _neptune_instance(subject: Subject) -> Iterator[Component]:
    class_ = text_of(subject, "instance_class")
    if (missing := unknown_of(class_, "instance class", "Database instance", "hours")) is not None:
        yield missing
        return
    assert isinstance(class_, str)
    found = subject.neighbours.targets(subject.resource, "cluster_identifier", "aws_neptune_cluster")
    optimised = "iopt1" in (text_of(subject, "storage_type"), *(c.attributes.text("storage_type") for c in found))
    if class_ == "db.serverless":
        yield _neptune_serverless(subject, found[0].attributes if found else Attributes(), optimised=optimised)
        return
    item = f"io-optimized {class_}" if optimised else class_
    yield running(subject, f"Database instance (on-demand, {class_})", ("neptune", item))
    yield from cpu_credits(subject, "neptune credits", class_, in_vcpu_hours=True)


_NEPTUNE_LEAST, _NEPTUNE_MOST = Decimal("2.5"), Decimal(128)
"""Capacity units of a serverless Neptune instance that its cluster does not bound otherwise (provider documentation)."""


def _neptune_serverless(subject: Subject, cluster: Attributes, *, optimised: bool) -> Component:
    """Capacity units as stated; else between the bounds of the cluster, whose lower one is always paid."""
    name, unit = "Neptune capacity units", "NCU-hours"
    rate, key = ("neptune", f"{'io-optimized ' if optimised else ''}serverless ncu"), "capacity_units_per_hr"
    part = used(subject, name, unit, rate, key, per_unit=1 / HOURS_PER_MONTH)
    if part.quantity is not None or not isinstance(subject.facets.region, str):
        return part
    path = "serverless_v2_scaling_configuration.0"
    least, most = cluster.number(f"{path}.min_capacity"), cluster.number(f"{path}.max_capacity")
    low = least if isinstance(least, Decimal) else _NEPTUNE_LEAST
    high = most if isinstance(most, Decimal) else _NEPTUNE_MOST
    quantity = Quantity(low * HOURS_PER_MONTH, low * HOURS_PER_MONTH, max(low, high) * HOURS_PER_MONTH)
    note = "at its smallest size; state capacity_units_per_hr for the average"
    return Component(name, unit, query(subject, rate), quantity, basis=Basis.ASSUMED, note=note)


_SPECTRUM = Use("Spectrum scans", "TB", ("redshift", "spectrum"), "spectrum_data_scanned_tb")
_REDSHIFT_BACKUPS = Use("Backups", "GB-month", ("redshift", "backup storage"), "backup_storage_gb", tiered=True)
_REDSHIFT_KEYS = {
    **keys_of(_SPECTRUM, _REDSHIFT_BACKUPS),
    "managed_storage_gb": "gigabytes in managed storage (ra3 nodes)",
    "excess_concurrency_scaling_secs": "seconds of concurrency scaling above the free hour a day",
}


def _redshift(subject: Subject) -> Iterator[Component]:
    type_, nodes = text_of(subject, "node_type"), whole_of(subject, "number_of_nodes", 1)
    if (missing := unknown_of(type_, "node type", "Nodes", "hours")) is not None:
        yield missing
        return
    assert isinstance(type_, str)
    multi = flag_of(subject, "multi_az")
    if isinstance(multi, Unknown):
        yield unpriced(f"Nodes (on-demand, {type_})", "hours", f"whether it is in two zones is {multi.reason}")
        return
    if multi and isinstance(nodes, int):
        nodes *= 2  # NOTE: a cluster in two zones has all of its nodes in each.
    yield running(subject, f"Nodes (on-demand, {type_})", ("redshift", type_), nodes)
    if type_.startswith("ra3"):
        yield used(subject, "Managed storage", "GB-month", ("redshift", "managed storage"), "managed_storage_gb")
    seconds = stated(subject.usage, "excess_concurrency_scaling_secs")
    count = nodes if isinstance(nodes, int) else 1
    yield use_of(
        subject,
        "Concurrency scaling",
        "node-seconds",
        ("redshift", f"concurrency scaling {type_}"),
        seconds * count if seconds is not None else None,
        "excess_concurrency_scaling_secs",
    )
    yield from each(subject, (_SPECTRUM, _REDSHIFT_BACKUPS))


_RPU = Use("Redshift processing units", "RPU-hours", ("redshift serverless", "rpu"), "monthly_rpu_hours")
_OCU_FLOOR = {True: Decimal(2), False: Decimal(1)}
"""OpenSearch compute units that run at least, for indexing and search together, with and without standby replicas."""


def _collection(subject: Subject) -> Iterator[Component]:
    """The floor of compute units, which all collections of an account share that have the same key."""
    standby = text_of(subject, "standby_replicas") != "DISABLED"
    part = always(subject, "OpenSearch compute units", ("opensearch serverless", "ocu"), _OCU_FLOOR[standby])
    note = "the least that runs; collections with the same key share it"
    yield replace(part, unit="OCU-hours", note=note)
    yield used(subject, "Storage", "GB-month", ("opensearch serverless", "storage"), "storage_gb")


STORES = ByType(
    {
        "aws_elasticache_cluster": Service(_cache_cluster, _CACHE_KEYS),
        "aws_elasticache_replication_group": Service(_replication_group, _CACHE_KEYS),
        "aws_memorydb_cluster": Service(_memorydb, {}),
        "aws_docdb_cluster": by_use(_DOCDB_BACKUPS),
        "aws_docdb_cluster_snapshot": by_use(_DOCDB_BACKUPS),
        "aws_docdb_cluster_instance": Service(_docdb_instance, {**keys_of(*_DOCDB_PARTS), **_CREDIT_KEYS}),
        "aws_neptune_cluster": Service(_neptune_cluster, keys_of(*_NEPTUNE_PARTS, _NEPTUNE_BACKUPS)),
        "aws_neptune_cluster_instance": Service(
            _neptune_instance,
            {**_CREDIT_KEYS, "capacity_units_per_hr": "Neptune capacity units that run on average (db.serverless)"},
        ),
        "aws_neptune_cluster_snapshot": by_use(_NEPTUNE_BACKUPS),
        "aws_redshift_cluster": Service(_redshift, _REDSHIFT_KEYS),
        "aws_redshiftserverless_workgroup": by_use(_RPU),
        "aws_opensearchserverless_collection": Service(_collection, {"storage_gb": "gigabytes indexed"}),
    }
)
