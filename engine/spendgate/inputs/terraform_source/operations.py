"""Operators, conditions, `for` and templates: three-valued, so that an unknown side decides nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from spendgate.inputs.terraform_source.nodes import Expression, Scope
from spendgate.inputs.terraform_source.values import (
    MOST_ELEMENTS,
    EvaluationError,
    HclSet,
    as_bool,
    as_number,
    as_text,
    first_unknown,
    is_unknown,
    kind_of,
    reason_of,
    tidy,
)
from spendgate.model.values import Unknown

_LONGEST_TEXT = 16 * 1024 * 1024


@dataclass(slots=True)
class Unary(Expression):
    """`!a`, `-a`."""

    position: int
    sign: str
    operand: Expression

    def value(self, scope: Scope) -> Any:
        """The negation."""
        found = self.operand.value(scope)
        if is_unknown(found):
            return Unknown(reason_of(found))
        return not as_bool(found) if self.sign == "!" else -as_number(found)

    def children(self) -> Iterator[Expression]:
        """The operand."""
        yield self.operand


@dataclass(slots=True)
class Binary(Expression):
    """`a + b`, `a == b`, `a && b`."""

    position: int
    sign: str
    left: Expression
    right: Expression

    def value(self, scope: Scope) -> Any:
        """The result; `false && unknown` is false and `true || unknown` is true, as nothing can change that any more."""
        if self.sign in ("&&", "||"):
            return self._logic(self.left.value(scope), self.right, scope)
        left, right = self.left.value(scope), self.right.value(scope)
        if self.sign in ("==", "!="):
            same = equal(left, right)
            if isinstance(same, Unknown):
                return same
            return same == (self.sign == "==")
        for side in (left, right):
            if is_unknown(side):
                return Unknown(reason_of(side))
        return _arithmetic(self.sign, as_number(left), as_number(right))

    def _logic(self, left: Any, other: Expression, scope: Scope) -> Any:
        decides = self.sign == "||"
        if not is_unknown(left) and as_bool(left) == decides:
            return decides
        right = other.value(scope)
        if not is_unknown(right) and as_bool(right) == decides:
            return decides
        for side in (left, right):
            if is_unknown(side):
                return Unknown(reason_of(side))
        return not decides

    def children(self) -> Iterator[Expression]:
        """Both sides."""
        yield self.left
        yield self.right


def equal(left: Any, right: Any) -> bool | Unknown:
    """Whether two values are the same; unknown when that hangs on an unknown part."""
    for side, other in ((left, right), (right, left)):
        unknown = first_unknown(side)
        if unknown is not None:
            # NOTE: an unknown may be null, but a list or a map that is there is not.
            return False if other is None and isinstance(side, (list, dict)) else unknown
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool) and left == right
    return bool(left == right) if type(left) is type(right) or _numbers(left, right) else False


def _numbers(left: Any, right: Any) -> bool:
    return isinstance(left, (int, Decimal)) and isinstance(right, (int, Decimal))


def _arithmetic(sign: str, left: int | Decimal, right: int | Decimal) -> Any:
    match sign:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
    try:
        match sign:
            case "+":
                result: Any = left + right
            case "-":
                result = left - right
            case "*":
                result = left * right
            case "/":
                result = Decimal(left) / Decimal(right)
            case _:
                result = Decimal(left) % Decimal(right)
        return tidy(Decimal(result))
    except (InvalidOperation, ArithmeticError):
        raise EvaluationError(f"{left} {sign} {right} has no result") from None


@dataclass(slots=True)
class Condition(Expression):
    """`a ? b : c`."""

    position: int
    test: Expression
    then: Expression
    otherwise: Expression

    def value(self, scope: Scope) -> Any:
        """One of the branches; with an unknown test what both agree on, else unknown."""
        test = self.test.value(scope)
        if not is_unknown(test):
            return (self.then if as_bool(test) else self.otherwise).value(scope)
        try:
            left, right = self.then.value(scope), self.otherwise.value(scope)
            agreed = first_unknown(left) is None and equal(left, right) is True
        except EvaluationError:
            agreed = False
        return left if agreed else Unknown(reason_of(test))

    def children(self) -> Iterator[Expression]:
        """Test and branches."""
        yield self.test
        yield self.then
        yield self.otherwise


@dataclass(slots=True)
class For(Expression):
    """`[for k, v in c : v if p]` and `{for k, v in c : k => v... if p}`."""

    position: int
    names: tuple[str, ...]
    collection: Expression
    key: Expression | None
    result: Expression
    test: Expression | None
    group: bool = False

    def value(self, scope: Scope) -> Any:
        """A list or a map; unknown as a whole when its length or one of its keys is."""
        collection = self.collection.value(scope)
        if is_unknown(collection):
            return Unknown(reason_of(collection))
        items: list[Any] = []
        mapped: dict[str, Any] = {}
        for key, item in entries(collection):
            scope.spend()
            names = dict(zip(self.names, (key, item) if len(self.names) == 2 else (item,), strict=True))
            inner = scope.bind(names)
            if self.test is not None:
                kept = self.test.value(inner)
                if is_unknown(kept):
                    return Unknown(reason_of(kept))
                if not as_bool(kept):
                    continue
            result = self.result.value(inner)
            if self.key is None:
                items.append(result)
                continue
            name = self.key.value(inner)
            if is_unknown(name):
                return Unknown(reason_of(name))
            self._put(mapped, as_text(name), result)
        return items if self.key is None else mapped

    def _put(self, mapped: dict[str, Any], name: str, result: Any) -> None:
        if self.group:
            mapped.setdefault(name, []).append(result)
        elif name in mapped:
            raise EvaluationError(f"two elements of a `for` have the key {name!r}")
        else:
            mapped[name] = result

    def children(self) -> Iterator[Expression]:
        """All parts."""
        yield self.collection
        yield self.result
        if self.key is not None:
            yield self.key
        if self.test is not None:
            yield self.test

    def bound(self) -> frozenset[str]:
        """The loop's variables."""
        return frozenset(self.names)


