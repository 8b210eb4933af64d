"""What the tier or size of an Azure service changes about its bill: table tests, one line a case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, estimate_of, quantities

from spendgate.model.cost import Basis, Estimate, EstimateState, LineItem, Missing

H = 730


def item(estimate: Estimate, part: str) -> LineItem:
    found = [line for line in estimate.items if part in line.name]
    assert len(found) == 1, [line.name for line in estimate.items]
    return found[0]


def without_price(estimate: Estimate) -> dict[str, str]:
    return {part.component: part.reason for part in estimate.unpriced if part.missing is Missing.UNPRICED}


@pytest.mark.parametrize(
    ("type_", "attributes", "part", "reason"),
    [
        pytest.param("azurerm_bastion_host", {"sku": "Standard"}, "Bastion host (standard)", "bastion host (standard)", id="a standard bastion is not priced as a basic one"),
        pytest.param("azurerm_bastion_host", {"sku": "Standard", "scale_units": 5}, "Additional scale units", "additional scale unit", id="scale units above two are paid apart"),
        pytest.param("azurerm_firewall", {"sku_tier": "Basic"}, "Deployment (Basic)", "deployment (Basic)", id="a basic firewall is not priced as a standard one"),
    ],
)  # fmt: skip
def test_another_tier_has_another_rate(type_: str, attributes: dict[str, Any], part: str, reason: str) -> None:
    assert reason in without_price(estimate_of(type_, attributes))[part]


def test_what_a_basic_firewall_processes_is_not_priced_as_for_others() -> None:
    found = estimate_of("azurerm_firewall", {"sku_tier": "Basic"}, monthly_data_processed_gb=10)
    assert "data processed (basic)" in without_price(found)["Data processed"]


def test_a_developer_bastion_is_free() -> None:
    found = estimate_of("azurerm_bastion_host", {"sku": "Developer"}, monthly_outbound_data_gb=0)
    assert found.state is EstimateState.FREE


@pytest.mark.parametrize(
    ("attributes", "price"),
    [
        ({"allocation_method": "Static", "sku": "Standard"}, "0.005"),
        ({"allocation_method": "Static"}, "0.005"),
        ({"allocation_method": "Static", "sku": "Basic"}, "0.0036"),
    ],
    ids=["standard", "nothing stated", "basic"],
)
def test_a_static_address_is_priced_by_its_sku(attributes: dict[str, Any], price: str) -> None:
    assert item(estimate_of("azurerm_public_ip", attributes), "IP address").rate.price == Decimal(price)


@pytest.mark.parametrize(
    ("key", "operations"),
    [
        pytest.param({"key_type": "RSA", "key_size": 2048}, ("Software-protected keys", "0.03"), id="simple"),
        pytest.param({"key_type": "RSA", "key_size": 4096}, ("Software-protected keys", "0.15"), id="long"),
        pytest.param({"key_type": "EC"}, ("Software-protected keys", "0.15"), id="elliptic"),
        pytest.param({"key_type": "RSA-HSM", "key_size": 2048}, ("HSM-protected keys: operations", "0.03"), id="simple, in an HSM"),
        pytest.param({"key_type": "EC-HSM"}, ("HSM-protected keys: operations", "0.15"), id="elliptic, in an HSM"),
    ],
)  # fmt: skip
def test_operations_with_a_key_are_priced_by_its_kind(key: dict[str, Any], operations: tuple[str, str]) -> None:
    name, price = operations
    line = item(estimate_of("azurerm_key_vault_key", key, monthly_protected_keys_operations=10_000), name)
    assert (line.quantity.expected, line.rate.price) == (1, Decimal(price))


@pytest.mark.parametrize(
    ("attributes", "parts"),
    [
        ({}, {"Disk storage (premium v2, 100 GiB)"}),
        ({"disk_iops_read_write": 3000, "disk_mbps_read_write": 125}, {"Disk storage (premium v2, 100 GiB)"}),
        ({"disk_iops_read_write": 5000, "disk_mbps_read_write": 125}, {"Disk storage (premium v2, 100 GiB)", "Disk provisioned IOPS"}),
    ],
    ids=["nothing stated", "what is included", "more operations"],
)  # fmt: skip
def test_premium_v2_pays_for_what_is_above_the_included(attributes: dict[str, Any], parts: set[str]) -> None:
    sized = {"storage_account_type": "PremiumV2_LRS", "disk_size_gb": 100, **attributes}
    assert set(without_price(estimate_of("azurerm_managed_disk", sized))) == parts


@pytest.mark.parametrize(
    ("type_", "attributes", "lines"),
    [
        pytest.param("azurerm_sql_database", {}, {"Compute (S0)": H}, id="a standard database starts as S0"),
        pytest.param("azurerm_sql_database", {"edition": "Premium"}, {"Compute (P1)": H}, id="a premium one as P1"),
        pytest.param("azurerm_sql_database", {"requested_service_objective_name": "P1", "max_size_bytes": str(1024**4)}, {"Compute (P1)": H, "Extra data storage": 524}, id="size in bytes"),
        pytest.param("azurerm_sql_elasticpool", {"edition": "Standard", "dtu": 200, "pool_size": 512000}, {"Compute (Standard, 200 DTUs)": H, "Extra data storage": 300}, id="size of a pool in megabytes"),
    ],
)  # fmt: skip
def test_older_sql_types_state_sizes_in_their_own_way(type_: str, attributes: Any, lines: dict[str, int]) -> None:
    found = quantities(estimate_of(type_, {"location": "westeurope", **attributes}))
    assert {name: quantity for name, (quantity, _) in found.items()} == lines


def kafka(size: str, disks: int, nodes: int, **usage: Any) -> Estimate:
    worker = {"vm_size": size, "number_of_disks_per_node": disks, "target_instance_count": nodes}
    return estimate_of(
        "azurerm_hdinsight_kafka_cluster", {"location": "westeurope", "roles": [{"worker_node": [worker]}]}, **usage
    )


@pytest.mark.parametrize(
    ("size", "parts"),
    [
        ("Standard_D3_V2", {"Managed disks (S30)": 9, "Disk operations": 10}),
        ("Standard_E64is_V3", {"Managed disks (P30)": 9}),
    ],
)
def test_each_broker_of_kafka_has_disks_of_a_terabyte(size: str, parts: dict[str, int]) -> None:
    found = quantities(kafka(size, 3, 3, monthly_os_disk_operations=1_000_000))
    assert {name: quantity for name, (quantity, _) in found.items() if "isk" in name} == parts


def test_the_routing_add_on_of_aks_brings_a_dns_zone() -> None:
    found = estimate_of("azurerm_kubernetes_cluster", {"http_application_routing_enabled": True})
    assert item(found, "DNS zone").quantity.expected == 1


def test_a_larger_commitment_of_logs_is_priced_at_the_smallest_with_room_below() -> None:
    attributes = {"sku": "CapacityReservation", "reservation_capacity_in_gb_per_day": 500, "location": "westeurope"}
    line = item(estimate_of("azurerm_log_analytics_workspace", attributes), "Log data ingestion")
    assert (line.quantity.low, line.quantity.expected, line.basis) == (120, 150, Basis.ASSUMED)


@pytest.mark.parametrize("functions", [0, 1, 3])
def test_instances_of_an_elastic_plan_are_paid_once_whoever_uses_them(functions: int) -> None:
    plan = {"os_type": "Linux", "sku_name": "EP2", "worker_count": 2, "maximum_elastic_worker_count": 5}
    of = azure("azurerm_service_plan", plan)
    apps = [azure("azurerm_linux_function_app", name=f"app{number}") for number in range(functions)]
    refs = [(app.address, "service_plan_id", of.address) for app in apps]
    everything = [of, *apps]
    runs = [Run(one, *(other for other in everything if other is not one), refs=refs) for one in everything]
    lines = [line for run in runs for line in run.estimate().items]
    assert {line.name: line.quantity.expected for line in lines} == {"vCPU (EP2)": 4, "Memory (EP2)": 14}
    assert {line.quantity.high for line in lines} == {10, 35}
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("account", "price", "basis"),
    [
        ({}, "0.06", Basis.USAGE),
        ({"customer_managed_key": [{"user_assigned_identity_id": "x"}]}, "0.12", Basis.ASSUMED),
        ({"table_encryption_key_type": "Account"}, "0.12", Basis.USAGE),
        ({"customer_managed_key": [{}], "table_encryption_key_type": "Service"}, "0.06", Basis.USAGE),
    ],
    ids=["no key of its own", "a key, for what is not said", "a key for tables", "a key, not for tables"],
)
def test_tables_cost_more_where_the_accounts_own_key_encrypts_them(account: Any, price: str, basis: Basis) -> None:
    table = azure("azurerm_storage_table", region="westeurope")
    of = azure("azurerm_storage_account", {"account_replication_type": "GRS", **account}, region="westeurope")
    run = Run(table, of, refs=[(table.address, "storage_account_name", of.address)])
    line = item(run.estimate(monthly_storage_gb=10), "Capacity")
    assert (line.rate.price, line.basis) == (Decimal(price), basis)
    assert line.rate.low in (None, Decimal(price), Decimal("0.06"))


@pytest.mark.parametrize(
    ("attributes", "hours"),
    [
        pytest.param({"auto_pause_delay_in_minutes": 60, "min_capacity": 1}, None, id="pauses: by use alone"),
        pytest.param({"min_capacity": 1}, None, id="pauses unless told otherwise"),
        pytest.param({"auto_pause_delay_in_minutes": -1, "min_capacity": 0.5}, (365, 365, 2920), id="never pauses"),
    ],
)
def test_a_serverless_database_that_never_pauses_pays_for_its_smallest_size(attributes: Any, hours: Any) -> None:
    found = estimate_of("azurerm_mssql_database", {"sku_name": "GP_S_Gen5_4", **attributes})
    lines = [line.quantity for line in found.items if line.name.startswith("Compute")]
    assert [(each.low, each.expected, each.high) for each in lines] == ([] if hours is None else [hours])


def test_hyperscale_that_is_serverless_is_not_priced_as_general_purpose() -> None:
    found = estimate_of("azurerm_mssql_database", {"sku_name": "HS_S_Gen5_2"}, monthly_vcore_hours=10)
    assert "hs_s_gen5" in without_price(found)["Compute (serverless, HS_S_Gen5_2)"]


@pytest.mark.parametrize(
    ("disk", "parts"),
    [
        ({"storage_account_type": "Premium_LRS"}, set()),
        ({"storage_account_type": "Premium_LRS", "on_demand_bursting_enabled": True}, {"Bursting on demand"}),
        ({"storage_account_type": "Premium_LRS", "max_shares": 3}, {"Further mounts"}),
        ({"storage_account_type": "StandardSSD_LRS", "max_shares": 3}, set()),
    ],
    ids=["plain", "bursting", "shared", "shared, standard"],
)
def test_what_a_premium_disk_pays_beside_its_size(disk: dict[str, Any], parts: set[str]) -> None:
    assert set(without_price(estimate_of("azurerm_managed_disk", {"disk_size_gb": 32, **disk}))) == parts


def test_an_endpoint_for_sftp_is_paid_by_the_hour() -> None:
    found = estimate_of("azurerm_storage_account", {"account_replication_type": "LRS", "sftp_enabled": True})
    assert "sftp endpoint" in without_price(found)["SFTP endpoint"]


@pytest.mark.parametrize(
    ("more", "high"),
    [({}, 2), ({"maximum_throughput_units": 20}, 2), ({"maximum_throughput_units": 20, "auto_inflate_enabled": True}, 20)],
)  # fmt: skip
def test_throughput_units_that_grow_cost_up_to_their_maximum(more: dict[str, Any], high: int) -> None:
    line = item(estimate_of("azurerm_eventhub_namespace", {"sku": "Standard", "capacity": 2, **more}), "Capacity")
    assert (line.quantity.expected, line.quantity.high) == (2, high)


def test_an_api_gateway_pays_for_its_units_everywhere() -> None:
    places = [{"location": "westus", "capacity": 2}, {"location": "westeurope"}]
    line = item(
        estimate_of("azurerm_api_management", {"sku_name": "Premium_1", "additional_location": places}), "premium"
    )
    assert line.quantity.expected == 4


def test_io_that_scales_by_itself_is_paid_by_use() -> None:
    server = {
        "sku_name": "GP_Standard_D2ads_v5",
        "storage": [{"size_gb": 30, "iops": 5000, "io_scaling_enabled": True}],
    }
    found = estimate_of("azurerm_mysql_flexible_server", server)
    assert "Paid I/O" in {part.component for part in found.unpriced if part.missing is Missing.NEEDS_USAGE}
    assert not any("IOPS" in line.name for line in found.items)
