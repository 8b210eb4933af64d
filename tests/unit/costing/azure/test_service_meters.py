"""What Azure services are metered for: models, search, databases, network, storage, data, containers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, estimate_of, quantities

from spendgate.model.cost import Estimate, EstimateState, LineItem, Missing


def item(estimate: Estimate, part: str) -> LineItem:
    found = [line for line in estimate.items if part in line.name]
    assert len(found) == 1, [line.name for line in estimate.items]
    return found[0]


def unpriced(estimate: Estimate) -> dict[str, str]:
    return {part.component: part.reason for part in estimate.unpriced if part.missing is Missing.UNPRICED}


def by_use(estimate: Estimate) -> set[str]:
    return {part.component for part in estimate.unpriced if part.missing is Missing.NEEDS_USAGE}


def model(name: str, kind: str, capacity: int = 1, **usage: Any) -> Estimate:
    attributes = {"model": [{"name": name}], "sku": [{"name": kind, "capacity": capacity}]}
    return estimate_of("azurerm_cognitive_deployment", attributes, **usage)


def test_provisioned_units_are_paid_by_the_hour_whether_used_or_not() -> None:
    line = item(model("gpt-4o", "ProvisionedManaged", 100), "Provisioned throughput units")
    assert (line.quantity.expected, line.unit) == (73_000, "PTU-hours")


def test_provisioned_units_of_a_wider_scope_have_no_known_price() -> None:
    found = model("gpt-4o", "GlobalProvisionedManaged", 100)
    assert "Provisioned throughput units (gpt-4o)" in unpriced(found)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("text-embedding-3-small", {"Text embeddings (text-embedding-3-small)"}),
        ("dall-e-2", {"Standard 1024x1024 images (dall-e-2)"}),
        (
            "gpt-4.5-preview",
            {
                "Text input (gpt-4.5-preview)",
                "Text output (gpt-4.5-preview)",
                "Cached text input (gpt-4.5-preview)",
                "Code interpreter sessions",
            },
        ),
        ("whisper", {"Text to speech (whisper)"}),
    ],
)
def test_what_a_model_is_metered_by(name: str, parts: set[str]) -> None:
    found = model(name, "Standard")
    assert by_use(found) == parts
    assert found.state is EstimateState.NEEDS_USAGE


def test_tokens_of_a_model_without_a_price_are_unpriced_and_never_nothing() -> None:
    found = model("gpt-9-unheard", "GlobalStandard", monthly_language_input_tokens=1_000_000)
    assert "Text input (gpt-9-unheard)" in unpriced(found)


@pytest.mark.parametrize(
    ("attributes", "hours"),
    [
        ({"sku": "free"}, None),
        ({"sku": "standard2"}, 730),
        ({"sku": "standard2", "replica_count": 3, "partition_count": 2}, 4380),
    ],
)
def test_search_units(attributes: dict[str, Any], hours: int | None) -> None:
    found = [quantity for name, (quantity, _) in quantities(estimate_of("azurerm_search_service", attributes)).items()]
    assert found == ([hours] if hours else [])


@pytest.mark.parametrize(
    ("attributes", "nodes"),
    [
        ({"sku_name": "Basic", "capacity": 4}, 1),
        ({"sku_name": "Standard", "capacity": 3}, 2),
        ({"sku_name": "Premium", "capacity": 1}, 2),
        ({"sku_name": "Premium", "capacity": 1, "shard_count": 3}, 6),
        ({"sku_name": "Premium", "capacity": 3, "shard_count": 3, "replicas_per_primary": 3}, 12),
        ({"sku_name": "Premium", "capacity": 1, "shard_count": 0}, 2),
    ],
)
def test_nodes_of_a_redis_cache(attributes: dict[str, Any], nodes: int) -> None:
    found = quantities(estimate_of("azurerm_redis_cache", attributes))
    assert [quantity for quantity, _ in found.values()] == [nodes]


@pytest.mark.parametrize(("mode", "servers"), [(None, 1), ("SameZone", 2), ("ZoneRedundant", 2), ("Disabled", 1)])
def test_a_highly_available_server_bills_its_standby(mode: str | None, servers: int) -> None:
    attributes = {"sku_name": "GP_Standard_D2ds_v5", "storage_mb": 32768, "location": "westus"}
    attributes["high_availability"] = [{"mode": mode}] if mode else []
    found = estimate_of("azurerm_postgresql_flexible_server", attributes)
    assert item(found, "Compute").quantity.expected == 730 * servers
    assert item(found, "Storage").quantity.expected == 32 * servers


@pytest.mark.parametrize(
    ("attributes", "lines"),
    [
        pytest.param({"sku_name": "GP_Gen5_4", "max_size_gb": 50}, {"Compute (provisioned, GP_Gen5_4)": 730, "SQL license": 2920, "Storage": 50}, id="by vCore, with a licence"),
        pytest.param({"sku_name": "GP_Gen5_4", "max_size_gb": 50, "license_type": "BasePrice"}, {"Compute (provisioned, GP_Gen5_4)": 730, "Storage": 50}, id="with an own licence"),
        pytest.param({"sku_name": "S1", "max_size_gb": 300}, {"Compute (S1)": 730, "Extra data storage": 50}, id="by DTU, with more than comes along"),
        pytest.param({"sku_name": "P1", "max_size_gb": 500}, {"Compute (P1)": 730}, id="by DTU, with what comes along"),
        pytest.param({"elastic_pool_id": "/x/pool"}, {}, id="in a pool"),
        pytest.param({}, {"Storage": 5}, id="serverless unless told otherwise"),
    ],
)  # fmt: skip
def test_a_sql_database(attributes: dict[str, Any], lines: dict[str, int]) -> None:
    found = quantities(estimate_of("azurerm_mssql_database", attributes))
    assert {name: quantity for name, (quantity, _) in found.items()} == lines


@pytest.mark.parametrize(
    ("attributes", "usage", "units"),
    [
        ({"sku": [{"name": "WAF_v2", "capacity": 2}]}, {"capacity_units": 10}, (14600, 14600)),
        ({"sku": [{"name": "WAF_v2"}], "autoscale_configuration": [{"min_capacity": 3, "max_capacity": 10}]}, {}, (21900, 73000)),
        ({"sku": [{"name": "WAF_v2"}], "autoscale_configuration": [{"min_capacity": 0}]}, {"capacity_units": 4}, (2920, 2920)),
    ],
)  # fmt: skip
def test_capacity_units_of_an_application_gateway(attributes: Any, usage: Any, units: tuple[int, int]) -> None:
    line = item(estimate_of("azurerm_application_gateway", attributes, **usage), "V2 capacity units")
    assert (line.quantity.expected, line.quantity.high) == units


@pytest.mark.parametrize(("sku", "state"), [("Basic", EstimateState.FREE), ("Standard", EstimateState.NEEDS_USAGE)])
def test_a_basic_balancer_is_free(sku: str, state: EstimateState) -> None:
    assert estimate_of("azurerm_lb", {"sku": sku}).state is state


def test_a_rule_of_a_balancer_that_is_not_here_is_unpriced() -> None:
    assert estimate_of("azurerm_lb_rule").state is EstimateState.UNPRICED


def blob(**more: Any) -> Estimate:
    attributes = {"account_kind": "StorageV2", "account_tier": "Standard", "account_replication_type": "LRS", "access_tier": "Hot", "location": "westus"}  # fmt: skip
    usage = more.pop("usage")
    return estimate_of("azurerm_storage_account", {**attributes, **more}, **usage)


def test_hot_blobs_are_priced_in_steps() -> None:
    lines = [line for line in blob(usage={"storage_gb": 600_000}).items if line.name == "Capacity"]
    assert [line.quantity.expected for line in lines] == [51_200, 460_800, 88_000]
    assert lines[0].rate.price > lines[1].rate.price > lines[2].rate.price


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ({}, {"Blob index"}),
        ({"access_tier": "Cool"}, {"Blob index", "Data retrieval", "Early deletion"}),
        ({"is_hns_enabled": True}, {"Iterative read operations", "Iterative write operations"}),
        ({"account_tier": "Premium"}, set()),
    ],
)
def test_what_an_account_is_metered_by_beside_capacity_and_operations(more: dict[str, Any], parts: set[str]) -> None:
    usual = {"Capacity", "Write operations", "List and create container operations", "Read operations", "All other operations"}  # fmt: skip
    assert by_use(blob(usage={}, **more)) - usual == parts


def test_a_premium_share_pays_for_its_quota() -> None:
    share = azure("azurerm_storage_share", {"quota": 200, "location": "westus"})
    account = azure("azurerm_storage_account", {"account_tier": "Premium", "account_replication_type": "LRS"})
    found = Run(share, account, refs=[(share.address, "storage_account_id", account.address)]).estimate()
    assert quantities(found) == {"Data at rest": (200, "GB-month")}


def test_lustre_is_metered_though_no_price_is_known() -> None:
    found = estimate_of(
        "azurerm_managed_lustre_file_system", {"sku_name": "AMLFS-Durable-Premium-250", "storage_capacity_in_tb": 16}
    )
    assert found.state is EstimateState.UNPRICED


def test_a_spark_pool_that_pauses_may_cost_nothing() -> None:
    attributes = {"node_size": "Small", "node_count": 3, "location": "westeurope", "auto_pause": [{"delay_in_minutes": 15}]}  # fmt: skip
    line = item(estimate_of("azurerm_synapse_spark_pool", attributes), "Small")
    assert (line.quantity.low, line.quantity.expected) == (0, 3 * 4 * 730)


def test_databricks_pays_dbus_by_use() -> None:
    found = estimate_of("azurerm_databricks_workspace", {"sku": "premium"}, monthly_jobs_compute_dbu_hrs=100)
    assert item(found, "Jobs compute DBUs").monthly.expected == 30
    assert len(by_use(found)) == 2


@pytest.mark.parametrize(
    ("milliseconds", "megabytes", "seconds"), [(500, 128, 6250), (10, 128, 1250), (500, 200, 12500), (1000, 256, 25000)]
)
def test_executions_of_a_function_are_billed_in_steps(milliseconds: int, megabytes: int, seconds: int) -> None:
    function, plan = azure("azurerm_linux_function_app"), azure("azurerm_service_plan", {"sku_name": "Y1"})
    run = Run(function, plan, refs=[(function.address, "service_plan_id", plan.address)])
    found = run.estimate(monthly_executions=100_000, execution_duration_ms=milliseconds, memory_mb=megabytes)
    assert item(found, "Execution time").quantity.expected == seconds


def test_a_container_group_stops_with_its_containers() -> None:
    found = estimate_of("azurerm_container_group", {"container": [{"cpu": 2, "memory": 4}]})
    assert found.state is EstimateState.UNPRICED
    assert set(unpriced(found)) == {"vCPU", "Memory"}


@pytest.mark.parametrize(
    ("attributes", "system"),
    [
        ({"kind": "Linux", "reserved": True}, "Linux"),
        ({"kind": "Windows"}, "Windows"),
        ({"os_type": "Linux"}, "Linux"),
        ({}, "Windows"),
    ],
    ids=["older, Linux", "older, Windows", "newer, Linux", "nothing stated"],
)
def test_a_service_plan_of_either_form_is_asked_for_under_its_system(attributes: dict[str, Any], system: str) -> None:
    sized = {"sku": [{"tier": "PremiumV9", "size": "P9v9"}], **attributes}
    (said,) = unpriced(estimate_of("azurerm_app_service_plan", sized)).values()
    assert f"P9v9 {system}" in said


def test_a_service_plan_whose_number_azure_fills_in_is_one_instance() -> None:
    sized = {"kind": "Linux", "sku": [{"tier": "PremiumV9", "size": "P9v9"}]}
    plan = azure("azurerm_app_service_plan", sized, unknown={"sku": [{"capacity": True}]})
    (said,) = unpriced(Run(plan).estimate()).values()
    assert said.startswith("no price of"), "the number is known; only the price of this size is not"
