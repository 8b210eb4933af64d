"""Comparisons of lists and maps: keys that must be there, elements that may be, whether anything is there at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.values import ABSENT, Bounded, Truth, Unknown
from spendgate.policies.comparisons import equal, is_missing, one_of
from spendgate.policies.prepared import Choices, Scalar


def exists(actual: Any, expected: bool) -> Truth:
    """Whether the field is there."""
    return Truth.of((actual is not ABSENT) is expected)


def empty(actual: Any, expected: bool) -> Truth:
    """Whether the field is absent, an empty text, an empty list or an empty map."""
    if isinstance(actual, Attributes):
        nothing = not actual.values
    elif isinstance(actual, (Mapping, Sequence)):
        nothing = not actual
    else:
        nothing = actual is ABSENT
    return Truth.of(nothing is expected)


def has_keys(actual: Any, expected: tuple[str, ...]) -> Truth:
    """Whether a map has every key, each with a value; a value known only after apply counts as one."""
    if not isinstance(actual, (Mapping, Attributes)):
        return Truth.FALSE
    return Truth.of(not any(is_missing(actual.get(key)) for key in expected))


def has_any_key(actual: Any, expected: tuple[str, ...]) -> Truth:
    """Whether a map has one of the keys with a value."""
    if not isinstance(actual, (Mapping, Attributes)):
        return Truth.FALSE
    return Truth.of(any(not is_missing(actual.get(key)) for key in expected))


def missing_keys(actual: Any, expected: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that a map lacks or holds without a value."""
    if not isinstance(actual, (Mapping, Attributes)):
        return expected
    return tuple(key for key in expected if is_missing(actual.get(key)))


def contains(actual: Any, expected: Scalar) -> Truth:
    """Whether a text contains another, a list an element, a map a key."""
    if isinstance(actual, str):
        return Truth.of(any(text in actual for text in expected.texts))
    if isinstance(actual, (Mapping, Attributes)):
        keys = actual.values if isinstance(actual, Attributes) else actual
        return Truth.of(any(text in keys for text in expected.texts))
    if not isinstance(actual, Sequence):
        return Truth.FALSE
    unsure = False
    for element in actual:
        if isinstance(element, Unknown):
            unsure = True
        elif equal(element, expected) is Truth.TRUE:
            return Truth.TRUE
    return Truth.UNKNOWN if unsure else Truth.FALSE


def subset(actual: Any, expected: Choices) -> Truth:
    """Whether every element is among those allowed; one known element outside decides, whatever the others may be."""
    unsure = False
    for element in elements(actual):
        if isinstance(element, (Unknown, Bounded)):
            unsure = True
        elif one_of(element, expected) is Truth.FALSE:
            return Truth.FALSE
    return Truth.UNKNOWN if unsure else Truth.TRUE


def intersects(actual: Any, expected: Choices) -> Truth:
    """Whether one element is among those named."""
    unsure = False
    for element in elements(actual):
        if isinstance(element, (Unknown, Bounded)):
            unsure = True
        elif one_of(element, expected) is Truth.TRUE:
            return Truth.TRUE
    return Truth.UNKNOWN if unsure else Truth.FALSE


def extra_elements(actual: Any, expected: Choices) -> tuple[Any, ...]:
    """The known elements that are not among those allowed, each once."""
    found = [
        element
        for element in elements(actual)
        if not isinstance(element, (Unknown, Bounded)) and one_of(element, expected) is Truth.FALSE
    ]
    named = [
        canonical_model(element) if expected.accelerators and isinstance(element, str) else element for element in found
    ]
    return tuple(dict.fromkeys(item if isinstance(item, (str, int, Decimal)) else str(item) for item in named))


def elements(actual: Any) -> Iterator[Any]:
    """The elements of a list, the keys of a map, or the one value itself."""
    if isinstance(actual, Attributes):
        yield from actual.values
    elif isinstance(actual, Mapping) or (isinstance(actual, Sequence) and not isinstance(actual, str)):
        yield from actual
    else:
        yield actual
