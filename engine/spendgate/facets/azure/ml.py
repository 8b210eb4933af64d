"""Azure Machine Learning: clusters, compute instances, workspaces."""

from __future__ import annotations

from spendgate.facets import schedules
from spendgate.facets.azure.body import api_type, body_of
from spendgate.facets.azure.machines import bought, machine_accelerators, types_of
from spendgate.facets.azure.place import region, tags
from spendgate.facets.azure.shutdown import minutes_of, of_compute_instance
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets, Limits, Pool, Purchase, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import FacetContext

COMPUTES = "microsoft.machinelearningservices/workspaces/computes"


def ml_pool(size: Text, capacity: Capacity, purchase: Purchase, context: FacetContext) -> Pool:
    """Machines of Azure ML: billed as VMs of their size, Linux, with disks that Azure ML pays."""
    types = types_of(size)
    return Pool(
        machine_types=types,
        capacity=capacity,
        purchase=purchase,
        accelerators=machine_accelerators(types, context.catalog),
        details={"managed": True},
    )


def cluster_capacity(least: Whole, most: Whole, now: Whole = None) -> Capacity:
    """A cluster runs its minimum until a job asks for more; `now` is how many nodes an inventory saw."""
    least = 0 if least is None else least
    return Capacity(least, least if now is None else now, most if most is not None else least)


def cluster(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_machine_learning_compute_cluster`: scales between its bounds and down after an idle time."""
    attributes = resource.attributes
    settings = attributes.block("scale_settings")
    idle: Number
    if isinstance(settings, Unknown):
        capacity, idle = Capacity(settings, settings, settings), settings
    else:
        inner = settings if settings is not None else Attributes()
        capacity = cluster_capacity(inner.whole("min_node_count"), inner.whole("max_node_count"))
        idle = minutes_of(inner.text("scale_down_nodes_after_idle_duration"))
    pool = ml_pool(attributes.text("vm_size"), capacity, bought(attributes, "vm_priority"), context)
    return cluster_facets(resource, context, pool, idle)


def cluster_facets(resource: Resource, context: FacetContext, pool: Pool, idle: Number) -> Facets:
    """The facets of a cluster of Azure ML, whichever provider states it."""
    least = pool.capacity.min
    own = tags(resource, context) or NO_TAGS
    return compose(
        resource,
        context,
        kind="ai.cluster",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=schedules.from_tags(own, context.schedules) or Schedule(),
        limits=Limits(idle_minutes=idle),
        scaling=Scaling("autoscaling", least if isinstance(least, Unknown) else least == 0),
    )


def compute_instance(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_machine_learning_compute_instance`: always on, unless an `azapi` resource beside it says otherwise.

    The provider has no idle shutdown and no schedule of its own; both come through `azapi_update_resource`.
    """
    size = resource.attributes.text("virtual_machine_size")
    beside = context.neighbours.users(resource, "azapi_update_resource", "azapi_resource")
    for other in beside:
        if api_type(other) == COMPUTES:
            body = body_of(other)
            properties = Attributes() if isinstance(body, Unknown) else _properties(body)
            unknown = body if isinstance(body, Unknown) else None
            return instance_facets(resource, context, size, properties, unknown=unknown)
    return instance_facets(resource, context, size, Attributes())


def _properties(body: Attributes) -> Attributes:
    found = body.block("properties.properties")
    return found if isinstance(found, Attributes) else Attributes()


def instance_facets(
    resource: Resource, context: FacetContext, size: Text, properties: Attributes, *, unknown: Unknown | None = None
) -> Facets:
    """The facets of a compute instance from its size and the properties that the API takes."""
    own = tags(resource, context) or NO_TAGS
    idle = unknown if unknown is not None else minutes_of(properties.text("idleTimeBeforeShutdown"))
    schedule = of_compute_instance(properties) or schedules.from_tags(own, context.schedules) or Schedule()
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(ml_pool(size, Capacity(), Purchase(), context),),
        type_phase="notebook",
        schedule=schedule,
        limits=Limits(idle_minutes=idle),
        scaling=Scaling("none", False),
    )


def workspace(resource: Resource, context: FacetContext) -> Facets:
    """Workspaces, hubs and projects: free themselves; what runs in them is not."""
    return compose(
        resource,
        context,
        kind="ai.workspace",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        capacity=Capacity(0, 0, 0),
    )


DESCRIBERS = {
    "azurerm_machine_learning_compute_cluster": cluster,
    "azurerm_machine_learning_compute_instance": compute_instance,
    "azurerm_machine_learning_workspace": workspace,
    "azurerm_ai_foundry": workspace,
    "azurerm_ai_foundry_project": workspace,
}
