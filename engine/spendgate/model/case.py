"""What a policy sees: one resource, one group or the whole change, asked by dotted paths.

A path answers with a plain value, `ABSENT`, an `Unknown` or a `Bounded`, which stand where the value would: an unknown
parent is met before anything below it can be absent. Roots of a resource: the fields of `Facets`, `address type provider
action module source name`, `before` and `after` (raw attributes), `cost`, and `change` (the whole run). `x[]` in a path means
each element of `x`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from spendgate.model.alternative import WhatIf
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen, field_names
from spendgate.model.resource import Change
from spendgate.model.values import ABSENT, Bounded, Unknown, Value

Keys: TypeAlias = tuple[str, ...]
"""A path cut at its dots; a key that ends in `[]` stands for each element of a list."""

FACET_ROOTS = frozenset(field_names(Facets))
CHANGE_ROOTS = frozenset({"address", "type", "provider", "action", "module", "source", "before", "after", "flags"})
DERIVED_ROOTS = frozenset(
    {
        "cost",
        "change",
        "group",
        "util",
        "carbon",
        "budget",
        "service",
        "storage",
        "price",
        "life",
        "load",
        "traffic",
        "vectors",
        "work",
    }
)
ASKED_ROOTS = frozenset({"cheapest_allowed", "repriced", "grid", "rates"})
"""Roots that are worked out when a policy asks for them, and not before; the first two by what the policy itself says."""
ROOTS = FACET_ROOTS | CHANGE_ROOTS | DERIVED_ROOTS | ASKED_ROOTS
"""The first words that a path may start with; anything else is a mistake that `policy lint` and the loader name."""


class Case(Protocol):
    """One thing to judge: a resource, a group of resources, or the whole change (then `address` is empty)."""

    @property
    def address(self) -> str:
        """The resource's address; empty for the whole change."""
        ...

    def root(self, key: str) -> Value:
        """The value of a path's first word, `ABSENT` when this case has none of that name."""
        ...


def split_path(path: str) -> Keys:
    """A dotted path as keys: `after.root_block_device.0.iops`, `after.rule[].id`."""
    return tuple(path.split("."))


def look_up(case: Case, keys: Keys) -> Value:
    """The value at a path without `[]`. Never raises."""
    return _descend(case.root(keys[0]), keys, 1)


def look_up_each(case: Case, keys: Keys) -> list[Value]:
    """The values at a path with one or more `[]`, flattened.

    A list that is absent or unknown stands in the result as one absent or unknown element, so that it cannot be taken for
    an empty list.
    """
    values: list[Value] = [case.root(keys[0].removesuffix("[]"))]
    for depth, key in enumerate(keys):
        if depth:
            step = (key.removesuffix("[]"),)
            values = [_descend(value, step, 0) for value in values]
        if key.endswith("[]"):
            values = [element for value in values for element in _elements(value)]
    return values


def _descend(value: Value, keys: Keys, depth: int) -> Value:
    for position in range(depth, len(keys)):
        key = keys[position]
        # NOTE: in the order of how often each is met; the general tests for maps and sequences are slow.
        if type(value) is dict:
            value = value.get(key)
        elif value is ABSENT or isinstance(value, (Unknown, Bounded)):
            return value
        elif isinstance(value, Attributes):
            return _attribute(value, keys[position:])
        elif isinstance(value, Frozen):
            value = getattr(value, "class_" if key == "class" else key, None)
        elif isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            index = int(key) if key.isdecimal() else -1
            value = value[index] if 0 <= index < len(value) else None
        else:
            value = None
        if value is None:
            return ABSENT
    return value


def _attribute(attributes: Attributes, keys: Keys) -> Value:
    """A raw attribute. Blocks come as `Attributes`, lists element by element, so that their own marks stay with them."""
    path = ".".join(keys)
    value = attributes.get(path)
    if isinstance(value, Mapping):
        return attributes.block(path)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_attribute(attributes, (*keys, str(index))) for index in range(len(value)))
    return value


def _elements(value: Value) -> Iterator[Value]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from value
    else:
        yield value


class ResourceCase(Frozen):
    """A resource of the run with everything that was worked out about it."""

    address: str
    change: Change
    facets: Facets
    source: str
    derived: Mapping[str, Any]
    """The roots of `DERIVED_ROOTS` that this run can give: `cost` always."""
    origin: str = ""
    """The input that holds it: two inputs of a run may hold one address."""
    ask: Callable[[Any], WhatIf] | None = None
    asked: Any = None
    """What `ask` is given to answer what this resource would cost if it were another."""

    def what_if(self) -> WhatIf | None:
        """The answers to what it would cost if it were another; None where nobody can give any."""
        return self.ask(self.asked) if self.ask is not None else None

    def root(self, key: str) -> Value:
        """The value of a path's first word."""
        if key in FACET_ROOTS:
            value = getattr(self.facets, key)
            return ABSENT if value is None else value
        if key in CHANGE_ROOTS:
            return self._of_change(key)
        if key in ("grid", "rates") and self.ask is not None:
            answers = self.ask(self.asked)
            found = answers.grid() if key == "grid" else answers.rates()
            return ABSENT if found is None else found
        return self.derived.get(key, ABSENT)

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


class PlainCase(Frozen):
    """A case of plain values: the whole change, a group, or what a policy's test gives. Unknowns stand in the values."""

    address: str
    values: Mapping[str, Any]

    def root(self, key: str) -> Value:
        """The value of a path's first word."""
        if key == "address":
            return self.address or ABSENT
        value = self.values.get(key)
        return ABSENT if value is None else value
