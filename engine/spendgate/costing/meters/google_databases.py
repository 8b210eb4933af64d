"""Cloud SQL and Memorystore."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, missing_region, query, running, used
from spendgate.model.cost import Component, Quantity
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_CUSTOM = re.compile(r"db-(?:custom|perf-optimized-N)-(\d+)-(\d+)")
_DEFAULT_GIB = Decimal(10)
_REDIS_STEPS = ((Decimal(4), "m1"), (Decimal(10), "m2"), (Decimal(35), "m3"), (Decimal(100), "m4"))
"""Capacity tiers of Memorystore for Redis by gigabytes (Memorystore pricing)."""


class Databases:
    """Instances by the hour, storage, backups."""

    types = ("google_sql_database_instance", "google_redis_instance")
    usage_keys = {"backup_storage_gb": "gigabytes of backups"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        return _redis(subject) if subject.resource.type == "google_redis_instance" else _sql(subject)


def _sql(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    tier = attributes.text("settings.0.tier")
    if not isinstance(tier, str):
        yield unpriced("Instance", "hours", f"tier: {tier.reason if isinstance(tier, Unknown) else 'is not stated'}")
        return
    if "SQLSERVER" in str(attributes.text("database_version")):
        yield unpriced("Instance", "hours", "no price of SQL Server licences is known")
    zone = "regional" if attributes.text("settings.0.availability_type") == "REGIONAL" else "zonal"
    match = _CUSTOM.fullmatch(tier)
    if match:
        yield from _custom(subject, zone, Decimal(match[1]), Decimal(match[2]) / 1024)
    else:
        yield running(subject, f"Instance ({tier}, {zone})", ("cloud sql", f"{tier} {zone}"))
    size = attributes.number("settings.0.disk_size")
    kind = "hdd" if attributes.text("settings.0.disk_type") == "PD_HDD" else "ssd"
    size = None if isinstance(size, Unknown) else size
    yield amount(
        subject, f"Storage ({kind})", "GB-month", ("cloud sql", f"{kind} storage {zone}"), size, default=_DEFAULT_GIB
    )
    yield used(subject, "Backups", "GB-month", ("cloud sql", "backups"), "backup_storage_gb")


def _custom(subject: Subject, zone: str, vcpu: Decimal, memory_gib: Decimal) -> Iterator[Component]:
    if (missing := missing_region(subject, "Instance", "hours")) is not None:
        yield missing
        return
    hours = subject.hours_per_month
    yield Component(
        f"vCPUs ({zone})", "vCPU-hours", query(subject, ("cloud sql", f"vcpu {zone}")), Quantity.exactly(vcpu * hours)
    )
    months = hours / HOURS_PER_MONTH
    yield Component(
        f"Memory ({zone})",
        "GB-months",
        query(subject, ("cloud sql", f"memory {zone}")),
        Quantity.exactly(memory_gib * months),
    )


def _redis(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    size = attributes.number("memory_size_gb")
    if not isinstance(size, Decimal):
        yield unpriced("Redis memory", "GB-hours", "its size is not known")
        return
    step = next((name for most, name in _REDIS_STEPS if size <= most), "m5")
    tier = "standard" if attributes.text("tier") == "STANDARD_HA" else "basic"
    yield amount(
        subject,
        f"Redis memory ({tier}, {step})",
        "GB-hours",
        ("memorystore redis", f"{tier} {step}"),
        size * HOURS_PER_MONTH,
    )


DATABASES = Databases()
