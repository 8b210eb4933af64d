"""References between resource instances, from the expressions of the configuration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from spendgate.inputs.terraform.addresses import Step, config_path, module_steps, steps
from spendgate.inputs.terraform.expressions import Expressions
from spendgate.inputs.terraform.format import ConfigModule, ConfigResource, Configuration, PlanVariable, ResourceChange
from spendgate.model.values import Unknown

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


_BlockKey: TypeAlias = tuple[tuple[str, ...], str]
"""The path of module calls to a resource block, and the block's name in its module."""


class PlanReferences:
    """The edges of a plan; implements `model.resource.References`. Computed when first asked for."""

    def __init__(
        self,
        configuration: Configuration | None,
        variables: Mapping[str, PlanVariable],
        entries: Iterable[ResourceChange],
    ) -> None:
        self._expressions = Expressions(configuration.root_module if configuration else ConfigModule(), variables)
        # NOTE: grouped at once: holding the entries would keep both sides of every unchanged resource in memory.
        self._groups = _grouped(entries)
        self._edges: list[tuple[str, str, str]] | None = None
        self._stated: dict[_BlockKey, frozenset[str]] = {}
        self._block_of: dict[str, _BlockKey] = {}

    def edges(self) -> list[tuple[str, str, str]]:
        """`(from address, top-level attribute, to address)` in the order of the configuration."""
        if self._edges is None:
            groups = self._groups
            self._block_of = {source.address: key for key, group in groups.items() for source in group.instances}
            self._edges = list(self._resolve(groups))
            self._groups = {}
            self._expressions = Expressions(ConfigModule(), {})
        return self._edges

    def states(self, address: str, attribute: str) -> bool:
        """Whether the configuration gives a top-level attribute by an expression, or is not there to tell."""
        self.edges()
        block = self._block_of.get(address)
        return block is None or block not in self._stated or attribute in self._stated[block]

    def _blocks(self) -> Iterator[tuple[_BlockKey, ConfigResource]]:
        for path, module in self._expressions.modules.items():
            for resource in module.resources:
                yield (path, _block(resource.mode, resource.type, resource.name)), resource

    def _resolve(self, groups: Mapping[_BlockKey, _Group]) -> Iterator[tuple[str, str, str]]:
        """The edges; on the way `_stated` learns whose value the plan does not tell: a variable that is null states nothing."""
        resolver = _Resolver(self._expressions.modules)
        for key, resource in self._blocks():
            path, group = key[0], groups.get(key)
            stated = []
            for attribute, expression in (resource.expressions or {}).items():
                if _is_constant(expression):
                    continue
                texts = _reference_texts(expression)
                if self._is_open(expression, texts, path):
                    stated.append(attribute)
                if texts and group is not None:
                    for source, address in _edges(group, texts, path, resolver, groups):
                        yield source, attribute, address
            self._stated[key] = frozenset(stated)

    def _is_open(self, expression: Any, texts: list[str], path: tuple[str, ...]) -> bool:
        """Whether the plan does not tell an expression's value. NOTE: it tells that of a variable at most."""
        if texts and not texts[0].startswith("var."):
            return True
        return isinstance(self._expressions.value(expression, path), Unknown)


class _Resolver:
    """Follows reference texts through variables and outputs to resource blocks."""

    def __init__(self, modules_by_path: Mapping[tuple[str, ...], ConfigModule]) -> None:
        self.modules = modules_by_path
        self._followed: dict[tuple[str, tuple[str, ...]], tuple[Target, ...]] = {}

    def targets(self, texts: list[str], path: tuple[str, ...]) -> tuple[Target, ...]:
        found: dict[Target, None] = {}
        longer = ""
        for text in texts:
            if longer.startswith(text) and longer[len(text) : len(text) + 1] in (".", "[", ""):
                continue
            longer = text
            found.update(dict.fromkeys(self._follow(text, path, 0)))
        if len(found) == 1:
            return tuple(found)
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
        if len(names) < 2 or names[0].name in _NOT_RESOURCES:
            return
        head = names[0].name
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


def _is_constant(expression: Any) -> bool:
    return isinstance(expression, dict) and "constant_value" in expression


