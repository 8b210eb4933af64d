"""DynamoDB tables: provisioned or requested capacity, of the table, its indexes and its replicas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced, whole_amount
from spendgate.costing.meters.parts import ByType, Service, Use, each, keys_of, missing_region, query, text_of
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component, Quantity
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Subject

_REQUESTS = (
    Use("Write requests", "units", ("dynamodb", "write requests"), "monthly_write_request_units"),
    Use("Read requests", "units", ("dynamodb", "read requests"), "monthly_read_request_units"),
)
_STORED = (
    Use("Storage", "GB-month", ("dynamodb", "storage"), "storage_gb"),
    Use("On-demand backups", "GB-month", ("dynamodb", "backup storage"), "on_demand_backup_storage_gb"),
    Use("Data restored", "GB", ("dynamodb", "restore"), "monthly_data_restored_gb"),
    Use("Stream reads", "units", ("dynamodb", "stream reads"), "monthly_streams_read_request_units"),
)
_RECOVERY = Use("Point-in-time recovery", "GB-month", ("dynamodb", "point-in-time recovery"), "pitr_backup_storage_gb")
_CAPACITIES = (("Write", "WCU-hours", "write"), ("Read", "RCU-hours", "read"))


def _table(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    mode = text_of(subject, "billing_mode", "PROVISIONED")
    if isinstance(mode, Unknown):
        yield unpriced("Capacity", "WCU-hours", f"billing_mode is {mode.reason}")
    elif mode == "PAY_PER_REQUEST":
        yield from each(subject, _REQUESTS)
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
        bounds = _bounds(subject, word) if scaled else None
        if bounds is not None and isinstance(bounds[0], int):
            units = max(units, bounds[0]) if isinstance(units, int) else bounds[0]
        count = whole_amount(units, f"{word}_capacity")
        if isinstance(count, str):
            yield unpriced(name, unit, count)
            continue
        least, most = count, count
        if bounds is not None:
            least = bounds[0] if isinstance(bounds[0], int) else count
            most = max(count, bounds[1]) if isinstance(bounds[1], int) else count
        quantity = Quantity(least * HOURS_PER_MONTH, count * HOURS_PER_MONTH, most * HOURS_PER_MONTH)
        note = "between the bounds of its scaling target" if bounds is not None else ""
        yield Component(name, unit, query(subject, ("dynamodb", f"{word} capacity")), quantity, note=note)


def _bounds(subject: Subject, word: str) -> tuple[Whole, Whole] | None:
    for target in subject.neighbours.users(subject.resource, "aws_appautoscaling_target"):
        if target.attributes.text("scalable_dimension") == f"dynamodb:table:{word.title()}CapacityUnits":
            return target.attributes.whole("min_capacity"), target.attributes.whole("max_capacity")
    return None


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
