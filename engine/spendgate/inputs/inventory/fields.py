"""Looks fields up in answers of many spellings: `InstanceType`, `instanceType` and `instance_type` are one field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

from spendgate.documents.machine import decode_any
from spendgate.errors import InputError


class _Missing:
    """The field is not in the record at all, which a null is."""

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()

Read: TypeAlias = "str | tuple[str, ...] | Callable[[Mapping[str, Any]], Any]"
"""How a field is read: a dotted path, the first of several that is there, or a function of the record."""


@lru_cache(maxsize=16_384)
def spelled(key: str) -> str:
    """A key without regard to case, underscores and hyphens."""
    return key.replace("_", "").replace("-", "").lower()


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def step(node: Any, key: str) -> Any:
    """The value of a key, or of a list's position; `MISSING` when there is none."""
    if isinstance(node, Mapping):
        if key in node:
            return node[key]
        wanted = spelled(key)
        for name in node:
            if type(name) is str and spelled(name) == wanted:
                return node[name]
        return MISSING
    if isinstance(node, Sequence) and not isinstance(node, str) and key.isdecimal():
        return node[int(key)] if int(key) < len(node) else MISSING
    return MISSING


def pick(record: Any, path: str) -> Any:
    """The value at a dotted path, `MISSING` without one. Rows spell nested fields in one word: those count too."""
    node = record
    steps = _steps(path)
    for key in steps:
        node = step(node, key)
        if node is MISSING:
            return step(record, "".join(steps)) if len(steps) > 1 else MISSING
    return node


def read(record: Mapping[str, Any], how: Read) -> Any:
    """A value by any way of reading; `MISSING` when the record says nothing of it."""
    if isinstance(how, str):
        return pick(record, how)
    if callable(how):
        return how(record)
    found: Any = MISSING
    for path in how:
        value = pick(record, path)
        if value is not MISSING and value is not None:
            return value
        found = value if value is not MISSING else found
    return found


def text(record: Any, *paths: str) -> str | None:
    """The first of these paths that holds text or a number, as text."""
    for path in paths:
        value = pick(record, path)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
    return None


def items(record: Any, path: str) -> Iterator[Mapping[str, Any]]:
    """The maps in a list at a path."""
    value = pick(record, path) if path else record
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (item for item in value if isinstance(item, Mapping))


def opened(value: Any) -> Any:
    """JSON inside a text, as rows and query answers carry it, as data; everything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "[") and value.rstrip()[-1:] in ("}", "]"):
        try:
            return decode_any(value.encode("utf-8", "replace"), "a field")
        except InputError:
            return value
    return value


def moment(value: Any) -> datetime | None:
    """A time as exports write it: ISO text, or seconds or milliseconds since 1970; None for anything else.

    Slurm's `{"set": true, "number": 1700000000}` counts as well.
    """
    if isinstance(value, Mapping):
        return moment(value.get("number")) if value.get("set") is not False else None
    if isinstance(value, bool) or value in (None, "", 0, MISSING):
        return None
    try:
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def labels(value: Any) -> dict[str, str] | None:
    """Tags in any of their forms as a plain map: a map, a list of key and value, a list of `key=value`; None without any."""
    value = opened(value)
    if isinstance(value, Mapping):
        return {
            str(key): "" if one is None else str(one) for key, one in value.items() if not isinstance(one, (dict, list))
        }
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    found: dict[str, str] = {}
    for item in value:
        if isinstance(item, Mapping):
            key = text(item, "Key", "TagKey", "name")
            if key is not None:
                found[key] = text(item, "Value", "TagValue") or ""
        elif isinstance(item, str) and "=" in item:
            key, _, rest = item.partition("=")
            found[key] = rest
    return found
