"""RDS instances and Aurora."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, running, used
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_DEFAULT_GIB = Decimal(20)
_GP3_INCLUDED_IOPS = Decimal(3000)
_GP3_LARGE_INCLUDED_IOPS = Decimal(12000)
_GP3_LARGE_GIB = Decimal(400)
_IO1_LEAST_GIB, _IO1_LEAST_IOPS = Decimal(100), Decimal(1000)
"""Smallest io1 volume and IOPS; gp3 includes 12,000 IOPS from 400 GiB on (Amazon RDS user guide, storage types)."""

_ENGINES = {
    "mariadb": "mysql",
    "mysql": "mysql",
    "postgres": "postgres",
    "oracle-se1": "oracle-se1",
    "oracle-se2": "oracle-se2",
}


class Databases:
    """Instance hours, storage and provisioned IOPS; Multi-AZ has prices of its own for each."""

    types = ("aws_db_instance", "aws_rds_cluster", "aws_rds_cluster_instance")
    usage_keys = {
        "additional_backup_storage_gb": "gigabytes of backups above the size of the database",
        "monthly_standard_io_requests": "I/O requests a month on magnetic storage",
        "storage_gb": "gigabytes that an Aurora cluster holds",
        "monthly_requests": "I/O requests a month of an Aurora cluster",
        "backup_snapshot_size_gb": "gigabytes of Aurora backups",
        "capacity_units_per_hr": "Aurora capacity units that run on average",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        if subject.resource.type == "aws_rds_cluster":
            yield used(subject, "Aurora storage", "GB-month", ("rds aurora", "storage"), "storage_gb")
            yield used(
                subject,
                "Aurora I/O requests",
                "1M requests",
                ("rds aurora", "requests"),
                "monthly_requests",
                per_unit=1_000_000,
            )
            yield used(
                subject, "Aurora backups", "GB-month", ("rds aurora", "backup storage"), "backup_snapshot_size_gb"
            )
        elif subject.resource.type == "aws_rds_cluster_instance":
            yield _aurora_instance(subject)
        else:
            yield from _instance(subject)


def _aurora_instance(subject: Subject) -> Component:
    class_ = subject.resource.attributes.text("instance_class")
    if not isinstance(class_, str):
        return unpriced("Database instance", "hours", f"instance class: {class_.reason if class_ else 'is not stated'}")
    if class_ == "db.serverless":
        return used(
            subject,
            "Aurora capacity units",
            "ACU-hours",
            ("rds aurora", "serverless v2 acu"),
            "capacity_units_per_hr",
            per_unit=1 / HOURS_PER_MONTH,
        )
    return running(subject, f"Database instance ({class_})", ("rds aurora", class_))


def _instance(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    class_, engine = attributes.text("instance_class"), attributes.text("engine")
    multi = attributes.flag("multi_az")
    for value, what in ((class_, "instance class"), (engine, "engine")):
        if not isinstance(value, str):
            yield unpriced(
                "Database instance", "hours", f"{what}: {value.reason if value is not None else 'is not stated'}"
            )
            return
    if isinstance(multi, Unknown) and "multi_az" in attributes.values:
        yield unpriced("Database instance", "hours", "whether it is Multi-AZ is known only after apply")
        return
    zone = "multi-az" if multi is True else "single-az"
    assert isinstance(engine, str)
    name = _ENGINES.get(engine, engine)
    yield running(subject, f"Database instance ({zone}, {engine}, {class_})", ("rds", f"{zone} {name} {class_}"))
    yield from _storage(subject, zone)
    yield used(
        subject, "Backups above the free size", "GB-month", ("rds", "backup storage"), "additional_backup_storage_gb"
    )


def _storage(subject: Subject, zone: str) -> Iterator[Component]:
    attributes = subject.resource.attributes
    iops = attributes.number("iops")
    kind = attributes.text("storage_type")
    if not isinstance(kind, str):
        kind = "io1" if isinstance(iops, Decimal) and iops > 0 else "gp2"
    size = attributes.number("allocated_storage")
    # NOTE: an unstated size is computed by the provider, hence unknown in a plan; engines start at 20 GiB.
    gib = size if isinstance(size, Decimal) else _DEFAULT_GIB
    stated_size = max(gib, _IO1_LEAST_GIB) if kind == "io1" else gib
    known = stated_size if isinstance(size, Decimal) else None
    yield amount(
        subject, f"Storage ({kind})", "GB-month", ("rds", f"{zone} {kind} storage"), known, default=stated_size
    )
    if kind == "io1":
        provisioned = max(iops, _IO1_LEAST_IOPS) if isinstance(iops, Decimal) else iops
        yield amount(subject, "Provisioned IOPS", "IOPS-month", ("rds", f"{zone} io1 iops"), provisioned)
    elif kind == "gp3" and isinstance(iops, Decimal):
        included = _GP3_LARGE_INCLUDED_IOPS if gib >= _GP3_LARGE_GIB else _GP3_INCLUDED_IOPS
        if iops > included:
            yield amount(subject, "IOPS above the included", "IOPS-month", ("rds", f"{zone} gp3 iops"), iops - included)
    elif kind == "standard":
        rate = ("rds", "standard requests")
        yield used(subject, "I/O requests", "1M requests", rate, "monthly_standard_io_requests", per_unit=1_000_000)


DATABASES = Databases()
