"""Builds the price book, one read-only SQLite file, from the source tables under version control.

Every row of a source table names its source and date. A row that is not plausible (no positive price, no unit, no date, a
key given twice) is refused with its file and line: the book is right or it is not built.
"""

from __future__ import annotations

import csv
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from spendgate.errors import PriceError
from spendgate.model.frozen import Frozen
from spendgate.prices.plausible import Priced, SizedRate, odd_prices, odd_rates

SCHEMA_VERSION = "1"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE machine (
  provider TEXT NOT NULL, machine_type TEXT NOT NULL COLLATE NOCASE, vcpu TEXT, memory_gib TEXT,
  accelerator TEXT, accelerator_count TEXT, accelerator_memory_gib TEXT,
  PRIMARY KEY (provider, machine_type)) WITHOUT ROWID;
CREATE TABLE machine_price (
  provider TEXT NOT NULL, machine_type TEXT NOT NULL COLLATE NOCASE, region TEXT NOT NULL,
  on_demand TEXT, spot TEXT, as_of TEXT NOT NULL, spot_as_of TEXT, source TEXT NOT NULL,
  PRIMARY KEY (provider, machine_type, region)) WITHOUT ROWID;
CREATE TABLE rate (
  provider TEXT NOT NULL, service TEXT NOT NULL, item TEXT NOT NULL COLLATE NOCASE, region TEXT NOT NULL,
  tier_start REAL NOT NULL, unit TEXT NOT NULL, price TEXT NOT NULL, as_of TEXT NOT NULL, how TEXT NOT NULL,
  source TEXT NOT NULL, PRIMARY KEY (provider, service, item, region, tier_start)) WITHOUT ROWID;
CREATE TABLE accelerator (
  name TEXT PRIMARY KEY, vendor TEXT, memory_gib TEXT, tdp_watts TEXT, generation TEXT, source TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE grid_carbon (
  provider TEXT NOT NULL, region TEXT NOT NULL, gco2e_per_kwh TEXT NOT NULL, metric TEXT, granularity TEXT, year TEXT,
  pue TEXT, source TEXT NOT NULL, PRIMARY KEY (provider, region)) WITHOUT ROWID;
CREATE TABLE energy (
  provider TEXT NOT NULL, component TEXT NOT NULL, name TEXT NOT NULL, metric TEXT NOT NULL, value TEXT NOT NULL,
  as_of TEXT, source TEXT NOT NULL, PRIMARY KEY (provider, component, name, metric, source)) WITHOUT ROWID;
"""


class BuildReport(Frozen):
    """What went into a book: rows per table, newest and oldest date, digest of the source tables."""

    path: Path
    rows: dict[str, int]
    as_of: str
    oldest: str
    digest: str


class _Row(Frozen):
    """A row of a source table with the place that an error names."""

    values: dict[str, str]
    file: str
    line: int

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def refuse(self, why: str) -> PriceError:
        return PriceError(why, file=self.file, line=self.line)

    def price(self, column: str, *, required: bool = True) -> str | None:
        text = self.values[column]
        if not text and not required:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise self.refuse(f"{column} {text!r} is not a number") from None
        if not amount.is_finite() or amount <= 0:
            raise self.refuse(
                f"{column} is {text}: a price is above zero; leave a row out rather than price it at nothing"
            )
        return text

    def text(self, column: str) -> str:
        if not self.values[column].strip():
            raise self.refuse(f"{column} is empty")
        return self.values[column]


def source_files(sources: Path) -> list[Path]:
    """The source tables of a folder in a fixed order. Raises PriceError when there are none."""
    found = sorted(sources.glob("*.csv"))
    if not found:
        raise PriceError(
            "holds no source tables", file=str(sources), hint="name the folder with machines.csv, rates_*.csv, ..."
        )
    return found


def digest_of(sources: Path) -> str:
    """The SHA-256 over all source tables, names and bytes: the same tables give the same digest anywhere."""
    whole = hashlib.sha256(f"schema {SCHEMA_VERSION}\n".encode())
    for path in source_files(sources):
        # NOTE: line ends are folded, so that a checkout on Windows has the same digest.
        whole.update(path.name.encode() + b"\n" + path.read_bytes().replace(b"\r\n", b"\n"))
    return whole.hexdigest()


def build(sources: Path, target: Path) -> BuildReport:
    """Build the book from the tables in `sources` and put it in place in one step. Raises PriceError for a bad row."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".sqlite")
    os.close(handle)
    draft = Path(name)
    try:
        report = _fill(sources, draft)
        draft.chmod(0o644)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return BuildReport(target, report.rows, report.as_of, report.oldest, report.digest)


def _fill(sources: Path, path: Path) -> BuildReport:
    digest = digest_of(sources)
    with sqlite3.connect(path) as book:
        book.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        book.executescript(_SCHEMA)
        rows: dict[str, int] = {}
        dates: list[str] = []
        for file in source_files(sources):
            table = _table_of(file)
            if table is None:
                continue
            rows[file.stem] = _load(book, table, file, dates)
        _refuse_odd(book, sources)
        _refuse_odd_rates(book, sources)
        dated = sorted(date for date in dates if date[:2] == "20")
        as_of, oldest = (dated[-1], dated[0]) if dated else ("", "")
        book.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("schema", SCHEMA_VERSION), ("digest", digest), ("as_of", as_of), ("oldest", oldest)],
        )
    book.close()
    return BuildReport(path, rows, as_of, oldest, digest)


