"""DynamoDB tables: provisioned or requested capacity, of the table, its indexes and its replicas."""

from __future__ import annotations

from collections.abc import Iterator

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.aws_scaling import NOTE, bounds_of
from spendgate.costing.meters.machines import unpriced, whole_amount
from spendgate.costing.meters.parts import ByType, Service, Use, each, keys_of, missing_region, query, text_of, used
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Subject

_WRITES = "monthly_write_request_units"
_REQUESTS = (
    Use("Write requests", "WRUs", ("dynamodb", "write requests"), _WRITES),
    Use("Read requests", "RRUs", ("dynamodb", "read requests"), "monthly_read_request_units"),
)
_STORED = (
    Use("Storage", "GB-month", ("dynamodb", "storage"), "storage_gb"),
    Use("On-demand backups", "GB-month", ("dynamodb", "backup storage"), "on_demand_backup_storage_gb"),
    Use("Data restored", "GB", ("dynamodb", "restore"), "monthly_data_restored_gb"),
    Use("Stream reads", "sRRUs", ("dynamodb", "stream reads"), "monthly_streams_read_request_units"),
)
_RECOVERY = Use("Point-in-time recovery", "GB-month", ("dynamodb", "point-in-time recovery"), "pitr_backup_storage_gb")
_CAPACITIES = (("Write", "WCU-hours", "write"), ("Read", "RCU-hours", "read"))


def _table(subject: Subject) -> Iterator[Component]:
    mode = text_of(subject, "billing_mode", "PROVISIONED")
    class_ = text_of(subject, "table_class", "STANDARD")
    if isinstance(class_, Unknown):
        yield unpriced("Table", "months", f"table_class is {class_.reason}")
    elif class_ == _RARELY_READ:
        yield from (_of_class(part) for part in _parts(subject, mode))
    else:
        yield from _parts(subject, mode)


_RARELY_READ = "STANDARD_INFREQUENT_ACCESS"
_SAME_IN_EACH_CLASS = ("backup", "restore", "point-in-time", "stream")


def _of_class(part: Component) -> Component:
    """A part of a table that is rarely read: capacity, requests and storage have rates of their own."""
    if part.query.item.startswith(_SAME_IN_EACH_CLASS):
        return part
    return replace(part, query=replace(part.query, item=f"infrequent access {part.query.item}"))


def _parts(subject: Subject, mode: str | Unknown | None) -> Iterator[Component]:
    attributes = subject.resource.attributes
    if isinstance(mode, Unknown):
        yield unpriced("Capacity", "WCU-hours", f"billing_mode is {mode.reason}")
    elif mode == "PAY_PER_REQUEST":
        yield from each(subject, _REQUESTS)
        yield from _replicated_requests(subject)
    else:
        yield from _capacity(subject, attributes, "capacity")
        indexes = attributes.blocks("global_secondary_index")
        for index in indexes if isinstance(indexes, tuple) else ():
            yield from _capacity(subject, index, f"capacity of index {index.text('name')}", scaled=False)
        yield from _replicas(subject, attributes)
    yield from each(subject, _STORED)
    if attributes.flag("point_in_time_recovery.0.enabled") is True:
        yield from each(subject, (_RECOVERY,))


def _capacity(subject: Subject, block: Attributes, what: str, *, scaled: bool = True) -> Iterator[Component]:
    """Provisioned units every hour; a scaling target bounds those of the table."""
    for title, unit, word in _CAPACITIES:
        name = f"{title} {what}"
        if (missing := missing_region(subject, name, unit)) is not None:
            yield missing
            continue
        units: Whole = block.whole(f"{word}_capacity")
        bounds = bounds_of(subject, f"dynamodb:table:{word.title()}CapacityUnits") if scaled else None
        if bounds is not None and bounds.least is not None and not isinstance(units, int):
            units = bounds.least
        count = whole_amount(units, f"{word}_capacity")
        if isinstance(count, str):
            yield unpriced(name, unit, count)
            continue
        rate = query(subject, ("dynamodb", f"{word} capacity"))
        if bounds is None:
            yield Component(name, unit, rate, Quantity.exactly(count * HOURS_PER_MONTH))
        else:
            yield Component(name, unit, rate, bounds.quantity(count, HOURS_PER_MONTH), note=NOTE)


def _replicated_requests(subject: Subject) -> Iterator[Component]:
    """Each replica of a table that is paid by the request takes every write again, at the price of its region."""
    replicas = subject.resource.attributes.blocks("replica")
    for replica in replicas if isinstance(replicas, tuple) else ():
        region = replica.text("region_name")
        part = used(
            subject, f"Write requests of the replica in {region}", "WRUs", ("dynamodb", "write requests"), _WRITES
        )
        if isinstance(region, str):
            yield replace(part, query=replace(part.query, region=region)) if part.query.region else part
        else:
            yield unpriced("Write requests of a replica", "WRUs", "its region is not known")


def _replicas(subject: Subject, attributes: Attributes) -> Iterator[Component]:
    """Each replica of a global table is written to as often as the table."""
    replicas = attributes.blocks("replica")
    writes = attributes.whole("write_capacity")
    for replica in replicas if isinstance(replicas, tuple) else ():
        region = replica.text("region_name")
        name = f"Write capacity of the replica in {region}"
        if isinstance(region, str) and isinstance(writes, int) and isinstance(subject.facets.region, str):
            rate = replace(query(subject, ("dynamodb", "write capacity")), region=region)
            yield Component(name, "WCU-hours", rate, Quantity.exactly(writes * HOURS_PER_MONTH))
        else:
            yield unpriced(name, "WCU-hours", "its region or the table's write capacity is not known")


TABLES = ByType({"aws_dynamodb_table": Service(_table, keys_of(*_REQUESTS, *_STORED, _RECOVERY))})
