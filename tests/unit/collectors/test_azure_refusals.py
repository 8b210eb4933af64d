"""What Azure refuses, delays or does not show is said, and the rest of the estate is read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.collectors.azure_cloud import (
    ACCOUNT,
    BELOW,
    COMPUTES,
    DEPLOYMENTS,
    ENDPOINTS,
    FORBIDDEN,
    GRAPH,
    LAB,
    ONLINE,
    OWN,
    PROD,
    VIEW,
    Azure,
    collected,
    read,
    refused,
    split,
)
from tests.unit.collectors.cloud import Reply

from spendgate.errors import InputError, SettingsError
from spendgate.inputs import open_input
from spendgate_cli.inventory import inventory

EXPIRED = refused(401, "ExpiredAuthenticationToken")


ROW = f"subscription {PROD} "


@pytest.mark.parametrize(
    ("page", "reply", "said"),
    [
        pytest.param("", FORBIDDEN, f"{ROW}gave nothing (not allowed: AuthorizationFailed): all of its resources are missing", id="forbidden"),
        pytest.param("2", FORBIDDEN, f"{ROW}broke off after 2 of 9 (not allowed: AuthorizationFailed): resources may be missing", id="forbidden-on-the-way"),
        pytest.param("2", refused(429, "RateLimiting"), f"{ROW}broke off after 2 of 9 (throttled, however often it was asked: RateLimiting)", id="throttled"),
        pytest.param("4", refused(503, "ServiceUnavailable"), f"{ROW}broke off after 4 of 9 (HTTP 503, ServiceUnavailable)", id="down"),
        pytest.param("2", None, f"{ROW}broke off after 2 of 9 (no connection: RemoteDisconnected)", id="cut-off"),
        pytest.param("2", Reply(b'{"data": [', 200), f"{ROW}broke off after 2 of 9 (the answer is no JSON)", id="half-a-page"),
        pytest.param("", Reply({"data": {}}), f"{ROW}gave nothing (the answer has no rows)", id="no-rows"),
        pytest.param("", Reply({"data": [1]}), f"{ROW}gave nothing (the answer has no rows)", id="no-row"),
        pytest.param("2", Reply({"data": [], "totalRecords": 9, "$skipToken": "2"}), f"{ROW}broke off after 2 of 9 (the next page is one that was read before)", id="a-circle"),
        pytest.param("2", Reply({"data": [], "totalRecords": 9, "resultTruncated": "true"}), f"{ROW}broke off after 2 of 9 (the answer was cut short)", id="cut-short"),
        pytest.param("2", Reply({"data": [], "totalRecords": 9}), f"{ROW}broke off after 2 of 9 (its pages end too early)", id="too-few"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_and_the_rest_is_read(azure: Azure, page: str, reply: Reply | None, said: str) -> None:
    azure.refusals[(PROD, page)] = [reply]
    names, problems = split(collected(azure))
    assert len(problems) == 1
    assert problems[0].startswith(said)
    assert [name for name in names if name in OWN] == OWN[: int(page or 0)]
    assert "PLANTED" not in problems[0]


@pytest.mark.parametrize(
    ("path", "said", "lost"),
    [
        (DEPLOYMENTS, "deployments of models of 1 of 1 microsoft.cognitiveservices/accounts", {"chat", "cheap"}),
        (COMPUTES, "computes of 1 of 1 microsoft.machinelearningservices/workspaces", {"box", "train"}),
        (ENDPOINTS, "deployments of online endpoints of 1 of 1 microsoft.machinelearningservices/workspaces", {"blue"}),
        (ONLINE, "deployments of online endpoints of 1 of 1 microsoft.machinelearningservices/workspaces", {"blue"}),
        (VIEW, "power states of 1 of 1 microsoft.compute/virtualmachines", set()),
    ],
    ids=["models", "computes", "endpoints", "online-deployments", "power-state"],
)
@pytest.mark.parametrize(
    "reply", [FORBIDDEN, Reply({"value": 1, "statuses": 1}), None], ids=["forbidden", "broken", "cut-off"]
)
def test_a_part_that_is_refused_is_said_with_how_many(
    azure: Azure, path: str, said: str, lost: set[str], reply: Reply | None
) -> None:
    azure.refusals[(path, "")] = [reply]
    names, problems = split(collected(azure))
    assert set(names) == {*OWN, *BELOW} - lost
    assert len(problems) == 1
    assert problems[0].startswith(f"{said} in subscription {PROD} gave nothing (")


def test_a_list_that_points_to_another_host_is_not_followed(azure: Azure) -> None:
    azure.refusals[(COMPUTES, "")] = [Reply({"value": [], "nextLink": "http://127.0.0.1:9/x"})]
    _, problems = split(collected(azure))
    assert "(the next page points to another host)" in problems[0]


def test_a_state_that_is_not_known_is_no_stopped_machine(azure: Azure) -> None:
    azure.refusals[(VIEW, "")] = [FORBIDDEN]
    found = {change.resource.name.rsplit("/", 1)[-1]: change.resource for change in read(collected(azure)).changes}
    assert (found["vm-dark"].observed.state, found["vm-dark"].observed.stopped) == (None, False)


def test_pages_that_would_be_too_large_are_asked_for_in_halves(azure: Azure) -> None:
    azure.most = 250
    names, problems = split(collected(azure))
    assert (Counter(names), problems) == (Counter([*OWN, *BELOW]), [])
    assert {asked.body["options"]["$top"] for asked in azure.cloud.asked if asked.path == GRAPH} == {1000, 500, 250}


def test_a_quota_that_starts_anew_is_waited_for(azure: Azure) -> None:
    azure.refusals[(PROD, "2")] = [Reply({}, 429, {"x-ms-user-quota-resets-after": "00:00:05"}), Reply()]
    names, problems = split(collected(azure))
    assert (len(names), problems) == (len(OWN) + len(BELOW), [])
    assert azure.cloud.slept == [5.0]


def test_subscriptions_are_named_by_id_or_by_name_and_one_that_is_not_seen_is_said(azure: Azure) -> None:
    records = collected(azure, "production", LAB.upper(), "nobody's")
    assert records[0]["subscriptions"] == [PROD, LAB]
    assert split(records)[1] == [
        "subscription nobody's is not seen by this account: all of its resources are missing in this inventory"
    ]


@pytest.mark.parametrize(
    ("path", "reply", "said"),
    [
        ("/subscriptions", FORBIDDEN, "Azure does not list its subscriptions"),
        ("/subscriptions", Reply({"value": []}), "answered for none of the subscriptions"),
        (GRAPH, FORBIDDEN, "answered for none of the subscriptions"),
        (GRAPH, None, "answered for none of the subscriptions"),
    ],
    ids=["no-list", "none-seen", "forbidden", "cut-off"],
)
def test_nothing_answered_is_an_error_and_no_empty_estate(
    azure: Azure, path: str, reply: Reply | None, said: str
) -> None:
    azure.refusals[(path, "")] = [reply]
    with pytest.raises(InputError, match=said) as raised:
        collected(azure, attempts=1)
    assert "PLANTED" not in str(raised.value)


def test_a_subscription_that_nobody_sees_is_an_error_when_it_is_the_only_one(azure: Azure) -> None:
    with pytest.raises(InputError, match="answered for none"):
        collected(azure, "elsewhere")


@pytest.mark.parametrize(
    ("key", "where"),
    [
        (("/subscriptions", ""), "the list of subscriptions"),
        ((PROD, "2"), f"subscription {PROD}"),
        ((DEPLOYMENTS, ""), f"deployments of models in {ACCOUNT['id']}"),
    ],
    ids=["at-once", "between-pages", "at-a-part"],
)
def test_a_session_that_ends_ends_the_collection_and_leaves_no_file(
    azure: Azure, key: tuple[str, str], where: str
) -> None:
    azure.refusals[key] = [EXPIRED]
    done = CliRunner().invoke(inventory, ["azure", "--endpoint", azure.cloud.url, "-o", "estate.jsonl"])
    assert isinstance(done.exception, SettingsError)
    assert str(done.exception) == (
        f"Azure: the token is not taken, or has expired: ExpiredAuthenticationToken, at {where} (sign in again and start anew)"
    )
    assert list(Path().iterdir()) == []


def test_the_command_writes_a_file_and_says_what_is_missing(azure: Azure) -> None:
    azure.refusals[(COMPUTES, "")] = [FORBIDDEN]
    words = ["azure", "--subscription", "Production", "--endpoint", azure.cloud.url, "-o", "estate.jsonl"]
    done = CliRunner().invoke(inventory, words, catch_exceptions=False)
    assert done.exit_code == 0
    assert "warning: computes of 1 of 1 microsoft.machinelearningservices/workspaces in subscription" in done.output
    assert [
        problem.undetermined for problem in open_input("estate.jsonl", {}).problems if "computes" in problem.message
    ] == [True]
