"""Nodes and what makes them: live nodes, Karpenter node pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.facets.compose import compose
from spendgate.facets.kubernetes.clouds import no_region
from spendgate.facets.kubernetes.cluster import Cluster
from spendgate.facets.kubernetes.devices import Device, devices_of
from spendgate.facets.kubernetes.labels import tags_of
from spendgate.facets.kubernetes.placement import default_cloud, default_region, purchase_of
from spendgate.facets.kubernetes.pools import tidy
from spendgate.facets.kubernetes.reading import dig, gib, mapping, maps, quantity, seconds, whole
from spendgate.facets.kubernetes.requirements import NARROWING, allowed_machines
from spendgate.facets.kubernetes.shapes import asked_of
from spendgate.facets.kubernetes.sources import NodeSource, karpenter_source, node_source
from spendgate.facets.kubernetes.wishes import Wishes
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.facets import Accelerators, Capacity, Facets, Limits, Pool, Scaling
from spendgate.model.frozen import replace
from spendgate.model.own_machines import ANY_SITE, PROVIDER, fitting_types
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import FacetContext, MachineSpec


def _place(source: NodeSource, context: FacetContext) -> tuple[str | None, Text]:
    provider = source.provider or default_cloud(context.regions)
    region = source.region or (default_region(provider, context.regions) if provider else None)
    return provider, region or Unknown(no_region(provider))


def node(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """A live `Node`: the machine that it is; accelerators are those that it has, what pods may take stands apart."""
    values = resource.attributes.values
    source = node_source(resource, cluster.shapes.catalog)
    provider, region = _place(source, context)
    capacity, allocatable = mapping(dig(values, "status", "capacity")), mapping(dig(values, "status", "allocatable"))
    accel = _of_node(capacity or allocatable, source, cluster)
    wishes = Wishes(source.labels)
    types = source.machine_types
    if provider in (None, PROVIDER):
        provider, region, types = _own_machine(source, capacity or allocatable, accel, provider, region, cluster)
    pool = Pool(
        machine_types=types or Unknown("no label tells the instance type"),
        purchase=purchase_of(wishes),
        accelerators=accel,
        region=region,
        details={"provider": provider},
    )
    facets = compose(
        resource,
        context,
        kind="k8s.node",
        name=resource.name,
        region=region,
        tags=tags_of(values, None, (), context.aliases),
        pools=(pool,),
        scaling=Scaling("fixed", False),
        k8s={
            "capacity": _amounts(capacity),
            "allocatable": _amounts(allocatable),
            "accelerators_allocatable": tidy(asked_of(devices_of(_counted(allocatable), cluster.sharing))),
            "tainted": any(effect in ("NoSchedule", "NoExecute") for *_, effect in source.taints),
            "taints": tuple(key for key, *_ in source.taints),
            "nodepool": next((v[0] for k, v in source.labels.items() if k.endswith(("/nodepool", "/nodegroup", "/gke-nodepool"))), None),
        },
    )  # fmt: skip
    # NOTE: what is billed is the machine behind a node: its cloud's tags count, not the labels of the node.
    return replace(facets, taggable=False)


def _own_machine(
    source: NodeSource,
    capacity: Mapping[str, Any],
    accel: Accelerators,
    provider: str | None,
    region: Text,
    cluster: Cluster,
) -> tuple[str | None, Text, tuple[str, ...]]:
    """A node of no cloud: the machine of the rates file that it is, by its label or by its hardware; else as it was."""
    catalog = cluster.shapes.catalog
    own = [spec for type_ in catalog.machine_types(PROVIDER) if (spec := catalog.machine(PROVIDER, type_)) is not None]
    labelled = tuple(spec.machine_type for spec in own if spec.machine_type in source.machine_types)
    count, models = accel.count, accel.models
    fitting = fitting_types(
        own,
        model=models[0] if isinstance(models, tuple) and models else None,
        accelerators=Decimal(count) if isinstance(count, (int, Decimal)) else None,
        vcpu=_known(quantity(capacity.get("cpu"))),
        memory_gib=_known(gib(capacity.get("memory"))),
    )
    types = labelled or fitting
    if not types:
        return provider, region, source.machine_types
    return PROVIDER, region if isinstance(region, str) else ANY_SITE, types


def _known(amount: Number) -> Decimal | None:
    return amount if isinstance(amount, Decimal) else None


def _counted(amounts: Mapping[str, Any]) -> dict[str, Decimal | Unknown]:
    found = {str(key): quantity(value) for key, value in amounts.items() if "/" in str(key)}
    return {key: value for key, value in found.items() if value is not None and value != 0}


def _amounts(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    return {str(key): gib(v) if key in ("memory", "ephemeral-storage") else quantity(v) for key, v in raw.items()}


def _of_node(amounts: Mapping[str, Any], source: NodeSource, cluster: Cluster) -> Accelerators:
    """What a node carries. NOTE: a sliced GPU is advertised several times; a label tells the physical number."""
    devices: Sequence[Device] = devices_of(_counted(amounts), cluster.sharing)
    if not devices:
        return Accelerators()
    physical = quantity((source.labels.get("nvidia.com/gpu.count") or (None,))[0])
    count = physical if isinstance(physical, Decimal) else asked_of(devices)
    models = source.models or cluster.shapes.models(source.provider, source.machine_types)
    names: Any = models or Unknown("no label of the node names the model")
    return Accelerators(tidy(count), names, names, None, Decimal(1), devices[0].sharing, tidy(count))


def node_pool(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets:
    """A Karpenter `NodePool`: every machine type that its requirements allow, bounded by its limits.

    Its nodes follow the pods, which are priced themselves: only a fixed size (`spec.replicas`) is priced here.
    """
    values = resource.attributes.values
    spec = mapping(values.get("spec"))
    source = karpenter_source(resource, cluster.shapes)
    provider, region = _place(source, context)
    requirements = list(maps(dig(spec, "template", "spec", "requirements")))
    specs = allowed_machines(cluster.shapes, provider, source.machine_types, source.models, requirements)
    accel = _possible(specs, source, requirements)
    limits = mapping(spec.get("limits"))
    static = whole(spec.get("replicas"))
    capacity = _bounds(limits, static, specs)
    total = _gpu_limit(limits) if accel.count != 0 else 0
    if accel.count != 0 and total is None and isinstance(capacity.max, int) and isinstance(accel.count, (int, Decimal)):
        total = tidy(Decimal(accel.count) * capacity.max)
    accel = Accelerators(
        accel.count, accel.models, accel.variants, accel.memory_gib, accel.fraction, accel.sharing, total
    )
    types: tuple[str, ...] | Unknown = tuple(spec.machine_type for spec in specs)
    pool = Pool(
        machine_types=types
        or source.machine_types
        or Unknown("its requirements name no machine type of the catalogue"),
        capacity=capacity,
        purchase=purchase_of(Wishes(source.labels)),
        accelerators=accel,
        region=region,
        details={"provider": provider, "dynamic": static is None},
    )
    return compose(
        resource,
        context,
        kind="k8s.nodepool",
        name=resource.name,
        region=region,
        tags=tags_of(values, None, (mapping(dig(spec, "template", "metadata", "labels")),), context.aliases),
        pools=(pool,),
        accel=accel,
        limits=Limits(max_runtime_hours=_hours(dig(spec, "template", "spec", "expireAfter") or dig(spec, "disruption", "expireAfter"))),
        scaling=Scaling("fixed" if static is not None else "autoscaling", static in (None, 0)),
        k8s=_pool_traits(spec, source, accel),
    )  # fmt: skip


def _hours(raw: Any) -> Number:
    found = seconds(raw)
    return found / 3600 if isinstance(found, Decimal) else None


def _gpu_limit(limits: Mapping[str, Any]) -> Any:
    found = [
        quantity(value)
        for key, value in limits.items()
        if "gpu" in str(key) or "tpu" in str(key) or "neuron" in str(key)
    ]
    if not found or found[0] is None:
        return None
    return found[0] if isinstance(found[0], Unknown) else tidy(found[0])


def _bounds(limits: Mapping[str, Any], static: Whole, specs: Sequence[MachineSpec]) -> Capacity:
    """Nodes: a fixed size, else none to what the limits allow of the smallest machine."""
    nodes = whole(limits.get("nodes"))
    if static is not None:
        return Capacity(static, static, nodes if isinstance(nodes, int) else static)
    found = [nodes] if isinstance(nodes, int) else []
    for key, size in (("cpu", [s.vcpu for s in specs]), ("memory", [s.memory_gib for s in specs])):
        limit = gib(limits.get(key)) if key == "memory" else quantity(limits.get(key))
        smallest = min((value for value in size if value), default=None)
        if isinstance(limit, Decimal) and smallest:
            found.append(int(limit // smallest))
    gpus = _gpu_limit(limits)
    if isinstance(gpus, (int, Decimal)) and specs and all(spec.accelerator_count for spec in specs):
        found.append(int(gpus // min(spec.accelerator_count for spec in specs)))
    return Capacity(0, 0, min(found) if found else None)


def _possible(
    specs: Sequence[MachineSpec], source: NodeSource, requirements: Sequence[Mapping[str, Any]]
) -> Accelerators:
    """The accelerators that a pool may start. A pool that restricts nothing may start any machine, GPUs among them."""
    carrying = [spec for spec in specs if spec.accelerator and spec.accelerator_count]
    if carrying:
        models = tuple(dict.fromkeys(canonical_model(spec.accelerator or "") for spec in carrying))
        variants = tuple(dict.fromkeys(spec.accelerator or "" for spec in carrying))
        return Accelerators(
            tidy(max(s.accelerator_count for s in carrying)), models, variants, carrying[0].accelerator_memory_gib
        )
    if source.models:
        return Accelerators(Unknown("the instance type is not stated"), source.models, source.models)
    keys = {str(requirement.get("key")) for requirement in requirements}
    narrowed = keys & {
        *NARROWING,
        "node.kubernetes.io/instance-type",
        "karpenter.azure.com/sku-family",
    }
    if narrowed or specs:
        return Accelerators()
    reason = Unknown("its requirements allow any machine, those with accelerators too")
    return Accelerators(reason, reason, reason)


def _pool_traits(spec: Mapping[str, Any], source: NodeSource, accel: Accelerators) -> Mapping[str, Any]:
    """The facets under `k8s.` of a node pool."""
    disruption = mapping(spec.get("disruption"))
    budgets = list(maps(disruption.get("budgets")))
    limits = mapping(spec.get("limits"))
    after = disruption.get("consolidateAfter")
    return {
        "limits": {str(key): quantity(value) for key, value in limits.items()},
        "gpu_limit": _gpu_limit(limits),
        "cpu_limit": quantity(limits.get("cpu")),
        "has_limits": bool(limits),
        "static": spec.get("replicas") is not None,
        "consolidation_policy": disruption.get("consolidationPolicy") or "WhenEmptyOrUnderutilized",
        "consolidate_after": str(after) if after is not None else "0s",
        "never_consolidates": after == "Never",
        "expire_after": str(dig(spec, "template", "spec", "expireAfter") or "720h"),
        "never_expires": dig(spec, "template", "spec", "expireAfter") == "Never",
        "blocks_disruption": any(str(b.get("nodes")) == "0" and not b.get("schedule") for b in budgets),
        "tainted": any(effect in ("NoSchedule", "NoExecute") for *_, effect in source.taints),
        "taints": tuple(key for key, *_ in source.taints),
        "capacity_types": source.labels.get("karpenter.sh/capacity-type", ()),
        "may_have_accelerators": accel.count != 0,
    }
