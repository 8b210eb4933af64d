"""A rates file laid over a price source: own prices before negotiated discounts before commitments, then the currency.

Each rate that the file changed keeps the public price beside its own and names the line that applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from spendgate.model.cost import Basis, Rate, RateQuery, RateTier
from spendgate.model.frozen import replace
from spendgate.model.own_machines import POWER
from spendgate.ports import Catalog, MachineSpec, PriceSource
from spendgate.prices.exchange import Exchange
from spendgate.prices.own_machines import HOURS_PER_YEAR, machine_rate, power_of

if TYPE_CHECKING:
    from spendgate.prices.rates_file import Commitment, Rates, Scope

_HUNDRED = Decimal(100)
_AZURE_FAMILY = re.compile(r"(?:standard|basic)_([a-z]+)", re.IGNORECASE)
_MACHINE_SERVICES = ("machine", "windows machine")


S = TypeVar("S", bound="Scope")


class IdleEntry(NamedTuple):
    """An entry that had no effect. `is_warned` where that is no matter of what the run holds: it has ended, or has a slip."""

    said: str
    is_warned: bool


@dataclass
class _Entry(Generic[S]):
    """An entry of the file that can apply to a query, with its place and whether it ever did."""

    section: str
    place: str
    scope: S
    used: bool = False

    def holds(self, today: date | None) -> bool:
        """Whether it has begun and is not over."""
        scope = self.scope
        return today is None or not ((scope.starts and today < scope.starts) or (scope.ends and today > scope.ends))

    def fits(self, query: RateQuery, today: date | None) -> bool:
        """Whether it speaks of this query on this day."""
        scope = self.scope
        if not self.holds(today):
            return False
        service = "machine" if query.service in _MACHINE_SERVICES else query.service
        return (
            _like(query.provider, scope.provider)
            and _like(service, scope.service)
            and _like(query.region, scope.region)
            and _like(query.item, scope.item)
            and (scope.family == "*" or _like(family_of(query), scope.family))
        )

    @property
    def weight(self) -> tuple[bool, ...]:
        """How narrowly it speaks: an item before a family before a service before a provider before a region."""
        scope = self.scope
        return tuple(part != "*" for part in (scope.item, scope.family, scope.service, scope.provider, scope.region))

    @property
    def title(self) -> str:
        """Its name and place, for a note."""
        return f"{self.scope.name}, {self.place}" if self.scope.name else self.place


class RateOverlay:
    """Implements `ports.PriceSource` and `ports.Catalog` over those of the price book."""

    name = "rates file"

    def __init__(
        self,
        prices: PriceSource,
        catalog: Catalog,
        rates: Rates,
        today: date | None = None,
        currency: str | None = None,
    ) -> None:
        """Lay `rates` over `prices`; `currency` goes before the one that the file names."""
        self._prices, self._catalog, self._rates, self._today = prices, catalog, rates, today
        said = rates.said
        self.currency = currency or said.currency
        self._discounts = self._entries("discounts", said.discounts)
        self._own = self._entries("prices", said.prices)
        self._commitments = self._entries("commitments", said.commitments)
        self.exchange = Exchange(said.exchange_rates)
        self._machines = {(each.provider, each.machine_type.lower()): each for each in said.machines}
        self._machine_places = {
            each.machine_type.lower(): rates.place("machines", number) for number, each in enumerate(said.machines)
        }

    @property
    def has_commitments(self) -> bool:
        """Whether what exists may be paid at another price than what is new."""
        return bool(self._commitments)

    def commitments(self) -> list[tuple[str, Commitment]]:
        """Each commitment that holds on this day, with its name and place."""
        return [(entry.title, entry.scope) for entry in self._commitments if entry.holds(self._today)]

    def covers(self, query: RateQuery) -> bool:
        """Whether a commitment that holds on this day speaks of a query."""
        return any(entry.fits(query, self._today) for entry in self._commitments)

    def rate(self, query: RateQuery) -> Rate | str:
        """The rate that applies, in the file's currency, or the reason why there is none."""
        own = self._own_rate(query)
        if own is not None:
            return self._converted(own)
        listed = self._prices.rate(query)
        if isinstance(listed, str):
            return listed
        return self._converted(self._committed(self._discounted(listed, query), query))

    def tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        """The steps of the rate that applies; a price of one's own has no steps."""
        own = self._own_rate(query)
        if own is not None:
            rate = self._converted(own)
            return rate if isinstance(rate, str) else (RateTier(Decimal(0), rate),)
        listed = self._prices.tiers(query)
        if isinstance(listed, str):
            return listed
        found: list[RateTier] = []
        for tier in listed:
            rate = self._converted(self._discounted(tier.rate, query))
            if isinstance(rate, str):
                return rate
            found.append(RateTier(tier.start, rate))
        return tuple(found)

    def machine(self, provider: str, machine_type: str) -> MachineSpec | None:
        """The shape of a machine type: the file's own, else the book's."""
        own = self._machines.get((provider, machine_type.lower()))
        if own is None:
            return self._catalog.machine(provider, machine_type)
        memory = self._catalog.accelerator_memory_gib(own.accelerator) if own.accelerator else None
        return MachineSpec(
            own.machine_type,
            own.vcpu,
            own.memory_gib,
            own.accelerator,
            own.accelerator_count,
            memory,
            owned=own.purchase_price is not None,
            power=power_of(own),
        )

    def machine_types(self, provider: str) -> Sequence[str]:
        """All machine types of a provider, in order."""
        own = [each.machine_type for (of, _), each in self._machines.items() if of == provider]
        return sorted({*self._catalog.machine_types(provider), *own})

    def accelerator_memory_gib(self, variant: str) -> Decimal | None:
        """Memory of one accelerator by its catalogue name, or None when unknown."""
        return self._catalog.accelerator_memory_gib(variant)

    def idle_entries(self, priced: Iterable[tuple[str, str]]) -> list[IdleEntry]:
        """Entries that no rate of the run was found for. `priced` are the providers and services that the book has prices of."""
        words = {*priced, *((provider, "machine") for provider, _ in self._machines)}
        entries: list[_Entry[Any]] = [*self._discounts, *self._own, *self._commitments]
        return [self._idle(entry, words) for entry in entries if not entry.used or not entry.holds(self._today)]

    def _idle(self, entry: _Entry[Any], priced: Set[tuple[str, str]]) -> IdleEntry:
        scope = entry.scope
        if (
            scope.ends is not None
            and not entry.holds(self._today)
            and self._today is not None
            and self._today > scope.ends
        ):
            return IdleEntry(f"{entry.title}: ended on {scope.ends.isoformat()} and is not counted any more", True)
        if slip := _slip(scope, priced):
            return IdleEntry(f"{entry.title}: applied to nothing in this run: {slip}", True)
        return IdleEntry(f"{entry.title}: applied to nothing in this run", False)

    def _entries(self, section: str, scopes: Sequence[S]) -> list[_Entry[S]]:
        return [_Entry(section, self._rates.place(section, number), scope) for number, scope in enumerate(scopes)]

    def _best(self, entries: Sequence[_Entry[S]], query: RateQuery) -> _Entry[S] | None:
        """The narrowest entry that fits; of equals the later one."""
        found: _Entry[S] | None = None
        for entry in entries:
            if entry.fits(query, self._today) and (found is None or entry.weight >= found.weight):
                found = entry
        if found is not None:
            found.used = True
        return found

    def _own_rate(self, query: RateQuery) -> Rate | None:
        bought = "spot" if query.purchase == "spot" else "on-demand"
        entries = [entry for entry in self._own if entry.scope.purchase == bought and query.purchase != POWER]
        entry = self._best(entries, query)
        if entry is not None:
            said = entry.scope
            listed = self._prices.rate(query)
            public = listed.price if isinstance(listed, Rate) and listed.currency == said.currency else None
            return Rate(
                said.price,
                said.unit,
                said.as_of.isoformat(),
                said.source or entry.place,
                said.currency,
                note=f"own price ({entry.title})",
                list_price=public,
            )
        machine = self._machines.get((query.provider, query.item.lower()))
        if machine is None or query.service != "machine" or not _like(query.region, machine.region):
            return None
        return machine_rate(machine, self._machine_places[machine.machine_type.lower()], query.purchase)

    def _discounted(self, rate: Rate, query: RateQuery) -> Rate:
        entry = self._best(self._discounts, query)
        if entry is None:
            return rate
        percent = entry.scope.percent
        less = rate.times(1 - percent / _HUNDRED)
        note = f"{percent.normalize():f}% off the list price of {rate.price:f} ({entry.title})"
        return replace(less, note=_joined(note, rate.note), list_price=rate.price)

    def _committed(self, rate: Rate, query: RateQuery) -> Rate:
        if query.purchase == "spot":
            return rate
        entry = self._best(self._commitments, query)
        if entry is None:
            return rate
        said = entry.scope
        listed = rate.list_price if rate.list_price is not None else rate.price
        committed = self._committed_price(said, listed, rate.currency)
        if committed is None:
            note = f"{entry.title} is in {said.currency} and no exchange rate to {rate.currency} is stated"
            return replace(rate, note=_joined(note, rate.note), basis=Basis.ASSUMED)
        existing = _blend(committed, rate.price, said.covers_percent)
        new = _blend(committed, rate.price, said.new_percent)
        note = (
            f"{said.covers_percent.normalize():f}% of what exists and {said.new_percent.normalize():f}% of what is new "
            f"at {committed:.6f} of {said.kind} ({entry.title})"
        )
        return replace(
            rate,
            price=new,
            low=None if rate.low is None else min(new, rate.low),
            high=None if rate.high is None else max(new, rate.high),
            existing_price=existing,
            list_price=listed,
            contracted_price=rate.price,
            commitment=said.name,
            note=_joined(note, rate.note),
        )

    def _committed_price(self, said: Commitment, listed: Decimal, currency: str) -> Decimal | None:
        if said.discount_percent is not None:
            return listed * (1 - said.discount_percent / _HUNDRED)
        assert said.price_per_hour is not None
        price = said.price_per_hour
        if said.upfront and said.term_years is not None:
            price += said.upfront / (said.term_years * HOURS_PER_YEAR)
        if said.currency == currency:
            return price
        exchange = self.exchange.conversion(said.currency, currency)
        return price * exchange.factor if exchange else None

    def _converted(self, rate: Rate) -> Rate | str:
        if rate.currency == self.currency:
            return rate
        exchange = self.exchange.conversion(rate.currency, self.currency)
        if exchange is None:
            origin = self._rates.document.origin
            return f"its price is in {rate.currency} and {origin} states no exchange rate to {self.currency}"
        return replace(rate.times(exchange.factor), currency=self.currency, note=_joined(rate.note, exchange.note))


