"""The name of a root: which of a repository's deployments an input describes, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

STANDARD_INPUT = "stdin"


def root_of(path: str, stated: str | None = None, *, folder: Path | None = None) -> str:
    """The root of an input: the stated name, else its path relative to the repository (`envs/prod/plan.json`).

    Outside of a repository the path is relative to the working folder, and a file that lies elsewhere has its bare name: no
    machine's own folders get into a fingerprint. `folder` is the working folder.
    """
    if stated:
        return stated
    if path == "-":
        return STANDARD_INPUT
    here = (folder or Path.cwd()).resolve()
    place = (here / path).resolve()
    top = repository_of(here) or here
    if place.is_relative_to(top):
        inside = place.relative_to(top).as_posix()
        return inside if inside != "." else ""
    return place.name


def joined(roots: Iterable[str]) -> str:
    """The name of what spans several roots."""
    return " + ".join(sorted(set(roots)))


def shown_path(path: str, *, folder: Path | None = None) -> str:
    """A path as people of any machine know it: relative to the working folder, or to the repository around it."""
    place = Path(path)
    if not place.is_absolute():
        return path
    here = (folder or Path.cwd()).resolve()
    for top in (here, repository_of(here)):
        if top is not None and place.is_relative_to(top):
            return place.relative_to(top).as_posix()
    return path


def repository_of(folder: Path) -> Path | None:
    """The top of the repository around a folder, or None."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)
