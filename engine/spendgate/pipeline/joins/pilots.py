"""Runs of the same experiment that ended: `around.pilot_runs`, the pilots that came before a large run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.cases import Run
from spendgate.pipeline.joins.activity import OVER, WENT_WRONG, is_over, went_wrong
from spendgate.settings import Settings

_SHARE = Decimal("0.01")
"""A pilot has at least a hundredth of the accelerators: less says nothing of what comes."""
_NAMED = 10
_NO_HISTORY = Unknown("no input of this run holds earlier runs: give an export of the cluster or project beside it")


def facts(run: Run, settings: Settings, now: datetime) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """`pilot_runs` of work with accelerators that names its experiment: addresses of runs of it that succeeded, in any input of the run.

    Unknown when no input holds what ran before: neither an export nor a job that is over.
    """
    remembers = False
    ended: dict[str, list[tuple[Decimal, str]]] = defaultdict(list)
    asking: list[tuple[int, str, Decimal | None]] = []
    for place, item in enumerate(run.assessed):
        experiment = _experiment(item)
        remembers = remembers or (item.change.after is not None and _ran(item))
        if experiment is None:
            continue
        most = item.facets.accel.max_total
        size = Decimal(most) if isinstance(most, (int, Decimal)) else None
        if _succeeded(item):
            ended[experiment].append((size or Decimal(0), item.change.address))
        else:
            asking.append((place, experiment, size))
    for place, experiment, size in asking:
        if size is not None and (found := [name for had, name in ended[experiment] if had >= size * _SHARE]):
            yield place, {"pilot_runs": tuple(found[:_NAMED])}
        elif not remembers:
            yield place, {"pilot_runs": _NO_HISTORY}


def _experiment(item: Assessed) -> str | None:
    if item.change.after is None or item.facets.accel.max_total == 0 or isinstance(item.facets.tags, Unknown):
        return None
    name = item.facets.tags.get("experiment")
    return name if isinstance(name, str) and name else None


def _ran(item: Assessed) -> bool:
    """Whether it was seen where it runs, or is over."""
    return item.change.resource.observed is not None or is_over(item.change.resource)


def _succeeded(item: Assessed) -> bool:
    resource = item.change.resource
    if resource.observed is not None:
        return (resource.observed.state or "") in OVER - WENT_WRONG
    return is_over(resource) and not went_wrong(resource)
