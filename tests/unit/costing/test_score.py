"""The estimator keeps to its aims on real resources: quantities, units and totals, by provider."""

from __future__ import annotations

import importlib.util
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from tests.unit.aws_run import book

ROOT = Path(__file__).resolve().parents[3]


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_costs", ROOT / "benchmarks" / "score_costs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SCORING = _module()
FACTS = SCORING.load()
SCORES = SCORING.score(FACTS, book())


def test_what_is_determined_is_met_as_aimed_at() -> None:
    scores = SCORES[SCORING.DETERMINED]
    assert scores.facts >= 0.9 * len(FACTS)
    assert scores.quantities >= SCORING.AIMS["quantities"], SCORING.table(SCORES)
    assert scores.with_book_prices >= SCORING.AIMS["totals with the book's prices"], SCORING.table(SCORES)


def test_every_fact_counts_in_the_whole() -> None:
    whole = SCORES[SCORING.ALL]
    assert whole.facts == len(FACTS) == 296
    assert whole.quantities >= Decimal("0.962"), SCORING.table(SCORES)
    assert whole.with_book_prices >= Decimal("0.911"), SCORING.table(SCORES)


@pytest.mark.parametrize("cloud", ["aws", "azure", "google"])
def test_no_provider_is_left_behind(cloud: str) -> None:
    assert SCORES[cloud].quantities >= Decimal("0.95"), SCORING.table(SCORES)
    assert SCORES[cloud].with_book_prices >= Decimal("0.83"), SCORING.table(SCORES)


def test_nothing_is_counted_that_no_fact_knows() -> None:
    assert SCORES[SCORING.ALL].extra <= 0.03 * SCORES[SCORING.ALL].parts


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("3", "1k requests", ("3000", "requests")),
        ("2", "1M requests", ("2000000", "requests")),
        ("60", "hours (20 DPUs)", ("1200", "dpu-hours")),
        ("5", "GiB", ("5", "gb")),
    ],
)
def test_units_are_compared_in_their_plain_form(amount: str, unit: str, expected: tuple[str, str]) -> None:
    assert SCORING.plain(Decimal(amount), unit) == (Decimal(expected[0]), expected[1])
