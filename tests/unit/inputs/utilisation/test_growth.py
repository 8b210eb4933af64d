"""How storage grows, by two measurements of its size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from spendgate.inputs.utilisation.growth import GROWTH, STORED, growth
from spendgate.inputs.utilisation.measured import Sample
from spendgate.model.values import Unknown

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def size(gib: int, days_ago: int) -> Sample:
    end = NOW - timedelta(days=days_ago)
    return Sample("a", STORED, Decimal(gib), None, 1, end - timedelta(days=1), end)


def test_the_measurement_nearest_to_thirty_days_earlier_is_taken() -> None:
    found = growth([size(100, 1), size(70, 31), size(50, 60), size(95, 8)], NOW)
    assert found[STORED] == 100
    assert found["stored_gib_before"] == 70
    assert found["stored_days"] == 30
    assert found["stored_gib_a_month"] == 30
    assert found["stored_gib_in_a_year"] == 465


@pytest.mark.parametrize(
    ("sizes", "unknown"),
    [
        pytest.param([size(100, 1)], GROWTH, id="measured once"),
        pytest.param([size(100, 1), size(90, 1)], GROWTH, id="twice at one moment"),
        pytest.param([size(100, 8), size(90, 40)], (STORED, *GROWTH), id="not in the last week"),
    ],
)
def test_what_cannot_be_told_is_unknown(sizes: list[Sample], unknown: tuple[str, ...]) -> None:
    found = growth(sizes, NOW)
    assert set(found) == set(unknown)
    assert all(isinstance(value, Unknown) for value in found.values())


def test_what_was_not_measured_has_no_growth() -> None:
    assert growth([], NOW) == {}
