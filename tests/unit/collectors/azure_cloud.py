"""A small estate on Azure and a server that answers for it, page by page, and refuses what it is told to refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.collectors.cloud import SECRET, TOKEN, Asked, Cloud, Reply, served

from spendgate.collectors.azure import collect
from spendgate.inputs import open_input

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
