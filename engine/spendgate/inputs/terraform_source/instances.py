"""Module instances: where names are looked up, and which instances of modules and resources there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spendgate.inputs.terraform_source.bodies import BodyReader, nested
from spendgate.inputs.terraform_source.evaluation import Bare, Evaluation, Inner
from spendgate.inputs.terraform_source.expansion import ANY, Instance, counted, grouped, keyed
from spendgate.inputs.terraform_source.files import Declared
from spendgate.inputs.terraform_source.functions import call
from spendgate.inputs.terraform_source.modules import Module, refuse_circle
from spendgate.inputs.terraform_source.nodes import Scope, Step
from spendgate.inputs.terraform_source.sandbox import file_function
from spendgate.inputs.terraform_source.types import convert
from spendgate.inputs.terraform_source.values import (
    LATER,
    EvaluationError,
    Lazy,
)
from spendgate.model.values import SENSITIVE, Unknown

_MOST_LEVELS = 40


class ModuleInstance:
    """A module as called once: a scope (`nodes.Scope`) with variables, locals, resources and the modules that it calls."""

    bindings: Mapping[str, Any] = {}

    def __init__(
        self,
        module: Module,
        evaluation: Evaluation,
        *,
        address: str = "",
        names: tuple[str, ...] = (),
        ancestors: tuple[str, ...] = (),
        given: Callable[[str], Any] | None = None,
        caller: tuple[ModuleInstance, Declared] | None = None,
        open: str | None = None,  # noqa: A002 - the same word as for resources
    ) -> None:
        self.module = module
        self.evaluation = evaluation
        self.address = address
        self.names = names
        self.caller = caller
        self.open = open
        self._ancestors = ancestors
        self._given = given
        self._known: dict[str, Any] = {}
        self._instances: dict[int, list[Instance] | Unknown] = {}
        self._children: dict[str, list[tuple[Instance, ModuleInstance]] | str] = {}

    def bind(self, names: Mapping[str, Any]) -> Scope:
        """A scope with more names."""
        return Inner(self, names)

    def spend(self) -> None:
        """One step of work."""
        self.evaluation.spend()

    def call(self, name: str, arguments: list[Any]) -> Any:
        """What a function answers; those that read files see the root's folder only."""
        found = file_function(name, arguments, self)
        return call(name, arguments) if found is None else found[0]

    def prefixed(self, text: str) -> str:
        """An address inside this module instance."""
        return f"{self.address}.{text}" if self.address else text

    def resolve(self, root: str, steps: tuple[Step, ...]) -> tuple[Any, int]:
        """The value of a name. Raises EvaluationError for names that nothing has."""
        first = steps[0] if steps and isinstance(steps[0], str) else None
        if root == "path" and first is not None:
            return self._path(first), 1
        if first is None:
            raise EvaluationError(f"{root} alone is no value")
        match root:
            case "var":
                return self.variable(first), 1
            case "local":
                return self._local(first), 1
            case "module":
                return self._called(first), 1
            case "terraform" if first == "workspace":
                return self.evaluation.workspace or Unknown("the workspace is not named (--workspace)"), 1
            case "data" | "ephemeral" if len(steps) > 1:
                return Unknown(f"{root}.{first}.{steps[1]} is read from its provider"), 2
            case "each" | "count" | "self":
                raise EvaluationError(f"{root}.{first} has no value here")
        return self._resource(f"{root}.{first}"), 1

    def _path(self, name: str) -> Any:
        """`path.module` is relative to the root, as Terraform has it when it runs there."""
        if name == "module":
            return os.path.relpath(self.module.folder, self.evaluation.library.root).replace(os.sep, "/")
        return "." if name == "root" else Unknown(f"path.{name} is another on each machine")

    def _once(self, name: str, file: Any, position: int, work: Callable[[], Any]) -> Any:
        """A value worked out once. Raises InputError when it hangs on itself."""
        if name not in self._known:
            with self.evaluation.working_on(self.prefixed(name), file, position):
                self._known[name] = work()
        return self._known[name]

    def _local(self, name: str) -> Any:
        found = self.module.locals.get(name)
        if found is None:
            raise EvaluationError(f"local.{name} is not declared")
        attribute, file = found
        what = self.prefixed(f"local.{name}")

        def work() -> Any:
            return self.evaluation.value(attribute.expression, self, file, what, attribute.position)

        return self._once(f"local.{name}", file, attribute.position, work)

    def variable(self, name: str) -> Any:
        """The value of a variable: as given, else its default, else unknown."""
        declared = self.module.variables.get(name)
        if declared is None:
            raise EvaluationError(f"var.{name} is not declared")
        position = declared.block.position
        return self._once(f"var.{name}", declared.file, position, lambda: self._variable(name, declared))

    def _variable(self, name: str, declared: Declared) -> Any:
        said = declared.block.body.attributes
        if self._switch(name, declared, "sensitive", absent=False) is not False:
            return SENSITIVE
        given = self._given(name) if self._given is not None else _NOT_GIVEN
        nullable = self._switch(name, declared, "nullable", absent=True)
        if given is _NOT_GIVEN or (given is None and nullable is False):
            if "default" not in said:
                return Unknown(f"{self.prefixed(f'var.{name}')} is not set")
            default = said["default"]
            given = self.evaluation.value(default.expression, Bare(), declared.file, f"var.{name}", default.position)
        kind = said.get("type")
        try:
            return convert(given, kind.expression if kind is not None else None, Bare())
        except EvaluationError as error:
            message = f"{self.prefixed(f'var.{name}')}: {error}; taken as unknown"
            self.evaluation.trouble(message, declared.file, declared.block.position)
            return Unknown(f"cannot be evaluated: {error}")

    def _switch(self, name: str, declared: Declared, key: str, *, absent: bool) -> Any:
        """`sensitive` or `nullable` of a variable; unknown when it is no constant."""
        said = declared.block.body.attributes.get(key)
        if said is None:
            return absent
        return self.evaluation.value(said.expression, Bare(), declared.file, f"var.{name}.{key}", said.position)

    def _resource(self, name: str) -> Any:
        declared = self.module.resources.get(name)
        if declared is None:
            raise EvaluationError(f"{name} is not declared")
        key = f"group.{name}"
        if key not in self._known:
            with self.evaluation.working_on(self.prefixed(name), declared.file, declared.block.position):
                found = self.instances(declared, name)
                lazy = {} if isinstance(found, Unknown) else {one.key: self._lazy(declared, name, one) for one in found}
                self._known[key] = grouped(declared, found, lazy)
        return self._known[key]

    def _lazy(self, declared: Declared, name: str, instance: Instance) -> Lazy:
        address = self.prefixed(f"{name}{instance.suffix}")
        body = declared.block.body
        known: dict[str, Any] = {}

        def attribute(wanted: str) -> Any:
            if wanted not in known:
                scope = self.bind(instance.bindings)
                reader = BodyReader(self.evaluation, declared.file, address)
                with self.evaluation.working_on(f"{address}.{wanted}", declared.file, declared.block.position):
                    blocks = nested(body, top=True)
                    if wanted in body.attributes:
                        known[wanted] = reader.attribute(body, wanted, scope)
                    elif wanted in blocks:
                        known[wanted] = reader.blocks(blocks[wanted], scope)
                    else:
                        known[wanted] = None
                    if known[wanted] is None:
                        # NOTE: null leaves it to the provider, which fills in a name or a zone of its own.
                        known[wanted] = Unknown(f"{address}.{wanted} {LATER}")
            return known[wanted]

        return Lazy(attribute, f"{address} as a whole {LATER}")

    def instances(self, declared: Declared, what: str) -> list[Instance] | Unknown:
        """The instances of a block by `count` or `for_each`; unknown with its reason when their number is."""
        key = id(declared.block)
        if key not in self._instances:
            self._instances[key] = self._expand(declared, self.prefixed(what))
        return self._instances[key]

    def some(self, declared: Declared, what: str) -> list[Instance]:
        """The instances of a block, or one that stands for all when their number is not known."""
        found = self.instances(declared, what)
        if isinstance(found, Unknown):
            each = {"key": found, "value": found}
            return [Instance(ANY, {"count": {"index": found}, "each": each}, found.reason)]
        return found

    def _expand(self, declared: Declared, what: str) -> list[Instance] | Unknown:
        attributes = declared.block.body.attributes
        for name, expand in (("count", counted), ("for_each", keyed)):
            if name not in attributes:
                continue
            attribute = attributes[name]
            value = self.evaluation.value(
                attribute.expression, self, declared.file, f"{what}.{name}", attribute.position
            )
            try:
                found = expand(value, lambda more: self._count(more, what, declared))
            except EvaluationError as error:
                message = f"{what}: {name} cannot be used: {error}"
                self.evaluation.trouble(message, declared.file, attribute.position, undetermined=True)
                return Unknown(f"{name} cannot be used: {error}")
            return found
        self._count(1, what, declared)
        return [Instance(None, {})]

    def _count(self, more: int, what: str, declared: Declared) -> None:
        self.evaluation.count(more, what, declared.file, declared.block.position)

    def children(self, name: str) -> list[tuple[Instance, ModuleInstance]] | str:
        """The instances of a module that is called, or the reason why it is not here."""
        if name not in self._children:
            self._children[name] = self._make_children(name, self.module.calls[name])
        return self._children[name]

    def _make_children(self, name: str, declared: Declared) -> list[tuple[Instance, ModuleInstance]] | str:
        names = (*self.names, name)
        found = self.evaluation.library.called(self.module, names, declared)
        if isinstance(found, str):
            return found
        ancestors = refuse_circle(found.folder, self._ancestors, declared)
        if len(names) > _MOST_LEVELS:
            raise declared.file.error(f"modules are nested deeper than {_MOST_LEVELS} levels", declared.block.position)
        return [
            (instance, self._child(found, declared, instance, names, ancestors))
            for instance in self.some(declared, f"module.{name}")
        ]

    def _child(
        self,
        module: Module,
        declared: Declared,
        instance: Instance,
        names: tuple[str, ...],
        ancestors: tuple[str, ...],
    ) -> ModuleInstance:
        address = self.prefixed(f"module.{names[-1]}{instance.suffix}")
        scope = self.bind(instance.bindings)
        attributes = declared.block.body.attributes

        def given(variable: str) -> Any:
            if variable not in attributes:
                return _NOT_GIVEN
            said = attributes[variable]
            return self.evaluation.value(said.expression, scope, declared.file, f"{address}.{variable}", said.position)

        return ModuleInstance(
            module,
            self.evaluation,
            address=address,
            names=names,
            ancestors=ancestors,
            given=given,
            caller=(self, declared),
            open=instance.open or self.open,
        )

    def _called(self, name: str) -> Any:
        declared = self.module.calls.get(name)
        if declared is None:
            raise EvaluationError(f"module.{name} is not declared")
        key = f"module.{name}"
        if key not in self._known:
            children = self.children(name)
            if isinstance(children, str):
                return Unknown(f"module.{name}: {children}")
            found = self.instances(declared, key)
            self._known[key] = grouped(declared, found, {one.key: child.outputs() for one, child in children})
        return self._known[key]

    def outputs(self) -> Lazy:
        """The module as its caller sees it."""

        def attribute(name: str) -> Any:
            declared = self.module.outputs.get(name)
            if declared is None or "value" not in declared.block.body.attributes:
                raise EvaluationError(f"{self.address} has no output {name}")
            said = declared.block.body.attributes["value"]
            what = self.prefixed(f"output.{name}")

            def work() -> Any:
                return self.evaluation.value(said.expression, self, declared.file, what, said.position)

            return self._once(f"output.{name}", declared.file, said.position, work)

        return Lazy(attribute, f"{self.address} as a whole is no value")

    def walk(self) -> Iterator[ModuleInstance]:
        """This module instance and all that it calls, a caller before those it calls. Raises InputError."""
        yield self
        for name in sorted(self.module.calls):
            children = self.children(name)
            if isinstance(children, str):
                declared = self.module.calls[name]
                message = f"{self.prefixed(f'module.{name}')}: {children}; what it makes is neither judged nor priced"
                self.evaluation.trouble(message, declared.file, declared.block.position, undetermined=True)
                continue
            for _, child in children:
                yield from child.walk()


_NOT_GIVEN = object()


def given_or_not(values: Mapping[str, Any]) -> Callable[[str], Any]:
    """How a root module finds the values that it was given from outside."""
    return lambda name: values.get(name, _NOT_GIVEN)
