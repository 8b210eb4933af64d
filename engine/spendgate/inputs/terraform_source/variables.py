"""Values of a root module's variables, from all the places where Terraform looks, the later one winning.

In Terraform's order: `TF_VAR_name` (with Terragrunt's `inputs`, which it hands over the same way), `terraform.tfvars`,
`terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` by name, then `--var` and `--var-file` as they stand on the
command line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spendgate.errors import InputError, SettingsError
from spendgate.inputs.terraform_source.blocks import GrammarError
from spendgate.inputs.terraform_source.encoding_functions import from_plain
from spendgate.inputs.terraform_source.evaluation import Bare
from spendgate.inputs.terraform_source.files import SourceFile, parse_source, read_text
from spendgate.inputs.terraform_source.grammar import parse_expression
from spendgate.inputs.terraform_source.modules import Module
from spendgate.inputs.terraform_source.types import is_plain
from spendgate.inputs.terraform_source.values import EvaluationError
from spendgate.model.resource import Level, Problem
from spendgate.model.values import Unknown

_TERRAGRUNT = "terragrunt.hcl"


@dataclass(slots=True)
class Given:
    """What was found, and which names of the command line no variable has."""

    values: dict[str, Any] = field(default_factory=dict)
    undeclared: set[str] = field(default_factory=set)


def given_values(
    module: Module, said: Sequence[tuple[str, str]], environment: Mapping[str, str], problems: list[Problem]
) -> Given:
    """The values for a root module. `said` holds `("var", "name=value")` and `("var-file", path)` in order.

    Raises InputError for a file that cannot be read, SettingsError for an option that makes no sense.
    """
    given = Given()
    folder = Path(module.folder)
    given.values.update(_terragrunt(folder, problems))
    for key in sorted(environment):
        name = key.removeprefix("TF_VAR_")
        if name != key and name in module.variables:
            given.values[name] = _from_text(module, name, environment[key], f"environment {key}")
    for path in _found_files(folder):
        for name, value in _file_values(path, str(path), problems).items():
            if name in module.variables:
                given.values[name] = value
            else:
                problems.append(Problem(Level.INFO, f"sets {name}, which no variable has", file=str(path)))
    for kind, text in said:
        if kind == "var-file":
            given.values.update(_file_values(Path(text), text, problems))
            continue
        name, mark, value = text.partition("=")
        name = name.strip()
        if not mark or not name:
            raise SettingsError(f"--var {text!r} has no `=`", hint="--var name=value")
        if name in module.variables:
            given.values[name] = _from_text(module, name, value, f"--var {name}")
        else:
            given.undeclared.add(name)
    return given


def _found_files(folder: Path) -> Iterator[Path]:
    for name in ("terraform.tfvars", "terraform.tfvars.json"):
        if (folder / name).is_file():
            yield folder / name
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        names = []
    for name in names:
        if name.endswith((".auto.tfvars", ".auto.tfvars.json")):
            yield folder / name


def _file_values(path: Path, shown: str, problems: list[Problem]) -> Mapping[str, Any]:
    if shown.endswith(".json"):
        text = read_text(path, shown)
        try:
            found = json.loads(text)
            if not isinstance(found, dict):
                raise InputError("an object of variables was expected", file=shown, line=1)
            return {name: from_plain(value) for name, value in found.items()}
        except json.JSONDecodeError as error:
            raise InputError(f"syntax error: {error.msg}", file=shown, line=error.lineno, column=error.colno) from None
    file = parse_source(read_text(path, shown), shown, problems)
    if file.body.blocks:
        raise file.error("a file of values holds no blocks", file.body.blocks[0].position)
    return {name: _constant(file, name) for name in file.body.attributes}


def _constant(file: SourceFile, name: str) -> Any:
    attribute = file.body.attributes[name]
    try:
        return attribute.expression.value(Bare())
    except EvaluationError as error:
        raise file.error(f"{name} is no constant: {error}", attribute.position) from None


def _from_text(module: Module, name: str, text: str, origin: str) -> Any:
    """A value given as text: the text itself for a string, an expression for any other type."""
    kind = module.variables[name].block.body.attributes.get("type")
    if is_plain(kind.expression if kind is not None else None):
        return text
    try:
        return parse_expression(text).value(Bare())
    except (GrammarError, EvaluationError):
        plain = kind is not None and getattr(kind.expression, "root", "") in ("number", "bool")
        if plain:
            return text
        raise SettingsError(
            f"{origin}: {text!r} is no value of its type", hint="quote texts inside lists and maps"
        ) from None


def _terragrunt(folder: Path, problems: list[Problem]) -> Mapping[str, Any]:
    """Terragrunt's `inputs` as far as they are constants; those that are not are unknown, not left out."""
    path = folder / _TERRAGRUNT
    if not path.is_file():
        return {}
    file = parse_source(read_text(path, str(path)), str(path), problems)
    inputs = file.body.attributes.get("inputs")
    if inputs is None:
        return {}
    found: dict[str, Any] = {}
    for key, value in getattr(inputs.expression, "items", ()):
        name = getattr(key, "constant", None)
        try:
            found[str(name)] = value.value(Bare())
        except EvaluationError:
            found[str(name)] = Unknown(f"Terragrunt works out {name}")
    return found
