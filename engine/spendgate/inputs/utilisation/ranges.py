"""Values step by step from a Prometheus, part by part of a window, so that no answer has to take long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil, fsum, isfinite
from typing import Any, TypeAlias

from spendgate.inputs.utilisation.measured import Sample
from spendgate.inputs.utilisation.promql import STEP_SECONDS

Ask: TypeAlias = Callable[[str, Mapping[str, Any]], Sequence[Mapping[str, Any]]]
"""Asks `query` or `query_range` with these parameters; returns the results."""
PART_SECONDS = 6 * 3_600
"""NOTE: what a server answers at once is bounded in time; six hours of 2,000 pods take it about a second."""
_PEAK = 0.95
_PLACES = 6


def parts(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A window in parts, from when until when each."""
    for number in range(ceil((end - start).total_seconds() / PART_SECONDS)):
        since = start + timedelta(seconds=number * PART_SECONDS)
        yield since, min(end, since + timedelta(seconds=PART_SECONDS))


def span(query: str, since: datetime, until: datetime, step_seconds: int = STEP_SECONDS) -> Mapping[str, Any]:
    """The parameters of a range. NOTE: both its ends count, so that the last step is left out: it is the first of the next part."""
    return {"query": query, "start": seconds(since), "end": seconds(until) - 1, "step": step_seconds}


def seconds(moment: datetime) -> int:
    """A moment as a server takes it."""
    return int(moment.astimezone(UTC).timestamp())


def labels_of(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The labels of a result; none of what has none."""
    found = result.get("metric")
    return found if isinstance(found, Mapping) else {}


def points(result: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Moments and values of a result, without what is no number (a share of nothing is NaN)."""
    said = result.get("values")
    for pair in said if isinstance(said, list) else ():
        try:
            moment, value = float(pair[0]), float(pair[1])
        except (TypeError, ValueError, LookupError):
            continue
        if isfinite(value):
            yield moment, value


def sample(resource: str, metric: str, values: Sequence[float], start: datetime, end: datetime) -> Sample:
    """The mean and the 95th percentile of values, of which there is at least one."""
    ordered = sorted(values)
    mean, peak = fsum(ordered) / len(ordered), ordered[ceil(_PEAK * len(ordered)) - 1]
    return Sample(resource, metric, _decimal(mean), _decimal(peak), len(ordered), start, end)


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, _PLACES)))
