"""The Google collector against a Cloud Asset API on this machine: pages, refusals, throttling, a session that ends, secrets."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.collectors.cloud import TOKEN
from tests.unit.collectors.google_cloud import (
    ALL,
    FORBIDDEN,
    LAB,
    OPS,
    Assets,
    collected,
    split,
)

from spendgate.collectors.google import role, scope_of
from spendgate.errors import SettingsError
from spendgate.inputs import open_input
from spendgate.inputs.inventory.google import SHAPES
from spendgate_cli.inventory import inventory


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
