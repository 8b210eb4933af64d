"""What resources of a run say about each other, whichever inputs they come from: it joins `Facets.around`.

`facets.around` joins what one input refers to; these joins need the whole run, its prices, or what was measured: the same
work twice, accelerators that are paid and not asked for, own capacity that is free, commitments that nobody uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from spendgate.model.frozen import Frozen, replace
from spendgate.pipeline.cases import Run
from spendgate.pipeline.joins import commitments, own_capacity, twins
from spendgate.settings import Settings

Fact: TypeAlias = tuple[int, Mapping[str, Any]]
"""The place of a resource in `Run.assessed`, and what joins its `around`."""


class _Join(Frozen):
    """A join and the fields of `around` that it fills."""

    fields: tuple[str, ...]
    facts: Callable[[Run, Settings, datetime], Iterable[Fact]]


_JOINS = (
    _Join(twins.FIELDS, twins.facts),
    _Join(commitments.FIELDS, commitments.facts),
    _Join(own_capacity.FIELDS, own_capacity.facts),
)
JOINED = frozenset(f"around.{field}" for join in _JOINS for field in join.fields)
"""Paths that only a run as a whole can tell: a stream, which is judged part by part, has none of them."""


def with_joins(run: Run, settings: Settings, now: datetime) -> Run:
    """The run with what its resources say about each other. Linear in their number."""
    found: dict[int, dict[str, Any]] = {}
    for join in _JOINS:
        for place, facts in join.facts(run, settings, now):
            found.setdefault(place, {}).update(facts)
    if not found:
        return run
    assessed = list(run.assessed)
    for place, facts in found.items():
        facets = assessed[place].facets
        assessed[place] = replace(assessed[place], facets=replace(facets, around={**facets.around, **facts}))
    return replace(run, assessed=tuple(assessed))
