"""Whatever objects and resources look like, comparing them with each other ends in a verdict and never in a crash."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.unit.pipeline.test_joins import group, named, node, of_experiment, on, own, own_node, plan, training

from spendgate.api import check

ROOT = Path(__file__).resolve().parents[3]
ODD: list[Any] = [
    None,
    0,
    -1,
    1.5,
    "",
    "x",
    "{{ y }}",
    [],
    {},
    [None],
    {"a": 1},
    True,
    10**12,
    "8",
    ["a"],
    [{"b": None}],
]


def objects() -> list[dict[str, Any]]:
    files = sorted((ROOT / "tests" / "corpus" / "kubernetes").glob("*.yaml"))
    found = [each for file in files for each in yaml.safe_load_all(file.read_text()) if isinstance(each, dict)]
    made = [
        on("a", "j", 2),
        on("a", "k", 3, pods=2),
        node("n", 8),
        of_experiment("p", 1, completionTime="x"),
        named("b"),
    ]
    return [each for each in found if each.get("kind") and isinstance(each.get("metadata"), dict)] + made


def odd(tree: Any, chance: random.Random) -> Any:
    """A tree of which one part in twenty-five is something else."""
    if chance.random() < 0.04:
        return chance.choice(ODD)
    if isinstance(tree, dict):
        return {key: odd(value, chance) for key, value in tree.items()}
    return [odd(value, chance) for value in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("seed", range(5))
def test_odd_objects_are_compared_without_a_crash(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    kept = {"apiVersion", "kind", "metadata"}
    chosen = [
        {key: value if key in kept else odd(value, chance) for key, value in deepcopy(each).items()}
        for each in chance.sample(objects(), 25)
    ]
    (tmp_path / "objects.yaml").write_text(yaml.safe_dump_all(chosen), encoding="utf-8")
    (tmp_path / "own.yaml").write_text(own(own_node("a", used=2), own_node("b", state="idle")), encoding="utf-8")
    (tmp_path / "plan.json").write_text(plan(group("a"), training("x"), training("y")), encoding="utf-8")
    inputs = [tmp_path / name for name in ("objects.yaml", "own.yaml", "plan.json")]
    report = check(inputs, packs=["gpu", "experiment", "multi-cloud"], now=datetime(2026, 11, 24, tzinfo=UTC))
    tallies = {each.id: each for each in report.policies}
    assert tallies["EXP-003"].matched >= 2
    assert not any(tallies[policy].error for policy in ("EXP-003", "GPU-004", "MC-001"))
