"""Builds the small plans under `tests/policies/<id>/`: a resource is a line, a plan is what Terraform would print for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_REGISTRY = "registry.terraform.io/"
_SOURCES = {
    "aws": "hashicorp/aws",
    "google": "hashicorp/google",
    "azurerm": "hashicorp/azurerm",
    "azapi": "azure/azapi",
    "databricks": "databricks/databricks",
}
_REGIONS = {"aws": {"region": "us-east-1"}, "google": {"project": "ml", "region": "us-central1"}}


@dataclass(frozen=True)
class Planned:
    """A resource of a plan. `refs` are the expressions of its configuration that refer to others, by attribute."""

    address: str
    after: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    actions: tuple[str, ...] = ("create",)


def resource(
    address: str,
    *,
    unknown: Mapping[str, Any] | None = None,
    refs: Mapping[str, str] | None = None,
    before: Mapping[str, Any] | None = None,
    actions: tuple[str, ...] | None = None,
    **after: Any,
) -> Planned:
    """A created resource, or an updated one when `before` is given. Tags of AWS stand in `tags_all` too, as in real plans."""
    if address.startswith("aws_") and "tags" in after:
        after.setdefault("tags_all", after["tags"])
    marks = dict(unknown or {}) | {name: True for name in refs or {} if name not in after}
    return Planned(
        address, after, marks, refs or {}, before, actions or (("create",) if before is None else ("update",))
    )


def plan(*planned: Planned, regions: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The plan as JSON text."""
    used = sorted({_provider(each) for each in planned})
    places = _REGIONS | dict(regions or {})
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "complete": True,
        "errored": False,
        "resource_changes": [_change(each) for each in planned],
        "configuration": {
            "provider_config": {
                name: {
                    "name": name,
                    "full_name": _REGISTRY + _SOURCES[name],
                    "expressions": {key: {"constant_value": value} for key, value in places.get(name, {}).items()},
                }
                for name in used
            },
            "root_module": {"resources": [_configured(each) for each in planned]},
        },
    }
    return json.dumps(document, indent=1) + "\n"


def _provider(each: Planned) -> str:
    return each.address.split("_", 1)[0]


def _named(each: Planned) -> dict[str, str]:
    type_, name = each.address.split(".", 1)
    return {"address": each.address, "mode": "managed", "type": type_, "name": name.split("[")[0]}


def _change(each: Planned) -> dict[str, Any]:
    gone = each.actions == ("delete",)
    return {
        **_named(each),
        "provider_name": _REGISTRY + _SOURCES[_provider(each)],
        "change": {
            "actions": list(each.actions),
            "before": dict(each.before) if each.before is not None else None,
            "after": None if gone else dict(each.after),
            "after_unknown": dict(each.unknown),
            "before_sensitive": {},
            "after_sensitive": {},
        },
    }


def _configured(each: Planned) -> dict[str, Any]:
    expressions: dict[str, Any] = {}
    for path, target in each.refs.items():
        short = ".".join(target.split(".")[:2])
        expression: Any = {"references": [target, short] if target != short else [target]}
        head, *rest = path.split(".")
        for key in reversed(rest):
            expression = {key: expression}
        expressions[head] = [expression] if rest else expression
    return {**_named(each), "provider_config_key": _provider(each), "expressions": expressions}
