"""Ways of reading that several shapes of Google share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, pick, text

Record = Mapping[str, Any]
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake(value: Any) -> Any:
    """A tree of the API with Terraform's names; a map becomes a block, which is a list of one."""
    if isinstance(value, Mapping):
        return [{_HUMP.sub("_", str(key)).lower(): snake(child) for key, child in value.items()}]
    if isinstance(value, list):
        return [snake(child)[0] if isinstance(child, Mapping) else snake(child) for child in value]
    return value


def flat(path: str, *keys: str) -> Callable[[Record], Any]:
    """Only these keys of a block."""

    def read(record: Record) -> Any:
        value = pick(record, path)
        if not isinstance(value, Mapping):
            return value if value is MISSING else None
        return snake({key: value[key] for key in keys if key in value})

    return read


def short(path: str) -> Callable[[Record], Any]:
    """The last part of a link."""

    def read(record: Record) -> Any:
        value = pick(record, path)
        return value.rsplit("/", 1)[-1] if isinstance(value, str) else value

    return read


def location_in(record: Record) -> Any:
    """The place that a full name holds."""
    match = re.search(r"locations/([^/]+)/", text(record, "name") or "")
    return match[1] if match else MISSING


def notebook(zone: str | None, name: str | None) -> str:
    """How a notebook and the machine and disks that it is made of name it; names may be links or paths."""
    place, own = (zone or "").rsplit("/", 1)[-1], (name or "").rsplit("/", 1)[-1]
    return f"notebook:{place}/{own}"


def dataproc(region: str | None, name: str | None) -> str:
    """How a cluster of Dataproc and the machines that it is made of name it."""
    return f"dataproc:{(region or '').rsplit('/', 1)[-1]}/{name or ''}"


PLACE: Mapping[str, Any] = {"name": "name", "zone": short("zone"), "region": short("region"), "self_link": "selfLink"}
