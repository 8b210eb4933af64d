"""The floor: the least that any Python program does with a plan, as a whole process.

`python benchmarks/floor.py plan.json` decodes `resource_changes` into msgspec Structs and walks over them once.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec


class ChangeBody(msgspec.Struct, gc=False):
    """Both sides of a change, and what will happen."""

    actions: list[str]
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: Any = None


class ResourceChange(msgspec.Struct, gc=False):
    """One entry of `resource_changes`."""

    address: str
    type: str
    change: ChangeBody


class Plan(msgspec.Struct, gc=False):
    """The part of a plan that is read."""

    resource_changes: list[ResourceChange] = []


def main(path: Path) -> None:
    """Read the plan, count actions, print them."""
    gc.disable()
    plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    counted: Counter[str] = Counter()
    for entry in plan.resource_changes:
        counted["+".join(entry.change.actions)] += 1
    print(dict(counted))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
