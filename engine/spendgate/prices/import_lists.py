"""Puts the rows of price lists into a folder of source tables: rows of the same key are replaced, all others stay."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from spendgate.errors import PriceError
from spendgate.model.frozen import Frozen
from spendgate.prices.importers import IMPORTERS
from spendgate.prices.importers.rows import ImportOptions, ListedRate, MachinePrice, Row
from spendgate.prices.plausible import Priced, SizedRate, odd_prices, odd_rates

_MACHINES = (
    "provider",
    "machine_type",
    "vcpu",
    "memory_gib",
    "accelerator",
    "accelerator_count",
    "accelerator_memory_gib",
)
_PRICES = ("region", "machine_type", "on_demand", "spot", "as_of", "spot_as_of", "source")
_RATES = ("region", "service", "item", "unit", "price", "tier_start", "as_of", "how", "source")


class Imported(Frozen):
    """What an import changed: rows read, new rows and replaced ones by table."""

    machines: int
    rates: int
    tables: Mapping[str, tuple[int, int]]


def import_lists(form: str, files: Sequence[Path], folder: Path, options: ImportOptions) -> Imported:
    """Read price lists of one form into the source tables of a folder. Raises PriceError; then nothing is written."""
    importer = IMPORTERS.get(form)
    rows: list[Row] = []
    for path in files:
        found = list(importer.read(path, options))
        if not found:
            raise PriceError("holds no price that is of use", file=str(path), hint=f"{form} reads {importer.about}")
        rows += found
    machines = [row for row in rows if isinstance(row, MachinePrice)]
    rates = [row for row in rows if isinstance(row, ListedRate)]
    for row in rows:
        if not row.as_of:
            raise PriceError(
                f"a price of {row.provider} has no date", hint="--as-of 2026-11-24 dates a list without one"
            )
    refuse_odd(machines, files)
    refuse_odd_rates(rates, files)
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, tuple[int, int]] = {}
    for provider in sorted({row.provider for row in machines}):
        own = [row for row in machines if row.provider == provider]
        name = f"machine_prices_{provider}.csv"
        tables[name] = _merge(folder / name, _PRICES, ("region", "machine_type"), map(_price, own))
        shapes = [_shape(row) for row in own if row.vcpu is not None or row.accelerator is not None]
        if shapes:
            _merge(folder / "machines.csv", _MACHINES, ("provider", "machine_type"), shapes)
    for provider in sorted({row.provider for row in rates}):
        name = f"rates_{provider}.csv"
        listed = (_rate(row) for row in rates if row.provider == provider)
        tables[name] = _merge(folder / name, _RATES, ("region", "service", "item", "tier_start"), listed)
    return Imported(len(machines), len(rates), tables)


def refuse_odd(machines: Iterable[MachinePrice], files: Sequence[Path]) -> None:
    """Raise PriceError for a price that does not fit its family: it is of another system, tenancy or unit."""
    priced = [
        Priced(row.provider, row.machine_type, row.region, row.on_demand, row.vcpu, row.memory_gib)
        for row in machines
        if row.on_demand and row.vcpu and row.memory_gib and not row.accelerator
    ]
    for odd, off in odd_prices(priced):
        raise PriceError(
            f"{odd.hourly} an hour for {odd.machine_type} in {odd.region} is {off:.1f} times off its family",
            file=str(files[0]) if len(files) == 1 else None,
            hint="another tenancy, operating system, currency or unit than the rest?",
        )


def refuse_odd_rates(rates: Iterable[ListedRate], files: Sequence[Path]) -> None:
    """Raise PriceError for a rate of a node that does not fit the sizes of its family."""
    sized = [
        SizedRate(row.provider, row.service, row.item, row.region, row.price) for row in rates if row.unit == "hours"
    ]
    for odd, off in odd_rates(sized):
        raise PriceError(
            f"{odd.hourly} an hour for {odd.service} {odd.item} in {odd.region} is {off:.1f} times off its family",
            file=str(files[0]) if len(files) == 1 else None,
            hint="another licence, deployment, currency or unit than the rest?",
        )


def known_shapes(folder: Path) -> Mapping[str, Mapping[str, tuple[Decimal, Decimal]]]:
    """vCPUs and GiB of machine types without accelerators, by provider, from a folder's `machines.csv`."""
    found: dict[str, dict[str, tuple[Decimal, Decimal]]] = {}
    path = folder / "machines.csv"
    for row in _rows(path) if path.is_file() else ():
        if row["vcpu"] and row["memory_gib"] and not row["accelerator"]:
            found.setdefault(row["provider"], {})[row["machine_type"]] = (
                Decimal(row["vcpu"]),
                Decimal(row["memory_gib"]),
            )
    return found


def _merge(
    path: Path, columns: Sequence[str], key: Sequence[str], rows: Iterable[Mapping[str, str]]
) -> tuple[int, int]:
    kept = {tuple(row[name].lower() for name in key): row for row in _rows(path)} if path.is_file() else {}
    new = replaced = 0
    for row in rows:
        place = tuple(row[name].lower() for name in key)
        old = kept.get(place)
        replaced += old is not None
        new += old is None
        kept[place] = {name: row[name] or (old or {}).get(name, "") for name in columns}
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept[place] for place in sorted(kept))
    return new, replaced


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _price(row: MachinePrice) -> dict[str, str]:
    return {
        "region": row.region,
        "machine_type": row.machine_type,
        "on_demand": _text(row.on_demand),
        "spot": _text(row.spot),
        "as_of": row.as_of,
        "spot_as_of": row.as_of if row.spot is not None else "",
        "source": row.source,
    }


def _shape(row: MachinePrice) -> dict[str, str]:
    return {
        "provider": row.provider,
        "machine_type": row.machine_type,
        "vcpu": _text(row.vcpu),
        "memory_gib": _text(row.memory_gib),
        "accelerator": row.accelerator or "",
        "accelerator_count": _text(row.accelerator_count),
        "accelerator_memory_gib": "",
    }


def _rate(row: ListedRate) -> dict[str, str]:
    return {
        "region": row.region,
        "service": row.service,
        "item": row.item,
        "unit": row.unit,
        "price": _text(row.price),
        "tier_start": _text(row.tier_start),
        "as_of": row.as_of,
        "how": row.how,
        "source": row.source,
    }


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")
