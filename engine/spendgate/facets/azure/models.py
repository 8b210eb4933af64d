"""Models as a service: Azure OpenAI and Foundry deployments, cognitive accounts, AI Search."""

from __future__ import annotations

from spendgate.facets.azure.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import Tags, merge
from spendgate.model.facets import Capacity, Facets, Purchase, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext

_ACCOUNTS = ("azurerm_cognitive_account", "azurerm_ai_services", "azurerm_ai_foundry")
_THOUSAND = 1000


def is_provisioned(sku: str) -> bool:
    """Whether a deployment type is paid by the hour for provisioned units (`ProvisionedManaged` and its wider scopes)."""
    return sku.lower().endswith("provisionedmanaged")


def deployment(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_cognitive_deployment`: a model and how it is paid. It takes no tags, so its account's stand for it."""
    attributes = resource.attributes
    # NOTE: provider 4 calls the block `sku`, provider 3 `scale` with its name as `type`.
    sku = attributes.text("sku.0.name")
    capacity = attributes.whole("sku.0.capacity")
    if sku is None:
        sku, capacity = attributes.text("scale.0.type"), attributes.whole("scale.0.capacity")
    return model_facets(
        resource,
        context,
        model=attributes.text("model.0.name"),
        version=attributes.text("model.0.version"),
        sku=sku,
        capacity=capacity,
        own=_account_tags(resource, context),
    )


def _account_tags(resource: Resource, context: FacetContext) -> Tags | None:
    for account in context.neighbours.targets(resource, "cognitive_account_id", *_ACCOUNTS):
        found = tags(account, context, "cognitive_account")
        return found if found is not None else merge([], context.aliases)
    return None


def model_facets(
    resource: Resource,
    context: FacetContext,
    *,
    model: Text,
    version: Text,
    sku: Text,
    capacity: Whole,
    own: Tags | None,
) -> Facets:
    """The facets of a model deployment.

    `capacity` counts provisioned units, or thousands of tokens a minute for deployments that are paid by token; one
    unless stated.
    """
    units = 1 if capacity is None else capacity
    llm: dict[str, object] = {"model": model, "version": version, "sku": sku, "capacity": units}
    if isinstance(sku, Unknown):
        size, purchase = Capacity(sku, sku, sku), Purchase(sku)
    elif sku is not None and is_provisioned(sku):
        llm["provisioned_units"] = units
        size, purchase = Capacity(units, units, units), Purchase("provisioned")
    else:
        llm["tokens_per_minute"] = units if isinstance(units, Unknown) else units * _THOUSAND
        size, purchase = Capacity(0, 0, 0), Purchase()
    fixed = purchase.model == "provisioned"
    return compose(
        resource,
        context,
        kind="ai.model",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=own,
        type_phase="infer",
        capacity=size,
        purchase=purchase,
        scaling=Scaling("fixed" if fixed else "serverless", not fixed),
        llm=llm,
    )


def account(resource: Resource, context: FacetContext) -> Facets:
    """Cognitive and AI services accounts: priced by use, by kind and SKU."""
    return compose(
        resource,
        context,
        kind="ai.service",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        capacity=Capacity(0, 0, 0),
        scaling=Scaling("serverless", True),
    )


def search(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_search_service`: search units, that is replicas times partitions, always on."""
    attributes = resource.attributes
    units = _units(attributes.whole("replica_count"), attributes.whole("partition_count"))
    return compose(
        resource,
        context,
        kind="database.search",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        capacity=Capacity(units, units, units),
        scaling=Scaling("fixed", False),
    )


def _units(replicas: Whole, partitions: Whole) -> Whole:
    """Replicas times partitions, one of each unless stated."""
    if isinstance(replicas, Unknown) or isinstance(partitions, Unknown):
        return replicas if isinstance(replicas, Unknown) else partitions
    return (1 if replicas is None else replicas) * (1 if partitions is None else partitions)


DESCRIBERS = {
    "azurerm_cognitive_deployment": deployment,
    "azurerm_cognitive_account": account,
    "azurerm_ai_services": account,
    "azurerm_search_service": search,
}
