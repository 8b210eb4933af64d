"""Terraform state as an inventory: `terraform show -json` without a plan, and the raw state file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import items, labels, moment, text
from spendgate.inputs.inventory.secrets import marked
from spendgate.inputs.inventory.shape import NOT_SAID, exists, expiry
from spendgate.inputs.terraform.changes import canonical_provider
from spendgate.model.attributes import Attributes
from spendgate.model.resource import Change, Observed, Resource

_SHOWN = re.compile(
    rb'\{\s*"format_version"\s*:\s*"[^"]*"\s*,\s*(?:"terraform_version"\s*:\s*"[^"]*"\s*,\s*)?"values"\s*:'
)
_RAW = re.compile(rb'\{\s*"version"\s*:\s*\d+\s*,\s*"terraform_version"\s*:\s*"[^"]*"\s*,\s*"serial"\s*:')
_PROVIDER = re.compile(r'provider\["([^"]+)"\]')


def looks_like_state(head: bytes) -> bool:
    """Whether a document begins as either form of a state does."""
    start = head.lstrip()
    return _SHOWN.match(start) is not None or _RAW.match(start) is not None


def changes_of(document: Any) -> Iterator[Change] | None:
    """The managed resources of a state as they are, or None for a document that is none."""
    if not isinstance(document, Mapping):
        return None
    if isinstance(document.get("values"), Mapping) and "format_version" in document:
        root = document["values"].get("root_module")
        return _shown(root if isinstance(root, Mapping) else {})
    if isinstance(document.get("resources"), list) and "lineage" in document and "serial" in document:
        return _raw(document["resources"])
    return None


def _shown(module: Mapping[str, Any]) -> Iterator[Change]:
    for entry in items(module, "resources"):
        if entry.get("mode", "managed") == "managed":
            yield _change(
                str(entry.get("address")),
                entry,
                str(entry.get("provider_name") or ""),
                entry.get("values"),
                entry.get("sensitive_values"),
                str(module.get("address") or ""),
                entry.get("index"),
            )
    for child in items(module, "child_modules"):
        yield from _shown(child)


def _raw(resources: list[Any]) -> Iterator[Change]:
    for entry in resources:
        if not isinstance(entry, Mapping) or entry.get("mode") != "managed":
            continue
        module = str(entry.get("module") or "")
        match = _PROVIDER.search(str(entry.get("provider") or ""))
        base = ".".join(part for part in (module, str(entry.get("type")), str(entry.get("name"))) if part)
        for instance in items(entry, "instances"):
            key = instance.get("index_key")
            address = base if key is None else f"{base}[{_key(key)}]"
            if instance.get("deposed"):
                address = f"{address} (deposed {instance['deposed']})"
            secrets = _paths(instance.get("sensitive_attributes"))
            yield _change(address, entry, match[1] if match else "", instance.get("attributes"), secrets, module, key)


def _key(key: Any) -> str:
    return str(key) if isinstance(key, int) else f'"{key}"'


def _paths(paths: Any) -> Mapping[str, Any]:
    """The paths of a raw state's secrets as a tree: only their first step, since all below it is covered."""
    found: dict[str, Any] = {}
    for path in paths if isinstance(paths, list) else ():
        first = path[0] if isinstance(path, list) and path else path
        name = first.get("value") if isinstance(first, Mapping) else first
        if isinstance(name, str):
            found[name] = True
    return found


def _change(
    address: str,
    entry: Mapping[str, Any],
    provider: str,
    values: Any,
    sensitive: Any,
    module: str,
    index: Any,
) -> Change:
    type_ = str(entry.get("type") or "")
    own: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
    tags = labels(own.get("tags_all") or own.get("tags") or own.get("effective_labels") or own.get("labels"))
    state = (text(own, "instance_state", "current_status", "power_state", "state", "status") or "").lower() or None
    return exists(
        Resource(
            address=address,
            type=type_,
            name=str(entry.get("name") or ""),
            provider=canonical_provider(provider, type_),
            attributes=Attributes(own, False, marked(own, sensitive), NOT_SAID),
            module=module,
            index=index if isinstance(index, (str, int)) else None,
            observed=Observed(
                identity=text(own, "arn", "self_link", "id") or address,
                aliases=tuple(name for key in ("id", "arn", "self_link") if (name := text(own, key))),
                state=state,
                stopped=state in ("stopped", "terminated", "suspended", "deallocated"),
                created=moment(own.get("creation_timestamp") or own.get("create_time") or own.get("created_at")),
                expires=expiry(tags),
            ),
        )
    )
