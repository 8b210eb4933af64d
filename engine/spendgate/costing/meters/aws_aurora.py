"""Aurora: its instances, and the storage, I/O and backups that belong to the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters import aws_reserved
from spendgate.costing.meters.aws_databases import KEYS, cpu_credits, extended_support, insights, with_support
from spendgate.costing.meters.aws_scaling import NOTE, bounds_of
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    amount,
    number_of,
    query,
    running,
    text_of,
    unknown_of,
    use_of,
    used,
)
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
_MILLION = Decimal(1_000_000)
_CLUSTER_INSTANCES = 3
"""Machines of a Multi-AZ DB cluster: a writer and two readers (Amazon RDS user guide)."""

_CLUSTER_KEYS = {
    "capacity_units_per_hr": "Aurora capacity units that run on average",
    "storage_gb": "gigabytes that the cluster holds",
    "write_requests_per_sec": "write requests a second",
    "read_requests_per_sec": "read requests a second",
    "backup_snapshot_size_gb": "gigabytes of one day's backup",
    "average_statements_per_hr": "statements an hour that change data, for backtrack",
    "change_records_per_statement": "change records that a statement makes, for backtrack",
    "backtrack_window_hrs": "hours that backtrack reaches back",
    "snapshot_export_size_gb": "gigabytes of snapshots that are exported to S3",
}
_INSTANCE_KEYS = {**KEYS, "capacity_units_per_hr": "Aurora capacity units that run on average (db.serverless)"}


def _cluster(subject: Subject) -> Iterator[Component]:
    class_ = text_of(subject, "db_cluster_instance_class")
    if class_ is not None:
        yield from _multi_az_cluster(subject, class_)
        return
    if text_of(subject, "engine_mode") == "serverless":
        rate, key = ("rds aurora", "serverless v1 acu"), "capacity_units_per_hr"
        yield used(subject, "Aurora capacity units", "ACU-hours", rate, key, per_unit=1 / HOURS_PER_MONTH)
    optimised = text_of(subject, "storage_type") == "aurora-iopt1"
    storage = "io-optimized storage" if optimised else "storage"
    yield used(subject, "Storage", "GB-month", ("rds aurora", storage), "storage_gb")
    if not optimised:
        rate = ("rds aurora", "requests")
        yield use_of(subject, "I/O requests", "1M requests", rate, _requests(subject), "write_requests_per_sec")
    yield from _scaled_replicas(subject, optimised=optimised)
    yield from _backups(subject)
    yield from _backtrack(subject)
    yield used(subject, "Snapshot export", "GB", ("rds aurora", "snapshot export"), "snapshot_export_size_gb")


def _scaled_replicas(subject: Subject, *, optimised: bool) -> Iterator[Component]:
    """Replicas that a scaling target adds to the readers of the run, which are resources of their own."""
    bounds = bounds_of(subject, "rds:cluster:ReadReplicaCount")
    members = subject.neighbours.users(subject.resource, "aws_rds_cluster_instance")
    if bounds is None or not members:
        return
    class_ = members[0].attributes.text("instance_class")
    name = f"Replicas by scaling ({class_})"
    if not isinstance(class_, str) or class_ == "db.serverless":
        reason = "they are as large as their load" if class_ == "db.serverless" else "their class is not known"
        yield unpriced("Replicas by scaling", "hours", reason)
        return
    readers = len(members) - 1
    least = max((bounds.least or 0) - readers, 0)
    most = max((bounds.most or 0) - readers, least)
    part = running(subject, name, ("rds aurora", f"io-optimized {class_}" if optimised else class_), least)
    if most and part.quantity is not None:
        high = Quantity(part.quantity.low, part.quantity.expected, subject.hours_per_month * most)
        yield replace(part, quantity=high, note=NOTE)


def _requests(subject: Subject) -> Decimal | None:
    """Millions of requests a month, from those a second."""
    found = [stated(subject.usage, f"{kind}_requests_per_sec") for kind in ("write", "read")]
    known = [amount for amount in found if amount is not None]
    return sum(known, Decimal(0)) * _SECONDS_PER_MONTH / _MILLION if known else None


def _backups(subject: Subject) -> Iterator[Component]:
    """Each day of retention beyond the first, which is free."""
    days = number_of(subject, "backup_retention_period", Decimal(1))
    if isinstance(days, Unknown):
        yield unpriced("Backups", "GB-month", f"its retention is {days.reason}")
    elif days is not None and days > 1:
        rate, key = ("rds aurora", "backup storage"), "backup_snapshot_size_gb"
        yield used(subject, "Backups", "GB-month", rate, key, per_unit=1 / (days - 1))


def _backtrack(subject: Subject) -> Iterator[Component]:
    """Change records that are kept: those of an hour, for each hour of the window, every hour of the month."""
    window = number_of(subject, "backtrack_window")
    hours = stated(subject.usage, "backtrack_window_hrs")
    if hours is None and isinstance(window, Decimal) and window > 0:
        hours = window / 3600
    engine = text_of(subject, "engine", "aurora")
    if hours is None or (isinstance(engine, str) and engine not in ("aurora", "aurora-mysql")):
        return
    statements = stated(subject.usage, "average_statements_per_hr")
    records = stated(subject.usage, "change_records_per_statement")
    total = None
    if statements is not None and records is not None:
        total = statements * records * hours * HOURS_PER_MONTH / _MILLION
    rate = ("rds aurora", "backtrack")
    yield use_of(subject, "Backtrack", "1M change-records", rate, total, "average_statements_per_hr")


def _multi_az_cluster(subject: Subject, class_: str | Unknown) -> Iterator[Component]:
    engine = text_of(subject, "engine")
    for value, what in ((class_, "instance class"), (engine, "engine")):
        if (missing := unknown_of(value, what, "Database instances", "hours")) is not None:
            yield missing
            return
    rate = ("rds", f"multi-az-cluster {engine} {class_}")
    yield running(subject, f"Database instances ({engine}, {class_})", rate, _CLUSTER_INSTANCES)
    kind = text_of(subject, "storage_type", "io1")
    size = number_of(subject, "allocated_storage")
    yield amount(subject, f"Storage ({kind})", "GB-month", ("rds", f"multi-az-cluster {kind} storage"), size)
    iops = number_of(subject, "iops")
    if iops is not None:
        yield amount(subject, "Provisioned IOPS", "IOPS-month", ("rds", f"multi-az-cluster {kind} iops"), iops)


def _instance(subject: Subject) -> Iterator[Component]:
    class_ = text_of(subject, "instance_class")
    if (missing := unknown_of(class_, "instance class", "Database instance", "hours")) is not None:
        yield missing
        return
    assert isinstance(class_, str)
    found = subject.neighbours.targets(subject.resource, "cluster_identifier", "aws_rds_cluster")
    cluster = found[0].attributes if found else Attributes()
    engine = _engine(subject, cluster)
    optimised = cluster.text("storage_type") == "aurora-iopt1"
    prefix = "io-optimized " if optimised else ""
    if class_ == "db.serverless":
        yield _serverless(subject, cluster, prefix)
    else:
        item = f"{prefix}{class_}"
        part = running(subject, f"Database instance (on-demand, {class_})", ("rds aurora", item))
        month = Quantity.exactly(HOURS_PER_MONTH)
        part = with_support(subject, part, engine)
        yield from aws_reserved.instead(part, aws_reserved.of(subject), "rds aurora", item, month)
        yield from extended_support(subject, engine, class_)
        yield from cpu_credits(subject, "rds aurora credits", class_)
    yield from insights(subject, "rds aurora", class_)


def _engine(subject: Subject, cluster: Attributes) -> str:
    for engine in (text_of(subject, "engine"), cluster.text("engine")):
        if isinstance(engine, str):
            return engine
    return "aurora"


def _serverless(subject: Subject, cluster: Attributes, prefix: str) -> Component:
    """Capacity units as stated; else between the bounds of the cluster, whose lower one is always paid."""
    name, unit, rate = "Aurora capacity units", "ACU-hours", ("rds aurora", f"{prefix}serverless v2 acu")
    part = used(subject, name, unit, rate, "capacity_units_per_hr", per_unit=1 / HOURS_PER_MONTH)
    least = cluster.number("serverlessv2_scaling_configuration.0.min_capacity")
    most = cluster.number("serverlessv2_scaling_configuration.0.max_capacity")
    if part.quantity is not None or not isinstance(least, Decimal) or not isinstance(most, Decimal) or least <= 0:
        return part
    if not isinstance(subject.facets.region, str):
        return part
    quantity = Quantity(least * HOURS_PER_MONTH, least * HOURS_PER_MONTH, most * HOURS_PER_MONTH)
    note = "at its smallest size; state capacity_units_per_hr for the average"
    return replace(
        part, query=query(subject, rate), quantity=quantity, basis=Basis.ASSUMED, note=note, missing_reason=""
    )


AURORA = ByType(
    {
        "aws_rds_cluster": Service(_cluster, _CLUSTER_KEYS),
        "aws_rds_cluster_instance": Service(_instance, _INSTANCE_KEYS),
    }
)
