"""RDS instances: hours by engine and deployment, storage and what is provisioned on it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing import support
from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters import aws_reserved
from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    amount,
    flag_of,
    keys_of,
    number_of,
    query,
    running,
    text_of,
    unknown_of,
    used,
)
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Text, Unknown
from spendgate.ports import Subject

_DEFAULT_GIB = Decimal(20)
_INCLUDED_IOPS, _LARGE_INCLUDED_IOPS = Decimal(3000), Decimal(12000)
_INCLUDED_MIBPS, _LARGE_INCLUDED_MIBPS = Decimal(125), Decimal(500)
_LARGE_GIB = {"oracle": Decimal(200), "sqlserver": Decimal("Infinity")}
_LARGE_GIB_OTHERS = Decimal(400)
"""What gp3 includes, and the size from which it includes more: 400 GiB, 200 for Oracle, never for SQL Server."""
_IO1_LEAST_GIB, _IO1_LEAST_IOPS = Decimal(100), Decimal(1000)
"""Smallest io1 volume and IOPS. All of these: Amazon RDS user guide, DB instance storage."""
_FREE_INSIGHTS_DAYS = Decimal(7)

_SAME_PRICE = {"mariadb": "mysql", "oracle-se2-cdb": "oracle-se2", "oracle-ee-cdb": "oracle-ee"}
"""Engines that are sold at the price of another."""

_PARTS = (
    Use("Backups above the free size", "GB-month", ("rds", "backup storage"), "additional_backup_storage_gb"),
    Use("I/O requests", "1M requests", ("rds", "standard requests"), "monthly_standard_io_requests", 1_000_000),
    Use(
        "Performance Insights requests",
        "1k requests",
        ("rds", "performance insights requests"),
        "monthly_additional_performance_insights_requests",
        1000,
    ),
)
KEYS = {
    **keys_of(*_PARTS),
    "monthly_cpu_credit_hrs": "hours a month that a burstable class runs above its baseline",
    "vcpu_count": "vCPUs of the class, if the catalogue does not know it",
    **aws_reserved.KEYS,
}


def _instance(subject: Subject) -> Iterator[Component]:
    class_, engine = text_of(subject, "instance_class"), _inherited(subject, "engine")
    multi = flag_of(subject, "multi_az")
    for value, what in ((class_, "instance class"), (engine, "engine"), (multi, "Multi-AZ")):
        if (missing := unknown_of(value, what, "Database instance", "hours")) is not None:
            yield missing
            return
    assert isinstance(class_, str)
    assert isinstance(engine, str)
    zone = "multi-az" if multi else "single-az"
    service, item = _rate(subject, zone, engine, class_)
    part = running(subject, f"Database instance (on-demand, {zone}, {engine}, {class_})", (service, item))
    month = Quantity.exactly(HOURS_PER_MONTH)
    yield from aws_reserved.instead(with_support(subject, part, engine), aws_reserved.of(subject), service, item, month)
    yield from extended_support(subject, engine, class_, machines=2 if multi else 1)
    yield from _storage(subject, zone, engine)
    backups, _, _ = _PARTS
    rate = ("rds aurora", "backup storage") if engine.startswith("aurora") else backups.rate
    yield used(subject, backups.name, backups.unit, rate, backups.key)
    yield from insights(subject, "rds", class_)
    yield from cpu_credits(subject, "rds credits", class_)


def _inherited(subject: Subject, path: str) -> Text:
    """An attribute's text, for a replica that states none that of its source."""
    value = text_of(subject, path)
    source = _source(subject)
    return source.text(path) if value is None and source is not None else value


def _source(subject: Subject) -> Attributes | None:
    found = subject.neighbours.targets(subject.resource, "replicate_source_db", "aws_db_instance")
    return found[0].attributes if found else None


def _rate(subject: Subject, zone: str, engine: str, class_: str) -> tuple[str, str]:
    if engine.startswith("aurora"):
        return "rds aurora", class_
    name = _SAME_PRICE.get(engine, engine)
    if name.startswith("oracle") and text_of(subject, "license_model") == "bring-your-own-license":
        name = "oracle-ee"  # NOTE: Enterprise is only sold without a licence, at the price that every edition then has.
    return "rds", f"{zone} {name} {class_}"


def _storage(subject: Subject, zone: str, engine: str) -> Iterator[Component]:
    iops = number_of(subject, "iops")
    kind = _inherited(subject, "storage_type")
    kind = ("io1" if isinstance(iops, Decimal) and iops > 0 else "gp2") if kind is None else kind
    if isinstance(kind, Unknown):
        yield unpriced("Storage", "GB-month", f"storage type: {kind.reason}")
        return
    # NOTE: an unstated size is computed by the provider, hence unknown in a plan; engines start at 20 GiB.
    size = number_of(subject, "allocated_storage")
    source = _source(subject)
    if size is None and source is not None:
        size = source.number("allocated_storage")
    gib = size if isinstance(size, Decimal) else _DEFAULT_GIB
    least = max(gib, _IO1_LEAST_GIB) if kind in ("io1", "io2") else gib
    value = size if isinstance(size, Unknown) else (least if size is not None else None)
    part = amount(subject, f"Storage ({kind})", "GB-month", ("rds", f"{zone} {kind} storage"), value, default=least)
    yield _grown(subject, part)
    if kind in ("io1", "io2"):
        provisioned = iops if isinstance(iops, Unknown) else max(iops or Decimal(0), _IO1_LEAST_IOPS)
        yield amount(subject, "Provisioned IOPS", "IOPS-month", ("rds", f"{zone} {kind} iops"), provisioned)
    elif kind == "gp3":
        yield from _above_included(subject, zone, engine, gib)
    elif kind == "standard":
        requests = _PARTS[1]
        yield used(subject, requests.name, requests.unit, requests.rate, requests.key, per_unit=requests.per_unit)


