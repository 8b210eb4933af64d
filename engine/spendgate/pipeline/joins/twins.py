"""The same work twice, and small experiments that one accelerator would hold: `around.same_work`, `around.fits_together`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from spendgate.facets.fingerprint import Work, fingerprint, work_of
from spendgate.facets.kubernetes.kinds import KINDS
from spendgate.facets.workload import EXPERIMENTAL
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Action, Resource
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.cases import Run, use_of
from spendgate.pipeline.joins.activity import OVER, is_over
from spendgate.settings import Settings

_THERE_ALREADY = frozenset({Action.NO_OP, Action.EXISTS, Action.UPDATE, Action.IMPORT, Action.MOVE})
_SHOWN = 3
_NAMED = 10
"""Copies that are named: with thousands of one work, naming all at each would grow with their square."""
_Places: TypeAlias = tuple[int, ...]


class _Active(Frozen):
    """A work that is or will be running, with its place in the run."""

    place: int
    item: Assessed
    work: Work


def facts(run: Run, settings: Settings, now: datetime) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """`fingerprint` and `same_work` of work that ends; `fits_together` of small experiments, where their use is measured.

    `redundant_share` is what of its cost is paid for nothing: all of a copy, of n that one accelerator holds all but an nth.
    """
    active = [found for place, item in enumerate(run.assessed) if (found := _active(place, item)) is not None]
    # NOTE: what was there first is the work, what comes later is the copy: the copy is found fault with.
    active.sort(key=lambda each: (each.item.change.action not in _THERE_ALREADY, each.place))
    if run.measured is not None:
        yield from _together(run, now)
    yield from _twins(active)


def _active(place: int, item: Assessed) -> _Active | None:
    resource = item.change.after
    if resource is None or "data" in item.change.flags or not _runs_and_ends(resource, item):
        return None
    work = work_of(resource, item.facets)
    return _Active(place, item, work) if work is not None else None


def _runs_and_ends(resource: Resource, item: Assessed) -> bool:
    observed = resource.observed
    if observed is not None and (observed.stopped or (observed.state or "") in OVER):
        return False
    if item.facets.kind != "k8s.workload":
        return True
    kind = KINDS.get(resource.type)
    bare = resource.type == "Pod" and item.facets.accel.count != 0
    if (kind is None or not kind.ends) and not bare:
        return False
    if isinstance(item.facets.capacity.desired, int) and item.facets.capacity.desired == 0:
        return False
    return not is_over(resource)


def _twins(active: Sequence[_Active]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Of each work, those before it that are the same; unknown when one of them may be."""
    like = _Like()
    for each in active:
        same, perhaps = like.find(each.work)
        said: tuple[str, ...] | Unknown = tuple(same[:_NAMED])
        if not same and perhaps is not None:
            gap = next(part for part in (*each.work, *perhaps.work) if isinstance(part, Unknown))
            said = Unknown(f"whether {perhaps.item.change.address} does the same is not known ({gap.reason})")
        found: dict[str, Any] = {"fingerprint": fingerprint(each.work), "same_work": said}
        yield each.place, found if not same else {**found, **_copy(same)}
        like.add(each)


def _copy(same: Sequence[str]) -> Mapping[str, Any]:
    return {"redundant_share": Decimal(1), "redundant": f"does the same work as {_listed(same, len(same))}"}


def _listed(addresses: Sequence[str], number: int) -> str:
    """The first of so many addresses."""
    more = f" and {number - _SHOWN} more" if number > _SHOWN else ""
    return ", ".join(addresses[:_SHOWN]) + more


