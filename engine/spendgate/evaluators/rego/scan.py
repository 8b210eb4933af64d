"""Reads as much of a Rego module as must be known before an engine does: package, imports, rules, dialect, calls.

No engine is asked, so that the same module is taken the same way whichever engine will judge it. This is a tokenizer and no
parser: what it does not understand is left to the engine, which then names the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from spendgate.errors import PolicyError
from spendgate.model.frozen import Frozen

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\f]+)|(?P<comment>\#[^\n]*)|(?P<newline>\n)
      |(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<raw>`[^`]*`)
      |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      |(?P<number>[0-9][0-9A-Za-z.]*)|(?P<mark>:=|==|!=|<=|>=|.)""",
    re.VERBOSE,
)
_SIGNS = frozenset((":=", "=", "==", "!=", "<", "<=", ">", ">=", *"+-*/%&|,."))
_CONTINUES = _SIGNS | {
    *("if", "contains", "in", "some", "not", "every", "with", "as", "default", "else", "import", "package"),
}
"""What a statement cannot end with: the next line then belongs to it."""
_WORDS = (_CONTINUES - _SIGNS) | {"true", "false", "null"}


class Scan(Frozen):
    """What a module says of itself. Lines count from 1.

    `rules` maps each rule's name (functions left out) to its first line; `references` are the paths below `data` that it
    reads, and `input.plan` and `input.objects`; `calls` maps each called name to its first line; `dialect` is `v0` or `v1`.
    """

    package: tuple[str, ...]
    package_line: int
    dialect: str
    rules: Mapping[str, int] = {}
    references: frozenset[str] = frozenset()
    calls: Mapping[str, int] = {}

    @property
    def path(self) -> str:
        """The package as it is written after `package`."""
        return ".".join(self.package)


class _Token(Frozen):
    kind: str
    text: str
    line: int
    depth: int
    first: bool
    glued: bool


def scan(text: str, origin: str) -> Scan:
    """Scan a module. Raises PolicyError when it has no package or an unclosed string."""
    tokens = list(_tokens(text, origin))
    package, package_line = _package(tokens, origin)
    rules: dict[str, int] = {}
    calls: dict[str, int] = {}
    references: set[str] = set()
    words: set[str] = set()
    bare_body = False
    previous = None
    for index, token in enumerate(tokens):
        if token.kind == "name":
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            called = following is not None and following.text == "(" and following.glued
            if called and token.text not in _WORDS:
                calls.setdefault(token.text, token.line)
            if token.text.startswith(("data.", "input.plan", "input.objects")):
                references.add(token.text + _brackets(tokens, index + 1))
            if token.depth == 0:
                words.add(token.text)
                if _starts_rule(token, previous) and not called:
                    rules.setdefault(token.text.split(".")[0], token.line)
        elif token.text == "{" and token.depth == 0 and previous is not None and _opens_bare_body(previous):
            bare_body = True
        previous = token
    return Scan(package, package_line, _dialect(words, bare_body), rules, frozenset(references), calls)


def _tokens(text: str, origin: str) -> Iterator[_Token]:
    line, depth, first, glued = 1, 0, True, False
    for match in _TOKEN.finditer(text):
        kind, value = match.lastgroup or "", match.group()
        if kind == "newline":
            line, first, glued = line + 1, True, False
            continue
        if kind in ("blank", "comment"):
            glued = False
            continue
        if value in ("`", '"'):
            raise PolicyError("has a string that is never closed", file=origin, line=line)
        if kind == "mark" and value in ")]}":
            depth = max(depth - 1, 0)
        yield _Token(kind, value, line, depth, first, glued)
        if kind == "mark" and value in "([{":
            depth += 1
        line += value.count("\n")
        first, glued = False, True


def _package(tokens: list[_Token], origin: str) -> tuple[tuple[str, ...], int]:
    for index, token in enumerate(tokens):
        if token.text == "package" and token.first and index + 1 < len(tokens):
            path = tokens[index + 1].text.split(".")
            path += json.loads(f"[{_brackets(tokens, index + 2).replace('][', ',').strip('[]')}]")
            return tuple(path), token.line
        break
    line = tokens[0].line if tokens else 1
    raise PolicyError("has no package", file=origin, line=line, hint="a Rego module starts with `package some.name`")


def _brackets(tokens: list[_Token], start: int) -> str:
    """The part `["x"]["y"]` of a path, as far as it is made of plain strings."""
    found = ""
    while start + 2 < len(tokens):
        opening, key, closing = tokens[start : start + 3]
        if not (opening.text == "[" and opening.glued and key.kind == "string" and closing.text == "]"):
            break
        found += f"[{key.text}]"
        start += 3
    return found


def _starts_rule(token: _Token, previous: _Token | None) -> bool:
    if token.text in _WORDS:
        return False
    if previous is not None and previous.text == "default":
        return True
    return token.first and (previous is None or previous.text not in _CONTINUES)


def _opens_bare_body(previous: _Token) -> bool:
    """Whether `{` after this token opens a rule's body in the old syntax, which has no `if`."""
    if previous.kind == "mark":
        return previous.text in ("]", ")", "}")
    return previous.text not in _CONTINUES or previous.text == "else"


def _dialect(words: set[str], bare_body: bool) -> str:
    """`v1` is what OPA 1.0 reads. Modules with `future.keywords` were written for the time before it."""
    if "rego.v1" in words:
        return "v1"
    if any(word.startswith("future.keywords") for word in words):
        return "v0"
    if words & {"if", "contains"}:
        return "v1"
    return "v0" if bare_body else "v1"
