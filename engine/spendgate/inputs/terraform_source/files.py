"""The files of a module's folder, read and parsed once each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spendgate.documents.encoding import HANDWRITTEN_LIMIT_BYTES, decode_text, read_bytes
from spendgate.errors import InputError
from spendgate.inputs.terraform_source.blocks import Block, Body, GrammarError, Lines
from spendgate.inputs.terraform_source.grammar import parse_body
from spendgate.inputs.terraform_source.json_syntax import parse_json
from spendgate.inputs.terraform_source.values import EvaluationError
from spendgate.model.resource import Level, Location, Problem

SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")


@dataclass(slots=True)
class SourceFile:
    """A file, its text and what it declares."""

    path: str
    text: str
    lines: Lines
    body: Body

    def location(self, position: int) -> Location:
        """The line of an offset."""
        return Location(self.path, self.lines.place(position)[0])

    def error(self, message: str, position: int, hint: str | None = None) -> InputError:
        """An error with file, line and column."""
        line, column = self.lines.place(position)
        return InputError(message, file=self.path, line=line, column=column, hint=hint)


@dataclass(slots=True)
class Declared:
    """A block and the file in which it stands."""

    block: Block
    file: SourceFile

    @property
    def location(self) -> Location:
        """The line of the block."""
        return self.file.location(self.block.position)


def source_names(folder: Path) -> list[str]:
    """Names of the source files of a folder, in the order in which Terraform reads them: overrides last.

    OpenTofu reads `x.tofu` in the place of `x.tf`. Raises InputError for a folder that cannot be listed.
    """
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(SUFFIXES) and entry.is_file()]
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(folder)) from None
    names = [name for name in names if not name.startswith((".", "#")) and not name.endswith("~")]
    present = set(names)
    kept = [name for name in names if ".tf" not in name or name.replace(".tf", ".tofu") not in present]
    return sorted(kept, key=lambda name: (is_override(name), name))


def is_override(name: str) -> bool:
    """Whether a file amends blocks of the others in place of adding its own."""
    stem = name.split(".", 1)[0]
    return stem == "override" or stem.endswith("_override")


def holds_source(folder: Path) -> bool:
    """Whether a folder holds a source file."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(SUFFIXES) and not entry.name.startswith(".") for entry in entries)
    except OSError:
        return False


def read_text(path: Path, shown: str) -> str:
    """The text of a file. Raises InputError."""
    try:
        return decode_text(read_bytes(path, limit_bytes=HANDWRITTEN_LIMIT_BYTES), shown).lstrip("\ufeff")
    except InputError as error:
        raise InputError(error.message, file=shown, line=error.line, hint=error.hint) from None


def read_source(path: Path, shown: str, problems: list[Problem], edited: Mapping[str, str] | None = None) -> SourceFile:
    """A file with what it declares; `edited` holds texts by real path that stand for what is on the disk.

    Raises InputError with line and column when no reader can make sense of it.
    """
    text = edited.get(os.path.realpath(path)) if edited else None
    return parse_source(read_text(path, shown) if text is None else text, shown, problems)


def parse_source(text: str, shown: str, problems: list[Problem]) -> SourceFile:
    """A text with what it declares; `shown` is the name of its file. Raises InputError with line and column."""
    file = SourceFile(shown, text, Lines.of(text), Body())
    try:
        file.body = parse_json(text) if shown.endswith(".json") else parse_body(text)
    except EvaluationError as error:
        raise file.error(str(error), 0) from None
    except GrammarError as mistake:
        found = None
        if not shown.endswith(".json") and not mistake.certain:
            from spendgate.inputs.terraform_source.second_reader import second_reading

            found = second_reading(text)
        if found is None:
            raise file.error(f"syntax error: {mistake.message}", mistake.position) from None
        file.body = found
        line, column = file.lines.place(mistake.position)
        message = f"read with python-hcl2, as column {column} was not understood ({mistake.message})"
        problems.append(Problem(Level.INFO, message, file=shown, line=line))
    return file
