"""Functions over lists, sets and maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from spendgate.inputs.terraform_source.operations import equal
from spendgate.inputs.terraform_source.values import (
    MOST_ELEMENTS,
    EvaluationError,
    HclSet,
    as_bool,
    as_number,
    as_text,
    as_whole,
    first_unknown,
    is_unknown,
    kind_of,
    reason_of,
)
from spendgate.model.values import Unknown

_MOST_PAIRS = 500_000


def as_set(values: list[Any]) -> HclSet:
    """The different ones among values, texts in their order."""
    found = _different(values)
    if all(isinstance(value, str) for value in found):
        found.sort()
    return HclSet(found)


def _different(values: list[Any]) -> list[Any]:
    """Each value once, in the order in which they come first."""
    found: list[Any] = []
    seen: set[Any] = set()
    complex_ones = 0
    for value in values:
        if isinstance(value, (list, dict)):
            complex_ones += 1
            _pairs(complex_ones, len(found))
            if any(equal(value, other) is True for other in found):
                continue
        else:
            key = (isinstance(value, bool), isinstance(value, str), value)
            if key in seen:
                continue
            seen.add(key)
        found.append(value)
    return found


def _pairs(left: int, right: int) -> None:
    if left * right > _MOST_PAIRS:
        raise EvaluationError(f"{left:,} times {right:,} elements would have to be compared")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise EvaluationError(f"{kind_of(value)} is no list")
    return value


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise EvaluationError(f"{kind_of(value)} is no map")
    return value


def _bounded(size: int) -> None:
    if size > MOST_ELEMENTS:
        raise EvaluationError(f"the result would have {size:,} elements")


def _moving(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that looks at its arguments as wholes only: one that is unknown makes the answer unknown."""

    def apply(*arguments: Any) -> Any:
        for argument in arguments:
            if is_unknown(argument):
                return Unknown(reason_of(argument))
        return function(*arguments)

    return apply


def _concat(*lists: Any) -> list[Any]:
    _bounded(sum(len(_list(one)) for one in lists))
    return [item for one in lists for item in one]


