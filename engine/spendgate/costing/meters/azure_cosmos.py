"""Cosmos DB: provisioned, autoscaled or serverless throughput in every region of the account, storage, backups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from spendgate.costing.meters.azure_parts import MILLION, TEN_THOUSAND, Metered, declared, parent
from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_SERVICE = "cosmos db"
_ACCOUNT = "azurerm_cosmosdb_account"
_STEP = Decimal(100)
_AUTOSCALE_FACTOR = Decimal("1.5")
_AUTOSCALE_LEAST = Decimal("0.1")
"""Autoscaled throughput costs half as much again, and is billed for a tenth of its maximum at least (Cosmos DB pricing)."""
_WRITES_EVERYWHERE = Decimal(2)
_ZONES = Decimal("1.25")
"""What throughput costs of the plain price where every region of several may be written to, and in a region that is spread over
zones (Cosmos DB documentation: optimising the cost of regions, high availability; zones are free with the former and autoscaled)."""
_FREE_COPIES = 2
_BACKUP_MINUTES, _BACKUP_HOURS = Decimal(240), Decimal(8)
"""Periodic backups that cost nothing, and how often they are made and how long they are kept unless told otherwise."""


class Cosmos:
    """Databases, containers, tables and keyspaces: the account itself costs nothing."""

    types = (
        "azurerm_cosmosdb_sql_database",
        "azurerm_cosmosdb_sql_container",
        "azurerm_cosmosdb_mongo_database",
        "azurerm_cosmosdb_mongo_collection",
        "azurerm_cosmosdb_gremlin_database",
        "azurerm_cosmosdb_gremlin_graph",
        "azurerm_cosmosdb_cassandra_keyspace",
        "azurerm_cosmosdb_cassandra_table",
        "azurerm_cosmosdb_table",
    )
    usage_keys = {
        "storage_gb": "gigabytes stored",
        "monthly_serverless_request_units": "request units a month of a serverless account",
        "max_request_units_utilization_percentage": "average use of the autoscaled maximum in percent (10 to 100)",
        "monthly_restored_data_gb": "gigabytes restored a month",
        "monthly_analytical_storage_write_operations": "writes to the analytical store a month",
        "monthly_analytical_storage_read_operations": "reads from the analytical store a month",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """Throughput and storage by region of the account."""
        account = _account(subject)
        attributes = account.attributes if account is not None else Attributes()
        places = _places(subject, attributes)
        if isinstance(places, Unknown):
            yield unpriced("Provisioned throughput", "RU/s x 100", f"region: {places.reason}")
            return
        yield from _throughput(subject, attributes, places)
        for place in places:
            yield _stored(subject, f"Transactional storage ({place})", "transactional storage", place)
        if declared(subject, "analytical_storage_ttl") not in (None, Decimal(0)):
            yield from _analytical(subject, places)
        yield from _backups(subject, attributes, places)
        restored = Metered("Restored data", "GB", "restored data", "monthly_restored_data_gb")
        yield _metered(subject, restored, places[0])


def _account(subject: Subject) -> Resource | None:
    """The account; a Cassandra table names it through its keyspace alone."""
    keyspace = parent(subject, "cassandra_keyspace_id", "azurerm_cosmosdb_cassandra_keyspace")
    if keyspace is None:
        return parent(subject, "account_name", _ACCOUNT)
    found = subject.neighbours.targets(keyspace, "account_name", _ACCOUNT)
    return found[0] if found else None


def _places(subject: Subject, account: Attributes) -> tuple[str, ...] | Unknown:
    blocks = account.blocks("geo_location")
    if isinstance(blocks, Unknown):
        return blocks
    found = []
    for block in blocks:
        place = block.text("location")
        if isinstance(place, Unknown):
            return place
        if place:
            found.append(place.replace(" ", "").lower())
    if found:
        return tuple(dict.fromkeys(found))
    region = subject.facets.region
    if isinstance(region, str):
        return (region,)
    return region if region is not None else Unknown("not stated")


def _writes_everywhere(account: Attributes, places: tuple[str, ...]) -> bool | Unknown:
    """Whether an account of several regions takes writes in each of them."""
    flags = [account.flag(name) for name in ("multiple_write_locations_enabled", "enable_multiple_write_locations")]
    return next((flag for flag in flags if isinstance(flag, Unknown)), len(places) > 1 and True in flags)


def _zoned(account: Attributes) -> set[str]:
    """The regions of an account that are spread over zones."""
    blocks = account.blocks("geo_location")
    found = blocks if isinstance(blocks, tuple) else ()
    return {
        str(block.text("location")).replace(" ", "").lower() for block in found if block.flag("zone_redundant") is True
    }


def _is_serverless(account: Attributes) -> bool:
    blocks = account.blocks("capabilities")
    return isinstance(blocks, tuple) and any(block.text("name") == "EnableServerless" for block in blocks)


def _throughput(subject: Subject, account: Attributes, places: tuple[str, ...]) -> Iterator[Component]:
    attributes = subject.resource.attributes
    if _is_serverless(account):
        key = "monthly_serverless_request_units"
        serverless = Metered(
            "Provisioned throughput (serverless)", "1M RU", "provisioned throughput (serverless)", key, MILLION
        )
        yield _metered(subject, serverless, places[0])
        return
    most = attributes.number("autoscale_settings.0.max_throughput")
    fixed = declared(subject, "throughput")
    everywhere, zoned = _writes_everywhere(account, places), _zoned(account)
    for place in places:
        if most is not None:
            # NOTE: where every region takes writes, autoscaled throughput costs what a fixed one does.
            part = _autoscaled(subject, most, place, Decimal(1) if everywhere is True else _AUTOSCALE_FACTOR)
        elif fixed is not None:
            part = _provisioned(fixed, place, zoned=place in zoned and everywhere is False)
        else:
            continue
        if part.quantity is not None and isinstance(everywhere, Unknown):
            part = unpriced(part.name, part.unit, f"whether every region takes writes is {everywhere.reason}")
        elif part.quantity is not None and everywhere:
            note = "; ".join(text for text in (part.note, "every region takes writes: twice the price") if text)
            part = replace(part, factor=_WRITES_EVERYWHERE, note=note)
        yield part


def _provisioned(fixed: Decimal | Unknown, place: str, *, zoned: bool) -> Component:
    name = f"Provisioned throughput (provisioned, {place})"
    query = RateQuery("azure", place, _SERVICE, "provisioned throughput (provisioned)")
    if isinstance(fixed, Unknown):
        return unpriced(name, "RU/s x 100", f"its throughput is {fixed.reason}")
    units = fixed / _STEP * (_ZONES if zoned else 1)
    note = "spread over zones: a quarter more" if zoned else ""
    return Component(name, "RU/s x 100", query, Quantity.exactly(units), note=note)


def _autoscaled(subject: Subject, most: Decimal | Unknown, place: str, factor: Decimal) -> Component:
    """Between a tenth of the maximum and all of it: the stated share, or the least as what is expected."""
    name = f"Provisioned throughput (autoscale, {place})"
    query = RateQuery("azure", place, _SERVICE, "provisioned throughput (autoscale)")
    if isinstance(most, Unknown):
        return unpriced(name, "RU/s x 100", f"its maximum is {most.reason}")
    full = most / _STEP * factor
    percent = stated(subject.usage, "max_request_units_utilization_percentage")
    if percent is not None:
        return Component(name, "RU/s x 100", query, Quantity.exactly(full * percent / 100), basis=Basis.USAGE)
    least = full * _AUTOSCALE_LEAST
    return Component(name, "RU/s x 100", query, Quantity(least, least, full), note="a tenth of the maximum at least")


def _stored(subject: Subject, name: str, item: str, place: str) -> Component:
    return _metered(subject, Metered(name, "GB-month", item, "storage_gb"), place)


def _backups(subject: Subject, account: Attributes, places: tuple[str, ...]) -> Iterator[Component]:
    """Continuous backups of all that is stored; periodic ones beyond the copies that are free."""
    if account.text("backup.0.type") == "Continuous":
        for place in places:
            yield _stored(subject, f"Continuous backup ({place})", "continuous backup", place)
        return
    every, kept = account.number("backup.0.interval_in_minutes"), account.number("backup.0.retention_in_hours")
    minutes = every if isinstance(every, Decimal) and every else _BACKUP_MINUTES
    hours = kept if isinstance(kept, Decimal) else _BACKUP_HOURS
    paid = int(hours * 60 / minutes) - _FREE_COPIES
    for place in places if paid > 0 else ():
        part = _stored(subject, f"Periodic backup ({place})", "periodic backup", place)
        yield part if part.quantity is None else replace(part, quantity=part.quantity.times(Decimal(paid)))


def _analytical(subject: Subject, places: tuple[str, ...]) -> Iterator[Component]:
    for place in places:
        yield _stored(subject, f"Analytical storage ({place})", "analytical storage", place)
        for kind in ("write", "read"):
            key = f"monthly_analytical_storage_{kind}_operations"
            name, item = f"Analytical {kind} operations ({place})", f"analytical {kind} operations"
            yield _metered(subject, Metered(name, "10K operations", item, key, TEN_THOUSAND), place)


def _metered(subject: Subject, part: Metered, place: str) -> Component:
    query = RateQuery("azure", place, _SERVICE, part.item)
    amount = stated(subject.usage, part.key)
    if amount is None:
        return needs_usage(part.name, part.unit, query, part.key)
    return Component(part.name, part.unit, query, Quantity.exactly(amount / part.per_unit), basis=Basis.USAGE)


COSMOS = Cosmos()
