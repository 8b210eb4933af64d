"""Type constraints of variables: values brought into the type that was declared, with the defaults of optional attributes."""

from __future__ import annotations

from typing import Any

from spendgate.inputs.terraform_source.collection_functions import as_set
from spendgate.inputs.terraform_source.nodes import Call, Expression, ListOf, Literal, ObjectOf, Scope, Traversal
from spendgate.inputs.terraform_source.values import (
    EvaluationError,
    as_bool,
    as_number,
    as_text,
    first_unknown,
    is_unknown,
    kind_of,
)
from spendgate.model.values import Unknown

_PLAIN = {"string": as_text, "number": as_number, "bool": as_bool}


def convert(value: Any, type_: Expression | None, scope: Scope) -> Any:
    """The value in a declared type. Raises EvaluationError when it does not fit; unknown parts stay as they are."""
    if type_ is None or value is None or is_unknown(value):
        return value
    if isinstance(type_, Traversal):
        return _PLAIN[type_.root](value) if type_.root in _PLAIN else value
    if not isinstance(type_, Call):
        return value
    inner = type_.arguments[0] if type_.arguments else None
    match type_.name:
        case "list":
            return [convert(item, inner, scope) for item in _items(value)]
        case "set":
            items = [convert(item, inner, scope) for item in _items(value)]
            unknown = first_unknown(items)
            return Unknown(unknown.reason) if unknown is not None else as_set(items)
        case "map":
            return {key: convert(item, inner, scope) for key, item in _map(value).items()}
        case "object":
            return _object(_map(value), inner, scope)
        case "tuple" if isinstance(inner, ListOf):
            return [convert(item, kind, scope) for item, kind in zip(_items(value), inner.items, strict=False)]
        case "optional":
            return convert(value, inner, scope)
    return value


def _object(value: dict[str, Any], inner: Expression | None, scope: Scope) -> dict[str, Any]:
    """NOTE: attributes that the type does not name are dropped, as Terraform drops them."""
    found: dict[str, Any] = {}
    for key, kind in inner.items if isinstance(inner, ObjectOf) else ():
        name = key.constant if isinstance(key, Literal) else as_text(key.value(scope))
        optional = isinstance(kind, Call) and kind.name == "optional"
        if value.get(name) is not None:
            found[name] = convert(value[name], kind, scope)
        elif optional and isinstance(kind, Call) and len(kind.arguments) > 1:
            found[name] = convert(kind.arguments[1].value(scope), kind.arguments[0], scope)
        elif optional or name in value:
            found[name] = None
        else:
            raise EvaluationError(f"the attribute {name!r} is missing")
    return found


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise EvaluationError(f"{kind_of(value)} is no list")
    return value


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise EvaluationError(f"{kind_of(value)} is no map")
    return value


def is_plain(type_: Expression | None) -> bool:
    """Whether a value given as text (in the environment, on the command line) is that text and no expression."""
    return type_ is None or (isinstance(type_, Traversal) and type_.root in ("string", "any"))
