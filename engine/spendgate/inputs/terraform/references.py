"""References between resource instances, from the expressions of the configuration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from spendgate.inputs.terraform.addresses import Step, config_path, module_steps, steps
from spendgate.inputs.terraform.format import ConfigModule, Configuration, ResourceChange

_PER_INSTANCE = ("count.index", "each.key", "each.value")
_NOT_RESOURCES = frozenset({"local", "each", "count", "path", "terraform", "self"})
_MOST_TARGETS = 100
"""Instances kept for one attribute of one instance: a join needs a few, a splat over thousands would be quadratic."""
_MOST_HOPS = 40


class Target(NamedTuple):
    """A resource block that an expression points at; a key is set where the expression names the instance."""

    module: tuple[Step, ...]
    block: str
    key: str | int | None


class _Instance(NamedTuple):
    address: str
    module: tuple[Step, ...]
    key: Any


class PlanReferences:
    """The edges of a plan; implements `model.resource.References`. Computed when first asked for."""

    def __init__(self, configuration: Configuration | None, entries: Iterable[ResourceChange]) -> None:
        self._configuration = configuration
        self._entries = entries
        self._edges: list[tuple[str, str, str]] | None = None

    def edges(self) -> list[tuple[str, str, str]]:
        """`(from address, top-level attribute, to address)` in the order of the configuration."""
        if self._edges is None:
            self._edges = list(self._resolve()) if self._configuration else []
            self._entries = ()
            self._configuration = None
        return self._edges

    def _resolve(self) -> Iterator[tuple[str, str, str]]:
        assert self._configuration is not None
        instances = _instances(self._entries)
        resolver = _Resolver(self._configuration.root_module)
        for path, module in resolver.modules.items():
            for resource in module.resources:
                sources = instances.get((path, _block(resource.mode, resource.type, resource.name)))
                if not sources or not isinstance(resource.expressions, Mapping):
                    continue
                for attribute, expression in resource.expressions.items():
                    texts = list(_reference_texts(expression))
                    if not texts:
                        continue
                    targets = resolver.targets(texts, path)
                    per_instance = any(text in _PER_INSTANCE or text.startswith("each.value") for text in texts)
                    for source in sources:
                        for address in _expand(source, targets, instances, per_instance):
                            yield source.address, attribute, address


class _Resolver:
    """Follows reference texts through variables and outputs to resource blocks."""

    def __init__(self, root: ConfigModule) -> None:
        self.modules: dict[tuple[str, ...], ConfigModule] = {}
        queue: list[tuple[tuple[str, ...], ConfigModule]] = [((), root)]
        while queue:
            path, module = queue.pop(0)
            self.modules[path] = module
            queue.extend(((*path, name), call.module) for name, call in module.module_calls.items() if call.module)
        self._followed: dict[tuple[str, tuple[str, ...]], tuple[Target, ...]] = {}

    def targets(self, texts: list[str], path: tuple[str, ...]) -> tuple[Target, ...]:
        found: dict[Target, None] = {}
        for text in texts:
            found.update(dict.fromkeys(self._follow(text, path, 0)))
        # NOTE: Terraform lists `x.y[0].id`, `x.y[0]` and `x.y`; the keyed one is meant.
        keyed = {(target.module, target.block) for target in found if target.key is not None}
        return tuple(target for target in found if target.key is not None or (target.module, target.block) not in keyed)

    def _follow(self, text: str, path: tuple[str, ...], hops: int) -> tuple[Target, ...]:
        known = self._followed.get((text, path))
        if known is None:
            self._followed[(text, path)] = ()  # NOTE: ends circles
            known = tuple(self._step(text, path, hops)) if hops < _MOST_HOPS else ()
            self._followed[(text, path)] = known
        return known

    def _step(self, text: str, path: tuple[str, ...], hops: int) -> Iterator[Target]:
        names = steps(text)
        head = names[0].name
        if head in _NOT_RESOURCES or len(names) < 2:
            return
        if head == "var":
            yield from self._variable(names[1].name, path, hops)
        elif head == "module":
            yield from self._output(names, path, hops)
        elif head == "data" and len(names) >= 3:
            yield Target(_unkeyed(path), _block("data", names[1].name, names[2].name), names[2].key)
        elif head != "data":
            yield Target(_unkeyed(path), _block("managed", head, names[1].name), names[1].key)

    def _variable(self, name: str, path: tuple[str, ...], hops: int) -> Iterator[Target]:
        parent = self.modules.get(path[:-1]) if path else None
        call = parent.module_calls.get(path[-1]) if parent else None
        if call is not None:
            for text in _reference_texts(call.expressions.get(name)):
                yield from self._follow(text, path[:-1], hops + 1)

    def _output(self, names: list[Step], path: tuple[str, ...], hops: int) -> Iterator[Target]:
        child = (*path, names[1].name)
        module = self.modules.get(child)
        if module is None or len(names) < 3:
            return
        output = module.outputs.get(names[2].name)
        if output is not None:
            for text in _reference_texts(output.expression):
                for target in self._follow(text, child, hops + 1):
                    yield _through(target, len(path), names[1])


def _unkeyed(path: tuple[str, ...]) -> tuple[Step, ...]:
    return tuple(Step(name, None) for name in path)


def _through(target: Target, depth: int, call: Step) -> Target:
    """A target found behind a module's output: it lies in the instance of the module that the expression names."""
    if call.key is None or len(target.module) <= depth or target.module[depth].name != call.name:
        return target
    return target._replace(module=(*target.module[:depth], call, *target.module[depth + 1 :]))


