"""The Kubernetes collector against an HTTP API that replays recorded answers: pages, refusals, overload, broken pages."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from spendgate.errors import InputError, SettingsError
from spendgate.inputs import open_input

pytest.importorskip("kubernetes")

from spendgate.collectors.kubernetes import LISTED, collect, role
from spendgate_cli.inventory import inventory

SECRET = "PLANTED-SECRET"
POD = {
    "metadata": {
        "name": "chat-0",
        "namespace": "ai",
        "labels": {"env": "prod", "team": "search"},
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET},
        "managedFields": [{"manager": SECRET}],
    },
    "spec": {
        "nodeSelector": {"env": "prod"},
        "containers": [
            {
                "name": "server",
                "image": "vllm",
                "env": [{"name": "HF_TOKEN", "value": SECRET}, {"name": "INNOCENT", "value": SECRET}],
                "args": [
                    f"--api-key={SECRET}",
                    "--hf-token",
                    SECRET,
                    f"export DB_PASSWORD={SECRET} && db://me:{SECRET}@host",
                    "--max-tokens=4096",
                    "--tensor-parallel-size=2",
                ],
                "resources": {"limits": {"nvidia.com/gpu": "2"}},
            }
        ],
    },
}
KINDS = {
    "/api/v1": {"nodes": "Node", "pods": "Pod", "pods/log": "Pod", "secrets": "Secret", "configmaps": "ConfigMap"},
    "/apis/apps/v1": {"deployments": "Deployment"},
    "/apis/ray.io/v1": {"rayclusters": "RayCluster"},
    "/apis/ray.io/v1alpha1": {"rayclusters": "RayCluster", "rayjobs": "RayJob"},
}
CLUSTER_WIDE = {"nodes"}
GROUPS = {"apps": ["v1"], "ray.io": ["v1", "v1alpha1"], "unrelated.example": ["v1"]}


def named(*names: str) -> list[dict[str, Any]]:
    return [{"metadata": {"name": name, "namespace": "ai"}} for name in names]


class Cluster:
    """A recorded cluster: pages by path, and statuses that stand in their place, one a request until the last, which stays."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.sent: list[str | None] = []
        self.statuses: dict[tuple[str, str], list[int]] = {}
        self.raw: dict[str, bytes] = {}
        self.pages: dict[str, list[list[dict[str, Any]]]] = {
            "/api/v1/nodes": [named("n1", "n2"), named("n3")],
            "/api/v1/pods": [[POD]],
            "/apis/apps/v1/deployments": [named("chat")],
            "/apis/ray.io/v1/rayclusters": [named("train")],
            "/apis/ray.io/v1alpha1/rayjobs": [[]],
        }

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        self.asked.append((path, query))
        token = query.get("continue", [""])[0]
        statuses = self.statuses.get((path, token)) or self.statuses.get(("*", "")) or [200]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        if status != 200:
            return status, json.dumps({"kind": "Status", "message": SECRET, "code": status}).encode()
        if path in self.raw:
            return 200, self.raw[path]
        if path == "/apis":
            groups = [
                {
                    "name": name,
                    "versions": [{"version": version} for version in versions],
                    "preferredVersion": {"version": versions[0]},
                }
                for name, versions in GROUPS.items()
            ]
            return 200, json.dumps({"kind": "APIGroupList", "groups": groups}).encode()
        if path in KINDS:
            resources = [
                {"name": name, "kind": kind, "namespaced": name not in CLUSTER_WIDE}
                for name, kind in KINDS[path].items()
            ]
            return 200, json.dumps({"kind": "APIResourceList", "resources": resources}).encode()
        if path not in self.pages:
            return 404, b"{}"
        number = int(token or 0)
        following = str(number + 1) if number + 1 < len(self.pages[path]) else ""
        return 200, json.dumps({"metadata": {"continue": following}, "items": self.pages[path][number]}).encode()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster that is served over HTTP, and a kubeconfig for it in the working folder."""
    recorded = Cluster()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            recorded.sent.append(self.headers.get("Authorization"))
            status, body = recorded.answer(url.path, parse_qs(url.query))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.chdir(tmp_path)
    configure(server.server_address[1])
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def configure(port: int) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": SECRET}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    Path("kubeconfig").write_text(json.dumps(config))


def collected(*namespaces: str) -> list[dict[str, Any]]:
    found = collect(kubeconfig="kubeconfig", namespaces=namespaces, attempts=3, wait_seconds=0)
    return [dict(record) for record in found]


def split(records: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    objects = [f"{one['kind']}/{one['metadata']['name']}" for one in records if "problem" not in one]
    return objects, [one["problem"] for one in records if "problem" in one]


ALL = ["Node/n1", "Node/n2", "Node/n3", "Pod/chat-0", "Deployment/chat", "RayCluster/train"]


def test_every_page_of_every_served_kind_is_read_once(cluster: Cluster) -> None:
    objects, problems = split(collected())
    assert objects == ALL
    assert problems == []
    assert [query for path, query in cluster.asked if path == "/api/v1/nodes"] == [
        {"limit": ["500"]},
        {"limit": ["500"], "continue": ["1"]},
    ]
    assert set(cluster.sent) == {f"Bearer {SECRET}"}


def test_secrets_are_neither_asked_for_nor_written(cluster: Cluster) -> None:
    records = collected()
    assert SECRET not in json.dumps(records)
    assert not [path for path, _ in cluster.asked if path.endswith(("/secrets", "/configmaps", "/pods/log"))]
    pod = next(record for record in records if record["kind"] == "Pod")
    container = pod["spec"]["containers"][0]
    assert pod["metadata"]["labels"] == {"env": "prod", "team": "search"}
    assert pod["spec"]["nodeSelector"] == {"env": "prod"}
    assert container["resources"] == {"limits": {"nvidia.com/gpu": "2"}}
    assert container["args"][-2:] == ["--max-tokens=4096", "--tensor-parallel-size=2"]


def refuse(path: str, *statuses: int, token: str = "") -> Callable[[Cluster], None]:
    return lambda cluster: cluster.statuses.update({(path, token): list(statuses)})


def say(path: str, body: bytes) -> Callable[[Cluster], None]:
    return lambda cluster: cluster.raw.update({path: body})


@pytest.mark.parametrize(
    ("change", "lost", "said"),
    [
        pytest.param(
            refuse("/api/v1/pods", 403), {"Pod/chat-0"}, "pods gave nothing (not allowed: 403)", id="forbidden"
        ),
        pytest.param(
            refuse("/api/v1/nodes", 410, token="1"), {"Node/n3"}, "nodes broke off after 2 (the list grew", id="too-old"
        ),
        pytest.param(refuse("/api/v1/pods", 429), {"Pod/chat-0"}, "pods gave nothing (throttled", id="throttled"),
        pytest.param(
            refuse("/api/v1/nodes", 503, token="1"), {"Node/n3"}, "nodes broke off after 2 (HTTP 503)", id="broken-off"
        ),
        pytest.param(say("/api/v1/pods", b'{"items": ['), {"Pod/chat-0"}, "the answer is no JSON", id="half-a-page"),
        pytest.param(say("/api/v1/pods", b'{"items": 1}'), {"Pod/chat-0"}, "the answer is no list", id="no-list"),
        pytest.param(
            say("/api/v1/pods", b'{"items": [], "metadata": {"continue": "x"}}'),
            {"Pod/chat-0"},
            "the next page is the same page",
            id="no-progress",
        ),
        pytest.param(
            refuse("/apis/apps/v1", 503), {"Deployment/chat"}, "kinds of apps/v1 gave nothing", id="group-down"
        ),
        pytest.param(
            refuse("/apis", 403), {"Deployment/chat", "RayCluster/train"}, "API groups gave nothing", id="no-discovery"
        ),
    ],
)
def test_what_is_refused_is_said_and_the_rest_is_read(
    cluster: Cluster, change: Callable[[Cluster], None], lost: set[str], said: str
) -> None:
    change(cluster)
    objects, problems = split(collected())
    assert objects == [name for name in ALL if name not in lost]
    assert len(problems) == 1
    assert said in problems[0]
    assert SECRET not in problems[0]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_overloaded_server_is_asked_again(cluster: Cluster, status: int) -> None:
    cluster.statuses[("/api/v1/nodes", "1")] = [status, status, 200]
    assert split(collected()) == (ALL, [])


@pytest.mark.parametrize(
    ("status", "error"), [(401, SettingsError), (403, InputError), (503, InputError)], ids=["nobody", "none", "down"]
)
def test_a_cluster_that_answers_nothing_is_an_error_and_no_empty_estate(
    cluster: Cluster, status: int, error: type[Exception]
) -> None:
    cluster.statuses[("*", "")] = [status]
    with pytest.raises(error) as raised:
        collected()
    assert SECRET not in str(raised.value)


def test_a_server_that_is_not_there_is_an_error(cluster: Cluster) -> None:
    configure(9)
    with pytest.raises(InputError, match="answered none"):
        collected()


@pytest.mark.parametrize("text", ["", "{", "users: [{token: PLANTED-SECRET}]"], ids=["empty", "broken", "no-context"])
def test_a_configuration_that_is_wrong_is_said_without_quoting_it(cluster: Cluster, text: str) -> None:
    Path("kubeconfig").write_text(text)
    with pytest.raises(SettingsError, match="no usable configuration") as raised:
        collected()
    assert SECRET not in str(raised.value)


def test_the_file_is_read_back_with_what_is_missing_undetermined(cluster: Cluster) -> None:
    cluster.statuses[("/apis/apps/v1/deployments", "")] = [403]
    done = CliRunner().invoke(inventory, ["kubernetes", "--kubeconfig", "kubeconfig", "-o", "cluster.json"])
    assert done.exit_code == 0, done.output
    assert "warning: the list of deployments gave nothing (not allowed: 403)" in done.output
    workload = open_input("cluster.json", {})
    assert len(workload.changes) == 5
    assert [(problem.undetermined, "Deployment is missing" in problem.message) for problem in workload.problems] == [
        (True, True)
    ]


def test_an_empty_cluster_is_a_list_without_items(cluster: Cluster) -> None:
    cluster.pages = {path: [[]] for path in cluster.pages}
    done = CliRunner().invoke(inventory, ["kubernetes", "--kubeconfig", "kubeconfig", "-o", "cluster.json"])
    assert done.exit_code == 0, done.output
    assert json.loads(Path("cluster.json").read_text())["items"] == []


def test_no_file_is_left_when_the_session_ends_half_way(cluster: Cluster) -> None:
    cluster.statuses[("/api/v1/nodes", "1")] = [401]
    done = CliRunner().invoke(inventory, ["kubernetes", "--kubeconfig", "kubeconfig", "-o", "cluster.json"])
    assert done.exit_code != 0
    assert sorted(path.name for path in Path().iterdir()) == ["kubeconfig"]


def test_the_role_lists_the_kinds_and_may_do_nothing_else() -> None:
    rules = role()["rules"]
    assert {rule["apiGroups"][0]: tuple(rule["resources"]) for rule in rules} == dict(LISTED)
    assert all(rule["verbs"] == ["list"] for rule in rules)
    assert not {"secrets", "configmaps", "*"} & {name for names in LISTED.values() for name in names}


@pytest.fixture
def spaces(cluster: Cluster) -> Cluster:
    """The cluster with two namespaces, each with lists of its own."""
    cluster.pages = {
        "/api/v1/namespaces/ai/pods": [[POD]],
        "/api/v1/namespaces/web/pods": [[]],
        "/apis/apps/v1/namespaces/ai/deployments": [named("chat")],
        "/apis/apps/v1/namespaces/web/deployments": [named("shop")],
        "/apis/ray.io/v1/namespaces/ai/rayclusters": [named("train")],
        "/apis/ray.io/v1/namespaces/web/rayclusters": [[]],
        "/apis/ray.io/v1alpha1/namespaces/ai/rayjobs": [[]],
        "/apis/ray.io/v1alpha1/namespaces/web/rayjobs": [[]],
    }
    for name in ("ai", "web"):
        cluster.raw[f"/api/v1/namespaces/{name}"] = json.dumps({"kind": "Namespace", **named(name)[0]}).encode()
    return cluster


def test_with_namespaces_only_they_are_asked_and_the_rest_is_said_to_be_missing(spaces: Cluster) -> None:
    objects, problems = split(collected("ai", "web"))
    assert objects == [
        "Namespace/ai",
        "Namespace/web",
        "Pod/chat-0",
        "Deployment/chat",
        "Deployment/shop",
        "RayCluster/train",
    ]
    assert problems == [
        "nothing but namespaces ai, web was asked for: nodes and all other namespaces are missing in this inventory"
    ]
    lists = [
        path for path, _ in spaces.asked if path.rsplit("/", 1)[-1] in ("nodes", "pods", "deployments", "rayclusters")
    ]
    assert all("/namespaces/ai/" in path or "/namespaces/web/" in path for path in lists)


def test_a_list_that_is_refused_in_one_namespace_is_said_with_it(spaces: Cluster) -> None:
    spaces.statuses[("/apis/apps/v1/namespaces/web/deployments", "")] = [403]
    objects, problems = split(collected("ai", "web"))
    assert "Deployment/chat" in objects
    assert problems[1] == (
        "the list of deployments in namespace web gave nothing (not allowed: 403): Deployment is missing in this inventory"
    )


def test_a_namespace_that_is_not_there_is_an_error_and_one_that_is_hidden_is_said(spaces: Cluster) -> None:
    with pytest.raises(SettingsError, match="'nowhere' is not in this cluster"):
        collected("ai", "nowhere")
    with pytest.raises(SettingsError, match="is no name of a namespace"):
        collected("../secrets")
    spaces.statuses[("/api/v1/namespaces/ai", "")] = [403]
    objects, problems = split(collected("ai"))
    assert "Pod/chat-0" in objects
    assert problems[0] == "namespace ai gave nothing (not allowed: 403): its labels are missing in this inventory"


def test_the_command_takes_namespaces_and_the_run_is_undetermined(spaces: Cluster) -> None:
    done = CliRunner().invoke(inventory, ["kubernetes", "--kubeconfig", "kubeconfig", "-n", "ai", "-o", "cluster.json"])
    assert done.exit_code == 0, done.output
    workload = open_input("cluster.json", {})
    assert [(problem.undetermined, "nodes" in problem.message) for problem in workload.problems] == [(True, True)]


def test_the_role_of_a_namespace_is_bound_to_it() -> None:
    roles = role(["ai", "web"])["items"]
    assert [(one["kind"], one["metadata"]["namespace"]) for one in roles] == [("Role", "ai"), ("Role", "web")]
    assert roles[0]["rules"][0] == {
        "apiGroups": [""],
        "resources": ["namespaces"],
        "verbs": ["get"],
        "resourceNames": ["ai"],
    }
    assert all(rule["verbs"] == ["list"] for rule in roles[0]["rules"][1:])
