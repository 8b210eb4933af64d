"""What people see, to the letter. After a wanted change: `python tests/golden/reporters/regenerate.py`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.reporters.golden import GOLDEN, rendered

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "reporters"


@pytest.mark.parametrize("name", GOLDEN)
def test_it_looks_as_it_was_agreed(name: str) -> None:
    assert rendered(name) == (FOLDER / name).read_bytes().decode("utf-8")


def test_there_is_no_golden_file_that_nothing_makes() -> None:
    assert {path.name for path in FOLDER.glob("*.*") if path.suffix != ".py"} == set(GOLDEN)
