"""Regular expressions that cannot hang a run: what could take for ever is refused, long texts are not searched."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from spendgate.model.frozen import Frozen
from spendgate.model.values import Truth
from spendgate.policies.mistakes import Mistake

_LONGEST_PATTERN = 500
_LONGEST_TEXTS = (2000, 2000, 400, 128)
"""The longest text that is searched, by the number of long repeats in the expression: each one multiplies the time."""
_FEW = 10
"""Repeats up to so often are short; nested ones stay harmless."""
_QUANTIFIER = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\})[?+]?")


class Pattern(Frozen):
    """A compiled expression that is searched anywhere in a text, unless it says `^` or `$`."""

    compiled: re.Pattern[str]
    longest_text: int

    def found(self, text: str) -> Truth:
        """Whether it is found; unknown for a text that is too long to be searched."""
        if len(text) > self.longest_text:
            return Truth.UNKNOWN
        return Truth.of(self.compiled.search(text) is not None)


def compile_pattern(text: str) -> Pattern:
    """Raises Mistake for an expression that is malformed, or that may take for ever on some text."""
    if len(text) > _LONGEST_PATTERN:
        raise Mistake(f"the regular expression has more than {_LONGEST_PATTERN} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError, FutureWarning) as error:
        raise Mistake(f"{text!r} is no regular expression: {error}") from None
    repeats = _long_repeats(text)
    if repeats >= len(_LONGEST_TEXTS):
        raise Mistake(f"{text!r} has more than {len(_LONGEST_TEXTS) - 1} long repeats, which can take very long")
    return Pattern(compiled, _LONGEST_TEXTS[repeats])


@dataclass(slots=True)
class _Group:
    """What stands in a group: whether it branches or repeats, and whether it repeats often."""

    varies: bool = False
    is_long: bool = False

    def take_in(self, inner: _Group) -> None:
        self.varies = self.varies or inner.varies
        self.is_long = self.is_long or inner.is_long


def _long_repeats(text: str) -> int:
    """How many repeats without a small bound there are. Raises Mistake for nested repeats and back references."""
    groups = [_Group()]
    repeats = 0
    position = 0
    while position < len(text):
        sign = text[position]
        inner = None
        if sign == "(":
            _refuse_reference(text, text.startswith("(?P=", position))
            groups.append(_Group())
            position += 3 if text.startswith(("(?:", "(?=", "(?!"), position) else 1
            continue
        if sign == "|":
            groups[-1].varies = True
            position += 1
            continue
        if sign == ")" and len(groups) > 1:
            inner = groups.pop()
        if sign == "\\":
            _refuse_reference(text, text[position + 1 : position + 2] in tuple("123456789"))
        position += 2 if sign == "\\" else _class_length(text, position) if sign == "[" else 1
        quantifier = _QUANTIFIER.match(text, position)
        most, varies = _bounds(quantifier)
        if inner is not None:
            if most > 1 and (inner.is_long or (inner.varies and most > _FEW)):
                hint = "write it without the outer repeat"
                raise Mistake(f"{text!r} repeats a group that repeats or branches, which can take for ever", hint)
            groups[-1].take_in(inner)
        if quantifier:
            position += len(quantifier[0])
            groups[-1].take_in(_Group(varies, most > _FEW and varies))
            repeats += most > _FEW and varies
    return repeats


def _refuse_reference(text: str, is_reference: bool) -> None:
    if is_reference:
        raise Mistake(f"{text!r} refers back to a group, which can take for ever")


def _bounds(quantifier: re.Match[str] | None) -> tuple[float, bool]:
    """How often something repeats at most, and whether that varies."""
    if quantifier is None:
        return 1, False
    if sign := quantifier["sign"]:
        return (1 if sign == "?" else float("inf")), True
    least, most = quantifier["least"], quantifier["most"]
    if not quantifier["comma"]:
        return (int(least) if least else 1), False
    return (int(most) if most else float("inf")), least != most


def _class_length(text: str, start: int) -> int:
    """The length of a character class that opens at `start`."""
    position = start + 1
    if text[position : position + 1] == "^":
        position += 1
    position += 1
    while position < len(text) and text[position] != "]":
        position += 2 if text[position] == "\\" else 1
    return position + 1 - start
