"""A small cluster behind an API server that answers page by page and refuses what it is told to refuse."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from spendgate.collectors.kubernetes import collect

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
