"""`spendgate cost`, `diff` and `report` as their users run them."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.stories import NOW, ROOT, run
from tests.e2e.test_command_line import create, plan

STORY = ROOT / "examples" / "gpu-training-aws" / "plan.json"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved report of the story's costs."""
    path = tmp_path_factory.mktemp("saved") / "base.json"
    assert run("cost", str(STORY), "--now", NOW, "-o", f"json={path}").exit_code == 0
    return path


def test_a_saved_report_renders_as_the_run_did(saved: Path) -> None:
    again = run("report", str(saved))
    assert again.exit_code == 0
    assert again.output == run("cost", str(STORY), "--now", NOW).output


def test_a_saved_report_goes_into_any_format(saved: Path) -> None:
    found = list(csv.DictReader(io.StringIO(run("report", str(saved), "-o", "focus").output)))
    assert {row["x_RecordType"] for row in found} == {"Estimate"}


def test_a_report_compared_with_its_own_input_is_no_difference(saved: Path) -> None:
    done = run("diff", str(saved), str(STORY), "--now", NOW, "-o", "json")
    report = json.loads(done.output)
    assert done.exit_code == 0
    assert Decimal(report["cost"]["delta_monthly"]["expected"]) == 0
    assert set(report["counts"]["by_action"]) == {"no-op"}


def test_two_plans_are_compared_after_with_after(tmp_path: Path) -> None:
    for name, machine in (("base", "g5.xlarge"), ("head", "g5.2xlarge")):
        (tmp_path / f"{name}.json").write_bytes(plan(create(machine)))
    done = run("diff", "base.json", "head.json", "-o", "json", cwd=tmp_path)
    report = json.loads(done.output)
    assert [change["action"] for change in report["changes"]] == ["update"]
    assert Decimal(report["cost"]["delta_monthly"]["expected"]) > 40
    assert report["cost"]["delta_complete"] is True


def test_groups_stand_in_the_report_and_add_up(saved: Path) -> None:
    done = run("cost", str(STORY), "--now", NOW, "-o", "json", "--group-by", "module", "--group-by", "tags.team")
    report = json.loads(done.output)
    for path in ("module", "tags.team"):
        amounts = [Decimal(g["after_monthly"]["expected"]) for g in report["groups"] if g["by"] == path]
        assert sum(amounts) == pytest.approx(Decimal(report["cost"]["after_monthly"]["expected"]), abs=Decimal("0.01"))
    assert "untagged (28 resources)" in run("report", str(saved), "--group-by", "tags.team").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "README.md"], "is not JSON"),
        (["report", "nowhere.json"], "nowhere.json"),
        (["diff", "nowhere.json", str(STORY)], "nowhere.json"),
        (["cost", str(STORY), "--group-by", "team"], "did you mean tags.team?"),
    ],
    ids=["no report", "no file", "no base", "no such path"],
)
def test_a_mistake_is_one_line_with_a_cure(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.output == ""
    assert said in done.errors
    assert "Traceback" not in done.errors
