"""Says what a file that is no plan seems to be, and strips what CI wraps around one that is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from spendgate.documents.machine import broken_json
from spendgate.errors import InputError

_START = re.compile(rb'\{\s*"(?:format_version|terraform_version|variables|planned_values|resource_changes)"\s*:')
_SHOW = "make it with `terraform show -json plan.tfplan > plan.json`"


class Keys(msgspec.Struct, gc=False):
    """The top-level keys that tell one document of Terraform's from another; values are not decoded."""

    format_version: Any = None
    plan_format_version: Any = None
    values: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    planned_values: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    resource_changes: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    provider_schemas: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    serial: Any = None
    lineage: Any = None
    apiVersion: Any = None  # noqa: N815
    kind: Any = None
    level: Any = msgspec.field(default=None, name="@level")


def refuse_bytes(data: bytes, origin: str) -> None:
    """Raise InputError for data that is no JSON at all: empty, a zip, HTML, HCL, plain text."""
    body = data.strip()
    if not body:
        raise InputError("is empty", file=origin, hint=_SHOW)
    if body.startswith(b"PK\x03\x04"):
        raise InputError("is a binary plan", file=origin, hint="name it .tfplan to have terraform read it, or " + _SHOW)
    if body.startswith((b"\x1f\x8b", b"\x89PNG", b"%PDF", b"\x7fELF")) or b"\x00" in body[:256]:
        raise InputError("is a binary file, not a plan in JSON", file=origin, hint=_SHOW)
    if body[:1] == b"<":
        raise InputError("is HTML or XML, not a plan in JSON", file=origin, hint="was a login page saved?")


def unwrap(data: bytes, origin: str) -> tuple[bytes, int, int]:
    """The JSON inside text that CI wrapped around it, with the number of bytes dropped before and behind.

    Raises InputError when there is no plan in it.
    """
    body = data.lstrip()
    if body.startswith(b"{"):
        start = len(data) - len(body)
    else:
        match = _START.search(data)
        if match is None:
            raise InputError("is plain text, no plan in JSON is in it", file=origin, hint=_SHOW)
        start = match.start()
    end = data.rstrip().rfind(b"}") + 1
    if end <= start:
        raise broken_json(data, "truncated", origin)
    behind = len(data[end:].strip())
    return data[start:end], len(data[:start].strip()), behind


def looks_like_events(data: bytes) -> bool:
    """Whether this is the event stream of `terraform plan -json` (one JSON object a line, with `@level`)."""
    first = data.lstrip()[:4096].split(b"\n", 1)[0]
    return first.startswith(b"{") and b'"@level"' in first


def refuse_shape(data: bytes, origin: str) -> None:
    """Raise InputError for well-formed JSON that is something else than a plan, saying what."""
    if looks_like_events(data):
        raise InputError("is the event stream of `terraform plan -json`", file=origin, hint=_SHOW)
    try:
        keys = msgspec.json.decode(data, type=Keys)
    except msgspec.ValidationError:
        raise InputError("is JSON, but not an object as a plan is", file=origin, hint=_SHOW) from None
    for what, holds, hint in _guesses(keys):
        if holds:
            raise InputError(f"is {what}, not a plan", file=origin, hint=hint)


def _guesses(keys: Keys) -> Iterable[tuple[str, bool, str]]:
    is_plan = keys.planned_values is not msgspec.UNSET or keys.resource_changes is not msgspec.UNSET
    yield (
        "a redacted plan of HCP Terraform, which leaves out what prices need",
        keys.plan_format_version is not None,
        "fetch the full one (`json-output`) or " + _SHOW,
    )
    yield "a provider schema", keys.provider_schemas is not msgspec.UNSET and not is_plan, _SHOW
    yield "a state file", (keys.serial is not None or keys.lineage is not None) and not is_plan, _SHOW
    yield (
        "a state (`terraform show -json` without a plan file)",
        keys.values is not msgspec.UNSET and not is_plan,
        "name the plan file: terraform show -json plan.tfplan",
    )
    yield "a Kubernetes object", keys.apiVersion is not None and keys.kind is not None, "only plans can be read so far"
    yield (
        "JSON of another kind (no format_version, no resource_changes)",
        keys.format_version is None and not is_plan,
        _SHOW,
    )
