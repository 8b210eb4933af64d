"""Importers: price lists as their publishers write them, turned into the source tables of the price book."""

from __future__ import annotations

from spendgate.prices.importers.rows import Importer
from spendgate.registry import Registry

IMPORTERS: Registry[Importer] = Registry(
    "price list",
    "spendgate.price_lists",
    {
        "aws-offer": "spendgate.prices.importers.aws_offer:IMPORTER",
        "azure-retail": "spendgate.prices.importers.azure_retail:IMPORTER",
        "google-skus": "spendgate.prices.importers.google_skus:IMPORTER",
        "skypilot": "spendgate.prices.importers.skypilot:IMPORTER",
        "own-csv": "spendgate.prices.importers.own_csv:IMPORTER",
    },
)
"""Names as `spendgate prices import` takes them."""
