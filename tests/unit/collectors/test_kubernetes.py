"""The Kubernetes collector against an HTTP API that replays recorded answers: pages, refusals, overload, broken pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from spendgate.errors import InputError, SettingsError
from spendgate.inputs import open_input

pytest.importorskip("kubernetes")

from tests.unit.collectors.kubernetes_cluster import SECRET, Cluster, collected, configure, split

from spendgate.collectors.kubernetes import LISTED, role
from spendgate_cli.inventory import inventory

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
