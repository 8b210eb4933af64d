"""Pages of the Azure Retail Prices API: virtual machines, on demand and spot.

Windows, reservations, dev/test offers and the retired low priority are left out: `armSkuName` alone would mix their prices up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import PriceError
from spendgate.prices.importers.rows import ImportOptions, MachinePrice, Row, amount, once


class AzureRetail:
    """One page as the API answers it: `Items` with one meter each."""

    name = "azure-retail"
    about = "a page of the Azure Retail Prices API (JSON with Items)"

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """Hourly consumption prices in USD of Linux machines."""
        data = decode_any(read_bytes(path), str(path))
        items = data.get("Items") if isinstance(data, Mapping) else None
        if not isinstance(items, list):
            raise PriceError("has no list of Items: it is no page of the Retail Prices API", file=str(path))
        return once(_rows(items, path, options), path)


def _rows(items: list[Mapping[str, Any]], path: Path, options: ImportOptions) -> Iterator[MachinePrice]:
    for item in items:
        words = f"{item.get('skuName', '')} {item.get('meterName', '')}"
        if (
            item.get("serviceName") != "Virtual Machines"
            or item.get("type") != "Consumption"
            or item.get("unitOfMeasure") != "1 Hour"
            or "Windows" in str(item.get("productName", ""))
            or "Low Priority" in words
            or not item.get("armSkuName")
            or not item.get("armRegionName")
        ):
            continue
        if item.get("currencyCode") != "USD":
            message = f"is in {item.get('currencyCode')}: ask the API for USD (currencyCode='USD')"
            raise PriceError(message, file=str(path))
        price = amount(item.get("retailPrice"), path)
        if not price:
            continue
        spot = "Spot" in words
        yield MachinePrice(
            "azure",
            str(item["armSkuName"]),
            str(item["armRegionName"]),
            None if spot else price,
            price if spot else None,
            options.as_of or str(item.get("effectiveStartDate", ""))[:10],
            "Azure Retail Prices API",
        )


IMPORTER = AzureRetail()
