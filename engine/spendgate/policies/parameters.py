"""The typed settings of a policy: checked when declared, when a project changes them, and when an option does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.policy import Parameter
from spendgate.policies.literals import Amount, amount, as_date, plain_number
from spendgate.policies.mistakes import Mistake, near


def _number(value: Any) -> Decimal:
    number = plain_number(value)
    if number is None or isinstance(value, str):
        raise Mistake(f"{_shown(value)} is no number")
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Mistake(f"{_shown(value)} is no text", "put it in quotes")
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Mistake(f"{_shown(value)} is neither true nor false")
    return value


def _list(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise Mistake(f"{_shown(value)} is no list", "write [a, b]")
    return tuple(value)


def _map(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Mistake(f"{_shown(value)} is no map", "write {dev: 4, prod: 32}")
    return dict(value)


def _amount(unit: str, example: str) -> Callable[[Any], Amount]:
    def check(value: Any) -> Amount:
        if isinstance(value, Amount):
            return value
        stated = amount(value) if isinstance(value, str) else None
        kind = "money" if stated is not None and stated.unit not in ("duration", "percent") else stated and stated.unit
        if stated is None or kind != unit:
            raise Mistake(f"{_shown(value)} is no {unit}", f"write it like {example}")
        return stated

    return check


def _date(value: Any) -> str:
    if as_date(value) is None:
        raise Mistake(f"{_shown(value)} is no date", "write it like 2026-12-31")
    return str(value)


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "number": _number,
    "text": _text,
    "bool": _bool,
    "list": _list,
    "map": _map,
    "money": _amount("money", "500 USD"),
    "duration": _amount("duration", "2h"),
    "percent": _amount("percent", "25%"),
    "date": _date,
}
TYPES = tuple(_CHECKS)
_KEYS = ("type", "default", "min", "max", "description")


def declare(name: str, data: Any) -> Parameter:
    """A parameter as a policy file declares it. Raises Mistake with the way to the wrong key."""
    if not isinstance(data, Mapping):
        raise Mistake(f"parameter {name} needs a type and a default", "write {type: number, default: 60}")
    for key in data:
        if key not in _KEYS:
            raise Mistake(f"unknown key {key!r}", near(str(key), _KEYS), (key,))
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in _CHECKS:
        raise Mistake(f"parameter {name} has the type {_shown(kind)}", near(str(kind), TYPES, whole="types"), ("type",))
    if "default" not in data:
        raise Mistake(f"parameter {name} has no default")
    bounds = {key: _bound(name, kind, key, data[key]) for key in ("min", "max") if key in data}
    bare = Parameter(name, kind, None, bounds.get("min"), bounds.get("max"), str(data.get("description", "")))
    try:
        default = checked(bare, data["default"])
    except Mistake as mistake:
        raise mistake.within("default") from None
    return Parameter(name, kind, default, bare.minimum, bare.maximum, bare.description)


def _bound(name: str, kind: str, key: str, value: Any) -> Any:
    if kind not in ("number", "map", "money", "duration", "percent", "date"):
        raise Mistake(f"parameter {name} is a {kind}, which has no {key}", inner=(key,))
    try:
        return _number(value) if kind == "map" else _CHECKS[kind](value)
    except Mistake as mistake:
        raise mistake.within(key) from None


def checked(parameter: Parameter, value: Any) -> Any:
    """A value as the parameter's type has it. Raises Mistake when it is of another type or out of bounds."""
    result = _CHECKS[parameter.type](value)
    if parameter.type == "map":
        for key, entry in result.items():
            if parameter.minimum is not None or parameter.maximum is not None:
                _within(parameter, _number(entry), f"{parameter.name}[{key}]")
    else:
        _within(parameter, result, parameter.name)
    return result


def _within(parameter: Parameter, value: Any, name: str) -> None:
    size = _size(value)
    if parameter.minimum is not None and size < _size(parameter.minimum):
        raise Mistake(f"{name} is {value}, the least is {parameter.minimum}")
    if parameter.maximum is not None and size > _size(parameter.maximum):
        raise Mistake(f"{name} is {value}, the most is {parameter.maximum}")


def _size(value: Any) -> Any:
    return value.number if isinstance(value, Amount) else value


def merged(parameter: Parameter, value: Any) -> Any:
    """The parameter with a project's value laid over: maps merge by key, everything else replaces. Raises Mistake."""
    if parameter.type == "map" and isinstance(value, Mapping):
        value = {**parameter.default, **value}
    return checked(parameter, value)


def from_text(parameter: Parameter, text: str) -> Any:
    """The value that an option's text gives (`--param ID.name=value`), merged. Raises Mistake.

    A list is parted by commas (`T4,L4`); a map takes `key: value` pairs in YAML's flow style (`{dev: 4}`).
    """
    from spendgate.documents import read_yaml_text
    from spendgate.documents.handwritten import plain_scalar
    from spendgate.errors import InputError

    if parameter.type in ("list", "map") and text.lstrip().startswith(("[", "{")):
        try:
            return merged(parameter, read_yaml_text(text, "--param").data)
        except InputError as error:
            raise Mistake(f"{text!r} {error.message}") from None
    if parameter.type == "list":
        return merged(parameter, [plain_scalar(part.strip()) for part in text.split(",") if part.strip()])
    if parameter.type in ("number", "bool"):
        return merged(parameter, plain_scalar(text.strip()))
    return merged(parameter, text.strip() if parameter.type != "text" else text)


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(str(value) if isinstance(value, Decimal) else value)
