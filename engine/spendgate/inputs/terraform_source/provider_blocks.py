"""Which provider block a resource uses, through aliases and `providers` of module calls, and what the block gives it."""

from __future__ import annotations

from typing import Any

from spendgate.inputs.terraform.changes import canonical_provider
from spendgate.inputs.terraform.format import Configuration, ProviderConfig
from spendgate.inputs.terraform.providers import ProviderBlocks
from spendgate.inputs.terraform_source.blocks import Attribute
from spendgate.inputs.terraform_source.bodies import BodyReader
from spendgate.inputs.terraform_source.files import Declared
from spendgate.inputs.terraform_source.instances import ModuleInstance
from spendgate.inputs.terraform_source.nodes import Literal, ObjectOf, Traversal
from spendgate.model.resource import NO_SETTINGS, ProviderSettings

Name = tuple[str, str | None]
_SETTINGS = ("region", "zone", "default_labels", "project", "subscription_id", "allowed_account_ids")
_SETTING_BLOCKS = {"default_tags": ("tags",), "assume_role": ("role_arn",)}


class SourceProviders:
    """Finds and reads provider blocks; each once."""

    def __init__(self) -> None:
        self._reader = ProviderBlocks(Configuration(), {})
        self._read: dict[tuple[str, Name], ProviderSettings] = {}

    def canonical(self, instance: ModuleInstance, declared: Declared, type_: str) -> str:
        """The provider of a resource by its canonical name."""
        local = used_name(declared, type_)[0]
        return canonical_provider(instance.module.provider_sources.get(local, local), type_)

    def settings(self, instance: ModuleInstance, declared: Declared, type_: str) -> ProviderSettings:
        """What the provider block of a resource gives to it; empty when the source has none."""
        return self._settings(instance, used_name(declared, type_))

    def _settings(self, instance: ModuleInstance, name: Name) -> ProviderSettings:
        key = (instance.address, name)
        if key not in self._read:
            self._read[key] = self._find(instance, name)
        return self._read[key]

    def _find(self, instance: ModuleInstance, name: Name) -> ProviderSettings:
        block = instance.module.providers.get(name)
        if block is not None and (block.block.body.attributes or block.block.body.blocks):
            return self._read_block(instance, block)
        if instance.caller is None:
            return NO_SETTINGS
        caller, call = instance.caller
        handed = _handed(call, name)
        if handed is not None:
            return self._settings(caller, handed)
        return self._settings(caller, name) if name[1] is None else NO_SETTINGS

    def _read_block(self, instance: ModuleInstance, declared: Declared) -> ProviderSettings:
        reader = BodyReader(
            instance.evaluation, declared.file, instance.prefixed(f"provider.{declared.block.labels[0]}")
        )
        tree = reader.tree(declared.block.body, instance)
        expressions: dict[str, Any] = {key: {"constant_value": tree[key]} for key in _SETTINGS if key in tree}
        for name, inner in _SETTING_BLOCKS.items():
            found = tree.get(name)
            if isinstance(found, dict):
                found = [found]  # NOTE: the JSON form may write a block that stands once as a map.
            if isinstance(found, list):
                expressions[name] = [
                    {key: {"constant_value": block[key]} for key in inner if key in block}
                    for block in found
                    if isinstance(block, dict)
                ]
            elif found is not None:
                expressions[name] = [{inner[0]: {"constant_value": found}}]
        return self._reader.read_block(ProviderConfig(expressions=expressions))


def used_name(declared: Declared, type_: str) -> Name:
    """The local name and alias of the provider that a resource uses: as stated, else by the type's first word."""
    return _name(declared.block.body.attributes.get("provider")) or (type_.split("_", 1)[0], None)


def _name(attribute: Attribute | None) -> Name | None:
    expression = attribute.expression if attribute is not None else None
    if isinstance(expression, Literal) and isinstance(expression.constant, str):
        local, _, alias = expression.constant.partition(".")
        return local, alias or None
    if isinstance(expression, Traversal):
        step = expression.steps[0] if expression.steps else None
        return expression.root, step if isinstance(step, str) else None
    return None


def _handed(call: Declared, name: Name) -> Name | None:
    """What a call's `providers` hands over for a name."""
    attribute = call.block.body.attributes.get("providers")
    if attribute is None or not isinstance(attribute.expression, ObjectOf):
        return None
    for key, value in attribute.expression.items:
        if _name(Attribute("", 0, key)) == name:
            return _name(Attribute("", 0, value))
    return None
