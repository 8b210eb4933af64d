"""AWS price list files (bulk API) of any offer: JSON, and CSV with its lines of metadata before the header.

Of EC2 a machine counts when it is a Linux machine on shared hardware, in use, without licence and without software that is sold
along; what else counts, `aws_parts` says offer by offer.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from spendgate.documents import decode_text, read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import PriceError
from spendgate.prices.importers.aws_parts import OFFERS, part_of
from spendgate.prices.importers.rows import (
    ImportOptions,
    ListedRate,
    MachinePrice,
    Row,
    amount,
    number,
    once,
    once_each,
)

_FAMILIES = ("Compute Instance", "Compute Instance (bare metal)")
_PLAIN = {
    "operatingSystem": ("Linux",),
    "tenancy": ("Shared",),
    "preInstalledSw": ("NA",),
    "capacitystatus": ("Used",),
    "licenseModel": ("No License required",),
}
_SPELLED = {
    "vCPU": "vcpu",
    "CapacityStatus": "capacitystatus",
    "MarketOption": "marketoption",
    "Pre Installed S/W": "preInstalledSw",
    "usageType": "usagetype",
    "serviceCode": "servicecode",
    "Volume API Name": "volumeApiName",
}
"""Headers of the CSV whose attribute in the JSON is not the same words written together."""
_SOURCE = "AWS price list"
_REGION = "AWS Region"
"""NOTE: outposts and local zones stand in the same list under the code of their region, at prices of their own."""


class _Price(NamedTuple):
    """One price of a list: what it is of, in which unit, from how many units a month on."""

    offer: str
    family: str
    attributes: Mapping[str, str]
    unit: str
    price: Any
    start: Any
    line: int | None = None


class AwsOffer:
    """`index.json` or `index.csv` of an offer, whole or of one region."""

    name = "aws-offer"
    about = f"an AWS bulk price list (index.json or index.csv of {', '.join(OFFERS)})"

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """On-demand prices in USD: hours of machines, and the rates of everything else that a meter asks for."""
        text = decode_text(read_bytes(path), str(path))
        reader = _json_prices if text.lstrip().startswith("{") else _csv_prices
        as_of, prices = reader(text, path, options)
        machines: list[MachinePrice] = []
        rates: list[ListedRate] = []
        for price in prices:
            if price.offer in ("", "AmazonEC2") and price.family in _FAMILIES:
                machines += _machine(price, as_of, path)
            else:
                rates += _rate(price, as_of, path)
        return [*once(machines, path), *once_each(rates, path)]


def _json_prices(text: str, path: Path, options: ImportOptions) -> tuple[str, Iterator[_Price]]:
    data = decode_any(text.encode(), str(path))
    whole = data if isinstance(data, Mapping) else {}
    products, terms = whole.get("products"), (whole.get("terms") or {}).get("OnDemand")
    if not isinstance(products, Mapping) or not isinstance(terms, Mapping):
        raise PriceError("has no products and terms.OnDemand: it is no AWS offer file", file=str(path))
    as_of = options.as_of or str(whole.get("publicationDate", ""))[:10]
    return as_of, _dimensions(products, terms, str(whole.get("offerCode", "")))


def _dimensions(products: Mapping[str, Any], terms: Mapping[str, Any], offer: str) -> Iterator[_Price]:
    for sku, product in products.items():
        attributes = product.get("attributes") or {}
        of = str(attributes.get("servicecode") or offer)
        for term in (terms.get(sku) or {}).values():
            for dimension in (term.get("priceDimensions") or {}).values():
                price = (dimension.get("pricePerUnit") or {}).get("USD")
                if price is not None:
                    unit, start = str(dimension.get("unit", "")), dimension.get("beginRange") or 0
                    yield _Price(of, str(product.get("productFamily", "")), attributes, unit, price, start)


def _csv_prices(text: str, path: Path, options: ImportOptions) -> tuple[str, Iterator[_Price]]:
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith('"SKU"')), None)
    if start is None:
        raise PriceError('has no header that begins with "SKU": it is no AWS offer file', file=str(path))
    facts = dict(row[:2] for row in csv.reader(lines[:start]) if len(row) > 1)
    as_of = options.as_of or str(facts.get("Publication Date", ""))[:10]
    return as_of, _lines(lines, start, str(facts.get("OfferCode", "")))


def _lines(lines: list[str], start: int, offer: str) -> Iterator[_Price]:
    for line, row in enumerate(csv.DictReader(lines[start:]), start=start + 2):
        if row.get("TermType") != "OnDemand" or row.get("Currency") != "USD":
            continue
        attributes = {_attribute(column): value for column, value in row.items() if column and value}
        of = attributes.get("servicecode") or offer
        first = row.get("StartingRange") or 0
        yield _Price(
            of,
            row.get("Product Family") or "",
            attributes,
            row.get("Unit") or "",
            row.get("PricePerUnit"),
            first,
            line,
        )


def _attribute(header: str) -> str:
    """The attribute of a column: `databaseEngine` of `Database Engine`."""
    if header in _SPELLED:
        return _SPELLED[header]
    words = re.split(r"\s+", header.strip())
    return words[0][:1].lower() + words[0][1:] + "".join(word[:1].upper() + word[1:] for word in words[1:])


def _is_plain(attributes: Mapping[str, Any]) -> bool:
    if attributes.get("marketoption") not in (None, "", "OnDemand"):
        return False
    return all(attributes.get(name) in allowed for name, allowed in _PLAIN.items())


def _machine(price: _Price, as_of: str, path: Path) -> Iterator[MachinePrice]:
    attributes = price.attributes
    if price.unit != "Hrs" or not _is_plain(attributes):
        return
    hourly = amount(price.price, path, price.line)
    if hourly:  # NOTE: lists hold zeros for what is paid elsewhere; a zero is no price.
        yield MachinePrice(
            "aws",
            str(attributes["instanceType"]),
            str(attributes["regionCode"]),
            hourly,
            None,
            as_of,
            _SOURCE,
            number(attributes.get("vcpu")),
            number(attributes.get("memory")),
        )


def _rate(price: _Price, as_of: str, path: Path) -> Iterator[ListedRate]:
    region = price.attributes.get("regionCode")
    part = part_of(price.offer, price.family, price.attributes, price.unit)
    if part is None or not region or price.attributes.get("locationType", _REGION) != _REGION:
        return
    each = amount(price.price, path, price.line)
    if each:
        start = amount(price.start, path, price.line) / part.per
        yield ListedRate(
            "aws", region, part.service, part.item, part.unit, _exact(each * part.per), as_of, _SOURCE, start
        )


def _exact(value: Decimal) -> Decimal:
    """NOTE: 40.96 a GiB/s is 0.04 a MiB/s; division may leave digits that nobody listed."""
    return round(value, 15).normalize()


IMPORTER = AwsOffer()
