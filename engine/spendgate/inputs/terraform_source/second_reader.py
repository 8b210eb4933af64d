"""python-hcl2 as second reader: valid text that the grammar here does not understand is still judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spendgate.inputs.terraform_source.blocks import Attribute, Block, Body, GrammarError
from spendgate.inputs.terraform_source.grammar import parse_expression
from spendgate.inputs.terraform_source.nodes import Call, Expression, ListOf, Literal, ObjectOf

_UNREADABLE = "the-source-could-not-be-read"
_MARKS = frozenset({"__is_block__", "__comments__", "__inline_comments__"})


def second_reading(text: str) -> Body | None:
    """What python-hcl2 makes of a text; None when it is not installed or refuses the text as well.

    Expressions that only python-hcl2 understands become calls of a function that nobody knows: unknown, not left out.
    """
    try:
        import hcl2
        from lark.exceptions import LarkError
    except ImportError:
        return None
    try:
        tree = hcl2.loads(text)
    except (LarkError, ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError):
        return None
    return _body(tree, text) if isinstance(tree, dict) else None


def _body(tree: dict[str, Any], text: str) -> Body:
    body = Body()
    for name, value in tree.items():
        if name in _MARKS:
            continue
        position = _place(name, text)
        if isinstance(value, list) and any(_is_block(one) for one in value):
            for one in value:
                body.blocks.extend(_blocks(name, one, (), text))
        else:
            body.attributes[name] = Attribute(name, position, _expression(value, position), position)
    return body


def _is_block(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return "__is_block__" in value or any(_is_block(child) for key, child in value.items() if key.startswith('"'))


def _blocks(kind: str, tree: Any, labels: tuple[str, ...], text: str) -> Iterator[Block]:
    if not isinstance(tree, dict):
        return
    if "__is_block__" in tree or not all(key.startswith('"') for key in tree):
        position = _place(labels[-1] if labels else kind, text)
        yield Block(kind, labels, position, _body(tree, text), position)
        return
    for label, inner in tree.items():
        yield from _blocks(kind, inner, (*labels, label.strip('"')), text)


def _place(word: str, text: str) -> int:
    match = re.search(rf"\b{re.escape(word)}\b", text)
    return match.start() if match else 0


def _expression(value: Any, position: int) -> Expression:
    if isinstance(value, str):
        inner = value[2:-1] if value.startswith("${") and value.endswith("}") else value
        for source in (inner, value):
            try:
                return parse_expression(source)
            except GrammarError:
                continue
        return Call(position, _UNREADABLE, [])
    if isinstance(value, list):
        return ListOf(position, [_expression(item, position) for item in value])
    if isinstance(value, dict):
        pairs = [(_key(key, position), _expression(item, position)) for key, item in value.items() if key not in _MARKS]
        return ObjectOf(position, pairs)
    return Literal(position, value)


def _key(key: str, position: int) -> Expression:
    if key.startswith(('"', "${")):
        return _expression(key, position)
    return Literal(position, key)
