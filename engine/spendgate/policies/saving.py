"""What curing a failure saves in a month: by pricing the resource again with the fix, else by the policy's formula.

A saving never exceeds the lines of the cost that it is about, and one that is not known is none: neither becomes zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from spendgate.model.alternative import COMMITTED
from spendgate.model.case import Case, look_up, split_path
from spendgate.model.frozen import Frozen
from spendgate.model.money import ZERO
from spendgate.model.values import Bounded, Truth, Unknown, Value
from spendgate.policies.arithmetic import Formula
from spendgate.policies.calculation import COMPUTE, numeric
from spendgate.policies.conditions import Condition
from spendgate.policies.instead import CHEAPEST, REPRICED, Reprice
from spendgate.policies.wording import plain

BY_PRICE, BY_FORMULA = "re-priced", "formula"
_CENT = Decimal("0.01")
_SHORT = Decimal("0.0001")
_HOURLY = "cost.hourly"


class Savings(Frozen):
    """What a policy says of savings; an `exposure` is a possible cost, not a saving. At least one of the first two is there."""

    formula: Formula | None
    reprice: Reprice | None
    note: str
    is_exposure: bool
    when: Condition | None = None
    """Where curing the failure saves this at all; None: wherever it fails."""


class Saved(NamedTuple):
    """A saving with how it was worked out, and the details that a finding shows of it."""

    monthly: Decimal | None = None
    formula: str | None = None
    by: str | None = None


NOTHING_SAID = Saved()


def saved(savings: Savings | None, case: Case, details: dict[str, Any]) -> Saved:
    """The saving, or none when it is not known; an exposure goes to the details alone."""
    if savings is None or (savings.when is not None and savings.when.truth(case) is not Truth.TRUE):
        return NOTHING_SAID
    place = "exposure" if savings.is_exposure else "savings"
    why = None
    if savings.reprice is not None:
        text, value, values, lines = _by_price(savings.reprice, case, "high" if savings.is_exposure else "expected")
        amount = money(value)
        if amount is not None:
            said = {"monthly": amount, "by": BY_PRICE, "formula": text, "values": values, "lines": lines}
            return _told(savings, details, place, said)
        why = value.reason if isinstance(value, (Unknown, Bounded)) else None
        if why == COMMITTED:
            details["not_saved"] = why
            return NOTHING_SAID
    if savings.formula is None:
        return NOTHING_SAID
    formula = savings.formula
    amount = money(formula.of(case))
    if amount is None:
        return NOTHING_SAID
    by = BY_PRICE if f"{CHEAPEST}.monthly" in formula.names else BY_FORMULA
    values = {name: plain(short(known)) for name, known in formula.values(case).items()}
    lines = _lines(look_up(case, (CHEAPEST, "lines"))) if by == BY_PRICE else _spread(amount, formula, case)
    if lines and by == BY_FORMULA and not savings.is_exposure:
        amount = min(amount, money(sum((line["monthly"] for line in lines), ZERO)) or ZERO)
    said = {"monthly": amount, "by": by, "formula": formula.text, "values": values, "lines": lines}
    return _told(savings, details, place, said | ({"not_repriced": why} if why else {}))


def _told(savings: Savings, details: dict[str, Any], place: str, said: Mapping[str, Any]) -> Saved:
    amount, lines = said["monthly"], said["lines"]
    if amount < 0:
        # NOTE: the fix is dearer than what it mends; it may be right all the same, but it saves nothing.
        details["costs_more"] = {"monthly": -amount, "by": said["by"]}
        return NOTHING_SAID
    said = {name: value for name, value in said.items() if name != "lines"}
    if lines and not savings.is_exposure:
        said["lines"] = [{name: short(value) for name, value in line.items()} for line in lines]
    details[place] = {**said, **({"note": savings.note} if savings.note else {})}
    return NOTHING_SAID if savings.is_exposure else Saved(amount, said["formula"], said["by"])


def _by_price(reprice: Reprice, case: Case, size: str) -> tuple[str, Value, Mapping[str, Any], list[dict[str, Any]]]:
    """How it is worked out, the saving, the values behind it, and the lines that save."""
    root, month = (CHEAPEST, "monthly") if reprice.machine else (REPRICED, f"monthly.{size}")
    cost, other = f"cost.monthly.{size}", f"{root}.{month}"
    now, then = look_up(case, split_path(cost)), look_up(case, split_path(other))
    path = (root, "saving_monthly") if reprice.machine else (root, "saving_monthly", size)
    value = look_up(case, path)
    if not isinstance(value, (Decimal, Unknown)):
        # NOTE: the test of a policy gives the new price alone.
        value = COMPUTE["-"](numeric(now), numeric(then))
    values = {cost: plain(short(now)), other: plain(short(then))}
    return f"{cost} - {other}", value, values, _lines(look_up(case, (root, "lines")))


def _lines(found: Value) -> list[dict[str, Any]]:
    return [dict(line) for line in found] if isinstance(found, (list, tuple)) else []


def _spread(amount: Decimal, formula: Formula, case: Case) -> list[dict[str, Any]]:
    """A saving by formula over the lines that it is about, in proportion: those that stop where it speaks of hours alone."""
    spoken = [name for name in formula.names if name.startswith("cost.")]
    lines = look_up(case, ("cost", "lines"))
    if not spoken or not isinstance(lines, (list, tuple)):
        return []
    hours_alone = all(name == _HOURLY for name in spoken)
    about = [line for line in lines if line["monthly"] > 0 and (line["stops"] or not hours_alone)]
    whole = sum((line["monthly"] for line in about), ZERO)
    share = min(amount / whole, Decimal(1)) if whole else ZERO
    return [{"line": line["line"], "monthly": line["monthly"], "saving": line["monthly"] * share} for line in about]


def short(value: Value) -> Value:
    """A number to a hundredth of a cent, as far as people follow one; anything else as it is."""
    return value.quantize(_SHORT).normalize() if isinstance(value, Decimal) and value.is_finite() else value


def money(value: Value) -> Decimal | None:
    """A finite amount in cents, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    return number.quantize(_CENT) if number.is_finite() and abs(number) < Decimal(10) ** 20 else None
