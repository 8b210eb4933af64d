"""The use of Kubernetes workloads from a Prometheus: part by part of the window, what is used over what is there, by workload."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from spendgate.inputs.utilisation.measured import Sample
from spendgate.inputs.utilisation.promql import EXPORTED, Share, WorkloadQueries, workload
from spendgate.inputs.utilisation.ranges import Ask, labels_of, parts, points, sample, seconds, span

_Owner: TypeAlias = tuple[str, str, str]
_Found: TypeAlias = dict[_Owner, "array[float]"]
"""The shares of each workload, moment after moment."""


def workload_samples(ask: Ask, start: datetime, end: datetime) -> Iterator[Sample]:
    """The samples of every workload between two moments. Raises what `ask` raises: then nothing is known of any."""
    queries = WorkloadQueries(_names(ask("query_range", span(EXPORTED, start, end, 3_600))))
    found: dict[str, _Found] = {share.exporter: {} for share in queries.shares()}
    for since, until in parts(start, end):
        _add_part(found, ask, queries, since, until)
    told: set[tuple[str, _Owner]] = set()
    for share in queries.shares():
        for owner, values in found[share.exporter].items():
            if (share.metric, owner) not in told:
                told.add((share.metric, owner))
                yield sample("/".join(owner), share.metric, values, start, end)


def _add_part(found: dict[str, _Found], ask: Ask, queries: WorkloadQueries, since: datetime, until: datetime) -> None:
    """Take in a part of the window. NOTE: several owners of one workload (a roll-out) are added up before the share is made."""
    over = _owners(ask, queries, since, until)
    there = _names(ask("query", {"query": queries.present(seconds(until) - seconds(since)), "time": seconds(until)}))
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
    for kind, label, query in queries.owners(seconds(until) - seconds(since)):
        for result in ask("query", {"query": query, "time": seconds(until)}):
            labels = labels_of(result)
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
        for result in ask("query_range", span(query, since, until)):
            direct = workload(labels_of(result))
            if direct is None:
                continue
            moments = found.setdefault(over.get(direct, direct), {})
            for moment, value in points(result):
                moments.setdefault(moment, [0.0, 0.0])[place] += value
        if not found:
            break
    return found


def _names(results: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The names of metrics in an answer."""
    return frozenset(str(labels_of(result).get("__name__")) for result in results)
