"""Real AWS resources with what they are known to cost: every quantity, and the total at the book's own prices."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.aws_run import aws, pointing

from spendgate.costing.meters import meters_for, usage_keys
from spendgate.model.cost import Missing
from spendgate.model.resource import ProviderSettings

FACTS = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))["facts"]
_SHARE = Decimal("0.005")


def _run(fact: dict[str, Any]) -> Any:
    settings = ProviderSettings(region=fact["region"])
    others = [
        (attribute, aws(type_, values, name=f"other{number}", settings=settings))
        for number, (attribute, type_, values) in enumerate(fact["referenced"])
    ]
    return pointing(aws(fact["type"], fact["attributes"], settings=settings), *others, usage=fact["usage"]).estimate()


@pytest.mark.parametrize("fact", FACTS, ids=[fact["id"] for fact in FACTS])
def test_quantities_and_total_of_a_real_resource(fact: dict[str, Any]) -> None:
    estimate = _run(fact)
    found = Counter((item.unit, round(item.quantity.expected, 3)) for item in estimate.items if item.quantity.expected)
    expected = Counter((unit, round(Decimal(str(amount)), 3)) for amount, unit in fact["parts"] if amount)
    assert found == expected
    total = estimate.monthly.expected if estimate.monthly else Decimal(0)
    tolerance = max(Decimal(str(fact["tolerance"])), _SHARE * Decimal(str(fact["total"])))
    assert abs(total - Decimal(str(fact["total"]))) <= tolerance
    waits = any(part.missing is Missing.NEEDS_USAGE for part in estimate.unpriced)
    assert waits or not fact["needs_usage"]


@pytest.mark.parametrize("fact", FACTS, ids=[fact["id"] for fact in FACTS])
def test_a_line_is_priced_in_the_unit_that_it_is_counted_in(fact: dict[str, Any]) -> None:
    assert [(item.name, item.unit) for item in _run(fact).items] == [
        (item.name, item.rate.unit) for item in _run(fact).items
    ]


def test_every_usage_key_of_the_facts_is_read_by_a_meter() -> None:
    known = {type_: usage_keys(type_, meters) for type_, meters in meters_for("aws").items()}
    unread = [
        f"{fact['type']}.{key}"
        for fact in FACTS
        for key, value in fact["usage"].items()
        if not isinstance(value, dict) and key not in known[fact["type"]]
    ]
    assert unread == []