class _Like:
    """Works by their parts, so that none is compared with each other one.

    Works that are known in full stand under all of their parts. Those with a gap are found by what they have known in common
    with another: an index for each pattern of known parts and each choice of them that was ever asked for.
    """

    def __init__(self) -> None:
        self._exact: dict[Work, list[str]] = defaultdict(list)
        self._by_pattern: dict[_Places, list[_Active]] = {}
        self._indexes: dict[tuple[_Places, _Places], dict[Work, _Active]] = {}

    def find(self, work: Work) -> tuple[list[str], _Active | None]:
        """The addresses of works that are the same, and one that may be."""
        places = _known_places(work)
        same = self._exact.get(work, []) if len(places) == len(work) else []
        for pattern in self._by_pattern:
            shared = tuple(place for place in pattern if place in places)
            if len(shared) == len(work):
                continue  # NOTE: both are known in full: then they are the same or they are not.
            found = self._index(pattern, shared).get(_projected(work, shared))
            if found is not None and len(found.work) == len(work):
                return same, found
        return same, None

    def _index(self, pattern: _Places, shared: _Places) -> dict[Work, _Active]:
        key = (pattern, shared)
        if key not in self._indexes:
            self._indexes[key] = {}
            for each in self._by_pattern[pattern]:
                self._indexes[key].setdefault(_projected(each.work, shared), each)
        return self._indexes[key]

    def add(self, each: _Active) -> None:
        """Remember a work."""
        places = _known_places(each.work)
        if len(places) == len(each.work):
            self._exact[each.work].append(each.item.change.address)
        self._by_pattern.setdefault(places, []).append(each)
        for (pattern, shared), index in self._indexes.items():
            if pattern == places:
                index.setdefault(_projected(each.work, shared), each)


def _known_places(work: Work) -> _Places:
    return tuple(place for place, part in enumerate(work) if not isinstance(part, Unknown))


def _projected(work: Work, places: Iterable[int]) -> Work:
    return tuple(work[place] for place in places if place < len(work))


def _together(run: Run, now: datetime) -> Iterator[tuple[int, Mapping[str, Any]]]:
    teams: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(run.assessed):
        facets = item.facets
        if item.change.after is None or facets.accel.count != 1 or facets.workload.phase not in EXPERIMENTAL:
            continue
        team = facets.tags.get("team") if not isinstance(facets.tags, Unknown) else None
        if isinstance(team, str) and team:
            teams[team].append(place)
    for team in sorted(teams):
        yield from _packed(run, teams[team], now)


def _packed(run: Run, places: Sequence[int], now: datetime) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """One team's experiments put onto as few accelerators as their measured use allows, the least busy first."""
    measured: list[tuple[Decimal, Decimal, int]] = []
    for place in places:
        use = use_of(run.assessed[place], now, run.measured)
        busy, memory = use.get("gpu"), use.get("gpu_memory_p95")
        if isinstance(busy, Decimal) and isinstance(memory, Decimal):
            measured.append((busy, memory, place))
        elif len(places) > 1:
            gap = next((each for each in (busy, memory) if isinstance(each, Unknown)), Unknown("it was not measured"))
            yield place, {"fits_together": gap, "busiest": gap}
    held: list[tuple[Decimal, Decimal, int]] = []
    busy_sum = memory_sum = Decimal(0)
    for busy, memory, place in sorted(measured):
        if busy_sum + busy > 1 or memory_sum + memory > 1:
            yield from _share(run, held)
            held, busy_sum, memory_sum = [], Decimal(0), Decimal(0)
        held.append((busy, memory, place))
        busy_sum, memory_sum = busy_sum + busy, memory_sum + memory
    yield from _share(run, held)


def _share(run: Run, held: Sequence[tuple[Decimal, Decimal, int]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    addresses = [run.assessed[place].change.address for *_, place in held]
    for number, (_, _, place) in enumerate(held):
        others: tuple[str, ...] = (*addresses[:number], *addresses[number + 1 : _NAMED + 1])[:_NAMED]
        yield (
            place,
            {
                "fits_together": len(held),
                "fits_with": others,
                "busiest": max(busy for busy, *_ in held),
                "redundant_share": 1 - 1 / Decimal(len(held)),
                "redundant": f"would fit onto one accelerator together with {_listed(others, len(held) - 1)}",
            },
        )
