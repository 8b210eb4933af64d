"""A read-only view on a resource's provider attributes that never confuses unknown, sensitive and absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from spendgate.model.frozen import Frozen
from spendgate.model.values import ABSENT, AFTER_APPLY, SENSITIVE, Flag, Number, Text, Unknown, Value, Whole

_EMPTY: Mapping[str, Any] = {}


def _step(node: Any, key: str) -> Any:
    """One step down a marker tree (`after_unknown`, `after_sensitive`): `True` covers everything below it."""
    if node is True or node is False:
        return node
    if type(node) is dict or isinstance(node, Mapping):  # NOTE: asking for dict first is four times as fast.
        return node.get(key, False)
    if type(node) is list or (isinstance(node, Sequence) and not isinstance(node, str)):
        index = int(key) if key.isdecimal() else -1
        return node[index] if 0 <= index < len(node) else False
    return False


def any_marked(node: Any) -> bool:
    """Whether a marker tree marks anything at all. Terraform's trees hold many empty containers: those end at once."""
    if node is True:
        return True
    if type(node) is dict or isinstance(node, Mapping):
        if not node:
            return False
        node = node.values()
    elif type(node) is list:
        pass
    elif not isinstance(node, Sequence) or isinstance(node, str):
        return False
    return any(child and any_marked(child) for child in node)


def _without_secrets(value: Any, marks: Any) -> Any:
    """A copy of a tree with `SENSITIVE` in the places that a marker tree marks."""
    if marks is True:
        return SENSITIVE
    if isinstance(value, Mapping):
        return {key: _without_secrets(child, _step(marks, str(key))) for key, child in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_secrets(child, _step(marks, str(index))) for index, child in enumerate(value)]
    return value


def _marked_paths(node: Any, prefix: str) -> Iterator[str]:
    if node is True:
        yield prefix
    elif type(node) is dict or isinstance(node, Mapping):
        for key in node:
            yield from _marked_paths(node[key], f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for index, child in enumerate(node):
            yield from _marked_paths(child, f"{prefix}.{index}" if prefix else str(index))


class Attributes(Frozen):
    """Attributes of one resource (or of one of its blocks) at one moment.

    `values` is the plain tree; `unknown` and `sensitive` are marker trees of the same shape in which `True` covers all
    that lies below (Terraform's `after_unknown` and `after_sensitive`). Paths are dotted, list positions are numbers:
    `root_block_device.0.volume_size`.
    """

    values: Mapping[str, Any] = {}
    unknown: Any = False
    sensitive: Any = False
    gap: Unknown = AFTER_APPLY
    """What stands for a value that is marked unknown: an export that leaves something out says so."""

    def get(self, path: str) -> Value:
        """The value at a dotted path: a plain value, `ABSENT`, or an `Unknown` (also when a parent is unknown).

        NOTE: unknown is tested on the path and each parent before absent. `null` counts as absent. A tree whose inner
        part is unknown is returned as it is, ask for the leaf; a tree with secrets in it has `SENSITIVE` in their places.
        """
        unknown, sensitive = self.unknown, self.sensitive
        if sensitive is False and "." not in path:
            # NOTE: most look-ups are of one plain attribute: a third of the time of a large run without this.
            if unknown is not False and _step(unknown, path) is True:
                return self.gap
            plain: Any = self.values.get(path)
            return ABSENT if plain is None else plain
        value: Any = self.values
        for key in path.split("."):
            if unknown is not False:
                unknown = _step(unknown, key)
                if unknown is True:
                    return self.gap
            if sensitive is not False:
                sensitive = _step(sensitive, key)
                if sensitive is True:
                    return SENSITIVE
            if type(value) is dict or isinstance(value, Mapping):
                value = value.get(key)
            elif value is None:
                continue
            elif isinstance(value, Sequence) and not isinstance(value, str):
                index = int(key) if key.isdecimal() else -1
                value = value[index] if 0 <= index < len(value) else None
            else:
                value = None
            # NOTE: no early return on None: a deeper step may still be marked unknown.
        if value is None:
            return ABSENT
        return _without_secrets(value, sensitive) if sensitive and any_marked(sensitive) else value

    def text(self, path: str) -> Text:
        """The text at a path; numbers and booleans are spelled out, absent and empty text are `None`."""
        value = self.get(path)
        if type(value) is str:
            return value or None
        if value is ABSENT:
            return None
        if isinstance(value, Unknown):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return None if isinstance(value, (list, dict, tuple, Mapping)) else str(value)

    def number(self, path: str) -> Number:
        """The number at a path (numeric text counts); `None` when absent or not a number."""
        value = self.get(path)
        if value is ABSENT:
            return None
        if type(value) is int:
            return Decimal(value)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, (bool, Mapping, list, tuple)):
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None

    def whole(self, path: str) -> Whole:
        """The whole number at a path; `None` when absent or not a whole number."""
        number = self.number(path)
        if number is None or isinstance(number, Unknown):
            return number
        return int(number) if number == number.to_integral_value() else None

    def flag(self, path: str) -> Flag:
        """The boolean at a path (`"true"` and `"false"` count); `None` when absent or neither."""
        value = self.get(path)
        if isinstance(value, (bool, Unknown)):
            return value
        return {"true": True, "false": False}.get(value) if isinstance(value, str) else None

    def block(self, path: str) -> Attributes | Unknown | None:
        """The first block at a path (`scaling_config` or `scaling_config.0`); a plain map counts as one block."""
        found = self.blocks(path)
        if isinstance(found, Unknown):
            return found
        return found[0] if found else None

    def blocks(self, path: str) -> tuple[Attributes, ...] | Unknown:
        """All blocks at a path, each with its own part of the marker trees; unknown when their number is unknown."""
        value = self.get(path)
        if isinstance(value, Unknown):
            return value
        if value is ABSENT:
            return ()
        unknown, sensitive = self.unknown, self.sensitive
        for key in path.split("."):
            unknown, sensitive = _step(unknown, key), _step(sensitive, key)
        if type(value) is dict or isinstance(value, Mapping):
            return (Attributes(value, unknown, sensitive, self.gap),)
        if not isinstance(value, Sequence) or isinstance(value, str):
            return ()
        found = []
        for index, child in enumerate(value):
            key = str(index)
            if _step(unknown, key) is True:
                return self.gap
            own = child if isinstance(child, Mapping) else _EMPTY
            found.append(Attributes(own, _step(unknown, key), _step(sensitive, key), self.gap))
        return tuple(found)

    def has_block(self, path: str) -> bool:
        """Whether a block stands at a path; one that is known only after apply counts."""
        return self.blocks(path) != ()

    def texts(self, path: str) -> tuple[str, ...] | Unknown:
        """The list of texts at a path; unknown when the list or any member is unknown or sensitive."""
        value = self.get(path)
        if isinstance(value, Unknown):
            return value
        if value is ABSENT:
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str):
            return (str(value),)
        unknown, sensitive = self.unknown, self.sensitive
        for key in path.split("."):
            unknown, sensitive = _step(unknown, key), _step(sensitive, key)
        if any_marked(unknown):
            return self.gap
        if any_marked(sensitive):
            return SENSITIVE
        return tuple(str(item) for item in value if item is not None)

    def unknown_paths(self) -> Iterator[str]:
        """Dotted paths known only after apply, outermost only."""
        return _marked_paths(self.unknown, "")

    def sensitive_paths(self) -> Iterator[str]:
        """Dotted paths that hold secrets, outermost only."""
        return _marked_paths(self.sensitive, "")
