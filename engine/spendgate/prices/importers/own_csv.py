"""A price list of one's own: `provider,service,item,region,unit,price,purchase,tier_start,as_of,source`.

`service` is `machine` for machine types, `purchase` then `on-demand` (also when empty) or `spot`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from spendgate.documents import decode_text, read_bytes
from spendgate.errors import PriceError
from spendgate.prices.importers.rows import ImportOptions, ListedRate, MachinePrice, Row, amount, once

COLUMNS = ("provider", "service", "item", "region", "unit", "price", "purchase", "tier_start", "as_of", "source")
_NEEDED = ("provider", "service", "item", "region", "price", "as_of", "source")


class OwnCsv:
    """Every row is dated and names its source; a price of nothing is refused."""

    name = "own-csv"
    about = f"a price list of one's own (CSV: {', '.join(COLUMNS)})"

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """Rows as they stand, prices in USD."""
        reader = csv.DictReader(decode_text(read_bytes(path), str(path)).splitlines())
        names = reader.fieldnames or ()
        for name in (*_NEEDED, *names):
            if name not in names or name not in COLUMNS:
                said = f"has no column {name}" if name not in names else f"unknown column {name!r}"
                raise PriceError(said, file=str(path), line=1, hint=f"columns: {', '.join(COLUMNS)}")
        machines: list[MachinePrice] = []
        rates: list[ListedRate] = []
        for line, row in enumerate(reader, start=2):
            for name in _NEEDED:
                if not (row[name] or "").strip():
                    raise PriceError(f"{name} is empty", file=str(path), line=line)
            price = amount(row["price"], path, line)
            if not price:
                raise PriceError(
                    "price is 0: leave a row out rather than price it at nothing", file=str(path), line=line
                )
            key = (row["provider"], row["region"])
            if row["service"] == "machine":
                spot = row.get("purchase") == "spot"
                on_demand = None if spot else price
                machines.append(
                    MachinePrice(
                        key[0], row["item"], key[1], on_demand, price if spot else None, row["as_of"], row["source"]
                    )
                )
            else:
                start = amount(row.get("tier_start") or 0, path, line)
                unit = row.get("unit") or ""
                if not unit:
                    raise PriceError("unit is empty", file=str(path), line=line)
                rates.append(
                    ListedRate(
                        *key, row["service"], row["item"], unit, price, row["as_of"], row["source"], Decimal(start)
                    )
                )
        return [*once(machines, path), *rates]


IMPORTER = OwnCsv()
