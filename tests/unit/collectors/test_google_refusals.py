"""What the asset API refuses or does not know is said, and the rest of the estate is read."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.collectors.cloud import Reply
from tests.unit.collectors.google_cloud import (
    ALL,
    EXPIRED,
    FORBIDDEN,
    KINDS,
    LAB,
    OPS,
    Assets,
    collected,
    refused,
    split,
)

from spendgate.errors import InputError, SettingsError
from spendgate.inputs import open_input
from spendgate_cli.inventory import inventory

SWITCHED_OFF = refused(
    403, "PERMISSION_DENIED", "SERVICE_DISABLED", consumer="projects/99", service="cloudasset.googleapis.com"
)


FIRST = "compute.googleapis.com of projects/vision-lab "


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
