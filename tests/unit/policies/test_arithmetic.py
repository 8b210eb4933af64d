"""The arithmetic of `expr` and savings: figures, what is not known, and nothing that could run anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as cases
from hypothesis import strategies as some
from tests.unit.policies.writing import case

from spendgate.model.values import ABSENT, Bounded, Truth, Unknown
from spendgate.policies.arithmetic import parse_condition, parse_number
from spendgate.policies.literals import amount
from spendgate.policies.mistakes import Mistake
from spendgate.policies.operands import References

PARAMETERS: dict[str, Any] = {
    "hours": Decimal(60),
    "limits_by_env": {"dev": Decimal(4), "unknown": Decimal(2)},
    "over": amount("500 USD"),
    "idle": amount("90m"),
    "part": amount("25%"),
    "words": ["a", "b"],
}
SUBJECT = case(
    env="dev",
    accel={"count": 8, "models": ["a", "b"]},
    capacity={"max": Unknown()},
    cost={"hourly": Decimal(2), "monthly": {"expected": Bounded(Decimal(100), None)}},
    pools=[{"capacity": {"max": 3}}, {"capacity": {"max": 5}}],
)


def number(text: str) -> Any:
    return parse_number(text, References(PARAMETERS)).of(SUBJECT)


def holds(text: str) -> Truth:
    result = parse_condition(text, References(PARAMETERS)).of(SUBJECT)
    assert isinstance(result, Truth)
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("16 / 4 / 2", 2),
        ("-accel.count + 10", 2),
        ("2 - -3", 5),
        ("max(1, accel.count, 3)", 8),
        ("min(1, accel.count)", 1),
        ("len(accel.models)", 2),
        ("len(words) * 2", 4),
        ("len(pools[].capacity)", 2),
        ("hours / 168 * 168", Decimal("59.99999999999999999999999999")),
        ("limits_by_env[env] * 2", 8),
        ("${hours} + ${limits_by_env[env]}", 64),
        ("over * 2", 1000),
        ("idle * 2", 3),
        ("part * 100", 25),
        ("cost.hourly * 730 * (1 - hours / 168)", Decimal("938.5714285714285714285714286")),
    ],
)
def test_figures_come_out(text: str, expected: Any) -> None:
    assert number(text) == pytest.approx(Decimal(expected), abs=Decimal("1e-20"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accel.count * 2 <= 16", Truth.TRUE),
        ("accel.count > 8", Truth.FALSE),
        ("accel.count == 8 and cost.hourly != 3", Truth.TRUE),
        ("accel.count < 1 or cost.hourly >= 2", Truth.TRUE),
        ("not (accel.count < 1)", Truth.TRUE),
        ("capacity.max <= 4", Truth.UNKNOWN),
        ("capacity.max <= 4 and accel.count < 1", Truth.FALSE),
        ("capacity.max <= 4 or accel.count == 8", Truth.TRUE),
        ("capacity.min <= 4", Truth.FALSE),
        ("capacity.min > capacity.max", Truth.FALSE),
        ("capacity.min != 4", Truth.FALSE),
        ("accel.count / 0 > 1", Truth.UNKNOWN),
        ("cost.monthly.expected > 99", Truth.TRUE),
        ("cost.monthly.expected <= 99", Truth.FALSE),
        ("cost.monthly.expected <= 101", Truth.UNKNOWN),
        ("cost.monthly.expected * 2 >= 200", Truth.TRUE),
        ("cost.monthly.expected + 50 < 150", Truth.FALSE),
        ("0 - cost.monthly.expected <= -100", Truth.TRUE),
        ("max(cost.monthly.expected, 500) >= 500", Truth.TRUE),
        ("min(cost.monthly.expected, 500) <= 500", Truth.TRUE),
        ("min(cost.monthly.expected, 500) >= 101", Truth.UNKNOWN),
        ("cost.monthly.expected == 50", Truth.FALSE),
        ("cost.monthly.expected != 50", Truth.TRUE),
        ("1 / cost.monthly.expected > 1", Truth.UNKNOWN),
    ],
)
def test_comparisons_are_three_valued(text: str, expected: Truth) -> None:
    assert holds(text) is expected


@pytest.mark.parametrize("text", ["capacity.max * 0", "1 - capacity.max", "max(1, capacity.max)", "len(capacity.max)"])
def test_what_is_unknown_never_becomes_a_number(text: str) -> None:
    assert isinstance(number(text), Unknown)


@pytest.mark.parametrize("text", ["capacity.min * 0", "1 - capacity.min", "max(1, capacity.min)", "env + 1"])
def test_what_is_absent_never_becomes_zero(text: str) -> None:
    assert number(text) is ABSENT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("(1 + 2", "lacks a ')'"),
        ("1 2", "goes on after it ends"),
        ("1 ** 2", "where a number or a field is needed"),
        ("accel.cout + 1", "accel has no 'cout'"),
        ("acel.count + 1", "no field starts with 'acel'"),
        ("abs(1)", "no function is named 'abs'"),
        ("len(1)", "len needs one field"),
        ("__import__('os')", "cannot be read at"),
        ("1; 2", "cannot be read at"),
        ("hours[env]", "is no map"),
        ("missing[env]", "no parameter is named 'missing'"),
        ("1 + (2 < 3)", "calculates with a comparison"),
        ("1 and 2", "joins something that compares nothing"),
        ("1 < 2", "is a comparison, a number is needed"),
        ("(" * 100 + "1" + ")" * 100, "nested too deeply"),
        ("1 + " * 400 + "1", "more than 1,000 characters"),
    ],
)
def test_mistakes_are_named(text: str, message: str) -> None:
    with pytest.raises(Mistake, match=r".") as caught:
        parse_number(text, References(PARAMETERS))
    assert message in caught.value.message


@cases(some.text(alphabet="()+-*/<>=!0123456789. abcdefghmnx,[]{}$'\"\\", max_size=40))
def test_any_text_is_a_calculation_or_a_mistake(text: str) -> None:
    for parse in (parse_number, parse_condition):
        try:
            formula = parse(text, References(PARAMETERS))
        except Mistake:
            continue
        formula.of(SUBJECT)
        formula.values(SUBJECT)


@cases(
    some.lists(some.integers(-1000, 1000), min_size=2, max_size=6),
    some.lists(some.sampled_from("+-*"), min_size=5, max_size=5),
)
def test_it_calculates_like_everybody(numbers: list[int], signs: list[str]) -> None:
    text = str(numbers[0]) + "".join(f" {sign} {each}" for sign, each in zip(signs, numbers[1:], strict=False))
    assert number(text) == eval(text)
