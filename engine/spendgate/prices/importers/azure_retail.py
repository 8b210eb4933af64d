"""Pages of the Azure Retail Prices API: virtual machines, on demand and spot, and the rates of what `azure_parts` knows.

Of machines, Windows, reservations, dev/test offers and the retired low priority are left out: `armSkuName` alone would mix their
prices up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import PriceError
from spendgate.prices.importers.azure_parts import SERVICES, part_of
from spendgate.prices.importers.rows import ImportOptions, ListedRate, MachinePrice, Row, amount, once, once_each

_MACHINES = "Virtual Machines"
_SOURCE = "Azure Retail Prices API"


class AzureRetail:
    """One page as the API answers it: `Items` with one meter each."""

    name = "azure-retail"
    about = f"a page of the Azure Retail Prices API (JSON with Items) of {_MACHINES}, {', '.join(SERVICES)}"

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """Consumption prices in USD: hours of Linux machines, and the rates of everything else that a meter asks for."""
        data = decode_any(read_bytes(path), str(path))
        items = data.get("Items") if isinstance(data, Mapping) else None
        if not isinstance(items, list):
            raise PriceError("has no list of Items: it is no page of the Retail Prices API", file=str(path))
        sold = [item for item in items if item.get("type") == "Consumption" and item.get("armRegionName")]
        machines = [
            row for item in sold if item.get("serviceName") == _MACHINES for row in _machine(item, path, options)
        ]
        rates = [row for item in sold if item.get("serviceName") in SERVICES for row in _rate(item, path, options)]
        return [*once(machines, path), *once_each(rates, path)]


def _machine(item: Mapping[str, Any], path: Path, options: ImportOptions) -> Iterator[MachinePrice]:
    words = f"{item.get('skuName', '')} {item.get('meterName', '')}"
    is_plain = "Windows" not in str(item.get("productName", "")) and "Low Priority" not in words
    if not is_plain or item.get("unitOfMeasure") != "1 Hour" or not item.get("armSkuName"):
        return
    price = _price(item, path)
    if price:
        on_demand, spot = (None, price) if "Spot" in words else (price, None)
        region = str(item["armRegionName"])
        as_of = _date(item, options)
        yield MachinePrice("azure", str(item["armSkuName"]), region, on_demand, spot, as_of, _SOURCE)


def _rate(item: Mapping[str, Any], path: Path, options: ImportOptions) -> Iterator[ListedRate]:
    part = part_of(item)
    if part is None:
        return
    price = _price(item, path)
    if price:  # NOTE: a step that costs nothing is no price; the next one starts where it ends.
        start = amount(item.get("tierMinimumUnits") or 0, path) / part.per
        place = ("azure", str(item["armRegionName"]), part.service, part.item)
        yield ListedRate(
            *place, part.unit, round(price * part.per, 12).normalize(), _date(item, options), _SOURCE, start
        )


def _price(item: Mapping[str, Any], path: Path) -> Decimal:
    if item.get("currencyCode") != "USD":
        message = f"is in {item.get('currencyCode')}: ask the API for USD (currencyCode='USD')"
        raise PriceError(message, file=str(path))
    return amount(item.get("retailPrice"), path)


def _date(item: Mapping[str, Any], options: ImportOptions) -> str:
    return options.as_of or str(item.get("effectiveStartDate", ""))[:10]


IMPORTER = AzureRetail()
