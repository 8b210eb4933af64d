"""Collecting some namespaces only: what is asked, and what is said to be missing."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from spendgate.errors import SettingsError
from spendgate.inputs import open_input

pytest.importorskip("kubernetes")

from tests.unit.collectors.kubernetes_cluster import POD, Cluster, collected, named, split

from spendgate.collectors.kubernetes import role
from spendgate_cli.inventory import inventory


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
