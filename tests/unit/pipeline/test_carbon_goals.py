"""Goals for emissions beside budgets of money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.policies.plans import plan
from tests.policies.plans import resource as r

from spendgate.api import check
from spendgate.errors import SettingsError
from spendgate.governance.budgets import load_budgets

TEAM = {"environment": "dev", "team": "vision"}


def budgets(folder: Path, goal: Any) -> Path:
    path = folder / "budgets.yaml"
    path.write_text(
        f"budgets:\n  - {{name: vision, scope: {{tags.team: vision}}, monthly: 9000, carbon_kg: {goal}}}\n",
        encoding="utf-8",
    )
    return path


def verdict(folder: Path, goal: int, **machine: Any) -> tuple[str, str]:
    """What SUS-002 says of a change of the team, and its message."""
    budgets(folder, goal)
    (folder / "spendgate.yaml").write_text("budgets: budgets.yaml\n", encoding="utf-8")
    path = folder / "plan.json"
    path.write_text(plan(r("aws_instance.a", tags=TEAM, **machine)), encoding="utf-8")
    report = check([path], packs=["sustainability"], config=str(folder / "spendgate.yaml"))
    said = [each for each in report.findings if each.policy == "SUS-002"]
    return (said[0].verdict, said[0].message) if said else ("pass", "")


@pytest.mark.parametrize(
    ("goal", "machine", "expected"),
    [
        pytest.param(100, {"instance_type": "g5.12xlarge"}, "fail", id="beyond the goal"),
        pytest.param(1000, {"instance_type": "g5.12xlarge"}, "pass", id="within it"),
        pytest.param(100, {"unknown": {"instance_type": True}}, "unknown", id="its machine is not known"),
    ],
)
def test_a_goal_of_a_scope(tmp_path: Path, goal: int, machine: dict[str, Any], expected: str) -> None:
    found, message = verdict(tmp_path, goal, **machine)
    assert found == expected
    assert expected != "fail" or "vision emits" in message


def test_a_goal_is_a_number_of_kilograms(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no number of kilograms") as refused:
        load_budgets(budgets(tmp_path, "little"))
    assert refused.value.line == 2
