"""What the rates file says of commitments that nobody uses in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from spendgate.errors import SettingsError
from spendgate.prices.rates_file import load

_ENTRY = "commitments:\n  - {name: a, kind: savings-plan, covers_percent: 100, discount_percent: 28"


def written(folder: Path, more: str) -> str:
    path = folder / "rates.yaml"
    path.write_text(f"{_ENTRY}{more}}}\n", encoding="utf-8")
    return str(path)


def test_the_free_share_is_stated_by_three_keys(tmp_path: Path) -> None:
    path = written(tmp_path, ", committed_per_hour: 6, free_per_hour: 1.8, free_on: 2026-11-20")
    only = load(path).said.commitments[0]
    assert (str(only.committed_per_hour), str(only.free_per_hour)) == ("6", "1.8")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(", free_per_hour: 1.8", "state all of them", id="without what is committed"),
        pytest.param(", committed_per_hour: 6, free_on: 2026-11-20", "state all of them", id="without what is free"),
        pytest.param(
            ", committed_per_hour: 6, free_per_hour: 7, free_on: 2026-11-20",
            "is more than",
            id="more free than there is",
        ),
    ],
)
def test_half_a_statement_is_refused_with_its_line(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        load(written(tmp_path, more))
    assert refused.value.line == 2
