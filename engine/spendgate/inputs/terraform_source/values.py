"""Values of the language: what they are, what they can be turned into, and how one tells that they are not known.

Values are plain: text, int or Decimal, bool, None, list, dict, and `HclSet` for sets. A leaf that is not known is an `Unknown`,
an object whose attributes come later a `Lazy`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from spendgate.model.values import Unknown

MOST_ELEMENTS = 1_000_000
"""A list or a text that grows beyond this was not meant, and would eat the machine's memory."""


LATER = "is known only after apply"
"""How reasons end for what only the provider decides."""


class EvaluationError(Exception):
    """An expression that Terraform would refuse as well: a wrong index, a wrong type. `try` and `can` catch it."""


class HclSet(list[Any]):
    """The elements of a set, each once, in order."""


class BlockValue(dict[str, Any]):
    """A nested block: what the source does not state in it may still come from the provider."""


class Lazy:
    """A resource or a module as others see it: an object whose attributes are worked out one at a time, when asked for."""

    def __init__(self, attribute: Callable[[str], Any], reason: str) -> None:
        self.attribute = attribute
        self.reason = reason


def is_unknown(value: Any) -> bool:
    """Whether a value as a whole is not known now."""
    return isinstance(value, (Unknown, Lazy))


def reason_of(value: Any) -> str:
    """Why a value is unknown."""
    return str(value.reason)


def first_unknown(value: Any, budget: list[int] | None = None) -> Unknown | None:
    """An unknown anywhere in a value, or None. Raises EvaluationError for values beyond all bounds."""
    if is_unknown(value):
        return value if isinstance(value, Unknown) else Unknown(value.reason)
    if isinstance(value, (list, dict)):
        left = budget if budget is not None else [MOST_ELEMENTS]
        left[0] -= len(value) + 1
        if left[0] < 0:
            raise EvaluationError(f"a value has more than {MOST_ELEMENTS:,} elements")
        for child in value.values() if isinstance(value, dict) else value:
            if (found := first_unknown(child, left)) is not None:
                return found
    return None


def as_text(value: Any) -> str:
    """A value where text is wanted. Raises EvaluationError for lists, maps and null."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise EvaluationError(f"{kind_of(value)} is no text")


def as_number(value: Any) -> int | Decimal:
    """A value where a number is wanted. Raises EvaluationError."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return tidy(Decimal(value))
        except ArithmeticError:
            pass
    raise EvaluationError(f"{kind_of(value)} is no number")


def as_whole(value: Any) -> int:
    """A value where a whole number is wanted. Raises EvaluationError."""
    number = as_number(value)
    if isinstance(number, Decimal):
        raise EvaluationError(f"{number} is no whole number")
    return number


def as_bool(value: Any) -> bool:
    """A value where true or false is wanted. Raises EvaluationError."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise EvaluationError(f"{kind_of(value)} is neither true nor false")


def tidy(number: Decimal) -> int | Decimal:
    """A number as an int where it is whole. Raises EvaluationError for what is no finite number, or one of absurd size."""
    if not number.is_finite() or number.adjusted() > 400:
        raise EvaluationError("a number is out of bounds")
    return int(number) if number == number.to_integral_value() else number


def kind_of(value: Any) -> str:
    """What a value is, for messages; never the value itself, which may be long or a secret."""
    if value is None:
        return "null"
    names = {bool: "a bool", str: "a text", HclSet: "a set", list: "a list", dict: "a map"}
    return names.get(type(value), "a number" if isinstance(value, (int, Decimal)) else "an unknown value")


def quoted(text: str) -> str:
    """A text as an instance key in an address."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("\r", "\\r").replace("${", "$${").replace("%{", "%%{") + '"'