def _grown(subject: Subject, part: Component) -> Component:
    """Storage that may grow by itself costs up to its largest size."""
    most = number_of(subject, "max_allocated_storage")
    if part.quantity is None or not isinstance(most, Decimal) or most <= part.quantity.high:
        return part
    note = "; ".join(text for text in (part.note, "grows by itself up to max_allocated_storage") if text)
    return replace(part, quantity=replace(part.quantity, high=most), note=note)


def _above_included(subject: Subject, zone: str, engine: str, gib: Decimal) -> Iterator[Component]:
    """gp3's IOPS and throughput beyond those that its size includes."""
    threshold = _LARGE_GIB.get(engine.partition("-")[0], _LARGE_GIB_OTHERS)
    large = gib >= threshold
    for attribute, included, name, unit, item in (
        ("iops", _LARGE_INCLUDED_IOPS if large else _INCLUDED_IOPS, "IOPS", "IOPS-month", "gp3 iops"),
        (
            "storage_throughput",
            _LARGE_INCLUDED_MIBPS if large else _INCLUDED_MIBPS,
            "Throughput",
            "MiB/s-month",
            "gp3 throughput",
        ),
    ):
        value = number_of(subject, attribute)
        if isinstance(value, Unknown) or (value is not None and value > included):
            above = value if isinstance(value, Unknown) else value - included
            yield amount(subject, f"{name} above the included", unit, ("rds", f"{zone} {item}"), above)


def insights(subject: Subject, service: str, class_: str) -> Iterator[Component]:
    """Performance Insights, where its retention is longer than the free week; requests above the free million."""
    if flag_of(subject, "performance_insights_enabled") is not True:
        return
    days = number_of(subject, "performance_insights_retention_period", _FREE_INSIGHTS_DAYS)
    if isinstance(days, Decimal) and days > _FREE_INSIGHTS_DAYS:
        yield _retention(subject, service, class_)
    requests = _PARTS[2]
    yield used(subject, requests.name, requests.unit, requests.rate, requests.key, per_unit=requests.per_unit)


def _retention(subject: Subject, service: str, class_: str) -> Component:
    name = f"Performance Insights, long retention ({class_})"
    if class_ == "db.serverless":
        rate = (service, "performance insights serverless")
        return used(subject, name, "ACU-month", rate, "capacity_units_per_hr")
    vcpu = vcpu_of(subject, class_)
    if vcpu is None:
        return unpriced(name, "vCPU-month", f"the vCPUs of {class_} are not known")
    return amount(subject, name, "vCPU-month", (service, f"performance insights {class_}"), vcpu)


def vcpu_of(subject: Subject, class_: str) -> Decimal | None:
    """The vCPUs of a database class, by the machine behind it or as the usage file states them."""
    spec = subject.catalog.machine("aws", class_)
    return spec.vcpu if spec is not None and spec.vcpu is not None else stated(subject.usage, "vcpu_count")


def cpu_credits(subject: Subject, service: str, class_: str, *, in_vcpu_hours: bool = False) -> Iterator[Component]:
    """CPU credits of burstable classes, which databases always run in unlimited mode: vCPU hours above the baseline."""
    family = class_.removeprefix("db.").partition(".")[0]
    if family not in ("t3", "t4g"):
        return
    rate = (service, family)
    hours = stated(subject.usage, "monthly_cpu_credit_hrs")
    vcpu = Decimal(1) if in_vcpu_hours else vcpu_of(subject, class_)
    if hours is None:
        yield needs_usage("CPU credits", "vCPU-hours", query(subject, rate), "monthly_cpu_credit_hrs")
    elif vcpu is None:
        yield unpriced("CPU credits", "vCPU-hours", "its vCPUs are not known: state vcpu_count")
    else:
        yield used(subject, "CPU credits", "vCPU-hours", rate, "monthly_cpu_credit_hrs", per_unit=1 / vcpu)


_MAJOR_PARTS = {"mysql": 2, "postgres": 1, "aurora-mysql": 2, "aurora-postgresql": 1}


def _support(subject: Subject, engine: str) -> support.Support | None:
    """The support of a stated engine version, or None where extended support does not exist or no version is stated."""
    version = _inherited(subject, "engine_version")
    if engine not in _MAJOR_PARTS or not isinstance(version, str):
        return None
    return support.of(f"rds {engine}", ".".join(version.split(".")[: _MAJOR_PARTS[engine]]), subject.today)


def with_support(subject: Subject, part: Component, engine: str) -> Component:
    """The instance's part with a note on what is not known of its version's support."""
    found = _support(subject, engine)
    return replace(part, note=found.note) if found is not None and found.extended is None else part


def extended_support(subject: Subject, engine: str, class_: str, *, machines: int = 1) -> Iterator[Component]:
    """Extended support is paid per vCPU hour once standard support has ended, and costs more from the third year on.

    A standby pays it too (Amazon RDS user guide, charges of extended support).
    """
    found = _support(subject, engine)
    disabled = text_of(subject, "engine_lifecycle_support") == "open-source-rds-extended-support-disabled"
    if found is None or found.extended is not True or disabled:
        return
    vcpu = vcpu_of(subject, class_)
    if vcpu is None:
        yield unpriced("Extended support", "vCPU-hours", f"the vCPUs of {class_} are not known")
        return
    rate = ("rds extended support", f"year {found.year}")
    yield replace(running(subject, "Extended support", rate, vcpu * machines, unit="vCPU-hours"), note=found.note)


DATABASES = ByType({"aws_db_instance": Service(_instance, KEYS)})
