"""Streams and brokers: Kinesis, Firehose, Managed Kafka, Amazon MQ."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.aws_scaling import bounds_of
from spendgate.costing.meters.machines import unpriced, whole_amount
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    by_use,
    each,
    keys_of,
    text_of,
    unknown_of,
    use_of,
    used,
    whole_of,
)
from spendgate.costing.usage import stated
from spendgate.model.cost import Component
from spendgate.model.frozen import replace
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_ON_DEMAND = "monthly_on_demand_"
_PROVISIONED = "monthly_provisioned_"
_STREAM_ON_DEMAND = (
    Use("Data ingested", "GB", ("kinesis", "on-demand ingested"), f"{_ON_DEMAND}data_in_gb"),
    Use("Data retrieved", "GB", ("kinesis", "on-demand retrieved"), f"{_ON_DEMAND}data_out_gb"),
    Use("Fan-out data", "GB", ("kinesis", "on-demand fan-out retrieved"), f"{_ON_DEMAND}efo_data_out_gb"),
    Use(
        "Extended retention",
        "GB-month",
        ("kinesis", "on-demand extended retention"),
        f"{_ON_DEMAND}extended_retention_gb",
    ),
    Use("Long term retention", "GB-month", ("kinesis", "long term retention"), f"{_ON_DEMAND}long_term_retention_gb"),
)
_STREAM_PROVISIONED = (
    Use("Put units", "units", ("kinesis", "put units"), f"{_PROVISIONED}put_units"),
    Use(
        "Extended retention",
        "GB-month",
        ("kinesis", "provisioned extended retention"),
        f"{_PROVISIONED}extended_retention_gb",
    ),
    Use("Long term retention", "GB-month", ("kinesis", "long term retention"), f"{_PROVISIONED}long_term_retention_gb"),
    Use("Long term retrieval", "GB", ("kinesis", "long term retrieval"), f"{_PROVISIONED}long_term_retrieval_gb"),
    Use("Fan-out data", "GB", ("kinesis", "provisioned fan-out retrieved"), f"{_PROVISIONED}efo_data_out_gb"),
    Use("Fan-out consumers", "hours", ("kinesis", "provisioned fan-out consumer"), f"{_PROVISIONED}efo_consumer_hours"),
)


def _stream(subject: Subject) -> Iterator[Component]:
    if text_of(subject, "stream_mode_details.0.stream_mode", "PROVISIONED") == "ON_DEMAND":
        yield always(subject, "Stream (on-demand)", ("kinesis", "on-demand stream"))
        yield from each(subject, _STREAM_ON_DEMAND)
    else:
        yield always(subject, "Shards", ("kinesis", "shard"), whole_of(subject, "shard_count", 1))
        yield from each(subject, _STREAM_PROVISIONED)


_INGESTED = Use("Data ingested", "GB", ("firehose", "data ingested"), "monthly_data_ingested_gb", tiered=True)
_DESTINATIONS = ("elasticsearch_configuration", "opensearch_configuration", "opensearchserverless_configuration")


def _firehose(subject: Subject) -> Iterator[Component]:
    """Data ingested; beside it format conversion and delivery into a VPC, each for every gigabyte."""
    attributes = subject.resource.attributes
    yield from each(subject, (_INGESTED,))
    conversion = attributes.block("extended_s3_configuration.0.data_format_conversion_configuration")
    if conversion is not None and not isinstance(conversion, Unknown) and conversion.flag("enabled") is not False:
        yield used(subject, "Format conversion", "GB", ("firehose", "format conversion"), _INGESTED.key)
    for destination in _DESTINATIONS:
        subnets = attributes.get(f"{destination}.0.vpc_config.0.subnet_ids")
        if not attributes.has_block(f"{destination}.0.vpc_config"):
            continue
        if isinstance(subnets, Unknown):
            yield unpriced("VPC delivery", "hours", "the number of its subnets is known only after apply")
        else:
            count = len(subnets) if isinstance(subnets, (list, tuple)) else 1
            yield always(subject, "VPC delivery", ("firehose", "vpc delivery"), count)
        yield used(subject, "VPC data", "GB", ("firehose", "vpc data"), _INGESTED.key)


def _kafka(subject: Subject) -> Iterator[Component]:
    """Brokers by the hour, each with a volume."""
    attributes = subject.resource.attributes
    type_ = attributes.text("broker_node_group_info.0.instance_type")
    count = whole_amount(whole_of(subject, "number_of_broker_nodes"), "the number of brokers")
    if (missing := unknown_of(type_, "instance type", "Brokers", "hours")) is not None:
        yield missing
    elif isinstance(count, str):
        yield unpriced("Brokers", "hours", count)
    else:
        yield always(subject, f"Brokers ({type_})", ("msk", str(type_)), count)
    size = attributes.number("broker_node_group_info.0.storage_info.0.ebs_storage_info.0.volume_size")
    if size is None:
        size = attributes.number("broker_node_group_info.0.ebs_volume_size")
    total = size * count if isinstance(size, Decimal) and isinstance(count, int) else size
    if str(type_).startswith("express."):
        yield use_of(
            subject,
            "Storage",
            "GB-month",
            ("msk", "express storage"),
            stated(subject.usage, "storage_gb"),
            "storage_gb",
        )
    elif not isinstance(count, str):
        yield _broker_storage(subject, total, count)
        yield from _broker_throughput(subject, count)


def _broker_storage(subject: Subject, total: Number, brokers: int) -> Component:
    """The volumes of all brokers, which a scaling target may grow."""
    part = amount(subject, "Storage", "GB-month", ("msk", "storage"), total)
    bounds = bounds_of(subject, "kafka:broker-storage:VolumeSize")
    if part.quantity is None or bounds is None or bounds.most is None:
        return part
    most = max(part.quantity.expected, Decimal(bounds.most * brokers))
    return replace(part, quantity=replace(part.quantity, high=most), note="up to the bound of its scaling target")


_BROKER_MIBPS = Decimal(250)
"""Throughput of a broker's volume that costs nothing, where more is provisioned (Amazon MSK pricing)."""


