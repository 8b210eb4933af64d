"""Azure Batch pools and container groups: machines and containers that run work and no service."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators, schedules
from spendgate.facets.azure.machines import ON_DEMAND, SPOT, machine_accelerators, types_of
from spendgate.facets.azure.place import region, tags
from spendgate.facets.compose import compose, total_capacity
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Facets, Pool, Purchase, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown, Whole
from spendgate.ports import FacetContext


def batch_pool(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_batch_pool`: dedicated and low-priority nodes; a formula that scales it tells no number."""
    attributes = resource.attributes
    formula = attributes.text("auto_scale.0.formula")
    pools = []
    for key, name, purchase in (
        ("target_dedicated_nodes", "dedicated", ON_DEMAND),
        ("target_low_priority_nodes", "low priority", SPOT),
    ):
        count: Whole = attributes.whole(f"fixed_scale.0.{key}")
        if formula is not None:
            count = Unknown("a formula scales the pool")
        # NOTE: a pool has one dedicated node unless told otherwise, and no others.
        count = (1 if purchase is ON_DEMAND else 0) if count is None else count
        if count != 0:
            pools.append(_pool(attributes, name, count, purchase, context))
    return compose(
        resource,
        context,
        kind="compute.group",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        capacity=total_capacity(pools) if pools else Capacity(0, 0, 0),
        scaling=Scaling("fixed" if formula is None else "autoscaling", not pools),
    )


def _pool(attributes: Attributes, name: str, count: Whole, purchase: Purchase, context: FacetContext) -> Pool:
    types = types_of(attributes.text("vm_size"))
    return Pool(
        machine_types=types,
        capacity=Capacity(count, count, count),
        purchase=purchase,
        accelerators=machine_accelerators(types, context.catalog),
        name=name,
    )


def container_group(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_container_group`: containers that run until they end, some with GPUs."""
    attributes = resource.attributes
    own = tags(resource, context) or NO_TAGS
    return compose(
        resource,
        context,
        kind="compute.container",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        accel=_group_accelerators(attributes),
        schedule=schedules.from_tags(own, context.schedules) or Schedule(),
        scaling=Scaling("none", False),
    )


def _group_accelerators(attributes: Attributes) -> Accelerators:
    blocks = attributes.blocks("container")
    if isinstance(blocks, Unknown):
        return accelerators.unknown(f"its containers are {blocks.reason}")
    names, total = [], Decimal(0)
    for block in blocks:
        model, count = block.text("gpu.0.sku"), block.number("gpu.0.count")
        if isinstance(model, Unknown) or isinstance(count, Unknown):
            return accelerators.unknown("a GPU of a container is known only after apply")
        if model and count:
            names.append(model)
            total += count
    return accelerators.of_variants(names, total) if names else accelerators.NONE


DESCRIBERS = {"azurerm_batch_pool": batch_pool, "azurerm_container_group": container_group}
