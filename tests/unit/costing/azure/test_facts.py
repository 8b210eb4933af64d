"""Estimates of real Azure resources against published figures: quantities, units, totals.

`facts.json` holds what a configuration is and what it was found to cost. A fact that says `differs` cannot be met, and says
why: what decides the figure is not in it, or the figure itself is not what the provider bills.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.azure_run import Run, azure

from spendgate.costing.meters import meters_for
from spendgate.model.cost import Estimate, LineItem, Missing

FACTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))["facts"]
UNITS = {
    "GB": {"GB-month", "GB"},
    "hour": {"hours"},
    "1M transactions": {"transactions"},
}


def run_of(fact: dict[str, Any], unknown: Any = False) -> Run:
    first = azure(fact["type"], fact["attributes"], region=fact["region"], unknown=unknown)
    others, refs = [], []
    for attribute, (type_, values) in fact.get("referenced", {}).items():
        others.append(azure(type_, values, name=attribute, region=fact["region"]))
        refs.append((first.address, attribute, others[-1].address))
    return Run(first, *others, refs=refs)


def estimate(fact: dict[str, Any]) -> Estimate:
    return run_of(fact).estimate(**fact.get("usage", {}))


def matched(fact: dict[str, Any], items: list[LineItem]) -> tuple[list[list[Any]], list[LineItem]]:
    """Parts of the fact that no line item meets, and line items that no part explains."""
    left, missing = list(items), []
    for part in fact["parts"]:
        quantity, unit, cost = part
        if quantity is None:
            continue
        units = UNITS.get(unit, {unit})
        fitting = [
            item
            for item in left
            if item.unit in units and abs(item.quantity.expected - Decimal(str(quantity))) < Decimal("0.01")
        ]
        fitting.sort(key=lambda item: abs(item.monthly.expected - Decimal(str(cost))))
        if fitting:
            left.remove(fitting[0])
        else:
            missing.append(part)
    return missing, [item for item in left if item.quantity.expected]


@pytest.mark.parametrize("fact", [pytest.param(fact, id=fact["name"]) for fact in FACTS])
def test_quantities_and_units(fact: dict[str, Any]) -> None:
    missing, extra = matched(fact, list(estimate(fact).items))
    assert (bool(missing) or bool(extra)) == (fact.get("differs") == "quantity"), (missing, extra)


@pytest.mark.parametrize("fact", [pytest.param(fact, id=fact["name"]) for fact in FACTS])
def test_totals_at_the_prices_of_the_book(fact: dict[str, Any]) -> None:
    monthly = estimate(fact).monthly
    total = Decimal(str(fact["total"]))
    tolerance = max(Decimal(str(fact["tolerance"])), total * Decimal("0.005"))
    fits = monthly is not None and abs(monthly.expected - total) <= tolerance
    assert fits == ("differs" not in fact), monthly


@pytest.mark.parametrize(
    "fact", [pytest.param(fact, id=fact["name"]) for fact in FACTS if any(part[0] is None for part in fact["parts"])]
)
def test_what_depends_on_use_is_named(fact: dict[str, Any]) -> None:
    needed = [part for part in estimate(fact).unpriced if part.missing is Missing.NEEDS_USAGE]
    assert len(needed) >= sum(part[0] is None for part in fact["parts"])


def test_most_facts_are_met() -> None:
    parts = sum(len(fact["parts"]) for fact in FACTS)
    missing = sum(len(matched(fact, list(estimate(fact).items))[0]) for fact in FACTS)
    assert missing / parts < 0.05


def paths(tree: Any, marks: Any = True) -> Iterator[Any]:
    """Every marker tree that marks one inner value of a tree."""
    if isinstance(tree, dict):
        for key, child in tree.items():
            yield {key: True}
            for inner in paths(child):
                yield {key: inner}
    elif isinstance(tree, list):
        for index, child in enumerate(tree):
            for inner in paths(child):
                yield [*[False] * index, inner]


CASES = [(fact, mark) for fact in FACTS for mark in paths(fact["attributes"])]


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(CASES))
def test_an_attribute_known_only_after_apply_never_makes_it_free(case: tuple[dict[str, Any], Any]) -> None:
    fact, mark = case
    known, found = estimate(fact), run_of(fact, unknown=mark).estimate(**fact.get("usage", {}))
    assert found.items or found.unpriced
    if found.is_complete and known.monthly is not None and found.monthly is not None and known.monthly.expected > 0:
        assert found.monthly.high > 0


@pytest.mark.parametrize("fact", [pytest.param(fact, id=fact["name"]) for fact in FACTS if "usage" in fact])
def test_every_stated_key_is_one_that_the_usage_file_may_hold(fact: dict[str, Any]) -> None:
    known = {key for meter in meters_for("azure")[fact["type"]] for key in meter.usage_keys}
    assert set(fact["usage"]) <= known
