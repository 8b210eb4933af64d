"""What only Kubernetes workloads have and policies ask for: requests, autoscaler, queue, blockers of scale-down, Ray's switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import Any

from spendgate.facets.kubernetes.cluster import Here
from spendgate.facets.kubernetes.kinds.around import queue_of
from spendgate.facets.kubernetes.kinds.ray import NO_BOUND, cluster_spec
from spendgate.facets.kubernetes.placement import tolerates_spot
from spendgate.facets.kubernetes.podset import Scaler
from spendgate.facets.kubernetes.pools import Understood
from spendgate.facets.kubernetes.reading import dig, mapping, maps, quantity, whole
from spendgate.facets.kubernetes.topology import one_zone
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import Catalog

_RAY = ("RayCluster", "RayJob", "RayService", "RayCronJob")
_SURGE = Decimal("0.25")
"""Kubernetes: maxSurge of a Deployment's rolling update when none is stated; it is rounded up."""
_HUNDREDTH = Decimal("0.01")
_NEVER_MOVED = ("karpenter.sh/do-not-disrupt", "karpenter.sh/do-not-evict")


def traits_of(
    resource: Resource,
    here: Here,
    scaler: Scaler | None,
    understood: Sequence[Understood],
    namespace: Mapping[str, Any] | None,
) -> Mapping[str, Any]:
    """The facets under `k8s.` of a workload (`docs/kubernetes.md` lists them). Sums are those of the largest pod."""
    values = resource.attributes.values
    spec = mapping(values.get("spec"))
    accelerated = [one for one in understood if one.devices]
    largest = max(understood, key=_size, default=None)
    found: dict[str, Any] = {
        "namespace": here.namespace,
        "namespace_known": namespace is not None,
        "api_version": values.get("apiVersion"),
        "pod": _pod(largest, here.cluster.shapes.catalog) if largest is not None else {},
        "autoscaler": scaler.kind if scaler is not None else None,
        "autoscaler_metrics": scaler.metrics if scaler is not None else (),
        "autoscaler_target": scaler.target if scaler is not None else None,
        "queue": queue_of(values),
        "has_quota": _has_quota(here),
        "priority_class": next((p for one in understood if (p := one.pods.spec.get("priorityClassName"))), None),
        "machine_types": tuple(dict.fromkeys(t for one in understood for t in one.place.machine_types)),
        "machine_types_assumed": any(one.place.assumed for one in understood),
        "node_pools": tuple(dict.fromkeys(node.address for one in understood for node in one.place.nodes)),
        "tolerations": tuple(dict.fromkeys(key for one in understood for key, *_ in one.wishes.tolerations)),
        "tolerates_spot": any(tolerates_spot(one.wishes) for one in understood),
        "scale_down_blockers": _blockers(resource, here, understood),
        "gpu_requests_missing": tuple(sorted({what for one in accelerated for what in _missing(one)})),
        "gpu_limit_differs": any(one.demand.limits_differ for one in understood),
        "gpu_on_init_only": any(one.demand.devices_only_in_init for one in understood),
        "surge_pods": _surge(resource.type, spec, understood),
        "images": tuple(dict.fromkeys(_images(understood))),
    }
    if accelerated and any(one.pods.capacity.max != 1 for one in accelerated):
        zones = [one_zone(values, one.pods, one.wishes) for one in accelerated]
        unsure = next((each for each in zones if isinstance(each, Unknown)), True)
        found["one_zone"] = False if False in zones else unsure
    if resource.type in _RAY:
        found["ray"] = _ray(resource.type, values, understood)
    return found


def _size(one: Understood) -> tuple[Decimal, Decimal]:
    asked = one.asked if isinstance(one.asked, Decimal) else Decimal(0)
    return asked, one.demand.cpu if isinstance(one.demand.cpu, Decimal) else Decimal(0)


def _pod(one: Understood, catalog: Catalog) -> Mapping[str, Any]:
    """Requests and limits of the pod, and of each accelerator in it."""
    demand = one.demand
    found: dict[str, Any] = {
        "cpu": demand.cpu,
        "memory_gib": demand.memory_gib,
        "cpu_limit": demand.cpu_limit,
        "memory_limit_gib": demand.memory_limit_gib,
        "devices": dict(demand.devices),
    }
    if isinstance(one.asked, Decimal) and one.asked:
        for name in ("cpu", "memory_gib"):
            value = found[name]
            found[f"{name}_per_accelerator"] = value / one.asked if isinstance(value, Decimal) else value
        found.update(_share_of_node(one, catalog))
    elif isinstance(one.asked, Unknown):
        found["node_share"] = one.asked
    return found


