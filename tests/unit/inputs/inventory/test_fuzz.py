"""Exports that are broken in the middle of their shape: an error that says so, or unknowns; never a crash."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.inputs.inventory.test_forms import FORMS

from spendgate import pipeline
from spendgate.errors import SpendgateError
from spendgate.settings import Settings

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    None,
    [],
    {},
    "",
    "odd",
    -1,
    0,
    1.5,
    10**30,
    True,
    [None],
    [[]],
    {"x": None},
    [{"a": [1]}],
    "2026-13-45",
    "arn:",
    "/subscriptions/",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree."""
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += places(child, (*path, key))
    return found


def broken(value: Any, chance: random.Random) -> Any:
    """A copy with something odd in one to three places."""
    copy = json.loads(json.dumps(value))
    for _ in range(chance.randint(1, 3)):
        options = places(copy)
        if not options:
            return copy
        *way, last = chance.choice(options)
        node = copy
        for key in way:
            node = node[key]
        node[last] = json.loads(json.dumps(chance.choice(ODD)))
    return copy


def trees() -> list[tuple[str, Any, str]]:
    """The forms that are JSON, as trees."""
    found = []
    for label, content, name, _ in FORMS:
        if not isinstance(content, str):
            found.append((label, content, name))
        elif content.startswith("{") and content.count("\n") <= 1:
            try:
                found.append((label, json.loads(content), name))
            except ValueError:
                continue
    return found


@pytest.mark.parametrize(("content", "name"), [tree[1:] for tree in trees()], ids=[tree[0] for tree in trees()])
def test_odd_values_never_crash(content: Any, name: str, tmp_path: Path) -> None:
    chance = random.Random(name + json.dumps(content)[:80])
    path = tmp_path / name
    messages: list[str] = []
    for number in range(8):
        mutant = broken(content, chance)
        path.write_text(json.dumps(mutant))
        try:
            report = pipeline.check([str(path)], Settings(packs=("starter", "utilisation")), NOW)
        except SpendgateError as error:
            messages.append(error.message)
            continue
        except Exception as error:
            raise AssertionError(f"mutant {number}: {json.dumps(mutant)}") from error
        assert report.counts.changes == len(report.changes)
    assert not [message for message in messages if "\n" in message]
