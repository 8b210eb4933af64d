"""Broken, odd and half-known plans end in a report or in one line, never in a defect: examples with random changes in them."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spendgate import api
from spendgate.errors import SpendgateError
from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS
from tests.e2e.stories import STORIES

PLANS = [story for story in STORIES if (story / "plan.json").exists()]
NOW = datetime(2026, 7, 1, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    0.5,
    10**30,
    "",
    "x" * 5_000,
    "line\nbreak \x1b[31m <b>",
    "\u202eback",
    [],
    [None],
    [[]],
    {},
    {"": None},
    [{}],
    ["a", 1, None],
)
"""Values that no provider writes, or only seldom."""
FEW, MANY = 4, 40


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield tree, key
            yield from places(value)
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield tree, number
            yield from places(value)


def replaced(place: Any, key: Any, dice: random.Random) -> None:
    place[key] = copy.deepcopy(dice.choice(ODD))


def removed(place: Any, key: Any, dice: random.Random) -> None:
    del place[key]


def moved(place: Any, key: Any, dice: random.Random) -> None:
    keys = list(place) if isinstance(place, dict) else range(len(place))
    place[key] = copy.deepcopy(place[dice.choice(list(keys))])


def doubled(place: Any, key: Any, dice: random.Random) -> None:
    if isinstance(place, list):
        place.append(copy.deepcopy(place[key]))
    else:
        place[key] = [copy.deepcopy(place[key])] * 2


CHANGES: tuple[Callable[[Any, Any, random.Random], None], ...] = (replaced, replaced, removed, moved, doubled)


def mutated(story: Path, seed: int) -> bytes:
    """The plan of a story with one to six random changes, four of five of them in what the resources are."""
    dice = random.Random(f"{story.name}/{seed}")
    plan = json.loads((story / "plan.json").read_text(encoding="utf-8"))
    for _ in range(dice.randint(1, 6)):
        root = plan if dice.random() < 0.2 else plan.get("resource_changes")
        found = list(places(root))
        if found:
            place, key = dice.choice(found)
            dice.choice(CHANGES)(place, key, dice)
    text = json.dumps(plan).encode()
    return text[: dice.randrange(len(text))] if dice.random() < 0.05 else text


def say_something(path: Path, seed: int) -> None:
    """Judge a plan and render the report, in the formats that people read and in one more by turns; a refusal is one line."""
    report, refusal = judged(path)
    if report is None:
        assert (refusal.exit_code, "\n" in refusal.message) == (2, False)
        return
    assert report.exit_code in (0, 1, 2, 3, 4)
    names = sorted(REPORTERS.names())
    for name in ("text", "json", names[seed % len(names)]):
        assert REPORTERS.get(name).render(report, ReportOptions()).endswith("\n")


def judged(path: Path) -> tuple[Any, Any]:
    """The report, or the refusal."""
    try:
        return api.check([path], now=NOW), None
    except SpendgateError as error:
        return None, error


@pytest.mark.parametrize("story", PLANS, ids=lambda story: story.name)
def test_a_mutated_plan_ends_in_a_report_or_in_one_line(story: Path, tmp_path: Path) -> None:
    for seed in range(FEW):
        path = tmp_path / f"{seed}.json"
        path.write_bytes(mutated(story, seed))
        say_something(path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("story", PLANS, ids=lambda story: story.name)
def test_many_mutated_plans_end_in_a_report_or_in_one_line(story: Path, tmp_path: Path) -> None:
    for seed in range(FEW, FEW + MANY):
        path = tmp_path / f"{seed}.json"
        path.write_bytes(mutated(story, seed))
        say_something(path, seed)
