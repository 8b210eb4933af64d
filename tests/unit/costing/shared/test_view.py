"""A run's cost as policies see it: what is known of a percentage when not everything has a price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from spendgate.costing.view import _percent
from spendgate.model.values import Bounded, Unknown


@pytest.mark.parametrize(
    ("delta", "before", "complete", "expected"),
    [
        (Decimal(25), Decimal(100), True, Decimal(25)),
        (Decimal(25), Decimal(0), True, None),
        (Decimal(0), Decimal(0), False, Decimal(0)),
        (Decimal(0), Decimal(40), False, Decimal(0)),
        (Decimal(25), Decimal(0), False, "?"),
        (Decimal(25), Decimal(100), False, (0, 25)),
    ],
    ids=[
        "everything has a price",
        "nothing was there",
        "nothing changes, and what is there has no price",
        "nothing changes, and a part of what is there has no price",
        "something comes, and what is there has no price",
        "something comes, and a part of what is there has no price",
    ],
)
def test_a_change_in_percent(delta: Decimal, before: Decimal, complete: bool, expected: Any) -> None:
    found = _percent(delta, before, complete)
    if isinstance(found, Unknown):
        found = "?"
    assert ((found.lower, found.upper) if isinstance(found, Bounded) else found) == expected
