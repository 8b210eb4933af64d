"""Exchange rates: as stated or turned over, never made up; and a saved report in another currency."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from spendgate.errors import SettingsError
from spendgate.pipeline.afterwards.converting import converted
from spendgate.pipeline.pricing import pricing
from spendgate.prices.book import PriceBook
from spendgate.prices.exchange import Exchange
from spendgate.prices.rates_file import load
from spendgate.settings import Settings, resolve
from spendgate.wire import v1
from spendgate.wire.money import MONEY

D = Decimal
RATES = """
exchange_rates:
  - {from: USD, to: EUR, rate: 0.92, as_of: 2026-11-20, source: ECB}
  - {from: GBP, to: USD, rate: 1.25, as_of: 2026-11-21}
"""


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    path = tmp_path / "rates.yaml"
    path.write_text(RATES, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("source", "target", "factor", "note"),
    [
        ("USD", "USD", "1", ""),
        ("USD", "EUR", "0.92", "USD to EUR at 0.92 of 2026-11-20, ECB"),
        ("USD", "GBP", "0.8", "USD to GBP at 1/1.25 of 2026-11-21"),
    ],
    ids=["the same", "as stated", "turned over"],
)
def test_a_conversion_says_at_which_rate_of_which_day(
    rates_file: str, source: str, target: str, factor: str, note: str
) -> None:
    found = Exchange(load(rates_file).said.exchange_rates).conversion(source, target)
    assert found is not None
    assert (found.factor, found.note) == (D(factor), note)


@pytest.mark.parametrize(("source", "target"), [("USD", "CHF"), ("EUR", "GBP")], ids=["not stated", "over a third"])
def test_what_is_not_stated_is_not_worked_out(rates_file: str, source: str, target: str) -> None:
    assert Exchange(load(rates_file).said.exchange_rates).conversion(source, target) is None


def test_the_currency_of_the_run_goes_before_that_of_the_file(rates_file: str) -> None:
    book = PriceBook.open()
    assert pricing(Settings(rates=rates_file), book).currency == "USD"
    assert pricing(Settings(rates=rates_file, currency="GBP"), book).currency == "GBP"
    assert pricing(Settings(currency="USD"), book).currency == "USD"


@pytest.mark.parametrize("with_file", [True, False], ids=["file without the rate", "no file"])
def test_a_currency_without_a_rate_is_an_error_and_never_one_to_one(rates_file: str, with_file: bool) -> None:
    asked = Settings(rates=rates_file if with_file else None, currency="CHF")
    with pytest.raises(SettingsError, match="no exchange rate to CHF is known") as refused:
        pricing(asked, PriceBook.open())
    assert "exchange_rates" in str(refused.value.hint)


@pytest.mark.parametrize("said", ["euro", "E1R", "", "€"])
def test_what_is_no_code_of_a_currency_is_refused(said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no code of a currency"):
        resolve({"currency": said}, environment={}, folder=tmp_path)


def test_the_environment_names_a_currency_too(tmp_path: Path) -> None:
    assert resolve({}, environment={"SPENDGATE_CURRENCY": "eur"}, folder=tmp_path).currency == "EUR"


def structs_of(type_: Any, seen: set[Any]) -> set[Any]:
    """All structures that a report can hold."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct) and type_ not in seen:
        seen.add(type_)
        for field in msgspec.structs.fields(type_):
            structs_of(field.type, seen)
    for part in getattr(type_, "__args__", ()):
        structs_of(part, seen)
    return seen


NO_MONEY = {
    "monthly_quantity", "hours_per_month", "coverage", "quantity_month", "accelerators", "idle_accelerators", "kwh_month",
    "kg_month", "embodied_kg_month", "before_kwh_month", "after_kwh_month", "before_kg_month", "after_kg_month",
}  # fmt: skip
"""Decimals of the public report that are no money."""


def test_every_amount_of_the_public_report_is_known_to_be_money_or_not() -> None:
    unknown = [
        f"{type_.__name__}.{field.name}"
        for type_ in structs_of(v1.Report, set())
        for field in msgspec.structs.fields(type_)
        if Decimal in (field.type, *getattr(field.type, "__args__", ()))
        and field.name not in MONEY.get(type_, ())
        and field.name not in NO_MONEY
    ]
    assert unknown == []


def report() -> v1.Report:
    """A report with one priced change."""
    ten, nothing = v1.Range(D(10), D(10), None), v1.Range(D(0), D(0), D(0))
    cost = v1.ChangeCost(nothing, ten, ten, [v1.Item("x", D(5), "hours", D(2), D(10), "exact", "list")])
    change = v1.Change("a.b", "a", "other", "aws", None, "create", {}, {}, cost)
    return v1.Report(
        1, "none", 0, "USD", v1.Prices("", ""), None, v1.Counts(), v1.Cost(nothing, ten, ten, D(1)), [change], [], [], [],
        v1.Run([], "", ""),
    )  # fmt: skip


def test_a_saved_report_is_converted_whole_and_says_so(rates_file: str) -> None:
    found = converted(report(), "EUR", rates_file)
    item = found.changes[0].cost.items[0]
    assert (found.currency, item.unit_price, item.monthly, item.monthly_quantity) == ("EUR", D("1.84"), D("9.2"), D(5))
    assert found.cost.after_monthly == v1.Range(D("9.2"), D("9.2"), None)
    assert found.problems[-1].message == "amounts were converted, USD to EUR at 0.92 of 2026-11-20, ECB"


def test_a_saved_report_in_its_own_currency_stays_as_it_is() -> None:
    whole = report()
    assert converted(whole, "USD", None) is whole


@pytest.mark.parametrize("with_file", [True, False])
def test_a_saved_report_without_a_rate_is_an_error(rates_file: str, with_file: bool) -> None:
    with pytest.raises(SettingsError, match="the report is in USD and no exchange rate to CHF is known"):
        converted(report(), "CHF", rates_file if with_file else None)
