"""PostgreSQL, MySQL, MariaDB and caches of Azure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.meters.azure_parts import declared, hours_of, sku, times, why, without_sku
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, used
from spendgate.model.cost import Component
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_MIB_PER_GIB = Decimal(1024)
_MYSQL_GIB = Decimal(20)
"""Smallest storage of a MySQL flexible server, which is what it gets unless told otherwise."""
_MYSQL_FREE_IOPS, _MYSQL_IOPS_PER_GIB = Decimal(300), Decimal(3)
"""IOPS that come with MySQL storage (Azure Database for MySQL, service tiers)."""


def _servers(subject: Subject) -> int | Unknown:
    """Servers that are paid: high availability runs and bills a standby of the same size."""
    block = subject.resource.attributes.block("high_availability")
    if isinstance(block, Unknown):
        return block
    if block is None:
        return 1
    mode = block.text("mode")
    if isinstance(mode, Unknown):
        return mode
    return 2 if mode in ("ZoneRedundant", "SameZone") else 1


def _flexible(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    mysql = "mysql" in subject.resource.type
    service = "mysql flexible" if mysql else "postgresql flexible"
    name, servers = sku(attributes, "sku_name"), _servers(subject)
    if isinstance(name, Unknown) or isinstance(servers, Unknown):
        yield without_sku("Compute", "hours", why(name, servers))
    else:
        yield hours_of(subject, f"Compute ({name})", (service, f"compute ({name})"), servers)
    yield from _mysql_storage(subject, servers) if mysql else _postgresql_storage(subject, servers)
    yield used(
        subject,
        "Additional backup storage",
        "GB-month",
        (service, "additional backup storage"),
        "additional_backup_storage_gb",
    )


def _postgresql_storage(subject: Subject, servers: int | Unknown) -> Iterator[Component]:
    megabytes = declared(subject, "storage_mb")
    rate = ("postgresql flexible", "storage")
    if megabytes is None:
        yield used(subject, "Storage", "GB-month", rate, "storage_gb")
    elif isinstance(megabytes, Unknown):
        yield amount(subject, "Storage", "GB-month", rate, megabytes)
    else:
        yield amount(subject, "Storage", "GB-month", rate, _copies(megabytes / _MIB_PER_GIB, servers))


def _mysql_storage(subject: Subject, servers: int | Unknown) -> Iterator[Component]:
    attributes = subject.resource.attributes
    stated_size, iops = attributes.number("storage.0.size_gb"), attributes.number("storage.0.iops")
    known = isinstance(stated_size, Decimal)
    size = stated_size if isinstance(stated_size, Decimal) else _MYSQL_GIB
    value = _copies(size, servers)
    default = value if isinstance(value, Decimal) else None
    rate = ("mysql flexible", "storage")
    yield amount(subject, "Storage", "GB-month", rate, value if known or default is None else None, default=default)
    if attributes.flag("storage.0.io_scaling_enabled") is True:
        rate, key = ("mysql flexible", "paid io"), "monthly_io_requests"
        yield used(subject, "Paid I/O", "1M requests", rate, key, per_unit=1_000_000)
        return
    included = _MYSQL_FREE_IOPS + _MYSQL_IOPS_PER_GIB * size
    if isinstance(iops, Decimal) and iops > included:
        rate = ("mysql flexible", "additional iops")
        yield amount(subject, "Additional IOPS", "IOPS-month", rate, _copies(iops - included, servers))


def _copies(value: Decimal, servers: int | Unknown) -> Number:
    return servers if isinstance(servers, Unknown) else value * servers


_SINGLE = {
    "azurerm_postgresql_server": "postgresql",
    "azurerm_mysql_server": "mysql",
    "azurerm_mariadb_server": "mariadb",
}


def _single(subject: Subject) -> Iterator[Component]:
    """Servers of the retired single-server service; geo-redundant backups cost as much again."""
    attributes = subject.resource.attributes
    service = _SINGLE[subject.resource.type]
    name = sku(attributes, "sku_name")
    if isinstance(name, Unknown):
        yield without_sku("Compute", "hours", name)
        return
    yield hours_of(subject, f"Compute ({name})", (service, f"compute ({name})"), 1)
    megabytes = attributes.number("storage_mb")
    megabytes = attributes.number("storage_profile.0.storage_mb") if megabytes is None else megabytes
    item = "storage (basic)" if name.startswith("B_") else "storage"
    yield amount(subject, "Storage", "GB-month", (service, item), times(megabytes, 1 / _MIB_PER_GIB))
    rate, key = (service, "additional backup storage"), "additional_backup_storage_gb"
    yield used(subject, "Additional backup storage", "GB-month", rate, key)


def _redis(subject: Subject) -> Iterator[Component]:
    """Nodes by the month: one in Basic, two in Standard, shards times primary and replicas in Premium."""
    attributes = subject.resource.attributes
    tier, size = sku(attributes, "sku_name"), attributes.whole("capacity")
    if isinstance(tier, Unknown) or isinstance(size, Unknown):
        yield without_sku("Cache usage", "nodes", why(tier, size))
        return
    if size is None:
        yield unpriced("Cache usage", "nodes", "its capacity is not stated")
        return
    name = f"{tier}_{'P' if tier == 'Premium' else 'C'}{size}"
    nodes = {"Basic": Decimal(1), "Standard": Decimal(2)}.get(tier)
    yield amount(
        subject,
        f"Cache usage ({name})",
        "nodes",
        ("redis cache", name),
        nodes if nodes is not None else _premium_nodes(subject),
    )


def _premium_nodes(subject: Subject) -> Number:
    shards, replicas = declared(subject, "shard_count"), declared(subject, "replicas_per_primary")
    replicas = declared(subject, "replicas_per_master") if replicas is None else replicas
    if isinstance(shards, Unknown) or isinstance(replicas, Unknown):
        return why(shards, replicas)
    return (shards or Decimal(1)) * (1 + (Decimal(1) if replicas is None else replicas))


def _managed_redis(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    name, available = sku(attributes, "sku_name"), attributes.flag("high_availability_enabled")
    if isinstance(name, Unknown) or isinstance(available, Unknown):
        yield without_sku("Cache usage", "hours", why(name, available))
        return
    nodes = 1 if available is False else 2
    yield hours_of(subject, f"Cache usage ({name})", ("managed redis", name), nodes)


def _enterprise_redis(subject: Subject) -> Iterator[Component]:
    name = sku(subject.resource.attributes, "sku_name")
    if isinstance(name, Unknown):
        yield without_sku("Cache usage", "hours", name)
    else:
        yield hours_of(subject, f"Cache usage ({name})", ("redis enterprise", name), 1)


def _kusto(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    name, count = sku(attributes, "sku.0.name"), attributes.whole("sku.0.capacity")
    if isinstance(name, Unknown):
        yield without_sku("Cluster nodes", "hours", name)
    else:
        yield hours_of(subject, f"Cluster nodes ({name})", ("data explorer", name), count)


_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "azurerm_postgresql_flexible_server": _flexible,
    "azurerm_mysql_flexible_server": _flexible,
    **dict.fromkeys(_SINGLE, _single),
    "azurerm_redis_cache": _redis,
    "azurerm_managed_redis": _managed_redis,
    "azurerm_redis_enterprise_cluster": _enterprise_redis,
    "azurerm_kusto_cluster": _kusto,
}


class Databases(KeysByType):
    """Instances by the hour or node, storage, backups."""

    types = tuple(_PARTS)
    usage_keys = {
        "storage_gb": "gigabytes of storage where no size is configured",
        "additional_backup_storage_gb": "gigabytes of backups above the size of the server",
        "monthly_io_requests": "I/O requests a month of a server whose I/O scales by itself",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        yield from _PARTS[subject.resource.type](subject)


DATABASES = Databases()
