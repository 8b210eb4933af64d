"""Functions that look at files: only those below the root's own repository are read, so that no secret of the machine shows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendgate.errors import InputError
from spendgate.inputs.terraform_source.blocks import GrammarError
from spendgate.inputs.terraform_source.files import read_text
from spendgate.inputs.terraform_source.templates import parse_template
from spendgate.inputs.terraform_source.values import EvaluationError, as_text, first_unknown
from spendgate.model.values import Unknown

if TYPE_CHECKING:
    from spendgate.inputs.terraform_source.instances import ModuleInstance

_MOST_FILES = 10_000


def file_function(name: str, arguments: list[Any], scope: ModuleInstance) -> tuple[Any] | None:
    """The answer of a function that looks at files, or None for any other. Raises EvaluationError."""
    function = {"file": _file, "fileexists": _exists, "templatefile": _template, "abspath": _no, "pathexpand": _no}.get(
        name, {"fileset": _set, "basename": _base, "dirname": _folder}.get(name)
    )
    if function is None:
        return None
    for argument in arguments:
        unknown = first_unknown(argument)
        if unknown is not None:
            return (Unknown(unknown.reason),)
    if not arguments:
        raise EvaluationError(f"{name}() needs an argument")
    return (function(arguments, scope),)


def _place(path: str, scope: ModuleInstance) -> Path | None:
    """The file, when it lies below the root or its repository."""
    root = Path(os.path.realpath(scope.evaluation.library.root))
    top = next((place for place in (root, *root.parents) if (place / ".git").exists()), root)
    real = Path(os.path.realpath(root / path))
    return real if real.is_relative_to(top) else None


def _file(arguments: list[Any], scope: ModuleInstance) -> Any:
    asked = as_text(arguments[0])
    place = _place(asked, scope)
    if place is None:
        return Unknown(f"{asked} lies outside the source and is not read")
    try:
        return read_text(place, asked)
    except InputError as error:
        return Unknown(f"{asked} {error.message}")


def _exists(arguments: list[Any], scope: ModuleInstance) -> Any:
    place = _place(as_text(arguments[0]), scope)
    return Unknown("it lies outside the source") if place is None else place.is_file()


def _template(arguments: list[Any], scope: ModuleInstance) -> Any:
    text = _file(arguments, scope)
    if isinstance(text, Unknown):
        return text
    names = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], dict) else {}
    try:
        return parse_template(text).value(scope.bind(names))
    except GrammarError as mistake:
        raise EvaluationError(f"{as_text(arguments[0])}: {mistake.message}") from None


def _set(arguments: list[Any], scope: ModuleInstance) -> Any:
    from spendgate.inputs.terraform_source.collection_functions import as_set

    place = _place(as_text(arguments[0]), scope)
    pattern = as_text(arguments[1]) if len(arguments) > 1 else ""
    if place is None or not pattern or ".." in pattern or pattern.startswith("/") or "{" in pattern:
        return Unknown("its files are not listed")
    found: list[str] = []
    try:
        for path in place.glob(pattern):
            if path.is_file():
                found.append(path.relative_to(place).as_posix())
            if len(found) > _MOST_FILES:
                return Unknown(f"there are more than {_MOST_FILES:,} files")
    except (OSError, ValueError, IndexError, NotImplementedError):
        return Unknown("its files cannot be listed")
    return as_set(found)


def _base(arguments: list[Any], scope: ModuleInstance) -> Any:
    return os.path.basename(as_text(arguments[0]).rstrip("/"))  # noqa: PTH119 - a text, not a file of this machine


def _folder(arguments: list[Any], scope: ModuleInstance) -> Any:
    return os.path.dirname(as_text(arguments[0])) or "."  # noqa: PTH120 - a text, not a file of this machine


def _no(arguments: list[Any], scope: ModuleInstance) -> Any:
    return Unknown("paths of a machine are not the same on another")
