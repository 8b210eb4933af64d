"""Colour and weight for a terminal, or nothing at all."""

from __future__ import annotations

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "magenta": "35",
    "cyan": "36",
    "bold red": "1;31",
    "bold green": "1;32",
    "bold yellow": "1;33",
    "bold magenta": "1;35",
}
_DECISIONS = {"PASS": "bold green", "FAIL": "bold red", "ERROR": "bold red", "UNDETERMINED": "bold magenta"}
_LEVELS = {
    "error": "bold red",
    "block": "bold red",
    "require-approval": "bold red",
    "undetermined": "bold magenta",
    "warn": "bold yellow",
}


class Ink:
    """Wraps safe text in the codes of a style when colour may be used. Pad and cut before: codes take no columns."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, style: str, text: str) -> str:
        """The text in a style (`bold`, `dim`, `red`, `bold red` ...)."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._colour and text else text

    def decision(self, word: str) -> str:
        """The word of a decision in its colour; only a real pass is green."""
        return self(_DECISIONS.get(word, "bold yellow"), word)

    def level(self, level: str, text: str) -> str:
        """A heading in the colour of its level."""
        return self(_LEVELS.get(level, "bold"), text)

    def difference(self, text: str, padded: str) -> str:
        """A cell of a difference: more is red, less is green, what is not known is yellow."""
        if text.startswith("-"):
            return self("green", padded)
        if text.startswith("+"):
            return self("red", padded) if text.strip("+0.,") else padded
        return self("yellow", padded)
