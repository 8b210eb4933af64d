"""Kubernetes manifests: many YAML documents in a text, each read by itself, so that a broken one hides no other.

Differs from files that people write for spendgate: merge keys and YAML 1.1's words for booleans are allowed, since `kubectl`
allows them, and lines are found only when they are asked for. Duplicate keys, cycles and documents that grow through aliases are
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from spendgate.documents.handwritten import Route, plain_scalar, syntax_error
from spendgate.errors import InputError
from spendgate.model.frozen import Frozen

_MARKER = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.[ \t]*$)", re.MULTILINE)
_MOST_MORE_VALUES = 100_000
"""How many values a document may hold beyond one for each of its characters: more can only come out of aliases."""
_MOST_DEPTH = 100
_KIND: Route = ("kind",)
_KIND_KEY = re.compile(r"^kind[ \t]*:", re.MULTILINE)
"""The key of an object in blocks: below the first level nothing stands at the start of a line."""
_TEXT, _LIST, _MAP = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "binary", "value")
)
_OLD_BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}


class Part(Frozen):
    """One YAML document of a text: its own text and the line (from 1) on which it starts."""

    text: str
    first_line: int


def split_documents(text: str) -> Iterator[Part]:
    """The documents of a text, empty ones left out. A marker at the start of a line always ends a document (YAML 1.2, 9.1)."""
    start, line = 0, 1
    for match in _MARKER.finditer(text):
        yield from _part(text[start : match.start()], line)
        line += text.count("\n", start, match.end())
        start = match.end()
    yield from _part(text[start:], line)


def _part(text: str, line: int) -> Iterator[Part]:
    bare = text.lstrip("\ufeff")
    if any(row.strip() and not row.lstrip().startswith(("#", "%")) for row in bare.splitlines()):
        yield Part(bare, line)


def parse_part(part: Part, origin: str) -> Any:
    """The plain data of one document. Raises InputError with file, line and column."""
    node = _composed(part, origin)
    return _Builder(part, origin).value(node, 0) if node is not None else None


def line_of(part: Part, origin: str, route: Route) -> int:
    """The line of a value in a document, or of its nearest parent that stands there."""
    if route == _KIND and (found := _KIND_KEY.search(part.text)) is not None:
        return part.first_line + part.text.count("\n", 0, found.start())
    return Positions(part, origin).line_of(route)


class Positions:
    """Where values stand in a document that is asked several times: it is parsed once."""

    def __init__(self, part: Part, origin: str) -> None:
        self.part = part
        try:
            self._node = _composed(part, origin)
        except InputError:
            self._node = None

    def line_of(self, route: Route) -> int:
        """The line of a value, or of its nearest parent that stands there."""
        node = self._node
        line = _line(node, self.part)
        for key in route:
            found = _child(node, key)
            if found is None:
                return line
            line, node = _line(found[0], self.part), found[1]
        return line


def _line(node: Any, part: Part) -> int:
    return int(node.start_mark.line) + part.first_line if node is not None else part.first_line


def _child(node: Any, key: str | int) -> tuple[Any, Any] | None:
    """The node to point at (a key, or a list item) and the value below it."""
    if node is None or node.id == "scalar":
        return None
    if node.id == "sequence":
        if isinstance(key, int) and 0 <= key < len(node.value):
            return node.value[key], node.value[key]
        return None
    for key_node, value_node in node.value:
        if key_node.id == "scalar" and key_node.value == str(key):
            return key_node, value_node
    return None


def _composed(part: Part, origin: str) -> Any:
    import yaml

    try:
        loader = _loader_type()(part.text)
        try:
            return loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise syntax_error(error, part.text, origin, part.first_line) from None
    except RecursionError:
        raise InputError("is nested too deeply", file=origin, line=part.first_line) from None


@cache
def _loader_type() -> Any:
    """libyaml's reader without the patterns that guess what a plain scalar means: `_Builder` does that itself."""
    import yaml

    tags = {yaml.ScalarNode: _TEXT, yaml.SequenceNode: _LIST, yaml.MappingNode: _MAP}

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
            return tags[kind]

        def descend_resolver(self, current_node: Any, current_index: Any) -> None:
            pass

        def ascend_resolver(self) -> None:
            pass

    return Loader


class _Builder:
    """Turns a node tree into plain data within limits. Values met again through an alias count again."""

    def __init__(self, part: Part, origin: str) -> None:
        self._part = part
        self._origin = origin
        self._values_left = _MOST_MORE_VALUES + len(part.text)
        self._open: set[int] = set()

    def value(self, node: Any, depth: int) -> Any:
        self._values_left -= 1
        if self._values_left < 0:
            raise self._refused("grows without measure through its aliases", node, "fewer aliases (`*name`)")
        kind = node.id
        if node.tag not in _TAGS:
            raise self._refused(f"uses the tag {node.tag}, which is not allowed", node)
        if kind == "scalar":
            return self._scalar(node)
        if depth > _MOST_DEPTH:
            raise self._refused("is nested too deeply", node)
        if id(node) in self._open:
            raise self._refused("holds itself through an alias", node)
        self._open.add(id(node))
        if kind == "sequence":
            result: Any = [self.value(child, depth + 1) for child in node.value]
        else:
            result = self._mapping(node, depth)
        self._open.discard(id(node))
        return result

    def _mapping(self, node: Any, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: list[Any] = []
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                raise self._refused(
                    "has a key that is no plain text", key_node, "quote `{{ }}`, or render the template"
                )
            key = key_node.value
            if key == "<<" and not key_node.style:
                merged.append(value_node)
                continue
            if key in result:
                raise self._refused(f"has the key {key!r} twice", key_node)
            result[key] = self.value(value_node, depth + 1)
        for value_node in merged:
            for source in value_node.value if value_node.id == "sequence" else [value_node]:
                held = self.value(source, depth + 1)
                if not isinstance(held, dict):
                    raise self._refused("merges something that is no map", value_node)
                result = {**held, **result}
        return result

    def _scalar(self, node: Any) -> Any:
        if node.style:
            return node.value
        text = node.value
        return _OLD_BOOLEANS[text] if text in _OLD_BOOLEANS else plain_scalar(text)

    def _refused(self, message: str, node: Any, hint: str | None = None) -> InputError:
        mark = node.start_mark
        return InputError(
            message, file=self._origin, line=mark.line + self._part.first_line, column=mark.column + 1, hint=hint
        )
