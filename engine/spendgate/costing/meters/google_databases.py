"""Cloud SQL: shared cores, predefined and custom tiers, storage, backups, the idle address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    amount,
    missing_region,
    query,
    running,
    text_of,
    unknown_of,
    used,
)
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.frozen import replace
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_CUSTOM = re.compile(r"db-custom-(\d+)-(\d+)")
_BY_SHAPE = re.compile(r"db-(?:n1-)?(standard|highmem|lightweight)-(\d+)")
_SHARED = ("db-f1-micro", "db-g1-small")
_MIB_PER_VCPU = {"standard": Decimal(3840), "highmem": Decimal(6656)}
_LIGHTWEIGHT_MIB = Decimal(3840)
"""Memory of predefined tiers (Cloud SQL documentation, machine types): a lightweight tier has 3.75 GiB whatever its vCPUs."""
_DEFAULT_GIB = Decimal(10)


def _sql(subject: Subject) -> Iterator[Component]:
    tier = text_of(subject, "settings.0.tier")
    if (why := unknown_of(tier, "its tier", "Instance", "hours")) is not None or not isinstance(tier, str):
        yield why or unpriced("Instance", "hours", "its tier is not stated")
        return
    regional = text_of(subject, "settings.0.availability_type", "ZONAL")
    if isinstance(regional, Unknown):
        yield unpriced("Instance", "hours", f"its availability type is {regional.reason}")
        return
    zone = "regional" if regional == "REGIONAL" else "zonal"
    yield from _instance(subject, tier.lower(), zone)
    yield from _storage(subject, zone)
    # NOTE: a replica is an instance of its own; only what it copies is backed up.
    if text_of(subject, "master_instance_name") is None:
        yield used(subject, "Backups", "GB-month", ("cloud sql", "backups"), "backup_storage_gb")
    yield from _address(subject)


def _is_stopped(subject: Subject) -> bool:
    return subject.resource.attributes.text("settings.0.activation_policy") == "NEVER"


def _instance(subject: Subject, tier: str, zone: str) -> Iterator[Component]:
    if _is_stopped(subject):
        return
    version = text_of(subject, "database_version", "")
    if isinstance(version, Unknown):
        yield unpriced(f"Instance ({tier}, {zone})", "hours", f"its engine is {version.reason}")
        return
    version = version or ""
    # NOTE: an unstated edition is computed, hence unknown in a plan; the tier tells it.
    edition = subject.resource.attributes.text("settings.0.edition")
    if edition == "ENTERPRISE_PLUS" or tier.startswith("db-perf-optimized"):
        yield unpriced(f"Instance ({tier}, {zone})", "hours", "no price of the edition Enterprise Plus is known")
        return
    if version.startswith("SQLSERVER"):
        yield unpriced("Licence (SQL Server)", "hours", "no price of SQL Server licences is known")
    shape = _shape(tier)
    if tier in _SHARED or (tier.startswith("db-n1-standard") and not version.startswith(("POSTGRES", "SQLSERVER"))):
        yield running(subject, f"Instance ({tier}, {zone})", ("cloud sql", f"{tier} {zone}"))
    elif shape is None:
        yield unpriced(f"Instance ({tier}, {zone})", "hours", f"no price of tier {tier} is known")
    else:
        yield from _by_shape(subject, zone, *shape)


def _shape(tier: str) -> tuple[Decimal, Decimal] | None:
    """vCPUs and memory in GiB of a tier; None for one that the documentation does not list."""
    if match := _CUSTOM.fullmatch(tier):
        return Decimal(match[1]), Decimal(match[2]) / 1024
    if match := _BY_SHAPE.fullmatch(tier):
        vcpu = Decimal(match[2])
        mib = _LIGHTWEIGHT_MIB if match[1] == "lightweight" else vcpu * _MIB_PER_VCPU[match[1]]
        return vcpu, mib / 1024
    return None


def _by_shape(subject: Subject, zone: str, vcpu: Decimal, memory_gib: Decimal) -> Iterator[Component]:
    yield running(subject, f"vCPUs ({vcpu:f}, {zone})", ("cloud sql", f"vcpu {zone}"), vcpu, unit="vCPU-hours")
    name = f"Memory ({zone})"
    if (missing := missing_region(subject, name, "GB-month")) is not None:
        yield missing
        return
    quantity = Quantity.exactly(memory_gib * subject.hours_per_month / HOURS_PER_MONTH)
    yield Component(name, "GB-month", query(subject, ("cloud sql", f"memory {zone}")), quantity, stops=True)


def _storage(subject: Subject, zone: str) -> Iterator[Component]:
    stated_kind = text_of(subject, "settings.0.disk_type", "PD_SSD")
    size: Number = subject.resource.attributes.number("settings.0.disk_size")
    if isinstance(size, Unknown) and isinstance(subject.resource.attributes.block("settings"), Attributes):
        # NOTE: an unstated size is computed, hence unknown in a plan.
        size = None
    if isinstance(stated_kind, Unknown):
        yield unpriced("Storage", "GB-month", f"its kind is {stated_kind.reason}")
        return
    version = str(text_of(subject, "database_version", ""))
    kind = "hdd" if stated_kind == "PD_HDD" and not version.startswith("SQLSERVER") else "ssd"
    if stated_kind and stated_kind.startswith("HYPERDISK"):
        kind = "hyperdisk"
    rate = ("cloud sql", f"{kind} storage {zone}")
    yield _grown(subject, amount(subject, f"Storage ({kind}, {zone})", "GB-month", rate, size, default=_DEFAULT_GIB))


def _grown(subject: Subject, part: Component) -> Component:
    """Storage that grows by itself, as it does unless told otherwise, costs up to its limit where one is stated."""
    settings = subject.resource.attributes
    most = settings.number("settings.0.disk_autoresize_limit")
    if part.quantity is None or settings.flag("settings.0.disk_autoresize") is False:
        return part
    if not isinstance(most, Decimal) or most <= part.quantity.high:
        return part
    return replace(part, quantity=replace(part.quantity, high=most), note="grows by itself up to its limit")


def _address(subject: Subject) -> Iterator[Component]:
    """The public IPv4 address, which every instance has unless told otherwise.

    NOTE: it is charged for while the instance is idle. How long that is nobody states, so all hours are counted; only a
    stopped instance is sure to pay them all.
    """
    if subject.resource.attributes.flag("settings.0.ip_configuration.0.ipv4_enabled") is False:
        return
    hours = HOURS_PER_MONTH
    quantity = Quantity.exactly(hours) if _is_stopped(subject) else Quantity(Decimal(0), hours, hours)
    region = subject.facets.region if isinstance(subject.facets.region, str) else "us-central1"
    yield Component(
        "Public address (while idle)",
        "hours",
        RateQuery("google", region, "cloud sql", "idle ip"),
        quantity,
        basis=Basis.EXACT if _is_stopped(subject) else Basis.ASSUMED,
        note="" if _is_stopped(subject) else "charged while the instance is idle: all hours are counted",
    )


DATABASES = ByType(
    {"google_sql_database_instance": Service(_sql, {"backup_storage_gb": "gigabytes of backups"})},
)
