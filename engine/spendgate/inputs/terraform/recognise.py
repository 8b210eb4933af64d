"""Finds the plan in a document that CI wrapped in text, and says what a document that is no plan seems to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from spendgate.documents.foreign import foreign
from spendgate.documents.machine import decode_first
from spendgate.errors import InputError

PLAN_KEYS = (
    "format_version",
    "terraform_version",
    "resource_changes",
    "planned_values",
    "prior_state",
    "applyable",
    "checks",
    "complete",
    "configuration",
    "deferred_changes",
    "output_changes",
    "relevant_attributes",
    "variables",
)
"""Keys that a plan may begin with: Terraform's order, or sorted by another program."""

_PLAN = re.compile(rb'\{\s*"(?:' + "|".join(PLAN_KEYS).encode() + rb')"\s*:')
_OBJECT = re.compile(rb'\s*\{\s*["}]')
_EVENT = re.compile(rb'\s*\{\s*"@(?:level|message|module|timestamp)"\s*:')
_EVENTS_WITHIN_BYTES = 65_536
_ECHO = re.compile(rb"::(?:debug|set-output)\b[^\n]*\Z")
_ECHO_BYTES = 80
_SCALAR = re.compile(rb'null|true|false|-?[0-9.eE+-]{1,30}|"[^"\n]*"')
SHOW = "make it with `terraform show -json plan.tfplan > plan.json`"
_SHOW_OR_EXPORT = f"{SHOW}; which exports of what runs are read stands in docs/inventory.md"
_SHOW_OR_RENDER = f"{SHOW}; manifests: `helm template CHART | spendgate check -`"


class Keys(msgspec.Struct, gc=False):
    """The top-level keys that tell one document of Terraform's from another; large values are not decoded."""

    format_version: Any = None
    plan_format_version: Any = None
    values: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    planned_values: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    resource_changes: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    provider_schemas: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    encrypted_data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    diagnostics: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    serial: Any = None
    lineage: Any = None
    apiVersion: Any = None  # noqa: N815
    kind: Any = None


def begins_like_plan(head: bytes) -> bool:
    """Whether the first key of a document is one that a plan may begin with."""
    return _PLAN.match(head.lstrip()) is not None


def refuse_bytes(data: bytes, origin: str) -> None:
    """Raise InputError for data that is no text: empty, a binary plan, an archive, a web page."""
    if not data or data.isspace():
        raise InputError("is empty", file=origin, hint=_SHOW_OR_RENDER)
    if data.startswith(b"PK\x03\x04") and b"tfplan" in data[:64]:
        raise InputError("is a binary plan", file=origin, hint="name it .tfplan to have terraform read it, or " + SHOW)
    if found := foreign(data):
        raise InputError(f"is {found.what}, not a plan in JSON", file=origin, hint=found.hint or SHOW)


def find_start(data: bytes, origin: str) -> int:
    """Where the JSON object begins: at the beginning, or where a plan begins in text. Raises InputError without one."""
    if _EVENT.match(data):
        raise _events(origin)
    if _OBJECT.match(data):
        return data.index(b"{")
    if match := _PLAN.search(data):
        return match.start()
    if _EVENT.search(data, 0, _EVENTS_WITHIN_BYTES):
        raise _events(origin)
    if data.lstrip()[:1] == b"[":
        decode_first(data, msgspec.Raw, origin)
        raise InputError("is a JSON list, not an object as a plan is", file=origin, hint=_SHOW_OR_EXPORT)
    if _SCALAR.fullmatch(data.strip()):
        raise InputError("is a single JSON value, no plan", file=origin, hint=SHOW)
    raise InputError("is plain text, no plan in JSON is in it", file=origin, hint=_SHOW_OR_RENDER)


def refuse_rest(data: bytes, start: int, end: int, origin: str) -> None:
    """Raise InputError when another plan follows the one between `start` and `end`: left out, it would pass unseen.

    NOTE: the wrapper that CI puts around terraform prints the same plan again as the value of its output, with line ends and
    per cent signs escaped (`%0A`, `%25`). Such an echo is no other plan; the same text without that mark may well be one.
    """
    match = _PLAN.search(data, end)
    if match is None:
        return
    plan = data[start:end].rstrip()
    escaped = plan.replace(b"%", b"%25").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
    while match is not None:
        place = match.start()
        again = next((text for text in (plan, escaped) if data.startswith(text, place)), None)
        if again is None or not _ECHO.search(data, max(0, place - _ECHO_BYTES), place):
            raise InputError(
                "holds several plans", file=origin, hint="one file a plan; several can be named in one run"
            )
        match = _PLAN.search(data, place + len(again))


def refuse_shape(data: bytes, start: int, origin: str) -> None:
    """Raise InputError for an object that is something else than a plan, saying what; a broken one stays unsaid."""
    try:
        keys, _ = decode_first(data, Keys, origin, start)
        parts, _ = decode_first(data, dict[str, msgspec.Raw], origin, start)
    except InputError:
        return
    if keys.resource_changes is msgspec.UNSET and keys.planned_values is msgspec.UNSET:
        for key, part in parts.items():
            if b'"resource_changes"' in bytes(part) and begins_like_plan(bytes(part)):
                take = f"take it out: jq '.[\"{key}\"]' {origin} > plan.json"
                raise InputError(
                    f"holds a plan under the key {key}, which is not looked for there", file=origin, hint=take
                )
    for what, hint in _guesses(keys):
        raise InputError(f"is {what}, not a plan", file=origin, hint=hint)


def _guesses(keys: Keys) -> Iterator[tuple[str, str]]:
    """What the keys speak for, with a hint; the first one counts. None of them for a plan."""
    if keys.plan_format_version is not None:
        yield (
            "a redacted plan of HCP Terraform, which leaves out what prices need",
            "fetch its `json-output`, or " + SHOW,
        )
    if keys.encrypted_data is not msgspec.UNSET:
        yield "an encrypted file of OpenTofu", "make the plan with `tofu show -json plan.tfplan > plan.json`"
    if keys.planned_values is not msgspec.UNSET or keys.resource_changes is not msgspec.UNSET:
        return
    if keys.provider_schemas is not msgspec.UNSET:
        yield "a provider schema", SHOW
    if keys.serial is not None or keys.lineage is not None:
        yield "a state file", SHOW
    if keys.values is not msgspec.UNSET:
        yield (
            "a state (`terraform show -json` without a plan file)",
            "name the plan file: terraform show -json plan.tfplan",
        )
    if keys.diagnostics is not msgspec.UNSET:
        yield "the answer of `terraform validate -json`", SHOW
    if keys.apiVersion is not None and keys.kind is not None:
        yield "a Kubernetes object", "name its file .yaml, or give its folder"
    if isinstance(keys.format_version, str):
        yield "an empty state (`terraform show -json` without a plan file)", SHOW
    yield "JSON of another kind (no resource_changes, no planned_values)", _SHOW_OR_EXPORT


def _events(origin: str) -> InputError:
    return InputError("is the event stream of `terraform plan -json`", file=origin, hint=SHOW)
