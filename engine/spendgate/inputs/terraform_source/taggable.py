"""Which resource types take tags: what a plan shows by an empty `tags` and source does not show at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def tag_attribute(type_: str) -> str | None:
    """The attribute that holds the tags of a type (`tags`, `labels`), or None for a type that is not listed."""
    return _attributes().get(type_)


@cache
def _attributes() -> Mapping[str, str]:
    """Types by name from `taggable_types.txt`, which names its sources."""
    found: dict[str, str] = {}
    attribute = ""
    text = files(__package__).joinpath("taggable_types.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            attribute = line.strip("[]")
        elif line and not line.startswith("#"):
            start, *ends = line.split()
            found.update((f"{start}{end}", attribute) for end in ends)
    return found
