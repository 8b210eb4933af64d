"""What resources of a run say about each other, whichever inputs they come from: it joins `Facets.around`.

`facets.around` joins what one input refers to; these joins need the whole run, its prices, or what was measured: the same
work twice, accelerators that are paid and not asked for, own capacity that is free, commitments that nobody uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, TypeAlias

from spendgate.facets.fingerprint import JOBS as _JOBS
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.pipeline.cases import Run
from spendgate.policies.body import Body
from spendgate.settings import Settings

Fact: TypeAlias = tuple[int, Mapping[str, Any]]
"""The place of a resource in `Run.assessed`, and what joins its `around`."""
Facts: TypeAlias = Callable[[Run, Settings, datetime], Iterable[Fact]]
_WORK = frozenset({"k8s.workload", "ai.job", "compute.job"})


class _Join(Frozen):
    """A join: its module, which is loaded when a run may have something to join, and the fields of `around` that it fills."""

    module: str
    fields: tuple[str, ...]
    wanted: Callable[[Run], bool]


def _has_work(run: Run) -> bool:
    return any(item.facets.kind in _WORK or item.change.resource.type in _JOBS for item in run.assessed)


def _has_accelerators(run: Run) -> bool:
    return any(item.facets.accel.count != 0 for item in run.assessed)


def _has_commitments(run: Run) -> bool:
    return run.prices is not None and run.prices.blends


def _has_own(run: Run) -> bool:
    return any(item.change.resource.type.startswith("onprem_") for item in run.assessed)


_JOINS = (
    _Join(
        "twins",
        ("fingerprint", "same_work", "fits_together", "fits_with", "busiest", "redundant_share", "redundant"),
        lambda run: _has_work(run) or run.measured is not None,
    ),
    _Join("pilots", ("pilot_runs",), _has_accelerators),
    _Join("demand", ("offer", "processes", "idle_share", "demand"), _has_accelerators),
    _Join("commitments", ("commitment",), _has_commitments),
    _Join("own_capacity", ("own",), _has_own),
)
_JOINED = re.compile(rf"around\.({'|'.join(field for join in _JOINS for field in join.fields)})\b")
"""Paths that only a run as a whole can tell."""


def reads_joins(policy: Policy) -> bool:
    """Whether a policy asks for what only a whole run can tell: a stream, which is judged part by part, has none of it."""
    return isinstance(policy.body, Body) and _JOINED.search(str(policy.body.source.data)) is not None


def with_joins(run: Run, settings: Settings, now: datetime) -> Run:
    """The run with what its resources say about each other. Linear in their number."""
    found: dict[int, dict[str, Any]] = {}
    for join in _JOINS:
        if not join.wanted(run):
            continue
        facts_of: Facts = import_module(f"{__name__}.{join.module}").facts
        for place, facts in facts_of(run, settings, now):
            found.setdefault(place, {}).update(facts)
    if not found:
        return run
    assessed = list(run.assessed)
    for place, facts in found.items():
        facets = assessed[place].facets
        assessed[place] = replace(assessed[place], facets=replace(facets, around={**facets.around, **facts}))
    return replace(run, assessed=tuple(assessed))
