"""The graphs of a run: which of its workloads are one place, and what one sees of the others.

Manifests describe one cluster, however many files they come in, so they share a graph; two that declare the same object are two
clusters and stay apart, as two plans with one address do. Across graphs only what is shared by all is looked for: pods find
the node pools of a plan, and a plan's policies the objects of the cluster, while names and references mean their own document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from spendgate.graph import Graph
from spendgate.model.resource import Change, Workload

MANIFESTS = "k8s"


@dataclass(slots=True)
class _Cluster:
    """Manifests that belong together."""

    workloads: list[Workload] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)


def graphs(workloads: Sequence[Workload]) -> list[Graph]:
    """A graph for each workload, in their order; manifests of one cluster have the same."""
    if len(workloads) == 1:
        return [Graph(workloads[0].changes, workloads[0].references)]
    clusters = _clusters(workloads)
    made = [_together(cluster.workloads) for cluster in clusters]
    of_cluster = {
        id(workload): graph for cluster, graph in zip(clusters, made, strict=True) for workload in cluster.workloads
    }
    others = [Graph(each.changes, each.references) for each in workloads if each.source != MANIFESTS]
    for graph in made:
        graph.sees(others)
    for graph in others:
        graph.sees(made)
    rest = iter(others)
    return [of_cluster.get(id(workload)) or next(rest) for workload in workloads]


def _clusters(workloads: Sequence[Workload]) -> list[_Cluster]:
    clusters: list[_Cluster] = []
    for workload in workloads:
        if workload.source != MANIFESTS:
            continue
        own = {change.address for change in workload.changes}
        cluster = next((one for one in clusters if one.addresses.isdisjoint(own)), None)
        if cluster is None:
            clusters.append(cluster := _Cluster())
        cluster.workloads.append(workload)
        cluster.addresses |= own
    return clusters


def _together(workloads: Sequence[Workload]) -> Graph:
    from spendgate.inputs.kubernetes.references import ObjectReferences

    if len(workloads) == 1:
        return Graph(workloads[0].changes, workloads[0].references)
    changes: list[Change] = sorted(
        (change for workload in workloads for change in workload.changes), key=lambda change: change.address
    )
    return Graph(changes, ObjectReferences(changes))
