"""Following a cluster: an HTTP API that replays recorded lists and watches, with bookmarks, dropped connections and 410s."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from spendgate.errors import SettingsError
from spendgate.inputs import open_input

pytest.importorskip("kubernetes")

from spendgate.collectors.kubernetes import LISTED, collect, role
from spendgate.collectors.kubernetes.kinds import WATCHED
from spendgate_cli.inventory import inventory

SECRET = "PLANTED-SECRET"
PODS, JOBS, NODES = "/api/v1/pods", "/apis/batch/v1/jobs", "/api/v1/nodes"
DISCOVERY = {
    "/apis": {"groups": [{"name": "batch", "versions": [{"version": "v1"}], "preferredVersion": {"version": "v1"}}]},
    "/api/v1": {"resources": [{"name": "nodes", "kind": "Node", "namespaced": False}, {"name": "pods", "kind": "Pod", "namespaced": True}]},
    "/apis/batch/v1": {"resources": [{"name": "jobs", "kind": "Job", "namespaced": True}]},
}  # fmt: skip
DROP = b"DROP"
"""In a recorded watch: the connection breaks here."""


def thing(name: str, version: int, uid: str | None = None, **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "ai", "uid": uid or f"uid-{name}", "resourceVersion": str(version)}
    return {"metadata": metadata, **more}


def event(kind: str, name: str, version: int, **more: Any) -> bytes:
    return json.dumps({"type": kind, "object": thing(name, version, **more)}).encode() + b"\n"


def bookmark(version: int) -> bytes:
    return json.dumps({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(version)}}}).encode() + b"\n"


def error(code: int) -> bytes:
    status = {"kind": "Status", "code": code, "message": SECRET}
    return json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"


class Cluster:
    """What is recorded: lists by path, one after the other until the last, which stays; watches likewise, and quiet ones at the end.

    A list is its pages, a page its items and what follows; a number stands for a status. A watch is its parts.
    """

    def __init__(self) -> None:
        self.lists: dict[str, list[list[Any]]] = {
            NODES: [[[thing("n1", 1)]]],
            PODS: [[[thing("web", 5), thing("db", 6)]]],
            JOBS: [[[]]],
        }
        self.versions: dict[str, list[int]] = {NODES: [10], PODS: [10], JOBS: [10]}
        self.watches: dict[str, list[list[bytes] | int]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._reading: dict[str, tuple[list[Any], int]] = {}

    def watched(self, path: str) -> list[str]:
        """The versions from which a list was watched."""
        return [query["resourceVersion"] for asked, query in self.asked if asked == path and "watch" in query]

    def page(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path in DISCOVERY:
            return 200, DISCOVERY[path]
        if "continue" not in query:
            lists, versions = self.lists[path], self.versions[path]
            self._reading[path] = (lists.pop(0) if len(lists) > 1 else lists[0], versions.pop(0) if len(versions) > 1 else versions[0])  # fmt: skip
        pages, version = self._reading[path]
        number = int(query.get("continue", 0))
        if isinstance(pages[number], int):
            return pages[number], {"kind": "Status", "message": SECRET}
        following = str(number + 1) if number + 1 < len(pages) else ""
        return 200, {
            "metadata": {"resourceVersion": str(version), "continue": following},
            "items": pages[number],
        }


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster that is served over HTTP, and a kubeconfig for it in the working folder."""
    recorded = Cluster()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            recorded.asked.append((url.path, query))
            if "watch" in query:
                left = recorded.watches.get(url.path, [])
                self._watch(left.pop(0) if left else [], float(query["timeoutSeconds"]))
                return
            status, answer = recorded.page(url.path, query)
            self._whole(status, json.dumps(answer).encode())

        def _whole(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _watch(self, parts: list[bytes] | int, seconds: float) -> None:
            if isinstance(parts, int):
                self._whole(parts, json.dumps({"message": SECRET}).encode())
                return
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in parts:
                if part == DROP:
                    self.close_connection = True
                    return
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.flush()
            if not parts:
                time.sleep(min(seconds, 0.3))
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.chdir(tmp_path)
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_address[1]}"}}],
        "users": [{"name": "u", "user": {"token": SECRET}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }  # fmt: skip
    Path("kubeconfig").write_text(json.dumps(config))
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()


def collected(seconds: float = 0.25) -> tuple[list[dict[str, Any]], list[str]]:
    records = [dict(one) for one in collect(kubeconfig="kubeconfig", watch_seconds=seconds, attempts=3, wait_seconds=0)]
    assert SECRET not in json.dumps(records)
    return [one for one in records if "problem" not in one], [one["problem"] for one in records if "problem" in one]


def names(objects: list[dict[str, Any]]) -> list[str]:
    return [f"{one['kind']}/{one['metadata']['name']}" for one in objects]


LISTS = ["Node/n1", "Pod/web", "Pod/db"]


def test_without_being_asked_nothing_is_watched(cluster: Cluster) -> None:
    objects, problems = collected(0)
    assert (names(objects), problems) == (LISTS, [])
    assert not [query for _, query in cluster.asked if "watch" in query]


def test_work_that_comes_up_is_there_as_last_seen_also_when_it_is_gone(cluster: Cluster) -> None:
    cluster.watches[JOBS] = [
        [
            event("ADDED", "tune", 11, spec={"parallelism": 1}),
            event("MODIFIED", "tune", 12, spec={"parallelism": 8}),
            event("DELETED", "tune", 13, spec={"parallelism": 8}, status={"succeeded": 8}),
            event("ADDED", "batch", 14),
        ]
    ]
    objects, problems = collected()
    assert (names(objects), problems) == ([*LISTS, "Job/batch", "Job/tune"], [])
    assert objects[-1] == {"apiVersion": "batch/v1", "kind": "Job", **thing("tune", 13, spec={"parallelism": 8}, status={"succeeded": 8})}  # fmt: skip


def test_what_was_listed_stays_as_it_was_and_is_written_once(cluster: Cluster) -> None:
    cluster.watches[PODS] = [[event("MODIFIED", "web", 11, spec={"x": 1}), event("DELETED", "db", 12)]]
    objects, _ = collected()
    assert names(objects) == LISTS
    assert "spec" not in objects[1]


def test_one_of_the_same_name_that_comes_later_is_another_one(cluster: Cluster) -> None:
    cluster.watches[PODS] = [[event("DELETED", "db", 11), event("ADDED", "db", 12, uid="uid-of-the-next")]]
    assert names(collected()[0]) == [*LISTS, "Pod/db"]


def test_bookmarks_are_asked_for_and_only_work_is_watched(cluster: Cluster) -> None:
    collected()
    watches = [(path, query) for path, query in cluster.asked if "watch" in query]
    assert {path for path, _ in watches} == {PODS, JOBS}
    assert {query["allowWatchBookmarks"] for _, query in watches} == {"true"}
    assert {query["resourceVersion"] for _, query in watches} == {"10"}


def test_a_dropped_connection_goes_on_from_the_last_bookmark(cluster: Cluster) -> None:
    cluster.watches[JOBS] = [
        [event("ADDED", "one", 11), bookmark(40), DROP],
        [event("ADDED", "two", 41), event("ADDED", "cut off", 42)[:30], DROP],
        [event("ADDED", "three", 42)],
    ]
    objects, problems = collected(1.2)
    assert (names(objects), problems) == ([*LISTS, "Job/one", "Job/three", "Job/two"], [])
    assert cluster.watched(JOBS)[:4] == ["10", "40", "41", "42"]


@pytest.mark.parametrize("gone", [[error(410)], 410], ids=["an event", "a status"])
def test_a_watch_that_is_too_old_lists_anew_and_goes_on(gone: Any, cluster: Cluster) -> None:
    cluster.lists[JOBS] = [[[]], [[thing("meanwhile", 90)]]]
    cluster.versions[JOBS] = [10, 99]
    cluster.watches[JOBS] = [gone, [event("ADDED", "later", 100)]]
    objects, problems = collected(1.2)
    assert names(objects) == [*LISTS, "Job/later", "Job/meanwhile"]
    assert cluster.watched(JOBS)[:3] == ["10", "99", "100"]
    assert problems == [], "the first watch had not begun: nothing that it would have shown is lost"


def test_changes_that_are_lost_between_two_watches_are_said(cluster: Cluster) -> None:
    cluster.watches[JOBS] = [[event("ADDED", "one", 11)], [error(410)]]
    objects, problems = collected(1.2)
    assert "Job/one" in names(objects)
    assert problems == [
        "the watch of jobs broke off (it fell behind the changes that the cluster keeps): "
        "Job that came and went may be missing in this inventory"
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (403, "not allowed: 403"),
        ([error(403)], "not allowed: 403"),
        ([error(500)], "the server ends it with an error of code 500"),
        (503, "HTTP 503"),
        ([DROP], "no connection"),
        ([b'{"type":"ADDED"}\n'], "the answer tells of no object"),
        ([b"[]\n"], "the answer tells of no object"),
        ([b"nonsense\n"], "no connection"),
        ([b"\n"], "the server ends it at once"),
    ],
    ids=["403", "an error of 403", "an error of 500", "503", "dropped", "no object", "no event", "no JSON", "at once"],
)
def test_a_watch_that_fails_is_said_and_the_lists_stay(answer: Any, said: str, cluster: Cluster) -> None:
    cluster.watches[JOBS] = [answer] * 9
    objects, problems = collected(0.5)
    assert names(objects) == LISTS
    assert problems == [
        f"the watch of jobs broke off ({said}): Job that came and went may be missing in this inventory"
    ]