def _share_of_node(one: Understood, catalog: Catalog) -> Mapping[str, Any]:
    """How much of the node each accelerator of the pod takes with it, 1 being its even share; of the machine that suits best.

    `node_share` is the larger of the shares of CPU and of memory: over 1, accelerators of the node are left without either.
    """
    provider, asked = one.place.provider, one.asked
    best: dict[str, Any] = {}
    if provider is None or not isinstance(asked, Decimal):
        return {"node_share": Unknown("no machine type is known that carries it")}
    for type_ in one.place.machine_types:
        spec = catalog.machine(provider, type_)
        if spec is None or not (spec.vcpu and spec.memory_gib and spec.accelerator_count):
            continue
        parts = [
            value * spec.accelerator_count / whole / asked
            for value, whole in ((one.demand.cpu, spec.vcpu), (one.demand.memory_gib, spec.memory_gib))
            if isinstance(value, Decimal)
        ]
        if parts and (not best or max(parts) < best["node_share"]):
            best = {
                "node_share": max(parts).quantize(_HUNDREDTH),
                "node_type": type_,
                "node_vcpu": spec.vcpu,
                "node_memory_gib": spec.memory_gib,
                "node_accelerators": spec.accelerator_count,
            }
    return best or {"node_share": Unknown("no machine type is known that carries it")}


def _missing(one: Understood) -> list[str]:
    return ["cpu"] * bool(one.demand.cpu_gaps) + ["memory"] * bool(one.demand.memory_gaps)


_QUOTA_WORDS = ("gpu", "tpu", "neuron", "gaudi", "nvidia.com/mig-", "deviceclass")
"""What a key of a ResourceQuota holds that bounds accelerators, slices of them among them."""


def _has_quota(here: Here) -> bool:
    hard = here.cluster.quotas.get(here.namespace, {})
    return any(word in str(key) for key in hard for word in _QUOTA_WORDS)


def _blockers(resource: Resource, here: Here, understood: Sequence[Understood]) -> tuple[str, ...]:
    """What keeps an autoscaler from taking the node away."""
    found: dict[str, None] = {}
    own = mapping(dig(resource.attributes.values, "metadata", "annotations"))
    for stated in (own, *(one.pods.annotations for one in understood)):
        for key in _NEVER_MOVED:
            if str(stated.get(key)).lower() == "true":
                found[key] = None
        if str(stated.get("cluster-autoscaler.kubernetes.io/safe-to-evict")).lower() == "false":
            found["cluster-autoscaler.kubernetes.io/safe-to-evict"] = None
    if resource.type == "Pod" and not dig(resource.attributes.values, "metadata", "ownerReferences"):
        found["bare pod"] = None
    for one in understood:
        desired = one.pods.capacity.desired
        if any(budget.blocks(one.pods.labels, desired) for budget in here.cluster.budgets_of(here.namespace)):
            found["PodDisruptionBudget"] = None
        for volume in maps(one.pods.spec.get("volumes")):
            if "hostPath" in volume or "local" in volume:
                found["local storage"] = None
    return tuple(found)


def _surge(type_: str, spec: Mapping[str, Any], understood: Sequence[Understood]) -> Any:
    """Pods more than desired while a Deployment rolls out; a share is rounded up, as Kubernetes does."""
    if type_ != "Deployment" or not understood or dig(spec, "strategy", "type") == "Recreate":
        return 0
    desired = understood[0].pods.capacity.desired
    if not isinstance(desired, int):
        return desired
    raw = dig(spec, "strategy", "rollingUpdate", "maxSurge")
    if isinstance(raw, str) and raw.endswith("%"):
        share = quantity(raw[:-1])
        return share if isinstance(share, Unknown) or share is None else ceil(share / 100 * desired)
    return whole(raw) if raw is not None else ceil(_SURGE * desired)


def _images(understood: Sequence[Understood]) -> list[str]:
    return [str(c["image"]) for one in understood for c in maps(one.pods.spec.get("containers")) if c.get("image")]


def _ray(type_: str, values: Mapping[str, Any], understood: Sequence[Understood]) -> Mapping[str, Any]:
    cluster = cluster_spec(values)
    spec = mapping(values.get("spec"))
    groups = list(maps(cluster.get("workerGroupSpecs")))
    idle = quantity(dig(cluster, "autoscalerOptions", "idleTimeoutSeconds"))
    held = mapping(spec.get("jobTemplate")) if type_ == "RayCronJob" else spec
    return {
        "autoscaling": cluster.get("enableInTreeAutoscaling") is True,
        "bounded": all(_bound(group) for group in groups),
        "idle_seconds": idle if idle is not None else Decimal(60),
        "head_accelerators": next((one.accelerators.count for one in understood if one.pods.name == "head"), 0),
        "suspended": spec.get("suspend") is True or cluster.get("suspend") is True,
        "shuts_down": held.get("shutdownAfterJobFinishes") is True,
        "reuses_cluster": isinstance(spec.get("clusterSelector"), Mapping),
    }


def _bound(group: Mapping[str, Any]) -> bool:
    most = whole(group.get("maxReplicas"))
    return isinstance(most, int) and most < NO_BOUND
