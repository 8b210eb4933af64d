"""Waivers: findings that somebody answers for until a last day, in `waivers.yaml`.

An expired waiver is never honoured: its finding fails and says since when. One that is unused, double or very broad is
reported, so that the file does not become a place where findings vanish.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Any, TypeAlias

from spendgate.documents import Document, read_yaml
from spendgate.governance.entries import Entry, Key, day, entries, money, text
from spendgate.governance.matter import WHOLE_CHANGE, Governed, Matter, Scene
from spendgate.model.expiry import LONGEST_DAYS, Term
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Level, Problem
from spendgate.model.values import Truth
from spendgate.policies.literals import Amount
from spendgate.policies.selection import Words, words

KEYS: Mapping[str, Key] = {
    "id": Key(text, required=False),
    "policy": Key(text),
    "address": Key(text),
    "root": Key(text, required=False),
    "owner": Key(text),
    "reason": Key(text),
    "ticket": Key(text, required=False),
    "expires": Key(day),
    "up_to": Key(money, required=False),
}


class Waiver(Frozen):
    """One waiver. `address` and `root` are patterns; `up_to` is the most that the change may add a month, all told."""

    policy: str
    address: str
    owner: str
    reason: str
    term: Term
    root: str | None = None
    ticket: str | None = None
    up_to: Amount | None = None
    name: str = ""
    file: str | None = None
    line: int | None = None

    @property
    def who(self) -> str:
        """Whose it is, and under which name, for people."""
        return f"Waiver {self.name} of {self.owner}" if self.name else f"The waiver of {self.owner}"

    @property
    def summary(self) -> str:
        """Who waived it, until when and why: one line."""
        name = f"{self.name}: " if self.name else ""
        ticket = f" ({self.ticket})" if self.ticket else ""
        return f"{name}{self.owner} until {self.term.last_day.isoformat()}: {self.reason}{ticket}"

    @property
    def is_broad(self) -> bool:
        """Whether it would cover nearly anything: any policy, or any address."""
        return not self.policy.strip("*?-") or not self.address.strip("*?.[]")


def load_waivers(path: str) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises SettingsError or InputError with file and line."""
    return read_waivers(read_yaml(path))


def read_waivers(document: Document) -> tuple[Waiver, ...]:
    """The waivers of a document, in its order. Raises SettingsError."""
    return tuple(_waiver(entry) for entry in entries(document, "waivers", KEYS))


def _waiver(entry: Entry) -> Waiver:
    return Waiver(
        policy=entry.values["policy"],
        address=entry.values["address"],
        owner=entry.values["owner"],
        reason=entry.values["reason"],
        term=Term(entry.values["expires"]),
        root=entry.get("root"),
        ticket=entry.get("ticket"),
        up_to=entry.get("up_to"),
        name=entry.get("id", ""),
        file=entry.file,
        line=entry.line,
    )


class _Ready(Frozen):
    """A waiver with its patterns compiled."""

    waiver: Waiver
    policy: Words
    address: Words
    root: Words

    def found_in(self, index: _Index) -> list[int]:
        """The places of the matters that the waiver speaks of. NOTE: a star stands for resources, never for the whole change."""
        places: list[int] = []
        for policy, by_address in index.items():
            if self.policy.fits(policy) is not Truth.TRUE:
                continue
            for address in self._addresses(by_address.addresses):
                if address == WHOLE_CHANGE and self.waiver.address != WHOLE_CHANGE:
                    continue
                places += [place for place, root in by_address.places[address] if self.root.fits(root) is Truth.TRUE]
        return sorted(places)

    def _addresses(self, known: Sequence[str]) -> list[str]:
        """Those of addresses in order that the pattern fits. Only what begins as it does is looked at."""
        start = re.split(r"[*?]", self.waiver.address, maxsplit=1)[0]
        possible = map(known.__getitem__, range(bisect_left(known, start), len(known)))
        begun = takewhile(lambda address: address.startswith(start), possible)
        return [address for address in begun if self.address.fits(address) is Truth.TRUE]

    def is_for(self, addresses: Sequence[str]) -> bool:
        """Whether one of the addresses, which are in order, is what the waiver speaks of."""
        return bool(self._addresses(addresses))


class _Places(Frozen):
    """Where the open matters of a policy stand, with their roots, by address; the addresses are in order."""

    addresses: Sequence[str]
    places: Mapping[str, Sequence[tuple[int, str]]]


_Index: TypeAlias = Mapping[str, _Places]
"""The open matters by policy and address. Many waivers meet many findings, so neither walks over all of the other."""


def _index(matters: Sequence[Matter]) -> _Index:
    found: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for place, matter in enumerate(matters):
        if matter.is_open:
            by_address = found.setdefault(matter.finding.policy, {})
            by_address.setdefault(matter.place, []).append((place, matter.root))
    return {policy: _Places(sorted(by_address), by_address) for policy, by_address in found.items()}


def _ready(waiver: Waiver) -> _Ready:
    return _Ready(waiver, words([waiver.policy]), words([waiver.address]), words([waiver.root or "*"]))


