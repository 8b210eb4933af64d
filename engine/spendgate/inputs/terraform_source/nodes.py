"""Expressions of the language as a tree whose nodes know their value: literals, containers, references.

Values are plain: text, int or Decimal, bool, None, list, dict, and `HclSet` for sets. A leaf that is not known is an `Unknown`,
an object whose attributes come later a `Lazy`. Nothing here turns unknown into something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from spendgate.inputs.terraform_source.values import (
    LATER,
    BlockValue,
    EvaluationError,
    HclSet,
    Lazy,
    as_text,
    as_whole,
    is_unknown,
    kind_of,
    quoted,
    reason_of,
)
from spendgate.model.values import Unknown


class Scope(Protocol):
    """Where names are looked up."""

    bindings: Mapping[str, Any]
    """Names bound here: `each`, `count`, the variables of `for`, iterators of dynamic blocks."""

    def resolve(self, root: str, steps: tuple[Step, ...]) -> tuple[Any, int]:
        """The value of a name and how many of the steps behind it were used up."""
        ...

    def bind(self, names: Mapping[str, Any]) -> Scope:
        """A scope with more names."""
        ...

    def call(self, name: str, arguments: list[Any]) -> Any:
        """What a function answers. Raises EvaluationError."""
        ...

    def spend(self) -> None:
        """Count one step of work. Raises InputError when the source asks for more than any real one does."""
        ...


Step: TypeAlias = "str | Expression | Splat"


class Expression:
    """A node. `position` is its offset in the text."""

    __slots__ = ("position",)
    position: int

    def value(self, scope: Scope) -> Any:
        """The value in a scope. Raises EvaluationError for what Terraform refuses."""
        raise NotImplementedError

    def children(self) -> Iterator[Expression]:
        """The nodes directly below."""
        return iter(())

    def bound(self) -> frozenset[str]:
        """Names that this node binds for the nodes below it."""
        return frozenset()


@dataclass(slots=True)
class Literal(Expression):
    """A constant."""

    position: int
    constant: Any

    def value(self, scope: Scope) -> Any:
        """The constant."""
        return self.constant


@dataclass(slots=True)
class ListOf(Expression):
    """`[a, b]`."""

    position: int
    items: list[Expression]

    def value(self, scope: Scope) -> Any:
        """A list of the same length, whatever is known of its items."""
        return [item.value(scope) for item in self.items]

    def children(self) -> Iterator[Expression]:
        """The items."""
        return iter(self.items)


@dataclass(slots=True)
class ObjectOf(Expression):
    """`{ a = b }`; a key that is a plain word is a `Literal`."""

    position: int
    items: list[tuple[Expression, Expression]]

    def value(self, scope: Scope) -> Any:
        """A map; unknown as a whole when one of its keys is."""
        found: dict[str, Any] = {}
        for key, item in self.items:
            name = key.value(scope)
            if is_unknown(name):
                return Unknown(reason_of(name))
            found[as_text(name)] = item.value(scope)
        return found

    def children(self) -> Iterator[Expression]:
        """Keys and values."""
        for key, item in self.items:
            yield key
            yield item


@dataclass(slots=True)
class Splat:
    """`[*]` or `.*` with the steps that are taken in each element."""

    steps: tuple[Step, ...]


@dataclass(slots=True)
class Traversal(Expression):
    """`var.a.b[0]`, `aws_instance.web[*].id`: a name and the steps behind it."""

    position: int
    root: str
    steps: tuple[Step, ...]

    def value(self, scope: Scope) -> Any:
        """What the steps lead to."""
        scope.spend()
        if self.root in scope.bindings:
            return walk(scope.bindings[self.root], self.steps, scope)
        found, used = scope.resolve(self.root, self.steps)
        return walk(found, self.steps[used:], scope)

    def children(self) -> Iterator[Expression]:
        """The expressions in brackets."""
        return in_steps(self.steps)

    def text(self) -> str:
        """The reference as Terraform writes it, up to the first step that is not constant."""
        parts = [self.root]
        for step in self.steps:
            if isinstance(step, str):
                parts.append(f".{step}")
            elif isinstance(step, Literal) and isinstance(step.constant, int):
                parts.append(f"[{step.constant}]")
            elif isinstance(step, Literal) and isinstance(step.constant, str):
                parts.append(f"[{quoted(step.constant)}]")
            else:
                break
        return "".join(parts)


@dataclass(slots=True)
class Selection(Expression):
    """Steps behind something that is no name: `(a)[0]`, `f(x).y`."""

    position: int
    target: Expression
    steps: tuple[Step, ...]

    def value(self, scope: Scope) -> Any:
        """What the steps lead to."""
        return walk(self.target.value(scope), self.steps, scope)

    def children(self) -> Iterator[Expression]:
        """The target and the expressions in brackets."""
        yield self.target
        yield from in_steps(self.steps)


@dataclass(slots=True)
class Call(Expression):
    """`f(a, b...)`."""

    position: int
    name: str
    arguments: list[Expression]
    expand: bool = False

    def value(self, scope: Scope) -> Any:
        """What the function answers; `try` and `can` see the errors of their arguments."""
        scope.spend()
        if self.name == "try":
            return self._first(scope)
        if self.name == "can":
            try:
                found = self.arguments[0].value(scope)
            except (EvaluationError, IndexError):
                return False
            return Unknown(reason_of(found)) if is_unknown(found) else True
        values = [argument.value(scope) for argument in self.arguments]
        if self.expand and values:
            last = values.pop()
            if is_unknown(last):
                return Unknown(reason_of(last))
            if not isinstance(last, list):
                raise EvaluationError("`...` needs a list")
            values.extend(last)
        return scope.call(self.name, values)

    def _first(self, scope: Scope) -> Any:
        """NOTE: an unknown argument ends the search: it may turn out to be an error or not, so that the whole is unknown."""
        for argument in self.arguments:
            try:
                return argument.value(scope)
            except EvaluationError:
                continue
        raise EvaluationError("no argument of try() has a value")

    def children(self) -> Iterator[Expression]:
        """The arguments."""
        return iter(self.arguments)


def in_steps(steps: tuple[Step, ...]) -> Iterator[Expression]:
    """The expressions inside steps."""
    for step in steps:
        if isinstance(step, Expression):
            yield step
        elif isinstance(step, Splat):
            yield from in_steps(step.steps)


def walk(value: Any, steps: tuple[Step, ...], scope: Scope) -> Any:
    """Take steps from a value. What lies behind an unknown is unknown for the same reason."""
    for number, step in enumerate(steps):
        if isinstance(value, Unknown):
            return value
        if isinstance(step, Splat):
            return _splat(value, (*step.steps, *steps[number + 1 :]), scope)
        value = pick(value, step if isinstance(step, str) else step.value(scope))
    return value


def _splat(value: Any, steps: tuple[Step, ...], scope: Scope) -> Any:
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [walk(item, steps, scope) for item in items]


def pick(value: Any, key: Any) -> Any:
    """One element of a list, a map or an object. Raises EvaluationError when it is not there."""
    if isinstance(key, (Unknown, Lazy)):
        return Unknown(reason_of(key))
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Lazy):
        return value.attribute(as_text(key))
    if isinstance(value, dict):
        name = as_text(key)
        if name in value:
            return value[name]
        if isinstance(value, BlockValue):
            return Unknown(f"{name} {LATER}")
        raise EvaluationError(f"there is no {name!r} in {_few(value)}")
    if isinstance(value, list) and not isinstance(value, HclSet):
        index = as_whole(key)
        if 0 <= index < len(value):
            return value[index]
        raise EvaluationError(f"there is no element {index} among {len(value)}")
    raise EvaluationError(f"{kind_of(value)} has no {key!r}")


def _few(value: Mapping[str, Any]) -> str:
    names = sorted(value)
    return "{" + ", ".join(names[:8]) + (", ..." if len(names) > 8 else "") + "}"