def _reference_texts(expression: Any) -> list[str]:
    """All reference texts anywhere in an expression or block."""
    found: list[str] = []
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            references = node.get("references")
            if isinstance(references, list):
                found += [text for text in references if isinstance(text, str)]
            elif "constant_value" not in node:
                stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return found


class _Group:
    """The instances of one resource block, found by module instance and by key without walking over all of them."""

    def __init__(self) -> None:
        self.instances: list[_Instance] = []
        self._by_module: dict[tuple[Step, ...], list[_Instance]] = defaultdict(list)
        self._by_key: dict[tuple[tuple[Step, ...], Any], _Instance] = {}

    def add(self, instance: _Instance) -> None:
        self.instances.append(instance)
        self._by_module[instance.module].append(instance)
        self._by_key[(instance.module, instance.key)] = instance

    def in_module(self, module: tuple[Step, ...]) -> list[_Instance]:
        return self._by_module.get(module, [])

    def modules(self) -> Iterable[tuple[Step, ...]]:
        return self._by_module.keys()

    def keyed(self, module: tuple[Step, ...], key: Any) -> _Instance | None:
        return self._by_key.get((module, key))


def _grouped(entries: Iterable[ResourceChange]) -> Mapping[_BlockKey, _Group]:
    found: dict[_BlockKey, _Group] = defaultdict(_Group)
    for entry in entries:
        if entry.deposed is None:
            module = module_steps(entry.module_address) if entry.module_address else ()
            key = entry.index if isinstance(entry.index, (str, int)) else None
            block = (config_path(module), _block(entry.mode, entry.type, entry.name))
            found[block].add(_Instance(entry.address, module, key))
    return found


def _edges(
    group: _Group, texts: list[str], path: tuple[str, ...], resolver: _Resolver, groups: Mapping[_BlockKey, _Group]
) -> Iterator[tuple[str, str]]:
    """`(from address, to address)` of what one expression of a block gives to each of its instances."""
    targets = resolver.targets(texts, path)
    if targets:
        per_instance = any(text in _PER_INSTANCE or text.startswith("each.value") for text in texts)
        for source in group.instances:
            for address in _expand(source, targets, groups, per_instance):
                yield source.address, address


def _expand(
    source: _Instance, targets: Iterable[Target], groups: Mapping[_BlockKey, _Group], per_instance: bool
) -> Iterator[str]:
    """The instances that one instance's expression points at: the same module instance, the same key where keys are used."""
    for target in targets:
        group = groups.get((config_path(target.module), target.block))
        if group is None:
            continue
        count = 0
        for module in _module_instances(group, target.module, source.module):
            for found in _chosen(group, module, target, source.key if per_instance else None):
                if found.address != source.address and count < _MOST_TARGETS:
                    count += 1
                    yield found.address


def _module_instances(group: _Group, wanted: tuple[Step, ...], source: tuple[Step, ...]) -> Sequence[tuple[Step, ...]]:
    """The module instances in which targets lie: those that the expression names, else those nearest to the source."""
    if not wanted:
        return ((),)
    if not any(step.key is not None for step in wanted):
        shared = (*source[: len(wanted)], *wanted[len(source) :])
        if group.in_module(shared):
            return (shared,)
    return [module for module in group.modules() if _fits(module, wanted, source)]


def _fits(module: tuple[Step, ...], wanted: tuple[Step, ...], source: tuple[Step, ...]) -> bool:
    """Whether a module instance has the keys that the expression names and, for calls shared with the source, the source's."""
    shared = True
    for depth, (step, wish) in enumerate(zip(module, wanted, strict=True)):
        shared = shared and depth < len(source) and source[depth].name == step.name
        if wish.key is not None:
            if wish.key != step.key:
                return False
            shared = False
        elif shared and source[depth].key != step.key:
            return False
    return True


def _chosen(group: _Group, module: tuple[Step, ...], target: Target, key: Any) -> Sequence[_Instance]:
    """The instances in a module: the one with the key that the expression names, else the source's own, else all."""
    if target.key is not None:
        found = group.keyed(module, target.key)
        return (found,) if found else ()
    twin = group.keyed(module, key) if key is not None else None
    return (twin,) if twin else group.in_module(module)
