"""Mistakes in a policy file: all of them at once, each with its line and what to write in its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from spendgate.documents import Document
from spendgate.documents.handwritten import Route
from spendgate.errors import PolicyError


class Mistake(ValueError):  # noqa: N818
    """What is wrong with one value, found where neither file nor line are known. `inner` is the way down to it."""

    def __init__(self, message: str, hint: str | None = None, inner: Route = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.inner = inner

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def within(self, *route: str | int) -> Mistake:
        """The same mistake seen from further out."""
        return Mistake(self.message, self.hint, (*route, *self.inner))


def near(word: str, choices: Iterable[str], *, whole: str = "known") -> str:
    """A hint that offers the nearest choice, or all of them."""
    names = sorted(choices)
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.55)
    return f"did you mean {found[0]}?" if found else f"{whole}: {', '.join(names)}"


@dataclass(slots=True)
class Mistakes:
    """Collects the mistakes of one document and raises them together."""

    document: Document
    found: list[PolicyError] = field(default_factory=list)

    def add(self, mistake: Mistake, *route: str | int) -> None:
        """Note a mistake at a place in the document."""
        line = self.document.line_of((*route, *mistake.inner))
        self.found.append(PolicyError(mistake.message, hint=mistake.hint, file=self.document.origin, line=line))

    def raise_any(self) -> None:
        """Raise PolicyError when there was a mistake: one line for each, in the order of the file."""
        if not self.found:
            return
        if len(self.found) == 1:
            raise self.found[0]
        ordered = sorted(self.found, key=lambda error: error.line or 0)
        lines = "\n  ".join(str(error) for error in ordered)
        raise PolicyError(f"{len(ordered)} mistakes in {self.document.origin}:\n  {lines}")
