"""Arithmetic on values that may be absent, unknown or bounded. The result is a number only when every part is one.

Absent wins over unknown, since a comparison with what is absent is certain to fail; unknown wins over bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.model.attributes import Attributes
from spendgate.model.values import ABSENT, Bounded, Truth, Unknown, Value
from spendgate.policies import comparisons
from spendgate.policies.literals import plain_number

_IMPOSSIBLE = Unknown("it cannot be calculated")


def numeric(value: Value) -> Any:
    """A value as a number; what is no number counts as absent."""
    if value is ABSENT or isinstance(value, (Unknown, Bounded)):
        return value
    number = plain_number(value)
    return number if number is not None else ABSENT


def length(value: Value) -> Any:
    """How many elements a list or map has, or characters a text."""
    if value is ABSENT or isinstance(value, Unknown):
        return value
    if isinstance(value, Attributes):
        return Decimal(len(value.values))
    if isinstance(value, (Sequence, Mapping)):
        return Decimal(len(value))
    return ABSENT


def _first_open(*values: Any) -> Any:
    """The value that decides an operation before it is done: an absent one, else an unknown one, else None."""
    if any(value is ABSENT for value in values):
        return ABSENT
    return next((value for value in values if isinstance(value, Unknown)), None)


def _exact(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Any]:
    """An operation on two known numbers; on bounds where `operation` moves both bounds alike."""

    def compute(left: Any, right: Any) -> Any:
        found = _first_open(left, right)
        if found is not None:
            return found
        try:
            if isinstance(left, Bounded) or isinstance(right, Bounded):
                return _with_bounds(operation, left, right)
            return operation(left, right)
        except ArithmeticError:
            return _IMPOSSIBLE

    return compute


def _add(left: Decimal, right: Decimal) -> Decimal:
    return left + right


def _multiply(left: Decimal, right: Decimal) -> Decimal:
    return left * right


def _divide(left: Decimal, right: Decimal) -> Decimal:
    return left / right


def _with_bounds(operation: Callable[[Decimal, Decimal], Decimal], left: Any, right: Any) -> Any:
    if operation is _add:
        one, other = _bounds(left), _bounds(right)
        lower = None if one[0] is None or other[0] is None else one[0] + other[0]
        upper = None if one[1] is None or other[1] is None else one[1] + other[1]
        return Bounded(lower, upper, left.reason if isinstance(left, Bounded) else right.reason)
    if operation is _multiply and isinstance(left, Decimal):
        left, right = right, left
    if not isinstance(left, Bounded) or not isinstance(right, Decimal):
        return Unknown(right.reason if isinstance(right, Bounded) else left.reason)
    ends = [None if end is None else operation(end, right) for end in (left.lower, left.upper)]
    if right < 0:
        ends.reverse()
    return Bounded(ends[0], ends[1], left.reason)


def _bounds(value: Any) -> tuple[Decimal | None, Decimal | None]:
    return (value.lower, value.upper) if isinstance(value, Bounded) else (value, value)


def negated(value: Any) -> Any:
    """The number with the other sign."""
    return COMPUTE["*"](value, Decimal(-1))


def extreme(values: Sequence[Any], *, largest: bool) -> Any:
    """The largest or the smallest of some numbers; bounds are compared end by end."""
    found = _first_open(*values)
    if found is not None:
        return found
    pick: Callable[..., Decimal] = max if largest else min
    bounded = next((value for value in values if isinstance(value, Bounded)), None)
    if bounded is None:
        return pick(values)
    lows, highs = zip(*(_bounds(value) for value in values), strict=True)
    return Bounded(_end(lows, pick, drops_open=largest), _end(highs, pick, drops_open=not largest), bounded.reason)


def _end(ends: Sequence[Decimal | None], pick: Callable[..., Decimal], *, drops_open: bool) -> Decimal | None:
    """One end of an extreme. An open end decides it, unless it lies on the side that cannot win."""
    known = [end for end in ends if end is not None]
    if not known or (len(known) < len(ends) and not drops_open):
        return None
    return pick(known)


COMPUTE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": _exact(_add),
    "-": lambda left, right: COMPUTE["+"](left, negated(right)),
    "*": _exact(_multiply),
    "/": _exact(_divide),
}


def _compared(plain: Callable[[Any, Any], bool], bounded: Callable[[Bounded, Any], Truth]) -> Callable[..., Truth]:
    def compare(left: Any, right: Any) -> Truth:
        found = _first_open(left, right)
        if found is not None:
            return Truth.FALSE if found is ABSENT else Truth.UNKNOWN
        if isinstance(left, Bounded) or isinstance(right, Bounded):
            difference = COMPUTE["-"](left, right)
            return bounded(difference, Decimal(0)) if isinstance(difference, Bounded) else Truth.UNKNOWN
        return Truth.of(plain(left, right))

    return compare


def _bounded_zero(difference: Bounded, zero: Decimal) -> Truth:
    """Whether a difference may be nothing."""
    above = difference.lower is not None and difference.lower > zero
    below = difference.upper is not None and difference.upper < zero
    return Truth.FALSE if above or below else Truth.UNKNOWN


COMPARE: Mapping[str, Callable[[Any, Any], Truth]] = {
    "<": _compared(lambda one, other: one < other, comparisons.bounded_less),
    "<=": _compared(lambda one, other: one <= other, comparisons.bounded_at_most),
    ">": _compared(lambda one, other: one > other, lambda d, zero: ~comparisons.bounded_at_most(d, zero)),
    ">=": _compared(lambda one, other: one >= other, lambda d, zero: ~comparisons.bounded_less(d, zero)),
    "==": _compared(lambda one, other: one == other, _bounded_zero),
    "!=": _compared(lambda one, other: one != other, lambda d, zero: ~_bounded_zero(d, zero)),
}
"""Comparisons by their sign. What is absent fails all of them."""
