"""Regular expressions that cannot hang a run: what could take exponential time is refused, long texts are not searched."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

from spendgate.model.values import Truth
from spendgate.policies.mistakes import Mistake

_LONGEST_TEXT = 2000
_LONGEST_PATTERN = 500
_MOST_REPEATS = 4


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled expression that is searched anywhere in a text, unless it says `^` or `$`."""

    compiled: re.Pattern[str]

    def found(self, text: str) -> Truth:
        """Whether it is found; unknown for a text longer than 2,000 characters, which is not searched."""
        if len(text) > _LONGEST_TEXT:
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
    _refuse_slow(text)
    return Pattern(compiled)


def _refuse_slow(text: str) -> None:
    """Refuse a repeated group that itself repeats or branches, back references, and many open repeats in a row."""
    risky = [False]
    repeats = 0
    position = 0
    while position < len(text):
        sign = text[position]
        step, closed = 1, None
        if sign == "\\":
            if text[position + 1 : position + 2].isdigit() and text[position + 1] != "0":
                raise Mistake(f"{text!r} refers back to a group, which can take for ever")
            step = 2
        elif sign == "[":
            step = _class_length(text, position)
        elif sign == "(":
            if text.startswith("(?P=", position):
                raise Mistake(f"{text!r} refers back to a group, which can take for ever")
            step = 3 if text.startswith(("(?:", "(?=", "(?!"), position) else 1
            risky.append(False)
        elif sign == "|":
            risky[-1] = True
        elif sign == ")":
            closed = risky.pop() if len(risky) > 1 else False
        position += step
        repeat = _open_repeat(text, position) if sign not in "|(" else 0
        if repeat:
            if closed:
                raise Mistake(
                    f"{text!r} repeats a group that repeats or branches, which can take for ever",
                    "write it without the outer repeat",
                )
            repeats += 1
            position += repeat
            risky[-1] = True
        elif closed:
            risky[-1] = True
    if repeats > _MOST_REPEATS:
        raise Mistake(f"{text!r} has more than {_MOST_REPEATS} open repeats (* or +), which can take very long")


def _class_length(text: str, start: int) -> int:
    """The length of a character class that opens at `start`."""
    position = start + 1
    if text[position : position + 1] == "^":
        position += 1
    position += 1
    while position < len(text) and text[position] != "]":
        position += 2 if text[position] == "\\" else 1
    return position + 1 - start


def _open_repeat(text: str, position: int) -> int:
    """The length of a quantifier without a small upper bound that stands here, or 0."""
    found = re.match(r"(?:[*+]|\{(\d*),?(\d*)\})[?+]?", text[position : position + 12])
    if not found:
        return 0
    if found[0][0] in "*+":
        return len(found[0])
    inner = found[0][1 : found[0].index("}")]
    _, comma, most = inner.partition(",")
    bound = most if comma else inner
    return len(found[0]) if not bound or int(bound) > 100 else 0
