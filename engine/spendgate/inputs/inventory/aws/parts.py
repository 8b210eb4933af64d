"""Ways of reading that several shapes of AWS share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, pick

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(record: Any, *paths: str) -> dict[str, Any]:
    """These fields under their Terraform names, which are the API's in lower case with underscores."""
    return renamed(record, **{_HUMP.sub("_", path).lower(): path for path in paths})


def renamed(record: Any, **paths: str) -> dict[str, Any]:
    """Fields under other names; what the record lacks is left out."""
    found = {name: pick(record, path) for name, path in paths.items()}
    return {name: value for name, value in found.items() if value is not MISSING and value is not None}


def each(path: str, **paths: str) -> Callable[[Mapping[str, Any]], Any]:
    """A block, or each of a list of blocks, with fields under other names."""

    def blocks(record: Mapping[str, Any]) -> Any:
        value = pick(record, path)
        if isinstance(value, Mapping):
            return [renamed(value, **paths)]
        return [renamed(item, **paths) for item in items(record, path)] or (MISSING if value is MISSING else None)

    return blocks


def only(*values: Any) -> Any:
    """The first value that is there."""
    return next((value for value in values if value is not MISSING and value is not None), None)
