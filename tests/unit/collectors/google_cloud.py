"""A small estate on Google Cloud and a server that answers for its assets, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.collectors.cloud import SECRET, TOKEN, Asked, Cloud, Reply, served

from spendgate.collectors.google import collect
from spendgate.inputs.inventory.google import SHAPES

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LAB, OPS = "projects/vision-lab", "projects/ops"
_COMPUTE = "https://www.googleapis.com/compute/v1/projects/vision-lab"
_ZONE = f"{_COMPUTE}/zones/us-central1-a"


def asset(kind: str, place: str, data: dict[str, Any], project: str = LAB) -> dict[str, Any]:
    """An asset as `assets.list` gives it with `contentType=RESOURCE`."""
    service = kind.split("/")[0]
    return {
        "name": f"//{service}/{project}/{place}",
        "assetType": kind,
        "resource": {
            "version": "v1",
            "discoveryDocumentUri": f"https://{service}/$discovery/rest",
            "discoveryName": kind.split("/")[1],
            "parent": "//cloudresourcemanager.googleapis.com/projects/123",
            "data": data,
        },
        "ancestors": ["projects/123", "folders/45", "organizations/6"],
        "updateTime": "2026-11-20T10:00:00Z",
    }


def machine(name: str, kind: str = "g2-standard-8", **more: Any) -> dict[str, Any]:
    data = {
        "name": name,
        "machineType": f"{_ZONE}/machineTypes/{kind}",
        "status": "RUNNING",
        "zone": _ZONE,
        "labels": {"team": "vision", "env": "prod", "token-budget": "small"},
        "scheduling": {"provisioningModel": "STANDARD"},
        "disks": [{"boot": True, "source": f"{_ZONE}/disks/{name}", "diskEncryptionKey": {"rawKey": SECRET}}],
        "metadata": {
            "fingerprint": "x",
            "items": [
                {"key": "startup-script", "value": f"export KEY={SECRET}"},
                {"key": "ssh-keys", "value": SECRET},
                {"key": "created-by", "value": "projects/1/zones/z/instanceGroupManagers/none"},
            ],
        },
        "selfLink": f"{_ZONE}/instances/{name}",
        **more,
    }
    return asset("compute.googleapis.com/Instance", f"zones/us-central1-a/instances/{name}", data)


def disk(name: str) -> dict[str, Any]:
    data = {"name": name, "sizeGb": "100", "type": f"{_ZONE}/diskTypes/pd-ssd", "zone": _ZONE, "users": ["x"],
            "selfLink": f"{_ZONE}/disks/{name}"}  # fmt: skip
    return asset("compute.googleapis.com/Disk", f"zones/us-central1-a/disks/{name}", data)


ENDPOINT = asset(
    "aiplatform.googleapis.com/Endpoint",
    "locations/us-central1/endpoints/77",
    {
        "name": "projects/123/locations/us-central1/endpoints/77",
        "displayName": "chat",
        "labels": {"team": "search"},
        "deployedModels": [
            {
                "id": "1",
                "displayName": "large",
                "dedicatedResources": {
                    "machineSpec": {"machineType": "a2-highgpu-2g", "acceleratorType": "NVIDIA_TESLA_A100", "acceleratorCount": 2},
                    "minReplicaCount": 2,
                    "maxReplicaCount": 4,
                },
            },
            {"id": "2", "displayName": "small", "automaticResources": {"minReplicaCount": 1, "maxReplicaCount": 1}},
        ],
    },
)  # fmt: skip
RUN = asset(
    "run.googleapis.com/Service",
    "locations/europe-west1/services/api",
    {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {
            "name": "api",
            "labels": {"team": "web", "cloud.googleapis.com/location": "europe-west1"},
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET, "run.googleapis.com/secrets": SECRET},
        },
        "spec": {
            "template": {
                "metadata": {"annotations": {"autoscaling.knative.dev/minScale": "1", "autoscaling.knative.dev/maxScale": "3"}},
                "spec": {
                    "nodeSelector": {"run.googleapis.com/accelerator": "nvidia-l4"},
                    "containers": [
                        {
                            "image": "x",
                            "args": [f"--key={SECRET}"],
                            "command": ["run", SECRET],
                            "env": [{"name": "DB", "value": SECRET}],
                            "resources": {"limits": {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"}},
                        }
                    ],
                },
            }
        },
    },
)  # fmt: skip
SQL = asset(
    "sqladmin.googleapis.com/Instance",
    "instances/db",
    {
        "name": "db",
        "region": "europe-west1",
        "databaseVersion": "POSTGRES_16",
        "rootPassword": SECRET,
        "serverCaCert": {"cert": f"-----BEGIN CERTIFICATE-----{SECRET}"},
        "settings": {"tier": "db-custom-2-7680", "dataDiskSizeGb": "50", "dataDiskType": "PD_SSD", "userLabels": {"team": "web"}},
    },
)  # fmt: skip
ESTATE = [
    machine("train-1"),
    machine("train-2", status="TERMINATED"),
    disk("train-1"),
    disk("train-2"),
    disk("old"),
    ENDPOINT,
    RUN,
    SQL,
]


class Assets:
    """The Cloud Asset API of an estate: two assets a page; what is refused stands in `refusals` by scope, service and page."""

    def __init__(self) -> None:
        self.estate: dict[str, list[dict[str, Any]]] = {LAB: ESTATE, OPS: []}
        self.refusals: dict[tuple[str, str, str], list[Reply | None]] = {}
        self.unknown_types: set[str] = set()
        self.cloud = Cloud()

    def answer(self, asked: Asked) -> Reply | None:
        scope = asked.path.removeprefix("/v1/").removesuffix("/assets")
        kinds = asked.query["assetTypes"]
        service = kinds[0].split(".")[0]
        token = asked.query.get("pageToken", [""])[0]
        for key in ((scope, service, token), (scope, "*", ""), ("*", "*", "")):
            replies = self.refusals.get(key)
            if replies:
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                if not isinstance(reply, Reply) or reply.status != 200 or reply.body:
                    return reply
        if self.unknown_types & set(kinds):
            return refused(400, "INVALID_ARGUMENT")
        wanted = [one for one in self.estate[scope] if one["assetType"] in kinds]
        start = int(token or 0)
        following = {"nextPageToken": str(start + 2)} if start + 2 < len(wanted) else {}
        found = wanted[start : start + 2]
        return Reply({"readTime": "2026-11-24T08:59:00Z", **({"assets": found} if found else {}), **following})


def refused(status: int, word: str, reason: str = "", **metadata: str) -> Reply:
    """An error in the form of Google's APIs; its message quotes what must not come out."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }
    error = {"code": status, "message": f"no, {SECRET} {TOKEN}", "status": word, "details": [info] if reason else []}
    return Reply({"error": error}, status)


FORBIDDEN = refused(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED")
EXPIRED = refused(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED")


@pytest.fixture
def assets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Assets]:
    """A running API, and the environment of somebody who is signed in to it."""
    for name in ("CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_QUOTA_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    api = Assets()
    with served(api.answer) as cloud:
        api.cloud = cloud
        yield api


def collected(api: Assets, *scopes: str, attempts: int = 3, **options: Any) -> list[dict[str, Any]]:
    sleep = api.cloud.slept.append
    return [
        dict(one)
        for one in collect(NOW, scopes or (LAB,), api=api.cloud.url, attempts=attempts, sleep=sleep, **options)
    ]


def split(records: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Names of the assets, and the problems."""
    names = [one["name"].rsplit("/", 1)[-1] for one in records if "assetType" in one]
    return names, [one["problem"] for one in records if "problem" in one]


ALL = ["77", "old", "train-1", "train-2", "train-1", "train-2", "api", "db"]
"""Names in the order of services and types in which the API of the tests is asked."""
KINDS = ", ".join(kind.split("/")[1] for kind in sorted(SHAPES) if kind.startswith("compute."))
