"""A page of limited size: what matters most is put in first, and what finds no room is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_RESERVE = 160
"""For the line that says how much was left out, and for what closes the part."""


class Page:
    """Collects the parts of a page while the whole stays under `limit` characters."""

    def __init__(self, limit: int) -> None:
        self._parts: list[str] = []
        self._room = limit

    def keep(self, room: int) -> None:
        """Set room aside for what comes later."""
        self._room -= room

    def give_back(self, room: int) -> None:
        """Use room that was set aside."""
        self._room += room

    def add(self, *lines: str) -> None:
        """Lines that must be there, as one part."""
        self._put("\n".join(lines))

    def table(
        self, opening: Sequence[str], rows: Iterable[str], closing: Sequence[str], noun: str, room: int | None = None
    ) -> None:
        """A part with as many rows as there is room for (at most `room` characters), and how many more there are.

        When not even one row fits, the part is one line that says so.
        """
        rows = list(rows)
        available = min(self._room, self._room if room is None else room) - _RESERVE
        used = sum(len(line) + 1 for line in (*opening, *closing))
        taken: list[str] = []
        for row in rows:
            used += len(row) + 1
            if used > available:
                break
            taken.append(row)
        left = len(rows) - len(taken)
        said = [f"\n… {left:,} more {noun} left out to keep this short."] if left else []
        if taken:
            self._put("\n".join([*opening, *taken, *said, *closing]))
        elif self._room > _RESERVE:
            self._put(f"… {left:,} {noun} left out to keep this short.")

    def text(self) -> str:
        """The whole page, ending in a newline."""
        return "\n\n".join(self._parts) + "\n"

    def _put(self, part: str) -> None:
        self._parts.append(part)
        self._room -= len(part) + 2
