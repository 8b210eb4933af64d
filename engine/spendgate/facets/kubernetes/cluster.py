"""Everything of a run that more than one object needs: an index of one side, built once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from spendgate.facets.kubernetes.budgets import Budget, budget_of
from spendgate.facets.kubernetes.claims import claimed
from spendgate.facets.kubernetes.clouds import cloud_of_keys
from spendgate.facets.kubernetes.demand import NO_DEFAULTS, Defaults
from spendgate.facets.kubernetes.devices import Device, Sharing
from spendgate.facets.kubernetes.kinds import BY_SHAPE, KINDS
from spendgate.facets.kubernetes.kinds.around import queue_of
from spendgate.facets.kubernetes.podset import PodSet, Scaler
from spendgate.facets.kubernetes.reading import dig, mapping, maps
from spendgate.facets.kubernetes.scalers import horizontal, keda, target_of
from spendgate.facets.kubernetes.shapes import Shapes
from spendgate.facets.kubernetes.sharing import sharing_of
from spendgate.facets.kubernetes.sources import (
    TERRAFORM_POOLS,
    NodeSource,
    karpenter_source,
    node_source,
    terraform_source,
)
from spendgate.facets.kubernetes.wishes import Wishes, wishes_of
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Catalog, Neighbours

_NAMED = (
    "ConfigMap", "Namespace", "ResourceClaim", "ResourceClaimTemplate", "ClusterTrainingRuntime", "TrainingRuntime", "LocalQueue",
    "ClusterQueue", "ResourceFlavor", "GpuClaimParameters", "SandboxTemplate", "ServingRuntime", "ClusterServingRuntime", "MigDeviceClaimParameters", "StorageClass", "PersistentVolume", "RuntimeClass", "PriorityClass",
)  # fmt: skip
_NO_NODES = Unknown("how many nodes take it is not known: the run holds no nodes")


def namespace_of(values: Mapping[str, Any]) -> str:
    """The namespace that an object states, `default` otherwise."""
    return str(dig(values, "metadata", "namespace") or "default")


class Cluster:
    """The shared objects of one side of a run."""

    def __init__(self, neighbours: Neighbours, catalog: Catalog) -> None:
        self.shapes = Shapes(catalog)
        self._neighbours = neighbours
        self._named: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for resource in neighbours.of_types(*_NAMED):
            self._named[(resource.type, resource.name)].append(resource.attributes.values)
        self.scalers = dict(self._scalers())
        self._defaults = self._limit_ranges()
        self.quotas = self._quotas()
        self._budgets = self._disruption_budgets()
        self.sharing = self._sharing()
        self.device_classes = dict(self._device_classes())
        self.sources = tuple(self._sources())
        self._matches: dict[Any, tuple[NodeSource, ...]] = {}
        self._workloads: dict[str, set[tuple[str, str]]] = {}
        self._holders: dict[tuple[str, str], str] | None = None

    def object_named(self, kind: str, name: str, namespace: str) -> Mapping[str, Any] | None:
        """An object by kind and name: in this namespace, else one that stands outside namespaces."""
        found = self._named.get((kind, name), ())
        for values in found:
            if namespace_of(values) == namespace:
                return values
        return next((values for values in found if dig(values, "metadata", "namespace") is None), None)

    def workload_named(self, kind: str, name: str, namespace: str) -> bool:
        """Whether a workload of this kind and name is in the run."""
        if kind not in self._workloads:
            found = self._neighbours.of_types(kind)
            self._workloads[kind] = {(namespace_of(r.attributes.values), r.name) for r in found}
        return (namespace, name) in self._workloads[kind]

    def defaults(self, namespace: str) -> Defaults:
        """What the namespace's LimitRanges give to containers that state nothing."""
        return self._defaults.get(namespace, NO_DEFAULTS)

    def sources_for(self, wishes: Wishes) -> tuple[NodeSource, ...]:
        """The nodes and pools that take a pod with these wishes."""
        if not self.sources:
            return ()
        key = wishes.key()
        if key not in self._matches:
            cloud = cloud_of_keys(wishes.allowed)
            self._matches[key] = tuple(
                source
                for source in self.sources
                if (cloud is None or source.provider in (None, cloud))
                and wishes.accepts_labels(source.labels, strict=source.strict)
                and wishes.tolerates(source.taints)
            )
        return self._matches[key]

    def budgets_of(self, namespace: str) -> Sequence[Budget]:
        """The disruption budgets of a namespace."""
        return self._budgets.get(namespace, ())

    def flavours(self, values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Node labels of the flavours that a workload's queue may place it on."""
        queue = queue_of(values)
        local = self.object_named("LocalQueue", queue, namespace_of(values)) if queue else None
        name = dig(local, "spec", "clusterQueue")
        held = self.object_named("ClusterQueue", str(name), "") if name else None
        labels = []
        for group in maps(dig(held, "spec", "resourceGroups")):
            if not any("/" in str(resource) for resource in group.get("coveredResources") or ()):
                continue
            for flavour in maps(group.get("flavors")):
                known = self.object_named("ResourceFlavor", str(flavour.get("name")), "")
                labels.append(mapping(dig(known, "spec", "nodeLabels")))
        return labels

    def holds_claim(self, claim: str, namespace: str, address: str) -> bool:
        """Whether a shared claim is counted at this workload: the first one (by address) that names it."""
        if self._holders is None:
            self._holders = dict(self._claim_holders())
        return self._holders.get((namespace, claim), address) == address

    def _claim_holders(self) -> Iterator[tuple[tuple[str, str], str]]:
        found: dict[tuple[str, str], str] = {}
        for resource in sorted(self._neighbours.of_types(*KINDS), key=lambda resource: resource.address):
            values = resource.attributes.values
            here = Here(self, values)
            for pods in KINDS[resource.type].pods(values, here):
                for device in claimed(pods.spec, here.find):
                    if device.shared is not None:
                        found.setdefault((here.namespace, device.shared), resource.address)
        yield from found.items()

    def _scalers(self) -> Iterator[tuple[tuple[str, str, str], Scaler]]:
        for resource in self._neighbours.of_types("HorizontalPodAutoscaler", "ScaledObject"):
            values = resource.attributes.values
            target = target_of(values)
            if target is not None:
                scaler = horizontal(values) if resource.type == "HorizontalPodAutoscaler" else keda(values)
                yield (namespace_of(values), *target), scaler

    def _limit_ranges(self) -> dict[str, Defaults]:
        found: dict[str, Defaults] = {}
        for resource in self._neighbours.of_types("LimitRange"):
            values = resource.attributes.values
            for limit in maps(dig(values, "spec", "limits")):
                if limit.get("type") == "Container":
                    given = Defaults(mapping(limit.get("defaultRequest")), mapping(limit.get("default")))
                    found.setdefault(namespace_of(values), given)
        return found

    def _quotas(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for resource in self._neighbours.of_types("ResourceQuota"):
            values = resource.attributes.values
            found[namespace_of(values)].update(mapping(dig(values, "spec", "hard")))
        return dict(found)

    def _disruption_budgets(self) -> dict[str, list[Budget]]:
        found: dict[str, list[Budget]] = defaultdict(list)
        for resource in self._neighbours.of_types("PodDisruptionBudget"):
            values = resource.attributes.values
            found[namespace_of(values)].append(budget_of(values))
        return dict(found)

    def _sharing(self) -> tuple[Sharing, ...]:
        found: list[Sharing] = []
        for resource in self._neighbours.of_types("ConfigMap"):
            found.extend(sharing_of(resource.attributes.values))
        # NOTE: several configurations that disagree are chosen per node by a label: none of them is assumed.
        return tuple(dict.fromkeys(found)) if len({rule.replicas for rule in found}) <= 1 else ()

    def _device_classes(self) -> Iterator[tuple[str, tuple[str, Mapping[str, Any]]]]:
        """Classes by the extended resource that they stand for."""
        for resource in self._neighbours.of_types("DeviceClass"):
            values = resource.attributes.values
            yield f"deviceclass.resource.kubernetes.io/{resource.name}", (resource.name, values)
            extended = dig(values, "spec", "extendedResourceName")
            if isinstance(extended, str):
                yield extended, (resource.name, values)

    def _sources(self) -> Iterator[NodeSource]:
        for resource in self._neighbours.of_types("Node"):
            yield node_source(resource, self.shapes.catalog)
        for resource in self._neighbours.of_types("NodePool"):
            yield karpenter_source(resource, self.shapes)
        for resource in self._neighbours.of_types(*TERRAFORM_POOLS):
            yield terraform_source(resource)


class Here:
    """The cluster as one object sees it; implements `kinds.around.Around`."""

    def __init__(self, cluster: Cluster, values: Mapping[str, Any]) -> None:
        self.cluster = cluster
        self.namespace = namespace_of(values)
        self._values = values

    def find(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """An object by kind and name in this namespace."""
        return self.cluster.object_named(kind, name, self.namespace)

    def scaler_of(self, values: Mapping[str, Any]) -> Scaler | None:
        """The autoscaler that targets an object of this namespace."""
        name = str(dig(values, "metadata", "name"))
        return self.cluster.scalers.get((self.namespace, str(values.get("kind")), name))

    def object_named(self, kind: str, name: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Another object of the run."""
        return self.find(kind, name)

    def nodes_for(self, spec: Mapping[str, Any]) -> Whole:
        """How many live nodes take a pod of this spec."""
        nodes = [source for source in self.cluster.sources if source.strict]
        if not nodes:
            return _NO_NODES
        if len(nodes) != len(self.cluster.sources):
            return Unknown("how many nodes its pools will have is not known")
        return sum(source.strict for source in self.cluster.sources_for(wishes_of(spec)))

    def pods_of(self, values: Mapping[str, Any]) -> Iterable[PodSet]:
        """The pods of a wrapped object."""
        kind = KINDS.get(str(values.get("kind")), BY_SHAPE)
        return kind.pods(values, self)

    def devices(self, spec: Mapping[str, Any], *, has_devices: bool) -> list[Device]:
        """The devices that a pod asks for through claims, beside those that it may ask for by resource."""
        return list(claimed(spec, self.find, has_devices=has_devices))


def shared_cluster(cache: Any, neighbours: Neighbours, catalog: Catalog) -> Cluster:
    """The index of a side, built when first asked for and kept for as long as the side lives."""
    found: Cluster | None = cache.get(neighbours)
    if found is None:
        found = cache[neighbours] = Cluster(neighbours, catalog)
    return found
