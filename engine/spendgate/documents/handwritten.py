"""Files that people write (policies, configuration, usage): strict YAML and JSON that keep the line of every value.

Scalars follow YAML 1.2's core rules, not 1.1's: only `true` and `false` are booleans (`on`, `yes`, `no` are text), dates stay
text, numbers with a point become `Decimal`, a leading zero keeps a number text (`007` is an id, not seven). Duplicate
keys, tags (`!!python/...`), merge keys and keys that are no text are refused with their line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from spendgate.documents.encoding import HANDWRITTEN_LIMIT_BYTES, decode_text, read_bytes
from spendgate.errors import InputError
from spendgate.model.frozen import Frozen

Route: TypeAlias = tuple[str | int, ...]

_MOST_VALUES = 200_000
_MOST_DEPTH = 60
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_ESCAPED_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
"""A character beyond 65,535 as JSON escapes it, in two halves; YAML has another escape for it."""
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Document(Frozen):
    """Plain data with the line of each key and list item: `line_of(("tests", 0, "name"))`, lines from 1."""

    data: Any
    origin: str
    lines: Mapping[Route, int] = {}

    def line_of(self, route: Route) -> int | None:
        """The line of a value, or of its nearest parent that has one."""
        while route and route not in self.lines:
            route = route[:-1]
        return self.lines.get(route)


def read_yaml(path: Path | str, *, limit_bytes: int = HANDWRITTEN_LIMIT_BYTES) -> Document:
    """The one document of a YAML or JSON file. Raises InputError with file, line and column."""
    return read_yaml_text(decode_text(read_bytes(path, limit_bytes=limit_bytes), str(path)), str(path))


def read_json_text(text: str, origin: str) -> Document:
    """A JSON document written by hand; YAML's reader serves, since it keeps lines and refuses duplicate keys."""
    return read_yaml_text(text, origin)


def read_yaml_text(text: str, origin: str) -> Document:
    """The one document in a text. Raises InputError when it holds none or several, or is malformed."""
    documents = list(read_all_yaml(text, origin))
    if len(documents) > 1:
        line = documents[1].lines.get(())
        raise InputError("holds several documents, one was expected", file=origin, line=line, hint="remove the `---`")
    if not documents:
        raise InputError("is empty", file=origin)
    return documents[0]


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[2], 16), int(match[3], 16)
    return f"{match[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def read_all_yaml(text: str, origin: str) -> Iterator[Document]:
    """Every document of a text, in order."""
    import yaml

    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        text = _ESCAPED_PAIR.sub(_joined, text)
    loader_type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if (half := _HALF_PAIR.search(text)) is not None:
        raise InputError(
            "holds half of a surrogate pair, which is no character",
            file=origin,
            line=text.count("\n", 0, half.start()) + 1,
        )
    try:
        loader = loader_type(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                builder = _Builder(origin, lambda value: loader.resolve(yaml.ScalarNode, value, (True, False)))
                yield Document(builder.value(node, ()), origin, builder.lines)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise syntax_error(error, text, origin) from None
    except RecursionError:
        raise InputError("is nested too deeply", file=origin) from None


def syntax_error(error: Any, text: str, origin: str, first_line: int = 1) -> InputError:
    """The error for a text that YAML's reader refused, with line (counted from `first_line`) and column where it says so."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        line, column = mark.line + first_line, mark.column + 1
        return InputError(
            f"is not valid YAML: {_said(error)}", file=origin, line=line, column=column, hint=_hint(error, text)
        )
    position = getattr(error, "position", None)
    line = text.count("\n", 0, position) + first_line if isinstance(position, int) else None
    reason = getattr(error, "reason", None) or str(error).splitlines()[0]
    return InputError(f"is not valid YAML: {reason}", file=origin, line=line)


def _said(error: Any) -> str:
    return str(error.problem or error.context or "syntax error")


def _hint(error: Any, text: str) -> str | None:
    said = _said(error)
    tab = "cannot start any token" in said and text[error.problem_mark.index :].startswith("\t")
    if tab or "tab character" in said:
        return "indent with blanks, YAML allows no tabs"
    if "mapping values are not allowed" in said:
        return "check the indentation, or quote the text that holds a colon"
    return None


class _Builder:
    """Turns a node tree into plain data, with limits, and notes lines on the way."""

    def __init__(self, origin: str, implied_tag: Callable[[str], str]) -> None:
        self.origin = origin
        self._implied_tag = implied_tag
        self.lines: dict[Route, int] = {}
        self._values = 0
        self._open: set[int] = set()

    def value(self, node: Any, route: Route) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(route, line)
        self._values += 1
        if self._values > _MOST_VALUES:
            raise InputError(
                f"expands to more than {_MOST_VALUES} values",
                file=self.origin,
                line=line,
                hint="fewer aliases (`*name`)",
            )
        if len(route) > _MOST_DEPTH:
            raise InputError("is nested too deeply", file=self.origin, line=line)
        if node.id == "scalar":
            return self._scalar(node, line)
        if id(node) in self._open:
            raise InputError("holds itself through an alias", file=self.origin, line=line)
        self._open.add(id(node))
        try:
            if node.id == "sequence":
                self._plain_tag(node, "tag:yaml.org,2002:seq", line)
                return [self.value(child, (*route, index)) for index, child in enumerate(node.value)]
            self._plain_tag(node, "tag:yaml.org,2002:map", line)
            return self._mapping(node, route)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: Any, route: Route) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if key_node.id != "scalar" or key_node.value == "<<":
                raise InputError("has a key that is no plain text", file=self.origin, line=line, column=column)
            key = str(key_node.value)
            if key in result:
                first = self.lines.get((*route, key))
                raise InputError(
                    f"has the key {key!r} twice (first on line {first})", file=self.origin, line=line, column=column
                )
            self.lines[(*route, key)] = line
            result[key] = self.value(value_node, (*route, key))
        return result

    def _plain_tag(self, node: Any, tag: str, line: int) -> None:
        if node.tag != tag:
            raise InputError(f"uses the tag {node.tag}, which is not allowed", file=self.origin, line=line)

    def _scalar(self, node: Any, line: int) -> Any:
        # NOTE: a plain scalar has the style None or "" (with libyaml); its tag is a stated one when it is not the implied one.
        if not node.style and node.tag == self._implied_tag(node.value):
            return plain_scalar(node.value)
        if node.tag != "tag:yaml.org,2002:str":
            raise InputError(f"uses the tag {node.tag}, which is not allowed", file=self.origin, line=line)
        return node.value


def plain_scalar(text: str) -> Any:
    """What an unquoted scalar means: null, a boolean, an int, a Decimal, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 300 else text
    if _DECIMAL.fullmatch(text) and len(text) <= 300:
        return Decimal(text)
    return text
