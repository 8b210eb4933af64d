"""Ray: clusters, jobs and services of the KubeRay operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.kubernetes.kinds.around import Around, is_suspended
from spendgate.facets.kubernetes.podset import PodSet, fixed, from_template, multiplied
from spendgate.facets.kubernetes.reading import dig, mapping, maps, whole
from spendgate.model.facets import Capacity
from spendgate.model.values import Whole

NO_BOUND = 2_147_483_647
"""KubeRay's default of maxReplicas: the largest number that fits, which bounds nothing."""


def cluster_spec(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The cluster that an object describes, wherever its kind keeps it."""
    spec = mapping(values.get("spec"))
    job = mapping(dig(spec, "jobTemplate", "spec") or spec.get("jobTemplate"))
    for held in (spec.get("rayClusterSpec"), spec.get("rayClusterConfig"), job.get("rayClusterSpec")):
        if isinstance(held, Mapping):
            return held
    return spec if "headGroupSpec" in spec or "workerGroupSpecs" in spec else {}


def ray(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`RayCluster`, `RayJob`, `RayService`, `RayCronJob`: one head, and each worker group between its bounds."""
    cluster = cluster_spec(values)
    stopped = is_suspended(values) or cluster.get("suspend") is True
    head = cluster.get("headGroupSpec")
    if isinstance(head, Mapping):
        yield from_template("head", head.get("template"), fixed(0 if stopped else 1))
    for group in maps(cluster.get("workerGroupSpecs")):
        idle = stopped or group.get("suspend") is True
        capacity = Capacity(0, 0, 0) if idle else worker_capacity(group)
        yield from_template(str(group.get("groupName") or "workers"), group.get("template"), capacity)


def worker_capacity(group: Mapping[str, Any]) -> Capacity:
    """Pods of a worker group: minReplicas (0), replicas (0), maxReplicas (none), each times the hosts of a replica."""
    least = whole(group.get("minReplicas"), 0)
    desired = whole(group.get("replicas"), 0)
    most: Whole = whole(group.get("maxReplicas"))
    if isinstance(most, int) and most >= NO_BOUND:
        most = None
    if isinstance(desired, int) and isinstance(least, int):
        desired = max(desired, least)
    if isinstance(desired, int) and isinstance(most, int):
        desired = min(desired, most)
    return multiplied(Capacity(least, desired, most), whole(group.get("numOfHosts"), 1))
