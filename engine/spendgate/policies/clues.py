"""Clues: which field made a condition what it is, and how a demand on it is said."""

from __future__ import annotations

from typing import Any

from spendgate.model.frozen import Frozen, replace
from spendgate.model.values import ABSENT, Unknown, Value
from spendgate.policies.containment import elements, extra_elements, missing_keys
from spendgate.policies.literals import Amount
from spendgate.policies.operands import Expected
from spendgate.policies.operators import Operator
from spendgate.policies.prepared import Choices
from spendgate.policies.wording import shown


class Clue(Frozen):
    """One field of a failed or unknown condition: the words behind `failed.*` in messages.

    `missing` are keys that should be there, `extra` elements that should not. `is_denied` when the condition stood under `not`.
    """

    path: str
    operator: str
    expected: Any
    actual: Value
    missing: tuple[str, ...] = ()
    extra: tuple[Any, ...] = ()
    unit: str = ""
    is_denied: bool = False

    def denied(self) -> Clue:
        """The same field seen from outside of a `not`."""
        return replace(self, is_denied=not self.is_denied)


def clue_of(path: str, operator: Operator, expected: Expected, actual: Value, *, unit: str) -> Clue:
    """The clue that a comparison leaves."""
    missing: tuple[str, ...] = ()
    extra: tuple[Any, ...] = ()
    if operator.name in ("has_keys", "has_any_key") and not isinstance(actual, Unknown):
        missing = missing_keys(actual, expected.value)
    elif isinstance(expected.value, Choices) and operator.name in ("in", "subset_of"):
        known = actual is not ABSENT and not isinstance(actual, Unknown)
        extra = extra_elements(actual, expected.value) if known else ()
    elif isinstance(expected.value, Choices):
        choices = expected.value
        inside = set(elements(actual)) - set(extra_elements(actual, choices)) if _is_listed(actual) else set()
        extra = tuple(sorted(map(str, inside)))
    return Clue(path, operator.name, expected.shown, actual, missing, extra, unit)


def _is_listed(actual: Value) -> bool:
    return isinstance(actual, (tuple, list)) and all(isinstance(element, str) for element in actual)


def demand(operator: Operator, expected: Expected, *, wanted: bool, unit: str = "") -> str:
    """What a field must do, in words: `be at most 60`, `not be set`."""
    phrase = operator.phrase
    positive = wanted
    if operator.name in ("exists", "empty"):
        positive = wanted is bool(expected.value)
    if not positive:
        phrase = phrase.removeprefix("not ") if phrase.startswith("not ") else f"not {phrase}"
    if operator.name == "between":
        low, high = expected.shown
        return phrase.format(f"{_stated(low, unit)} and {_stated(high, unit)}")
    return phrase.format(_stated(expected.shown, unit))


def _stated(value: Any, unit: str) -> str:
    """A stated value; an amount keeps its unit, since no sentence around it names one."""
    return value.text if isinstance(value, Amount) else shown(value, unit=unit)
