"""Terraform source into a workload: every instance of every resource, declared, with what is known of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spendgate.errors import InputError
from spendgate.inputs.terraform.format import ChangeBody, PlanVariable, ResourceChange
from spendgate.inputs.terraform.references import PlanReferences
from spendgate.inputs.terraform_source.bodies import BodyReader, attributes_of
from spendgate.inputs.terraform_source.edges import configuration
from spendgate.inputs.terraform_source.evaluation import Evaluation
from spendgate.inputs.terraform_source.expansion import Instance
from spendgate.inputs.terraform_source.files import Declared
from spendgate.inputs.terraform_source.instances import ModuleInstance, given_or_not
from spendgate.inputs.terraform_source.locations import SourceLocator
from spendgate.inputs.terraform_source.modules import Library, Module
from spendgate.inputs.terraform_source.provider_blocks import SourceProviders
from spendgate.inputs.terraform_source.second_evaluator import complete
from spendgate.inputs.terraform_source.taggable import tag_attribute
from spendgate.inputs.terraform_source.values import EvaluationError, first_unknown
from spendgate.inputs.terraform_source.variables import Given, given_values
from spendgate.model.resource import Action, Change, Level, Problem, Resource, Workload

OPEN = "index-unknown"
_DEEPEST = 6000
_NO_BODY = ChangeBody()


@dataclass(slots=True)
class RootReading:
    """What one root came to, and which names of `--var` none of its variables has."""

    workload: Workload
    undeclared: set[str]
    variables: frozenset[str]


def read_root(
    folder: str,
    said: Sequence[tuple[str, str]],
    workspace: str | None,
    environment: Mapping[str, str],
    modules_read: dict[str, Module] | None = None,
    edited: Mapping[str, str] | None = None,
) -> RootReading:
    """Evaluate one root. Raises InputError with file, line and column for what Terraform could not run either."""
    problems: list[Problem] = []
    library = Library(folder, problems, modules_read, edited)
    module = library.module(folder)
    if not module.files:
        raise InputError("holds no Terraform source", file=folder)
    evaluation = Evaluation(library, workspace or _workspace(Path(folder), environment))
    given = given_values(module, said, environment, problems)
    root = ModuleInstance(module, evaluation, ancestors=(os.path.realpath(folder),), given=given_or_not(given.values))
    reader = _Reader(evaluation)
    with _deeply():
        return _read(root, reader, given, problems, library)


def _read(
    root: ModuleInstance, reader: _Reader, given: Given, problems: list[Problem], library: Library
) -> RootReading:
    module, evaluation, folder = root.module, root.evaluation, library.root
    modules = list(root.walk())
    variables = _open_variables(root)
    changes = tuple(sorted(reader.changes(modules, variables), key=lambda change: change.address))
    return RootReading(
        Workload(
            origin=folder,
            source="source",
            changes=changes,
            problems=(*problems, *evaluation.troubles.values(), *reader.problems),
            references=_references(module, modules, changes, variables),
            locate=SourceLocator(library, module),
            variables=variables,
            workspace=evaluation.workspace,
            facts={"modules": len(modules), "moved": _moves(modules)},
        ),
        given.undeclared,
        frozenset(module.variables),
    )


@dataclass(slots=True)
class _Draft:
    """A resource instance before its values are final."""

    module: ModuleInstance
    declared: Declared
    instance: Instance
    tree: dict[str, Any]


class _Reader:
    """Makes changes out of resource blocks."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._providers = SourceProviders()
        self.problems: list[Problem] = []

    def changes(self, modules: Sequence[ModuleInstance], variables: Mapping[str, Any]) -> Iterator[Change]:
        """The changes of all module instances, in no order."""
        drafts = dict(draft for module in modules for draft in self._drafts(module))
        trees = {address: draft.tree for address, draft in drafts.items()}
        self.problems += complete(trees, self._evaluation.library.root, self._evaluation.workspace, variables)
        for address, draft in drafts.items():
            yield self._change(address, draft)

    def _drafts(self, module: ModuleInstance) -> Iterator[tuple[str, _Draft]]:
        for name, declared in module.module.resources.items():
            tags = tag_attribute(declared.block.labels[0])
            for one in module.some(declared, name):
                address = module.prefixed(f"{name}{one.suffix}")
                reader = BodyReader(self._evaluation, declared.file, address)
                tree = reader.tree(declared.block.body, module.bind(one.bindings), top=True)
                if tags is not None:
                    tree.setdefault(tags, None)
                yield address, _Draft(module, declared, one, tree)

    def _change(self, address: str, draft: _Draft) -> Change:
        module, declared, one = draft.module, draft.declared, draft.instance
        why = one.open or module.open
        if why is not None:
            place = declared.location
            message = f"{address}: how many there will be is not known ({why}); counted from 0, judged as one"
            self.problems.append(Problem(Level.WARNING, message, file=place.file, line=place.line))
        try:
            attributes = attributes_of(draft.tree)
        except (EvaluationError, RecursionError) as error:
            raise declared.file.error(f"{address}: {error}", declared.block.position) from None
        type_, local = declared.block.labels
        resource = Resource(
            address=address,
            type=type_,
            name=local,
            provider=self._providers.canonical(module, declared, type_),
            attributes=attributes,
            module=module.address,
            index=one.key,
            settings=self._providers.settings(module, declared, type_),
        )
        flags = frozenset({OPEN}) if why is not None else frozenset()
        return Change(address, Action.DECLARE, None, resource, flags=flags, reason=why)


@contextmanager
def _deeply() -> Iterator[None]:
    """Long chains of locals are as deep for Python as they are long: three hundred of them are no mistake."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _workspace(folder: Path, environment: Mapping[str, str]) -> str | None:
    """The workspace that Terraform would be in, where something says so; nothing stands for `default` on a fresh checkout."""
    if environment.get("TF_WORKSPACE"):
        return environment["TF_WORKSPACE"]
    try:
        return (folder / ".terraform" / "environment").read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _open_variables(root: ModuleInstance) -> Mapping[str, Any]:
    """Values of the root's variables that are known and no secrets."""
    found = {name: root.variable(name) for name in root.module.variables}
    return {name: value for name, value in found.items() if first_unknown(value) is None}


def _moves(modules: Sequence[ModuleInstance]) -> tuple[tuple[str, str], ...]:
    """`(from, to)` of every `moved` block, as addresses from the root on."""
    return tuple(
        (instance.prefixed(old), instance.prefixed(new)) for instance in modules for old, new in instance.module.moves
    )


def _references(
    module: Module, modules: Sequence[ModuleInstance], changes: Sequence[Change], variables: Mapping[str, Any]
) -> PlanReferences:
    called = {instance.names: instance.module for instance in modules}
    entries = [
        ResourceChange(
            address=change.address,
            change=_NO_BODY,
            type=side.type,
            name=side.name,
            module_address=side.module,
            index=side.index,
        )
        for change in changes
        for side in (change.resource,)
    ]
    plain = {name: PlanVariable(value) for name, value in variables.items()}
    return PlanReferences(configuration(module, called), plain, entries)
