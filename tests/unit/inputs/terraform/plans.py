"""Builds plan JSON for tests: only what a test is about is written out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.inputs.terraform.plan import read_plan
from spendgate.model.resource import Change, Workload

AWS = "registry.terraform.io/hashicorp/aws"


def entry(address: str, actions: Sequence[str] = ("create",), **more: Any) -> dict[str, Any]:
    """One entry of `resource_changes`; keys of `change` and of the entry itself are told apart by name."""
    change: dict[str, Any] = {"actions": list(actions), "before": None, "after": None, "after_unknown": {}}
    if not {"delete", "forget"}.issuperset(actions):
        change["after"] = {"size": "small"}
    if not {"create", "read", "open"}.issuperset(actions):
        change["before"] = {"size": "small"}
    inner = ("before", "after", "after_unknown", "before_sensitive", "after_sensitive", "replace_paths", "importing")
    change.update({key: more.pop(key) for key in inner if key in more})
    *module, type_, name = address.split(".") if "[" not in address else [address.split("[", 1)[0], "thing"]
    found = {"address": address, "mode": "managed", "type": type_, "name": name, "provider_name": AWS}
    if module:
        found["module_address"] = ".".join(module)
    return {**found, **more, "change": change}


def plan(*entries: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A plan of format 1.2 with these changes; further top-level keys as they are."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": list(entries),
        "configuration": {"root_module": {}},
        "complete": True,
        "errored": False,
        **more,
    }


def read(document: Any, **options: Any) -> Workload:
    """The workload of a plan given as data."""
    return read_plan(json.dumps(document).encode(), "plan.json", options)


def change_of(found: Mapping[str, Any], **more: Any) -> Change:
    """The one change of a plan with one entry."""
    (change,) = read(plan(found, **more)).changes
    return change


def expression(*references: str, **constant: Any) -> dict[str, Any]:
    """An expression: `expression("var.a")` or `expression(constant_value=1)`."""
    return {"references": list(references)} if references else dict(constant)
