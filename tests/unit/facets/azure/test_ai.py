"""Azure ML, online endpoints and model deployments: size, idle limits, schedules, how they are paid."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, facets_of

from spendgate.facets.azure.shutdown import minutes_of
from spendgate.model.facets import Capacity
from spendgate.model.values import AFTER_APPLY, Unknown

CLUSTER = "azurerm_machine_learning_compute_cluster"
INSTANCE = "azurerm_machine_learning_compute_instance"
WORKSPACE = "azurerm_machine_learning_workspace"
DEPLOYMENT = "azurerm_cognitive_deployment"
API = "Microsoft.MachineLearningServices/workspaces"


def cluster(least: Any, most: Any, **more: Any) -> dict[str, Any]:
    settings = {"min_node_count": least, "max_node_count": most, "scale_down_nodes_after_idle_duration": "PT30S"}
    return {"vm_size": "Standard_NC6s_v3", "scale_settings": [settings], **more}


def test_a_cluster_rests_at_its_minimum() -> None:
    found = facets_of(CLUSTER, cluster(0, 8))
    assert found.capacity == Capacity(0, 0, 8)
    assert (found.accel.max_total, found.scaling.scale_to_zero, found.limits.idle_minutes) == (8, True, 0.5)
    assert found.kind == "ai.cluster"


def test_a_cluster_of_low_priority_is_spot() -> None:
    assert facets_of(CLUSTER, cluster(1, 2, vm_priority="LowPriority")).purchase.model == "spot"


@pytest.mark.parametrize("mark", [{"scale_settings": True}, {"scale_settings": [{"max_node_count": True}]}])
def test_a_cluster_whose_bounds_are_not_known(mark: Any) -> None:
    found = facets_of(CLUSTER, cluster(0, 8), unknown=mark)
    assert isinstance(found.capacity.max, Unknown)
    assert isinstance(found.accel.max_total, Unknown)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("PT30M", 30), ("PT2H", 120), ("P1DT2H", 1560), ("PT90S", 1.5), ("half an hour", None), ("P", None), (None, None)],
)
def test_durations_are_read_as_minutes(text: str | None, minutes: Any) -> None:
    assert minutes_of(text) == minutes


def test_an_unknown_duration_stays_unknown() -> None:
    assert minutes_of(AFTER_APPLY) is AFTER_APPLY


def test_an_instance_is_a_notebook_in_the_region_of_its_workspace() -> None:
    instance = azure(INSTANCE, {"virtual_machine_size": "Standard_NC6s_v3"}, region=None)
    workspace = azure(WORKSPACE, region="West Europe")
    found = Run(instance, workspace, refs=[(instance.address, "machine_learning_workspace_id", workspace.address)])
    facets = found.facets()
    assert (facets.kind, facets.region, facets.workload.phase) == ("ai.notebook", "westeurope", "notebook")
    assert facets.limits.idle_minutes is None


def beside(properties: dict[str, Any], *, as_text: bool = False, unknown: Any = False) -> Any:
    instance = azure(INSTANCE, {"virtual_machine_size": "Standard_NC6s_v3"})
    body: Any = {"properties": {"properties": properties}}
    update = azure(
        "azapi_update_resource",
        {"type": f"{API}/computes@2023-10-01", "body": json.dumps(body) if as_text else body},
        unknown=unknown,
    )
    return Run(instance, update, refs=[(update.address, "resource_id", instance.address)]).facets()


@pytest.mark.parametrize("as_text", [False, True])
def test_idle_shutdown_comes_through_azapi(as_text: bool) -> None:
    assert beside({"idleTimeBeforeShutdown": "PT45M"}, as_text=as_text).limits.idle_minutes == 45


def test_a_body_known_only_after_apply_leaves_the_limit_unknown() -> None:
    assert isinstance(beside({}, unknown={"body": True}).limits.idle_minutes, Unknown)


def test_a_start_and_stop_schedule_comes_through_azapi() -> None:
    entries = [
        {"action": "Start", "cron": {"expression": "0 8 * * 1-5"}},
        {"action": "Stop", "recurrence": {"schedule": {"hours": [18], "minutes": [30], "weekDays": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]}}},
        {"action": "Stop", "status": "Disabled", "cron": {"expression": "0 9 * * *"}},
    ]  # fmt: skip
    schedule = beside({"schedules": {"computeStartStop": entries}}).schedule
    assert (schedule.hours_per_week, schedule.kind, schedule.proven) == (52.5, "computeStartStop", True)


def test_an_online_endpoint_deployment() -> None:
    body = {"properties": {"instanceType": "Standard_NC24ads_A100_v4"}, "sku": {"capacity": 3}}
    found = facets_of(
        "azapi_resource", {"type": f"{API}/onlineEndpoints/deployments@2023-10-01", "body": body, "name": "blue"}
    )
    assert (found.kind, found.workload.phase, found.capacity) == ("ai.endpoint", "infer", Capacity(3, 3, 3))
    assert (found.accel.models, found.accel.max_total) == (("A100-80GB",), 3)


def test_an_online_endpoint_deployment_that_scales() -> None:
    scale = {"minInstances": 1, "maxInstances": 6}
    body = {"properties": {"instanceType": "Standard_DS3_v2", "scaleSettings": scale}, "sku": {"capacity": 2}}
    found = facets_of("azapi_resource", {"type": f"{API}/onlineEndpoints/deployments@2023-10-01", "body": body})
    assert found.capacity == Capacity(1, 2, 6)


def test_an_online_endpoint_deployment_is_where_its_workspace_is() -> None:
    kind = f"{API}/onlineEndpoints"
    deployment = azure("azapi_resource", {"type": f"{kind}/deployments@x", "body": {}}, name="d", region=None)
    endpoint = azure("azapi_resource", {"type": f"{kind}@x", "body": {}}, name="e", region=None)
    workspace = azure(WORKSPACE, {}, region=None)
    group = azure("azurerm_resource_group", {}, region="North Europe")
    refs = [
        (deployment.address, "parent_id", endpoint.address),
        (endpoint.address, "parent_id", workspace.address),
        (workspace.address, "resource_group_name", group.address),
    ]
    assert Run(deployment, endpoint, workspace, group, refs=refs).facets().region == "northeurope"


@pytest.mark.parametrize("body", ["not json {", "[]", None])
def test_a_body_that_cannot_be_read_leaves_its_machines_unknown(body: Any) -> None:
    found = facets_of("azapi_resource", {"type": f"{API}/onlineEndpoints/deployments@x", "body": body})
    assert isinstance(found.accel.count, Unknown)


def test_a_cluster_through_azapi() -> None:
    scale = {"minNodeCount": 0, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT5M"}
    properties = {"vmSize": "Standard_NC6s_v3", "vmPriority": "LowPriority", "scaleSettings": scale}
    body = {"properties": {"computeType": "AmlCompute", "properties": properties}}
    found = facets_of("azapi_resource", {"type": f"{API}/computes@2023-10-01", "body": body})
    assert (found.kind, found.capacity, found.purchase.model) == ("ai.cluster", Capacity(0, 0, 4), "spot")
    assert found.limits.idle_minutes == 5


def test_other_api_types_get_what_every_resource_gets() -> None:
    found = facets_of("azapi_resource", {"type": "Microsoft.Odd/things@x", "body": {}, "tags": {"Owner": "ml"}})
    assert (found.kind, found.tags) == ("other", {"owner": "ml"})


@pytest.mark.parametrize(
    ("attributes", "model", "llm", "capacity"),
    [
        pytest.param(
            {"model": [{"name": "gpt-4o", "version": "2024-08-06"}], "sku": [{"name": "GlobalStandard", "capacity": 30}]},
            "on-demand",
            {"model": "gpt-4o", "sku": "GlobalStandard", "capacity": 30, "tokens_per_minute": 30_000},
            Capacity(0, 0, 0),
            id="paid by token",
        ),
        pytest.param(
            {"model": [{"name": "gpt-4o"}], "sku": [{"name": "ProvisionedManaged", "capacity": 100}]},
            "provisioned",
            {"capacity": 100, "provisioned_units": 100},
            Capacity(100, 100, 100),
            id="provisioned units",
        ),
        pytest.param(
            {"model": [{"name": "gpt-4o"}], "sku": [{"name": "GlobalProvisionedManaged", "capacity": 50}]},
            "provisioned",
            {"provisioned_units": 50},
            Capacity(50, 50, 50),
            id="provisioned units anywhere in the world",
        ),
        pytest.param(
            {"model": [{"name": "gpt-4o"}], "scale": [{"type": "Standard", "capacity": 10}]},
            "on-demand",
            {"sku": "Standard", "tokens_per_minute": 10_000},
            Capacity(0, 0, 0),
            id="the block of provider 3",
        ),
    ],
)  # fmt: skip
def test_a_model_deployment(attributes: Any, model: str, llm: dict[str, Any], capacity: Capacity) -> None:
    found = facets_of(DEPLOYMENT, attributes)
    assert (found.kind, found.purchase.model, found.capacity) == ("ai.model", model, capacity)
    assert {key: found.llm[key] for key in llm} == llm


def test_a_model_deployment_whose_type_is_not_known() -> None:
    found = facets_of(DEPLOYMENT, {"model": [{"name": "gpt-4o"}], "sku": [{}]}, unknown={"sku": [{"name": True}]})
    assert isinstance(found.purchase.model, Unknown)
    assert isinstance(found.capacity.desired, Unknown)


def test_a_model_deployment_has_the_tags_and_the_region_of_its_account() -> None:
    deployment = azure(DEPLOYMENT, {"model": [{"name": "gpt-4o"}], "sku": [{"name": "Standard"}]}, region=None)
    account = azure("azurerm_cognitive_account", {"tags": {"Team": "search"}}, region="East US 2")
    found = Run(deployment, account, refs=[(deployment.address, "cognitive_account_id", account.address)]).facets()
    assert (found.region, found.tags, found.taggable) == ("eastus2", {"team": "search"}, True)
    assert found.tags_source == {"team": "cognitive_account"}


@pytest.mark.parametrize(("attributes", "units"), [({}, 1), ({"replica_count": 3, "partition_count": 2}, 6)])
def test_search_units_are_replicas_times_partitions(attributes: dict[str, Any], units: int) -> None:
    assert facets_of("azurerm_search_service", {"sku": "standard", **attributes}).capacity.desired == units
