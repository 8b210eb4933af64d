"""Azure databases, network, containers, analytics and monitoring: by kind; sizes are read where they are metered."""

from __future__ import annotations

from spendgate.facets import schedules
from spendgate.facets.azure.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.facets import Facets, Limits, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_KINDS = {
    "azurerm_mssql_database": "database.sql",
    "azurerm_sql_database": "database.sql",
    "azurerm_mssql_elasticpool": "database.sql",
    "azurerm_sql_elasticpool": "database.sql",
    "azurerm_mssql_managed_instance": "database.sql",
    "azurerm_sql_managed_instance": "database.sql",
    "azurerm_mssql_virtual_machine": "database.sql",
    "azurerm_postgresql_server": "database.sql",
    "azurerm_postgresql_flexible_server": "database.sql",
    "azurerm_mysql_server": "database.sql",
    "azurerm_mysql_flexible_server": "database.sql",
    "azurerm_mariadb_server": "database.sql",
    "azurerm_cosmosdb_account": "database.document",
    "azurerm_cosmosdb_sql_database": "database.document",
    "azurerm_cosmosdb_sql_container": "database.document",
    "azurerm_cosmosdb_mongo_database": "database.document",
    "azurerm_cosmosdb_mongo_collection": "database.document",
    "azurerm_cosmosdb_gremlin_database": "database.graph",
    "azurerm_cosmosdb_gremlin_graph": "database.graph",
    "azurerm_cosmosdb_cassandra_keyspace": "database.document",
    "azurerm_cosmosdb_cassandra_table": "database.document",
    "azurerm_cosmosdb_table": "database.document",
    "azurerm_redis_cache": "database.cache",
    "azurerm_redis_enterprise_cluster": "database.cache",
    "azurerm_managed_redis": "database.cache",
    "azurerm_kusto_cluster": "database.warehouse",
    "azurerm_synapse_sql_pool": "database.warehouse",
    "azurerm_eventhub_namespace": "database.stream",
    "azurerm_servicebus_namespace": "database.queue",
    "azurerm_lb": "network.lb",
    "azurerm_lb_rule": "network.lb",
    "azurerm_lb_outbound_rule": "network.lb",
    "azurerm_application_gateway": "network.lb",
    "azurerm_nat_gateway": "network.nat",
    "azurerm_public_ip": "network.ip",
    "azurerm_public_ip_prefix": "network.ip",
    "azurerm_private_endpoint": "network.endpoint",
    "azurerm_virtual_network_gateway": "network.vpn",
    "azurerm_virtual_network_gateway_connection": "network.vpn",
    "azurerm_vpn_gateway": "network.vpn",
    "azurerm_vpn_gateway_connection": "network.vpn",
    "azurerm_point_to_site_vpn_gateway": "network.vpn",
    "azurerm_express_route_gateway": "network.transit",
    "azurerm_express_route_connection": "network.transit",
    "azurerm_virtual_hub": "network.transit",
    "azurerm_virtual_network_peering": "network.transit",
    "azurerm_bastion_host": "network.bastion",
    "azurerm_firewall": "network.firewall",
    "azurerm_cdn_frontdoor_profile": "network.cdn",
    "azurerm_container_registry": "storage.registry",
    "azurerm_log_analytics_workspace": "storage.log",
    "azurerm_application_insights": "storage.log",
    "azurerm_container_app": "compute.container",
    "azurerm_container_app_job": "compute.job",
    "azurerm_container_app_environment": "compute.container",
    "azurerm_service_plan": "compute.container",
    "azurerm_app_service_plan": "compute.container",
    "azurerm_function_app": "compute.function",
    "azurerm_linux_function_app": "compute.function",
    "azurerm_windows_function_app": "compute.function",
    "azurerm_logic_app_standard": "compute.function",
    "azurerm_databricks_workspace": "ai.workspace",
    "azurerm_synapse_workspace": "ai.workspace",
    "azurerm_stack_hci_cluster": "edge.cluster",
    "azurerm_arc_machine": "edge.device",
    "azurerm_arc_kubernetes_cluster": "edge.cluster",
}


def plain(resource: Resource, context: FacetContext) -> Facets:
    """Any of these types, with the schedule that its tags state."""
    own = tags(resource, context)
    return compose(
        resource,
        context,
        kind=_KINDS[resource.type],
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=own,
        schedule=schedules.from_tags(own or NO_TAGS, context.schedules) or Schedule(),
    )


def spark_pool(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_synapse_spark_pool`: pauses after idle minutes where it is told to."""
    attributes = resource.attributes
    return compose(
        resource,
        context,
        kind="ai.cluster",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        limits=Limits(idle_minutes=attributes.number("auto_pause.0.delay_in_minutes")),
        scaling=Scaling("fixed" if attributes.blocks("auto_scale") == () else "autoscaling", False),
    )


DESCRIBERS = {**dict.fromkeys(_KINDS, plain), "azurerm_synapse_spark_pool": spark_pool}
