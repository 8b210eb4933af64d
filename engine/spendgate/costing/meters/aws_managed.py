"""Managed services of AWS with a size of their own: App Runner, desktops, fleets, serverless engines, proxies, connectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    each,
    keys_of,
    monthly,
    number_of,
    running,
    text_of,
    unknown_of,
    use_of,
    used,
)
from spendgate.costing.meters.sold import between
from spendgate.costing.usage import stated
from spendgate.model.cost import Component
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_APP_CPU, _APP_MEMORY = Decimal(1), Decimal(2)
"""vCPUs and GB of an instance of App Runner that states none (documentation of the provider `aws`)."""
_UNITS = Decimal(1024)
_ACTIVE = "monthly_active_hrs"


def _app_runner(subject: Subject) -> Iterator[Component]:
    """Memory of what is provisioned, all the time; vCPUs for the hours in which instances work."""
    vcpus = _size(text_of(subject, "instance_configuration.0.cpu"), _APP_CPU)
    memory = _size(text_of(subject, "instance_configuration.0.memory"), _APP_MEMORY)
    for value, what, name in ((vcpus, "its CPU", "Active vCPUs"), (memory, "its memory", "Provisioned memory")):
        if (missing := unknown_of(value, what, name, "hours")) is not None:
            yield missing
            return
    assert isinstance(vcpus, Decimal)
    assert isinstance(memory, Decimal)
    least, most = Decimal(1), Decimal(25)
    for scaling in subject.neighbours.targets(
        subject.resource, "auto_scaling_configuration_arn", "aws_apprunner_auto_scaling_configuration_version"
    ):
        fewest, top = scaling.attributes.number("min_size"), scaling.attributes.number("max_size")
        least = fewest if isinstance(fewest, Decimal) else least
        most = top if isinstance(top, Decimal) else most
    factor = memory * HOURS_PER_MONTH
    yield between(subject, "Provisioned memory", "GB-hours", ("app runner", "memory"), least, most, factor=factor)
    hours = stated(subject.usage, _ACTIVE)
    active = hours * vcpus if hours is not None else None
    yield use_of(subject, "Active vCPUs", "vCPU-hours", ("app runner", "vcpu"), active, _ACTIVE)


def _size(text: object, default: Decimal) -> Number:
    """A size as App Runner spells it: `1024`, `1 vCPU`, `2 GB`."""
    if isinstance(text, Unknown) or text is None:
        return text if isinstance(text, Unknown) else default
    word = str(text).split(" ")[0]
    try:
        value = Decimal(word)
    except ArithmeticError:
        return None
    return value / _UNITS if value >= _UNITS / 4 else value


_DESKTOP_HOURS = "monthly_hrs"


def _desktop(subject: Subject) -> Iterator[Component]:
    """A desktop by its kind: always on by the month, or by the hour beside a small fee that stops it in between."""
    path = "workspace_properties.0"
    kind = text_of(subject, f"{path}.compute_type_name", "VALUE")
    mode = text_of(subject, f"{path}.running_mode", "ALWAYS_ON")
    for value, what in ((kind, "its kind"), (mode, "its running mode")):
        if (missing := unknown_of(value, what, "Desktop", "months")) is not None:
            yield missing
            return
    root, user = (
        number_of(subject, f"{path}.root_volume_size_gib", Decimal(80)),
        number_of(subject, f"{path}.user_volume_size_gib", Decimal(10)),
    )
    sizes = f"{root:f}/{user:f} gb" if isinstance(root, Decimal) and isinstance(user, Decimal) else "unknown disks"
    item = f"{str(kind).lower()} {sizes}"
    if mode == "AUTO_STOP":
        yield monthly(subject, f"Desktop ({kind}, base)", "months", ("workspaces", f"{item} autostop base"))
        hours = stated(subject.usage, _DESKTOP_HOURS)
        rate = ("workspaces", f"{item} autostop hour")
        yield use_of(subject, f"Desktop ({kind})", "hours", rate, hours, _DESKTOP_HOURS)
    else:
        yield monthly(subject, f"Desktop ({kind})", "months", ("workspaces", f"{item} always on"))


def _app_stream(subject: Subject) -> Iterator[Component]:
    """Instances of a fleet: those of an always-on one all the time, otherwise for the hours that sessions take."""
    kind, mode = text_of(subject, "instance_type"), text_of(subject, "fleet_type", "ON_DEMAND")
    for value, what in ((kind, "its instance type"), (mode, "its kind")):
        if (missing := unknown_of(value, what, "Instances", "hours")) is not None:
            yield missing
            return
    count = number_of(subject, "compute_capacity.0.desired_instances", Decimal(1))
    service = "appstream"
    if mode == "ALWAYS_ON":
        hours = count * HOURS_PER_MONTH if isinstance(count, Decimal) else count
        yield amount(subject, f"Instances ({kind})", "hours", (service, str(kind)), hours)
        return
    yield used(subject, f"Instances in sessions ({kind})", "hours", (service, str(kind)), "monthly_session_hrs")
    hours = count * HOURS_PER_MONTH if isinstance(count, Decimal) else count
    if mode == "ON_DEMAND":
        yield amount(subject, "Stopped instances", "hours", (service, "stopped instance"), hours)
    yield used(subject, "User fees", "users", (service, "user fee"), "monthly_users")


def _image_builder(subject: Subject) -> Iterator[Component]:
    kind = text_of(subject, "instance_type")
    if (missing := unknown_of(kind, "its instance type", "Instance", "hours")) is not None:
        yield missing
        return
    yield running(subject, f"Instance ({kind})", ("appstream", str(kind)))


def _cloud9(subject: Subject) -> Iterator[Component]:
    """A machine and its disk; it stops by itself when somebody says after how many minutes."""
    kind = text_of(subject, "instance_type")
    if (missing := unknown_of(kind, "its instance type", "Machine", "hours")) is not None:
        yield missing
        return
    yield running(subject, f"Machine (on-demand, {kind})", ("machine", str(kind)))
    yield amount(subject, "Disk (gp3)", "GB-month", ("ebs", "gp3 storage"), Decimal(10))


_SERVERLESS_EMR = (
    Use("vCPUs", "vCPU-hours", ("emr serverless", "vcpu"), "monthly_vcpu_hrs"),
    Use("Memory", "GB-hours", ("emr serverless", "memory"), "monthly_memory_gb_hrs"),
    Use("Storage", "GB-hours", ("emr serverless", "storage"), "monthly_storage_gb_hrs"),
)
_CACHE_FLOOR = {"valkey": Decimal("0.1")}
_CACHE_LEAST = Decimal(1)
"""Gigabytes that a serverless cache is billed for at least: a tenth for Valkey, else one (Amazon ElastiCache pricing)."""


def _serverless_cache(subject: Subject) -> Iterator[Component]:
    """Data stored by the hour, never less than the floor of its engine, and processing units."""
    engine = text_of(subject, "engine")
    if (missing := unknown_of(engine, "its engine", "Data stored", "GB-hours")) is not None:
        yield missing
        return
    kind = str(engine).lower()
    floor = _CACHE_FLOOR.get(kind, _CACHE_LEAST)
    limit = "cache_usage_limits.0.data_storage.0"
    least, most = number_of(subject, f"{limit}.minimum"), number_of(subject, f"{limit}.maximum")
    floor = max(floor, least) if isinstance(least, Decimal) else floor
    stored = stated(subject.usage, "storage_gb")
    rate = ("elasticache serverless", f"{kind} storage")
    if stored is not None:
        hours = max(stored, floor) * HOURS_PER_MONTH
        yield use_of(subject, f"Data stored ({kind})", "GB-hours", rate, hours, "storage_gb")
    else:
        yield between(subject, f"Data stored ({kind})", "GB-hours", rate, floor, most, factor=HOURS_PER_MONTH)
    units = ("elasticache serverless", f"{kind} ecpu")
    yield used(subject, "Processing units", "1M ECPUs", units, "monthly_ecpus", per_unit=1_000_000)


def _proxy(subject: Subject) -> Iterator[Component]:
    """A proxy by the vCPUs of the databases behind it, two at least."""
    vcpus = stated(subject.usage, "database_vcpus")
    if vcpus is None:
        vcpus = _vcpus_behind(subject)
    hours = max(vcpus, Decimal(2)) * HOURS_PER_MONTH if vcpus is not None else None
    yield use_of(subject, "Proxy", "vCPU-hours", ("rds proxy", "vcpu"), hours, "database_vcpus")


def _vcpus_behind(subject: Subject) -> Decimal | None:
    total, found = Decimal(0), False
    for target in subject.neighbours.users(subject.resource, "aws_db_proxy_target"):
        for database in subject.neighbours.targets(target, "", "aws_db_instance", "aws_rds_cluster"):
            kind = database.attributes.text("instance_class")
            spec = subject.catalog.machine("aws", kind) if isinstance(kind, str) else None
            if spec is None or spec.vcpu is None:
                return None
            total, found = total + spec.vcpu, True
    return total if found else None


_SNAPSHOT = Use("Snapshot storage", "GB-month", ("rds", "backup storage"), "storage_gb")


def _connector(subject: Subject) -> Iterator[Component]:
    """Workers of MSK Connect by their units: a fixed number, or between two."""
    scaled, fixed = "capacity.0.autoscaling.0", "capacity.0.provisioned_capacity.0"
    path = scaled if subject.resource.attributes.has_block(scaled) else fixed
    units = number_of(subject, f"{path}.mcu_count", Decimal(1))
    if not isinstance(units, Decimal):
        yield unpriced("Connect units", "MCU-hours", "the size of its workers is known only after apply")
        return
    if path == scaled:
        least, most = number_of(subject, f"{path}.min_worker_count"), number_of(subject, f"{path}.max_worker_count")
    else:
        least, most = number_of(subject, f"{path}.worker_count"), None
    rate, factor = ("msk connect", "mcu"), units * HOURS_PER_MONTH
    yield between(subject, "Connect units", "MCU-hours", rate, least, most, factor=factor)


_MSK = (
    Use("Partitions", "partition-hours", ("msk serverless", "partition"), "monthly_partition_hrs"),
    Use("Data in", "GB", ("msk serverless", "data in"), "monthly_data_in_gb"),
    Use("Data out", "GB", ("msk serverless", "data out"), "monthly_data_out_gb"),
    Use("Storage", "GB-month", ("msk serverless", "storage"), "storage_gb"),
)


def _msk_serverless(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Cluster", ("msk serverless", "cluster"))
    yield from each(subject, _MSK)


def _pipeline(subject: Subject) -> Iterator[Component]:
    """OpenSearch Ingestion: units between the fewest and the most."""
    least, most = number_of(subject, "min_units"), number_of(subject, "max_units")
    rate = ("opensearch ingestion", "ocu")
    yield between(subject, "Ingestion units", "OCU-hours", rate, least, most, factor=HOURS_PER_MONTH)


def _elastic_docs(subject: Subject) -> Iterator[Component]:
    """DocumentDB elastic clusters: vCPUs of all shards, each with its instances."""
    shards, capacity = number_of(subject, "shard_count"), number_of(subject, "shard_capacity")
    instances = number_of(subject, "shard_instance_count", Decimal(2))
    known = [value for value in (shards, capacity, instances) if isinstance(value, Decimal)]
    if len(known) < 3:
        yield unpriced("vCPUs", "vCPU-hours", "number or size of its shards is not known")
        return
    total = known[0] * known[1] * known[2] * HOURS_PER_MONTH
    yield amount(subject, "vCPUs", "vCPU-hours", ("docdb elastic", "vcpu"), total)
    yield used(subject, "Storage", "GB-month", ("docdb elastic", "storage"), "storage_gb")


def _neptune_graph(subject: Subject) -> Iterator[Component]:
    """Memory units of a graph, and as much again for each replica."""
    memory, replicas = number_of(subject, "provisioned_memory"), number_of(subject, "replica_count", Decimal(1))
    total: Number = memory
    if isinstance(memory, Decimal) and isinstance(replicas, Decimal):
        total = memory * (1 + replicas) * HOURS_PER_MONTH
    yield amount(subject, "Memory units", "m-NCU-hours", ("neptune analytics", "ncu"), total)


def _migration(subject: Subject) -> Iterator[Component]:
    """Serverless DMS: capacity units between the fewest and the most, twice over two zones."""
    path = "compute_config.0"
    least = number_of(subject, f"{path}.min_capacity_units", Decimal(1))
    most = number_of(subject, f"{path}.max_capacity_units")
    zones = 2 if subject.resource.attributes.flag(f"{path}.multi_az") is True else 1
    rate = ("dms serverless", "multi-az capacity unit" if zones > 1 else "single-az capacity unit")
    yield between(subject, "Capacity units", "DCU-hours", rate, least, most, factor=HOURS_PER_MONTH)


def _athena_capacity(subject: Subject) -> Iterator[Component]:
    units = number_of(subject, "target_dpus")
    hours = units * HOURS_PER_MONTH if isinstance(units, Decimal) else units
    yield amount(subject, "Processing units", "DPU-hours", ("athena", "provisioned dpu"), hours)


def _influx(subject: Subject) -> Iterator[Component]:
    """Timestream for InfluxDB: an instance and its storage, twice with a standby."""
    kind, storage = text_of(subject, "db_instance_type"), number_of(subject, "allocated_storage")
    if (missing := unknown_of(kind, "its instance type", "Instance", "hours")) is not None:
        yield missing
        return
    standby = text_of(subject, "deployment_type", "SINGLE_AZ")
    copies = 1 if standby == "SINGLE_AZ" else 2
    yield always(subject, f"Instance ({kind})", ("timestream influxdb", str(kind)), copies)
    tier = text_of(subject, "db_storage_type", "InfluxIOIncludedT1")
    total = storage * copies if isinstance(storage, Decimal) else storage
    yield amount(
        subject, f"Storage ({tier})", "GB-month", ("timestream influxdb", f"{str(tier).lower()} storage"), total
    )


_FILE_CACHE = ("fsx file cache", "storage")


def _file_cache(subject: Subject) -> Iterator[Component]:
    yield amount(subject, "Cache storage", "GB-month", _FILE_CACHE, number_of(subject, "storage_capacity"))


_STATED: Mapping[str, str] = {"storage_gb": "gigabytes stored"}

MANAGED = ByType(
    {
        "aws_apprunner_service": Service(_app_runner, {_ACTIVE: "hours a month that instances work, all together"}),
        "aws_workspaces_workspace": Service(_desktop, {_DESKTOP_HOURS: "hours a month that the desktop is used"}),
        "aws_appstream_fleet": Service(
            _app_stream,
            {
                "monthly_session_hrs": "hours a month of all sessions",
                "monthly_users": "users a month with a Windows fee",
            },
        ),
        "aws_appstream_image_builder": Service(_image_builder, {}),
        "aws_cloud9_environment_ec2": Service(_cloud9, {}),
        "aws_emrserverless_application": Service(
            lambda subject: each(subject, _SERVERLESS_EMR), keys_of(*_SERVERLESS_EMR)
        ),
        "aws_elasticache_serverless_cache": Service(
            _serverless_cache, {**_STATED, "monthly_ecpus": "processing units (ECPUs) a month"}
        ),
        "aws_db_proxy": Service(_proxy, {"database_vcpus": "vCPUs of the databases behind the proxy"}),
        "aws_db_snapshot": Service(lambda subject: each(subject, (_SNAPSHOT,)), keys_of(_SNAPSHOT)),
        "aws_db_snapshot_copy": Service(lambda subject: each(subject, (_SNAPSHOT,)), keys_of(_SNAPSHOT)),
        "aws_mskconnect_connector": Service(_connector, {}),
        "aws_msk_serverless_cluster": Service(_msk_serverless, keys_of(*_MSK)),
        "aws_osis_pipeline": Service(_pipeline, {}),
        "aws_docdbelastic_cluster": Service(_elastic_docs, _STATED),
        "aws_neptunegraph_graph": Service(_neptune_graph, {}),
        "aws_dms_replication_config": Service(_migration, {}),
        "aws_athena_capacity_reservation": Service(_athena_capacity, {}),
        "aws_timestreaminfluxdb_db_instance": Service(_influx, {}),
        "aws_fsx_file_cache": Service(_file_cache, {}),
    }
)
"""Machines of Cloud9 are asked for as machines, so that discounts on machines reach them."""
