"""Estimates of real Google resources against published figures: quantities, units, totals.

`facts.json` holds what a configuration is and what it was found to cost. A fact that says `differs` cannot be met, and says
why: what decides the figure is not in it, its price has moved since, or the figure itself is not what the provider does.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.google_run import Run, google

from spendgate.model.cost import Estimate, LineItem, Missing
from spendgate.model.resource import ProviderSettings

FACTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))["facts"]
LOCATED = ("google_storage_bucket", "google_artifact_registry_repository")
UNITS = {
    "GB": {"GB-month", "GB"},
    "GiB": {"GB-month"},
    "hours": {"hours", "vCPU-hours"},
    "months": {"versions-month"},
    "versions": {"versions-month"},
    "IOPS": {"IOPS-month"},
    "10K requests": {"10k requests"},
}


def estimate(fact: dict[str, Any]) -> Estimate:
    region = fact["region"]
    attributes = dict(fact["attributes"])
    if fact["type"] in LOCATED:
        attributes.setdefault("location", region)
    settings = ProviderSettings(region=region)
    first = google(fact["type"], attributes, settings=settings)
    others, refs = [], []
    for attribute, (type_, values) in fact.get("referenced", {}).items():
        others.append(google(type_, values, name="other", settings=settings))
        refs.append((first.address, attribute, f"{type_}.other"))
    return Run(first, *others, refs=refs).estimate(**fact.get("usage", {}))


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
    assert len(needed) == sum(part[0] is None for part in fact["parts"])


def test_most_facts_are_met() -> None:
    parts = sum(len(fact["parts"]) for fact in FACTS)
    missing = sum(len(matched(fact, list(estimate(fact).items))[0]) for fact in FACTS)
    assert missing / parts < 0.05
