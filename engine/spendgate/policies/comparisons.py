"""Comparisons of one known value with a stated one: texts, numbers, dates, and numbers of which only bounds are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from spendgate.model.accelerator_names import canonical_model
from spendgate.model.values import ABSENT, Bounded, Truth, Unknown
from spendgate.policies.literals import Amount, as_date, plain_number
from spendgate.policies.patterns import Pattern
from spendgate.policies.prepared import Choices, Scalar

_WORDS = {True: "true", False: "false"}


def equal(actual: Any, expected: Scalar) -> Truth:
    """Whether two values are equal: numbers by size, `true` also to the text `true`, lists and maps as wholes."""
    if isinstance(actual, bool):
        raw = expected.raw
        return Truth.of(raw is actual if isinstance(raw, bool) else _WORDS[actual] in expected.texts)
    if isinstance(actual, str):
        if expected.accelerators:
            return Truth.of(canonical_model(actual) in expected.texts)
        if actual in expected.texts:
            return Truth.TRUE
        if isinstance(expected.raw, bool):
            return Truth.of(actual.lower() == _WORDS[expected.raw])
        if expected.number is None:
            return Truth.FALSE
    if isinstance(actual, (int, Decimal, float, str)):
        number = plain_number(actual)
        return Truth.of(number is not None and number == expected.number)
    return _equal_whole(actual, expected.raw)


def _equal_whole(actual: Any, raw: Any) -> Truth:
    if isinstance(actual, (list, tuple)) and isinstance(raw, (list, tuple)):
        if len(actual) != len(raw):
            return Truth.FALSE
        unsure = any(isinstance(item, Unknown) for item in actual)
        same = all(isinstance(one, Unknown) or _same(one, other) for one, other in zip(actual, raw, strict=True))
        return Truth.FALSE if not same else Truth.UNKNOWN if unsure else Truth.TRUE
    if isinstance(actual, Mapping) and isinstance(raw, Mapping):
        if set(actual) != set(raw):
            return Truth.FALSE
        unsure = any(isinstance(item, Unknown) for item in actual.values())
        same = all(isinstance(item, Unknown) or _same(item, raw[key]) for key, item in actual.items())
        return Truth.FALSE if not same else Truth.UNKNOWN if unsure else Truth.TRUE
    return Truth.FALSE


def _same(one: Any, other: Any) -> bool:
    return bool(one == (other.text if isinstance(other, Amount) else other))


def one_of(actual: Any, expected: Choices) -> Truth:
    """Whether a value is among others."""
    if isinstance(actual, str) and not expected.others:
        return Truth.of((canonical_model(actual) if expected.accelerators else actual) in expected.texts)
    if isinstance(actual, str) and actual in expected.texts:
        return Truth.TRUE
    return Truth.of(any(equal(actual, choice) is Truth.TRUE for choice in expected.others))


def matches(actual: Any, expected: Pattern) -> Truth:
    """Whether an expression is found in a text (numbers are read as text)."""
    text = _as_text(actual)
    return expected.found(text) if text is not None else Truth.FALSE


def starts(actual: Any, expected: str) -> Truth:
    """Whether a text starts with another."""
    text = _as_text(actual)
    return Truth.of(text is not None and text.startswith(expected))


def ends(actual: Any, expected: str) -> Truth:
    """Whether a text ends with another."""
    text = _as_text(actual)
    return Truth.of(text is not None and text.endswith(expected))


def _as_text(actual: Any) -> str | None:
    if isinstance(actual, str):
        return actual
    if isinstance(actual, (int, Decimal)) and not isinstance(actual, bool):
        return str(actual)
    return None


def less(actual: Any, expected: Decimal) -> Truth:
    """Whether a number is smaller; what is no number is not."""
    number = plain_number(actual)
    return Truth.of(number is not None and number < expected)


def at_most(actual: Any, expected: Decimal) -> Truth:
    """Whether a number is not larger."""
    number = plain_number(actual)
    return Truth.of(number is not None and number <= expected)


def more(actual: Any, expected: Decimal) -> Truth:
    """Whether a number is larger."""
    number = plain_number(actual)
    return Truth.of(number is not None and number > expected)


def at_least(actual: Any, expected: Decimal) -> Truth:
    """Whether a number is not smaller."""
    number = plain_number(actual)
    return Truth.of(number is not None and number >= expected)


def between(actual: Any, expected: tuple[Decimal, Decimal]) -> Truth:
    """Whether a number lies between two others, both included."""
    number = plain_number(actual)
    return Truth.of(number is not None and expected[0] <= number <= expected[1])


def before(actual: Any, expected: date) -> Truth:
    """Whether a date is earlier; what is no date is not."""
    day = as_date(actual)
    return Truth.of(day is not None and day < expected)


def after(actual: Any, expected: date) -> Truth:
    """Whether a date is later."""
    day = as_date(actual)
    return Truth.of(day is not None and day > expected)


def bounded_less(actual: Bounded, expected: Decimal) -> Truth:
    """Whether a number within bounds is smaller: false as soon as its lower bound is not."""
    if actual.upper is not None and actual.upper < expected:
        return Truth.TRUE
    return Truth.FALSE if actual.lower is not None and actual.lower >= expected else Truth.UNKNOWN


def bounded_at_most(actual: Bounded, expected: Decimal) -> Truth:
    """Whether a number within bounds is not larger: false as soon as its lower bound is over."""
    if actual.upper is not None and actual.upper <= expected:
        return Truth.TRUE
    return Truth.FALSE if actual.lower is not None and actual.lower > expected else Truth.UNKNOWN


def bounded_equal(actual: Bounded, expected: Scalar) -> Truth:
    """Whether a number within bounds is this one: false outside of the bounds."""
    number = expected.number
    if number is None:
        return Truth.FALSE
    if actual.lower == actual.upper == number:
        return Truth.TRUE
    outside = (actual.lower is not None and number < actual.lower) or (
        actual.upper is not None and number > actual.upper
    )
    return Truth.FALSE if outside else Truth.UNKNOWN


def bounded_one_of(actual: Bounded, expected: Choices) -> Truth:
    """Whether a number within bounds is one of these."""
    truths = [bounded_equal(actual, choice) for choice in expected.others]
    if Truth.TRUE in truths:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.FALSE


def is_missing(value: Any) -> bool:
    """Whether a value is not there, or says nothing: absent, null or empty text."""
    return value is ABSENT or value is None or (isinstance(value, str) and not value.strip())
