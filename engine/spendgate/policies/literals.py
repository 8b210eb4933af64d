"""Amounts as people write them in policies: `500 USD`, `2h`, `25%`, `2026-12-31`, and plain numbers."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from spendgate.model.frozen import Frozen
from spendgate.policies.mistakes import Mistake

_NUMBER = r"([+-]?[0-9]+(?:[ _,][0-9]{3})*(?:\.[0-9]+)?)"
_MONEY = re.compile(rf"(?:{_NUMBER}\s*([A-Z]{{3}})|([A-Z]{{3}})\s*{_NUMBER})")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(s|sec|min|m|h|d|w)")
_PERCENT = re.compile(rf"{_NUMBER}\s*%")

SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_FIELD_UNITS = (("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400), ("week", 604800))


class Amount(Frozen):
    """A number with its unit: a currency (`USD`), `duration` (the number counts seconds) or `percent` (25 is a quarter)."""

    number: Decimal
    unit: str
    text: str

    def __str__(self) -> str:
        return self.text


def amount(text: str) -> Amount | None:
    """The amount that a text states, or None when it states none."""
    text = text.strip()
    if found := _MONEY.fullmatch(text):
        number, currency = (found[1], found[2]) if found[1] else (found[4], found[3])
        return Amount(_decimal(number), currency, text)
    if found := _DURATION.fullmatch(text):
        return Amount(Decimal(found[1]) * SECONDS[found[2]], "duration", text)
    if found := _PERCENT.fullmatch(text):
        return Amount(_decimal(found[1]), "percent", text)
    return None


def _decimal(text: str) -> Decimal:
    return Decimal(re.sub(r"[ _,]", "", text))


def plain_number(value: Any) -> Decimal | None:
    """A number, or a text that is nothing but one; booleans are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return None


def number_for(value: Any, path: str) -> Decimal:
    """A stated value as the number that a field counts in: `2h` is 120 for `limits.idle_minutes`.

    A duration takes the unit that the field's name ends in, a percentage is a share unless the name says percent. Raises
    Mistake for a value that is no amount, or a duration beside a field without a unit.
    """
    number = plain_number(value)
    if number is not None:
        return number
    stated = value if isinstance(value, Amount) else amount(value) if isinstance(value, str) else None
    if stated is None:
        raise Mistake(f"{value!r} is no number", "write a number, or an amount such as 500 USD, 2h or 25%")
    last = path.rsplit(".", 1)[-1]
    if stated.unit == "duration":
        for unit, seconds in _FIELD_UNITS:
            if unit in last and not (unit == "week" and "hour" in last):
                return stated.number / seconds
        raise Mistake(f"{path} states no unit, so it cannot be compared with the duration {stated}", "write a number")
    if stated.unit == "percent":
        return stated.number if "percent" in last else stated.number / 100
    return stated.number


def as_date(value: Any) -> date | None:
    """The day that a text names (`2026-12-31`, or a time stamp), or None."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).date()
    except ValueError:
        return None
