"""Reads files that hold a list of entries (waivers, approvals): every mistake with its line and the nearest known key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from spendgate.documents import Document
from spendgate.errors import SettingsError
from spendgate.model.frozen import Frozen
from spendgate.policies.literals import Amount, amount, as_date
from spendgate.policies.mistakes import Mistake, near

Check: TypeAlias = Callable[[Any], Any]
"""Turns what was written into the value meant. Raises Mistake."""


class Key(Frozen):
    """A key of an entry: how its value is read, and whether it must be there."""

    read: Check
    required: bool = True


class Entry(Frozen):
    """One entry: its values by key, and where it stands."""

    values: Mapping[str, Any]
    file: str
    line: int | None

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default where it was left out."""
        return self.values.get(key, default)


def entries(document: Document, name: str, keys: Mapping[str, Key]) -> Iterator[Entry]:
    """The entries under the key `name`. Raises SettingsError with file and line; an empty list is allowed."""
    data = document.data
    if not isinstance(data, Mapping) or name not in data:
        hint = f"the file starts with `{name}:` and a list below it"
        raise SettingsError(f"holds no {name}", file=document.origin, line=1, hint=hint)
    for key in data:
        if key not in (name, "version"):
            hint = near(str(key), (name, "version"))
            raise SettingsError(f"unknown key {key!r}", file=document.origin, line=document.line_of((key,)), hint=hint)
    stated = data[name] if data[name] is not None else []
    if not isinstance(stated, list):
        raise SettingsError(f"{name} must be a list", file=document.origin, line=document.line_of((name,)))
    for number, each in enumerate(stated):
        yield _entry(document, (name, number), each, keys)


def _entry(document: Document, route: tuple[str, int], stated: Any, keys: Mapping[str, Key]) -> Entry:
    line = document.line_of(route)
    if not isinstance(stated, Mapping):
        raise SettingsError(f"an entry of {route[0]} is a map of keys", file=document.origin, line=line)
    for key in stated:
        if key not in keys:
            place = document.line_of((*route, key))
            raise SettingsError(f"unknown key {key!r}", file=document.origin, line=place, hint=near(key, keys))
    missing = [key for key, each in keys.items() if each.required and stated.get(key) in (None, "")]
    if missing:
        raise SettingsError(
            f"an entry of {route[0]} lacks {' and '.join(missing)}",
            file=document.origin,
            line=line,
            hint=f"each has {', '.join(key for key, each in keys.items() if each.required)}",
        )
    values = {}
    for key, value in stated.items():
        if value is None:
            continue
        try:
            values[key] = keys[key].read(value)
        except Mistake as mistake:
            raise SettingsError(
                f"{key}: {mistake.message}",
                file=document.origin,
                line=document.line_of((*route, key)),
                hint=mistake.hint,
            ) from None
    return Entry(values, document.origin, line)


def text(value: Any) -> str:
    """One line of text. Raises Mistake."""
    if isinstance(value, (Mapping, list, bool)):
        raise Mistake(f"{value!r} is no text", "put it in quotes")
    return " ".join(str(value).split())


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts that is not empty; one text stands for a list of one. Raises Mistake."""
    found = tuple(text(item) for item in (value if isinstance(value, list) else [value]))
    if not found:
        raise Mistake("the list is empty")
    return found


def day(value: Any) -> date:
    """A last day. Raises Mistake."""
    found = as_date(value)
    if found is None:
        raise Mistake(f"{value!r} is no date", "write it like 2026-12-31")
    return found


def money(value: Any) -> Amount:
    """An amount of money a month. Raises Mistake for what is none."""
    found = amount(value) if isinstance(value, str) else None
    if found is None or found.unit in ("duration", "percent"):
        raise Mistake(f"{value!r} is no money", "write it like 500 USD")
    if found.number < 0:
        raise Mistake(f"{value} is below zero")
    return found
