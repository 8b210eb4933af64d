"""What people read: values in messages, stand-ins, money, and what is not known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.policies.writing import case

from spendgate.model.values import SENSITIVE, Bounded, Unknown
from spendgate.policies.clues import Clue
from spendgate.policies.literals import amount
from spendgate.policies.messages import compile_template
from spendgate.policies.operands import References

PARAMETERS: dict[str, Any] = {
    "over": amount("2000 USD"),
    "idle": amount("2h"),
    "part": amount("25%"),
    "most": Decimal(4),
    "by_env": {"dev": Decimal(2), "unknown": Decimal(1)},
    "max_share": Decimal("0.1"),
}
SUBJECT = case(
    address="a.b",
    env="dev",
    name=Unknown(),
    accel={
        "count": 8,
        "models": ("H100", "L4"),
        "memory_gib": Decimal("79.50"),
        "fraction": Decimal("0.14286"),
        "variants": (),
    },
    capacity={"max": 1234567},
    after={"password": SENSITIVE, "id": Unknown("its bucket is not in this run")},
    tags={"owner": "ml", "cost-center": Unknown()},
    scaling={"scale_to_zero": True},
    cost={
        "hourly": Decimal("1.5"),
        "monthly": {"low": Decimal(0), "expected": Decimal("40150"), "high": Decimal("Infinity")},
        "before_monthly": {"expected": Bounded(Decimal(500), None)},
        "delta_monthly": {"expected": Bounded(Decimal(-5), Decimal(10))},
    },
    change={"unpriced_share": Decimal("0.3333"), "delta_percent": Decimal("6.666"), "top": "a.b +12.00"},
    disks=[{"kind": "gp3"}, {"kind": "io2"}],
)
CLUE = Clue("accel.models", "subset_of", ("T4", "L4"), ("H100",), (), ("H100",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", "plain text"),
        ("{{ address }} in {{env}}", "a.b in dev"),
        ("{{ accel.count }} of {{ accel.models }}", "8 of H100, L4"),
        ("{{ accel.variants }}", "none"),
        ("{{ accel.memory_gib }} {{ accel.fraction }}", "79.5 0.1429"),
        ("{{ capacity.max }}", "1,234,567"),
        ("{{ scaling.scale_to_zero }}", "true"),
        ("{{ tags.owner }} {{ tags.cost-center }}", "ml (known only after apply)"),
        ("{{ tags }}", "owner=ml, cost-center=(known only after apply)"),
        ("{{ name }}", "(known only after apply)"),
        ("{{ after.password }}", "(sensitive)"),
        ("{{ after.id }}", "(not known: its bucket is not in this run)"),
        ("{{ schedule.hours_per_week }}", "(not set)"),
        ("{{ schedule.hours_per_week | default('168') }}", "168"),
        ('{{ schedule.hours_per_week | default("168") }}', "168"),
        ("{{ name | default('x') }}", "(known only after apply)"),
        ("{{ name | default(address) }}", "a.b"),
        ("{{ type | default(env) }}", "dev"),
        ("{{ env | default(address) }}", "dev"),
        ("{{ cost.hourly }} {{ cost.monthly.expected }} {{ cost.monthly.low }}", "1.50 40,150.00 0.00"),
        ("{{ cost.monthly.high }}", "unlimited"),
        ("{{ cost.before_monthly.expected }}", "at least 500.00"),
        ("{{ cost.delta_monthly.expected }}", "between -5.00 and 10.00"),
        ("{{ change.unpriced_share }} {{ change.delta_percent }}", "33.33 % 6.67"),
        ("{{ change.top }}", "a.b +12.00"),
        ("{{ disks[].kind }}", "gp3, io2"),
        ("{{ over }} USD, {{ idle }}, {{ part }}, {{ most }}, {{ max_share }}", "2,000.00 USD, 2h, 25%, 4, 10 %"),
        ("{{ by_env[env] }} {{ by_env[type] }}", "2 1"),
        ("{{ failed.field }}: {{ failed.actual }}, {{ failed.expected }}, {{ failed.extra }}", "accel.models: H100, T4, L4, H100"),
        ("{{ failed.missing | default('nothing') }}", "nothing"),
        ("two\n  lines   here", "two lines here"),
    ],
)  # fmt: skip
def test_a_message_is_filled_in(text: str, expected: str) -> None:
    assert compile_template(text, References(PARAMETERS)).render(SUBJECT, CLUE) == expected


def test_money_of_a_failed_condition_is_shown_as_money() -> None:
    clue = Clue("cost.monthly.expected", "lte", Decimal(500), Decimal("1234.5"), unit="money")
    text = "{{ failed.actual }} over {{ failed.expected }}"
    assert compile_template(text, References({})).render(SUBJECT, clue) == "1,234.50 over 500.00"


def test_long_lists_are_cut_and_say_so() -> None:
    subject = case(change={"unpriced": [f"r{number}" for number in range(15)]})
    shown = compile_template("{{ change.unpriced }}", References({})).render(subject, None)
    assert shown.endswith("r11 and 3 more")


def test_text_from_outside_is_not_a_template() -> None:
    subject = case(name="{{ cost.hourly }}", cost={"hourly": 5})
    assert compile_template("{{ name }}", References({})).render(subject, None) == "{{ cost.hourly }}"


def test_the_currency_is_that_of_the_run() -> None:
    message = compile_template("{{ cost.hourly }} {{ currency }} an hour", References({}))
    assert message.render(SUBJECT, None) == "1.50 USD an hour"
    assert message.render(case(cost={"hourly": Decimal("1.5")}, currency="EUR"), None) == "1.50 EUR an hour"
