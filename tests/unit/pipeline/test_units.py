"""Cost per unit of work: divided by what is stated, unknown where nothing is."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.stories import run
from tests.e2e.test_command_line import create, plan

CASES: dict[str, tuple[str, dict[str, str | None]]] = {
    "a million requests": ("units: {requests: 1000000}", {"1,000 requests": "0.01"}),
    "hours of training": ("units: {training_hours: 100}", {"training hour": "0.1"}),
    "several at once": ("units: {tokens: 10000000, experiments: 4}", {"million tokens": "1", "experiment": "2.5"}),
    "no use": ("units: {requests: 0}", {"1,000 requests": None}),
    "nothing stated": ("hours: 730", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_unit_costs(tmp_path: Path, case: str) -> None:
    use, expected = CASES[case]
    (tmp_path / "plan.json").write_bytes(plan(create("t3.micro", tags={})))
    (tmp_path / "usage.yaml").write_text(
        f"resource_usage:\n  aws_instance.worker:\n    {use}\n    monthly_cpu_credit_hrs: 0\n", encoding="utf-8"
    )
    done = run("cost", "plan.json", "--usage-file", "usage.yaml", "-o", "json", cwd=tmp_path)
    report: dict[str, Any] = json.loads(done.output)
    monthly = Decimal(report["cost"]["after_monthly"]["expected"])
    units = {unit["unit"]: unit["cost"] for unit in report["units"]}
    assert units.keys() == expected.keys()
    for unit, share in expected.items():
        if share is None:
            assert units[unit] is None
        else:
            assert Decimal(units[unit]) == pytest.approx(monthly * Decimal(share) / 10, abs=Decimal("0.0001"))


def test_a_unit_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create("t3.micro", tags={})))
    (tmp_path / "usage.yaml").write_text(
        "resource_usage:\n  aws_instance.worker:\n    units: {request: 5}\n", encoding="utf-8"
    )
    done = run("cost", "plan.json", "--usage-file", "usage.yaml", cwd=tmp_path)
    assert done.exit_code == 2
    assert "did you mean units.requests?" in done.errors


def test_lacking_usage_is_written_for_the_user_to_fill_in(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(plan(create("t3.micro", tags={})))
    done = run("cost", "plan.json", "--sync-usage", "usage.yaml", cwd=tmp_path)
    assert done.exit_code == 0, done.errors
    assert "# monthly_cpu_credit_hrs:  # hours a month" in (tmp_path / "usage.yaml").read_text(encoding="utf-8")
    assert run("cost", "plan.json", "--usage-file", "usage.yaml", cwd=tmp_path).exit_code == 0
