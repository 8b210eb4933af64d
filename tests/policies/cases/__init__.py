"""What the files under `tests/policies/<id>/` are made of: by policy, by file name, the resources of a plan or a manifest.

A name under `with/` is a second input, judged together with the file of that name.

`python -m tests.policies.write_cases` writes the files anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TypeAlias

Cases: TypeAlias = Mapping[str, Mapping[str, str]]
"""Policy, then `verdict.why`, then the text: a plan when it starts with `{`, else a manifest."""


def all_cases() -> dict[str, dict[str, str]]:
    """The cases of all packs."""
    found: dict[str, dict[str, str]] = {}
    for module in sorted(iter_modules([str(Path(__file__).parent)]), key=lambda each: each.name):
        stated: Cases = import_module(f"{__name__}.{module.name}").CASES
        for policy, cases in stated.items():
            found.setdefault(policy, {}).update(cases)
    return found


def beside(path: Path) -> list[Path]:
    """The second input of a case, where it has one."""
    return sorted((path.parent / "with").glob(f"{path.stem}.*"))


def file_name(case: str, text: str) -> str:
    """`fail.h100-in-dev` as the name of its file."""
    return f"{case}.{'json' if text.startswith('{') else 'yaml'}"
