"""The Google collector against a Cloud Asset API on this machine: pages, refusals, throttling, a session that ends, secrets."""

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

from spendgate.collectors.google import collect, role, scope_of
from spendgate.errors import InputError, SettingsError
from spendgate.inputs import open_input
from spendgate.inputs.inventory.google import SHAPES
from spendgate_cli.inventory import inventory

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
SWITCHED_OFF = refused(
    403, "PERMISSION_DENIED", "SERVICE_DISABLED", consumer="projects/99", service="cloudasset.googleapis.com"
)


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


def test_every_page_of_every_service_is_read_once(assets: Assets) -> None:
    names, problems = split(collected(assets, LAB, OPS))
    assert Counter(names) == Counter(ALL)
    assert problems == []
    first = assets.cloud.asked[0]
    assert first.query["contentType"] == ["RESOURCE"]
    assert first.query["pageSize"] == ["1000"]
    asked_for = {kind for asked in assets.cloud.asked for kind in asked.query["assetTypes"]}
    assert asked_for == set(SHAPES)
    assert {asked.method for asked in assets.cloud.asked} == {"GET"}
    assert {asked.headers["authorization"] for asked in assets.cloud.asked} == {f"Bearer {TOKEN}"}


def test_what_is_collected_is_read_with_its_machines(assets: Assets) -> None:
    Path("estate.jsonl").write_text("\n".join(json.dumps(record) for record in collected(assets)))
    workload = open_input("estate.jsonl", {})
    kinds = Counter(change.resource.type for change in workload.changes)
    assert kinds == {
        "google_compute_instance": 2,
        "google_compute_disk": 3,
        "google_vertex_ai_endpoint": 2,
        "google_cloud_run_service": 1,
        "google_sql_database_instance": 1,
    }
    assert [problem.message for problem in workload.problems if problem.undetermined] == []
    found = {change.resource.name: change.resource for change in workload.changes}
    assert found["train-1"].attributes.get("labels") == {"team": "vision", "env": "prod", "token-budget": "small"}
    assert (found["train-1"].observed.stopped, found["train-2"].observed.stopped) == (False, True)
    assert found["chat/large"].attributes.get("dedicated_resources")[0]["machine_spec"] == [
        {"machine_type": "a2-highgpu-2g", "accelerator_type": "NVIDIA_TESLA_A100", "accelerator_count": 2}
    ]
    assert found["api"].attributes.get("labels")["team"] == "web"


def test_no_secret_is_written_and_what_is_needed_is(assets: Assets) -> None:
    text = json.dumps(collected(assets))
    assert "PLANTED" not in text
    assert "created-by" in text
    assert '"run.googleapis.com/accelerator": "nvidia-l4"' in text


FIRST = "compute.googleapis.com of projects/vision-lab "
KINDS = ", ".join(kind.split("/")[1] for kind in sorted(SHAPES) if kind.startswith("compute."))


