"""Comments: one on each pull request however often the gate runs, on every host, on good days and bad ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.hosts.servers import TOKEN, Hub, serving

from spendgate.errors import SettingsError
from spendgate.hosts import HOSTS, Host, Thread, fitting, upsert
from spendgate.hosts.exchange import HostError
from spendgate.model.frozen import replace

ENVIRONMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "github": (
        "GITHUB_API_URL",
        {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "o/r", "GITHUB_REF": "refs/pull/7/merge"},
    ),
    "gitlab": ("CI_API_V4_URL", {"GITLAB_TOKEN": TOKEN, "CI_PROJECT_ID": "g/p", "CI_MERGE_REQUEST_IID": "7"}),
    "bitbucket": (
        "BITBUCKET_API_URL",
        {"BITBUCKET_TOKEN": TOKEN, "BITBUCKET_REPO_FULL_NAME": "o/r", "BITBUCKET_PR_ID": "7"},
    ),
    "azure-devops": (
        "SYSTEM_COLLECTIONURI",
        {
            "SYSTEM_ACCESSTOKEN": TOKEN,
            "SYSTEM_TEAMPROJECT": "proj",
            "BUILD_REPOSITORY_ID": "repo",
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
        },
    ),
}
BODY = "<!-- spendgate -->\n**FAIL**\n\n<details><summary>All</summary>\n\n| a |\n\n</details>\n"


@pytest.fixture(params=list(ENVIRONMENTS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def hub(name: str) -> Iterator[Hub]:
    with serving(name.removesuffix("-devops")) as found:
        yield found


def thread_of(name: str, hub: Hub, **more: str) -> tuple[Host, Thread]:
    variable, environment = ENVIRONMENTS[name]
    host = HOSTS.get(name)
    thread: Any = host.thread({}, {**environment, variable: hub.base, **more})
    return host, replace(thread, exchange=replace(thread.exchange, sleep=lambda _: None))


def put(name: str, hub: Hub, body: str = BODY, tag: str = "") -> str:
    host, thread = thread_of(name, hub)
    return upsert(host, thread, body, tag, pause=lambda _: None)


def test_the_list_of_hosts_here_is_the_registry_s() -> None:
    assert set(ENVIRONMENTS) == set(HOSTS.names())


def test_one_comment_however_often_it_runs(name: str, hub: Hub) -> None:
    for number in range(5):
        hub.add(f"people talk {number}")
    assert put(name, hub) == "created"
    assert put(name, hub) == "unchanged"
    hub.add("people talk on")
    assert put(name, hub, BODY.replace("FAIL", "PASS")) == "updated"
    ours = [text for text in hub.comments.values() if "spendgate" in text.splitlines()[0]]
    assert len(ours) == 1
    assert "**PASS**" in ours[0]
    assert len(hub.comments) == 7


def test_comments_of_several_deployments_stay_apart(name: str, hub: Hub) -> None:
    assert put(name, hub, tag="prod") == "created"
    assert put(name, hub, tag="dev") == "created"
    assert put(name, hub) == "created"
    assert put(name, hub, BODY.replace("FAIL", "PASS"), tag="prod") == "updated"
    assert len(hub.comments) == 3


def test_somebody_who_quotes_the_marker_keeps_the_comment(name: str, hub: Hub) -> None:
    marker = HOSTS.get(name).marker.format("spendgate")
    hub.add(f"> {marker}\nlook at this")
    assert put(name, hub) == "created"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_bad_day_is_waited_out(name: str, hub: Hub, status: int) -> None:
    hub.bad_days = [status, status]
    assert put(name, hub) == "created"
    assert len(hub.comments) == 1


@pytest.mark.parametrize("bad", [500, -1, 503], ids=["refused", "taken, and the answer lost", "not taken"])
def test_a_comment_is_not_written_twice_when_writing_fails(name: str, hub: Hub, bad: int) -> None:
    hub.bad_days = [0, bad]
    done = put(name, hub)
    assert done in ("created", "unchanged")
    assert len(hub.comments) == 1


def test_a_host_that_stays_down_is_an_error_without_the_token(name: str, hub: Hub) -> None:
    hub.bad_days = [503] * 20
    with pytest.raises(HostError, match="answered 503 to GET: bad day") as caught:
        put(name, hub)
    assert TOKEN not in str(caught.value)


def test_a_host_that_is_not_there_is_an_error(name: str) -> None:
    host, thread = thread_of(name, Hub("nobody", base="http://127.0.0.1:9"))
    with pytest.raises(HostError, match="cannot be reached"):
        upsert(host, thread, BODY, pause=lambda _: None)


def test_what_a_host_refuses_is_said_with_a_cure(name: str, hub: Hub) -> None:
    hub.limit = 10
    with pytest.raises(HostError, match=r"answered 422 to POST: Validation Failed \(\"body is too long\"\)"):
        put(name, hub)
    host, thread = thread_of(
        name, hub, **dict.fromkeys(("GITHUB_TOKEN", "GITLAB_TOKEN", "BITBUCKET_TOKEN", "SYSTEM_ACCESSTOKEN"), "x")
    )
    with pytest.raises(HostError, match="answered 401 to GET") as caught:
        upsert(host, thread, BODY)
    assert caught.value.hint == "the token is wrong, or has expired"


def test_a_long_comment_is_cut_to_what_the_host_takes(name: str, hub: Hub) -> None:
    host = HOSTS.get(name)
    hub.limit = host.limit
    paragraph = "a line of a table that goes on\n\n"
    body = f"<!-- spendgate -->\n<details><summary>All</summary>\n\n{paragraph * (host.limit // len(paragraph) + 9)}</details>\n"
    assert put(name, hub, body) == "created"
    (text,) = hub.comments.values()
    assert len(text) <= host.limit
    assert "the rest does not fit" in text
    assert text.count("<details>") == text.count("</details>")


MISSING = {
    "github": ("GITHUB_TOKEN", "set GITHUB_TOKEN or GH_TOKEN"),
    "gitlab": ("CI_MERGE_REQUEST_IID", "--pull-request VALUE, or set CI_MERGE_REQUEST_IID"),
    "bitbucket": ("BITBUCKET_REPO_FULL_NAME", "--repository VALUE, or set BITBUCKET_REPO_FULL_NAME"),
    "azure-devops": (
        "SYSTEM_PULLREQUEST_PULLREQUESTID",
        "--pull-request VALUE, or set SYSTEM_PULLREQUEST_PULLREQUESTID",
    ),
}


def test_what_is_missing_is_named(name: str) -> None:
    variable, hint = MISSING[name]
    url, environment = ENVIRONMENTS[name]
    given_ = {key: value for key, value in {**environment, url: "http://x"}.items() if key != variable}
    with pytest.raises(SettingsError) as caught:
        HOSTS.get(name).thread({}, given_)
    assert caught.value.hint == hint


def test_a_next_page_on_another_host_is_not_followed_with_the_token() -> None:
    with serving("bitbucket") as hub:
        real, hub.base = hub.base, "http://evil.example"
        for number in range(5):
            hub.add(f"talk {number}")
        host, thread = thread_of("bitbucket", dataclasses.replace(hub, base=real))
        with pytest.raises(HostError, match="points to another host"):
            upsert(host, thread, BODY)


@given(st.text(alphabet="ab \n<details></summary>", max_size=400), st.integers(150, 300))
def test_any_text_fits(text: str, limit: int) -> None:
    assert len(fitting(text, limit)) <= limit
