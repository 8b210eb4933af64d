"""The JSON form of the language (`.tf.json`): the same blocks and attributes, with texts as templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from spendgate.inputs.terraform_source.blocks import Attribute, Block, Body, GrammarError
from spendgate.inputs.terraform_source.grammar import parse_expression
from spendgate.inputs.terraform_source.nodes import Expression, ListOf, Literal, ObjectOf
from spendgate.inputs.terraform_source.templates import parse_template
from spendgate.inputs.terraform_source.values import tidy

_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "provider": 1, "check": 1}
_BLOCKS = frozenset({"lifecycle", "provisioner", "connection", "timeouts", "required_providers", "backend", "cloud"})
_DEEPEST = 60


def parse_json(text: str) -> Body:
    """A whole file. Raises GrammarError with the offset of what is wrong."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise GrammarError(error.msg[0].lower() + error.msg[1:], error.pos) from None
    except RecursionError:
        raise GrammarError("nested too deeply", 0) from None
    if not isinstance(data, dict):
        raise GrammarError("an object was expected", 0)
    body = Body()
    for kind, content in data.items():
        if kind == "//":
            continue
        for labels, inner in _labelled(content, _LABELS.get(kind, 0), (), text):
            position = max(text.find(json.dumps(labels[-1] if labels else kind)), 0)
            body.blocks.append(Block(kind, labels, position, _body(inner, kind, text, 0), position))
    return body


def _labelled(content: Any, levels: int, labels: tuple[str, ...], text: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for one in content if isinstance(content, list) else [content]:
        if not isinstance(one, dict):
            raise GrammarError("an object was expected", max(text.find(json.dumps(labels[-1] if labels else "")), 0))
        if levels == 0:
            yield labels, one
            continue
        for label, inner in one.items():
            if label != "//":
                yield from _labelled(inner, levels - 1, (*labels, label), text)


def _body(content: dict[str, Any], kind: str, text: str, depth: int) -> Body:
    body = Body()
    for name, value in content.items():
        position = max(text.find(json.dumps(name)), 0)
        if name == "//":
            continue
        if name == "dynamic":
            body.blocks.extend(_dynamic(value, text, position, depth))
        elif name in _BLOCKS:
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    body.blocks.append(Block(name, (), position, _body(one, name, text, depth + 1), position))
        else:
            expression = _type(value, position) if (kind, name) == ("variable", "type") else _value(value, position, 0)
            body.attributes[name] = Attribute(name, position, expression, position)
    return body


def _dynamic(value: Any, text: str, position: int, depth: int) -> Iterator[Block]:
    for labels, inner in _labelled(value, 1, (), text):
        content = inner.get("content")
        plain = {key: child for key, child in inner.items() if key != "content"}
        body = _body(plain, "dynamic", text, depth + 1)
        body.blocks.append(
            Block("content", (), position, _body(content if isinstance(content, dict) else {}, "", text, depth + 1))
        )
        yield Block("dynamic", labels, position, body, position)


def _type(value: Any, position: int) -> Expression:
    return parse_expression(value) if isinstance(value, str) else Literal(position, value)


def _value(value: Any, position: int, depth: int) -> Expression:
    if depth > _DEEPEST:
        raise GrammarError(f"nested deeper than {_DEEPEST} levels", position)
    if isinstance(value, str):
        try:
            return parse_template(value)
        except GrammarError as mistake:
            raise GrammarError(mistake.message, position) from None
    if isinstance(value, list):
        return ListOf(position, [_value(item, position, depth + 1) for item in value])
    if isinstance(value, dict):
        return ObjectOf(
            position,
            [
                (_value(key, position, depth + 1), _value(item, position, depth + 1))
                for key, item in value.items()
                if key != "//"
            ],
        )
    return Literal(position, tidy(Decimal(str(value))) if isinstance(value, float) else value)
