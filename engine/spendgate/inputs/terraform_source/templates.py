"""Quoted texts and heredocs: literal parts, `${...}`, and `%{ if }`, `%{ for }`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spendgate.inputs.terraform_source.blocks import GrammarError
from spendgate.inputs.terraform_source.containers import loop_names
from spendgate.inputs.terraform_source.grammar import Reader
from spendgate.inputs.terraform_source.nodes import Expression, Literal
from spendgate.inputs.terraform_source.operations import Condition, Template, TemplateFor

_QUOTED = re.compile(r'[^"\\$%\n]+')
_PLAIN = re.compile(r"[^$%]+")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")


@dataclass(slots=True)
class _Text:
    """A literal part while a template is read. `unindented`: `%{~` took the indentation of its last line."""

    text: str
    unindented: bool = False


@dataclass(slots=True)
class _Directive:
    """`%{ if a }`, `%{ else }`, `%{ endif }`, `%{ for x in a }`, `%{ endfor }`."""

    position: int
    word: str
    names: tuple[str, ...] = ()
    expression: Expression | None = None


_Part = _Text | _Directive | Expression


def quoted_template(reader: Reader) -> Expression:
    """A text in quotes, from its opening quote on. Raises GrammarError."""
    start = reader.at
    reader.at += 1
    parts: list[_Part] = []
    while reader.next() != '"':
        match = _QUOTED.match(reader.text, reader.at)
        if match:
            parts.append(_Text(match[0]))
            reader.at = match.end()
        elif reader.next() in ("\n", ""):
            raise GrammarError("a text in quotes is not closed on its line", start)
        elif reader.next() == "\\":
            parts.append(_Text(_escape(reader)))
        else:
            _marked(reader, parts)
    reader.at += 1
    return _nested(parts, start)


def heredoc(reader: Reader, opening: re.Match[str]) -> Expression:
    """A heredoc behind its opening line. Raises GrammarError when its end is missing."""
    start = reader.at
    end = re.compile(rf"^[ \t]*{re.escape(opening[2])}[ \t\r]*$", re.MULTILINE).search(reader.text, opening.end())
    if end is None:
        raise GrammarError(f"the heredoc {opening[2]} has no end", start)
    parts = template_parts(reader, opening.end(), end.start())
    reader.at = end.end()
    if opening[1]:
        _unindent(parts, reader.text[opening.end() : end.start()])
    return _nested(parts, start)


def parse_template(text: str) -> Expression:
    """A whole text as a template (a file for `templatefile`, a text of the JSON syntax). Raises GrammarError."""
    return _nested(template_parts(Reader(text), 0, len(text)), 0)


def template_parts(reader: Reader, start: int, end: int) -> list[_Part]:
    """The parts of a template between two offsets. Raises GrammarError."""
    reader.at = start
    parts: list[_Part] = []
    while reader.at < end:
        match = _PLAIN.match(reader.text, reader.at, end)
        if match:
            parts.append(_Text(match[0]))
            reader.at = match.end()
        else:
            _marked(reader, parts)
    return parts


def _escape(reader: Reader) -> str:
    match = _UNICODE.match(reader.text, reader.at)
    if match:
        code = int(match[1] or match[2], 16)
        if code > 0x10FFFF:
            raise GrammarError("an escape names no character", reader.at)
        reader.at = match.end()
        return chr(code)
    mark = reader.text[reader.at + 1 : reader.at + 2]
    if mark not in _ESCAPES or not mark:
        raise GrammarError(f"`\\{mark}` is no escape", reader.at, certain=True)
    reader.at += 2
    return _ESCAPES[mark]


def _marked(reader: Reader, parts: list[_Part]) -> None:
    """A `$` or `%`: an expression, a directive, an escaped opening, or just the sign."""
    text, at = reader.text, reader.at
    sign = text[at]
    if text.startswith((f"{sign}{sign}{{",), at):
        parts.append(_Text(f"{sign}{{"))
        reader.at += 3
    elif not text.startswith(f"{sign}{{", at):
        parts.append(_Text(sign))
        reader.at += 1
    else:
        reader.at += 2
        outer, reader.open = reader.open, 1
        if reader.take("~"):
            _strip_last(parts)
        reader.skip()
        parts.append(reader.expression() if sign == "$" else _directive(reader, at))
        reader.skip()
        strips = reader.next() == "~"
        reader.at += strips
        reader.open = outer
        if reader.next() != "}":
            raise GrammarError(f"`}}` was expected in a template, not {reader.found()}", reader.at)
        reader.at += 1
        if strips:
            match = re.compile(r"[ \t\r]*\n?").match(text, reader.at)
            reader.at = match.end() if match else reader.at


def _strip_last(parts: list[_Part]) -> None:
    """Strip space in front of `%{~`: that of its own line, or a line end where it begins its line."""
    last = parts[-1] if parts else None
    if not isinstance(last, _Text):
        return
    bare = last.text.rstrip(" \t")
    if bare == last.text:
        last.text = last.text.rstrip()
        return
    last.text = bare
    last.unindented = not bare or bare.endswith("\n")


def _directive(reader: Reader, start: int) -> _Directive:
    word = reader.name() or ""
    reader.skip()
    if word == "if":
        return _Directive(start, word, expression=reader.expression())
    if word == "for":
        names = loop_names(reader)
        return _Directive(start, word, names, reader.expression())
    if word in ("else", "endif", "endfor"):
        return _Directive(start, word)
    raise GrammarError(f"`{word}` is no directive of a template", start)


def _unindent(parts: list[_Part], raw: str) -> None:
    """Take the indentation that all lines share from the literal parts, as `<<-` asks for."""
    if any(isinstance(part, _Text) and part.unindented for part in parts):
        return  # NOTE: Terraform looks for what all lines share after `%{~` took some: nothing, then.
    lines = [line for line in raw.split("\n") if line.strip()]
    shared = min((len(line) - len(line.lstrip(" \t")) for line in lines), default=0)
    at_start = True
    for part in parts:
        if isinstance(part, _Text):
            pattern = re.compile(rf"(?<=\n)[ \t]{{1,{shared}}}" if shared else r"(?!)")
            text = re.compile(rf"^[ \t]{{0,{shared}}}").sub("", part.text) if at_start else part.text
            part.text = pattern.sub("", text)
        at_start = False


def _nested(parts: list[_Part], start: int) -> Expression:
    """Literal parts joined and directives nested. A text without expressions is a literal."""
    stack: list[tuple[_Directive | None, list[Expression], list[Expression] | None]] = [(None, [], None)]
    for part in parts:
        opening, body, first = stack[-1]
        if isinstance(part, _Text):
            last = body[-1] if body else None
            if isinstance(last, Literal) and isinstance(last.constant, str):
                body[-1] = Literal(last.position, last.constant + part.text)
            elif part.text:
                body.append(Literal(start, part.text))
        elif isinstance(part, Expression):
            body.append(part)
        elif part.word in ("if", "for"):
            stack.append((part, [], None))
        elif part.word == "else" and opening is not None and opening.word == "if" and first is None:
            stack[-1] = (opening, [], body)
        elif opening is not None and part.word == f"end{opening.word}":
            stack.pop()
            stack[-1][1].append(_closed(opening, body, first))
        else:
            raise GrammarError(f"`{part.word}` closes nothing", part.position)
    if len(stack) > 1:
        opening = stack[-1][0]
        raise GrammarError("a directive of a template is never closed", opening.position if opening else start)
    found = stack[0][1]
    if not found:
        return Literal(start, "")
    if len(found) == 1 and isinstance(found[0], Literal) and isinstance(found[0].constant, str):
        return found[0]
    return Template(start, found)


def _closed(opening: _Directive, body: list[Expression], first: list[Expression] | None) -> Expression:
    assert opening.expression is not None
    if opening.word == "for":
        return TemplateFor(opening.position, opening.names, opening.expression, _all_text(opening.position, body))
    then, otherwise = (body, []) if first is None else (first, body)
    start = opening.position
    return Condition(start, opening.expression, _all_text(start, then), _all_text(start, otherwise))


def _all_text(start: int, parts: list[Expression]) -> Template:
    """A template that is text even when it is one expression: an empty text in front makes it so."""
    return Template(start, [Literal(start, ""), *parts])