def _merge(*maps: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in maps:
        found.update(_map(one) if one is not None else {})
    return found


def _flatten(values: Any) -> Any:
    found: list[Any] = []
    stack = [iter(_list(values))]
    while stack:
        for value in stack[-1]:
            if is_unknown(value):
                return Unknown(reason_of(value))
            if isinstance(value, list):
                stack.append(iter(value))
                break
            found.append(value)
            _bounded(len(found))
        else:
            stack.pop()
    return found


def _lookup(collection: Any, key: Any, *default: Any) -> Any:
    found = _map(collection)
    if as_text(key) in found:
        return found[as_text(key)]
    if default:
        return default[0]
    raise EvaluationError(f"there is no {key!r}")


def _element(values: Any, index: Any) -> Any:
    items = _list(values)
    if not items:
        raise EvaluationError("the list is empty")
    return items[as_whole(index) % len(items)]


def _length(value: Any) -> int:
    if isinstance(value, HclSet) and (unknown := first_unknown(value)):
        raise EvaluationError(unknown.reason)
    if isinstance(value, (list, dict, str)):
        return len(value)
    raise EvaluationError(f"{kind_of(value)} has no length")


def _coalesce(*values: Any) -> Any:
    for value in values:
        if is_unknown(value):
            return Unknown(reason_of(value))
        if value not in (None, ""):
            return value
    raise EvaluationError("no argument has a value")


def _coalescelist(*values: Any) -> Any:
    for value in values:
        if is_unknown(value):
            return Unknown(reason_of(value))
        if value:
            return value
    raise EvaluationError("no argument has an element")


def _compact(values: Any) -> Any:
    found = []
    for value in _list(values):
        if is_unknown(value):
            return Unknown(reason_of(value))
        if value not in (None, ""):
            found.append(value)
    return found


def _contains(values: Any, wanted: Any) -> Any:
    unknown: Unknown | None = None
    for value in _list(values):
        same = equal(value, wanted)
        if same is True:
            return True
        if isinstance(same, Unknown):
            unknown = same
    return False if unknown is None else unknown


def _slice(values: Any, start: Any, end: Any) -> list[Any]:
    items, first, last = _list(values), as_whole(start), as_whole(end)
    if not 0 <= first <= last <= len(items):
        raise EvaluationError("the bounds lie outside the list")
    return items[first:last]


def _zipmap(keys: Any, values: Any) -> dict[str, Any]:
    if len(_list(keys)) != len(_list(values)):
        raise EvaluationError("the lists are not of one length")
    return {as_text(key): value for key, value in zip(keys, values, strict=True)}


def _toset(value: Any) -> Any:
    if value is None:
        return None
    unknown = first_unknown(_list(value))
    # NOTE: how many elements a set has is not known before each of them is.
    return Unknown(unknown.reason) if unknown is not None else as_set(_list(value))


def _tolist(value: Any) -> Any:
    return None if value is None else list(_list(value))


def _tomap(value: Any) -> Any:
    return None if value is None else _map(value)


def _one(values: Any) -> Any:
    items = _list(values)
    if len(items) > 1:
        raise EvaluationError("there is more than one element")
    return items[0] if items else None


def _chunklist(values: Any, size: Any) -> list[Any]:
    items, width = _list(values), as_whole(size)
    return [items[start : start + width] for start in range(0, len(items), width)] if width > 0 else [items]


MOVING: Mapping[str, Callable[..., Any]] = {
    "merge": _moving(_merge),
    "concat": _moving(_concat),
    "flatten": _moving(_flatten),
    "lookup": _moving(_lookup),
    "element": _moving(_element),
    "length": _moving(_length),
    "keys": _moving(lambda value: sorted(_map(value))),
    "values": _moving(lambda value: [_map(value)[key] for key in sorted(value)]),
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _moving(_compact),
    "contains": _moving(_contains),
    "slice": _moving(_slice),
    "zipmap": _moving(_zipmap),
    "toset": _moving(_toset),
    "tolist": _moving(_tolist),
    "tomap": _moving(_tomap),
    "one": _moving(_one),
    "chunklist": _moving(_chunklist),
    "reverse": _moving(lambda value: list(reversed(_list(value)))),
    "nonsensitive": _moving(lambda value: value),
    "sensitive": lambda value: Unknown("sensitive"),
    "issensitive": lambda value: Unknown("whether a value is sensitive is not followed"),
}
"""Functions that keep unknown parts where they are."""


def _range(*bounds: Any) -> list[Any]:
    numbers = [Decimal(as_number(bound)) for bound in bounds]
    start, end = (Decimal(0), numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    step = numbers[2] if len(numbers) > 2 else Decimal(1 if end >= start else -1)
    if not step:
        raise EvaluationError("the step is zero")
    count = max(0, int(-((start - end) // step)))
    _bounded(count)
    if all(number == number.to_integral_value() for number in (start, end, step)):
        return list(range(int(start), int(end), int(step)))
    found = [start + step * number for number in range(count + 1)]
    kept = [number for number in found if (number < end if step > 0 else number > end)]
    return [int(number) if number == number.to_integral_value() else number for number in kept]


def _distinct(values: Any) -> list[Any]:
    return _different(_list(values))


def _index(values: Any, wanted: Any) -> int:
    for number, value in enumerate(_list(values)):
        if equal(value, wanted) is True:
            return number
    raise EvaluationError("there is no such element")


def _setproduct(*sets: Any) -> list[Any]:
    size = 1
    for one in sets:
        size *= len(_list(one))
    _bounded(size)
    found = [list(row) for row in product(*sets)]
    return HclSet(found) if all(isinstance(one, HclSet) for one in sets) else found


def _setsubtract(left: Any, right: Any) -> HclSet:
    _pairs(len(_list(left)), len(_list(right)))
    return as_set([item for item in left if _contains(right, item) is False])


def _setintersection(first: Any, *others: Any) -> HclSet:
    for other in others:
        _pairs(len(_list(first)), len(_list(other)))
    return as_set([item for item in _list(first) if all(_contains(other, item) is True for other in others)])


def _transpose(value: Any) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for key in sorted(_map(value)):
        for item in _list(value[key]):
            found.setdefault(as_text(item), []).append(key)
    return found


def _sum(values: Any) -> int | Decimal:
    if not _list(values):
        raise EvaluationError("the list is empty")
    return sum((as_number(value) for value in values), 0)


WHOLE: Mapping[str, Callable[..., Any]] = {
    "range": _range,
    "distinct": _distinct,
    "index": _index,
    "setproduct": _setproduct,
    "setintersection": _setintersection,
    "setunion": lambda *sets: as_set([item for one in sets for item in _list(one)]),
    "setsubtract": _setsubtract,
    "transpose": _transpose,
    "sum": _sum,
    "sort": lambda values: sorted(as_text(value) for value in _list(values)),
    "alltrue": lambda values: all(as_bool(value) for value in _list(values)),
    "anytrue": lambda values: any(as_bool(value) for value in _list(values)),
    "matchkeys": lambda values, keys, wanted: [
        value for value, key in zip(_list(values), _list(keys), strict=True) if _contains(wanted, key) is True
    ],
    "tostring": lambda value: None if value is None else as_text(value),
    "tonumber": lambda value: None if value is None else as_number(value),
    "tobool": lambda value: None if value is None else as_bool(value),
}
"""Functions that need to know all of their arguments."""
