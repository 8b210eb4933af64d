"""Where what runs differs from what was approved: never judged, changed since, gone, and what cannot be told.

Joined by id where a state or the address tells, else by provider, region, type and name. What has no name, or one that several
share, is not joined and is listed as such: it is no drift, and no proof of none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from spendgate.model.frozen import Frozen

Key: TypeAlias = tuple[str, str, str, str]


class Thing(Frozen):
    """One resource of either side, with what drift looks at.

    `ids` are the names that mean only it (an ARN, an instance id, an address of the state); `facets` the tree of the report;
    `monthly` its expected cost, `None` when a part of it has no price.
    """

    address: str
    type: str
    provider: str
    region: str | None
    name: str | None
    monthly: Decimal | None
    facets: Mapping[str, Any]
    ids: frozenset[str] = frozenset()
    billable: bool = True
    is_known: bool = True
    """Whether `ids` hold the id that its provider gave it: what is only planned has none."""


class Difference(Frozen):
    """One field that is not as approved."""

    what: str
    approved: Any
    live: Any


class Moved(Frozen):
    """A resource that was judged and is otherwise now."""

    approved: str
    live: str
    differences: tuple[Difference, ...]
    approved_monthly: Decimal | None
    live_monthly: Decimal | None

    @property
    def delta_monthly(self) -> Decimal | None:
        """What it costs more than approved, or None when a side is not known."""
        if self.approved_monthly is None or self.live_monthly is None:
            return None
        return self.live_monthly - self.approved_monthly


class Unjoined(Frozen):
    """A resource of one side of which it cannot be told whether it is on the other."""

    address: str
    side: str
    why: str
    monthly: Decimal | None


class Drift(Frozen):
    """All of it, each list in the order of addresses. `joined` counts the resources that are on both sides."""

    never_judged: tuple[Thing, ...]
    changed: tuple[Moved, ...]
    gone: tuple[Thing, ...]
    unjoined: tuple[Unjoined, ...]
    joined: int
    free: int = 0
    """Live resources that cost nothing and were never judged: counted only."""

    @property
    def is_found(self) -> bool:
        """Whether anything drifted for certain."""
        return bool(self.never_judged or self.changed or self.gone)


def drift(approved: Iterable[Thing], live: Iterable[Thing]) -> Drift:
    """Compare what was approved with what runs."""
    left = sorted(approved, key=lambda thing: thing.address)
    right = sorted(live, key=lambda thing: thing.address)
    pairs = _join(left, right)
    joined_left, joined_right = {id(one) for one, _ in pairs}, {id(two) for _, two in pairs}
    only_left = [thing for thing in left if id(thing) not in joined_left]
    only_right = [thing for thing in right if id(thing) not in joined_right]
    unsure_left, unsure_right = _unsure(only_left, only_right), _unsure(only_right, only_left)
    new = [thing for thing in only_right if id(thing) not in unsure_right]
    return Drift(
        never_judged=tuple(thing for thing in new if thing.billable),
        changed=tuple(moved for one, two in pairs if (moved := _moved(one, two)) is not None),
        gone=tuple(thing for thing in only_left if id(thing) not in unsure_left and thing.billable),
        unjoined=tuple(
            [_unjoined(thing, "approved", unsure_left[id(thing)]) for thing in only_left if id(thing) in unsure_left]
            + [_unjoined(thing, "live", unsure_right[id(thing)]) for thing in only_right if id(thing) in unsure_right]
        ),
        joined=len(pairs),
        free=sum(not thing.billable for thing in new),
    )


def _join(left: Sequence[Thing], right: Sequence[Thing]) -> list[tuple[Thing, Thing]]:
    by_id = {name: thing for thing in right for name in thing.ids}
    pairs: list[tuple[Thing, Thing]] = []
    taken: set[int] = set()
    rest = []
    for thing in left:
        found = next(
            (by_id[name] for name in sorted(thing.ids) if name in by_id and id(by_id[name]) not in taken), None
        )
        if found is None:
            rest.append(thing)
        else:
            taken.add(id(found))
            pairs.append((thing, found))
    mine, theirs = _named(rest), _named(thing for thing in right if id(thing) not in taken)
    pairs += [
        (ones[0], twos[0]) for key, ones in mine.items() if len(ones) == 1 and len(twos := theirs.get(key, [])) == 1
    ]
    return sorted(pairs, key=lambda pair: pair[0].address)


def _named(things: Iterable[Thing]) -> Mapping[Key, list[Thing]]:
    found: dict[Key, list[Thing]] = defaultdict(list)
    for thing in things:
        if (key := _key(thing)) is not None:
            found[key].append(thing)
    return found


def _key(thing: Thing) -> Key | None:
    if not thing.name or thing.region is None:
        return None
    return thing.provider, thing.region.lower(), thing.type, thing.name.lower()


def _unsure(mine: Sequence[Thing], theirs: Sequence[Thing]) -> Mapping[int, str]:
    """Which of these may be on the other side all the same, and why that cannot be told."""
    shared = {key: len(things) for key, things in _named(mine).items()}
    others = _named(theirs)
    all_types = {thing.type for thing in theirs}
    all_nameless = {thing.type for thing in theirs if _key(thing) is None}
    # NOTE: two ids that differ are two resources, so that one with an id is only unsure of what has none.
    vague_types = {thing.type for thing in theirs if not thing.is_known}
    vague_nameless = {thing.type for thing in theirs if not thing.is_known and _key(thing) is None}
    found: dict[int, str] = {}
    for thing in mine:
        key = _key(thing)
        if thing.type not in (vague_types if thing.is_known else all_types):
            continue
        if key is None:
            found[id(thing)] = "it has no name" if not thing.name else "its region is not known"
        elif key in others and (shared[key] > 1 or len(others[key]) > 1):
            found[id(thing)] = f"its name {thing.name} is not the only one of its type and region"
        elif thing.type in (vague_nameless if thing.is_known else all_nameless):
            found[id(thing)] = "others of its type have no name or no region"
    return found


def _unjoined(thing: Thing, side: str, why: str) -> Unjoined:
    return Unjoined(thing.address, side, why, thing.monthly)


def _moved(approved: Thing, live: Thing) -> Moved | None:
    differences = tuple(_differences(approved.facets, live.facets))
    if not differences:
        return None
    return Moved(approved.address, live.address, differences, approved.monthly, live.monthly)


def _differences(approved: Mapping[str, Any], live: Mapping[str, Any]) -> Iterable[Difference]:
    """Machine type, count, purchase, schedule, accelerators and disks; what either side does not know is no difference."""
    before, now = _types(approved), _types(live)
    if before and now and before != now:
        yield Difference("machine type", before, now)
    yield from _size(_at(approved, "capacity"), _at(live, "capacity"))
    for what, path in (
        ("purchase", ("purchase", "model")),
        ("accelerators at most", ("accel", "max_total")),
        ("disk sizes", ("disks",)),
    ):
        old, new = _at(approved, *path), _at(live, *path)
        if what == "disk sizes":
            old, new = _disk_sizes(old), _disk_sizes(new)
        if old is not None and new is not None and old != new:
            yield Difference(what, old, new)
    yield from _schedule(_at(approved, "schedule"), _at(live, "schedule"))


def _size(approved: Any, live: Any) -> Iterable[Difference]:
    if not isinstance(approved, Mapping) or not isinstance(live, Mapping):
        return
    for bound in ("min", "max"):
        if None not in (approved.get(bound), live.get(bound)) and approved[bound] != live[bound]:
            yield Difference(f"{bound}imum count", approved[bound], live[bound])
    count, least, most = live.get("desired"), approved.get("min"), approved.get("max")
    # NOTE: a count that moves within its bounds is what autoscaling is for.
    if count is not None and ((least is not None and count < least) or (most is not None and count > most)):
        yield Difference("count", approved.get("desired"), count)


def _schedule(approved: Any, live: Any) -> Iterable[Difference]:
    if not isinstance(approved, Mapping) or not isinstance(live, Mapping):
        return
    old, new = approved.get("hours_per_week"), live.get("hours_per_week")
    # NOTE: a machine that is stopped at the moment has not lost its schedule.
    if old is None or new is None or live.get("kind") == "stopped" or new <= old:
        return
    yield Difference("schedule switched off" if new >= 168 else "hours a week", old, new)


def _types(facets: Mapping[str, Any]) -> list[str]:
    pools = facets.get("pools")
    found = (
        [pool.get("machine_types") or [] for pool in pools if isinstance(pool, Mapping)]
        if isinstance(pools, list)
        else []
    )
    return sorted({name for names in found for name in names})


def _disk_sizes(disks: Any) -> list[Any] | None:
    if not isinstance(disks, list) or not disks:
        return None
    sizes = [disk.get("size_gib") for disk in disks if isinstance(disk, Mapping)]
    return sorted(sizes) if None not in sizes else None


def _at(facets: Mapping[str, Any], *path: str) -> Any:
    value: Any = facets
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
