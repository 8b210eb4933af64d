"""A run without `spendgate.yaml`: what the file says when there is none, without loading what checks one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

FILE_NAMES = ("spendgate.yaml", "spendgate.yml")
_EMPTY: Mapping[str, Any] = MappingProxyType({})


class NothingSaid:
    """Answers like a `SettingsFile` in which nothing stands; a test compares the two field by field."""

    model_fields_set: frozenset[str] = frozenset()
    policies = aliases = regions = schedules = teams = _EMPTY
    policy_paths = approvers = ()
    environments = SimpleNamespace(accounts=_EMPTY)

    def __getattr__(self, name: str) -> Any:
        return None


def find_file(named: str | None, folder: Path) -> Path | None:
    """The file that was named, or the nearest one upward; the search ends at the root of a repository."""
    if named:
        return Path(named)
    for place in (folder.resolve(), *folder.resolve().parents):
        for name in FILE_NAMES:
            if os.path.isfile(place / name):  # noqa: PTH113
                return place / name
        if (place / ".git").exists():
            return None
    return None
