"""The Azure collector against Resource Graph and Resource Manager on this machine: pages, refusals, throttling, expiry, secrets."""

from __future__ import annotations

import json
from collections import Counter

from tests.unit.collectors.azure_cloud import (
    BATCH,
    BELOW,
    FORBIDDEN,
    GRAPH,
    LAB,
    OWN,
    PLAIN,
    POLICY,
    PROD,
    RESERVED,
    Azure,
    collected,
    read,
    split,
)
from tests.unit.collectors.cloud import TOKEN

from spendgate.collectors.azure import role
from spendgate.model.values import Unknown

NO_POLICY = f"{PLAIN['id']}/managementPolicies/default"


def test_every_page_of_every_list_is_read_once(azure: Azure) -> None:
    records = collected(azure)
    names, problems = split(records)
    assert Counter(names) == Counter([*OWN, *BELOW])
    assert problems == []
    assert records[0]["subscriptions"] == [PROD, LAB]
    graph = [asked for asked in azure.cloud.asked if asked.path == GRAPH]
    assert {tuple(asked.body["subscriptions"]) for asked in graph} == {(PROD,), (LAB,)}
    assert all("order by id" in asked.body["query"] for asked in graph)
    assert {asked.method for asked in azure.cloud.asked if asked.path != GRAPH} == {"GET"}
    assert {asked.headers["authorization"] for asked in azure.cloud.asked} == {f"Bearer {TOKEN}"}


def test_what_is_collected_is_read_with_what_belongs_to_it(azure: Azure) -> None:
    workload = read(collected(azure))
    assert [problem.message for problem in workload.problems if problem.undetermined] == []
    found = {change.resource.name.rsplit("/", 1)[-1]: change.resource for change in workload.changes}
    states = {name: found[name].observed.stopped for name in ("vm-on", "vm-off", "vm-dark", "box")}
    assert states == {"vm-on": False, "vm-off": True, "vm-dark": False, "box": True}
    assert found["vm-dark"].observed.state == "running"
    assert found["chat"].attributes.get("body")["sku"] == {"name": "ProvisionedManaged", "capacity": 50}
    assert found["chat"].attributes.get("tags") == {"team": "search", "env": "prod"}
    assert found["chat"].attributes.get("location") == "westeurope"
    assert found["train"].attributes.get("body")["properties"]["properties"]["vmSize"] == "STANDARD_NC24ADS_A100_V4"
    assert found["blue"].attributes.get("body")["properties"]["instanceType"] == "Standard_NC24ads_A100_v4"
    assert found["gpu"].attributes.get("node_count") == 2


def test_lifecycles_are_known_where_there_are_none_too(azure: Azure) -> None:
    found = {change.resource.name.rsplit("/", 1)[-1]: change.resource for change in read(collected(azure)).changes}
    rules = found["store"].attributes.get("management_policy")
    assert rules[0]["actions"][0]["base_blob"] == [{"delete_after_days_since_modification_greater_than": 30}]
    assert found["plain"].attributes.get("management_policy") == []
    azure.refusals[(POLICY, "")] = [FORBIDDEN]
    records = collected(azure)
    found = {change.resource.name.rsplit("/", 1)[-1]: change.resource for change in read(records).changes}
    assert isinstance(found["store"].attributes.get("management_policy"), Unknown)
    assert split(records)[1] == [
        f"lifecycle policies of 1 of 2 microsoft.storage/storageaccounts in subscription {PROD} gave nothing (not allowed: AuthorizationFailed): they are missing in this inventory"
    ]


def test_no_secret_is_written(azure: Azure) -> None:
    text = json.dumps(collected(azure))
    assert "PLANTED" not in text
    assert '"env": "prod"' in text
    vault = next(one for one in collected(azure) if one.get("name") == "vault")
    assert "properties" not in vault


def test_pools_of_batch_and_free_reservations_are_counted_as_they_run(capacity: Azure) -> None:
    records = collected(capacity)
    found = {change.resource.name.rsplit("/", 1)[-1]: change.resource for change in read(records).changes}
    assert found["gpu"].attributes.get("fixed_scale") == [{"target_dedicated_nodes": 3, "target_low_priority_nodes": 1}]
    assert found["gpu"].attributes.get("tags") == BATCH["tags"]
    assert found["held"].attributes.get("sku")[0]["capacity"] == 3
    assert split(records)[1] == []
    assert "PLANTED" not in json.dumps(records)


def test_a_reservation_that_does_not_tell_its_use_is_said(capacity: Azure) -> None:
    capacity.refusals[(RESERVED["id"], "")] = [FORBIDDEN]
    records = collected(capacity)
    assert split(records)[1][0].startswith("allocated machines of 1 of 1 microsoft.compute/capacityreservationgroups/")
    held = next(one for one in read(records).changes if one.resource.name.endswith("held"))
    assert held.resource.attributes.get("sku")[0]["capacity"] == 2


def test_every_action_of_the_role_only_reads() -> None:
    actions = role()["Actions"]
    assert all(action.endswith("/read") and "*" not in action for action in actions)
    assert len({action.lower() for action in actions}) == len(actions)
