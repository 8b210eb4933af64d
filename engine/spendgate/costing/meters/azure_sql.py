"""Azure SQL: databases, elastic pools, managed instances, by DTU or by vCore."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import declared, hours_of, own_sku, sku, why, without_sku
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.parts import amount, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Missing, Quantity
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_DEFAULT_SKU = "GP_S_Gen5_2"
"""What a database becomes without a SKU (provider documentation, azurerm_mssql_database)."""
_FIRST_OF_EDITION: Mapping[str, str] = {"Basic": "Basic", "Premium": "P1", "GeneralPurpose": "GP_Gen5_2", "BusinessCritical": "BC_Gen5_2", "Hyperscale": "HS_Gen5_2"}  # fmt: skip
"""The size that an edition starts with, where the older type states no size (Azure SQL, CREATE DATABASE)."""
_VCORES = re.compile(r"(GP|BC|HS)_(S_)?([A-Za-z0-9]+)_(\d+)", re.IGNORECASE)
_TIERS: Mapping[str, str] = {"GP": "general purpose", "BC": "business critical", "HS": "hyperscale"}
_LICENCE: Mapping[str, str] = {"GP": "general purpose", "BC": "business critical", "HS": "general purpose"}
_DEFAULT_GIB = Decimal(5)
_INCLUDED_GIB: tuple[tuple[str, Decimal], ...] = (
    (r"Basic", Decimal(2)),
    (r"S\d+", Decimal(250)),
    (r"P(1|2|4|6)", Decimal(500)),
    (r"P(11|15)", Decimal(4096)),
)
"""Storage that comes with a DTU size (Azure SQL Database, DTU resource limits)."""
_PREMIUM_POOL_GIB = {125: 250, 250: 500, 500: 750, 1000: 1024, 1500: 1536, 2000: 2048, 2500: 2560, 3000: 3072, 3500: 3584, 4000: 4096}  # fmt: skip
_BASIC_POOL_GIB_PER_DTU = Decimal("0.09765625")
_INSTANCE_GIB = Decimal(32)
"""Storage that comes with a managed instance."""
_COPIES: Mapping[str, str] = {"Local": "LRS", "Zone": "ZRS", "Geo": "RA-GRS", "GeoZone": "RA-GRS"}


def _database(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    name = own_sku(subject, "sku_name", default=_DEFAULT_SKU)
    if subject.resource.type == "azurerm_sql_database":
        edition = own_sku(subject, "edition", default="Standard")
        default = _FIRST_OF_EDITION.get(edition, "S0") if isinstance(edition, str) else "S0"
        name = own_sku(subject, "requested_service_objective_name", default=default)
    if attributes.text("elastic_pool_id") is not None or name == "ElasticPool":
        yield from _backups(subject)
        return
    if isinstance(name, Unknown):
        yield without_sku("Compute", "hours", name)
        return
    match = _VCORES.fullmatch(name)
    if match is None:
        yield from _by_dtu(subject, name)
        yield from _backups(subject)
        return
    tier, serverless, family, cores = match[1].upper(), bool(match[2]), match[3], int(match[4])
    if serverless:
        yield from _serverless(subject, name, f"{tier}_S_{family}", cores)
    else:
        yield from _provisioned(subject, name, tier, cores)
    yield _storage(subject, tier, _gib(subject))
    if tier != "HS":
        yield from _backups(subject)


def _by_dtu(subject: Subject, name: str) -> Iterator[Component]:
    yield hours_of(subject, f"Compute ({name})", ("sql database", f"compute ({name})"), 1)
    included = next((gib for pattern, gib in _INCLUDED_GIB if re.fullmatch(pattern, name)), None)
    kind = "premium" if name.startswith("P") else "standard"
    rate = ("sql database", f"extra data storage ({kind})")
    key = "extra_data_storage_gb"
    if stated(subject.usage, key) is not None:
        yield used(subject, "Extra data storage", "GB-month", rate, key)
        return
    size = _gib(subject)
    if isinstance(size, Unknown):
        yield amount(subject, "Extra data storage", "GB-month", rate, size)
    elif size is not None and included is not None and size > included:
        yield amount(subject, "Extra data storage", "GB-month", rate, size - included)


_NEVER_PAUSES = Decimal(-1)


def _serverless(subject: Subject, name: str, kind: str, cores: int) -> Iterator[Component]:
    """vCore hours as stated; one that never pauses is paid for its smallest size at least."""
    item, key = f"(serverless, {kind.lower()})", "monthly_vcore_hours"
    part = used(subject, f"Compute (serverless, {name})", "vCore-hours", ("sql database", f"compute {item}"), key)
    yield _never_paused(subject, part, cores)
    if subject.resource.attributes.flag("zone_redundant") is True:
        rate = ("sql database", f"zone redundancy {item}")
        part = used(subject, f"Zone redundancy (serverless, {name})", "vCore-hours", rate, key)
        yield _never_paused(subject, part, cores)


def _never_paused(subject: Subject, part: Component, cores: int) -> Component:
    attributes = subject.resource.attributes
    least = attributes.number("min_capacity")
    pauses = attributes.number("auto_pause_delay_in_minutes") != _NEVER_PAUSES
    if part.missing is not Missing.NEEDS_USAGE or pauses or not isinstance(least, Decimal):
        return part
    low, high = least * HOURS_PER_MONTH, Decimal(cores) * HOURS_PER_MONTH
    note = "at its smallest size, as it never pauses; state monthly_vcore_hours for its use"
    return Component(part.name, part.unit, part.query, Quantity(low, low, high), basis=Basis.ASSUMED, note=note)


def _provisioned(subject: Subject, name: str, tier: str, cores: int) -> Iterator[Component]:
    attributes = subject.resource.attributes
    compute = ("sql database", f"compute (provisioned, {name})")
    yield hours_of(subject, f"Compute (provisioned, {name})", compute, 1)
    if tier == "GP" and attributes.flag("zone_redundant") is True:
        rate = ("sql database", f"zone redundancy (provisioned, {name})")
        yield hours_of(subject, f"Zone redundancy (provisioned, {name})", rate, 1)
    if tier == "HS":
        replicas = attributes.whole("read_replica_count")
        if isinstance(replicas, int):
            yield hours_of(subject, "Read replicas", compute, replicas)
        else:
            rate = ("sql database", "read replicas")
            yield used(subject, "Read replicas", "hours", rate, "read_replicas", per_unit=1 / HOURS_PER_MONTH)
    yield from _licence(subject, "sql database", tier, Decimal(cores))


def _licence(subject: Subject, service: str, tier: str, cores: Number) -> Iterator[Component]:
    """The SQL licence by core, unless an own one is brought (`BasePrice`, Azure Hybrid Benefit)."""
    owned = subject.resource.attributes.text("license_type")
    if owned != "BasePrice":
        hours = cores * HOURS_PER_MONTH if isinstance(cores, Decimal) else cores
        yield amount(subject, "SQL license", "vCore-hours", (service, f"sql license ({_LICENCE[tier]})"), hours)


def _storage(subject: Subject, tier: str, size: Number, service: str = "sql database") -> Component:
    zones = tier == "GP" and subject.resource.attributes.flag("zone_redundant") is True
    item = f"storage ({_TIERS[tier]}{', zone redundant' if zones else ''})"
    return amount(subject, "Storage", "GB-month", (service, item), size, default=_DEFAULT_GIB)


def _backups(subject: Subject) -> Iterator[Component]:
    stated_copies = subject.resource.attributes.text("storage_account_type")
    copies = _COPIES.get(stated_copies, "RA-GRS") if isinstance(stated_copies, str) else "RA-GRS"
    rate = ("sql database", f"long-term retention ({copies})")
    yield used(subject, f"Long-term retention ({copies})", "GB-month", rate, "long_term_retention_storage_gb")
    rate = ("sql database", f"pitr backup storage ({copies})")
    yield used(subject, f"PITR backup storage ({copies})", "GB-month", rate, "backup_storage_gb")


def _pool(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    tier = sku(attributes, "sku.0.tier", "edition")
    size = attributes.number("sku.0.capacity")
    size = attributes.number("dtu") if size is None else size
    if isinstance(tier, Unknown) or not isinstance(size, Decimal):
        yield without_sku("Compute", "hours", why(tier, size))
        return
    if tier in ("Basic", "Standard", "Premium"):
        yield from _dtu_pool(subject, tier, size)
        return
    family = attributes.text("sku.0.family")
    short = {"GeneralPurpose": "GP", "BusinessCritical": "BC", "Hyperscale": "HS"}.get(tier, "GP")
    title = f"{short}_{family}, {size} vCore"
    yield hours_of(subject, f"Compute ({title})", ("sql elastic pool", f"compute ({title})"), 1)
    if short == "GP" and attributes.flag("zone_redundant") is True:
        rate = ("sql elastic pool", f"zone redundancy ({title})")
        yield hours_of(subject, f"Zone redundancy ({title})", rate, 1)
    yield from _licence(subject, "sql elastic pool", short, size)
    yield _storage(subject, short, _gib(subject), "sql elastic pool")


def _gib(subject: Subject) -> Number:
    """The largest size of a database or pool, in whichever unit its type states it."""
    # NOTE: one of them is stated, the others are the provider's to fill in.
    for path, per_gib in (("max_size_gb", 1), ("max_size_bytes", 1024**3), ("pool_size", 1024)):
        size = declared(subject, path)
        if size is not None:
            return size if isinstance(size, Unknown) else size / per_gib
    return None


def _dtu_pool(subject: Subject, tier: str, dtus: Decimal) -> Iterator[Component]:
    title = f"{tier}, {dtus} DTUs"
    yield hours_of(subject, f"Compute ({title})", ("sql elastic pool", f"compute ({title})"), 1)
    if tier == "Basic":
        included = dtus * _BASIC_POOL_GIB_PER_DTU
    else:
        included = Decimal(_PREMIUM_POOL_GIB.get(int(dtus), int(dtus))) if tier == "Premium" else dtus
    size = _gib(subject)
    if isinstance(size, Decimal) and size > included and tier != "Basic":
        rate = ("sql elastic pool", f"extra data storage ({tier})")
        yield amount(subject, "Extra data storage", "GB-month", rate, size - included)


def _instance(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    name, cores = sku(attributes, "sku_name"), attributes.number("vcores")
    if isinstance(name, Unknown) or not isinstance(cores, Decimal):
        yield without_sku("Compute", "hours", why(name, cores))
        return
    title, service = f"{name.upper()} {cores} cores", "sql managed instance"
    yield hours_of(subject, f"Compute ({title})", (service, f"compute ({title})"), 1)
    size = attributes.number("storage_size_in_gb")
    extra = max(size - _INSTANCE_GIB, Decimal(0)) if isinstance(size, Decimal) else size
    if extra is None or isinstance(extra, Unknown) or extra > 0:
        yield amount(subject, "Additional storage", "GB-month", (service, "additional storage"), extra)
    copies = attributes.text("storage_account_type")
    copies = copies if isinstance(copies, str) else "GRS"
    for kind, key in (("PITR", "backup_storage_gb"), ("LTR", "long_term_retention_storage_gb")):
        rate = (service, f"{kind} backup storage ({copies})")
        yield used(subject, f"{kind} backup storage ({copies})", "GB-month", rate, key)
    if attributes.text("license_type") != "BasePrice":
        hours = cores * HOURS_PER_MONTH
        yield amount(subject, "SQL license", "vCore-hours", (service, "sql license"), hours)


_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "azurerm_mssql_database": _database,
    "azurerm_sql_database": _database,
    "azurerm_mssql_elasticpool": _pool,
    "azurerm_sql_elasticpool": _pool,
    "azurerm_mssql_managed_instance": _instance,
    "azurerm_sql_managed_instance": _instance,
}


class Sql(KeysByType):
    """Compute, licences, storage and backups."""

    types = tuple(_PARTS)
    usage_keys = {
        "monthly_vcore_hours": "vCore hours that a serverless database uses, a month",
        "extra_data_storage_gb": "gigabytes above what the size includes",
        "long_term_retention_storage_gb": "gigabytes of backups kept for long",
        "backup_storage_gb": "gigabytes of backups for point-in-time restore",
        "read_replicas": "read replicas of a hyperscale database",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        yield from _PARTS[subject.resource.type](subject)


SQL = Sql()
