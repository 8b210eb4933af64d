"""What moves and works on data at Google: Composer, Dataflow, Dataproc, Data Fusion, Kafka, Pub/Sub Lite, Datastream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    by_use,
    each,
    flag_of,
    keys_of,
    number_of,
    query,
    text_of,
    unknown_of,
    use_of,
)
from spendgate.costing.meters.sold import Sold, between, sold
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_THOUSAND, _MILLION = Decimal(1000), Decimal(1_000_000)
_COMPOSER = "cloud composer"
_GENERATION = re.compile(r"composer-(\d)")
_PARTS = ("scheduler", "triggerer", "web_server", "dag_processor", "worker")
"""Workloads of an environment (documentation of the provider `google`, `workloads_config`)."""
_DATABASE = Use("Database storage", "GB-month", (f"{_COMPOSER} 2", "database storage"), "database_storage_gb")
_UNITS = Use("Data compute units", "DCU-hours", (f"{_COMPOSER} 3", "dcu"), "monthly_dcu_hrs")
_DATABASE_3 = _DATABASE._replace(rate=(f"{_COMPOSER} 3", "database storage"))


def _composer(subject: Subject) -> Iterator[Component]:
    """By generation: nodes of its own cluster (1), vCPUs and memory of workloads (2), data compute units (3)."""
    image = text_of(subject, "config.0.software_config.0.image_version")
    if isinstance(image, Unknown):
        yield unpriced("Environment", "hours", f"its image version is {image.reason}")
        return
    match = _GENERATION.search(image or "")
    generation = match[1] if match else ("2" if _has_workloads(subject) else "")
    if generation == "3":
        yield from each(subject, (_UNITS, _DATABASE_3))
    elif generation == "2":
        yield from _second(subject)
    elif generation == "1":
        yield from _first(subject)
    else:
        yield unpriced("Environment", "hours", "which generation of Composer it is, its image version would tell")


def _has_workloads(subject: Subject) -> bool:
    return subject.resource.attributes.has_block("config.0.workloads_config")


def _second(subject: Subject) -> Iterator[Component]:
    """A fee by the size of the environment, and what its workloads take; workers scale between two numbers."""
    service = f"{_COMPOSER} 2"
    size = text_of(subject, "config.0.environment_size", "ENVIRONMENT_SIZE_SMALL")
    if (missing := unknown_of(size, "its size", "Environment fee", "hours")) is not None:
        yield missing
    else:
        kind = str(size).removeprefix("ENVIRONMENT_SIZE_").lower()
        yield always(subject, f"Environment fee ({kind})", (service, f"environment {kind}"))
    workloads = subject.resource.attributes.block("config.0.workloads_config")
    if not isinstance(workloads, Attributes):
        yield unpriced("Workloads", "vCPU-hours", "what its workloads take is not stated: the provider fills it in")
    else:
        for part in _PARTS:
            yield from _workload(subject, service, part, workloads)
    yield from each(subject, (_DATABASE,))


def _workload(subject: Subject, service: str, part: str, workloads: Attributes) -> Iterator[Component]:
    block = workloads.block(part)
    if block is None:
        return
    title = part.replace("_", " ").capitalize()
    if isinstance(block, Unknown):
        yield unpriced(f"{title}: vCPUs", "vCPU-hours", f"what it takes is {block.reason}")
        return
    least, most = block.number("count"), None
    if part == "worker":
        least, most = block.number("min_count"), block.number("max_count")
    least = Decimal(1) if least is None else least
    for key, name, unit, item in (
        ("cpu", "vCPUs", "vCPU-hours", "vcpu"),
        ("memory_gb", "memory", "GiB-hours", "memory"),
        ("storage_gb", "storage", "GiB-hours", "storage"),
    ):
        each_of = block.number(key)
        if each_of is None:
            continue
        if isinstance(each_of, Unknown):
            yield unpriced(f"{title}: {name}", unit, f"its size is {each_of.reason}")
            continue
        factor = each_of * HOURS_PER_MONTH
        yield between(subject, f"{title}: {name}", unit, (service, item), least, most, factor=factor)


_NODES, _NODE_TYPE = 3, "n1-standard-1"
"""What an environment of the first generation has where nothing is stated (documentation of the provider `google`)."""


def _first(subject: Subject) -> Iterator[Component]:
    """Nodes of its cluster as machines, and what Google runs beside them."""
    nodes = number_of(subject, "config.0.node_count", Decimal(_NODES))
    machine = text_of(subject, "config.0.node_config.0.machine_type", _NODE_TYPE)
    if (missing := unknown_of(machine, "the type of its nodes", "Nodes", "hours")) is not None:
        yield missing
        return
    plain = str(machine).rsplit("/", 1)[-1]
    hours = nodes * HOURS_PER_MONTH if isinstance(nodes, Decimal) else nodes
    yield amount(subject, f"Nodes ({plain})", "hours", ("machine", plain), hours)
    yield always(subject, "Environment fee", (f"{_COMPOSER} 1", "environment"))


_WORKER_HOURS = "monthly_worker_hrs"
_DATAFLOW = {
    _WORKER_HOURS: "hours a month that workers run, all of them together",
    "monthly_data_processed_gb": "gigabytes that Shuffle or Streaming Engine processes a month",
}
_BATCH_WORKER, _STREAM_WORKER = "n1-standard-1", "n1-standard-2"
"""Machine types of workers that no job states: batch, and streaming on Streaming Engine (Dataflow documentation)."""


def _dataflow(subject: Subject) -> Iterator[Component]:
    """vCPUs, memory and disks of workers for the hours that they run, and the data that the service itself processes."""
    streaming = flag_of(subject, "enable_streaming_engine") is True
    kind = "streaming" if streaming else "batch"
    machine = text_of(subject, "machine_type", _STREAM_WORKER if streaming else _BATCH_WORKER)
    if (missing := unknown_of(machine, "the type of its workers", "Workers", "vCPU-hours")) is not None:
        yield missing
        return
    spec = subject.catalog.machine("google", str(machine).rsplit("/", 1)[-1])
    if spec is None or spec.vcpu is None or spec.memory_gib is None:
        yield unpriced("Workers", "vCPU-hours", f"the shape of {machine} is not known")
        return
    hours = stated(subject.usage, _WORKER_HOURS)
    for name, unit, item, each_of in (
        ("Worker vCPUs", "vCPU-hours", f"{kind} vcpu", spec.vcpu),
        ("Worker memory", "GiB-hours", f"{kind} memory", spec.memory_gib),
    ):
        quantity = hours * each_of if hours is not None else None
        yield use_of(subject, f"{name} ({kind}, {machine})", unit, ("dataflow", item), quantity, _WORKER_HOURS)
    engine = "streaming engine" if streaming else "shuffle"
    yield use_of(
        subject,
        f"Data processed ({engine})",
        "GB",
        ("dataflow", f"{engine} data"),
        stated(subject.usage, "monthly_data_processed_gb"),
        "monthly_data_processed_gb",
    )


_SERVERLESS = (
    Use("Data compute units", "DCU-hours", ("dataproc serverless", "dcu standard"), "monthly_dcu_hrs"),
    Use("Shuffle storage", "GB-month", ("dataproc serverless", "shuffle storage"), "shuffle_storage_gb"),
)


def _metastore(subject: Subject) -> Iterator[Component]:
    """A metastore by its tier or instance size; with a scaling factor by that."""
    factor = number_of(subject, "scaling_config.0.scaling_factor")
    size = text_of(subject, "scaling_config.0.instance_size")
    service = "dataproc metastore"
    if factor is not None:
        hours = factor * HOURS_PER_MONTH if isinstance(factor, Decimal) else factor
        yield amount(subject, "Service (scaling factor)", "hours", (service, "scaling factor"), hours)
    elif size is not None:
        kind = str(size).lower()
        if (missing := unknown_of(size, "its size", "Service", "hours")) is not None:
            yield missing
        else:
            yield always(subject, f"Service ({kind})", (service, f"size {kind}"))
    else:
        tier = text_of(subject, "tier", "DEVELOPER")
        if (missing := unknown_of(tier, "its tier", "Service", "hours")) is not None:
            yield missing
        else:
            yield always(subject, f"Service ({str(tier).lower()})", (service, f"tier {str(tier).lower()}"))


_GIB = Decimal(2) ** 30
_KAFKA = (
    Use("Storage", "GB-month", ("managed kafka", "storage"), "storage_gb"),
    Use("Long-term storage", "GB-month", ("managed kafka", "long term storage"), "long_term_storage_gb"),
)


def _kafka(subject: Subject) -> Iterator[Component]:
    """vCPUs and memory of a cluster of brokers or of connectors."""
    service = "managed kafka" if subject.resource.type == "google_managed_kafka_cluster" else "managed kafka connect"
    vcpus, memory = (
        number_of(subject, "capacity_config.0.vcpu_count"),
        number_of(subject, "capacity_config.0.memory_bytes"),
    )
    hours = vcpus * HOURS_PER_MONTH if isinstance(vcpus, Decimal) else vcpus
    gib = memory / _GIB * HOURS_PER_MONTH if isinstance(memory, Decimal) else memory
    yield amount(subject, "vCPUs", "vCPU-hours", (service, "vcpu"), hours)
    yield amount(subject, "Memory", "GiB-hours", (service, "memory"), gib)
    if service == "managed kafka":
        yield from each(subject, _KAFKA)


def _lite_reservation(subject: Subject) -> Iterator[Component]:
    units = number_of(subject, "throughput_capacity")
    hours = units * HOURS_PER_MONTH if isinstance(units, Decimal) else units
    yield amount(subject, "Throughput capacity", "unit-hours", ("pubsub lite", "throughput unit"), hours)


def _lite_topic(subject: Subject) -> Iterator[Component]:
    """What its partitions keep for sure; throughput is its reservation's, or its own where it names none."""
    partitions = number_of(subject, "partition_config.0.count", Decimal(1))
    kept = number_of(subject, "retention_config.0.per_partition_bytes")
    if isinstance(partitions, Decimal) and isinstance(kept, Decimal):
        yield amount(subject, "Storage", "GiB-month", ("pubsub lite", "storage"), partitions * kept / _GIB)
    else:
        yield needs_usage("Storage", "GiB-month", query(subject, ("pubsub lite", "storage")), "storage_gb")
    if subject.resource.attributes.has_block("reservation_config"):
        return
    for direction in ("publish", "subscribe"):
        speed = number_of(subject, f"partition_config.0.capacity.0.{direction}_mib_per_sec")
        if isinstance(speed, Decimal) and isinstance(partitions, Decimal):
            quantity = speed * partitions * HOURS_PER_MONTH
            rate = ("pubsub lite", f"{direction} capacity")
            yield amount(subject, f"{direction.capitalize()} capacity", "MiB/s-hours", rate, quantity)