def apply_waivers(matters: Sequence[Matter], waivers: Sequence[Waiver], scene: Scene, today: date) -> Governed:
    """Clear what a valid waiver covers, the first one in the file winning; note what expired or does not reach."""
    ready = [_ready(waiver) for waiver in waivers]
    index = _index(matters)
    places = [each.found_in(index) for each in ready]
    fitting: list[list[int]] = [[] for _ in matters]
    for number, found in enumerate(places):
        for place in found:
            fitting[place].append(number)
    beyond = [
        _beyond(waiver, [matters[place] for place in found], scene.currency)
        for waiver, found in zip(waivers, places, strict=True)
    ]
    used: set[int] = set()
    done = []
    for matter, numbers in zip(matters, fitting, strict=True):
        holding = [n for n in numbers if waivers[n].term.holds(today) and beyond[n] is None]
        if holding:
            used.add(holding[0])
            done.append(_waived(matter, waivers[holding[0]]))
        else:
            done.append(_refused(matter, [(waivers[n], beyond[n]) for n in numbers], today))
    spoken = {number for number, found in enumerate(places) if found}
    # NOTE: those that speak of something and cleared nothing: an earlier one was before them, or they do not hold.
    idle = {
        number: _earlier(number, [fitting[place] for place in places[number]], used, waivers)
        for number in spoken - used
    }
    addresses = sorted(scene.addresses)
    problems = [
        problem
        for number, each in enumerate(ready)
        for problem in _problems(each, number in spoken, idle.get(number), scene, addresses, today)
    ]
    return Governed(tuple(done), tuple(problems))


def _beyond(waiver: Waiver, matters: Sequence[Matter], currency: str) -> str | None:
    """Why the money at stake is not within the ceiling, or None when it is. Each address counts once, savings do not."""
    if waiver.up_to is None:
        return None
    most = f"reaches up to {waiver.up_to.number:,.2f} {waiver.up_to.unit} a month"
    if waiver.up_to.unit != currency:
        return f"{most}, and this run counts {currency}"
    added = {(matter.root, matter.finding.address): matter.added_monthly for matter in matters}
    known = [amount for amount in added.values() if amount is not None]
    total = sum((max(amount, Decimal(0)) for amount in known), Decimal(0))
    if total > waiver.up_to.number:
        return f"{most}, and {total:,.2f} {currency} would be added"
    if len(known) < len(added):
        return f"{most}, and what would be added is not known"
    return None


def _waived(matter: Matter, waiver: Waiver) -> Matter:
    stated: dict[str, Any] = {
        "id": waiver.name,
        "owner": waiver.owner,
        "reason": waiver.reason,
        "ticket": waiver.ticket,
        "expires": waiver.term.last_day.isoformat(),
        "up_to": waiver.up_to.text if waiver.up_to else None,
    }
    return matter.cleared(waiver.summary, waiver={key: value for key, value in stated.items() if value})


def _refused(matter: Matter, waivers: Sequence[tuple[Waiver, str | None]], today: date) -> Matter:
    """The finding as it is, with a word on each waiver that would have covered it."""
    for waiver, beyond in waivers:
        if not waiver.term.holds(today):
            matter = matter.noted(f"{waiver.who} {waiver.term.ended(today)}.")
        elif beyond is not None:
            matter = matter.noted(f"{waiver.who} {beyond}.")
    return matter


def _earlier(number: int, fitting: Sequence[Sequence[int]], used: set[int], waivers: Sequence[Waiver]) -> Waiver | None:
    """The earlier waiver that covers everything which this one does, if there is one. `fitting` are those of its findings."""
    firsts = {next((n for n in numbers if n in used), number) for numbers in fitting}
    return waivers[min(firsts)] if firsts and number not in firsts else None


def _problems(
    each: _Ready, spoken: bool, earlier: Waiver | None, scene: Scene, addresses: Sequence[str], today: date
) -> list[Problem]:
    waiver = each.waiver
    said: list[tuple[Level, str]] = []
    if not waiver.term.holds(today):
        said.append((Level.WARNING, f"{waiver.who} for {waiver.policy} {waiver.term.ended(today)}: it is not honoured"))
    elif waiver.term.is_long(today):
        days = waiver.term.days_left(today)
        said.append((Level.WARNING, f"{waiver.who} runs for {days} more days; {LONGEST_DAYS} are the most to grant"))
    if waiver.is_broad:
        said.append((Level.WARNING, f"{waiver.who} covers nearly anything: name the policy and the address"))
    if earlier is not None:
        said.append((Level.WARNING, f"{waiver.who} covers nothing that {_other(earlier)} does not: remove one"))
    if not spoken and _is_here(each, scene, addresses):
        said.append((Level.WARNING, f"{waiver.who} for {waiver.policy} on {waiver.address} is not used: remove it"))
    return [Problem(level, message, waiver.file, waiver.line) for level, message in said]


def _other(waiver: Waiver) -> str:
    return f"{waiver.name or 'the one'} on line {waiver.line}"


def _is_here(each: _Ready, scene: Scene, addresses: Sequence[str]) -> bool:
    """Whether the run is one in which the waiver should have been of use: a file serves many roots and packs."""
    if not any(each.policy.fits(policy) is Truth.TRUE for policy in scene.policies):
        return False
    if each.waiver.root is not None:
        return any(each.root.fits(root) is Truth.TRUE for root in scene.roots)
    return each.is_for(addresses)
