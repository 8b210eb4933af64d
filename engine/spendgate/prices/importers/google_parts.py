"""Which SKU of the Cloud Billing list is which rate of the price book: disks, GPUs, custom machines, Cloud SQL, buckets.

SKUs are told by their service, usage type and description, as the API gives them (`... running in Iowa`, `... in Finland`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.accelerator_names import canonical_model
from spendgate.prices.importers.rows import Part

_HOURS_PER_MONTH = Decimal(730)
_PLACE = r"(?: in .+)?"
_DISKS = {
    "Storage PD Capacity": "pd-standard",
    "SSD backed PD Capacity": "pd-ssd",
    "Balanced PD Capacity": "pd-balanced",
    "Extreme PD Capacity": "pd-extreme",
    "Regional Storage PD Capacity": "pd-standard (regional)",
    "Regional SSD backed PD Capacity": "pd-ssd (regional)",
    "Regional Balanced PD Capacity": "pd-balanced (regional)",
    "Hyperdisk Extreme Capacity": "hyperdisk-extreme",
    "Hyperdisk Balanced Capacity": "hyperdisk-balanced",
    "Hyperdisk Throughput Capacity": "hyperdisk-throughput",
    "Hyperdisk ML Capacity": "hyperdisk-ml",
    "SSD backed Local Storage": "local-ssd",
}
_SPEED = {
    "Extreme PD IOPS": ("pd-extreme iops", "IOPS-month"),
    "Hyperdisk Extreme IOPS": ("hyperdisk-extreme iops", "IOPS-month"),
    "Hyperdisk Balanced IOPS": ("hyperdisk-balanced iops", "IOPS-month"),
    "Hyperdisk Balanced Throughput": ("hyperdisk-balanced throughput", "MB/s-month"),
}
_DISK = re.compile(rf"(?P<what>{'|'.join(map(re.escape, (*_DISKS, *_SPEED)))}){_PLACE}")
_GPU = re.compile(
    r"(?:Nvidia )?(?:Tesla )?(?P<model>[\w ]+?) GPU (?P<spot>attached to (?:Spot )?Preemptible VMs )?running in .+",
    re.IGNORECASE,
)
_CUSTOM = re.compile(
    r"(?:Spot Preemptible )?(?:(?P<family>[A-Z]\d[A-Z]?)(?: AMD| Arm)? )?Custom (?P<extended>Extended )?Instance (?P<part>Core|Ram) running in .+"
)
_CUSTOM_PARTS = {("Core", False): "vcpu", ("Ram", False): "memory", ("Ram", True): "extended memory"}
_SQL = re.compile(
    r"Cloud SQL for PostgreSQL: (?P<zone>Zonal|Regional) - (?P<what>vCPU|RAM|Standard storage|Low cost storage)"
    + _PLACE
)
_SQL_PARTS = {
    "vCPU": ("vcpu", "vCPU-hours", Decimal(1)),
    "RAM": ("memory", "GB-month", _HOURS_PER_MONTH),
    "Standard storage": ("ssd storage", "GB-month", Decimal(1)),
    "Low cost storage": ("hdd storage", "GB-month", Decimal(1)),
}
_BUCKET = re.compile(r"(?P<tier>Standard|Nearline|Coldline|Archive) Storage (?P<place>.+)")


def part_of(sku: Mapping[str, Any]) -> Part | None:
    """The rate that a SKU is, or None for what no meter asks for."""
    category = sku.get("category") or {}
    service, said = str(category.get("serviceDisplayName")), str(sku.get("description", ""))
    spot = category.get("usageType") == "Preemptible"
    if category.get("usageType") not in ("OnDemand", "Preemptible"):
        return None
    if service == "Compute Engine":
        return _disk(said, spot=spot) or _gpu(said, spot=spot) or _custom(said, spot=spot)
    if service == "Cloud SQL":
        return _database(said)
    if service == "Cloud Storage":
        return _bucket(sku, said)
    return None


def _disk(said: str, *, spot: bool) -> Part | None:
    match = _DISK.fullmatch(said)
    if match is None:
        return None
    if match["what"] in _SPEED:
        return Part("persistent disk", *_SPEED[match["what"]])
    kind = _DISKS[match["what"]]
    return Part("persistent disk", f"{kind} (spot)" if spot else kind, "GB-month")


def _gpu(said: str, *, spot: bool) -> Part | None:
    match = _GPU.fullmatch(said)
    if match is None:
        return None
    return Part("gpu attach", f"{canonical_model(match['model'])}{' spot' if spot else ''}", "GPU-hours")


def _custom(said: str, *, spot: bool) -> Part | None:
    match = _CUSTOM.fullmatch(said)
    name = _CUSTOM_PARTS.get((match["part"], bool(match["extended"]))) if match else None
    if match is None or name is None:
        return None
    family = (match["family"] or "N1").lower()
    unit = "vCPU-hours" if name == "vcpu" else "GB-hours"
    return Part("custom machine", f"{family} {name}{' spot' if spot else ''}", unit)


def _database(said: str) -> Part | None:
    """NOTE: all engines cost the same; one of them is taken so that no two SKUs stand for one rate."""
    match = _SQL.fullmatch(said)
    if match is None:
        return None
    name, unit, per = _SQL_PARTS[match["what"]]
    return Part("cloud sql", f"{name} {match['zone'].lower()}", unit, per)


def _bucket(sku: Mapping[str, Any], said: str) -> Part | None:
    match = _BUCKET.fullmatch(said)
    is_regional = (sku.get("geoTaxonomy") or {}).get("type") == "REGIONAL"
    if match is None or not is_regional or "Dual" in said:
        return None
    return Part("cloud storage", f"storage {match['tier'].lower()}", "GB-month")