_STREAM = Use("Data processed", "GB", ("datastream", "data processed"), "monthly_data_processed_gb", tiered=True)
_RUNS = (
    Use("Internal steps", "1k steps", ("workflows", "internal steps"), "monthly_internal_steps", _THOUSAND),
    Use("External steps", "1k steps", ("workflows", "external steps"), "monthly_external_steps", _THOUSAND),
)

PIPELINES = ByType(
    {
        "google_composer_environment": Service(_composer, keys_of(_DATABASE, _UNITS)),
        "google_dataflow_job": Service(_dataflow, _DATAFLOW),
        "google_dataflow_flex_template_job": Service(_dataflow, _DATAFLOW),
        "google_dataproc_batch": by_use(*_SERVERLESS),
        "google_dataproc_metastore_service": Service(_metastore, {}),
        "google_data_fusion_instance": sold(Sold("Instance", "data fusion", "type")),
        "google_managed_kafka_cluster": Service(_kafka, keys_of(*_KAFKA)),
        "google_managed_kafka_connect_cluster": Service(_kafka, {}),
        "google_pubsub_lite_reservation": Service(_lite_reservation, {}),
        "google_pubsub_lite_topic": Service(_lite_topic, {"storage_gb": "gigabytes that all partitions keep"}),
        "google_datastream_stream": by_use(_STREAM),
        "google_workflows_workflow": by_use(*_RUNS),
        "google_cloud_scheduler_job": sold(Sold("Job", "cloud scheduler", hourly=False)),
        "google_cloud_tasks_queue": by_use(
            Use("Operations", "1M operations", ("cloud tasks", "operations"), "monthly_operations", _MILLION)
        ),
        "google_dataplex_task": by_use(Use("Processing", "DCU-hours", ("dataplex", "standard dcu"), "monthly_dcu_hrs")),
        "google_dataplex_datascan": by_use(
            Use("Processing", "DCU-hours", ("dataplex", "premium dcu"), "monthly_dcu_hrs")
        ),
        "google_data_loss_prevention_job_trigger": by_use(
            Use("Inspected data", "GB", ("dlp", "storage inspection"), "monthly_inspected_gb", tiered=True)
        ),
        "google_storage_transfer_job": by_use(
            Use("Data from file systems", "GB", ("storage transfer", "file system data"), "monthly_file_system_gb")
        ),
        "google_bigquery_data_transfer_config": by_use(
            Use("Transferred data", "GB", ("bigquery data transfer", "data"), "monthly_transferred_gb")
        ),
    }
)
"""Nodes of Composer 1 are asked for as machines, so that discounts and commitments on machines reach them."""