def _broker_throughput(subject: Subject, brokers: int) -> Iterator[Component]:
    path = "broker_node_group_info.0.storage_info.0.ebs_storage_info.0.provisioned_throughput.0"
    if subject.resource.attributes.flag(f"{path}.enabled") is not True:
        return
    value = subject.resource.attributes.number(f"{path}.volume_throughput")
    above = max(value - _BROKER_MIBPS, Decimal(0)) * brokers if isinstance(value, Decimal) else value
    if above != 0:
        rate = ("msk", "storage throughput")
        yield amount(subject, "Throughput above the included", "MiB/s-month", rate, above)


_BROKERS = {"SINGLE_INSTANCE": 1, "ACTIVE_STANDBY_MULTI_AZ": 2, "CLUSTER_MULTI_AZ": 3}


def _broker(subject: Subject) -> Iterator[Component]:
    """Instances by deployment mode, each with its own storage; standby brokers share a file system."""
    engine = str(text_of(subject, "engine_type", "ActiveMQ")).lower()
    mode = str(text_of(subject, "deployment_mode", "SINGLE_INSTANCE"))
    type_ = text_of(subject, "host_instance_type")
    if (missing := unknown_of(type_, "instance type", "Broker", "hours")) is not None:
        yield missing
        return
    count = _BROKERS.get(mode, 1)
    deployment = "single-instance" if count == 1 else "multi-az"
    rate = ("mq", f"{engine} {deployment} {type_}")
    yield always(subject, f"Broker ({engine}, {deployment}, {type_})", rate, count)
    default = "ebs" if engine == "rabbitmq" else "efs"
    kind = str(text_of(subject, "storage_type", default)).lower()
    copies = count if kind == "ebs" else 1
    part = used(subject, "Storage", "GB-month", ("mq", f"{engine} {kind} storage"), "storage_size_gb")
    yield replace(part, quantity=part.quantity.times(copies)) if part.quantity is not None else part


_ANALYTICS = (
    Use("Processing units", "KPU-hours", ("kinesis analytics", "processing unit"), "kinesis_processing_units"),
    Use("Application backups", "GB-month", ("kinesis analytics", "backup"), "durable_application_backup_gb"),
)
_RUNNING_STORAGE_GIB_PER_UNIT = Decimal(50)
"""Storage that each processing unit comes with, paid beside it (Managed Service for Apache Flink pricing)."""


def _analytics(subject: Subject) -> Iterator[Component]:
    """Processing units all month; a Flink application runs one more and has storage for each."""
    units = stated(subject.usage, "kinesis_processing_units")
    flink = str(text_of(subject, "runtime_environment", "SQL-1_0")).startswith(("FLINK", "ZEPPELIN"))
    part = _ANALYTICS[0]
    yield use_of(subject, part.name, part.unit, part.rate, units * 730 if units is not None else None, part.key)
    if flink:
        yield replace(always(subject, "Orchestration unit", part.rate), unit=part.unit)
        storage = units * _RUNNING_STORAGE_GIB_PER_UNIT if units is not None else None
        rate = ("kinesis analytics", "running storage")
        yield use_of(subject, "Running storage", "GB-month", rate, storage, part.key)
    if flink or stated(subject.usage, _ANALYTICS[1].key) is not None:
        yield from each(subject, _ANALYTICS[1:])


STREAMS = ByType(
    {
        "aws_kinesis_stream": Service(_stream, keys_of(*_STREAM_ON_DEMAND, *_STREAM_PROVISIONED)),
        "aws_kinesis_firehose_delivery_stream": Service(_firehose, keys_of(_INGESTED)),
        "aws_kinesis_analytics_application": Service(_analytics, keys_of(*_ANALYTICS)),
        "aws_kinesisanalyticsv2_application": Service(_analytics, keys_of(*_ANALYTICS)),
        "aws_kinesisanalyticsv2_application_snapshot": by_use(_ANALYTICS[1]),
        "aws_msk_cluster": Service(_kafka, {"storage_gb": "gigabytes stored on express brokers"}),
        "aws_mq_broker": Service(_broker, {"storage_size_gb": "gigabytes that each broker stores"}),
    }
)
