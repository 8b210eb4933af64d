"""The SKU list of the Google Cloud Billing API (`services.skus.list`): machines, and the rates of what `google_parts` knows.

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
from spendgate.prices.importers.google_parts import part_of
from spendgate.prices.importers.rows import ImportOptions, ListedRate, MachinePrice, Row, amount, once_each

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
        listed: list[ListedRate] = []
        as_of = options.as_of or ""
        for sku in skus:
            listed += _listed(sku, path, options)
            for rate, usage in _rates(sku, path, options):
                rates.append(rate)
                family = rate.item.split(" ")[0]
                parts[family, rate.region, usage][rate.item.split(" ")[1]] = rate.price
                as_of = max(as_of, rate.as_of)
        return [*rates, *once_each(listed, path), *_machines(parts, options, as_of)]


def _rates(sku: Mapping[str, Any], path: Path, options: ImportOptions) -> Iterator[tuple[ListedRate, str]]:
    category = sku.get("category") or {}
    usage = _USAGE.get(str(category.get("usageType")))
    match = _PART.fullmatch(str(sku.get("description", "")))
    if category.get("resourceFamily") != "Compute" or usage is None or match is None:
        return
    kind = _UNITS.get(_unit(sku))
    steps = list(_steps(sku, path))
    if kind is None or not steps or not steps[-1][1]:
        return
    price = steps[-1][1]
    suffix = " spot" if usage == "spot" else ""
    as_of = options.as_of or _date(sku)
    for region in sku.get("serviceRegions") or ():
        item = f"{match['family'].lower()} {kind[2]}{suffix}"
        yield ListedRate("google", str(region), "machine parts", item, kind[1], price, as_of, _SOURCE), usage


def _listed(sku: Mapping[str, Any], path: Path, options: ImportOptions) -> Iterator[ListedRate]:
    """The rates of a SKU that is no part of a machine type, in each of its regions and each of its steps."""
    part = part_of(sku)
    if part is None:
        return
    as_of = options.as_of or _date(sku)
    for start, price in _steps(sku, path):
        if not price:  # NOTE: what is free at first is no price; the next step starts where it ends.
            continue
        for region in sku.get("serviceRegions") or ():
            place = ("google", str(region), part.service, part.item)
            yield ListedRate(*place, part.unit, price * part.per, as_of, _SOURCE, start / part.per)


def _expression(sku: Mapping[str, Any]) -> Mapping[str, Any]:
    found = (sku.get("pricingInfo") or [{}])[-1].get("pricingExpression")
    return found if isinstance(found, Mapping) else {}


def _unit(sku: Mapping[str, Any]) -> str:
    return str(_expression(sku).get("usageUnit"))


def _date(sku: Mapping[str, Any]) -> str:
    return str((sku.get("pricingInfo") or [{}])[-1].get("effectiveTime", ""))[:10]


def _steps(sku: Mapping[str, Any], path: Path) -> Iterator[tuple[Decimal, Decimal]]:
    """From how many units a month on, and the price of one. Raises PriceError for another currency."""
    for step in _expression(sku).get("tieredRates") or ():
        unit_price = step.get("unitPrice") or {}
        if unit_price.get("currencyCode") != "USD":
            message = f"{sku.get('description')}: is in {unit_price.get('currencyCode')}, not in USD"
            raise PriceError(message, file=str(path))
        price = amount(unit_price.get("units") or 0, path) + amount(unit_price.get("nanos") or 0, path) * _NANO
        yield amount(step.get("startUsageAmount") or 0, path), price


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
