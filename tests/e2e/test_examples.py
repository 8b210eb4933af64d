"""The stories under `examples/`: their output is what their files say, and their counts are what the plan says."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stories import FORMATS, STORIES, outcome

EXIT_CODES = {
    "gpu-training-aws": 1,
    "llm-gateway": 0,
    "llm-serving-gke": 1,
    "ray-and-kserve": 1,
    "research-sandbox-azure": 1,
    "teardown": 0,
    "unknown-gpu": 3,
}


def name(value: Any) -> str:
    return value.name if isinstance(value, Path) else str(value)


def test_there_are_stories() -> None:
    assert {story.name for story in STORIES} == set(EXIT_CODES)


@pytest.mark.parametrize("story", STORIES, ids=name)
@pytest.mark.parametrize("format_", FORMATS)
def test_output_is_as_expected(story: Path, format_: str) -> None:
    done = outcome(story, format_)
    expected = (story / f"expected.{FORMATS[format_]}").read_text(encoding="utf-8")
    assert done.errors == ""
    assert done.output == expected, "read the difference, then: python tests/regenerate.py"
    assert done.exit_code == EXIT_CODES[story.name]


@pytest.mark.parametrize("story", [story for story in STORIES if (story / "plan.json").exists()], ids=name)
def test_report_agrees_with_the_plan(story: Path) -> None:
    report = json.loads(outcome(story, "json").output)
    plan = json.loads((story / "plan.json").read_text(encoding="utf-8"))
    actions = Counter(_action(entry) for entry in plan["resource_changes"])
    assert report["counts"]["by_action"] == dict(actions)
    assert len(report["changes"]) == report["counts"]["changes"] == len(plan["resource_changes"])


@pytest.mark.parametrize("story", [story for story in STORIES if (story / "manifests").exists()], ids=name)
def test_report_agrees_with_the_manifests(story: Path) -> None:
    report = json.loads(outcome(story, "json").output)
    files = (story / "manifests").glob("*.yaml")
    objects = sum(file.read_text(encoding="utf-8").count("\nkind: ") for file in files)
    assert report["counts"]["by_action"] == {"declare": objects}


@pytest.mark.parametrize("story", STORIES, ids=name)
def test_parts_add_up_to_the_whole(story: Path) -> None:
    report = json.loads(outcome(story, "json").output)
    for side in ("before_monthly", "after_monthly"):
        parts = sum((Decimal(change["cost"][side]["expected"] or 0) for change in report["changes"]), Decimal(0))
        assert abs(parts - Decimal(report["cost"][side]["expected"])) < Decimal("0.01")
    for change in report["changes"]:
        amounts = [Decimal(item["monthly"]) for item in change["cost"]["items"]]
        if amounts:
            assert abs(sum(amounts) - Decimal(change["cost"]["after_monthly"]["expected"])) < Decimal("0.01")
        elif change["cost"]["unpriced"]:
            assert change["cost"]["after_monthly"]["expected"] is None, "what has no price is not zero"


def _action(entry: dict[str, Any]) -> str:
    actions = entry["change"]["actions"]
    if len(actions) == 2:
        return "replace"
    if actions == ["no-op"] and entry["change"].get("importing"):
        return "import"
    if actions == ["no-op"] and entry.get("previous_address"):
        return "move"
    return str(actions[0])
