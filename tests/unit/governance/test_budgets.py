"""`budgets.yaml`: what may stand in it, and what a budget says of a change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from spendgate.errors import SettingsError
from spendgate.governance.budgets import Budget, load_budgets
from spendgate.model.values import Bounded, Unknown
from spendgate.policies.currency import in_currency

MIDDLE = date(2026, 11, 15)
"""Half of November is left."""


def loaded(folder: Path, text: str) -> tuple[Budget, ...]:
    path = folder / "budgets.yaml"
    path.write_text(text, encoding="utf-8")
    return load_budgets(path)


def test_a_file_is_read_in_its_order(tmp_path: Path) -> None:
    vision, rest = loaded(
        tmp_path,
        "budgets:\n"
        "  - {name: vision, scope: {tags.team: vision}, monthly: 10000 USD, owner: a@example.com, spent: 6200, days: 18,\n"
        "     forecast: {p50: 9790, p90: 10900}}\n"
        "  - {name: unallocated, monthly: 500}\n",
    )
    assert vision == Budget(
        "vision", Decimal(10000), {"tags.team": "vision"}, "a@example.com",
        None, Decimal(6200), 18, Decimal(9790), Decimal(10900),
    )  # fmt: skip
    assert (rest.name, rest.scope) == ("unallocated", {})


def test_amounts_come_in_the_currency_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "budgets.yaml"
    path.write_text(
        "budgets:\n  - {name: a, scope: {env: a}, monthly: 100 USD, base: 5, spent: 3 EUR, forecast: {p50: 7 USD}}\n",
        encoding="utf-8",
    )
    money = partial(in_currency, currency="EUR", factor=Decimal("0.9"), hint="")
    (budget,) = load_budgets(path, money)
    assert (budget.monthly, budget.base, budget.spent, budget.p50) == tuple(map(Decimal, ("90", "5", "3", "6.3")))
    with pytest.raises(SettingsError, match="monthly: '100 USD' is in USD and the run counts EUR") as caught:
        load_budgets(path, partial(in_currency, currency="EUR", factor=None, hint="state a rate"))
    assert (caught.value.line, caught.value.hint) == (2, "state a rate")


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("budgets:\n  - {name: a, scope: {tags.team: a}}", "lacks monthly", 2),
        ("budgets:\n  - {name: a, monthly: 5}", "has no scope", 2),
        ("budgets:\n  - {name: a, monthly: much, scope: {tags.team: a}}", "'much' is no amount", 2),
        ("budgets:\n  - {name: a, monthly: 5d, scope: {tags.team: a}}", "'5d' is no amount", 2),
        ("budgets:\n  - {name: a, monthly: -5, scope: {tags.team: a}}", "is no amount", 2),
        ("budgets:\n  - {name: a, monthly: 5, scope: {colour: a}}", "no field starts with 'colour'", 2),
        ("budgets:\n  - {name: a, monthly: 5, scope: {tags.team: a}, days: 40}", "no number of days", 2),
        ("budgets:\n  - {name: a, monthly: 5, scope: {tags.team: a}, forecast: 7}", "is no forecast", 2),
        ("budgets:\n  - {name: a, montly: 5}", "unknown key 'montly'", 2),
        ("budget:\n  - {name: a}", "holds no budgets", 1),
        (
            "budgets:\n  - {name: a, monthly: 5, scope: {env: a}}\n  - {name: a, monthly: 5, scope: {env: b}}",
            "there are two budgets 'a'",
            3,
        ),
    ],
    ids=[
        "no-amount",
        "no-scope",
        "word",
        "duration",
        "negative",
        "no-such-path",
        "forty-days",
        "forecast",
        "typo",
        "section",
        "twice",
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str, line: int) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, text)
    assert said in str(refused.value)
    assert refused.value.line == line


def budget(**stated: Any) -> Budget:
    return Budget("a", Decimal(1000), {"env": "dev"}, **stated)


@pytest.mark.parametrize(
    ("stated", "projected"),
    [
        ({"base": Decimal(300), "p50": Decimal(900)}, 400),
        ({"p50": Decimal(900)}, 1000),
        ({}, 600),
    ],
    ids=["the-stated-base", "the-forecast", "what-the-run-saw"],
)
def test_the_projection_starts_from_the_best_base(stated: dict[str, Any], projected: int) -> None:
    assert budget(**stated).facts(Decimal(500), Decimal(100), MIDDLE)["projected"] == projected


def test_the_forecast_takes_the_change_for_the_days_that_are_left() -> None:
    facts = budget(p50=Decimal(900), p90=Decimal(950)).facts(Decimal(0), Decimal(100), MIDDLE)
    assert facts["month_end"] == {"p50": 950, "p90": 1000}


def test_without_a_forecast_the_run_rate_stands_for_it() -> None:
    facts = budget(spent=Decimal(400), days=15).facts(Decimal(0), Decimal(0), MIDDLE)
    assert facts["month_end"]["p50"] == 800
    assert isinstance(facts["month_end"]["p90"], Unknown)


@pytest.mark.parametrize(
    "stated", [{}, {"spent": Decimal(90), "days": 2}, {"spent": Decimal(90)}], ids=["nothing", "two-days", "no-days"]
)
def test_too_little_says_nothing_about_the_end_of_the_month(stated: dict[str, Any]) -> None:
    assert isinstance(budget(**stated).facts(Decimal(0), Decimal(10), MIDDLE)["month_end"]["p50"], Unknown)


def test_what_is_not_known_stays_so_and_bounds_stay_bounds() -> None:
    unknown = Unknown("no price")
    assert budget(base=Decimal(1)).facts(Decimal(0), unknown, MIDDLE)["projected"] is unknown
    bounded = budget(base=Decimal(100)).facts(Decimal(0), Bounded(Decimal(50), None), MIDDLE)["projected"]
    assert (bounded.lower, bounded.upper) == (150, None)
