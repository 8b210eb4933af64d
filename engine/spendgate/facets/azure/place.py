"""Where an Azure resource is and how it is tagged: the same for every type."""

from __future__ import annotations

from collections.abc import Mapping

from spendgate.facets.compose import compose
from spendgate.facets.tags import Tags, marked, merge
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown
from spendgate.ports import FacetContext

_AZAPI = ("azapi_resource", "azapi_update_resource")
_WORKSPACE = "azurerm_machine_learning_workspace"
_APP_PLANS = ("azurerm_service_plan", "azurerm_app_service_plan")
_GROUP = "azurerm_resource_group"

_PARENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("machine_learning_workspace_id", (_WORKSPACE, *_AZAPI)),
    ("kubernetes_cluster_id", ("azurerm_kubernetes_cluster",)),
    ("cognitive_account_id", ("azurerm_cognitive_account", "azurerm_ai_services", "azurerm_ai_foundry")),
    ("server_id", ("azurerm_mssql_server", "azurerm_postgresql_flexible_server", "azurerm_mysql_flexible_server")),
    ("server_name", ("azurerm_sql_server", "azurerm_mssql_server", "azurerm_mysql_flexible_server")),
    ("storage_account_id", ("azurerm_storage_account",)),
    ("storage_account_name", ("azurerm_storage_account",)),
    ("loadbalancer_id", ("azurerm_lb",)),
    ("nat_gateway_id", ("azurerm_nat_gateway",)),
    (
        "virtual_machine_id",
        ("azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "azurerm_virtual_machine"),
    ),
    ("capacity_reservation_group_id", ("azurerm_capacity_reservation_group",)),
    ("dedicated_host_group_id", ("azurerm_dedicated_host_group",)),
    ("account_name", ("azurerm_cosmosdb_account", "azurerm_netapp_account", "azurerm_automation_account")),
    ("automation_account_name", ("azurerm_automation_account",)),
    ("synapse_workspace_id", ("azurerm_synapse_workspace",)),
    ("data_factory_id", ("azurerm_data_factory",)),
    ("service_plan_id", _APP_PLANS),
    ("app_service_plan_id", _APP_PLANS),
    ("container_app_environment_id", ("azurerm_container_app_environment",)),
    ("container_registry_name", ("azurerm_container_registry",)),
    ("namespace_id", ("azurerm_eventhub_namespace", "azurerm_servicebus_namespace")),
    ("key_vault_id", ("azurerm_key_vault",)),
    ("virtual_network_gateway_id", ("azurerm_virtual_network_gateway",)),
    ("virtual_network_name", ("azurerm_virtual_network",)),
    ("application_insights_id", ("azurerm_application_insights",)),
    ("workspace_id", ("azurerm_log_analytics_workspace", "azurerm_synapse_workspace")),
    ("ai_services_hub_id", ("azurerm_ai_foundry",)),
    ("target_resource_id", ("azurerm_virtual_machine_scale_set", "azurerm_linux_virtual_machine_scale_set")),
    ("parent_id", (_WORKSPACE, *_AZAPI, "azurerm_cognitive_account", "azurerm_ai_services", _GROUP)),
    ("resource_id", (_WORKSPACE, *_AZAPI, "azurerm_machine_learning_compute_instance")),
    ("location", (_GROUP,)),
    ("resource_group_name", (_GROUP,)),
)
"""Attributes that point at what a resource is part of, the nearest first: a child is where its parent is."""
_LEVELS = 8


def plain_region(place: str) -> str:
    """The short name of a region: `East US 2` is `eastus2`."""
    return place.replace(" ", "").lower()


def region(resource: Resource, context: FacetContext) -> Text:
    """The region: the resource's own, else its parent's however far up, else the configuration's; else unknown."""
    found = _stated(resource, context, _LEVELS)
    if found is not None:
        return found
    fallback = context.regions.get("azure")
    if fallback:
        return plain_region(fallback)
    own = resource.attributes.text("location")
    if isinstance(own, Unknown):
        return own
    return Unknown("neither it nor anything that it is part of names one; state regions.azure in spendgate.yaml")


def _stated(resource: Resource, context: FacetContext, levels: int) -> str | None:
    own = resource.attributes.text("location")
    if isinstance(own, str):
        return plain_region(own)
    if levels == 0:
        return None
    for attribute, types in _PARENTS:
        for parent in context.neighbours.targets(resource, attribute, *types):
            if parent is not resource and (found := _stated(parent, context, levels - 1)) is not None:
                return found
    return None


def tags(resource: Resource, context: FacetContext, origin: str = "resource") -> Tags | None:
    """The tags, keys without regard to case, or None for a type without tags. The provider has no default tags."""
    values, unknown, sensitive = resource.attributes.values, resource.attributes.unknown, resource.attributes.sensitive
    marks = unknown if isinstance(unknown, Mapping) else {}
    secrets = sensitive if isinstance(sensitive, Mapping) else {}
    if "tags" not in values and not marks.get("tags"):
        return None
    own = marked(values.get("tags"), marks.get("tags", False), secrets.get("tags", False), resource.attributes.gap)
    return merge([(origin, own)], context.aliases)


def generic(resource: Resource, context: FacetContext) -> Facets:
    """A type without a describer of its own."""
    return compose(
        resource,
        context,
        kind="other",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
    )
