"""The price book: dated prices and machine shapes in one read-only SQLite file, asked by key only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from spendgate.errors import PriceError
from spendgate.model.cost import Basis, Rate, RateQuery, RateTier
from spendgate.model.frozen import replace
from spendgate.ports import MachineSpec
from spendgate.prices.location import ready_book
from spendgate.prices.relatives import SIZED_SERVICES, relative_of

_EVERYWHERE = ("global", "all")
_HOME_REGIONS = {"aws": "us-east-1", "google": "us-central1", "azure": "eastus"}
_NEAREST = 3
_CUSTOM = re.compile(r"(?:[a-z]\d[a-z]?-)?custom-(\d+)-\d+(?:-ext)?")
_SHARED_CORES = ("e2-micro", "e2-small", "e2-medium", "e2-custom-")


class PriceBook:
    """Looks prices and shapes up; implements `ports.PriceSource` and `ports.Catalog`.

    A rate that the book does not hold for a region is taken from the provider's home region, or else from the nearest name,
    and says so (basis `assumed`); its band reaches over all regions that the book does hold. Machine prices never are taken
    from elsewhere: they differ too much between regions.
    """

    name = "book"

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._specs: dict[tuple[str, str], MachineSpec | None] = {}
        self._meta: dict[str, str] = dict(connection.execute("SELECT key, value FROM meta"))

    @classmethod
    def open(cls, path: Path | None = None) -> PriceBook:
        """Open a book, by default the one that is shipped. Raises PriceError when it is absent or damaged."""
        place = path or ready_book()
        try:
            connection = sqlite3.connect(f"{place.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            return cls(connection, place)
        except sqlite3.Error as error:
            raise PriceError(
                f"cannot be read: {error}", file=str(place), hint="build it again: spendgate prices build"
            ) from None

    @property
    def as_of(self) -> str:
        """The newest date of any price in the book (ISO)."""
        return self._meta.get("as_of", "")

    @property
    def digest(self) -> str:
        """SHA-256 of the source tables that the book was built from."""
        return self._meta.get("digest", "")

    @property
    def oldest(self) -> str:
        """The oldest date of any price in the book (ISO)."""
        return self._meta.get("oldest", "")

    def machine(self, provider: str, machine_type: str) -> MachineSpec | None:
        """The shape of a machine type; `ml.`, `db.` and `cache.` types have the shape of the machine behind them."""
        key = (provider, machine_type)
        if key not in self._specs:
            self._specs[key] = self._machine(provider, machine_type)
        return self._specs[key]

    def _machine(self, provider: str, machine_type: str) -> MachineSpec | None:
        plain = machine_type
        if provider == "aws":
            plain = plain.removeprefix("ml.").removeprefix("db.").removeprefix("cache.")
        row = self._connection.execute(
            "SELECT machine_type, vcpu, memory_gib, accelerator, accelerator_count, accelerator_memory_gib FROM machine"
            " WHERE provider = ? AND machine_type = ?",
            (provider, plain),
        ).fetchone()
        if row is None or (row[1] is None and row[3] is None):
            return None  # NOTE: a type known by its price alone has an unknown shape: it may hold accelerators.
        return MachineSpec(
            machine_type, _decimal(row[1]), _decimal(row[2]), row[3], _decimal(row[4]) or Decimal(0), _decimal(row[5])
        )

    def machine_types(self, provider: str) -> Sequence[str]:
        """All machine types of a provider, in order."""
        rows = self._connection.execute(
            "SELECT machine_type FROM machine WHERE provider = ? ORDER BY machine_type", (provider,)
        )
        return [row[0] for row in rows]

    def accelerator_memory_gib(self, variant: str) -> Decimal | None:
        """Memory of one accelerator by its catalogue name, or None when unknown."""
        row = self._connection.execute("SELECT memory_gib FROM accelerator WHERE name = ?", (variant,)).fetchone()
        return _decimal(row[0]) if row else None

    def rate(self, query: RateQuery) -> Rate | str:
        """The rate, or the reason why there is none. A tiered rate answers with its first step."""
        if query.service == "machine":
            return self._machine_rate(query)
        if query.service == "windows machine":
            return self._windows_rate(query)
        if query.service == "licence":
            return self._licence_rate(query)
        tiers = self.tiers(query)
        return tiers if isinstance(tiers, str) else tiers[0].rate

    def tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        """The steps of a rate in ascending order, or the reason why there is none.

        On spot the item's own spot price counts; without one the on-demand price is assumed.
        """
        if query.purchase == "spot":
            own = self._tiers(replace(query, item=f"{query.item} spot", purchase="on-demand"))
            if not isinstance(own, str):
                return own
            found = self._tiers(query)
            return found if isinstance(found, str) else tuple(_assumed(tier, _NO_SPOT) for tier in found)
        return self._tiers(query)

    def _tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        for region in (query.region, *_EVERYWHERE):
            if rows := self._rows(query, region):
                return tuple(_tier(row) for row in rows)
        if derived := self._derived(query):
            return derived
        regions, home = self._regions(query), _HOME_REGIONS.get(query.provider, "")
        if not regions and (derived := self._derived(replace(query, region=home))):
            note = f"{derived[0].rate.note}; price of {home}, none is known for {query.region}"
            return tuple(_assumed(step, note) for step in derived)
        if not regions:
            where = f" for {query.region}" if query.region else ""
            return f"no price of {query.service} {query.item} is known{where}"
        place = home if home in regions else min(regions, key=lambda region: (region[:2] != query.region[:2], region))
        note = f"price of {place}, none is known for {query.region}"
        elsewhere = [self._rows(query, region) for region in regions]
        return tuple(_widened(_tier(row), note, step, elsewhere) for step, row in enumerate(self._rows(query, place)))

    def _derived(self, query: RateQuery) -> tuple[RateTier, ...]:
        """The steps of a relative in the same region, each times what the item is of it; none without one."""
        if query.service not in SIZED_SERVICES:
            return ()
        items = self._connection.execute(
            "SELECT DISTINCT item FROM rate WHERE provider = ? AND service = ? AND region = ? ORDER BY item",
            (query.provider, query.service, query.region),
        )
        found = relative_of(query.service, query.item, [row[0] for row in items])
        if found is None:
            return ()
        steps = (_tier(row) for row in self._rows(replace(query, item=found.item), query.region))
        note = f"derived from {found.item}: {found.times.normalize():f}/{found.of.normalize():f} of its price"
        return tuple(
            _assumed(RateTier(step.start, replace(step.rate, price=found.price(step.rate.price))), note)
            for step in steps
        )

    def _regions(self, query: RateQuery) -> list[str]:
        rows = self._connection.execute(
            "SELECT DISTINCT region FROM rate WHERE provider = ? AND service = ? AND item = ? ORDER BY region",
            (query.provider, query.service, query.item),
        )
        return [row[0] for row in rows]

    def machine_regions(self, provider: str, machine_type: str) -> list[str]:
        """The regions in which a machine type has an on-demand price."""
        rows = self._connection.execute(
            "SELECT region FROM machine_price WHERE provider = ? AND machine_type = ? AND on_demand IS NOT NULL ORDER BY region",
            (provider, machine_type),
        )
        return [row[0] for row in rows]

    def _machine_rate(self, query: RateQuery) -> Rate | str:
        row = self._connection.execute(
            "SELECT on_demand, spot, as_of, spot_as_of, source FROM machine_price"
            " WHERE provider = ? AND machine_type = ? AND region = ?",
            (query.provider, query.item, query.region),
        ).fetchone()
        if row is None:
            return self._no_machine_price(query)
        on_demand, spot, as_of, spot_as_of, source = _decimal(row[0]), _decimal(row[1]), row[2], row[3], row[4]
        if query.purchase == "spot":
            return _spot_rate(on_demand, spot, as_of, spot_as_of, source, query)
        if on_demand is None:
            return f"no on-demand price of {query.item} is known for {query.region}, only spot"
        return Rate(on_demand, "hours", as_of, source)

    def _windows_rate(self, query: RateQuery) -> Rate | str:
        """A machine with Windows: its Linux price and the licence, by size where the book has one, else by vCPU."""
        machine = self._machine_rate(query)
        if isinstance(machine, str):
            return machine
        licence = self.tiers(RateQuery(query.provider, query.region, "windows licence", query.item))
        vcpus = Decimal(1)
        if isinstance(licence, str):
            licence = self.tiers(RateQuery(query.provider, "all", "windows licence", "vcpu"))
            spec = self.machine(query.provider, query.item)
            if isinstance(licence, str) or spec is None or spec.vcpu is None:
                return f"no price of a Windows licence for {query.item} is known"
            vcpus = spec.vcpu
        fee = licence[0].rate.price * vcpus
        note = f"{machine.price} for the machine, {fee} for its Windows licence"
        return replace(
            machine,
            price=machine.price + fee,
            source=f"{machine.source}, {licence[0].rate.source}",
            basis=Basis.ASSUMED if Basis.ASSUMED in (machine.basis, licence[0].rate.basis) else machine.basis,
            note="; ".join(part for part in (note, machine.note) if part),
            low=machine.low + fee if machine.low is not None else None,
            high=machine.high + fee if machine.high is not None else None,
        )

    def _licence_rate(self, query: RateQuery) -> Rate | str:
        """What an operating system costs beside a machine (`windows m5.large`): by its type where the book has a rate of that,
        else by the vCPUs of its family, else by those of any machine, else by the machine."""
        found = self.tiers(query)
        if not isinstance(found, str):
            return found[0].rate
        system, _, machine_type = query.item.partition(" ")
        vcpus = self._vcpus(query.provider, machine_type)
        if vcpus is None:
            return f"no price of {system} on {machine_type} is known"
        family = machine_type.partition(".")[0]
        for item in (f"{family} vcpu", f"{family} machine", "vcpu", "machine"):
            steps = self.tiers(replace(query, item=f"{system} {item}"))
            if isinstance(steps, str):
                continue
            rate = [step.rate for step in steps if step.start <= vcpus][-1]
            if item.endswith("machine"):
                return rate
            note = f"{rate.price} for each of {vcpus.normalize():f} vCPUs"
            return replace(rate.times(vcpus), unit="hours", note="; ".join(filter(None, (note, rate.note))))
        return found

    def _vcpus(self, provider: str, machine_type: str) -> Decimal | None:
        """The vCPUs that a licence is counted by; those of a shared core are not known to be."""
        if match := _CUSTOM.fullmatch(machine_type):
            return Decimal(match[1])
        spec = self.machine(provider, machine_type)
        return spec.vcpu if spec is not None and not machine_type.startswith(_SHARED_CORES) else None

    def _no_machine_price(self, query: RateQuery) -> str:
        regions = self.machine_regions(query.provider, query.item)
        if not regions:
            return f"no price of machine type {query.item} is known"
        near = [region for region in regions if region[:3] == query.region[:3]] or regions
        return f"no price of {query.item} is known for {query.region} (known: {', '.join(near[:_NEAREST])})"

    def _rows(self, query: RateQuery, region: str) -> list[_Row]:
        return self._connection.execute(
            "SELECT tier_start, unit, price, as_of, how, source FROM rate"
            " WHERE provider = ? AND service = ? AND item = ? AND region = ? ORDER BY tier_start",
            (query.provider, query.service, query.item, region),
        ).fetchall()

    def shapes(self) -> dict[str, Any]:
        """Everything that the book knows of machines and accelerators, as plain data: `machines.<provider>.<type>` and
        `accelerators.<name>`; what is not known is `None`."""
        machines: dict[str, dict[str, Any]] = {}
        for provider, type_, *figures in self._connection.execute(
            "SELECT provider, machine_type, vcpu, memory_gib, accelerator, accelerator_count FROM machine ORDER BY 1, 2"
        ):
            names = ("vcpu", "memory_gib", "accelerator", "accelerator_count")
            shape = dict(zip(names, figures, strict=True))
            machines.setdefault(provider, {})[type_] = {
                name: value if name == "accelerator" else _plain_number(value) for name, value in shape.items()
            }
        accelerators = {
            name: {"memory_gib": _plain_number(memory), "watts": _plain_number(watts), "generation": generation}
            for name, memory, watts, generation in self._connection.execute(
                "SELECT name, memory_gib, tdp_watts, generation FROM accelerator ORDER BY 1"
            )
        }
        return {"machines": machines, "accelerators": accelerators}

    def priced(self) -> list[tuple[str, str]]:
        """The providers and services that have a price, in order."""
        return [(provider, service) for provider, service, *_ in self.coverage()]

    def coverage(self) -> list[tuple[str, str, int, int, str]]:
        """`(provider, what, prices, regions, newest date)` per provider and service, in order."""
        return self._connection.execute(
            "SELECT provider, 'machine', count(*), count(DISTINCT region), max(as_of) FROM machine_price GROUP BY provider"
            " UNION ALL SELECT provider, service, count(*), count(DISTINCT region), max(as_of) FROM rate"
            " GROUP BY provider, service ORDER BY 1, 2"
        ).fetchall()


def _spot_rate(
    on_demand: Decimal | None, spot: Decimal | None, as_of: str, spot_as_of: str | None, source: str, query: RateQuery
) -> Rate | str:
    """A spot rate moves between its snapshot and the on-demand price; without a snapshot on-demand is assumed."""
    if spot is not None:
        high = max(on_demand, spot) if on_demand is not None else spot
        return Rate(
            spot, "hours", spot_as_of or as_of, source, note="spot snapshot; high is on-demand", low=spot, high=high
        )
    if on_demand is None:
        return f"no price of {query.item} is known for {query.region}"
    note = f"no spot price of {query.item} is known, on-demand assumed"
    return Rate(on_demand, "hours", as_of, source, basis=Basis.ASSUMED, note=note)


_NO_SPOT = "no spot price is known, on-demand assumed"
_Row: TypeAlias = tuple[float, str, str, str, str, str]


def _tier(row: _Row) -> RateTier:
    start, unit, price, as_of, how, source = row
    assumed = "assumed" in how
    basis = Basis.ASSUMED if assumed else Basis.EXACT
    return RateTier(
        Decimal(str(start)), Rate(Decimal(price), unit, as_of, source, basis=basis, note=how if assumed else "")
    )


def _assumed(tier: RateTier, note: str) -> RateTier:
    return RateTier(tier.start, replace(tier.rate, basis=Basis.ASSUMED, note=note))


def _widened(tier: RateTier, note: str, step: int, elsewhere: list[list[_Row]]) -> RateTier:
    """A step of another region's rate, with the band over all regions that have such a step."""
    prices = [Decimal(rows[step][2]) for rows in elsewhere if step < len(rows)]
    return RateTier(tier.start, replace(tier.rate, basis=Basis.ASSUMED, note=note, low=min(prices), high=max(prices)))


def _plain_number(text: str | None) -> float | int | None:
    amount = _decimal(text or None)
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None
