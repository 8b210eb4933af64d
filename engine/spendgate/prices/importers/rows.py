"""What importers give: prices of machines with their shapes, and rates of everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from spendgate.errors import PriceError
from spendgate.model.frozen import Frozen


class Part(NamedTuple):
    """A rate of the book: `per` of the list's units make one of its own."""

    service: str
    item: str
    unit: str
    per: Decimal = Decimal(1)


class MachinePrice(Frozen):
    """What an hour of a Linux machine on shared hardware costs in a region; the shape as far as the list tells it."""

    provider: str
    machine_type: str
    region: str
    on_demand: Decimal | None
    spot: Decimal | None
    as_of: str
    source: str
    vcpu: Decimal | None = None
    memory_gib: Decimal | None = None
    accelerator: str | None = None
    accelerator_count: Decimal | None = None


class ListedRate(Frozen):
    """What a unit of something else costs in a region, from `tier_start` units a month on."""

    provider: str
    region: str
    service: str
    item: str
    unit: str
    price: Decimal
    as_of: str
    source: str
    tier_start: Decimal = Decimal(0)
    how: str = "listed"


Row = MachinePrice | ListedRate
Shapes = Callable[[str], Mapping[str, tuple[Decimal, Decimal]]]
"""vCPUs and GiB of a provider's machine types without accelerators, by type."""


class ImportOptions(Frozen):
    """What a list does not tell of itself: the provider, the date it was fetched (ISO), and known shapes."""

    provider: str | None = None
    as_of: str | None = None
    shapes: Shapes = lambda provider: {}


class Importer(Protocol):
    """Reads one kind of price list."""

    name: str
    about: str
    """What it reads, in one sentence for the user."""

    def read(self, path: Path, options: ImportOptions) -> Iterable[Row]:
        """The rows of a file; what costs nothing or is not for plain machines is left out. Raises PriceError."""
        ...


def amount(text: Any, path: Path, line: int | None = None) -> Decimal:
    """A number of a list. Raises PriceError for what is none."""
    try:
        found = Decimal(str(text).strip())
    except InvalidOperation:
        raise PriceError(f"{text!r} is not a number", file=str(path), line=line) from None
    if not found.is_finite() or found < 0:
        raise PriceError(f"{text!r} is not a price", file=str(path), line=line)
    return found


def number(text: Any) -> Decimal | None:
    """A figure such as `8`, `8 GiB` or `1,952 GiB`; None for what is none (`NA`, empty)."""
    word = str(text or "").replace(",", "").split(" ")[0]
    try:
        found = Decimal(word)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def once(rows: Iterable[MachinePrice], path: Path) -> list[MachinePrice]:
    """The rows, each type and region once. Raises PriceError when two prices stand for one: then kinds were mixed up."""
    found: dict[tuple[str, str, str], MachinePrice] = {}
    for row in rows:
        key = (row.provider, row.machine_type.lower(), row.region)
        before = found.get(key)
        if before is None:
            found[key] = row
            continue
        merged = _merged(before, row)
        if merged is None:
            raise PriceError(
                f"two prices of {row.machine_type} in {row.region}: {before.on_demand} and {row.on_demand}",
                file=str(path),
                hint="the list mixes operating systems, tenancies or days: import one kind of it",
            )
        found[key] = merged
    return list(found.values())


def once_each(rows: Iterable[ListedRate], path: Path) -> list[ListedRate]:
    """The rates, each key and step once. Raises PriceError when two prices stand for one: then kinds were mixed up."""
    found: dict[tuple[str, str, str, str, Decimal], ListedRate] = {}
    for row in rows:
        key = (row.provider, row.region, row.service, row.item.lower(), row.tier_start)
        before = found.setdefault(key, row)
        if before.price != row.price:
            raise PriceError(
                f"two prices of {row.service} {row.item} in {row.region}: {before.price} and {row.price}",
                file=str(path),
                hint="the list mixes kinds or days: import one kind of it",
            )
    return list(found.values())


def _merged(one: MachinePrice, other: MachinePrice) -> MachinePrice | None:
    """Two rows of one machine as one: on-demand from the one, spot from the other."""
    for mine, theirs in ((one.on_demand, other.on_demand), (one.spot, other.spot)):
        if mine is not None and theirs is not None and mine != theirs:
            return None
    return MachinePrice(
        one.provider,
        one.machine_type,
        one.region,
        one.on_demand if one.on_demand is not None else other.on_demand,
        one.spot if one.spot is not None else other.spot,
        max(one.as_of, other.as_of),
        one.source,
        one.vcpu or other.vcpu,
        one.memory_gib or other.memory_gib,
        one.accelerator or other.accelerator,
        one.accelerator_count or other.accelerator_count,
    )
