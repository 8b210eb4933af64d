"""What provider blocks give to their resources: region, default tags, project, through variables and module calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from spendgate.inputs.terraform.addresses import config_path, module_steps
from spendgate.inputs.terraform.expressions import Expressions
from spendgate.inputs.terraform.format import Configuration, PlanVariable, ProviderConfig, ResourceChange
from spendgate.model.resource import NO_SETTINGS, ProviderSettings
from spendgate.model.values import Text, Unknown

_ROLE_ACCOUNT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):")


class ProviderBlocks:
    """Finds the provider block of a resource and reads it. Blocks are read once each."""

    def __init__(self, configuration: Configuration | None, variables: Mapping[str, PlanVariable]) -> None:
        configuration = configuration or Configuration()
        self._blocks = configuration.provider_config
        self._expressions = Expressions(configuration.root_module, variables)
        self._keys = {
            (path, resource.mode, resource.type, resource.name): resource.provider_config_key
            for path, module in self._expressions.modules.items()
            for resource in module.resources
        }
        self._read: dict[tuple[str, str], ProviderSettings] = {}

    def settings(self, entry: ResourceChange) -> ProviderSettings:
        """The settings of the provider block that a resource uses; empty when the plan has none for its provider."""
        path = config_path(module_steps(entry.module_address)) if entry.module_address else ()
        key = self._keys.get((path, entry.mode, entry.type, entry.name), "")
        provider = entry.provider_name or entry.type.split("_", 1)[0]
        if (key, provider) not in self._read:
            self._read[(key, provider)] = self._find(key, provider)
        return self._read[(key, provider)]

    def _find(self, key: str, provider: str) -> ProviderSettings:
        block = self._blocks.get(key)
        if block is not None and (block.expressions or not block.module_address):
            return self.read_block(block)
        # NOTE: the key leads nowhere for a resource that is gone from the configuration, and before Terraform 1.1 for a
        # module that inherits its provider or was handed one. Any block of the provider may be meant.
        possible = {
            name: found for name, found in self._blocks.items() if _is_of(found, provider) and found.expressions
        }
        return _agreed({name: self.read_block(found) for name, found in possible.items()})

    def read_block(self, block: ProviderConfig) -> ProviderSettings:
        """What one block gives to its resources."""
        path = config_path(module_steps(block.module_address)) if block.module_address else ()
        expressions = block.expressions
        return ProviderSettings(
            region=self._text(expressions.get("region"), path),
            zone=self._text(expressions.get("zone"), path),
            default_tags=self._tags(expressions, path),
            project=self._project(expressions, path),
        )

    def _tags(self, expressions: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any] | Unknown:
        """AWS `default_tags { tags }` or Google `default_labels`; a map put together from references loses its keys."""
        stated = [block.get("tags") for block in _blocks(expressions.get("default_tags"))]
        stated.append(expressions.get("default_labels"))
        found: dict[str, Any] = {}
        for expression in stated:
            value = self._expressions.value(expression, path)
            if isinstance(value, Unknown):
                return value
            if value is not None and not isinstance(value, Mapping):
                # NOTE: `{ env = var.env, owner = "ml" }` shows as a lone reference to var.env.
                return Unknown("is a map put together from references")
            found.update(value or {})
        return found

    def _project(self, expressions: Mapping[str, Any], path: tuple[str, ...]) -> Text:
        """Google's project; AWS's account by the one allowed or the role assumed; Azure's subscription."""
        for key in ("project", "subscription_id"):
            if key in expressions:
                return self._text(expressions[key], path)
        allowed = self._expressions.value(expressions.get("allowed_account_ids"), path)
        if isinstance(allowed, list) and len(allowed) == 1:
            return str(allowed[0])
        for block in _blocks(expressions.get("assume_role")):
            role = self._text(block.get("role_arn"), path)
            if isinstance(role, str) and (match := _ROLE_ACCOUNT.match(role)):
                return match[1]
        return None

    def _text(self, expression: Any, path: tuple[str, ...]) -> Text:
        value = self._expressions.value(expression, path)
        if value is None or isinstance(value, (str, Unknown)):
            return value or None if isinstance(value, str) else value
        return str(value) if isinstance(value, int) else Unknown("is not a text")


def _is_of(block: ProviderConfig, provider: str) -> bool:
    """Whether a block configures a provider: by full name where both have one (0.12 has short names only)."""
    if block.full_name and "/" in provider:
        return block.full_name == provider
    return block.name.split(".")[0] == provider.rsplit("/", 1)[-1]


def _blocks(expression: Any) -> list[Mapping[str, Any]]:
    """The blocks of one name: a list of them, or a single one."""
    return [
        block for block in (expression if isinstance(expression, list) else [expression]) if isinstance(block, Mapping)
    ]


def _agreed(found: Mapping[str, ProviderSettings]) -> ProviderSettings:
    """What all possible blocks say alike; where they differ, which one is meant is not known."""
    settings = list(found.values())
    if not settings:
        return NO_SETTINGS
    differs = Unknown(f"depends on which provider block is meant: {' or '.join(sorted(found))}")

    def common(values: Iterable[Any]) -> Any:
        first, *others = values
        return first if all(other == first for other in others) else differs

    return ProviderSettings(
        region=common(one.region for one in settings),
        zone=common(one.zone for one in settings),
        default_tags=common(one.default_tags for one in settings),
        project=common(one.project for one in settings),
    )
