"""Kubernetes: facets of workloads of every kind, nodes, queues, volumes and services."""

from __future__ import annotations

from collections.abc import MutableMapping
from weakref import WeakKeyDictionary

from spendgate.facets.kubernetes import nodes, other
from spendgate.facets.kubernetes.cluster import Cluster, shared_cluster
from spendgate.facets.kubernetes.workload import workload
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext, Neighbours

_DESCRIBERS = {**other.DESCRIBERS, "Node": nodes.node, "NodePool": nodes.node_pool}


class KubernetesAdapter:
    """Describes Kubernetes objects; implements `ports.FacetAdapter`."""

    provider = "kubernetes"

    def __init__(self) -> None:
        # NOTE: what objects share is indexed once a side; the index goes when the side does.
        self._clusters: MutableMapping[Neighbours, Cluster] = WeakKeyDictionary()

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """The facets of an object: by its kind, by the pod template in it, or as an object that makes no pods."""
        cluster = shared_cluster(self._clusters, context.neighbours, context.catalog)
        describer = _DESCRIBERS.get(resource.type)
        if describer is not None:
            return describer(resource, context, cluster)
        return workload(resource, context, cluster) or other.anything(resource, context, cluster)


ADAPTER = KubernetesAdapter()
