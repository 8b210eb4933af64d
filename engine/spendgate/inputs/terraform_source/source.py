"""The input for folders of Terraform and OpenTofu source: one root, or all roots of a monorepo as one workload."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spendgate.errors import SettingsError
from spendgate.inputs.kubernetes.files import head_of, looks_like_manifest, manifest_files
from spendgate.inputs.llm_gateway.folder import beside
from spendgate.inputs.terraform_source.files import SUFFIXES
from spendgate.inputs.terraform_source.modules import Module
from spendgate.inputs.terraform_source.reading import RootReading, read_root
from spendgate.inputs.terraform_source.roots import find_roots, source_folders
from spendgate.model.frozen import replace
from spendgate.model.resource import Change, Level, Location, Problem, References, Resource, Workload


class TerraformSource:
    """Source in a folder; implements `ports.Input`.

    Options: `variables` (`("var", "name=value")` and `("var-file", path)` in the order of the command line), `roots`,
    `workspace`, `environment` (of the process, for `TF_VAR_*`), `edited` (texts by real path, in the place of files).
    """

    name = "terraform-source"

    def claims(self, path: Path, head: bytes) -> bool:
        """A source file, or a folder that holds some, in it or below."""
        if not path.is_dir():
            return path.name.endswith(SUFFIXES)
        return next(source_folders(str(path)), None) is not None

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read a folder, or the folder of a file. Raises InputError, and SettingsError for options that fit nothing."""
        problems: list[Problem] = []
        top = str(path)
        if not path.is_dir():
            top = str(path.parent)
            problems.append(Problem(Level.INFO, "is judged with the other files of its folder", file=str(path)))
        problems += (*_manifests(Path(top)), *beside(Path(top)))
        modules: dict[str, Module] = {}
        roots = find_roots(top, tuple(options.get("roots") or ()), modules, problems, options.get("edited"))
        said: Sequence[tuple[str, str]] = options.get("variables") or ()
        environment = options.get("environment", os.environ)
        read = {
            root: read_root(root, said, options.get("workspace"), environment, modules, options.get("edited"))
            for root in roots
        }
        _refuse_undeclared(list(read.values()))
        if len(roots) == 1:
            only = read[roots[0]].workload
            return replace(only, origin=str(path), problems=(*problems, *only.problems))
        return _together(str(path), top, {root: one.workload for root, one in read.items()}, problems)


def _manifests(folder: Path) -> list[Problem]:
    """Says that a folder holds manifests too, which are an input of their own: nobody should think that they were judged."""
    for path, problem in manifest_files(folder):
        if problem is not None or looks_like_manifest(head_of(path)):
            message = f"manifests of Kubernetes stand beside the source ({path}) and are not judged with it: name their folder too"
            return [Problem(Level.WARNING, message, file=str(folder))]
    return []


def _refuse_undeclared(readings: list[RootReading]) -> None:
    """Raise SettingsError for a `--var` that none of the roots has: it could not take effect."""
    nowhere = set.intersection(*(one.undeclared for one in readings)) if readings else set()
    if nowhere:
        import difflib

        name = min(nowhere)
        known = sorted({variable for one in readings for variable in one.variables})
        near = difflib.get_close_matches(name, known, n=1)
        raise SettingsError(
            f"--var {name}: no variable has this name", hint=f"did you mean {near[0]}?" if near else None
        )


def _together(origin: str, top: str, read: Mapping[str, Workload], problems: list[Problem]) -> Workload:
    """Several roots as one workload: addresses begin with the root's folder, as `envs/prod:aws_instance.web`."""
    names = {root: os.path.relpath(root, top).replace(os.sep, "/") for root in read}
    changes = [_moved(change, f"{names[root]}:") for root, workload in read.items() for change in workload.changes]
    return Workload(
        origin=origin,
        source="source",
        changes=tuple(sorted(changes, key=lambda change: change.address)),
        problems=(*problems, *dict.fromkeys(problem for workload in read.values() for problem in workload.problems)),
        references=_Rooted({names[root]: workload.references for root, workload in read.items()}),
        locate=_Places({names[root]: workload for root, workload in read.items()}),
        workspace=next(iter(read.values())).workspace,
        facts={
            "roots": tuple(names.values()),
            "moved": tuple(
                (f"{names[root]}:{old}", f"{names[root]}:{new}")
                for root, workload in read.items()
                for old, new in workload.facts["moved"]
            ),
        },
    )


def _moved(change: Change, prefix: str) -> Change:
    def side(resource: Resource | None) -> Resource | None:
        return replace(resource, address=f"{prefix}{resource.address}") if resource is not None else None

    return replace(change, address=f"{prefix}{change.address}", before=side(change.before), after=side(change.after))


class _Rooted:
    """References of several roots; implements `model.resource.References`."""

    def __init__(self, by_root: Mapping[str, References]) -> None:
        self._by_root = by_root

    def edges(self) -> list[tuple[str, str, str]]:
        return [
            (f"{root}:{source}", attribute, f"{root}:{target}")
            for root, references in self._by_root.items()
            for source, attribute, target in references.edges()
        ]

    def states(self, address: str, attribute: str) -> bool:
        root, _, inside = address.partition(":")
        return self._by_root[root].states(inside, attribute) if root in self._by_root else True


class _Places:
    """Places of several roots; implements `model.resource.Locate`."""

    def __init__(self, by_root: Mapping[str, Workload]) -> None:
        self._by_root = by_root

    def __call__(self, address: str, path: str | None = None) -> Location | None:
        root, _, inside = address.partition(":")
        workload = self._by_root.get(root)
        return workload.locate(inside, path) if workload is not None else None


TERRAFORM_SOURCE = TerraformSource()
