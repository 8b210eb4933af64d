"""Catalogues of SkyPilot (`vms.csv`): a row for each machine type and zone, with accelerators."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from statistics import median_low

from spendgate.documents import decode_text, read_bytes
from spendgate.errors import PriceError
from spendgate.prices.importers.rows import ImportOptions, MachinePrice, Row, amount, number

_NEEDED = ("InstanceType", "Price", "Region")
_PROVIDERS = {"gcp": "google"}


class SkyPilot:
    """On-demand: the lowest price of a region's zones (they rarely differ); spot: the middle of them, for they do."""

    name = "skypilot"
    about = "a catalogue of SkyPilot (vms.csv); name its cloud with --provider"

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """Prices in USD by machine type and region."""
        if options.provider is None:
            raise PriceError(
                "does not say which cloud it is of", file=str(path), hint="--provider aws, gcp, lambda, ..."
            )
        if options.as_of is None:
            raise PriceError("does not say of which day it is", file=str(path), hint="--as-of 2026-11-24")
        reader = csv.DictReader(decode_text(read_bytes(path), str(path)).splitlines())
        lacking = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
        if lacking:
            raise PriceError(f"has no column {lacking[0]}: it is no catalogue of SkyPilot", file=str(path), line=1)
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        for line, row in enumerate(reader, start=2):
            if row["InstanceType"] and (row["Price"] or row.get("SpotPrice")):
                row["line"] = str(line)
                found.setdefault((row["InstanceType"], row["Region"]), []).append(row)
        provider = _PROVIDERS.get(options.provider, options.provider)
        return [_row(provider, key, rows, options.as_of, path) for key, rows in sorted(found.items())]


def _row(provider: str, key: tuple[str, str], rows: list[dict[str, str]], as_of: str, path: Path) -> MachinePrice:
    def prices(column: str) -> list[Decimal]:
        read = [amount(row[column], path, int(row["line"])) for row in rows if row.get(column)]
        return [price for price in read if price]

    on_demand, spot = prices("Price"), prices("SpotPrice")
    first = rows[0]
    return MachinePrice(
        provider,
        key[0],
        key[1],
        min(on_demand) if on_demand else None,
        median_low(spot) if spot else None,
        as_of,
        "skypilot-catalog",
        number(first.get("vCPUs")),
        number(first.get("MemoryGiB")),
        first.get("AcceleratorName") or None,
        number(first.get("AcceleratorCount")),
    )


IMPORTER = SkyPilot()
