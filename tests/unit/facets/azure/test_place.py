"""Regions through any number of parents, tags, storage lifecycles."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, facets_of

from spendgate.model.values import Unknown

ACCOUNT = "azurerm_storage_account"
POLICY = "azurerm_storage_management_policy"


@pytest.mark.parametrize(("stated", "region"), [("East US", "eastus"), ("eastus2", "eastus2"), ("West Europe", "westeurope")])  # fmt: skip
def test_a_region_has_one_spelling(stated: str, region: str) -> None:
    assert facets_of(ACCOUNT, {"location": stated}).region == region


def test_a_region_that_is_not_found_is_unknown_and_never_a_default() -> None:
    found = Run(azure("azurerm_mssql_database", region=None)).facets().region
    assert isinstance(found, Unknown)
    assert "regions.azure" in found.reason


def test_the_configuration_may_state_the_region_of_last_resort() -> None:
    lone = azure("azurerm_mssql_database", region=None)
    assert Run(lone, regions={"azure": "West US"}).facets().region == "westus"


def test_a_region_known_only_after_apply_is_that_of_the_group() -> None:
    vm = azure("azurerm_linux_virtual_machine", {}, unknown={"location": True}, region=None)
    group = azure("azurerm_resource_group", {}, region="UK South")
    assert Run(vm, group, refs=[(vm.address, "location", group.address)]).facets().region == "uksouth"
    alone = Run(vm).facets().region
    assert isinstance(alone, Unknown)


def test_a_group_is_found_by_name_where_no_reference_tells() -> None:
    disk = azure("azurerm_managed_disk", {"resource_group_name": "rg-ml"}, region=None)
    group = azure("azurerm_resource_group", {"name": "rg-ml"}, region="France Central")
    assert Run(disk, group).facets().region == "francecentral"


@pytest.mark.parametrize(
    ("child", "attribute", "parent"),
    [
        ("azurerm_mssql_database", "server_id", "azurerm_mssql_server"),
        ("azurerm_storage_share", "storage_account_name", ACCOUNT),
        ("azurerm_lb_rule", "loadbalancer_id", "azurerm_lb"),
        ("azurerm_function_app", "app_service_plan_id", "azurerm_app_service_plan"),
        ("azurerm_synapse_spark_pool", "synapse_workspace_id", "azurerm_synapse_workspace"),
        ("azurerm_cosmosdb_sql_container", "account_name", "azurerm_cosmosdb_account"),
        ("azurerm_cognitive_deployment", "cognitive_account_id", "azurerm_ai_services"),
    ],
)
def test_a_child_is_where_its_parent_is(child: str, attribute: str, parent: str) -> None:
    inner, outer = azure(child, region=None), azure(parent, region="Japan East")
    assert Run(inner, outer, refs=[(inner.address, attribute, outer.address)]).facets().region == "japaneast"


def test_parents_in_a_circle_are_no_region() -> None:
    first = azure("azapi_resource", {"type": "a@1"}, name="a", region=None)
    second = azure("azapi_resource", {"type": "b@1"}, name="b", region=None)
    refs = [(first.address, "parent_id", second.address), (second.address, "parent_id", first.address)]
    assert isinstance(Run(first, second, refs=refs).facets().region, Unknown)


@pytest.mark.parametrize(
    ("attributes", "unknown", "tags"),
    [
        pytest.param({"tags": {"CostCenter": "42", "ENV": "Prod"}}, False, {"cost-center": "42", "environment": "Prod"}, id="spelt in any case"),
        pytest.param({"tags": None}, False, {}, id="none"),
    ],
)  # fmt: skip
def test_tags(attributes: dict[str, Any], unknown: Any, tags: dict[str, str]) -> None:
    found = facets_of(ACCOUNT, attributes, unknown=unknown)
    assert found.taggable
    assert found.tags == tags


def test_a_tag_whose_value_is_not_known_is_there() -> None:
    found = facets_of(ACCOUNT, {"tags": {"owner": "ml"}}, unknown={"tags": {"team": True}}).tags
    assert not isinstance(found, Unknown)
    assert found["owner"] == "ml"
    assert isinstance(found["team"], Unknown)


def test_tags_that_are_not_known_at_all() -> None:
    assert isinstance(facets_of(ACCOUNT, {}, unknown={"tags": True}).tags, Unknown)


def test_secret_tags_stay_out() -> None:
    found = facets_of(ACCOUNT, {"tags": {"owner": "ml"}}, sensitive={"tags": {"owner": True}}).tags
    assert not isinstance(found, Unknown)
    assert isinstance(found["owner"], Unknown)


def test_a_type_without_tags_takes_none() -> None:
    assert not facets_of("azurerm_lb_rule").taggable


def rule(base_blob: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"enabled": True, "actions": [{"base_blob": [base_blob]}], **more}


AFTER = "_after_days_since_modification_greater_than"


@pytest.mark.parametrize(
    ("rules", "enabled", "tier", "expire"),
    [
        pytest.param([], False, None, None, id="no rules"),
        pytest.param([rule({f"delete{AFTER}": 90, f"tier_to_cool{AFTER}": 30})], True, 30, 90, id="cooler, then gone"),
        pytest.param([rule({f"delete{AFTER}": -1, f"tier_to_archive{AFTER}": 180})], True, 180, None, id="-1 is unset"),
        pytest.param([rule({f"delete{AFTER}": 90}, enabled=False)], False, None, None, id="a rule that is off"),
        pytest.param([rule({f"delete{AFTER}": 90}), rule({f"delete{AFTER}": 7})], True, None, 7, id="the earliest wins"),
    ],
)  # fmt: skip
def test_the_lifecycle_of_an_account(rules: list[Any], enabled: bool, tier: Any, expire: Any) -> None:
    account, policy = azure(ACCOUNT, {"account_tier": "Standard"}), azure(POLICY, {"rule": rules})
    found = Run(account, policy, refs=[(policy.address, "storage_account_id", account.address)]).facets().lifecycle
    assert found is not None
    assert (found.enabled, found.tier_days, found.expire_days, found.abort_multipart_days) == (enabled, tier, expire, 7)


def test_a_container_has_the_lifecycle_of_its_account() -> None:
    container = azure("azurerm_storage_container", {"name": "checkpoints"}, region=None)
    account, policy = azure(ACCOUNT), azure(POLICY, {"rule": [rule({f"delete{AFTER}": 30})]})
    refs = [
        (container.address, "storage_account_id", account.address),
        (policy.address, "storage_account_id", account.address),
    ]
    found = Run(container, account, policy, refs=refs).facets()
    assert found.lifecycle is not None
    assert (found.name, found.lifecycle.expire_days, found.region) == ("checkpoints", 30, "eastus")


def test_a_container_without_its_account_has_an_unknown_lifecycle() -> None:
    found = facets_of("azurerm_storage_container", {"name": "checkpoints"}).lifecycle
    assert found is not None
    assert isinstance(found.enabled, Unknown)


def test_days_known_only_after_apply_are_unknown() -> None:
    mark = {"rule": [{"actions": [{"base_blob": [{f"delete{AFTER}": True}]}]}]}
    account, policy = azure(ACCOUNT), azure(POLICY, {"rule": [rule({})]}, unknown=mark)
    found = Run(account, policy, refs=[(policy.address, "storage_account_id", account.address)]).facets().lifecycle
    assert found is not None
    assert isinstance(found.expire_days, Unknown)
