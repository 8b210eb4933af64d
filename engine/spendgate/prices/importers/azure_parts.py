"""Which meter of the Azure Retail Prices API is which rate of the price book: disks, blobs, files, databases, plans, network.

A meter is told by its service, product, SKU and name, as the API gives them. What no meter of ours asks for is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.prices.importers.rows import Part

Item = Mapping[str, Any]


_HOURS_PER_MONTH = Decimal(730)
_UNIT = re.compile(r"(?P<count>[\d,]+)\s*(?P<scale>[KM])?.*")
_SCALES = {"K": 1_000, "M": 1_000_000}


def part_of(item: Item) -> Part | None:
    """The rate that an item of the API is, or None for what no meter asks for."""
    reader = _SERVICES.get(str(item.get("serviceName")))
    product, sku = str(item.get("productName", "")), str(item.get("skuName", ""))
    meter, unit = str(item.get("meterName", "")), str(item.get("unitOfMeasure", ""))
    return next(iter(reader(product, sku, meter, unit, item)), None) if reader else None


def _operations(unit: str) -> Decimal:
    """How many single operations one of the API's units holds: `10K` is ten thousand."""
    match = _UNIT.fullmatch(unit.strip())
    if match is None:
        return Decimal(1)
    return Decimal(match["count"].replace(",", "")) * _SCALES.get(match["scale"] or "", 1)


_DISKS = ("Premium SSD Managed Disks", "Standard SSD Managed Disks", "Standard HDD Managed Disks")
_REDUNDANCY = r"(?:LRS|ZRS|GRS|RA-GRS|GZRS|RA-GZRS)"
_DISK = re.compile(rf"[PES]\d+ {_REDUNDANCY}")
_BLOB = re.compile(rf"(?P<tier>Hot|Cool|Cold|Archive) (?P<kind>{_REDUNDANCY})")
_BLOB_METERS = {
    "Data Stored": "capacity",
    "Write Operations": "write operations",
    "Read Operations": "read operations",
    "List and Create Container Operations": "list and create container operations",
    "All Other Operations": "all other operations",
    "Data Retrieval": "data retrieval",
}
_FILE_METERS = {
    "Data Stored": "data at rest",
    "Provisioned": "data at rest",
    "Snapshots": "snapshots",
}


def _storage(product: str, sku: str, meter: str, unit: str, item: Item) -> Iterator[Part]:
    if product in _DISKS:
        if _DISK.fullmatch(sku) and meter in (f"{sku} Disk", f"{sku} Disks") and unit == "1/Month":
            yield Part("managed disk", sku.lower(), "months")
        elif meter.endswith("Disk Operations") and product != _DISKS[0]:
            name = "standard ssd operations" if "SSD" in product else "standard hdd operations"
            yield Part("managed disk", name, "10k operations", 10_000 / _operations(unit))
    elif product == "General Block Blob v2" and (match := _BLOB.fullmatch(sku)):
        part = _BLOB_METERS.get(meter.removeprefix(f"{sku} "))
        place = f"{match['tier'].lower()} {match['kind'].lower()}"
        if part in ("capacity", "data retrieval"):
            yield Part("blob", f"{place}: {part}", "GB-month" if part == "capacity" else "GB")
        elif part:
            yield Part("blob", f"{place}: {part}", "10k operations", 10_000 / _operations(unit))
    elif product in ("Premium Files", "Files v2"):
        part = _FILE_METERS.get(meter.removeprefix(f"{sku} "))
        kind = sku.lower() if product == "Premium Files" else f"standard {sku.lower()}"
        if part:
            yield Part("files", f"{kind}: {part}", "GB-month")


_SQL = re.compile(
    r"SQL Database Single(?:/Elastic Pool)? (?P<tier>General Purpose|Business Critical|Hyperscale) - Compute (?P<family>Gen5|M Series)"
)
_SQL_TIERS = {"General Purpose": "gp", "Business Critical": "bc", "Hyperscale": "hs"}


def _sql(product: str, sku: str, meter: str, unit: str, item: Item) -> Iterator[Part]:
    if match := _SQL.fullmatch(product):
        cores = re.fullmatch(r"(\d+) vCore", sku)
        if cores and meter == "vCore" and unit == "1 Hour":
            family = match["family"].lower().replace(" series", "")
            name = f"{_SQL_TIERS[match['tier']]}_{family}_{cores[1]}"
            yield Part("sql database", f"compute (provisioned, {name})", "hours")
    elif (match := re.fullmatch(r"SQL Database Single (Basic|Standard|Premium)", product)) and unit == "1/Day":
        # NOTE: DTU sizes are sold by the day; an hour is a 24th of it.
        yield Part("sql database", f"compute ({sku.lower()})", "hours", Decimal(1) / 24)