def test_a_session_that_ends_while_watching_is_an_error(cluster: Cluster) -> None:
    cluster.watches[JOBS] = [401]
    with pytest.raises(SettingsError, match="does not know who asks"):
        collected()


def test_secrets_do_not_get_out_of_a_watch(cluster: Cluster) -> None:
    container = {"name": "c", "env": [{"name": "X", "value": SECRET}], "args": [f"--api-key={SECRET}"]}
    cluster.watches[PODS] = [[event("ADDED", "fresh", 11, spec={"containers": [container]})]]
    objects, _ = collected()
    assert "Pod/fresh" in names(objects)


@pytest.mark.parametrize(
    ("lists", "expected", "said"),
    [
        pytest.param(
            [[[thing("a", 1)], 410], [[thing("b", 2)], [thing("c", 3)]]], ["Node/b", "Node/c"], None, id="once"
        ),
        pytest.param(
            [[[thing("a", 1)], 410], [[thing("b", 2)], 410], [[thing("c", 3)], [thing("d", 4)]]],
            ["Node/c", "Node/d"],
            None,
            id="twice",
        ),
        pytest.param(
            [[[thing("a", 1)], 410]], ["Node/a"], "nodes broke off after 1 (the list grew too old", id="always"
        ),
        pytest.param(
            [[410]], [], "nodes gave nothing (the list grew too old", id="at the first page"
        ),
    ],
)  # fmt: skip
def test_a_list_that_expires_is_begun_anew_and_is_of_one_moment(
    lists: list[list[Any]], expected: list[str], said: str | None, cluster: Cluster
) -> None:
    cluster.lists[NODES] = lists
    objects, problems = collected(0)
    assert names(objects) == [*expected, "Pod/web", "Pod/db"]
    assert len(problems) == (said is not None)
    assert said is None or said in problems[0]


def test_the_command_writes_what_it_saw_and_reads_it_back(cluster: Cluster) -> None:
    cluster.watches[JOBS] = [[event("ADDED", "tune", 11, spec={"template": {"spec": {"containers": []}}})]]
    done = CliRunner().invoke(
        inventory, ["kubernetes", "--kubeconfig", "kubeconfig", "-o", "cluster.json", "--watch", "0.3"]
    )
    assert done.exit_code == 0, done.output
    assert "Job/ai/tune" in [change.address for change in open_input("cluster.json", {}).changes]


def _verbs(given: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for rule in given["rules"]:
        for name in rule["resources"]:
            found.setdefault((rule["apiGroups"][0], name), set()).update(rule["verbs"])
    return found


def test_the_role_for_watching_may_watch_work_and_nothing_else() -> None:
    verbs = _verbs(dict(role(watch=True)))
    watched = {(group, name) for group, kinds in WATCHED.items() for name in kinds}
    assert {key for key, allowed in verbs.items() if "watch" in allowed} == watched
    assert watched <= {(group, name) for group, kinds in LISTED.items() for name in kinds}
    assert all(allowed <= {"list", "watch"} for allowed in verbs.values())
