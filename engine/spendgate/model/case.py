"""What a policy sees: one resource, one group or the whole change, asked by dotted paths.

A path answers with a plain value, `ABSENT`, an `Unknown` or a `Bounded`. Unknown is found on the path and on each parent
before absent. Roots of a resource: the fields of `Facets`, `address type provider action module source name`, `before` and
`after` (raw attributes), `cost`, and `change` (the whole run). `x[]` in a path means each element of `x`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol, TypeAlias

from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Change
from spendgate.model.values import ABSENT, Bounded, Unknown, Value

Keys: TypeAlias = tuple[str, ...]
"""A path cut at its dots; a key that ends in `[]` stands for each element of a list."""

FACET_ROOTS = frozenset(field.name for field in fields(Facets))
CHANGE_ROOTS = frozenset({"address", "type", "provider", "action", "module", "source", "before", "after", "flags"})
DERIVED_ROOTS = frozenset({"cost", "change", "group", "util", "carbon", "budget", "service", "storage", "price"})
ROOTS = FACET_ROOTS | CHANGE_ROOTS | DERIVED_ROOTS | {"cheapest_allowed"}
"""The first words that a path may start with; anything else is a mistake that `policy lint` and the loader name."""


class Case(Protocol):
    """One thing to judge: a resource, a group of resources, or the whole change (then `address` is empty)."""

    address: str

    def root(self, key: str) -> Value:
        """The value of a path's first word, `ABSENT` when this case has none of that name."""
        ...

    def is_unknown(self, keys: Keys) -> Unknown | None:
        """The reason when exactly this path is marked unknown although a plain value stands there; for given cases."""
        ...


def split_path(path: str) -> Keys:
    """A dotted path as keys: `after.root_block_device.0.iops`, `after.rule[].id`."""
    return tuple(path.split("."))


def look_up(case: Case, keys: Keys) -> Value:
    """The value at a path without `[]`. Never raises."""
    if (marked := case.is_unknown(keys[:1])) is not None:
        return marked
    value = case.root(keys[0])
    return _descend(case, value, keys, 1)


def look_up_each(case: Case, keys: Keys) -> list[Value] | Unknown:
    """The values at a path with one or more `[]`, flattened; unknown when the number of elements is unknown."""
    if (marked := case.is_unknown(keys[:1])) is not None:
        return marked
    first = keys[0].removesuffix("[]")
    values: list[Value] = [case.root(first)]
    if keys[0].endswith("[]"):
        values = list(_elements(values[0]))
    for depth, key in enumerate(keys[1:], 1):
        plain = key.removesuffix("[]")
        found: list[Value] = []
        for value in values:
            child = _descend(case, value, (*(k.removesuffix("[]") for k in keys[:depth]), plain), depth)
            if not key.endswith("[]"):
                found.append(child)
            elif isinstance(child, Unknown):
                return child
            else:
                found.extend(_elements(child))
        values = found
    return values


def _descend(case: Case, value: Value, keys: Keys, depth: int) -> Value:
    for position in range(depth, len(keys)):
        if isinstance(value, (Unknown, Bounded)):
            return value
        if (marked := case.is_unknown(keys[: position + 1])) is not None:
            return marked
        key = keys[position]
        if isinstance(value, Attributes):
            return _attribute(value, keys[position:])
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            index = int(key) if key.isdecimal() else -1
            value = value[index] if 0 <= index < len(value) else None
        elif is_dataclass(value):
            value = getattr(value, "class_" if key == "class" else key, None)
        else:
            value = None
    return ABSENT if value is None else value


def _attribute(attributes: Attributes, keys: Keys) -> Value:
    """A raw attribute; a block or list comes as `Attributes` per element so that its own marks stay with it."""
    path = ".".join(keys)
    value = attributes.get(path)
    if isinstance(value, Sequence) and not isinstance(value, str) and value and isinstance(value[0], Mapping):
        return attributes.blocks(path)
    if isinstance(value, Mapping):
        return attributes.block(path)
    if isinstance(value, (list, tuple)):
        return attributes.texts(path) if all(isinstance(item, str) for item in value) else value
    return value


def _elements(value: Value) -> Iterator[Value]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from value


@dataclass(frozen=True, slots=True)
class ResourceCase:
    """A resource of the run with everything that was worked out about it."""

    address: str
    change: Change
    facets: Facets
    source: str
    derived: Mapping[str, Any]
    """The roots of `DERIVED_ROOTS` that this run can give: `cost` always."""

    def root(self, key: str) -> Value:
        """The value of a path's first word."""
        if key in FACET_ROOTS:
            value = getattr(self.facets, key)
            return ABSENT if value is None else value
        if key in CHANGE_ROOTS:
            return self._of_change(key)
        return self.derived.get(key, ABSENT)

    def is_unknown(self, keys: Keys) -> Unknown | None:
        """Marks stand in the values themselves."""
        return None

    def _of_change(self, key: str) -> Value:
        change = self.change
        if key == "address":
            return self.address
        if key == "source":
            return self.source
        if key == "action":
            return change.action.value
        if key == "flags":
            return tuple(sorted(change.flags))
        if key in ("before", "after"):
            side = change.before if key == "before" else change.after
            return side.attributes if side is not None else ABSENT
        value = getattr(change.resource, key)
        return ABSENT if value in (None, "") else value


@dataclass(frozen=True, slots=True)
class PlainCase:
    """A case of plain values: the whole change, a group, or what a policy's test gives.

    `unknown` lists dotted paths that are unknown, each covering what lies below it.
    """

    address: str
    values: Mapping[str, Any]
    unknown: frozenset[Keys] = frozenset()

    def root(self, key: str) -> Value:
        """The value of a path's first word."""
        if key == "address":
            return self.address
        value = self.values.get(key)
        return ABSENT if value is None else value

    def is_unknown(self, keys: Keys) -> Unknown | None:
        """Whether a path is listed as unknown."""
        return Unknown() if keys in self.unknown else None
