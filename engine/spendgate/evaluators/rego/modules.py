"""Finds Rego modules in files and folders, and which of them read which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from spendgate.bundle import bundled
from spendgate.documents import decode_text, read_bytes
from spendgate.errors import InputError, PolicyError
from spendgate.evaluators.rego.contract import Module, reference
from spendgate.evaluators.rego.scan import scan

TEST_SUFFIX = "_test.rego"
LIBRARY = ("spendgate", "lib")
"""Packages below this one are helpers: nobody has to read them."""


def files_of(paths: Iterable[Path | str], *suffixes: str) -> list[Path]:
    """The files that paths name, folders searched, in order and each once. Raises PolicyError for a path that is not there."""
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(child for child in path.rglob("*") if child.is_file() and not _hidden(child, path))
            found.update(dict.fromkeys(child for child in inside if child.name.endswith(suffixes)))
        elif path.exists():
            found[path] = None
        else:
            raise PolicyError("no such file or folder", file=str(path), hint="check the path")
    return list(found)


def _hidden(child: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in child.relative_to(root).parts)


def read_module(path: Path, origin: str | None = None) -> Module:
    """One module, named in messages by its origin or its path. Raises PolicyError."""
    origin = origin or str(path)
    try:
        text = decode_text(read_bytes(path), origin).removeprefix("\ufeff")
    except InputError as error:
        raise PolicyError(error.message, file=error.file, line=error.line, hint=error.hint) from None
    return module_of(text, origin)


def module_of(text: str, origin: str, line_offset: int = 0) -> Module:
    """A module of a text, with its scan. `line_offset`: lines above the text in its file."""
    try:
        return Module(origin, text, scan(text, origin), line_offset)
    except PolicyError as error:
        raise PolicyError(error.message, file=origin, line=(error.line or 1) + line_offset, hint=error.hint) from None


def bundled_libraries() -> list[Module]:
    """The helper modules that come with spendgate."""
    folder = bundled("rego") / "lib"
    if not folder.is_dir():
        return []
    return [read_module(path) for path in files_of([folder], ".rego") if not path.name.endswith(TEST_SUFFIX)]


def reads(reader: Module, other: Module) -> bool:
    """Whether a module refers to another's package, to something in it, or to a package around it."""
    target = reference(other.scan.package)
    return any(
        said == target or said.startswith((f"{target}.", f"{target}[")) or target.startswith((f"{said}.", f"{said}["))
        for said in reader.scan.references
    )


def with_libraries(modules: Sequence[Module], libraries: Sequence[Module]) -> tuple[Module, ...]:
    """The modules and every library that they read, directly or through another."""
    chosen = list(modules)
    waiting = [library for library in libraries if library not in modules]
    for module in _growing(chosen):
        for library in [library for library in waiting if reads(module, library)]:
            waiting.remove(library)
            chosen.append(library)
    return tuple(chosen)


def _growing(modules: list[Module]) -> Iterator[Module]:
    position = 0
    while position < len(modules):
        yield modules[position]
        position += 1
