"""Whether lifecycle rules reach checkpoints."""

from __future__ import annotations

from decimal import Decimal

import pytest

from spendgate.facets.lifecycle_rules import Reach, checkpoint_days
from spendgate.model.values import Number, Unknown

MONTH, YEAR = Decimal(30), Decimal(365)
LATER = Unknown()


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        pytest.param([], None, id="no rule"),
        pytest.param([(None, ())], None, id="a rule that deletes nothing"),
        pytest.param([(MONTH, ())], MONTH, id="a rule for everything"),
        pytest.param([(MONTH, ("runs/Checkpoints/",))], MONTH, id="a rule for checkpoints"),
        pytest.param([(YEAR, ()), (MONTH, ("ckpt",))], MONTH, id="the shortest of those that reach them"),
        pytest.param([(YEAR, ()), (MONTH, ("tmp/",))], YEAR, id="a shorter one for something else"),
        pytest.param([(YEAR, ()), (MONTH, LATER)], YEAR, id="one that reaches them, and one that is not known yet"),
    ],
)
def test_days(rules: list[tuple[Number, Reach]], days: Decimal | None) -> None:
    assert checkpoint_days(rules) == days


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([(MONTH, ("tmp/",))], id="a rule for something else"),
        pytest.param([(MONTH, LATER)], id="a prefix that is known only after apply"),
        pytest.param([(LATER, ())], id="days that are known only after apply"),
    ],
)
def test_unknown(rules: list[tuple[Number, Reach]]) -> None:
    assert isinstance(checkpoint_days(rules), Unknown)
