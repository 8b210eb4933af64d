"""How busy the accelerators are that somebody has already: of a group, and of those like the ones that a change asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from spendgate.model.resource import Action
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed

_NOT_YET = frozenset({Action.CREATE, Action.DECLARE, Action.READ})
_WORDS = ("gpu", "accelerators", "window_days")


@dataclass(slots=True)
class Busy:
    """The mean activity over accelerators, not over resources: a pool of eight counts eight times."""

    _weights: Decimal = Decimal(0)
    _sum: Decimal = Decimal(0)
    _gap: Unknown | None = None
    _days: Any = None

    def add(self, item: Assessed, util: Mapping[str, Any]) -> None:
        """Count a resource in that runs already; `util` is what was measured of it."""
        count: Any = item.facets.accel.count
        desired: Any = item.facets.capacity.desired
        if item.change.action in _NOT_YET or util.get("stopped") is True or count == 0:
            return
        busy = util.get("gpu", Unknown("nothing was measured of it"))
        for value in (count, desired, busy):
            if isinstance(value, Unknown) or value is None:
                if self._gap is None:
                    reason = value.reason if isinstance(value, Unknown) else "how many run is not known"
                    self._gap = Unknown(f"{item.change.address}: {reason}")
                return
        weight = Decimal(count) * desired
        self._weights += weight
        self._sum += weight * busy
        days = util.get("window_days")
        self._days = days if self._days is None else min(self._days, days)

    def words(self) -> Mapping[str, Any]:
        """`gpu`, `accelerators` and `window_days`; nothing without accelerators, unknown when one is not known."""
        if self._gap is not None:
            return dict.fromkeys(_WORDS, self._gap)
        if not self._weights:
            return {}
        return dict(zip(_WORDS, (self._sum / self._weights, self._weights, self._days), strict=True))


class LikeUse:
    """The accelerators that a team has now, by model: what stands beside those that a change asks for.

    Those whose model or team is not known may be like anything: while they run, nothing of their team (of their model, of anything) is
    certain to have all that is like it counted.
    """

    def __init__(self, assessed: Iterable[Assessed], use: Callable[[Assessed], Mapping[str, Any]]) -> None:
        self._found: dict[tuple[str, str], Busy] = {}
        self._gaps: dict[tuple[str | None, str | None], Unknown] = {}
        for item in assessed:
            models, team = item.facets.accel.models, _team(item)
            if item.facets.accel.count == 0 or item.change.action in _NOT_YET:
                continue
            owner = team if isinstance(team, str) else None
            for model in (None,) if isinstance(models, Unknown) else models:
                if owner is not None and model is not None:
                    self._found.setdefault((owner, model), Busy()).add(item, use(item))
                elif use(item).get("stopped") is not True:
                    self._gaps.setdefault((owner, model), _unlike(item, models, team))

    def words(self, item: Assessed) -> Mapping[str, Any]:
        """`like`: `gpu`, `accelerators` and `window_days` of the same team's accelerators of the same model; absent without any."""
        models, team = item.facets.accel.models, _team(item)
        if item.facets.accel.count == 0:
            return {}
        for value in (models, team):
            if isinstance(value, Unknown):
                why = f"which accelerators are like it is not known: {value.reason}"
                return {"like": dict.fromkeys(_WORDS, Unknown(why))}
        assert not isinstance(models, Unknown)
        for key in ((owner, model) for owner in (str(team), None) for model in (*models, None)):
            if key in self._gaps:
                return {"like": dict.fromkeys(_WORDS, self._gaps[key])}
        there = [busy.words() for model in models if (busy := self._found.get((str(team), model))) is not None]
        found = [words for words in there if words]
        # NOTE: of several models that may start the busiest speaks: the others need not be what it is waiting for.
        unknown = next((words for words in found if isinstance(words["gpu"], Unknown)), None)
        return {"like": unknown or max(found, key=lambda words: words["gpu"])} if found else {}


def _unlike(item: Assessed, models: tuple[str, ...] | Unknown, team: str | Unknown) -> Unknown:
    what, value = ("model", models) if isinstance(models, Unknown) else ("team", team)
    reason = value.reason if isinstance(value, Unknown) else ""
    return Unknown(f"{item.change.address} may be like it, its {what} is not known: {reason}")


def _team(item: Assessed) -> str | Unknown:
    """The team by its tag; those that name none are one."""
    tags = item.facets.tags
    if isinstance(tags, Unknown):
        return tags
    return tags.get("team", "")