@pytest.mark.parametrize(
    ("page", "reply", "said"),
    [
        pytest.param("", FORBIDDEN, f"{FIRST}gave nothing (not allowed: IAM_PERMISSION_DENIED): {KINDS}: they are missing", id="forbidden"),
        pytest.param("2", FORBIDDEN, f"{FIRST}broke off after 2 (not allowed: IAM_PERMISSION_DENIED): {KINDS}: some may be", id="forbidden-on-the-way"),
        pytest.param("2", refused(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), f"{FIRST}broke off after 2 (throttled, however often it was asked: RATE_LIMIT_EXCEEDED)", id="throttled"),
        pytest.param("2", refused(503, "UNAVAILABLE"), f"{FIRST}broke off after 2 (HTTP 503, UNAVAILABLE)", id="down"),
        pytest.param("", None, f"{FIRST}gave nothing (no connection: RemoteDisconnected)", id="cut-off"),
        pytest.param("2", Reply(b'{"assets": [', 200), f"{FIRST}broke off after 2 (the answer is no JSON)", id="half-a-page"),
        pytest.param("2", Reply(b'{"assets": []}', 200, {}, 900), f"{FIRST}broke off after 2 (no connection: IncompleteRead)", id="shorter-than-said"),
        pytest.param("", Reply(b"[]", 200), f"{FIRST}gave nothing (the answer is no JSON object)", id="no-object"),
        pytest.param("", Reply({"assets": 1}), f"{FIRST}gave nothing (the answer is no list of assets)", id="no-list"),
        pytest.param("", Reply({"assets": ["x"]}), f"{FIRST}gave nothing (the answer is no list of assets)", id="no-asset"),
        pytest.param("", Reply({"error": "x"}), f"{FIRST}gave nothing (the answer is no list of assets)", id="another-document"),
        pytest.param("2", Reply({"assets": [], "nextPageToken": "2"}), f"{FIRST}broke off after 2 (the next page is one that was read before)", id="a-circle"),
        pytest.param("", Reply(b"", 302, {"Location": "http://127.0.0.1:9/"}), f"{FIRST}gave nothing (it points elsewhere, where a token is not sent: 302)", id="redirected"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_and_the_rest_is_read(
    assets: Assets, page: str, reply: Reply | None, said: str
) -> None:
    assets.refusals[(LAB, "compute", page)] = [reply]
    names, problems = split(collected(assets, LAB, OPS))
    assert len(problems) == 1
    assert problems[0].startswith(said)
    assert {"77", "api", "db"} <= set(names)
    assert len(names) == (3 if page == "" else 5)
    assert "PLANTED" not in "".join(problems)


def test_a_scope_that_is_forbidden_is_one_problem_and_the_others_are_read(assets: Assets) -> None:
    assets.refusals[(OPS, "*", "")] = [FORBIDDEN]
    names, problems = split(collected(assets, LAB, OPS))
    assert len(names) == len(ALL)
    assert problems == [
        "projects/ops gave nothing (not allowed: IAM_PERMISSION_DENIED): all of it is missing in this inventory"
    ]


def test_one_asset_type_that_the_api_does_not_know_is_missing_alone(assets: Assets) -> None:
    assets.unknown_types = {"compute.googleapis.com/Reservation"}
    names, problems = split(collected(assets))
    assert Counter(names) == Counter(ALL)
    assert problems == [
        f"{FIRST}gave nothing (HTTP 400, INVALID_ARGUMENT): Reservation: they are missing in this inventory"
    ]


def test_an_api_that_is_off_is_said_with_the_project_that_asks(assets: Assets) -> None:
    assets.refusals[(LAB, "*", "")] = [SWITCHED_OFF]
    with pytest.raises(InputError, match="answered none") as raised:
        collected(assets)
    assert "the Cloud Asset API is off in projects/99: gcloud services enable cloudasset.googleapis.com" in str(
        raised.value
    )
    assert "PLANTED" not in str(raised.value)


@pytest.mark.parametrize(
    ("reply", "pauses"),
    [
        (Reply({}, 429, {"Retry-After": "7"}), [7.0, 7.0]),
        (Reply({}, 503, {"Retry-After": "9000"}), [60.0, 60.0]),
        (Reply({}, 503), [1.0, 2.0]),
        (Reply({}, 500, {"Retry-After": "Tue, 24 Nov 2026 09:00:00 GMT"}), [1.0, 2.0]),
        (None, [1.0, 2.0]),
    ],
    ids=["as-long-as-it-says", "no-longer-than-a-minute", "longer-each-time", "a-date", "no-connection"],
)
def test_a_busy_api_is_asked_again_after_a_pause(assets: Assets, reply: Reply | None, pauses: list[float]) -> None:
    assets.refusals[(LAB, "compute", "2")] = [reply, reply, Reply()]
    names, problems = split(collected(assets))
    assert (Counter(names), problems) == (Counter(ALL), [])
    assert assets.cloud.slept == pauses


def test_a_session_that_ends_on_the_way_ends_the_collection_and_leaves_no_file(assets: Assets) -> None:
    assets.refusals[(LAB, "compute", "2")] = [EXPIRED]
    words = ["google", "--project", "vision-lab", "--endpoint", assets.cloud.url, "-o", "estate.jsonl"]
    done = CliRunner().invoke(inventory, words)
    assert isinstance(done.exception, SettingsError)
    assert str(done.exception) == (
        "Google: the token is not taken, or has expired: ACCESS_TOKEN_EXPIRED, at compute.googleapis.com of projects/vision-lab (sign in again and start anew)"
    )
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("reply", [FORBIDDEN, refused(503, "UNAVAILABLE"), None], ids=["forbidden", "down", "cut-off"])
def test_nothing_answered_is_an_error_and_no_empty_estate(assets: Assets, reply: Reply | None) -> None:
    assets.refusals[("*", "*", "")] = [reply]
    with pytest.raises(InputError, match="answered none of the lists") as raised:
        collected(assets, LAB, OPS, attempts=1)
    assert "PLANTED" not in str(raised.value)


def test_an_empty_project_is_an_inventory_without_resources(assets: Assets) -> None:
    Path("estate.jsonl").write_text("\n".join(json.dumps(record) for record in collected(assets, OPS)))
    workload = open_input("estate.jsonl", {})
    assert (workload.changes, workload.problems) == ((), ())


def test_the_quota_project_is_named_in_a_header(assets: Assets, monkeypatch: pytest.MonkeyPatch) -> None:
    collected(assets, quota_project="billing-1")
    assert {asked.headers["x-goog-user-project"] for asked in assets.cloud.asked} == {"billing-1"}
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "x\r\nX-Bad: 1")
    with pytest.raises(SettingsError, match="quota project"):
        collected(assets)


def test_the_command_writes_a_file_and_says_what_is_missing(assets: Assets) -> None:
    assets.refusals[(LAB, "sqladmin", "")] = [FORBIDDEN]
    words = [
        "google",
        "--project",
        "vision-lab",
        "--project",
        "ops",
        "--endpoint",
        assets.cloud.url,
        "-o",
        "estate.jsonl",
    ]
    done = CliRunner().invoke(inventory, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "warning: sqladmin.googleapis.com of projects/vision-lab gave nothing (not allowed" in done.output
    workload = open_input("estate.jsonl", {})
    assert len(workload.changes) == 8
    assert [problem.undetermined for problem in workload.problems] == [True]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("projects", "a/../b"),
        ("projects", "x?y=1"),
        ("folders", "abc"),
        ("organizations", "1/assets"),
        ("projects", ""),
    ],
)
def test_a_scope_that_names_nothing_is_refused(kind: str, name: str) -> None:
    with pytest.raises(SettingsError, match="names none"):
        scope_of(kind, name)


def test_without_a_scope_the_project_of_the_environment_is_meant_or_it_is_an_error(
    assets: Assets, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = CliRunner().invoke(inventory, ["google", "--endpoint", assets.cloud.url])
    assert isinstance(done.exception, SettingsError)
    assert "no project is named" in str(done.exception)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "vision-lab")
    done = CliRunner().invoke(inventory, ["google", "--endpoint", assets.cloud.url], catch_exceptions=False)
    assert done.output.count('"assetType"') == len(ALL)


def test_the_role_lists_and_may_do_nothing_else() -> None:
    assert role()["includedPermissions"] == ["cloudasset.assets.listResource"]