def _block(mode: str, type_: str, name: str) -> str:
    return f"{type_}.{name}" if mode == "managed" else f"{mode}.{type_}.{name}"


def _reference_texts(expression: Any) -> Iterator[str]:
    """All reference texts anywhere in an expression or block."""
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            references = node.get("references")
            if isinstance(references, list) and all(isinstance(text, str) for text in references):
                yield from references
            stack.extend(child for key, child in node.items() if key not in ("references", "constant_value"))
        elif isinstance(node, list):
            stack.extend(node)


def _instances(entries: Iterable[ResourceChange]) -> Mapping[tuple[tuple[str, ...], str], list[_Instance]]:
    found: dict[tuple[tuple[str, ...], str], list[_Instance]] = defaultdict(list)
    for entry in entries:
        if entry.deposed is None:
            module = module_steps(entry.module_address) if entry.module_address else ()
            block = _block(entry.mode, entry.type, entry.name)
            found[(config_path(module), block)].append(_Instance(entry.address, module, entry.index))
    return found


def _expand(
    source: _Instance,
    targets: Iterable[Target],
    instances: Mapping[tuple[tuple[str, ...], str], list[_Instance]],
    per_instance: bool,
) -> Iterator[str]:
    """The instances that one instance's expression points at: the same module instance, the same key where keys are used."""
    for target in targets:
        candidates = instances.get((config_path(target.module), target.block), ())
        if any(step.key is not None for step in target.module):
            candidates = [found for found in candidates if _within(found.module, target.module)]
        elif len(candidates) > 1:
            near = [found for found in candidates if _same_branch(found.module, source.module)]
            candidates = near or candidates
        if target.key is not None:
            candidates = [found for found in candidates if found.key == target.key] or candidates
        elif per_instance and len(candidates) > 1:
            candidates = [found for found in candidates if found.key == source.key] or candidates
        for candidate in candidates[:_MOST_TARGETS]:
            if candidate.address != source.address:
                yield candidate.address


def _within(module: tuple[Step, ...], wanted: tuple[Step, ...]) -> bool:
    return all(step.key in (None, found.key) for found, step in zip(module, wanted, strict=False))


def _same_branch(one: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    return all(left == right for left, right in zip(one, other, strict=False) if left.name == right.name)
