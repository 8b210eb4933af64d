"""Rows in the shape of FOCUS: what must stand in each, and that no row takes an unknown for a zero."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
from tests.unit.reporters.situations import SITUATIONS

from spendgate.ports import ReportOptions
from spendgate.reporters.focus import COLUMNS, REPORTER, columns_of, month_of
from spendgate.wire import v1

_NEVER_NULL = (
    "BillingCurrency",
    "BillingPeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ServiceCategory",
    "x_RecordType",
)


def rows(report: v1.Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(REPORTER.render(report, ReportOptions()))))


@pytest.mark.parametrize("name", SITUATIONS)
def test_rows_say_that_they_are_an_estimate_and_add_up(name: str) -> None:
    report = SITUATIONS[name]()
    found = rows(report)
    assert all(row["x_RecordType"] == "Estimate" for row in found)
    assert all(row[column] for row in found for column in _NEVER_NULL)
    assert all(isinstance(json.loads(row["Tags"]), dict) for row in found)
    parts = [
        item.monthly
        for change in report.changes
        if change.cost.state_after != "none" and change.action != "read"
        for item in change.cost.items
    ]
    known = [Decimal(row["EffectiveCost"]) for row in found if row["EffectiveCost"]]
    assert sum(known, Decimal(0)) == sum((part for part in parts if part.is_finite()), Decimal(0))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_part_without_an_amount_has_null_costs_and_a_reason(name: str) -> None:
    lacking = [row for row in rows(SITUATIONS[name]()) if row["x_State"] != "Priced"]
    assert all(row["BilledCost"] == row["EffectiveCost"] == row["ListCost"] == "" for row in lacking)
    assert all(row["x_Reason"] for row in lacking)


def test_columns_are_pascal_case_and_own_ones_are_marked() -> None:
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert all(name[0].isupper() or name.startswith("x_") for name in COLUMNS)


@pytest.mark.parametrize(
    ("time", "start", "end"),
    [
        ("2026-11-24T09:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2028-02-29T00:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
    ],
)
def test_the_period_is_the_month_of_the_run_with_an_exclusive_end(time: str, start: str, end: str) -> None:
    assert month_of(time) == (start, end)


def test_what_is_no_time_has_no_period() -> None:
    assert month_of("yesterday") == ("", "")


@pytest.mark.parametrize(
    ("version", "has", "has_not"),
    [
        ("1.0", {"ProviderName", "BilledCost"}, {"ServiceSubcategory", "SkuPriceDetails", "ServiceProviderName"}),
        ("1.1", {"ProviderName", "ServiceSubcategory", "SkuPriceDetails"}, {"HostProviderName"}),
        ("1.2", {"PublisherName"}, {"ServiceProviderName"}),
        ("1.3", {"ProviderName", "ServiceProviderName"}, set()),
        ("1.4", {"ServiceProviderName", "HostProviderName"}, {"ProviderName", "PublisherName"}),
        ("", {"ProviderName", "ServiceProviderName"}, set()),
    ],
)
def test_a_version_has_its_columns_and_own_ones(version: str, has: set[str], has_not: set[str]) -> None:
    columns = columns_of(version)
    assert has <= set(columns)
    assert not has_not & set(columns)
    assert {name for name in COLUMNS if name.startswith("x_")} <= set(columns)
    text = REPORTER.render(next(iter(SITUATIONS.values()))(), ReportOptions(focus_version=version))
    assert text.splitlines()[0].split(",") == list(columns)
