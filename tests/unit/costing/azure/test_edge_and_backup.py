"""The edge of Azure by zones and steps, and what backups cost by what they protect."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, estimate_of
from tests.unit.costing.azure.platform_parts import D, H, parts
from tests.unit.costing.shared.everything import amounts

from spendgate.errors import SettingsError
from spendgate.model.cost import EstimateState


@pytest.mark.parametrize(
    ("region", "zone"),
    [("westeurope", "zone 1"), ("japaneast", "zone 2"), ("brazilsouth", "zone 3"), ("australiaeast", "zone 4"), ("centralindia", "zone 5")],
)  # fmt: skip
def test_the_edge_is_billed_by_the_zone_of_its_region(region: str, zone: str) -> None:
    use = {"monthly_outbound_gb": 1}
    _, asked = parts("azurerm_cdn_frontdoor_profile", {"sku_name": "Standard_AzureFrontDoor"}, region=region, **use)
    assert f"{zone} outbound" in {query.item for query in asked}


@pytest.mark.parametrize(
    ("sku", "more", "expected"),
    [
        ("Standard_Verizon", {}, {"Outbound data transfer (standard verizon, zone 1)"}),
        ("Standard_Akamai", {"optimization_type": "DynamicSiteAcceleration"}, {"Outbound data transfer (standard akamai, zone 1)", "Accelerated data transfer"}),
        ("Standard_Microsoft", {"delivery_rule": [{}] * 7}, {"Outbound data transfer (standard microsoft, zone 1)", "Rules engine rules (over 5)"}),
    ],
)  # fmt: skip
def test_a_cdn_endpoint_costs_what_its_profiles_provider_asks(
    sku: str, more: dict[str, Any], expected: set[str]
) -> None:
    profile = ("profile_name", "azurerm_cdn_profile", {"sku": sku})
    estimate, _ = parts("azurerm_cdn_endpoint", more, profile, monthly_outbound_gb=100)
    assert set(amounts(estimate)) == expected


def test_traffic_of_the_edge_is_stepped() -> None:
    use = {"monthly_outbound_data_transfer_gb": {"north_america_europe_africa": 60_000}}
    estimate = estimate_of("azurerm_frontdoor", {"routing_rule": [{"enabled": True}]}, **use)
    out = [item.monthly.expected for item in estimate.items if item.name.startswith("Outbound")]
    assert out == [D(1700), D(6000), D(1300)]


@pytest.mark.parametrize(
    ("vault", "size", "usage", "expected"),
    [
        pytest.param({}, 100, {}, {"Protected instance (each 500 GB)": 1, "Backup storage (GRS)": 100}, id="geo-redundant unless it says otherwise"),
        pytest.param({"storage_mode_type": "LocallyRedundant"}, 40, {}, {"Protected instance (up to 50 GB)": 1, "Backup storage (LRS)": 40}, id="a small machine"),
        pytest.param({"storage_mode_type": "GeoRedundant", "cross_region_restore_enabled": True}, 1200, {"additional_backup_retention_gb": 300},
                     {"Protected instance (each 500 GB)": 3, "Backup storage (RA-GRS)": 1500}, id="each further 500 GB, and older points"),
        pytest.param({}, None, {"disk_utilization_gb": 60}, {"Protected instance (each 500 GB)": 1, "Backup storage (GRS)": 60}, id="as much as is stated"),
    ],
)  # fmt: skip
def test_a_backup_costs_by_the_size_of_what_it_protects(
    vault: dict[str, Any], size: int | None, usage: dict[str, Any], expected: dict[str, int]
) -> None:
    machine = ("source_vm_id", "azurerm_linux_virtual_machine", {"os_disk": [{"disk_size_gb": size}]})
    kept = ("recovery_vault_name", "azurerm_recovery_services_vault", vault)
    estimate, _ = parts("azurerm_backup_protected_vm", {}, machine, kept, **usage)
    assert {name: amount for name, (amount, _) in amounts(estimate).items()} == expected


def test_a_backup_of_a_machine_without_a_size_asks_for_it() -> None:
    estimate, _ = parts("azurerm_backup_protected_vm", {})
    assert estimate.state is EstimateState.NEEDS_USAGE
    assert all("disk_utilization_gb" in part.reason for part in estimate.unpriced)


def test_a_country_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="country_code_1"):
        parts("azurerm_monitor_action_group", {}, monthly_sms_messages={"germany": 5})


def test_the_book_prices_a_log_alert_and_a_domain_service() -> None:
    alert = estimate_of("azurerm_monitor_scheduled_query_rules_alert_v2", {"evaluation_frequency": "PT15M"})
    assert alert.monthly is not None
    assert alert.monthly.expected == D("0.5")
    assert estimate_of("azurerm_active_directory_domain_service", {"sku": "Enterprise"}).state is EstimateState.PRICED


@pytest.mark.parametrize(
    ("kind", "profile", "monthly"),
    [
        ("azure", {}, "0.36"),
        ("nested", {"monitor_config": [{"interval_in_seconds": 10}]}, "1.36"),
        ("external", {"monitor_config": [{"interval_in_seconds": 30}]}, "0.54"),
        ("external", {"monitor_config": [{"interval_in_seconds": 10}]}, "2.54"),
    ],
)
def test_an_endpoint_of_traffic_manager_costs_its_health_checks(
    kind: str, profile: dict[str, Any], monthly: str
) -> None:
    endpoint = azure(f"azurerm_traffic_manager_{kind}_endpoint", {}, region=None)
    other = azure("azurerm_traffic_manager_profile", profile, name="profile")
    made = Run(endpoint, other, refs=[(endpoint.address, "profile_id", other.address)]).estimate()
    assert made.monthly is not None
    assert made.monthly.expected == pytest.approx(D(monthly), abs=D("0.0001"))
    assert all(item.quantity.expected == H for item in made.items)


def test_endpoints_of_a_disabled_profile_cost_nothing() -> None:
    profile = ("profile_id", "azurerm_traffic_manager_profile", {"profile_status": "Disabled"})
    estimate, _ = parts("azurerm_traffic_manager_azure_endpoint", {}, profile)
    assert estimate.state is EstimateState.FREE
