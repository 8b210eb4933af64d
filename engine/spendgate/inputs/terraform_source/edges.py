"""References of the source in the form in which a plan lists them, so that both are resolved by the same code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from spendgate.inputs.terraform.format import (
    ConfigModule,
    ConfigOutput,
    ConfigResource,
    Configuration,
    ConfigVariable,
    ModuleCall,
)
from spendgate.inputs.terraform_source.blocks import Block, Body
from spendgate.inputs.terraform_source.bodies import META, nested
from spendgate.inputs.terraform_source.evaluation import Bare
from spendgate.inputs.terraform_source.files import Declared
from spendgate.inputs.terraform_source.modules import Module
from spendgate.inputs.terraform_source.nodes import Expression, Traversal
from spendgate.inputs.terraform_source.values import EvaluationError

_MOST_TEXTS = 500


class ReferenceTexts:
    """The reference texts of expressions in one module. Locals are followed: a plan would name the local only."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._locals: dict[str, tuple[str, ...]] = {}

    def of(self, expression: Expression, bound: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
        """Texts such as `aws_vpc.main.id`, each once, in the order of the source. `bound` are names of dynamic blocks."""
        found: dict[str, None] = {}
        self._collect(expression, bound or {}, found)
        return tuple(found)

    def _collect(self, node: Expression, bound: Mapping[str, tuple[str, ...]], found: dict[str, None]) -> None:
        if len(found) > _MOST_TEXTS:
            return
        names = node.bound()
        if names:
            bound = {**bound, **dict.fromkeys(names, ())}
        if isinstance(node, Traversal):
            if node.root in bound:
                found.update(dict.fromkeys(bound[node.root]))
            elif node.root == "local" and node.steps and isinstance(node.steps[0], str):
                found.update(dict.fromkeys(self._local(node.steps[0])))
            else:
                found[node.text()] = None
        for child in node.children():
            self._collect(child, bound, found)

    def _local(self, name: str) -> tuple[str, ...]:
        if name not in self._locals:
            self._locals[name] = ()  # NOTE: ends circles
            declared = self._module.locals.get(name)
            self._locals[name] = self.of(declared[0].expression) if declared else ()
        return self._locals[name]

    def of_body(self, body: Body, bound: Mapping[str, tuple[str, ...]] | None = None) -> Iterator[str]:
        """All texts of a body and of the blocks in it."""
        for attribute in body.attributes.values():
            yield from self.of(attribute.expression, bound)
        for block in body.blocks:
            yield from self.of_block(block, bound or {})

    def of_block(self, block: Block, bound: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        """All texts of a block; the iterator of a dynamic one stands for what its collection refers to."""
        if block.type == "dynamic" and block.labels:
            each = block.body.attributes.get("for_each")
            texts = self.of(each.expression, bound) if each is not None else ()
            named = block.body.attributes.get("iterator")
            iterator = getattr(named.expression, "root", block.labels[0]) if named is not None else block.labels[0]
            bound = {**bound, str(iterator): texts}
        yield from self.of_body(block.body, bound)


def configuration(root: Module, called: Mapping[tuple[str, ...], Module]) -> Configuration:
    """The configuration of a root as a plan has it. `called` holds every module by the names of the calls that lead to it."""
    return Configuration(root_module=_module(root, (), called))


def _module(module: Module, path: tuple[str, ...], called: Mapping[tuple[str, ...], Module]) -> ConfigModule:
    texts = ReferenceTexts(module)
    return ConfigModule(
        resources=[
            ConfigResource(
                type=declared.block.labels[0], name=declared.block.labels[1], expressions=_expressions(declared, texts)
            )
            for declared in module.resources.values()
        ],
        module_calls={
            name: ModuleCall(
                expressions=_expressions(declared, texts),
                module=_module(called[*path, name], (*path, name), called) if (*path, name) in called else None,
            )
            for name, declared in module.calls.items()
        },
        variables={name: _variable(declared) for name, declared in module.variables.items()},
        outputs={name: ConfigOutput(expression=_output(declared, texts)) for name, declared in module.outputs.items()},
    )


def _expressions(declared: Declared, texts: ReferenceTexts) -> dict[str, Any]:
    body = declared.block.body
    found: dict[str, Any] = {
        name: _expression(texts.of(attribute.expression), attribute.expression)
        for name, attribute in body.attributes.items()
        if name not in META
    }
    for name, blocks in nested(body, top=True).items():
        references = list(dict.fromkeys(_all(texts, blocks)))
        found[name] = {"references": references} if references else {"constant_value": None}
    return found


def _all(texts: ReferenceTexts, blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield from texts.of_block(block, {})


def _expression(references: tuple[str, ...], expression: Expression) -> dict[str, Any]:
    if references:
        return {"references": _with_parents(references)}
    try:
        return {"constant_value": expression.value(Bare())}
    except EvaluationError:
        return {"references": []}


def _with_parents(references: tuple[str, ...]) -> list[str]:
    """Longest first: what a lone variable is worth is told by its longest reference."""
    return sorted(references, key=len, reverse=True)


def _variable(declared: Declared) -> ConfigVariable:
    attributes = declared.block.body.attributes
    if "default" not in attributes:
        return ConfigVariable(default=msgspec.UNSET)
    try:
        return ConfigVariable(default=attributes["default"].expression.value(Bare()))
    except EvaluationError:
        return ConfigVariable(default=msgspec.UNSET)


def _output(declared: Declared, texts: ReferenceTexts) -> dict[str, Any]:
    value = declared.block.body.attributes.get("value")
    return {"references": list(texts.of(value.expression))} if value is not None else {}