def entries(collection: Any) -> list[tuple[Any, Any]]:
    """Keys and values of a list, a set or a map, in Terraform's order. Raises EvaluationError."""
    if isinstance(collection, dict):
        return sorted(collection.items())
    if isinstance(collection, HclSet):
        return [(item, item) for item in collection]
    if isinstance(collection, list):
        return list(enumerate(collection))
    raise EvaluationError(f"{kind_of(collection)} cannot be walked through")


@dataclass(slots=True)
class Template(Expression):
    """`"a ${b} c"`: texts and expressions in a row."""

    position: int
    parts: list[Expression]

    def value(self, scope: Scope) -> Any:
        """The text; unknown when one of its parts is. A template that is one expression has that expression's value."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], TemplateFor):
            return self.parts[0].value(scope)
        texts: list[str] = []
        length = 0
        for part in self.parts:
            found = part.value(scope)
            if is_unknown(found):
                return Unknown(reason_of(found))
            text = as_text(found)
            length += len(text)
            if length > _LONGEST_TEXT:
                raise EvaluationError(f"a text is longer than {_LONGEST_TEXT:,} characters")
            texts.append(text)
        return "".join(texts)

    def children(self) -> Iterator[Expression]:
        """The parts."""
        return iter(self.parts)


@dataclass(slots=True)
class TemplateFor(Expression):
    """`%{ for k, v in c }...%{ endfor }`."""

    position: int
    names: tuple[str, ...]
    collection: Expression
    body: Template

    def value(self, scope: Scope) -> Any:
        """The texts of all rounds."""
        collection = self.collection.value(scope)
        if is_unknown(collection):
            return Unknown(reason_of(collection))
        texts = []
        for key, item in entries(collection):
            scope.spend()
            names = dict(zip(self.names, (key, item) if len(self.names) == 2 else (item,), strict=True))
            found = self.body.value(scope.bind(names))
            if is_unknown(found):
                return Unknown(reason_of(found))
            texts.append(as_text(found))
            if len(texts) > MOST_ELEMENTS:
                raise EvaluationError("a template is repeated too often")
        return "".join(texts)

    def children(self) -> Iterator[Expression]:
        """Collection and body."""
        yield self.collection
        yield self.body

    def bound(self) -> frozenset[str]:
        """The loop's variables."""
        return frozenset(self.names)
