"""Database engines of Google by nodes, vCPUs and gigabytes: Spanner, Bigtable, AlloyDB, Firestore, Memcached, slots of BigQuery."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    amount,
    by_use,
    each,
    keys_of,
    number_of,
    text_of,
    unknown_of,
)
from spendgate.costing.meters.sold import between, placed
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.values import Number, Text, Unknown
from spendgate.ports import Subject

_UNITS_PER_NODE = Decimal(1000)
"""Processing units that make one node (Spanner documentation, compute capacity)."""
_SPANNER = (
    Use("Storage", "GB-month", ("spanner", "storage"), "storage_gb"),
    Use("Backup storage", "GB-month", ("spanner", "backup storage"), "backup_storage_gb"),
)


def _spanner(subject: Subject) -> Iterator[Component]:
    """Nodes of the edition, in one region or in several; a thousand processing units make a node."""
    config, edition = text_of(subject, "config"), text_of(subject, "edition", "STANDARD")
    if isinstance(config, Unknown) or isinstance(edition, Unknown) or config is None:
        reason = next((value for value in (config, edition) if isinstance(value, Unknown)), Unknown("not stated"))
        yield unpriced("Nodes", "node-hours", f"its configuration is {reason.reason}")
        return
    place = config.rsplit("/", 1)[-1]
    region = place.removeprefix("regional-")
    here = placed(subject, region)
    if subject.resource.attributes.text("instance_type") == "FREE_INSTANCE":
        return
    spread = "regional" if place.startswith("regional-") else "multi-region"
    tier = {"EDITION_UNSPECIFIED": "standard"}.get(str(edition), str(edition).lower().replace("_", " "))
    least, most = _spanner_nodes(subject)
    rate = ("spanner", f"{tier} node {spread}")
    yield between(here, f"Nodes ({tier}, {spread})", "node-hours", rate, least, most, factor=HOURS_PER_MONTH)
    yield from each(here, _SPANNER)


def _spanner_nodes(subject: Subject) -> tuple[Number, Number]:
    """Fewest and most nodes: as they are stated, or as they may scale."""
    limits = "autoscaling_config.0.autoscaling_limits.0"
    for kind, factor in (("nodes", Decimal(1)), ("processing_units", 1 / _UNITS_PER_NODE)):
        least, most = number_of(subject, f"{limits}.min_{kind}"), number_of(subject, f"{limits}.max_{kind}")
        if isinstance(least, Decimal):
            return least * factor, most * factor if isinstance(most, Decimal) else most
    nodes, units = number_of(subject, "num_nodes"), number_of(subject, "processing_units")
    if isinstance(units, Decimal):
        return units / _UNITS_PER_NODE, None
    return (nodes if nodes is not None else (units if units is not None else Decimal(1))), None


_BIGTABLE = {
    "storage_gb": "gigabytes stored in each cluster",
    "backup_storage_gb": "gigabytes of backups",
}


def _bigtable(subject: Subject) -> Iterator[Component]:
    """Nodes of each cluster where it is, and what it stores on its kind of disk."""
    clusters = subject.resource.attributes.blocks("cluster")
    if isinstance(clusters, Unknown):
        yield unpriced("Nodes", "node-hours", f"its clusters: {clusters.reason}")
        return
    for cluster in clusters:
        here = placed(subject, _place_of(cluster, subject.facets.region))
        name = cluster.text("cluster_id")
        label = name if isinstance(name, str) else "cluster"
        least, most = cluster.number("num_nodes"), None
        if cluster.has_block("autoscaling_config"):
            least = cluster.number("autoscaling_config.0.min_nodes")
            most = cluster.number("autoscaling_config.0.max_nodes")
        least = Decimal(1) if least is None else least
        factor = HOURS_PER_MONTH * (2 if cluster.text("node_scaling_factor") == "NodeScalingFactor2X" else 1)
        yield between(here, f"{label}: nodes", "node-hours", ("bigtable", "node"), least, most, factor=factor)
        disk = cluster.text("storage_type") or "SSD"
        if isinstance(disk, Unknown):
            yield unpriced(f"{label}: storage", "GB-month", f"its storage type is {disk.reason}")
            continue
        rate = ("bigtable", f"{disk.lower()} storage")
        yield from each(here, (Use(f"{label}: storage ({disk})", "GB-month", rate, "storage_gb"),))
    backups = Use("Backup storage", "GB-month", ("bigtable", "backup storage"), "backup_storage_gb")
    yield from each(subject, (backups,))


def _place_of(cluster: Attributes, default: Text) -> Text:
    zone = cluster.text("zone")
    if isinstance(zone, str):
        return zone.rsplit("-", 1)[0]
    return zone if zone is not None else default


_ALLOY_GIB_PER_VCPU = Decimal(8)
_ALLOY_SIZES = {Decimal(128): Decimal(864)}
"""Memory is eight GiB a vCPU, but for the largest size (AlloyDB documentation, machine types)."""
_SIZE = re.compile(r"(?P<family>[a-z]\w+)-[a-z]+-(?P<vcpus>\d+)(?:-lssd)?")


def _alloy_instance(subject: Subject) -> Iterator[Component]:
    """vCPUs and memory of each node: two for a primary that is available in several zones, those of a read pool."""
    vcpus = _alloy_vcpus(subject)
    nodes = _alloy_nodes(subject)
    if (missing := unknown_of(vcpus, "its size", "vCPUs", "vCPU-hours")) is not None:
        yield missing
        return
    assert isinstance(vcpus, Decimal)
    if not isinstance(nodes, Decimal):
        reason = nodes.reason if isinstance(nodes, Unknown) else "not stated"
        yield unpriced("vCPUs", "vCPU-hours", f"how many nodes it has is {reason}")
        return
    memory = _ALLOY_SIZES.get(vcpus, vcpus * _ALLOY_GIB_PER_VCPU)
    yield amount(subject, "vCPUs", "vCPU-hours", ("alloydb", "vcpu"), vcpus * nodes * HOURS_PER_MONTH)
    yield amount(subject, "Memory", "GiB-hours", ("alloydb", "memory"), memory * nodes * HOURS_PER_MONTH)


def _alloy_vcpus(subject: Subject) -> Number:
    stated = number_of(subject, "machine_config.0.cpu_count")
    if stated is not None:
        return stated
    machine = text_of(subject, "machine_config.0.machine_type")
    match = _SIZE.fullmatch(machine) if isinstance(machine, str) else None
    return Decimal(match["vcpus"]) if match else (machine if isinstance(machine, Unknown) else None)


def _alloy_nodes(subject: Subject) -> Number:
    kind = text_of(subject, "instance_type", "PRIMARY")
    if isinstance(kind, Unknown):
        return kind
    if kind == "READ_POOL":
        return number_of(subject, "read_pool_config.0.node_count", Decimal(1))
    spread = text_of(subject, "availability_type", "REGIONAL")
    if isinstance(spread, Unknown):
        return spread
    return Decimal(1) if spread == "ZONAL" else Decimal(2)


_ALLOY_CLUSTER = (
    Use("Storage", "GB-month", ("alloydb", "storage"), "storage_gb"),
    Use("Backup storage", "GB-month", ("alloydb", "backup storage"), "backup_storage_gb"),
)
_FIRESTORE = (
    Use("Document reads", "100k reads", ("firestore", "reads"), "monthly_document_reads", 100_000),
    Use("Document writes", "100k writes", ("firestore", "writes"), "monthly_document_writes", 100_000),
    Use("Document deletes", "100k deletes", ("firestore", "deletes"), "monthly_document_deletes", 100_000),
    Use("Storage", "GB-month", ("firestore", "storage"), "storage_gb"),
)


def _memcached(subject: Subject) -> Iterator[Component]:
    """vCPUs and memory of all nodes."""
    nodes = number_of(subject, "node_count")
    vcpus, memory = number_of(subject, "node_config.0.cpu_count"), number_of(subject, "node_config.0.memory_size_mb")
    if isinstance(nodes, Decimal) and isinstance(vcpus, Decimal) and isinstance(memory, Decimal):
        hours = nodes * HOURS_PER_MONTH
        yield amount(subject, "vCPUs", "vCPU-hours", ("memorystore memcached", "vcpu"), vcpus * hours)
        yield amount(subject, "Memory", "GB-hours", ("memorystore memcached", "memory"), memory / 1024 * hours)
        return
    reason = next((v.reason for v in (nodes, vcpus, memory) if isinstance(v, Unknown)), "not stated")
    yield unpriced("Nodes", "hours", f"number or size of its nodes is {reason}")


def _reservation(subject: Subject) -> Iterator[Component]:
    """Slots of an edition by the hour: those it keeps, and as many as it may add."""
    edition = text_of(subject, "edition", "ENTERPRISE")
    if (missing := unknown_of(edition, "its edition", "Slots", "slot-hours")) is not None:
        yield missing
        return
    kept, more = number_of(subject, "slot_capacity"), number_of(subject, "autoscale.0.max_slots")
    most = kept + more if isinstance(kept, Decimal) and isinstance(more, Decimal) else more
    kind = str(edition).lower().replace("_", " ")
    rate = ("bigquery slots", f"{kind} slot")
    yield between(subject, f"Slots ({kind})", "slot-hours", rate, kept, most, factor=HOURS_PER_MONTH)


def _slot_commitment(subject: Subject) -> Iterator[Component]:
    """Slots that are committed to, by the plan; what reservations take of them is paid here."""
    slots, plan = number_of(subject, "slot_count"), text_of(subject, "plan")
    edition = text_of(subject, "edition", "ENTERPRISE")
    for value, what in ((plan, "its plan"), (edition, "its edition"), (slots, "the number of its slots")):
        if (missing := unknown_of(value, what, "Slots", "slot-hours")) is not None:
            yield missing
            return
    kind = f"{str(edition).lower().replace('_', ' ')} slot {str(plan).lower()}"
    quantity = slots * HOURS_PER_MONTH if isinstance(slots, Decimal) else slots
    yield amount(subject, f"Slots ({plan})", "slot-hours", ("bigquery slots", kind), quantity)


_GIB = Decimal(2) ** 30


def _engine(subject: Subject) -> Iterator[Component]:
    """BI Engine by the gigabyte that is reserved."""
    size = number_of(subject, "size")
    quantity = size / _GIB * HOURS_PER_MONTH if isinstance(size, Decimal) else size
    yield amount(subject, "BI Engine", "GiB-hours", ("bigquery", "bi engine"), quantity)


ENGINES = ByType(
    {
        "google_spanner_instance": Service(_spanner, keys_of(*_SPANNER)),
        "google_bigtable_instance": Service(_bigtable, _BIGTABLE),
        "google_alloydb_instance": Service(_alloy_instance, {}),
        "google_alloydb_cluster": by_use(*_ALLOY_CLUSTER),
        "google_alloydb_backup": by_use(_ALLOY_CLUSTER[1]),
        "google_firestore_database": by_use(*_FIRESTORE),
        "google_memcache_instance": Service(_memcached, {}),
        "google_bigquery_reservation": Service(_reservation, {}),
        "google_bigquery_capacity_commitment": Service(_slot_commitment, {}),
        "google_bigquery_bi_reservation": Service(_engine, {}),
    }
)