_FLEXIBLE = re.compile(
    r"Azure Database for (?P<engine>PostgreSQL|MySQL) Flexible Server (?P<tier>Burstable|General Purpose|Memory Optimized|Business Critical).*"
)
_FLEXIBLE_TIERS = {"Burstable": "b", "General Purpose": "gp", "Memory Optimized": "mo", "Business Critical": "mo"}


def _flexible(product: str, sku: str, meter: str, unit: str, item: Item) -> Iterator[Part]:
    match = _FLEXIBLE.fullmatch(product)
    size = str(item.get("armSkuName") or "")
    if match and unit == "1 Hour" and size.lower().startswith("standard_"):
        service = f"{match['engine'].lower()} flexible"
        yield Part(service, f"compute ({_FLEXIBLE_TIERS[match['tier']]}_{size.lower()})", "hours")
    elif product.endswith("Flexible Server Storage") and meter == "Storage Data Stored":
        engine = "postgresql" if "PostgreSQL" in product else "mysql"
        yield Part(f"{engine} flexible", "storage", "GB-month")


_PLAN = re.compile(
    r"Azure App Service (?P<tier>Basic|Standard|Premium|Premium v2|Premium v3|Isolated v2) Plan(?P<linux> - Linux)?"
)


def _plans(product: str, sku: str, meter: str, unit: str, item: Item) -> Iterator[Part]:
    match = _PLAN.fullmatch(product)
    if match and unit == "1 Hour" and meter.removesuffix(" App") == sku:
        yield Part("app service plan", f"{sku.replace(' ', '')} {'Linux' if match['linux'] else 'Windows'}", "hours")


def _redis(product: str, sku: str, meter: str, unit: str, item: Item) -> Iterator[Part]:
    match = re.fullmatch(r"Azure Redis Cache (Basic|Standard|Premium)", product)
    per_node = "Cache" if match and match[1] == "Basic" else "Cache Instance"
    if match and unit == "1 Hour" and meter == f"{sku} {per_node}":
        # NOTE: our rate is a node and month; the plain meter of larger tiers is that of a pair.
        yield Part("redis cache", f"{match[1].lower()}_{sku.lower()}", "nodes", _HOURS_PER_MONTH)


_NETWORK = {
    ("NAT Gateway", "Standard Gateway"): ("nat gateway", "nat gateway", "hours"),
    ("NAT Gateway", "Standard Data Processed"): ("nat gateway", "data processed", "GB"),
    ("Load Balancer", "Standard Overage LB Rules and Outbound Rules"): ("load balancer", "rule usage", "hours"),
    ("Load Balancer", "Standard Data Processed"): ("load balancer", "data processed", "GB"),
    ("IP Addresses", "Standard IPv4 Static Public IP"): ("public ip", "static, regional", "hours"),
    ("IP Addresses", "Basic IPv4 Dynamic Public IP"): ("public ip", "dynamic, regional", "hours"),
    ("Azure Bastion", "Basic Gateway"): ("bastion host", "bastion host", "hours"),
    ("Azure Kubernetes Service", "Standard Uptime SLA"): ("aks", "uptime sla", "hours"),
    ("Azure Firewall", "Standard Deployment"): ("firewall", "deployment (standard)", "hours"),
    ("Azure Firewall", "Premium Deployment"): ("firewall", "deployment (premium)", "hours"),
    ("Azure Cognitive Search", "Basic Unit"): ("search", "basic", "hours"),
    ("Azure Cognitive Search", "Standard S1 Unit"): ("search", "standard", "hours"),
    ("Azure Cognitive Search", "Standard S2 Unit"): ("search", "standard s2", "hours"),
    ("IoT Hub", "S1 Unit"): ("iot hub", "s1", "units"),
    ("IoT Hub", "S2 Unit"): ("iot hub", "s2", "units"),
}
"""By product and meter."""


def _plain(product: str, sku: str, meter: str, unit: str, item: Item) -> Iterator[Part]:
    found = _NETWORK.get((product, meter))
    if found:
        yield Part(*found)


_SERVICES: Mapping[str, Callable[[str, str, str, str, Item], Iterator[Part]]] = {
    "Storage": _storage,
    "SQL Database": _sql,
    "Azure Database for PostgreSQL": _flexible,
    "Azure Database for MySQL": _flexible,
    "Azure App Service": _plans,
    "Redis Cache": _redis,
    "NAT Gateway": _plain,
    "Load Balancer": _plain,
    "Virtual Network": _plain,
    "Azure Bastion": _plain,
    "Azure Kubernetes Service": _plain,
    "Azure Firewall": _plain,
    "Azure Cognitive Search": _plain,
    "IoT Hub": _plain,
}
SERVICES = tuple(_SERVICES)
"""Services of which something is taken, beside virtual machines."""
