"""Work that services run for us, and machines that are sold in a form of their own: Glue, Airflow, builds, migrations,
dedicated hosts, EMR, Kendra, Lightsail."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters import aws_reserved
from spendgate.costing.meters.aws_disks import pool_disks
from spendgate.costing.meters.machines import machine_components, unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    by_use,
    flag_of,
    keys_of,
    number_of,
    running,
    text_of,
    unknown_of,
    use_of,
    used,
    whole_of,
)
from spendgate.costing.usage import stated
from spendgate.model.cost import Component, Quantity
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_WORKER_DPUS = {
    "Standard": Decimal(1),
    "G.025X": Decimal("0.25"),
    "G.1X": Decimal(1),
    "G.2X": Decimal(2),
    "G.4X": Decimal(4),
    "G.8X": Decimal(8),
    "Z.2X": Decimal(2),
}
_JOB_DPUS, _SHELL_DPUS = Decimal(10), Decimal("0.0625")
"""Data processing units of a worker by its type, of a Spark job and of a Python shell job without a statement (AWS Glue)."""
_HOURS = {"monthly_hours": "hours a month that it runs"}


def _glue_job(subject: Subject) -> Iterator[Component]:
    """Hours times the data processing units of all its workers."""
    dpus = _dpus(subject)
    if isinstance(dpus, Unknown):
        yield unpriced("Job", "DPU-hours", f"its size is {dpus.reason}")
        return
    hours = stated(subject.usage, "monthly_hours")
    total = hours * dpus if hours is not None else None
    yield use_of(subject, f"Job ({dpus} DPU)", "DPU-hours", ("glue", "job dpu"), total, "monthly_hours")


def _dpus(subject: Subject) -> Decimal | Unknown:
    shell = subject.resource.attributes.text("command.0.name") == "pythonshell"
    most = number_of(subject, "max_capacity")
    workers = number_of(subject, "number_of_workers")
    kind = text_of(subject, "worker_type", "G.1X")
    for value in (most, workers, kind):
        if isinstance(value, Unknown):
            return value
    if isinstance(workers, Decimal):
        return workers * _WORKER_DPUS.get(str(kind), Decimal(1))
    if isinstance(most, Decimal):
        return most
    return _SHELL_DPUS if shell else _JOB_DPUS


_CRAWLER = Use("Crawler", "DPU-hours", ("glue", "crawler dpu"), "monthly_hours")
_CATALOG = (
    Use("Objects above the free million", "100k objects", ("glue", "catalog objects"), "monthly_objects", 100_000),
    Use("Requests above the free million", "1M requests", ("glue", "catalog requests"), "monthly_requests", 1_000_000),
)

_AIRFLOW_KEYS = {
    "additional_workers": "workers above the first that run on average",
    "additional_schedulers": "schedulers above the included that run on average",
    "meta_database_gb": "gigabytes of the metadata database",
}


def _airflow(subject: Subject) -> Iterator[Component]:
    class_ = text_of(subject, "environment_class", "mw1.small")
    if isinstance(class_, Unknown):
        yield unpriced("Environment", "hours", f"its class is {class_.reason}")
        return
    size = str(class_).lower().removeprefix("mw1.")
    yield always(subject, f"Environment ({size})", ("mwaa", f"environment {size}"))
    for name, key in (("worker", "additional_workers"), ("scheduler", "additional_schedulers")):
        count = stated(subject.usage, key)
        hours = count * HOURS_PER_MONTH if count is not None else None
        yield use_of(subject, f"Additional {name}s ({size})", "hours", ("mwaa", f"{name} {size}"), hours, key)
    yield used(subject, "Metadata storage", "GB-month", ("mwaa", "metadata storage"), "meta_database_gb")


_BUILD_SYSTEMS = (("WINDOWS", "windows"), ("ARM", "arm"), ("LINUX_GPU", "linux gpu"))


def _build(subject: Subject) -> Iterator[Component]:
    """Minutes of builds at the price of the machine."""
    attributes = subject.resource.attributes
    kind, size = attributes.text("environment.0.type"), attributes.text("environment.0.compute_type")
    for value, what in ((kind, "environment type"), (size, "compute type")):
        if (missing := unknown_of(value, what, "Builds", "minutes")) is not None:
            yield missing
            return
    system = next((name for prefix, name in _BUILD_SYSTEMS if str(kind).startswith(prefix)), "linux")
    machine = str(size).removeprefix("BUILD_").lower().replace("_", ".", 1)
    rate = ("codebuild", f"{system} {machine}")
    yield used(subject, f"Builds ({system}, {machine})", "minutes", rate, "monthly_build_mins")


_BURSTABLE_INCLUDED_GIB, _INCLUDED_GIB = Decimal(50), Decimal(100)
"""Storage that comes with a replication instance of a burstable and of another class (AWS DMS pricing)."""


def _replication(subject: Subject) -> Iterator[Component]:
    class_ = text_of(subject, "replication_instance_class")
    multi = flag_of(subject, "multi_az")
    for value, what in ((class_, "instance class"), (multi, "Multi-AZ")):
        if (missing := unknown_of(value, what, "Replication instance", "hours")) is not None:
            yield missing
            return
    zone = "multi-az" if multi else "single-az"
    plain = str(class_).removeprefix("dms.")
    yield always(subject, f"Replication instance ({zone}, {plain})", ("dms", f"{zone} {plain}"))
    included = _BURSTABLE_INCLUDED_GIB if plain.startswith("t") else _INCLUDED_GIB
    size = number_of(subject, "allocated_storage", included)
    above = size - included if isinstance(size, Decimal) else size
    if isinstance(above, Unknown) or (above is not None and above > 0):
        yield amount(subject, "Storage above the included", "GB-month", ("dms", f"{zone} storage"), above)


def _host(subject: Subject) -> Iterator[Component]:
    """A dedicated host is paid for its family, whatever runs on it."""
    family, type_ = text_of(subject, "instance_family"), text_of(subject, "instance_type")
    name = type_.partition(".")[0] if isinstance(type_, str) else family
    if (missing := unknown_of(name, "instance family", "Dedicated host", "hours")) is not None:
        yield missing
        return
    part = always(subject, f"Dedicated host (on-demand, {name})", ("ec2 host", str(name)))
    month = Quantity.exactly(HOURS_PER_MONTH)
    yield from aws_reserved.instead(part, aws_reserved.of(subject), "ec2 host", str(name), month)


def _emr(subject: Subject) -> Iterator[Component]:
    """The machines of each instance group at their EC2 price, and the fee of EMR on top."""
    for pool in subject.facets.pools:
        yield from machine_components(subject, pool)
        yield from pool_disks(subject, pool)
        if isinstance(pool.machine_types, tuple) and pool.machine_types:
            first = pool.machine_types[0]
            count = pool.capacity.desired
            yield running(subject, f"{pool.name}: EMR fee ({first})", ("emr", first), count)


def _kendra(subject: Subject) -> Iterator[Component]:
    edition = text_of(subject, "edition", "ENTERPRISE_EDITION")
    if isinstance(edition, Unknown):
        yield unpriced("Index", "hours", f"its edition is {edition.reason}")
    else:
        yield always(subject, f"Index ({edition})", ("kendra", str(edition).lower().replace("_", " ")))


def _lightsail(subject: Subject) -> Iterator[Component]:
    bundle = text_of(subject, "bundle_id")
    if (missing := unknown_of(bundle, "bundle", "Server", "hours")) is not None:
        yield missing
    else:
        size, *rest = str(bundle).split("_")
        system = "windows" if "win" in rest else "linux"
        yield always(subject, f"Server ({bundle})", ("lightsail", f"{size} {system}"))


def _accelerated_cache(subject: Subject) -> Iterator[Component]:
    nodes = whole_of(subject, "cluster_size", 1)
    type_ = text_of(subject, "node_type")
    if (missing := unknown_of(type_, "node type", "Nodes", "hours")) is not None:
        yield missing
    else:
        yield always(subject, f"Nodes ({type_})", ("dax", str(type_)), nodes)


JOBS = ByType(
    {
        "aws_glue_job": Service(_glue_job, _HOURS),
        "aws_glue_crawler": by_use(_CRAWLER),
        "aws_glue_catalog_database": by_use(*_CATALOG),
        "aws_mwaa_environment": Service(_airflow, _AIRFLOW_KEYS),
        "aws_codebuild_project": Service(_build, {"monthly_build_mins": "minutes of builds a month"}),
        "aws_dms_replication_instance": Service(_replication, keys_of()),
        "aws_ec2_host": Service(_host, aws_reserved.KEYS),
        "aws_emr_cluster": Service(_emr, {}),
        "aws_emr_instance_group": Service(_emr, {}),
        "aws_emr_instance_fleet": Service(_emr, {}),
        "aws_kendra_index": Service(_kendra, {}),
        "aws_lightsail_instance": Service(_lightsail, {}),
        "aws_dax_cluster": Service(_accelerated_cache, {}),
    }
)
