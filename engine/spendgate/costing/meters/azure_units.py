"""Azure services that are sold by units of a SKU: hubs, capacities, hosts, accounts."""

from __future__ import annotations

from collections.abc import Mapping

from spendgate.costing.meters.azure_parts import MILLION
from spendgate.costing.meters.parts import ByType, Use
from spendgate.costing.meters.sold import Sold, sold

_SOLD: Mapping[str, Sold] = {
    "azurerm_iothub": Sold("IoT Hub", "iot hub", "sku.0.name", number="sku.0.capacity", hourly=False, free=("f1",)),
    "azurerm_logic_app_integration_account": Sold("Integration account", "logic app integration account", "sku_name", free=("free",)),
    "azurerm_stream_analytics_cluster": Sold("Streaming capacity", "stream analytics cluster", number="streaming_capacity"),
    "azurerm_eventhub_cluster": Sold("Capacity units", "event hubs dedicated", "sku_name", default="Dedicated_1"),
    "azurerm_eventgrid_namespace": Sold(
        "Throughput units", "event grid namespace", "sku", default="Standard", number="capacity",
        uses=(Use("Operations", "1M operations", ("event grid namespace", "operations"), "monthly_operations", MILLION),),
    ),
    "azurerm_web_pubsub": Sold(
        "Units", "web pubsub", "sku", number="capacity", free=("free_f1",),
        uses=(Use("Messages above those included", "1M messages", ("web pubsub", "messages"), "monthly_additional_messages", MILLION),),
    ),
    "azurerm_fabric_capacity": Sold("Capacity", "fabric", "sku.0.name"),
    "azurerm_cosmosdb_sql_dedicated_gateway": Sold("Gateways", "cosmos db gateway", "instance_size", number="instance_count"),
    "azurerm_dedicated_hardware_security_module": Sold("HSM", "dedicated hsm", "sku_name"),
    "azurerm_vmware_private_cloud": Sold("Hosts", "vmware solution", "sku_name", number="management_cluster.0.size"),
    "azurerm_vmware_cluster": Sold("Hosts", "vmware solution", "sku_name", number="cluster_node_count"),
    "azurerm_healthbot": Sold("Bot", "health bot", "sku_name", free=("f0",), hourly=False),
    "azurerm_mssql_job_agent": Sold("Job agent", "sql job agent", "sku", default="JA100"),
    "azurerm_api_management_gateway": Sold("Self-hosted gateway", "api management gateway"),
    "azurerm_managed_application": Sold("Plan", "managed application", "plan.0.name", default="plan", hourly=False),
    "azurerm_nginx_deployment": Sold("NGINX capacity units", "nginx", "sku", number="capacity"),
    "azurerm_purview_account": Sold(
        "Data map", "purview",
        uses=(Use("Scanning", "vCore-hours", ("purview", "scanning vcore"), "monthly_scanning_vcore_hrs"),),
    ),
    "azurerm_data_lake_analytics_account": Sold("Analytics units", "data lake analytics"),
    "azurerm_lab_service_lab": Sold("Lab machines", "lab services", "virtual_machine.0.sku.0.name", number="virtual_machine.0.sku.0.capacity"),
    "azurerm_trusted_signing_account": Sold("Account", "trusted signing", "sku_name", hourly=False, unit="months"),
    "azurerm_durable_task_scheduler": Sold("Capacity units", "durable task scheduler", "sku_name", number="capacity", hourly=False),
    "azurerm_confidential_ledger": Sold("Ledger", "confidential ledger"),
    "azurerm_log_analytics_cluster": Sold("Commitment", "log analytics cluster", "size_gb", default="100", hourly=False),
    "azurerm_analysis_services_server": Sold("Server", "analysis services", "sku"),
    "azurerm_application_load_balancer": Sold(
        "Load balancer", "application gateway for containers",
        uses=(Use("Capacity units", "unit-hours", ("application gateway for containers", "capacity unit"), "monthly_capacity_unit_hrs"),),
    ),
    "azurerm_application_load_balancer_frontend": Sold("Frontend", "application gateway for containers frontend"),
    "azurerm_application_load_balancer_subnet_association": Sold("Association", "application gateway for containers association"),
    "azurerm_container_registry_agent_pool": Sold("Agents", "container registry agents", "tier", default="S1", number="instance_count"),
    "azurerm_database_migration_service": Sold(
        "Service", "database migration", "sku_name", free=("standard_1vcores", "standard_2vcores", "standard_4vcores")
    ),
    "azurerm_databox_edge_device": Sold("Device", "stack edge", "sku_name", hourly=False, unit="months"),
    **{
        f"azurerm_palo_alto_next_generation_firewall_{place}_{rules}": Sold(
            "Firewall", "palo alto cloud ngfw", uses=(Use("Data processed", "GB", ("palo alto cloud ngfw", "data processed"), "monthly_data_processed_gb"),)
        )
        for place in ("virtual_hub", "virtual_network")
        for rules in ("local_rulestack", "panorama", "strata_cloud_manager")
    },
}  # fmt: skip

UNITS = ByType({name: sold(entry) for name, entry in _SOLD.items()})
