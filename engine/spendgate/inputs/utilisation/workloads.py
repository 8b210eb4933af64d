"""The use of Kubernetes workloads from a Prometheus: part by part of the window, what is used over what is there, by workload."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil, fsum, isfinite
from typing import Any, TypeAlias

from spendgate.inputs.utilisation.measured import Sample
from spendgate.inputs.utilisation.promql import EXPORTED, STEP_SECONDS, Share, WorkloadQueries, workload

Ask: TypeAlias = Callable[[str, Mapping[str, Any]], Sequence[Mapping[str, Any]]]
"""Asks `query` or `query_range` with these parameters; returns the results."""
_Owner: TypeAlias = tuple[str, str, str]
_Found: TypeAlias = dict[_Owner, "array[float]"]
"""The shares of each workload, moment after moment."""
PART_SECONDS = 6 * 3_600
"""NOTE: what a server answers at once is bounded in time; six hours of 2,000 pods take it about a second."""
_PEAK = 0.95
_PLACES = 6


def workload_samples(ask: Ask, start: datetime, end: datetime) -> Iterator[Sample]:
    """The samples of every workload between two moments. Raises what `ask` raises: then nothing is known of any."""
    queries = WorkloadQueries(_names(ask("query_range", _span(EXPORTED, start, end, 3_600))))
    found: dict[str, _Found] = {share.exporter: {} for share in queries.shares()}
    for number in range(ceil((end - start).total_seconds() / PART_SECONDS)):
        since = start + timedelta(seconds=number * PART_SECONDS)
        _add_part(found, ask, queries, since, min(end, since + timedelta(seconds=PART_SECONDS)))
    told: set[tuple[str, _Owner]] = set()
    for share in queries.shares():
        for owner, values in found[share.exporter].items():
            if (share.metric, owner) not in told:
                told.add((share.metric, owner))
                yield _sample(share.metric, owner, values, start, end)


def _sample(metric: str, owner: _Owner, values: Sequence[float], start: datetime, end: datetime) -> Sample:
    ordered = sorted(values)
    mean, peak = fsum(ordered) / len(ordered), ordered[ceil(_PEAK * len(ordered)) - 1]
    return Sample("/".join(owner), metric, _decimal(mean), _decimal(peak), len(ordered), start, end)


def _add_part(found: dict[str, _Found], ask: Ask, queries: WorkloadQueries, since: datetime, until: datetime) -> None:
    """Take in a part of the window. NOTE: several owners of one workload (a roll-out) are added up before the share is made."""
    over = _owners(ask, queries, since, until)
    there = _names(ask("query", {"query": queries.present(_seconds(until) - _seconds(since)), "time": _seconds(until)}))
    for share in queries.shares():
        if share.exporter not in there:
            continue
        sums = _sums(ask, share, over, since, until)
        for owner, moments in sums.items():
            whole = [above / below for above, below in moments.values() if below > 0]
            if whole:
                found[share.exporter].setdefault(owner, array("d")).extend(whole)


def _owners(ask: Ask, queries: WorkloadQueries, since: datetime, until: datetime) -> Mapping[_Owner, _Owner]:
    found: dict[_Owner, _Owner] = {}
    for kind, label, query in queries.owners(_seconds(until) - _seconds(since)):
        for result in ask("query", {"query": query, "time": _seconds(until)}):
            labels = _labels(result)
            above = workload(labels)
            if above is not None:
                found[kind, above[1], str(labels.get(label))] = above
    return found


def _sums(
    ask: Ask, share: Share, over: Mapping[_Owner, _Owner], since: datetime, until: datetime
) -> Mapping[_Owner, Mapping[float, list[float]]]:
    """What is used and what there is, by workload and moment."""
    found: dict[_Owner, dict[float, list[float]]] = {}
    for place, query in enumerate((share.above, share.below)):
        for result in ask("query_range", _span(query, since, until, STEP_SECONDS)):
            direct = workload(_labels(result))
            if direct is None:
                continue
            moments = found.setdefault(over.get(direct, direct), {})
            for moment, value in _points(result.get("values")):
                moments.setdefault(moment, [0.0, 0.0])[place] += value
        if not found:
            break
    return found


def _names(results: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The names of metrics in an answer."""
    return frozenset(str(_labels(result).get("__name__")) for result in results)


def _labels(result: Mapping[str, Any]) -> Mapping[str, Any]:
    found = result.get("metric")
    return found if isinstance(found, Mapping) else {}


def _points(said: Any) -> Iterator[tuple[float, float]]:
    """Moments and values of a result, without what is no number (a share of nothing is NaN)."""
    for pair in said if isinstance(said, list) else ():
        try:
            moment, value = float(pair[0]), float(pair[1])
        except (TypeError, ValueError, LookupError):
            continue
        if isfinite(value):
            yield moment, value


def _span(query: str, since: datetime, until: datetime, step_seconds: int) -> Mapping[str, Any]:
    # NOTE: both ends of a range count, so that the last step is left out: it is the first of the next part.
    return {"query": query, "start": _seconds(since), "end": _seconds(until) - 1, "step": step_seconds}


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, _PLACES)))