def family_of(query: RateQuery) -> str:
    """The family of a machine type: `p5` of p5.48xlarge and ml.p5.48xlarge, `a3` of a3-highgpu-8g, `NC` of Standard_NC24ads_A100_v4."""
    item = query.item
    if match := _AZURE_FAMILY.match(item):
        return match[1]
    for prefix in ("ml.", "db.", "cache."):
        item = item.removeprefix(prefix)
    return re.split(r"[.\- ]", item, maxsplit=1)[0]


def _like(text: str, pattern: str) -> bool:
    return pattern == "*" or fnmatchcase(text.lower(), pattern.lower())


def _blend(committed: Decimal, other: Decimal, percent: Decimal) -> Decimal:
    share = percent / _HUNDRED
    return share * committed + (1 - share) * other


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _slip(scope: Scope, priced: Set[tuple[str, str]]) -> str:
    """A word of an entry that fits no provider or service with a price, with the nearest that does; empty when all fit."""
    providers = {provider for provider, _ in priced}
    services = {service for provider, service in priced if _like(provider, scope.provider)}
    if not services:
        return _unknown("provider", scope.provider, providers)
    return "" if any(_like(each, scope.service) for each in services) else _unknown("service", scope.service, services)


def _unknown(what: str, word: str, known: Set[str]) -> str:
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.55)
    return f"no price of the {what} {word!r} is known" + (f" (did you mean {found[0]}?)" if found else "")
