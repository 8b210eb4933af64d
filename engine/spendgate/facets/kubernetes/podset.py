"""A set of like pods of a workload, and how many of them there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.facets.kubernetes.reading import dig, mapping, times, within
from spendgate.model.facets import Capacity
from spendgate.model.frozen import Frozen
from spendgate.model.values import Number, Unknown, Whole


class PodSet(Frozen):
    """Pods made from one template. `spec` is the pod's spec, `labels` and `annotations` are the template's.

    `extra` are device numbers that the kind states outside the containers (`tensorParallelSize`), used where the containers
    state none. `resources` replace those of the main container (`resourcesPerNode` of a TrainJob).
    """

    name: str
    spec: Mapping[str, Any]
    capacity: Capacity
    labels: Mapping[str, Any] = {}
    annotations: Mapping[str, Any] = {}
    extra: Mapping[str, int] = {}


class Scaler(Frozen):
    """What scales a workload: `kind` (hpa, keda, kserve, knative, ray), bounds, and the metrics that it looks at.

    `max=None` is no bound. `idle` is what it falls to without load where that is below `min` (KEDA's idleReplicaCount).
    `hours_per_week` is set where a calendar alone (KEDA cron) runs it.
    """

    kind: str
    min: Whole
    max: Whole
    metrics: tuple[str, ...] = ()
    target: Number = None
    idle: Whole = None
    hours_per_week: Number = None
    problem: str | None = None


def from_template(name: str, template: Any, capacity: Capacity, **more: Any) -> PodSet:
    """The pods of a template with `metadata` and `spec`."""
    metadata = mapping(dig(template, "metadata"))
    return PodSet(
        name,
        mapping(dig(template, "spec")),
        capacity,
        mapping(metadata.get("labels")),
        mapping(metadata.get("annotations")),
        **more,
    )


def fixed(count: Whole) -> Capacity:
    """A number that nothing changes."""
    return Capacity(count, count, count)


def unknown_count(reason: str) -> Capacity:
    """A number that cannot be told."""
    value = Unknown(reason)
    return Capacity(value, value, value)


def scaled(replicas: Whole, scaler: Scaler | None) -> Capacity:
    """Replicas under a scaler: its bounds, and the stated replicas held within them; without one a fixed number."""
    if scaler is None:
        return fixed(replicas)
    least = scaler.idle if scaler.idle is not None else scaler.min
    return Capacity(least, within(replicas, scaler.min, scaler.max), scaler.max)


def multiplied(capacity: Capacity, factor: Whole) -> Capacity:
    """A capacity of groups in which each group has so many pods."""
    return Capacity(times(capacity.min, factor), times(capacity.desired, factor), times(capacity.max, factor))
