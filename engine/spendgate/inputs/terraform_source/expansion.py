"""Instances of a block by `count` or `for_each`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spendgate.inputs.terraform_source.files import Declared
from spendgate.inputs.terraform_source.values import (
    EvaluationError,
    HclSet,
    as_bool,
    as_text,
    as_whole,
    first_unknown,
    is_unknown,
    kind_of,
    quoted,
    reason_of,
)
from spendgate.model.values import Unknown

ANY = "*"
"""The key of an instance that stands for all of them, when how many there are is not known."""


@dataclass(slots=True)
class Instance:
    """One instance of a block: its key, the names bound for it, and why its number is not known, if it is not."""

    key: str | int | None
    bindings: Mapping[str, Any]
    open: str | None = None

    @property
    def suffix(self) -> str:
        """The key as part of an address."""
        if self.key is None:
            return ""
        if self.open is not None:
            return f"[{ANY}]"
        return f"[{self.key}]" if isinstance(self.key, int) else f"[{quoted(self.key)}]"


def grouped(declared: Declared, found: list[Instance] | Unknown, values: Mapping[Any, Any]) -> Any:
    """One object, a list by count, or a map by key."""
    if isinstance(found, Unknown):
        return found
    if "for_each" in declared.block.body.attributes:
        return {one.key: values[one.key] for one in found}
    if "count" in declared.block.body.attributes:
        return [values[one.key] for one in found]
    return values[None]


def counted(value: Any, count: Callable[[int], None]) -> list[Instance] | Unknown:
    """The instances of a `count`; `count` is told how many. Raises EvaluationError."""
    if is_unknown(value):
        return Unknown(f"count is not known: {reason_of(value)}")
    number = int(as_bool(value)) if isinstance(value, bool) else as_whole(value)
    if number < 0:
        raise EvaluationError("it is below zero")
    count(number)
    return [Instance(index, {"count": {"index": index}}) for index in range(number)]


def keyed(value: Any, count: Callable[[int], None]) -> list[Instance] | Unknown:
    """The instances of a `for_each`; `count` is told how many. Raises EvaluationError."""
    if is_unknown(value):
        return Unknown(f"for_each is not known: {reason_of(value)}")
    if isinstance(value, dict):
        pairs = sorted(value.items())
    elif isinstance(value, HclSet):
        if (unknown := first_unknown(value)) is not None:
            return Unknown(f"for_each is not known: {unknown.reason}")
        pairs = [(as_text(item), item) for item in value]
    else:
        raise EvaluationError(f"a map or a set was expected, not {kind_of(value)}")
    count(len(pairs))
    return [Instance(key, {"each": {"key": key, "value": item}}) for key, item in pairs]
