"""The Azure collector against Resource Graph and Resource Manager on this machine: pages, refusals, throttling, expiry, secrets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.unit.collectors.cloud import SECRET, TOKEN, Asked, Cloud, Reply, served

from spendgate.collectors.azure import collect, role
from spendgate.errors import InputError, SettingsError
from spendgate.inputs import open_input
from spendgate.model.values import Unknown
from spendgate_cli.inventory import inventory

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PROD, LAB = "00000000-0000-0000-0000-00000000aaaa", "00000000-0000-0000-0000-00000000bbbb"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def path_of(kind: str, name: str, subscription: str = PROD) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/rg-ai/providers/{kind}/{name}"


def row(type_: str, name: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A row of Resource Graph; its types are in lower case."""
    return {
        "id": path_of(type_, name),
        "name": name,
        "type": type_.lower(),
        "kind": "",
        "location": "westeurope",
        "resourceGroup": "rg-ai",
        "subscriptionId": PROD,
        "tags": {"team": "search", "env": "prod"},
        "sku": None,
        "zones": None,
        "managedBy": "",
        "properties": properties,
        **more,
    }


def machine(name: str, state: str | None) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "hardwareProfile": {"vmSize": "Standard_NC24ads_A100_v4"},
        "storageProfile": {"osDisk": {"osType": "Linux", "managedDisk": {"id": "d"}}},
        "osProfile": {
            "adminPassword": SECRET,
            "customData": SECRET,
            "linuxConfiguration": {"ssh": {"publicKeys": [SECRET]}},
        },
        "userData": SECRET,
        "diagnosticsProfile": {
            "bootDiagnostics": {"storageUri": f"https://x.blob.core.windows.net/?sv=1&sig={SECRET}"}
        },
    }
    if state is not None:
        properties["extended"] = {"instanceView": {"powerState": {"code": f"PowerState/{state}"}}}
    return row("Microsoft.Compute/virtualMachines", name, properties)


ACCOUNT = row(
    "Microsoft.CognitiveServices/accounts", "openai", {"endpoint": "https://x"}, kind="OpenAI", sku={"name": "S0"}
)
WORKSPACE = row("Microsoft.MachineLearningServices/workspaces", "ml", {"friendlyName": "ml"})
STORE = row(
    "Microsoft.Storage/storageAccounts", "store", {"accessTier": "Hot"}, kind="StorageV2", sku={"name": "Standard_LRS"}
)
PLAIN = row(
    "Microsoft.Storage/storageAccounts", "plain", {"accessTier": "Hot"}, kind="StorageV2", sku={"name": "Standard_LRS"}
)
VAULT = row("Microsoft.KeyVault/vaults", "vault", {"vaultUri": SECRET, "innocent": SECRET})
CLUSTER = row(
    "Microsoft.ContainerService/managedClusters",
    "aks",
    {
        "nodeResourceGroup": "MC_aks",
        "windowsProfile": {"adminPassword": SECRET},
        "servicePrincipalProfile": {"clientId": "x", "secret": SECRET},
        "agentPoolProfiles": [
            {"name": "system", "vmSize": "Standard_D4s_v5", "count": 3, "osType": "Linux", "osDiskSizeGB": 128},
            {"name": "gpu", "vmSize": "Standard_NC24ads_A100_v4", "count": 2, "osType": "Linux", "osDiskSizeGB": 128},
        ],
    },
    sku={"name": "Base", "tier": "Standard"},
)
ROWS = [
    machine("vm-on", "running"),
    machine("vm-off", "deallocated"),
    machine("vm-dark", None),
    ACCOUNT,
    WORKSPACE,
    STORE,
    PLAIN,
    VAULT,
    CLUSTER,
]


def child(of: str, kind: str, name: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": f"{of}/{kind.rsplit('/', 1)[-1]}/{name}",
        "name": name,
        "type": kind,
        "properties": properties,
        **more,
    }


