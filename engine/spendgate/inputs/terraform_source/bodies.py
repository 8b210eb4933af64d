"""Blocks and attributes into a tree of values, dynamic blocks unrolled, and that tree into attributes with their marks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.inputs.terraform_source.blocks import Block, Body
from spendgate.inputs.terraform_source.evaluation import Evaluation
from spendgate.inputs.terraform_source.files import SourceFile
from spendgate.inputs.terraform_source.modules import literal_text
from spendgate.inputs.terraform_source.nodes import Scope, Traversal
from spendgate.inputs.terraform_source.operations import entries
from spendgate.inputs.terraform_source.values import (
    LATER,
    MOST_ELEMENTS,
    BlockValue,
    EvaluationError,
    Lazy,
    is_unknown,
    reason_of,
)
from spendgate.model.attributes import Attributes
from spendgate.model.values import AFTER_APPLY, SENSITIVE, Unknown

META = frozenset({"count", "for_each", "provider", "providers", "depends_on"})
_FEW = 3
META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection"})


class BodyReader:
    """Evaluates bodies of one module's blocks; `what` names the resource in messages."""

    def __init__(self, evaluation: Evaluation, file: SourceFile, what: str) -> None:
        self._evaluation = evaluation
        self._file = file
        self._what = what

    def tree(self, body: Body, scope: Scope, *, top: bool = False) -> dict[str, Any]:
        """Values by name; nested blocks are lists, as they are in a plan."""
        found = {name: self.attribute(body, name, scope) for name in body.attributes if not (top and name in META)}
        for name, blocks in nested(body, top=top).items():
            found[name] = self.blocks(blocks, scope)
        return found

    def attribute(self, body: Body, name: str, scope: Scope) -> Any:
        """The value of one attribute."""
        attribute = body.attributes[name]
        return self._evaluation.value(
            attribute.expression, scope, self._file, f"{self._what}.{name}", attribute.position
        )

    def blocks(self, blocks: list[Block], scope: Scope) -> Any:
        """The blocks of one type in order; unknown as a whole when their number is."""
        found: list[Any] = []
        for block in blocks:
            if block.type != "dynamic":
                found.append(BlockValue(self.tree(block.body, scope)))
                continue
            made = self._dynamic(block, scope)
            if isinstance(made, Unknown):
                return made
            found.extend(made)
            if len(found) > MOST_ELEMENTS:
                raise self._file.error(f"{self._what} has too many blocks", block.position)
        return found

    def _dynamic(self, block: Block, scope: Scope) -> list[Any] | Unknown:
        each = block.body.attributes.get("for_each")
        content = next((inner for inner in block.body.blocks if inner.type == "content"), None)
        if each is None or content is None or len(block.labels) != 1:
            raise self._file.error("a dynamic block needs a label, for_each and content", block.position)
        what = f"{self._what}.{block.labels[0]}"
        collection = self._evaluation.value(each.expression, scope, self._file, what, each.position)
        if is_unknown(collection):
            return Unknown(reason_of(collection))
        named = block.body.attributes.get("iterator")
        iterator = literal_text(named) or block.labels[0]
        if named is not None and isinstance(named.expression, Traversal):
            iterator = named.expression.root
        try:
            pairs = entries(collection if collection is not None else [])
        except EvaluationError as error:
            self._evaluation.trouble(f"{what}: {error}; taken as unknown", self._file, each.position)
            return Unknown(f"cannot be evaluated: {error}")
        return [
            BlockValue(self.tree(content.body, scope.bind({iterator: {"key": key, "value": value}})))
            for key, value in pairs
        ]


def nested(body: Body, *, top: bool = False) -> Mapping[str, list[Block]]:
    """Nested blocks by the type that they come to in the end."""
    found: dict[str, list[Block]] = {}
    for block in body.blocks:
        if top and block.type in META_BLOCKS:
            continue
        name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
        found.setdefault(name, []).append(block)
    return found


def attributes_of(tree: Mapping[str, Any]) -> Attributes:
    """A tree with unknown leaves as plain values and marker trees. Raises EvaluationError for trees beyond all bounds."""
    splitter = _Splitter()
    values, unknown, sensitive = splitter.split(tree)
    return (
        Attributes(values, unknown, sensitive, _gap(splitter.reasons))
        if unknown
        else Attributes(values, False, sensitive)
    )


def _gap(reasons: Mapping[str, None]) -> Unknown:
    """Why attributes are unknown, in one line: all reasons where they are few."""
    if all(reason.endswith(LATER) for reason in reasons):
        return AFTER_APPLY
    reasons = {reason: None for reason in reasons if not reason.endswith(LATER)}
    shown = list(reasons)[:_FEW]
    return Unknown("; ".join(shown) + (" and more" if len(reasons) > _FEW else ""))


class _Splitter:
    def __init__(self) -> None:
        self._left = MOST_ELEMENTS
        self.reasons: dict[str, None] = {}

    def split(self, value: Any) -> tuple[Any, Any, Any]:
        """The plain value, what is unknown of it and what is secret of it."""
        self._left -= 1
        if self._left < 0:
            raise EvaluationError(f"more than {MOST_ELEMENTS:,} values")
        if isinstance(value, (Unknown, Lazy)):
            secret = value == SENSITIVE
            if not secret:
                self.reasons[value.reason] = None
            return None, not secret, secret
        if isinstance(value, Decimal):
            return float(value), False, False
        if isinstance(value, Mapping):
            parts = {key: self.split(child) for key, child in value.items()}
            return (
                {key: part[0] for key, part in parts.items()},
                {key: part[1] for key, part in parts.items() if part[1] is not False} or False,
                {key: part[2] for key, part in parts.items() if part[2] is not False} or False,
            )
        if isinstance(value, list):
            rows = [self.split(child) for child in value]
            return [row[0] for row in rows], _marks([row[1] for row in rows]), _marks([row[2] for row in rows])
        return value, False, False


def _marks(marks: list[Any]) -> Any:
    return marks if any(mark is not False for mark in marks) else False
