"""Which keys of the usage file each Azure type reads: what is right for another type of the same meter is an error here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_VM = ("monthly_hrs", "ultra_reservation_vcpus")
_SET = ("monthly_hrs", "instances", "os_disk", "data_disk")
_SQL = ("long_term_retention_storage_gb", "backup_storage_gb")
_DATABASE = (*_SQL, "monthly_vcore_hours", "extra_data_storage_gb", "read_replicas")
_SERVER = ("additional_backup_storage_gb",)
_FUNCTION = ("monthly_executions", "execution_duration_ms", "memory_mb", "instances")
_PODS = ("monthly_vcpu_seconds", "monthly_memory_gb_seconds", "monthly_requests")
_RUNS = ("monthly_orchestration_runs",)
_DATA = ("monthly_data_processed_gb",)
_QUERIES = ("monthly_queries",)
_RECORDS = ("a", "aaaa", "caa", "cname", "mx", "ns", "ptr", "srv", "txt")
_NODES = tuple(f"azurerm_hdinsight_{kind}_cluster" for kind in ("hadoop", "hbase", "interactive_query", "spark", "storm", "ml_services", "rserver"))  # fmt: skip

USAGE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "azurerm_virtual_machine": (*_VM, "storage_os_disk", "storage_data_disk"),
    "azurerm_linux_virtual_machine": (*_VM, "os_disk"),
    "azurerm_windows_virtual_machine": (*_VM, "os_disk"),
    "azurerm_virtual_machine_scale_set": ("monthly_hrs", "instances", "storage_profile_os_disk", "storage_profile_data_disk"),
    "azurerm_linux_virtual_machine_scale_set": _SET,
    "azurerm_windows_virtual_machine_scale_set": _SET,
    "azurerm_orchestrated_virtual_machine_scale_set": _SET,
    "azurerm_kubernetes_cluster": ("default_node_pool", "load_balancer"),
    "azurerm_kubernetes_cluster_node_pool": ("nodes", "monthly_hrs", "os_disk"),
    "azurerm_machine_learning_compute_cluster": ("instances", "monthly_hrs"),
    "azurerm_machine_learning_compute_instance": ("instances", "monthly_hrs"),
    "azurerm_managed_disk": ("monthly_disk_operations",),
    "azurerm_snapshot": ("storage_gb",),
    "azurerm_image": ("storage_gb",),
    "azurerm_storage_queue": (
        "monthly_storage_gb", "monthly_class_1_operations", "monthly_class_2_operations",
        "monthly_geo_replication_data_transfer_gb",
    ),
    "azurerm_storage_table": (
        "monthly_storage_gb", "monthly_batch_write_operations", "monthly_write_operations", "monthly_read_operations",
        "monthly_scan_operations", "monthly_list_operations", "monthly_delete_operations",
    ),
    "azurerm_storage_share": (
        "storage_gb", "snapshots_storage_gb", "metadata_at_rest_storage_gb", "monthly_write_operations",
        "monthly_list_operations", "monthly_list_and_create_container_operations", "monthly_read_operations",
        "monthly_other_operations", "monthly_data_retrieval_gb",
    ),
    "azurerm_postgresql_flexible_server": (*_SERVER, "storage_gb"),
    "azurerm_mysql_flexible_server": (*_SERVER, "monthly_io_requests"),
    **dict.fromkeys(("azurerm_postgresql_server", "azurerm_mysql_server", "azurerm_mariadb_server"), _SERVER),
    **dict.fromkeys(("azurerm_redis_cache", "azurerm_managed_redis", "azurerm_redis_enterprise_cluster", "azurerm_kusto_cluster"), ()),
    "azurerm_mssql_database": _DATABASE,
    "azurerm_sql_database": _DATABASE,
    "azurerm_mssql_managed_instance": _SQL,
    "azurerm_sql_managed_instance": _SQL,
    "azurerm_mssql_elasticpool": (),
    "azurerm_sql_elasticpool": (),
    **dict.fromkeys(("azurerm_function_app", "azurerm_linux_function_app", "azurerm_windows_function_app"), _FUNCTION),
    "azurerm_service_plan": ("instances",),
    "azurerm_app_service_plan": ("instances",),
    "azurerm_logic_app_standard": ("sku", "monthly_standard_connector_calls", "monthly_enterprise_connector_calls"),
    "azurerm_container_registry": ("storage_gb", "monthly_build_vcpu_hrs"),
    "azurerm_container_group": (),
    "azurerm_container_app": _PODS,
    "azurerm_container_app_job": _PODS,
    "azurerm_lb": _DATA,
    "azurerm_application_gateway": (*_DATA, "capacity_units", "monthly_v2_capacity_units"),
    "azurerm_nat_gateway": _DATA,
    "azurerm_firewall": _DATA,
    "azurerm_virtual_hub": _DATA,
    "azurerm_private_endpoint": ("monthly_inbound_data_processed_gb", "monthly_outbound_data_processed_gb"),
    "azurerm_bastion_host": ("monthly_outbound_data_gb",),
    "azurerm_virtual_network_gateway": ("p2s_connection", "monthly_data_transfer_gb"),
    "azurerm_point_to_site_vpn_gateway": ("monthly_p2s_connections_hrs",),
    "azurerm_virtual_network_peering": ("monthly_data_transfer_gb",),
    "azurerm_traffic_manager_profile": ("monthly_dns_queries", "monthly_traffic_view_data_points"),
    "azurerm_network_ddos_protection_plan": ("overage_amount",),
    **{f"azurerm_{zone}_{record}_record": _QUERIES for zone in ("dns", "private_dns") for record in _RECORDS},
    **dict.fromkeys(
        (
            "azurerm_lb_rule", "azurerm_lb_outbound_rule", "azurerm_public_ip", "azurerm_public_ip_prefix",
            "azurerm_virtual_network_gateway_connection", "azurerm_vpn_gateway", "azurerm_vpn_gateway_connection",
            "azurerm_express_route_gateway", "azurerm_express_route_connection", "azurerm_dns_zone",
            "azurerm_private_dns_zone", "azurerm_private_dns_resolver_inbound_endpoint",
            "azurerm_private_dns_resolver_outbound_endpoint", "azurerm_private_dns_resolver_dns_forwarding_ruleset",
        ),
        (),
    ),
    "azurerm_app_configuration": ("monthly_additional_requests",),
    "azurerm_api_management": ("monthly_api_calls", "self_hosted_gateway_count"),
    "azurerm_signalr_service": ("monthly_additional_messages",),
    "azurerm_static_web_app": ("monthly_bandwidth_gb",),
    "azurerm_static_site": ("monthly_bandwidth_gb",),
    "azurerm_key_vault_key": (
        "monthly_secrets_operations", "monthly_key_rotation_renewals", "monthly_protected_keys_operations",
        "hsm_protected_keys",
    ),
    "azurerm_key_vault_certificate": ("monthly_certificate_renewal_requests", "monthly_certificate_other_operations"),
    "azurerm_key_vault_managed_hardware_security_module": (),
    "azurerm_powerbi_embedded": (),
    "azurerm_databricks_workspace": (
        "monthly_all_purpose_compute_dbu_hrs", "monthly_jobs_compute_dbu_hrs", "monthly_jobs_light_compute_dbu_hrs",
    ),
    "azurerm_synapse_spark_pool": ("monthly_hours",),
    "azurerm_synapse_sql_pool": ("storage_tb", "disaster_recovery_enabled"),
    **dict.fromkeys(_NODES, ()),
    "azurerm_hdinsight_kafka_cluster": ("monthly_os_disk_operations",),
    "azurerm_data_factory": ("monthly_read_write_operation_entities", "monthly_monitoring_operation_entities"),
    **{f"azurerm_data_factory_integration_runtime_{kind}": _RUNS for kind in ("azure", "azure_ssis", "managed", "self_hosted")},
    "azurerm_eventhub_namespace": (
        "monthly_ingress_events", "throughput_or_capacity_units", "retention_storage_gb", "capture_enabled",
    ),
    "azurerm_servicebus_namespace": ("monthly_messaging_operations", "monthly_brokered_connections"),
    "azurerm_eventgrid_topic": ("monthly_operations",),
    "azurerm_eventgrid_system_topic": ("monthly_operations",),
    "azurerm_log_analytics_workspace": (
        "monthly_log_data_ingestion_gb", "monthly_additional_log_data_retention_gb", "monthly_sentinel_data_ingestion_gb",
        "monthly_log_data_export_gb", "monthly_basic_log_data_ingestion_gb", "monthly_basic_log_search_gb",
        "monthly_archive_data_gb", "monthly_archive_data_restored_gb", "monthly_archive_data_searched_gb",
    ),
    "azurerm_application_insights": ("monthly_data_ingested_gb",),
    "azurerm_application_insights_web_test": (),
    "azurerm_application_insights_standard_web_test": (),
    "azurerm_monitor_diagnostic_setting": ("monthly_platform_log_gb",),
    "azurerm_monitor_data_collection_rule": ("monthly_custom_metrics_samples",),
    "azurerm_automation_account": ("monthly_job_run_mins", "non_azure_config_node_count", "monthly_watcher_hrs"),
    "azurerm_network_watcher_flow_log": ("monthly_logs_collected_gb",),
    "azurerm_notification_hub_namespace": ("monthly_pushes",),
}  # fmt: skip
"""The keys of each type; types that are not listed read all keys of their meter."""


class KeysByType:
    """What a meter of many Azure types adds to say which keys belong to which; implements `meters.TellsKeys`."""

    types: Iterable[str]
    usage_keys: Mapping[str, str]

    def keys_of(self, resource_type: str) -> Mapping[str, str]:
        """The usage keys of one of its types, each with a sentence."""
        named = USAGE_KEYS.get(resource_type)
        return self.usage_keys if named is None else {k: text for k, text in self.usage_keys.items() if k in named}
