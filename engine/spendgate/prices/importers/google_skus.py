"""The SKU list of the Google Cloud Billing API (`services.skus.list`): cores and memory of machine families.

Google sells most machines as cores and GiB of a family; a machine type costs what is in it. Types with accelerators are sold with
parts of their own and are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import PriceError
from spendgate.prices.importers.rows import ImportOptions, ListedRate, MachinePrice, Row, amount

_PART = re.compile(
    r"(?:Spot Preemptible )?(?P<family>[A-Z]\d[A-Z]?)(?: AMD| Arm)? Instance (?P<part>Core|Ram) running in .+"
)
_NANO = Decimal(10) ** -9
_UNITS = {"h": ("CPU", "vCPU-hours", "core"), "GiBy.h": ("RAM", "GiB-hours", "memory")}
_USAGE = {"OnDemand": "on-demand", "Preemptible": "spot"}
_SOURCE = "Google Cloud Billing SKU list"
Parts = dict[tuple[str, str, str], dict[str, Decimal]]


class GoogleSkus:
    """One page of the list: `skus` with category, regions and pricing each."""

    name = "google-skus"
    about = "the SKU list of the Google Cloud Billing API (JSON with skus)"

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """Rates of cores and memory, and prices of the machine types whose shape is known."""
        data = decode_any(read_bytes(path), str(path))
        skus = data.get("skus") if isinstance(data, Mapping) else None
        if not isinstance(skus, list):
            raise PriceError("has no list of skus: it is no answer of the Cloud Billing API", file=str(path))
        parts: Parts = defaultdict(dict)
        rates: list[Row] = []
        as_of = options.as_of or ""
        for sku in skus:
            for rate, usage in _rates(sku, path, options):
                rates.append(rate)
                family = rate.item.split(" ")[0]
                parts[family, rate.region, usage][rate.item.split(" ")[1]] = rate.price
                as_of = max(as_of, rate.as_of)
        return [*rates, *_machines(parts, options, as_of)]


def _rates(sku: Mapping[str, Any], path: Path, options: ImportOptions) -> Iterator[tuple[ListedRate, str]]:
    category = sku.get("category") or {}
    usage = _USAGE.get(str(category.get("usageType")))
    match = _PART.fullmatch(str(sku.get("description", "")))
    if category.get("resourceFamily") != "Compute" or usage is None or match is None:
        return
    pricing = (sku.get("pricingInfo") or [{}])[-1]
    expression = pricing.get("pricingExpression") or {}
    kind = _UNITS.get(str(expression.get("usageUnit")))
    tiers = expression.get("tieredRates") or []
    if kind is None or not tiers:
        return
    unit_price = tiers[-1].get("unitPrice") or {}
    if unit_price.get("currencyCode") != "USD":
        raise PriceError(
            f"{sku.get('description')}: is in {unit_price.get('currencyCode')}, not in USD", file=str(path)
        )
    price = amount(unit_price.get("units") or 0, path) + amount(unit_price.get("nanos") or 0, path) * _NANO
    if not price:
        return
    suffix = " spot" if usage == "spot" else ""
    as_of = options.as_of or str(pricing.get("effectiveTime", ""))[:10]
    for region in sku.get("serviceRegions") or ():
        item = f"{match['family'].lower()} {kind[2]}{suffix}"
        yield ListedRate("google", str(region), "machine parts", item, kind[1], price, as_of, _SOURCE), usage


def _machines(parts: Parts, options: ImportOptions, as_of: str) -> Iterator[MachinePrice]:
    shapes = options.shapes("google")
    found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for (family, region, usage), prices in parts.items():
        if len(prices) < 2:
            continue
        for machine_type, (vcpus, memory) in shapes.items():
            if machine_type.split("-")[0] == family:
                found[machine_type, region][usage] = vcpus * prices["core"] + memory * prices["memory"]
    for (machine_type, region), hourly in sorted(found.items()):
        vcpus, memory = shapes[machine_type]
        on_demand, spot = hourly.get("on-demand"), hourly.get("spot")
        yield MachinePrice("google", machine_type, region, on_demand, spot, as_of, _SOURCE, vcpus, memory)


IMPORTER = GoogleSkus()
