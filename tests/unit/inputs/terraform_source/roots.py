"""Roots written for a test, and what they are read into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendgate.inputs.terraform_source.source import TERRAFORM_SOURCE
from spendgate.model.resource import Change, Workload
from spendgate.model.values import Unknown


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Files in a folder, with the folders that they need."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, files: Mapping[str, str] | str, **options: Any) -> Workload:
    """A root as a workload; a text stands for its main.tf. Nothing of the process's environment gets in."""
    write(folder, {"main.tf": files} if isinstance(files, str) else files)
    return TERRAFORM_SOURCE.read(folder, {"environment": {}, **options})


def by_address(workload: Workload) -> dict[str, Change]:
    """Changes by address."""
    return {change.address: change for change in workload.changes}


def value(workload: Workload, address: str, path: str) -> Any:
    """An attribute as a policy sees it."""
    resource = by_address(workload)[address].after
    assert resource is not None
    return resource.attributes.get(path)


def why(found: Any) -> str:
    """The reason of an unknown; fails for anything known."""
    assert isinstance(found, Unknown), found
    return found.reason
