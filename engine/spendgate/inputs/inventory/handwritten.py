"""The form for everything that no tool exports: a YAML file that people write, for edge sites, private clouds, bare metal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from spendgate.documents import Document, decode_text, read_bytes, read_yaml_text
from spendgate.errors import InputError
from spendgate.inputs.inventory.fields import moment
from spendgate.inputs.inventory.secrets import marked
from spendgate.inputs.inventory.shape import NOT_SAID, exists, expiry
from spendgate.inputs.terraform.changes import canonical_provider
from spendgate.model.attributes import Attributes
from spendgate.model.resource import Change, Location, Observed, ProviderSettings, Resource

_HEAD = re.compile(rb"^(?:inventory|\"inventory\")\s*:\s*1\s*$", re.MULTILINE)
_KEYS = frozenset(
    {
        "type",
        "name",
        "id",
        "region",
        "account",
        "tags",
        "state",
        "created",
        "last_used",
        "expires",
        "attributes",
        "count",
    }
)
_STOPPED = ("stopped", "off", "down", "deallocated", "terminated")
_HINT = "a resource has type and name, and may have " + ", ".join(sorted(_KEYS - {"type", "name"}))


def looks_handwritten(head: bytes) -> bool:
    """Whether a file says `inventory: 1`."""
    return _HEAD.search(head) is not None


def read_handwritten(path: Path, origin: str) -> tuple[list[Change], Any]:
    """The resources of a file and where each stands in it. Raises InputError with the line of what is wrong."""
    document = read_yaml_text(decode_text(read_bytes(path), origin), origin)
    entries = document.data.get("resources") if isinstance(document.data, Mapping) else None
    if not isinstance(entries, list):
        raise InputError("has no list `resources`", file=origin, hint=_HINT)
    seen = _time(document.data, "taken", document, document.line_of(("taken",)))
    changes = list(_changes(entries, document, seen))
    places = {change.address: document.line_of(("resources", number)) for number, change in enumerate(changes)}

    def locate(address: str, path: str | None = None) -> Location | None:
        return Location(origin, places[address]) if address in places else None

    return changes, locate


def _changes(entries: list[Any], document: Document, seen: datetime | None) -> Iterator[Change]:
    for number, entry in enumerate(entries):
        line = document.line_of(("resources", number))
        if not isinstance(entry, Mapping) or not isinstance(entry.get("type"), str) or not entry.get("name"):
            raise InputError("a resource needs `type` and `name`", file=document.origin, line=line, hint=_HINT)
        if strange := sorted(set(entry) - _KEYS):
            raise InputError(f"{strange[0]} is no field of a resource", file=document.origin, line=line, hint=_HINT)
        for key in ("tags", "attributes"):
            if not isinstance(entry.get(key, {}), Mapping):
                raise InputError(f"{key} is no map", file=document.origin, line=line, hint=_HINT)
        yield _change(entry, document, line, seen)


def _change(entry: Mapping[str, Any], document: Document, line: int | None, seen: datetime | None) -> Change:
    type_, name = entry["type"], str(entry["name"])
    provider = canonical_provider("", type_)
    values: dict[str, Any] = dict(entry.get("attributes") or {})
    tags = {str(key): str(value) for key, value in (entry.get("tags") or {}).items()}
    values["labels" if provider == "google" else "tags"] = tags
    if "count" in entry:
        values["count"] = entry["count"]
    region = entry.get("region")
    if isinstance(region, str):
        values.setdefault({"azure": "location", "onprem": "site"}.get(provider, "region"), region)
    state = str(entry["state"]).lower() if entry.get("state") else None
    observed = Observed(
        identity=str(entry.get("id") or name),
        state=state,
        stopped=state in _STOPPED,
        idle=state in ("idle", "unattached") if state else None,
        created=_time(entry, "created", document, line),
        last_used=_time(entry, "last_used", document, line),
        expires=_time(entry, "expires", document, line) or expiry(tags),
        seen=seen,
    )
    account = entry.get("account")
    settings = ProviderSettings(
        region=region if isinstance(region, str) else None, project=str(account) if account else None
    )
    attributes = Attributes(values, False, marked(values, False), NOT_SAID)
    return exists(Resource(f"{type_}.{name}", type_, name, provider, attributes, settings=settings, observed=observed))


def _time(entry: Mapping[str, Any], key: str, document: Document, line: int | None) -> datetime | None:
    value = entry.get(key)
    if value is None:
        return None
    found = moment(value)
    if found is None:
        raise InputError(f"{key}: {value!r} is no ISO date", file=document.origin, line=line, hint="write 2026-11-24")
    return found
