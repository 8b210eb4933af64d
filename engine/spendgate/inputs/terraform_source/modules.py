"""What a module's folder declares, and where the modules that it calls are."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spendgate.errors import InputError
from spendgate.inputs.terraform_source.blocks import Attribute, Block, Body
from spendgate.inputs.terraform_source.files import Declared, SourceFile, is_override, read_source, source_names
from spendgate.inputs.terraform_source.nodes import Expression, Literal, ObjectOf, Traversal
from spendgate.model.resource import Problem


@dataclass(slots=True)
class Module:
    """The declarations of one folder. Resources and data sources are keyed `type.name`."""

    folder: str
    variables: dict[str, Declared] = field(default_factory=dict)
    locals: dict[str, tuple[Attribute, SourceFile]] = field(default_factory=dict)
    resources: dict[str, Declared] = field(default_factory=dict)
    data: dict[str, Declared] = field(default_factory=dict)
    calls: dict[str, Declared] = field(default_factory=dict)
    outputs: dict[str, Declared] = field(default_factory=dict)
    providers: dict[tuple[str, str | None], Declared] = field(default_factory=dict)
    provider_sources: dict[str, str] = field(default_factory=dict)
    files: list[SourceFile] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)


class Library:
    """The modules of one root, each read once; `installed` is what `terraform init` noted in modules.json.

    Libraries of several roots may share `modules`.
    """

    def __init__(
        self,
        root: str,
        problems: list[Problem],
        modules: dict[str, Module] | None = None,
        edited: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.problems = problems
        self._edited = edited
        self._modules = modules if modules is not None else {}
        self._installed: Mapping[str, str] | None = None

    def module(self, folder: str) -> Module:
        """The module in a folder. Raises InputError with the place of a syntax error."""
        key = os.path.realpath(folder)
        if key not in self._modules:
            self._modules[key] = read_module(folder, self.problems, self._edited)
        return self._modules[key]

    def called(self, caller: Module, path: tuple[str, ...], call: Declared) -> Module | str:
        """The module that a call leads to, or the reason why it is not here. `path` holds the names of calls up to it."""
        source = literal_text(call.block.body.attributes.get("source"))
        if source is None:
            return "its source is no constant text"
        folder = self.folder_of(caller, path, source)
        if folder is None:
            return f"{source} is not downloaded (terraform init, or terraform get)"
        if not Path(folder).is_dir():
            return f"{source} is no folder"
        module = self.module(folder)
        return module if module.files else f"{source} holds no source file"

    def folder_of(self, caller: Module, path: tuple[str, ...], source: str) -> str | None:
        """The folder of a module's source: beside its caller, or where it was downloaded to; None when it was not."""
        if source.startswith(("./", "../")) or source in (".", ".."):
            return os.path.normpath(Path(caller.folder) / source)
        noted = self.installed().get(".".join(path))
        if noted is not None:
            return os.path.normpath(Path(self.root) / noted)
        return source if Path(source).is_absolute() and Path(source).is_dir() else None

    def installed(self) -> Mapping[str, str]:
        """Folders of downloaded modules by the dotted path of their calls."""
        if self._installed is None:
            self._installed = _installed(Path(self.root))
        return self._installed


def _installed(root: Path) -> Mapping[str, str]:
    path = root / os.environ.get("TF_DATA_DIR", ".terraform") / "modules" / "modules.json"
    try:
        noted = json.loads(path.read_text(encoding="utf-8")).get("Modules")
        return {str(one["Key"]): str(one["Dir"]) for one in noted}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def read_module(folder: str, problems: list[Problem], edited: Mapping[str, str] | None = None) -> Module:
    """Everything that the files of a folder declare, overrides applied. Raises InputError."""
    module = Module(folder)
    place = Path(folder)
    for name in source_names(place):
        shown = name if folder == "." else os.path.join(folder, name)  # noqa: PTH118 - as the user wrote it
        file = read_source(place / name, shown, problems, edited)
        module.files.append(file)
        for block in file.body.blocks:
            _declare(module, Declared(block, file), override=is_override(name))
    return module


def _declare(module: Module, found: Declared, *, override: bool) -> None:
    block = found.block
    match block.type, len(block.labels):
        case "locals", 0:
            for name, attribute in block.body.attributes.items():
                if name in module.locals and not override:
                    raise found.file.error(f"local.{name} is set a second time", attribute.position)
                module.locals[name] = (attribute, found.file)
        case "terraform", 0:
            _required_providers(module, block)
        case "moved", 0:
            ends = [block.body.attributes.get(name) for name in ("from", "to")]
            texts = [end.expression.text() for end in ends if end and isinstance(end.expression, Traversal)]
            if len(texts) == 2:
                module.moves.append((texts[0], texts[1]))
        case "provider", 1:
            alias = literal_text(block.body.attributes.get("alias"))
            _put(module.providers, (block.labels[0], alias), found, override)
        case (("resource" | "data"), 2):
            table = module.resources if block.type == "resource" else module.data
            _put(table, ".".join(block.labels), found, override)
        case (("variable" | "output" | "module"), 1):
            tables = {"variable": module.variables, "output": module.outputs, "module": module.calls}
            _put(tables[block.type], block.labels[0], found, override)
        case (("resource" | "data" | "variable" | "output" | "module" | "provider"), _):
            wanted = "two labels" if block.type in ("resource", "data") else "one label"
            raise found.file.error(f"a {block.type} block needs {wanted}", block.position)
        case _:
            pass


def _put(table: dict[Any, Declared], key: Any, found: Declared, override: bool) -> None:
    first = table.get(key)
    if first is not None and override:
        found = Declared(_amended(first.block, found.block), first.file)
    elif first is not None:
        shown = " ".join((found.block.type, *found.block.labels))
        raise found.file.error(
            f"{shown} is declared a second time (first at {first.location.file}:{first.location.line})",
            found.block.position,
        )
    table[key] = found


def _amended(first: Block, more: Block) -> Block:
    """A block with what an override file says: its attributes, and its nested blocks in place of those of that type."""
    types = {block.type for block in more.body.blocks}
    blocks = [block for block in first.body.blocks if block.type not in types]
    body = Body({**first.body.attributes, **more.body.attributes}, [*blocks, *more.body.blocks])
    return Block(first.type, first.labels, first.position, body, first.end)


def _required_providers(module: Module, block: Block) -> None:
    for inner in block.body.blocks:
        if inner.type != "required_providers":
            continue
        for name, attribute in inner.body.attributes.items():
            if isinstance(attribute.expression, ObjectOf):
                for key, value in attribute.expression.items:
                    if _text(key) == "source" and (source := _text(value)) is not None:
                        module.provider_sources[name] = source


def literal_text(attribute: Attribute | None) -> str | None:
    """The text of an attribute that is a constant, else None."""
    return _text(attribute.expression) if attribute is not None else None


def _text(expression: Expression) -> str | None:
    constant = expression.constant if isinstance(expression, Literal) else None
    return constant if isinstance(constant, str) else None


def refuse_circle(folder: str, ancestors: tuple[str, ...], call: Declared) -> tuple[str, ...]:
    """The folders on the way with one more. Raises InputError for a module that calls itself, by whatever way."""
    place = os.path.realpath(folder)
    if place in ancestors:
        raise _circle(call)
    return (*ancestors, place)


def _circle(call: Declared) -> InputError:
    return call.file.error(
        f"module {call.block.labels[0]} calls itself, by itself or through others",
        call.block.position,
        hint="a module cannot contain itself",
    )
