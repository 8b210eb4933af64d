"""Which folders are roots: those with source that no other one calls."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from spendgate.errors import InputError
from spendgate.inputs.terraform_source.files import holds_source
from spendgate.inputs.terraform_source.modules import Library, Module, literal_text
from spendgate.model.resource import Level, Problem

_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})
_MOST_FOLDERS = 50_000
_FEW = 5


def source_folders(top: str) -> Iterator[str]:
    """Folders with source in a folder and below, in order. Links are not followed, so that no circle of them is walked."""
    for seen, (place, folders, names) in enumerate(os.walk(top)):
        if seen > _MOST_FOLDERS:
            raise InputError(f"has more than {_MOST_FOLDERS:,} folders", file=top, hint="name a folder further down")
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        if names and holds_source(Path(place)):
            yield os.path.normpath(place)


def find_roots(
    top: str,
    wanted: tuple[str, ...],
    modules: dict[str, Module],
    problems: list[Problem],
    edited: Mapping[str, str] | None = None,
) -> list[str]:
    """The roots to judge: those that are wanted, else the folder itself, else every one below that no other calls.

    Raises InputError when there is none, or a wanted one is not there.
    """
    if wanted:
        for name in wanted:
            if not holds_source(Path(top) / name):
                raise InputError(f"--root {name}: holds no Terraform source", file=str(Path(top) / name))
        return [os.path.normpath(Path(top) / name) for name in dict.fromkeys(wanted)]
    folders = list(source_folders(top))
    if os.path.normpath(top) in folders:
        _mention(top, folders, modules, problems, edited)
        return [os.path.normpath(top)]
    if not folders:
        raise InputError("holds no Terraform source", file=top)
    called = _called(folders, modules, problems, edited)
    roots = [folder for folder in folders if os.path.realpath(folder) not in called]
    return roots or folders


def _mention(
    top: str,
    folders: list[str],
    modules: dict[str, Module],
    problems: list[Problem],
    edited: Mapping[str, str] | None,
) -> None:
    """Say which folders below are not judged: nobody should think that they were."""
    below = [folder for folder in folders if folder != os.path.normpath(top)]
    if not below:
        return
    reached = _reached(os.path.normpath(top), modules, edited)
    left = [os.path.relpath(folder, top) for folder in below if os.path.realpath(folder) not in reached]
    if left:
        shown = ", ".join(left[:_FEW]) + (", ..." if len(left) > _FEW else "")
        message = f"{len(left)} folders below hold source that this root does not call: {shown} (--root judges them)"
        problems.append(Problem(Level.INFO, message, file=top))


def _reached(root: str, modules: dict[str, Module], edited: Mapping[str, str] | None) -> set[str]:
    found: set[str] = set()
    queue = [root]
    for folder in queue:
        place = os.path.realpath(folder)
        if place not in found and Path(folder).is_dir():
            found.add(place)
            queue.extend(_local_calls(folder, modules, [], edited))
    return found


def _called(
    folders: list[str], modules: dict[str, Module], problems: list[Problem], edited: Mapping[str, str] | None
) -> set[str]:
    return {os.path.realpath(found) for folder in folders for found in _local_calls(folder, modules, problems, edited)}


def _local_calls(
    folder: str, modules: dict[str, Module], problems: list[Problem], edited: Mapping[str, str] | None
) -> Iterator[str]:
    library = Library(folder, problems, modules, edited)
    module = library.module(folder)
    for name, call in module.calls.items():
        source = literal_text(call.block.body.attributes.get("source"))
        if source is not None and (found := library.folder_of(module, (name,), source)) is not None:
            yield found
