"""Whether the pods of a work stay in one zone: by their node selector, by affinity, by what a queue or a job set promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.kubernetes.podset import PodSet
from spendgate.facets.kubernetes.reading import dig, mapping, maps
from spendgate.facets.kubernetes.wishes import ZONE, Wishes
from spendgate.model.values import Unknown

_PROMISES = (
    "kueue.x-k8s.io/podset-required-topology",
    "alpha.jobset.sigs.k8s.io/exclusive-topology",
    "leaderworkerset.sigs.k8s.io/exclusive-topology",
)
"""Annotations by which a queue or a set of jobs keeps pods together in one domain of a topology."""
_REGION = "topology.kubernetes.io/region"
_NOTHING = Unknown("nothing in the manifest keeps its pods in one zone, or spreads them")


def one_zone(values: Mapping[str, Any], pods: PodSet, wishes: Wishes) -> bool | Unknown:
    """True when something keeps the pods in one zone, false when something spreads them over several; unknown else."""
    if len(wishes.values(*ZONE)) == 1 or any(_promised(values, pods)) or any(_together(pods.spec)):
        return True
    if len(wishes.values(*ZONE)) > 1 or any(_spread(pods.spec)):
        return False
    return _NOTHING


def _promised(values: Mapping[str, Any], pods: PodSet) -> Iterator[bool]:
    own = mapping(dig(values, "metadata", "annotations"))
    for stated in (own, pods.annotations):
        for key in _PROMISES:
            yield bool(stated.get(key)) and stated.get(key) != _REGION


def _together(spec: Mapping[str, Any]) -> Iterator[bool]:
    for term in maps(dig(spec, "affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution")):
        yield term.get("topologyKey") not in (None, _REGION)


def _spread(spec: Mapping[str, Any]) -> Iterator[bool]:
    """NOTE: a spread over hosts may stay in one zone; one over zones does not."""
    for constraint in maps(spec.get("topologySpreadConstraints")):
        yield constraint.get("topologyKey") in ZONE
    for term in maps(dig(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")):
        yield term.get("topologyKey") in ZONE
