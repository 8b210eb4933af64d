"""AWS price list files of EC2 (bulk API): JSON, and CSV with its lines of metadata before the header.

A product counts when it is a Linux machine on shared hardware, in use, without licence and without software that is sold along.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from spendgate.documents import decode_text, read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import PriceError
from spendgate.prices.importers.rows import ImportOptions, MachinePrice, Row, amount, number, once

_FAMILIES = ("Compute Instance", "Compute Instance (bare metal)")
_PLAIN = {
    "operatingSystem": ("Linux",),
    "tenancy": ("Shared",),
    "preInstalledSw": ("NA",),
    "capacitystatus": ("Used",),
    "licenseModel": ("No License required",),
}
_COLUMNS = {
    "operatingSystem": "Operating System",
    "tenancy": "Tenancy",
    "preInstalledSw": "Pre Installed S/W",
    "capacitystatus": "CapacityStatus",
    "licenseModel": "License Model",
    "instanceType": "Instance Type",
    "regionCode": "Region Code",
    "vcpu": "vCPU",
    "memory": "Memory",
    "marketoption": "MarketOption",
}


class AwsOffer:
    """`index.json` or `index.csv` of the offer AmazonEC2, whole or of one region."""

    name = "aws-offer"
    about = "AWS bulk price list of EC2 (index.json or index.csv of the offer AmazonEC2)"

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """Hourly on-demand prices in USD."""
        text = decode_text(read_bytes(path), str(path))
        rows = _json_rows(text, path, options) if text.lstrip().startswith("{") else _csv_rows(text, path, options)
        return once(rows, path)


def _json_rows(text: str, path: Path, options: ImportOptions) -> Iterator[MachinePrice]:
    data = decode_any(text.encode(), str(path))
    whole = data if isinstance(data, Mapping) else {}
    products, terms = whole.get("products"), (whole.get("terms") or {}).get("OnDemand")
    if not isinstance(products, Mapping) or not isinstance(terms, Mapping):
        raise PriceError("has no products and terms.OnDemand: it is no AWS offer file", file=str(path))
    as_of = options.as_of or str(data.get("publicationDate", ""))[:10]
    for sku, product in products.items():
        attributes = product.get("attributes") or {}
        if product.get("productFamily") not in _FAMILIES or not _is_plain(attributes):
            continue
        for term in (terms.get(sku) or {}).values():
            for dimension in (term.get("priceDimensions") or {}).values():
                price = (dimension.get("pricePerUnit") or {}).get("USD")
                if dimension.get("unit") == "Hrs" and price is not None:
                    yield from _row(attributes, price, as_of, path)


def _csv_rows(text: str, path: Path, options: ImportOptions) -> Iterator[MachinePrice]:
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith('"SKU"')), None)
    if start is None:
        raise PriceError('has no header that begins with "SKU": it is no AWS offer file', file=str(path))
    facts = dict(row[:2] for row in csv.reader(lines[:start]) if len(row) > 1)
    as_of = options.as_of or str(facts.get("Publication Date", ""))[:10]
    for line, row in enumerate(csv.DictReader(lines[start:]), start=start + 2):
        attributes = {name: row.get(column) or "" for name, column in _COLUMNS.items()}
        if row.get("TermType") == "OnDemand" and row.get("Unit") == "Hrs" and row.get("Product Family") in _FAMILIES:
            if not _is_plain(attributes) or row.get("Currency") != "USD":
                continue
            yield from _row(attributes, row.get("PricePerUnit"), as_of, path, line)


def _is_plain(attributes: Mapping[str, Any]) -> bool:
    if attributes.get("marketoption") not in (None, "", "OnDemand"):
        return False
    return all(attributes.get(name) in allowed for name, allowed in _PLAIN.items())


def _row(
    attributes: Mapping[str, Any], price: Any, as_of: str, path: Path, line: int | None = None
) -> Iterator[MachinePrice]:
    hourly = amount(price, path, line)
    if hourly:  # NOTE: lists hold zeros for what is paid elsewhere; a zero is no price.
        yield MachinePrice(
            "aws",
            str(attributes["instanceType"]),
            str(attributes["regionCode"]),
            hourly,
            None,
            as_of,
            "AWS price list",
            number(attributes.get("vcpu")),
            number(attributes.get("memory")),
        )


IMPORTER = AwsOffer()
