"""Edge, watching, backups and platforms of Azure: how much of what they are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.costing.azure.platform_parts import RULES, D, H, parts
from tests.unit.costing.shared.everything import amounts

from spendgate.model.cost import EstimateState

ALERT = {"scopes": ["/a", "/b"], "criteria": [{"dimension": [{"values": ["x", "y"]}, {"values": ["z"]}]}]}


@pytest.mark.parametrize(
    ("type_", "attributes", "usage", "expected"),
    [
        pytest.param(
            "azurerm_frontdoor",
            {"routing_rule": RULES, "frontend_endpoint": [{}] * 103},
            {"monthly_inbound_data_transfer_gb": 5, "monthly_outbound_data_transfer_gb": {"north_america_europe_africa": 70}},
            {
                "Routing rules (first 5)": (5 * H, "hours"),
                "Routing rules (additional)": (3 * H, "hours"),
                "Frontend hosts (over 100)": (3, "hosts"),
                "Inbound data transfer": (5, "GB"),
                "Outbound data transfer (zone 1)": (70, "GB"),
            },
            id="rules that are enabled, hosts above those included",
        ),
        pytest.param(
            "azurerm_frontdoor_firewall_policy",
            {"custom_rule": [{}, {}], "managed_rule": [{}]},
            {"monthly_custom_rule_requests": 2_000_000},
            {"Policy": (1, "months"), "Custom rules": (2, "rules"), "Managed rulesets": (1, "rulesets"), "Custom rule requests": (2, "1M requests")},
            id="rules of a firewall policy",
        ),
        pytest.param(
            "azurerm_cdn_frontdoor_profile",
            {"sku_name": "Premium_AzureFrontDoor"},
            {"monthly_requests": 50_000},
            {"Base fee (premium)": (1, "months"), "Requests (zone 1)": (5, "10k requests")},
            id="the base fee of a profile",
        ),
        pytest.param(
            "azurerm_express_route_circuit",
            {"sku": [{"tier": "Premium", "family": "MeteredData"}], "bandwidth_in_mbps": 200},
            {"monthly_outbound_gb": 10},
            {"Circuit (premium metered 200 mbps)": (1, "months"), "Outbound data": (10, "GB")},
            id="a metered circuit and what goes out",
        ),
        pytest.param(
            "azurerm_express_route_circuit",
            {"sku": [{"tier": "Standard", "family": "UnlimitedData"}], "bandwidth_in_gbps": 1},
            {},
            {"Circuit (standard unlimited 1000 mbps)": (1, "months")},
            id="an unlimited circuit",
        ),
        pytest.param("azurerm_monitor_metric_alert", ALERT, {}, {"Metrics monitoring": (4, "time-series")}, id="scopes times combinations"),
        pytest.param(
            "azurerm_monitor_metric_alert",
            {"dynamic_criteria": [{}]},
            {},
            {"Metrics monitoring": (1, "time-series"), "Dynamic threshold monitoring": (1, "time-series")},
            id="a dynamic threshold costs beside the metric",
        ),
        pytest.param(
            "azurerm_monitor_scheduled_query_rules_alert_v2",
            {**ALERT, "evaluation_frequency": "PT5M"},
            {},
            {"Log alert (5 minute frequency)": (1, "rules"), "Additional time series (5 minute frequency)": (3, "time-series")},
            id="a log alert and the series beside the first",
        ),
        pytest.param(
            "azurerm_monitor_scheduled_query_rules_alert",
            {"frequency": 60},
            {},
            {"Log alert (15 minute frequency)": (1, "rules")},
            id="once an hour is billed as once a quarter of one",
        ),
        pytest.param(
            "azurerm_monitor_action_group",
            {"email_receiver": [{}]},
            {"monthly_emails": 100, "monthly_sms_messages": {"country_code_1": 7, "country_code_34": 3}},
            {
                "Email notifications": (100, "emails"),
                "SMS messages (country code 1)": (7, "messages"),
                "SMS messages (country code 34)": (3, "messages"),
            },
            id="notifications by use and by country",
        ),
        pytest.param(
            "azurerm_network_connection_monitor",
            {
                "test_group": [
                    {"source_endpoints": ["a", "b"], "destination_endpoints": ["c", "d", "e"], "test_configuration_names": ["t"]},
                    {"enabled": False, "source_endpoints": ["a"], "destination_endpoints": ["c"], "test_configuration_names": ["t"]},
                ]
            },
            {},
            {"Connection tests": (6, "tests")},
            id="sources times destinations times configurations",
        ),
        pytest.param(
            "azurerm_security_center_subscription_pricing",
            {"tier": "Standard", "resource_type": "VirtualMachines"},
            {"monthly_servers_plan_2_nodes": 4},
            {"Defender: Servers, plan 2": (4 * H, "server-hours")},
            id="Defender by servers that are stated",
        ),
        pytest.param(
            "azurerm_active_directory_domain_service", {"sku": "Premium"}, {}, {"Domain service (Premium)": (H, "hours")}, id="a domain service"
        ),
        pytest.param(
            "azurerm_iothub", {"sku": [{"name": "S1", "capacity": 3}]}, {}, {"IoT Hub (S1)": (3, "units")}, id="units of an IoT hub"
        ),
        pytest.param(
            "azurerm_integration_service_environment",
            {"sku_name": "Premium_2"},
            {},
            {"Base unit (Premium)": (H, "hours"), "Scale units": (2 * H, "hours")},
            id="an isolated environment and its scale units",
        ),
        pytest.param(
            "azurerm_app_service_certificate_order",
            {"product_type": "WildCard"},
            {},
            {"Certificate (WildCard)": (D("0.0833"), "years")},
            id="a twelfth of a certificate's year",
        ),
        pytest.param(
            "azurerm_stream_analytics_job", {"streaming_units": 6}, {}, {"Streaming units": (6 * H, "SU-hours")}, id="streaming units"
        ),
        pytest.param(
            "azurerm_container_app_environment",
            {"workload_profile": [{"workload_profile_type": "Consumption"}, {"workload_profile_type": "D4", "minimum_count": 2, "maximum_count": 5}]},
            {},
            {"Dedicated plan management": (H, "hours"), "Dedicated profile (D4)": (2 * H, "hours")},
            id="dedicated profiles",
        ),
        pytest.param(
            "azurerm_redhat_openshift_cluster",
            {"main_profile": [{"vm_size": "Standard_D8s_v3"}], "worker_profile": [{"vm_size": "Standard_D4s_v3", "node_count": 4}]},
            {},
            {
                "Control machines (Standard_D8s_v3)": (3 * H, "hours"),
                "Workers (Standard_D4s_v3)": (4 * H, "hours"),
                "OpenShift licence (Standard_D4s_v3)": (4 * H, "hours"),
            },
            id="OpenShift: three control machines, workers, licences",
        ),
        pytest.param(
            "azurerm_cosmosdb_postgresql_cluster",
            {"coordinator_vcores": 4, "coordinator_storage_quota_in_mb": 524288, "node_count": 2, "node_vcores": 8,
             "node_storage_quota_in_mb": 1048576, "node_server_edition": "MemoryOptimized", "ha_enabled": True},
            {},
            {
                "Coordinator (GeneralPurpose)": (8 * H, "vCore-hours"),
                "Coordinator storage": (1024, "GB-month"),
                "Workers (MemoryOptimized)": (32 * H, "vCore-hours"),
                "Workers storage": (4096, "GB-month"),
            },
            id="coordinator and workers, twice with standbys",
        ),
        pytest.param(
            "azurerm_mongo_cluster",
            {"compute_tier": "M40", "shard_count": 2, "storage_size_in_gb": 128, "high_availability_mode": "ZoneRedundantPreferred"},
            {},
            {"Shards (M40)": (4 * H, "hours"), "Storage": (512, "GB-month")},
            id="shards, twice with high availability",
        ),
        pytest.param(
            "azurerm_function_app_flex_consumption",
            {"instance_memory_in_mb": 4096, "always_ready": [{"instance_count": 2}]},
            {"monthly_executions": 5_000_000},
            {"Always ready": (8 * H, "GB-hours"), "Executions": (5, "1M executions")},
            id="instances that are always ready",
        ),
        pytest.param(
            "azurerm_elastic_san", {"base_size_in_tib": 2, "extended_size_in_tib": 3}, {},
            {"Base capacity": (2, "TiB-month"), "Further capacity": (3, "TiB-month")}, id="base and further capacity",
        ),
        pytest.param("azurerm_fabric_capacity", {"sku": [{"name": "F64"}]}, {}, {"Capacity (F64)": (H, "hours")}, id="a capacity of Fabric"),
        pytest.param(
            "azurerm_vmware_private_cloud",
            {"sku_name": "av36", "management_cluster": [{"size": 3}]},
            {},
            {"Hosts (av36)": (3 * H, "hours")},
            id="hosts of VMware",
        ),
        pytest.param("azurerm_analysis_services_server", {"sku": "S1"}, {}, {"Server (S1)": (H, "hours")}, id="a server of Analysis Services"),
        pytest.param("azurerm_container_registry_agent_pool", {"tier": "S2", "instance_count": 3}, {}, {"Agents (S2)": (3 * H, "hours")}, id="agents of a registry"),
        pytest.param(
            "azurerm_application_load_balancer", {}, {"monthly_capacity_unit_hrs": 90},
            {"Load balancer": (H, "hours"), "Capacity units": (90, "unit-hours")}, id="a gateway for containers",
        ),
        pytest.param("azurerm_iotcentral_application", {"sku": "ST2"}, {"devices": 40}, {"Devices (ST2)": (40, "devices")}, id="devices by their plan"),
        pytest.param("azurerm_container_registry_task", {}, {"monthly_build_vcpu_seconds": 900}, {"Build time": (900, "seconds")}, id="a build task by its seconds"),
        pytest.param("azurerm_database_migration_service", {"sku_name": "Premium_4vCores"}, {}, {"Service (Premium_4vCores)": (H, "hours")}, id="a migration service"),
        pytest.param(
            "azurerm_palo_alto_next_generation_firewall_virtual_hub_panorama", {}, {"monthly_data_processed_gb": 7},
            {"Firewall": (H, "hours"), "Data processed": (7, "GB")}, id="a firewall of the marketplace",
        ),
        pytest.param(
            "azurerm_dev_test_linux_virtual_machine",
            {"size": "Standard_D2s_v3"},
            {},
            {"Machine (on-demand, Standard_D2s_v3)": (H, "hours")},
            id="a machine of a lab is a machine",
        ),
    ],
)  # fmt: skip
def test_how_much_of_what(
    type_: str, attributes: dict[str, Any], usage: dict[str, Any], expected: dict[str, tuple[Decimal, str]]
) -> None:
    estimate, _ = parts(type_, attributes, **usage)
    assert amounts(estimate) == expected


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        ("azurerm_monitor_metric_alert", {"enabled": False, "criteria": [{}]}),
        ("azurerm_security_center_subscription_pricing", {"tier": "Free"}),
        ("azurerm_iothub", {"sku": [{"name": "F1", "capacity": 1}]}),
        ("azurerm_app_service_certificate_binding", {"ssl_state": "SniEnabled"}),
        ("azurerm_app_service_environment_v3", {}),
        ("azurerm_container_app_environment", {}),
        ("azurerm_cdn_frontdoor_endpoint", {}),
        ("azurerm_recovery_services_vault", {}),
        ("azurerm_database_migration_service", {"sku_name": "Standard_1vCores"}),
    ],
)
def test_what_costs_nothing_is_free(type_: str, attributes: dict[str, Any]) -> None:
    estimate, _ = parts(type_, attributes)
    assert estimate.state is EstimateState.FREE


MACHINE = {"os_disk": [{"disk_size_gb": 100}]}
