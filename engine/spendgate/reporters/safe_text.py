"""Text from outside made safe for a terminal, and measured as a terminal shows it.

Addresses, tags and messages come out of other people's files. They may hold escape sequences that repaint a screen, line
breaks that forge a line of a report, or marks that reverse the reading direction.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ESCAPES = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # control sequences: colours, cursor, erase
    "|\x1b[\\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"  # strings to the terminal: titles, links, clipboard
    "|\x9b[0-?]*[ -/]*[@-~]"
    "|\x1b."
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories that show nothing or turn the reading direction, and halves of surrogate pairs."""
_NO_XML = "\ufffe\uffff"
_COMMANDS = re.compile(r"^([ \t]*)(::|##\[)", re.MULTILINE)
_INERT = {"::": "\u2236:", "##[": "\u266f#["}
_BLANKS = re.compile("[\t\n\v\f\r\u0085\u2028\u2029]+")


def one_line(text: str) -> str:
    """The text on one line, without escape sequences and control characters; line breaks and tabs become a blank."""
    if text.isascii() and text.isprintable():
        return text
    plain = _CONTROLS.sub("", _BLANKS.sub(" ", _ESCAPES.sub("", text)))
    return plain if plain.isascii() else "".join(filter(_is_shown, plain))


@lru_cache(maxsize=4096)
def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in _HIDDEN and character not in _NO_XML


def lines_of(text: str) -> list[str]:
    """The lines of a text, each made safe, tabs widened; indentation stays because it carries meaning in a snippet."""
    return [one_line(line.expandtabs(2)).rstrip() for line in text.splitlines()]


def columns(text: str) -> int:
    """How many columns a terminal gives to a safe text: wide characters take two, combining marks none."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


@lru_cache(maxsize=4096)
def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def head(text: str, limit: int) -> str:
    """As many characters from the left as fit in `limit` columns."""
    if text.isascii():
        return text[: max(limit, 0)]
    taken = 0
    for position, character in enumerate(text):
        taken += _columns_of(character)
        if taken > limit:
            return text[:position]
    return text


def tail(text: str, limit: int) -> str:
    """As many characters from the right as fit in `limit` columns."""
    if text.isascii():
        return text[len(text) - limit :] if limit > 0 else ""
    return head(text[::-1], limit)[::-1]


def cut(text: str, limit: int) -> str:
    """The text, cut at its end with an ellipsis when it is wider than `limit` columns."""
    return text if columns(text) <= limit else head(text, limit - 1) + "…"


def pad_left(text: str, width: int) -> str:
    """The text at the right end of a column of `width`."""
    return " " * (width - columns(text)) + text


def pad_right(text: str, width: int) -> str:
    """The text at the left end of a column of `width`."""
    return text + " " * (width - columns(text))


def wrap(text: str, limit: int) -> list[str]:
    """The words of a safe text in lines of at most `limit` columns; a word that is longer than a line is cut into pieces."""
    if columns(text) <= limit:
        return [text.strip()] if text.strip() else []
    lines: list[str] = []
    current = ""
    for whole in text.split():
        word = whole
        joined = f"{current} {word}" if current else word
        if columns(joined) <= limit:
            current = joined
            continue
        if current:
            lines.append(current)
        while columns(word) > limit:
            piece = head(word, limit) or word[0]
            lines.append(piece)
            word = word[len(piece) :]
        current = word
    return [*lines, current] if current else lines


def hanging(text: str, width: int, indent: int) -> list[str]:
    """A safe text in lines of at most `width` columns, indented, the lines after the first by two more; at least one line."""
    first, *more = wrap(text, width - indent - 2) or [""]
    return [" " * indent + first, *(" " * (indent + 2) + line for line in more)]


def without_commands(text: str) -> str:
    """The text, with nothing at the start of a line that a CI runner would take for a command to itself.

    NOTE: runners read what is printed, skip blanks and obey `::error ...` and `##[...]`; a look-alike sign of the same width
    takes the place of the first one.
    """
    return _COMMANDS.sub(lambda match: match[1] + _INERT[match[2]], text)
