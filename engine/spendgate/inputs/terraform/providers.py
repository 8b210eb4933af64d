"""What provider blocks give to their resources: region, default tags, project, through variables and module calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from spendgate.inputs.terraform.addresses import config_path, module_steps
from spendgate.inputs.terraform.format import ConfigModule, Configuration, PlanVariable, ResourceChange
from spendgate.model.resource import NO_SETTINGS, ProviderSettings
from spendgate.model.values import Text, Unknown

_MOST_CALLS = 64


class ProviderBlocks:
    """Finds the provider block of a resource and reads it. Blocks are read once each."""

    def __init__(self, configuration: Configuration | None, variables: Mapping[str, PlanVariable]) -> None:
        self._configuration = configuration or Configuration()
        self._variables = variables
        self._modules = dict(_modules(self._configuration.root_module))
        self._keys = {
            (path, resource.mode, resource.type, resource.name): resource.provider_config_key
            for path, module in self._modules.items()
            for resource in module.resources
        }
        self._read: dict[str, ProviderSettings] = {}

    def settings(self, entry: ResourceChange) -> ProviderSettings:
        """The settings of the provider block that a resource uses; empty when the plan names none."""
        path = config_path(module_steps(entry.module_address)) if entry.module_address else ()
        key = self._keys.get((path, entry.mode, entry.type, entry.name))
        if key is None:
            # NOTE: a resource that is gone from the configuration still has a provider: the unaliased one of its name.
            key = entry.provider_name.rsplit("/", 1)[-1] or entry.type.split("_", 1)[0]
        if key not in self._read:
            self._read[key] = self._read_block(key)
        return self._read[key]

    def _read_block(self, key: str) -> ProviderSettings:
        block = self._configuration.provider_config.get(key)
        if block is None and ":" in key:
            block = self._configuration.provider_config.get(key.rsplit(":", 1)[1])
        if block is None:
            return NO_SETTINGS
        path = config_path(module_steps(block.module_address)) if block.module_address else ()
        expressions = block.expressions
        tags = self._tags(expressions, path)
        return ProviderSettings(
            region=self._text(expressions.get("region"), path),
            zone=self._text(expressions.get("zone"), path),
            default_tags=tags,
            project=self._text(expressions.get("project"), path) or self._account(expressions, path),
        )

    def _tags(self, expressions: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        blocks = expressions.get("default_tags")
        for block in blocks if isinstance(blocks, list) else [blocks]:
            if isinstance(block, Mapping):
                found.update(self._map(block.get("tags"), path))
        found.update(self._map(expressions.get("default_labels"), path))
        return found

    def _map(self, expression: Any, path: tuple[str, ...]) -> Mapping[str, Any]:
        """A map expression as far as it can be told. A map put together from references loses its keys in the plan."""
        value = self._value(expression, path)
        return value if isinstance(value, Mapping) else {}

    def _account(self, expressions: Mapping[str, Any], path: tuple[str, ...]) -> Text:
        allowed = self._value(expressions.get("allowed_account_ids"), path)
        if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str):
            return allowed[0]
        return self._text(expressions.get("subscription_id"), path)

    def _text(self, expression: Any, path: tuple[str, ...]) -> Text:
        value = self._value(expression, path)
        if value is None or isinstance(value, Unknown):
            return value
        return str(value) if isinstance(value, (str, int)) else None

    def _value(self, expression: Any, path: tuple[str, ...], depth: int = 0) -> Any:
        """The value of an expression: a constant, or what a variable that it names stands for; else `Unknown`.

        NOTE: a plan does not tell `var.region` from `"${var.region}-a"`; only a lone variable is followed, and a text
        that comes out is checked by whoever reads it (a region against the known regions).
        """
        if not isinstance(expression, Mapping):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        references = [text for text in expression.get("references", ()) if isinstance(text, str)]
        roots = {".".join(text.split("[")[0].split(".")[:2]) for text in references}
        if len(roots) == 1 and (root := roots.pop()).startswith("var.") and depth < _MOST_CALLS:
            if any(text != root for text in references):
                return Unknown(f"{references[0]} is not resolved")
            return self._variable(root.removeprefix("var."), path, depth)
        return Unknown(f"depends on {', '.join(references)}" if references else "is not a constant")

    def _variable(self, name: str, path: tuple[str, ...], depth: int) -> Any:
        module = self._modules.get(path)
        declared = module.variables.get(name) if module else None
        if declared is not None and declared.sensitive:
            return Unknown("sensitive")
        if not path:
            if name in self._variables:
                return self._variables[name].value
        else:
            parent = self._modules.get(path[:-1])
            call = parent.module_calls.get(path[-1]) if parent else None
            if call is not None and name in call.expressions:
                return self._value(call.expressions[name], path[:-1], depth + 1)
        if declared is not None and declared.default is not msgspec.UNSET:
            return declared.default
        return Unknown(f"var.{name} has no value in the plan")


def _modules(root: ConfigModule) -> list[tuple[tuple[str, ...], ConfigModule]]:
    """Every module of the configuration with the names of the calls that lead to it."""
    found: list[tuple[tuple[str, ...], ConfigModule]] = []
    queue: list[tuple[tuple[str, ...], ConfigModule]] = [((), root)]
    while queue:
        path, module = queue.pop()
        found.append((path, module))
        queue.extend(((*path, name), call.module) for name, call in module.module_calls.items() if call.module)
    return found
