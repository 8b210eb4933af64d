"""Writes plans in the shape of `terraform show -json` (format 1.2): the same facts in every part that Terraform repeats them in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REGISTRY = "registry.terraform.io/hashicorp"


def marks(value: Any, marked: Any) -> Any:
    """A marker tree as Terraform writes it: containers stay, known leaves go, `True` where `marked` says so."""
    if marked is True:
        return True
    if isinstance(value, Mapping) or isinstance(marked, Mapping):
        own = value if isinstance(value, Mapping) else {}
        inner = marked if isinstance(marked, Mapping) else {}
        found = {}
        for key in sorted({*own, *inner}):
            child = marks(own.get(key), inner.get(key, False))
            if child is not False:
                found[key] = child
        return found
    if isinstance(value, Sequence) and not isinstance(value, str):
        inner = marked if isinstance(marked, list) else []
        return [marks(child, inner[index] if index < len(inner) else False) for index, child in enumerate(value)]
    return False


def references(*texts: str) -> dict[str, Any]:
    """An expression that refers to these: each text, then its shorter forms, as Terraform lists them."""
    found: dict[str, None] = {}
    for text in texts:
        parts = text.split(".")
        least = 3 if parts[0] == "data" else 2
        for length in range(len(parts), least - 1, -1):
            found[".".join(parts[:length])] = None
        found[".".join(parts[:least]).split("[")[0]] = None
    return {"references": list(found)}


def constants(values: Any) -> Any:
    """Expressions of a block that is all constants; lists of maps are blocks."""
    if isinstance(values, list) and values and all(isinstance(block, Mapping) for block in values):
        return [{key: constants(child) for key, child in block.items()} for block in values]
    if isinstance(values, Mapping) and set(values) <= {"references", "constant_value"} and values:
        return dict(values)
    return {"constant_value": values}


@dataclass
class _Module:
    resources: list[dict[str, Any]] = field(default_factory=list)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)


class PlanWriter:
    """Collects resources and module calls, then gives the whole document."""

    def __init__(
        self,
        *,
        providers: Mapping[str, Mapping[str, Any]],
        variables: Mapping[str, Any] | None = None,
        declared: Mapping[str, Any] | None = None,
        terraform_version: str = "1.11.4",
        timestamp: str = "2026-11-20T09:30:00Z",
    ) -> None:
        self._head = {"format_version": "1.2", "terraform_version": terraform_version}
        self._timestamp = timestamp
        self._providers = providers
        self._variables = dict(variables or {})
        self._changes: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self._planned: list[dict[str, Any]] = []
        self._prior: list[dict[str, Any]] = []
        self._modules: dict[tuple[str, ...], _Module] = {(): _Module()}
        self._modules[()].variables = dict(declared or {name: {} for name in self._variables})
        self._configured: set[tuple[tuple[str, ...], str]] = set()
        self._more: dict[str, Any] = {}

    def call(
        self,
        name: str,
        source: str,
        expressions: Mapping[str, Any] | None = None,
        *,
        variables: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        repeat: Mapping[str, Any] | None = None,
    ) -> None:
        """A call of a module from the root; `repeat` is `count_expression` or `for_each_expression`."""
        self._modules[()].calls[name] = {"source": source, "expressions": dict(expressions or {}), **(repeat or {})}
        self._modules[(name,)] = _Module(outputs=dict(outputs or {}), variables=dict(variables or {}))

    def add(
        self,
        address: str,
        actions: str | Sequence[str],
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        unknown: Any = None,
        sensitive: Any = None,
        expressions: Mapping[str, Any] | None = None,
        provider: str = "aws",
        key: str | None = None,
        index: str | int | None = None,
        module: str = "",
        mode: str = "managed",
        schema_version: int = 0,
        repeat: Mapping[str, Any] | None = None,
        change: Mapping[str, Any] | None = None,
        **entry: Any,
    ) -> None:
        """One resource instance. `address` is `type.name`; what is unknown after apply is left out of `after`.

        Without `expressions` the resource is gone from the configuration. `change` and further keywords are put into the
        change and the entry as they are (`replace_paths`, `action_reason`, ...).
        """
        type_, name = address.split(".")
        bracket = "" if index is None else f"[{index}]" if isinstance(index, int) else f'["{index}"]'
        prefix = f"{module}." if module else ""
        full = f"{prefix}{'data.' if mode == 'data' else ''}{address}{bracket}"
        actions = [actions] if isinstance(actions, str) else list(actions)
        if actions == ["no-op"]:
            after = before
        provider_name = f"{REGISTRY}/{provider}" if "/" not in provider else provider
        own: dict[str, Any] = {"address": full, "mode": mode, "type": type_, "name": name}
        if index is not None:
            own["index"] = index
        own["provider_name"] = provider_name
        body: dict[str, Any] = {"actions": actions, "before": before, "after": after}
        body["after_unknown"] = marks(after, unknown or {}) if after is not None else {}
        if actions == ["no-op"]:
            body["after_unknown"] = {}
        body["before_sensitive"] = marks(before, sensitive or {}) if before is not None else False
        body["after_sensitive"] = marks(after, sensitive or {}) if after is not None else False
        body.update(change or {})
        extra = {"module_address": module} if module else {}
        order = (module, mode != "data", type_, name, str(index).zfill(6) if isinstance(index, int) else str(index))
        self._changes.append((order, {**own, **extra, **entry, "change": body}))
        if after is not None and actions != ["read"]:
            self._planned.append(
                {**own, "schema_version": schema_version, "values": after, "sensitive_values": body["after_sensitive"]}
            )
        if before is not None:
            self._prior.append(
                {
                    **own,
                    "schema_version": schema_version,
                    "values": before,
                    "sensitive_values": body["before_sensitive"],
                }
            )
        if expressions is not None:
            self._configure(module, own, expressions, key or provider, schema_version, repeat)

    def _configure(
        self,
        module: str,
        own: Mapping[str, Any],
        expressions: Mapping[str, Any],
        key: str,
        schema_version: int,
        repeat: Mapping[str, Any] | None,
    ) -> None:
        path = tuple(step.split("[")[0] for step in module.split(".")[1::2]) if module else ()
        local = f"{'data.' if own['mode'] == 'data' else ''}{own['type']}.{own['name']}"
        if (path, local) in self._configured:
            return
        self._configured.add((path, local))
        self._modules[path].resources.append(
            {
                "address": local,
                "mode": own["mode"],
                "type": own["type"],
                "name": own["name"],
                "provider_config_key": key,
                "expressions": {name: constants(value) for name, value in expressions.items()},
                "schema_version": schema_version,
                **(repeat or {}),
            }
        )

    def more(self, **parts: Any) -> None:
        """Further top-level parts: `output_changes`, `resource_drift`, `complete` ..."""
        self._more.update(parts)

    def document(self) -> dict[str, Any]:
        """The whole plan, its parts in Terraform's order."""
        found: dict[str, Any] = dict(self._head)
        if self._variables:
            found["variables"] = {name: {"value": value} for name, value in self._variables.items()}
        found["planned_values"] = {"root_module": _tree(self._planned)}
        found["resource_changes"] = [entry for _, entry in sorted(self._changes, key=lambda pair: pair[0])]
        if self._prior:
            found["prior_state"] = {
                **self._head,
                "format_version": "1.0",
                "values": {"root_module": _tree(self._prior)},
            }
        found["configuration"] = {"provider_config": dict(self._providers), "root_module": self._module(())}
        found.update({"timestamp": self._timestamp, "applyable": True, "complete": True, "errored": False})
        found.update(self._more)
        return found

    def write(self, path: Path, indent: int | None = 1) -> None:
        """Write the plan; `indent=None` writes one line, as Terraform does."""
        separators = (",", ":") if indent is None else None
        text = json.dumps(self.document(), indent=indent, separators=separators, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    def _module(self, path: tuple[str, ...]) -> dict[str, Any]:
        own = self._modules[path]
        found: dict[str, Any] = {}
        if own.outputs:
            found["outputs"] = own.outputs
        if own.resources:
            found["resources"] = own.resources
        if own.calls:
            found["module_calls"] = {
                name: {**call, "module": self._module((*path, name))} for name, call in own.calls.items()
            }
        if own.variables:
            found["variables"] = own.variables
        return found


def _tree(resources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Resources of the root module, and those of each module below `child_modules` (one level is enough here)."""
    root, children = [], dict[str, list[Any]]()
    for resource in sorted(resources, key=lambda one: str(one["address"])):
        address = str(resource["address"])
        if not address.startswith("module."):
            root.append(resource)
            continue
        end = address.index(f"{resource['type']}.{resource['name']}")
        children.setdefault(address[: end - 1].removesuffix(".data"), []).append(resource)
    found: dict[str, Any] = {"resources": root} if root else {}
    if children:
        found["child_modules"] = [{"resources": own, "address": module} for module, own in children.items()]
    return found
