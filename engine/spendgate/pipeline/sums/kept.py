"""What a run, or a group of it, holds after the change: types, accelerators added, experiments, native budgets, emissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.facets.around.alerts import alerts
from spendgate.facets.around.budget_scopes import BUDGETS, MAKES_A_PLACE, covers, place_of
from spendgate.facets.workload import EXPERIMENTAL
from spendgate.model.carbon import kilograms
from spendgate.model.resource import Action, Resource
from spendgate.model.values import Bounded, Unknown
from spendgate.pipeline.assess import Assessed


class Keeper:
    """Adds resource after resource; keeps names, native budgets, and what is new or gets accelerators, nothing else."""

    def __init__(self) -> None:
        self._types: set[str] = set()
        self._budgets: list[Resource] = []
        self._asking: list[Assessed] = []
        self._named: set[str] = set()
        self._unnamed = 0
        self._perhaps: dict[str, Unknown] = {}
        self._accelerators: Any = 0
        self._kilograms: Decimal | Unknown = Decimal(0)

    def add(self, item: Assessed) -> None:
        """Count one resource in."""
        after = item.change.after
        if item.change.action is Action.READ or "data" in item.change.flags:
            return
        if item.touched:
            self._accelerators = _accelerators_with(self._accelerators, item)
            self._kilograms = _kilograms_with(self._kilograms, item)
        if after is None:
            return
        self._types.add(after.type)
        if after.type in BUDGETS:
            self._budgets.append(after)
        # NOTE: what exists asks for nothing: an inventory of millions must not be kept.
        new = item.touched and item.change.action is not Action.EXISTS
        if new and (after.type in MAKES_A_PLACE or _gets_accelerators(item)):
            self._asking.append(item)
        if (name := _experiment(item)) is None:
            return
        if isinstance(item.facets.accel.count, Unknown):
            self._perhaps.setdefault(name or item.change.address, item.facets.accel.count)
        elif name:
            self._named.add(name)
        else:
            self._unnamed += 1

    def _experiments(self) -> int | Bounded:
        """How many there are; within bounds where work is of a machine that is not known: it may have accelerators."""
        sure = len(self._named) + self._unnamed
        more = {name: gap for name, gap in self._perhaps.items() if name not in self._named}
        if not more:
            return sure
        return Bounded(Decimal(sure), Decimal(sure + len(more)), next(iter(more.values())).reason)

    def words(self) -> Mapping[str, Any]:
        """Further words of the roots `change` and `group`; what cannot be told is unknown with its reason."""
        return {
            "types": tuple(sorted(self._types)),
            "accelerators_added": self._accelerators,
            "experiments": self._experiments(),
            "carbon_added_kg": self._kilograms,
            "alerts": {**alerts(self._budgets), "uncovered": _uncovered(self._budgets, self._asking)},
        }


def kept(members: Iterable[Assessed]) -> Mapping[str, Any]:
    """The same over resources that are all there."""
    keeper = Keeper()
    for item in members:
        keeper.add(item)
    return keeper.words()


def _accelerators_with(added: Any, item: Assessed) -> Any:
    """Accelerators at the maximum of everything after the change, less those before it, with one resource more."""
    if isinstance(added, Unknown):
        return added
    after: Any = item.facets.accel.max_total if item.change.after is not None else 0
    for side in (after, item.accelerators_before):
        if isinstance(side, Unknown):
            return side
        if side is None:
            return Unknown("nothing bounds how many accelerators a part of it may start")
    return added + after - item.accelerators_before


def _uncovered(budgets: Sequence[Resource], asking: Sequence[Assessed]) -> Any:
    """Accounts, projects and subscriptions that get accelerators, or are new, and that no budget with all it needs watches."""
    missing: dict[str, None] = {}
    unsure: Unknown | None = None
    for item in asking:
        thing = item.change.after
        assert thing is not None
        answers = [(budget, covers(budget, thing, item.facets, item.around)) for budget in budgets]
        sure = alerts(budget for budget, answer in answers if answer is True)
        if all(sure[word] is True for word in sure):
            continue
        place = place_of(thing, item.facets, item.around)
        maybe = alerts(budget for budget, answer in answers if answer is not False)
        if all(maybe[word] is not False for word in maybe):
            reasons = [answer for _, answer in answers if isinstance(answer, Unknown)]
            unsure = next(iter([*reasons, *(word for word in maybe.values() if isinstance(word, Unknown))]), None)
        elif isinstance(place, Unknown):
            unsure = place
        else:
            missing[place] = None
    return tuple(missing) if missing or unsure is None else unsure


def _gets_accelerators(item: Assessed) -> bool:
    after: Any = item.facets.accel.max_total
    before: Any = item.accelerators_before
    if any(side is None or isinstance(side, Unknown) for side in (after, before)):
        return True
    return bool(after > before)


def _experiment(item: Assessed) -> str | None:
    """The experiment that work with accelerators is a part of by its tag, empty if it names none; None for other things."""
    facets = item.facets
    if facets.accel.max_total == 0 or facets.workload.phase not in EXPERIMENTAL or facets.kind == "compute.template":
        return None
    tag = facets.tags.get("experiment") if not isinstance(facets.tags, Unknown) else None
    return tag if isinstance(tag, str) else ""


def _kilograms_with(added: Decimal | Unknown, item: Assessed) -> Decimal | Unknown:
    """Kilograms of CO2 equivalents a month that the change adds, with one resource more."""
    for sign, footprint in ((1, item.carbon), (-1, item.carbon_before)):
        amount = kilograms(footprint)
        if isinstance(added, Unknown):
            return added
        if isinstance(amount, Unknown):
            return amount
        added += sign * amount
    return added
