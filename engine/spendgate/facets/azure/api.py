"""What only the `azapi` provider can state: online endpoint deployments of Azure ML, and its computes and models."""

from __future__ import annotations

from spendgate.facets.azure.body import api_type, body_of
from spendgate.facets.azure.machines import ON_DEMAND, SPOT
from spendgate.facets.azure.ml import COMPUTES, cluster_capacity, cluster_facets, instance_facets, ml_pool
from spendgate.facets.azure.models import model_facets
from spendgate.facets.azure.place import generic, region, tags
from spendgate.facets.azure.shutdown import minutes_of
from spendgate.facets.compose import compose
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

ENDPOINT_DEPLOYMENTS = "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments"
MODEL_DEPLOYMENTS = "microsoft.cognitiveservices/accounts/deployments"


def azapi(resource: Resource, context: FacetContext) -> Facets:
    """`azapi_resource`, by the API's own type; types that cost nothing known here get what every resource gets."""
    describe = {
        ENDPOINT_DEPLOYMENTS: _endpoint_deployment,
        COMPUTES: _compute,
        MODEL_DEPLOYMENTS: _model_deployment,
    }.get(api_type(resource))
    body = body_of(resource)
    if describe is None:
        return generic(resource, context)
    return describe(resource, body, context)


def _endpoint_deployment(resource: Resource, body: Attributes | Unknown, context: FacetContext) -> Facets:
    """Machines behind an online endpoint: as many as the SKU's capacity, or between the bounds of its scaling."""
    if isinstance(body, Unknown):
        pool = ml_pool(body, Capacity(body, body, body), ON_DEMAND, context)
        scaling = Scaling(None, body)
    else:
        count = body.whole("sku.capacity")
        least, most = (body.whole(f"properties.scaleSettings.{bound}") for bound in ("minInstances", "maxInstances"))
        count = 1 if count is None else count
        capacity = Capacity(least if least is not None else count, count, most if most is not None else count)
        pool = ml_pool(body.text("properties.instanceType"), capacity, ON_DEMAND, context)
        scaling = Scaling("fixed" if capacity.min == capacity.max else "autoscaling", capacity.min == 0)
    return compose(
        resource,
        context,
        kind="ai.endpoint",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=(pool,),
        type_phase="infer",
        scaling=scaling,
    )


def _compute(resource: Resource, body: Attributes | Unknown, context: FacetContext) -> Facets:
    if isinstance(body, Unknown):
        return instance_facets(resource, context, body, Attributes(), unknown=body)
    found = body.block("properties.properties")
    properties = found if isinstance(found, Attributes) else Attributes()
    if body.text("properties.computeType") != "AmlCompute":
        return instance_facets(resource, context, properties.text("vmSize"), properties)
    capacity = cluster_capacity(
        properties.whole("scaleSettings.minNodeCount"),
        properties.whole("scaleSettings.maxNodeCount"),
        properties.whole("currentNodeCount"),
    )
    purchase = SPOT if properties.text("vmPriority") == "LowPriority" else ON_DEMAND
    pool = ml_pool(properties.text("vmSize"), capacity, purchase, context)
    idle = minutes_of(properties.text("scaleSettings.nodeIdleTimeBeforeScaleDown"))
    return cluster_facets(resource, context, pool, idle)


def _model_deployment(resource: Resource, body: Attributes | Unknown, context: FacetContext) -> Facets:
    inner = Attributes() if isinstance(body, Unknown) else body
    unknown = body if isinstance(body, Unknown) else None
    return model_facets(
        resource,
        context,
        model=inner.text("properties.model.name") if unknown is None else unknown,
        version=inner.text("properties.model.version") if unknown is None else unknown,
        sku=inner.text("sku.name") if unknown is None else unknown,
        capacity=inner.whole("sku.capacity") if unknown is None else unknown,
        own=tags(resource, context),
    )


DESCRIBERS = {"azapi_resource": azapi}