DEPLOYMENTS = f"{ACCOUNT['id']}/deployments"
COMPUTES = f"{WORKSPACE['id']}/computes"
ENDPOINTS = f"{WORKSPACE['id']}/onlineEndpoints"
ONLINE = f"{ENDPOINTS}/chat/deployments"
POLICY = f"{STORE['id']}/managementPolicies/default"
NO_POLICY = f"{PLAIN['id']}/managementPolicies/default"
VIEW = f"{path_of('Microsoft.Compute/virtualMachines', 'vm-dark')}/instanceView"
_ML = "Microsoft.MachineLearningServices/workspaces"


def manager() -> dict[str, Any]:
    """What Resource Manager answers, by path; a list stands for pages of one entry."""
    model = {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"}}
    return {
        "/subscriptions": [
            {"subscriptionId": PROD, "displayName": "Production", "state": "Enabled"},
            {"subscriptionId": LAB, "displayName": "Lab", "state": "Enabled"},
            {"subscriptionId": "off", "displayName": "Closed", "state": "Disabled"},
        ],
        DEPLOYMENTS: [
            child(ACCOUNT["id"], "Microsoft.CognitiveServices/accounts/deployments", "chat", model, sku={"name": "ProvisionedManaged", "capacity": 50}),
            child(ACCOUNT["id"], "Microsoft.CognitiveServices/accounts/deployments", "cheap", model, sku={"name": "Standard", "capacity": 10}),
        ],
        COMPUTES: [
            child(WORKSPACE["id"], f"{_ML}/computes", "box", {"computeType": "ComputeInstance", "properties": {
                "vmSize": "STANDARD_NC6S_V3", "state": "Stopped", "sshSettings": {"adminPublicKey": SECRET}}}, location="westeurope", tags={"team": "ml"}),
            child(WORKSPACE["id"], f"{_ML}/computes", "train", {"computeType": "AmlCompute", "properties": {
                "vmSize": "STANDARD_NC24ADS_A100_V4", "scaleSettings": {"minNodeCount": 1, "maxNodeCount": 4}}}, location="westeurope"),
        ],
        ENDPOINTS: [child(WORKSPACE["id"], f"{_ML}/onlineEndpoints", "chat", {"authMode": "Key"})],
        ONLINE: [
            child(f"{ENDPOINTS}/chat", f"{_ML}/onlineEndpoints/deployments", "blue", {
                "instanceType": "Standard_NC24ads_A100_v4", "environmentVariables": {"HF": SECRET}}, sku={"name": "Default", "capacity": 2}),
        ],
        POLICY: {"properties": {"policy": {"rules": [{"enabled": True, "name": "r", "type": "Lifecycle", "definition": {
            "actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 30}}}}}]}}},
        VIEW: {"statuses": [{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/running"}]},
    }  # fmt: skip


class Azure:
    """An Azure: two rows a page of Resource Graph, one entry a page of a list; `refusals` by path and page stand in the place of both."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {PROD: ROWS, LAB: []}
        self.manager = manager()
        self.refusals: dict[tuple[str, str], list[Reply | None]] = {}
        self.most = 1000
        self.cloud = Cloud()

    def answer(self, asked: Asked) -> Reply | None:
        token = asked.query.get("$skip", [""])[0]
        if asked.path == GRAPH:
            token = asked.body["options"].get("$skipToken", "")
        key = (asked.path, token)
        if asked.path == GRAPH and (one := (asked.body["subscriptions"][0], token)) in self.refusals:
            key = one
        replies = self.refusals.get(key) or self.refusals.get(("*", ""))
        if replies:
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if not isinstance(reply, Reply) or reply.status != 200 or reply.body:
                return reply
        return self.graph(asked, token) if asked.path == GRAPH else self.listed(asked, token)

    def graph(self, asked: Asked, token: str) -> Reply:
        if asked.body["options"]["$top"] > self.most:
            inner = [{"code": "ResponsePayloadTooLarge", "message": SECRET}]
            return Reply({"error": {"code": "BadRequest", "message": SECRET, "details": inner}}, 400)
        rows = self.rows[asked.body["subscriptions"][0]]
        start = int(token or 0)
        following = {"$skipToken": str(start + 2)} if start + 2 < len(rows) else {}
        found = rows[start : start + 2]
        return Reply(
            {
                "totalRecords": len(rows),
                "count": len(found),
                "facets": [],
                "data": found,
                "resultTruncated": "false",
                **following,
            }
        )

    def listed(self, asked: Asked, token: str) -> Reply:
        found = self.manager.get(asked.path)
        if found is None:
            return refused(404, "ManagementPolicyNotFound" if "managementPolicies" in asked.path else "NotFound")
        if not isinstance(found, list):
            return Reply(found)
        number = int(token or 0)
        version = asked.query["api-version"][0]
        link = f"{self.cloud.url}{asked.path}?api-version={version}&$skip={number + 1}"
        return Reply({"value": found[number : number + 1], **({"nextLink": link} if number + 1 < len(found) else {})})


def refused(status: int, code: str) -> Reply:
    """An error in the form of Resource Manager; its message quotes what must not come out."""
    return Reply({"error": {"code": code, "message": f"no, {SECRET} {TOKEN}"}}, status)


FORBIDDEN = refused(403, "AuthorizationFailed")
EXPIRED = refused(401, "ExpiredAuthenticationToken")


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Azure]:
    """A running Azure, and the environment of somebody who is signed in to it."""
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    api = Azure()
    with served(api.answer) as cloud:
        api.cloud = cloud
        yield api


def collected(api: Azure, *subscriptions: str, attempts: int = 3, **options: Any) -> list[dict[str, Any]]:
    sleep = api.cloud.slept.append
    found = collect(NOW, subscriptions, api=api.cloud.url, attempts=attempts, sleep=sleep, **options)
    return [dict(one) for one in found]


def split(records: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Names of the rows, and the problems."""
    names = [one["name"] for one in records if "id" in one]
    return names, [one["problem"] for one in records if "problem" in one]


def read(records: list[dict[str, Any]]) -> Any:
    Path("estate.jsonl").write_text("\n".join(json.dumps(record) for record in records))
    return open_input("estate.jsonl", {})


OWN = ["vm-on", "vm-off", "vm-dark", "openai", "ml", "store", "plain", "vault", "aks"]
BELOW = ["chat", "cheap", "box", "train", "blue"]


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


ROW = f"subscription {PROD} "


@pytest.mark.parametrize(
    ("page", "reply", "said"),
    [
        pytest.param("", FORBIDDEN, f"{ROW}gave nothing (not allowed: AuthorizationFailed): all of its resources are missing", id="forbidden"),
        pytest.param("2", FORBIDDEN, f"{ROW}broke off after 2 of 9 (not allowed: AuthorizationFailed): resources may be missing", id="forbidden-on-the-way"),
        pytest.param("2", refused(429, "RateLimiting"), f"{ROW}broke off after 2 of 9 (throttled, however often it was asked: RateLimiting)", id="throttled"),
        pytest.param("4", refused(503, "ServiceUnavailable"), f"{ROW}broke off after 4 of 9 (HTTP 503, ServiceUnavailable)", id="down"),
        pytest.param("2", None, f"{ROW}broke off after 2 of 9 (no connection: RemoteDisconnected)", id="cut-off"),
        pytest.param("2", Reply(b'{"data": [', 200), f"{ROW}broke off after 2 of 9 (the answer is no JSON)", id="half-a-page"),
        pytest.param("", Reply({"data": {}}), f"{ROW}gave nothing (the answer has no rows)", id="no-rows"),
        pytest.param("", Reply({"data": [1]}), f"{ROW}gave nothing (the answer has no rows)", id="no-row"),
        pytest.param("2", Reply({"data": [], "totalRecords": 9, "$skipToken": "2"}), f"{ROW}broke off after 2 of 9 (the next page is one that was read before)", id="a-circle"),
        pytest.param("2", Reply({"data": [], "totalRecords": 9, "resultTruncated": "true"}), f"{ROW}broke off after 2 of 9 (the answer was cut short)", id="cut-short"),
        pytest.param("2", Reply({"data": [], "totalRecords": 9}), f"{ROW}broke off after 2 of 9 (its pages end too early)", id="too-few"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_and_the_rest_is_read(azure: Azure, page: str, reply: Reply | None, said: str) -> None:
    azure.refusals[(PROD, page)] = [reply]
    names, problems = split(collected(azure))
    assert len(problems) == 1
    assert problems[0].startswith(said)
    assert [name for name in names if name in OWN] == OWN[: int(page or 0)]
    assert "PLANTED" not in problems[0]


@pytest.mark.parametrize(
    ("path", "said", "lost"),
    [
        (DEPLOYMENTS, "deployments of models of 1 of 1 microsoft.cognitiveservices/accounts", {"chat", "cheap"}),
        (COMPUTES, "computes of 1 of 1 microsoft.machinelearningservices/workspaces", {"box", "train"}),
        (ENDPOINTS, "deployments of online endpoints of 1 of 1 microsoft.machinelearningservices/workspaces", {"blue"}),
        (ONLINE, "deployments of online endpoints of 1 of 1 microsoft.machinelearningservices/workspaces", {"blue"}),
        (VIEW, "power states of 1 of 1 microsoft.compute/virtualmachines", set()),
    ],
    ids=["models", "computes", "endpoints", "online-deployments", "power-state"],
)
@pytest.mark.parametrize(
    "reply", [FORBIDDEN, Reply({"value": 1, "statuses": 1}), None], ids=["forbidden", "broken", "cut-off"]
)
def test_a_part_that_is_refused_is_said_with_how_many(
    azure: Azure, path: str, said: str, lost: set[str], reply: Reply | None
) -> None:
    azure.refusals[(path, "")] = [reply]
    names, problems = split(collected(azure))
    assert set(names) == {*OWN, *BELOW} - lost
    assert len(problems) == 1
    assert problems[0].startswith(f"{said} in subscription {PROD} gave nothing (")


def test_a_list_that_points_to_another_host_is_not_followed(azure: Azure) -> None:
    azure.refusals[(COMPUTES, "")] = [Reply({"value": [], "nextLink": "http://127.0.0.1:9/x"})]
    _, problems = split(collected(azure))
    assert "(the next page points to another host)" in problems[0]


def test_a_state_that_is_not_known_is_no_stopped_machine(azure: Azure) -> None:
    azure.refusals[(VIEW, "")] = [FORBIDDEN]
    found = {change.resource.name.rsplit("/", 1)[-1]: change.resource for change in read(collected(azure)).changes}
    assert (found["vm-dark"].observed.state, found["vm-dark"].observed.stopped) == (None, False)


def test_pages_that_would_be_too_large_are_asked_for_in_halves(azure: Azure) -> None:
    azure.most = 250
    names, problems = split(collected(azure))
    assert (Counter(names), problems) == (Counter([*OWN, *BELOW]), [])
    assert {asked.body["options"]["$top"] for asked in azure.cloud.asked if asked.path == GRAPH} == {1000, 500, 250}


def test_a_quota_that_starts_anew_is_waited_for(azure: Azure) -> None:
    azure.refusals[(PROD, "2")] = [Reply({}, 429, {"x-ms-user-quota-resets-after": "00:00:05"}), Reply()]
    names, problems = split(collected(azure))
    assert (len(names), problems) == (len(OWN) + len(BELOW), [])
    assert azure.cloud.slept == [5.0]


def test_subscriptions_are_named_by_id_or_by_name_and_one_that_is_not_seen_is_said(azure: Azure) -> None:
    records = collected(azure, "production", LAB.upper(), "nobody's")
    assert records[0]["subscriptions"] == [PROD, LAB]
    assert split(records)[1] == [
        "subscription nobody's is not seen by this account: all of its resources are missing in this inventory"
    ]


@pytest.mark.parametrize(
    ("path", "reply", "said"),
    [
        ("/subscriptions", FORBIDDEN, "Azure does not list its subscriptions"),
        ("/subscriptions", Reply({"value": []}), "answered for none of the subscriptions"),
        (GRAPH, FORBIDDEN, "answered for none of the subscriptions"),
        (GRAPH, None, "answered for none of the subscriptions"),
    ],
    ids=["no-list", "none-seen", "forbidden", "cut-off"],
)
def test_nothing_answered_is_an_error_and_no_empty_estate(
    azure: Azure, path: str, reply: Reply | None, said: str
) -> None:
    azure.refusals[(path, "")] = [reply]
    with pytest.raises(InputError, match=said) as raised:
        collected(azure, attempts=1)
    assert "PLANTED" not in str(raised.value)


def test_a_subscription_that_nobody_sees_is_an_error_when_it_is_the_only_one(azure: Azure) -> None:
    with pytest.raises(InputError, match="answered for none"):
        collected(azure, "elsewhere")


@pytest.mark.parametrize(
    ("key", "where"),
    [
        (("/subscriptions", ""), "the list of subscriptions"),
        ((PROD, "2"), f"subscription {PROD}"),
        ((DEPLOYMENTS, ""), f"deployments of models in {ACCOUNT['id']}"),
    ],
    ids=["at-once", "between-pages", "at-a-part"],
)
def test_a_session_that_ends_ends_the_collection_and_leaves_no_file(
    azure: Azure, key: tuple[str, str], where: str
) -> None:
    azure.refusals[key] = [EXPIRED]
    done = CliRunner().invoke(inventory, ["azure", "--endpoint", azure.cloud.url, "-o", "estate.jsonl"])
    assert isinstance(done.exception, SettingsError)
    assert str(done.exception) == (
        f"Azure: the token is not taken, or has expired: ExpiredAuthenticationToken, at {where} (sign in again and start anew)"
    )
    assert list(Path().iterdir()) == []


def test_the_command_writes_a_file_and_says_what_is_missing(azure: Azure) -> None:
    azure.refusals[(COMPUTES, "")] = [FORBIDDEN]
    words = ["azure", "--subscription", "Production", "--endpoint", azure.cloud.url, "-o", "estate.jsonl"]
    done = CliRunner().invoke(inventory, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "warning: computes of 1 of 1 microsoft.machinelearningservices/workspaces in subscription" in done.output
    assert [
        problem.undetermined for problem in open_input("estate.jsonl", {}).problems if "computes" in problem.message
    ] == [True]


BATCH = row("Microsoft.Batch/batchAccounts", "batch", {"accountEndpoint": "x"})
RESERVED = row(
    "Microsoft.Compute/capacityReservationGroups/capacityReservations",
    "held",
    {"virtualMachinesAssociated": [{"id": "a"}, {"id": "b"}]},
    sku={"name": "Standard_NC24ads_A100_v4", "capacity": 4},
)


@pytest.fixture
def capacity(azure: Azure) -> Azure:
    """An Azure with a Batch account of one pool and a reservation that one machine runs in."""
    azure.rows = {PROD: [BATCH, RESERVED], LAB: []}
    start = {"commandLine": f"run {SECRET}", "environmentSettings": [{"name": "A", "value": SECRET}]}
    pool = {"vmSize": "STANDARD_NC6S_V3", "currentDedicatedNodes": 3, "currentLowPriorityNodes": 1, "startTask": start}
    azure.manager[f"{BATCH['id']}/pools"] = [child(BATCH["id"], "Microsoft.Batch/batchAccounts/pools", "gpu", pool)]
    used = {"virtualMachinesAllocated": [{"id": "a"}]}
    azure.manager[RESERVED["id"]] = {**RESERVED, "properties": {"instanceView": {"utilizationInfo": used}}}
    return azure


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