def _refuse_odd(book: sqlite3.Connection, sources: Path) -> None:
    """Refuse a machine price that does not fit its family in its region: one of them is no price of that machine."""
    rows = book.execute(
        "SELECT p.provider, p.machine_type, p.region, p.on_demand, m.vcpu, m.memory_gib FROM machine_price p JOIN machine m"
        " ON m.provider = p.provider AND m.machine_type = p.machine_type"
        " WHERE p.on_demand IS NOT NULL AND m.vcpu IS NOT NULL AND m.memory_gib IS NOT NULL AND m.accelerator IS NULL"
    )
    for odd, off in odd_prices(Priced(*row[:3], *map(Decimal, row[3:])) for row in rows):
        file = sources / f"machine_prices_{odd.provider}.csv"
        raise PriceError(
            f"{odd.hourly} an hour for {odd.machine_type} in {odd.region} is {off:.1f} times off its family",
            file=str(file),
            hint="a price of another tenancy, operating system or unit?",
        )


def _refuse_odd_rates(book: sqlite3.Connection, sources: Path) -> None:
    """Refuse a rate of a node that does not fit the sizes of its family in its region."""
    rows = book.execute(
        "SELECT provider, service, item, region, price FROM rate WHERE unit = 'hours' AND tier_start = 0"
    )
    for odd, off in odd_rates(SizedRate(a, b, c, d, Decimal(e)) for a, b, c, d, e in rows):
        raise PriceError(
            f"{odd.hourly} an hour for {odd.service} {odd.item} in {odd.region} is {off:.1f} times off its family",
            file=str(sources / f"rates_{odd.provider}.csv"),
            hint="a price of another licence, deployment or unit?",
        )


def _table_of(file: Path) -> str | None:
    for prefix, table in (("machine_prices_", "machine_price"), ("rates_", "rate")):
        if file.stem.startswith(prefix):
            return table
    known = {"machines": "machine", "accelerators": "accelerator", "grid_carbon": "grid_carbon", "energy": "energy"}
    return known.get(file.stem)


def _load(book: sqlite3.Connection, table: str, file: Path, dates: list[str]) -> int:
    count = 0
    for row in _read(file):
        values = _values(table, row)
        try:
            book.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
        except sqlite3.IntegrityError:
            raise row.refuse("the same key stands in an earlier row") from None
        if table in ("machine_price", "rate"):
            dates.append(row["as_of"])
        count += 1
    return count


def _values(table: str, row: _Row) -> tuple[object, ...]:
    if table == "machine_price":
        on_demand, spot = row.price("on_demand", required=False), row.price("spot", required=False)
        if on_demand is None and spot is None:
            raise row.refuse("neither an on-demand nor a spot price")
        provider = Path(row.file).stem.removeprefix("machine_prices_")
        key = (provider, row.text("machine_type"), row.text("region"))
        return (*key, on_demand, spot, row.text("as_of"), row["spot_as_of"] or None, row.text("source"))
    if table == "rate":
        provider = Path(row.file).stem.removeprefix("rates_")
        rate_key = (provider, row.text("service"), row.text("item"), row.text("region"), float(row["tier_start"] or 0))
        return (*rate_key, row.text("unit"), row.price("price"), row.text("as_of"), row["how"], row.text("source"))
    if table == "machine":
        return tuple(value or None for value in row.values.values())
    columns = {
        "accelerator": ("name", "vendor", "memory_gib", "tdp_watts", "generation", "source"),
        "grid_carbon": ("provider", "region", "gco2e_per_kwh", "metric", "granularity", "year", "pue", "source"),
        "energy": ("provider", "component", "name", "metric", "value", "as_of", "source"),
    }[table]
    if table == "energy":
        return tuple(row[column] for column in columns)
    return tuple(row[column] or None for column in columns)


def _read(file: Path) -> Iterator[_Row]:
    with file.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        for line, values in enumerate(reader, start=2):
            if None in values or None in values.values():
                raise PriceError("has more or fewer cells than the header", file=str(file), line=line)
            yield _Row(values, str(file), line)
