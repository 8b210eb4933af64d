"""Reads what people put into manifests: maps that may be anything, numbers that may be placeholders, quantities with suffixes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from spendgate.model.values import Number, Unknown, Whole

GIB = Decimal(2**30)
_EMPTY: Mapping[str, Any] = {}
_QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,3})?")
_SUFFIXES: Mapping[str, Decimal] = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": GIB, "Ti": Decimal(2**40), "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip
_MOST_PODS = 10**9


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is a map, else an empty one.

    NOTE: here and below maps are told by `dict`, which is what the readers of documents make: asking for `Mapping` takes six
    times as long, a million times a run.
    """
    return value if isinstance(value, dict) else _EMPTY


def dig(value: Any, *keys: str) -> Any:
    """The value under nested keys, or None where one of them is missing or no map."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def maps(value: Any) -> Iterator[Mapping[str, Any]]:
    """The maps in a list; nothing for anything else."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def texts(value: Any) -> list[str]:
    """The texts in a list (numbers spelled out); a single text counts as a list of one."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Sequence):
        return []
    return [str(item) for item in value if isinstance(item, (str, int, Decimal, float))]


def text(value: Any) -> str | None:
    """A text that is not empty, or None."""
    return value if isinstance(value, str) and value else None


def whole(value: Any, default: int | None = None) -> Whole:
    """A number of pods, seconds or tries; the default when absent; unknown for a placeholder or nonsense."""
    if value is None:
        return default
    if isinstance(value, bool):
        return Unknown(f"{value} is no number")
    try:
        number = Decimal(str(value).strip())
    except ArithmeticError:
        return Unknown(f"{str(value)[:60]!r} is filled in later")
    if not number.is_finite() or number != number.to_integral_value() or abs(number) > 10**12 or number < 0:
        return Unknown(f"{str(value)[:60]!r} is no number of that kind")
    return int(number)


def quantity(value: Any) -> Number:
    """A Kubernetes quantity (`500m`, `16Gi`, `1e3`, 4); None when absent, unknown when it is none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return Unknown(f"{value} is no quantity")
    return _parsed(str(value).strip())


@lru_cache(maxsize=16384)
def _parsed(raw: str) -> Number:
    match = _QUANTITY.fullmatch(raw)
    if match is None:
        return Unknown(f"{raw[:60]!r} is no quantity")
    number, suffix = Decimal(match[1]), match[2]
    if suffix is None:
        result = number
    elif suffix[0] in "eE" and len(suffix) > 1 and suffix not in _SUFFIXES:
        result = number * Decimal(10) ** int(suffix[1:])
    else:
        result = number * _SUFFIXES[suffix]
    if result < 0 or result > Decimal("1e24"):
        return Unknown(f"{raw[:60]!r} is no quantity of anything")
    return result


def gib(value: Any) -> Number:
    """A quantity of bytes in GiB."""
    found = quantity(value)
    return found / GIB if isinstance(found, Decimal) else found


def seconds(value: Any) -> Number:
    """A duration in seconds: a number, or Go's notation (`10m`, `1h30m`, `720h`)."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", str(value))
    if not parts or "".join(number + unit for number, unit in parts) != str(value).strip():
        return Decimal(str(value)) if str(value).isdecimal() else None
    lengths = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}
    return sum((Decimal(number) * lengths[unit] for number, unit in parts), Decimal(0))


def within(value: Whole, least: Whole, most: Whole) -> Whole:
    """A number held between bounds; unknown bounds and `None` do not hold it."""
    if not isinstance(value, int):
        return value
    if isinstance(least, int):
        value = max(value, least)
    if isinstance(most, int):
        value = min(value, most)
    return value


def times(count: Whole, factor: Whole) -> Whole:
    """The product; unknown or unbounded where one factor is, and zero where one is zero."""
    if count == 0 or factor == 0:
        return 0
    for value in (count, factor):
        if isinstance(value, Unknown):
            return value
    if count is None or factor is None:
        return None
    assert isinstance(count, int)
    assert isinstance(factor, int)
    product = count * factor
    return product if product < _MOST_PODS else None
