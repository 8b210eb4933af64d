"""AKS clusters and node pools."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators, schedules
from spendgate.facets.azure.machines import SPOT, bought, machine_accelerators, supports_premium, types_of
from spendgate.facets.azure.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Pool, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Flag, Unknown, Whole
from spendgate.ports import FacetContext

_DISK_GIB_BY_VCPUS = ((Decimal(8), Decimal(128)), (Decimal(16), Decimal(256)), (Decimal(64), Decimal(512)))
_LARGEST_DISK_GIB = Decimal(1024)
"""OS disk of a node without a statement, by vCPUs below which it holds (AKS documentation, default OS disk sizing)."""


def _autoscales(block: Attributes) -> Flag:
    """Whether a pool scales by itself: provider 4 and provider 3 spell it differently; bounds alone say so too."""
    for key in ("auto_scaling_enabled", "enable_auto_scaling"):
        stated = block.flag(key)
        if stated is not None:
            return stated
    return block.whole("min_count") is not None or block.whole("max_count") is not None


def pool_capacity(block: Attributes, *, is_computed: bool = True) -> Capacity:
    """Nodes of a pool. Zero nodes are zero; without a number it is the minimum, else one.

    `is_computed`: an unknown number is the provider's to fill in, not somebody's expression.
    """
    count, scaling = block.whole("node_count"), _autoscales(block)
    if isinstance(scaling, Unknown):
        return Capacity(scaling, count if count is not None else scaling, scaling)
    stated = not (count is None or (isinstance(count, Unknown) and is_computed))
    if not scaling:
        size: Whole = count if stated else 1
        return Capacity(size, size, size)
    least, most = block.whole("min_count"), block.whole("max_count")
    least = 0 if least is None else least
    desired = count if stated else least
    if isinstance(desired, int) and isinstance(least, int):
        desired = max(desired, least)
    return Capacity(least, desired, most if most is not None else desired)


def node_pool(block: Attributes, capacity: Capacity, context: FacetContext, name: str = "") -> Pool:
    """A pool of nodes from a `azurerm_kubernetes_cluster_node_pool` or a `default_node_pool` block."""
    types = types_of(block.text("vm_size"))
    spot = bought(block)
    return Pool(
        machine_types=types,
        capacity=capacity,
        purchase=spot,
        accelerators=machine_accelerators(types, context.catalog, block.text("gpu_instance")),
        disks=_node_disk(block, types, context),
        name=name,
        operating_system="windows" if block.text("os_type") == "Windows" else "linux",
    )


def _node_disk(
    block: Attributes, types: tuple[str, ...] | Unknown, context: FacetContext
) -> tuple[Disk, ...] | Unknown:
    kind = block.text("os_disk_type")
    if kind == "Ephemeral":
        return ()
    if isinstance(types, Unknown):
        return Unknown(f"machine size: {types.reason}")
    size = block.number("os_disk_size_gb")
    known = isinstance(size, Decimal) and size > 0
    premium = "Premium_LRS" if supports_premium(types[0]) else "Standard_LRS"
    return (
        Disk(
            "os_disk",
            premium,
            size if known else _default_gib(types[0], context),
            size_is_default=not known,
        ),
    )


def _default_gib(size: str, context: FacetContext) -> Decimal:
    spec = context.catalog.machine("azure", size)
    vcpu = spec.vcpu if spec is not None and spec.vcpu is not None else Decimal(1)
    return next((gib for below, gib in _DISK_GIB_BY_VCPUS if vcpu < below), _LARGEST_DISK_GIB)


def _scaling(block: Attributes, capacity: Capacity) -> Scaling:
    scaling = _autoscales(block)
    if isinstance(scaling, Unknown):
        return Scaling(None, scaling)
    if not scaling:
        return Scaling("fixed", False)
    return Scaling("autoscaling", capacity.min if isinstance(capacity.min, Unknown) else capacity.min == 0)


def pool_resource(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_kubernetes_cluster_node_pool`; its region is its cluster's."""
    attributes = resource.attributes
    capacity = pool_capacity(attributes, is_computed=not context.neighbours.points(resource, "node_count"))
    own = tags(resource, context) or NO_TAGS
    pool = node_pool(attributes, capacity, context)
    return compose(
        resource,
        context,
        kind="compute.nodepool",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=schedules.from_tags(own, context.schedules) or Schedule(),
        scaling=_scaling(attributes, pool.capacity),
        notes=("evicted when Azure needs the capacity",) if pool.purchase is SPOT else (),
    )


def cluster(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_kubernetes_cluster`: the control plane and its default pool; further pools are resources of their own."""
    attributes = resource.attributes
    block = attributes.block("default_node_pool")
    if isinstance(block, Unknown):
        unheard = accelerators.unknown(f"its default pool is {block.reason}")
        pool = Pool(block, Capacity(block, block, block), accelerators=unheard, name="default_node_pool")
        scaling = Scaling(None, block)
    else:
        inner = block if block is not None else Attributes()
        pool = node_pool(inner, pool_capacity(inner), context, "default_node_pool")
        scaling = _scaling(inner, pool.capacity)
    own = tags(resource, context) or NO_TAGS
    return compose(
        resource,
        context,
        kind="compute.cluster",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=schedules.from_tags(own, context.schedules) or Schedule(),
        scaling=scaling,
    )


DESCRIBERS = {
    "azurerm_kubernetes_cluster_node_pool": pool_resource,
    "azurerm_kubernetes_cluster": cluster,
}
