"""Azure storage: disks, snapshots, accounts with their lifecycle, file shares and file systems."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets.azure.machines import managed
from spendgate.facets.azure.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.lifecycle_rules import Reach, checkpoint_days
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets, Lifecycle
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown
from spendgate.ports import FacetContext

_ACCOUNT = "azurerm_storage_account"
_KINDS = {
    "azurerm_snapshot": "storage.block",
    "azurerm_image": "storage.block",
    "azurerm_storage_queue": "storage.queue",
    "azurerm_storage_table": "storage.table",
    "azurerm_storage_share": "storage.file",
    "azurerm_netapp_account": "storage.file",
    "azurerm_netapp_pool": "storage.file",
    "azurerm_netapp_volume": "storage.file",
    "azurerm_managed_lustre_file_system": "storage.file",
}
_EVERY_TIER = ("tier_to_cool", "tier_to_cold", "tier_to_archive")
_SINCE = (
    "_after_days_since_modification_greater_than",
    "_after_days_since_creation_greater_than",
    "_after_days_since_last_access_time_greater_than",
)


def disk(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_managed_disk`; a disk that is made from something else may take its size from there."""
    attributes = resource.attributes
    found = managed(attributes, "disk", kind_key="storage_account_type", default_gib=None)
    if found.size_gib is None or isinstance(found.size_gib, Unknown):
        source = _source(resource, context)
        if source is not None:
            found = replace(found, size_gib=source.number("disk_size_gb"))
    return compose(
        resource,
        context,
        kind="storage.block",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        disks=(found,),
    )


def _source(resource: Resource, context: FacetContext) -> Attributes | None:
    for attribute in ("source_resource_id", "source_uri", "image_reference_id"):
        found = context.neighbours.targets(resource, attribute, "azurerm_managed_disk", "azurerm_snapshot")
        if found:
            return found[0].attributes
    return None


def plain(resource: Resource, context: FacetContext) -> Facets:
    """Any of these types, by its kind; sizes are read where they are metered."""
    return compose(
        resource,
        context,
        kind=_KINDS[resource.type],
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
    )


def account(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_storage_account` with the management policies that point at it."""
    attributes = resource.attributes
    return compose(
        resource,
        context,
        kind="storage.file" if attributes.text("account_kind") == "FileStorage" else "storage.object",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        lifecycle=lifecycle_of(resource, context),
    )


def container(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_storage_container`: has the lifecycle of its account; its content is billed there."""
    for attribute in ("storage_account_id", "storage_account_name"):
        for owner in context.neighbours.targets(resource, attribute, _ACCOUNT):
            lifecycle = lifecycle_of(owner, context)
            break
        else:
            continue
        break
    else:
        reason = Unknown("its storage account is not in this run")
        lifecycle = Lifecycle(reason, reason, reason, reason, reason, reason, reason, reason)
    return compose(
        resource,
        context,
        kind="storage.object",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=None,
        lifecycle=lifecycle,
    )


def lifecycle_of(owner: Resource, context: FacetContext) -> Lifecycle:
    """What management policies do with the blobs of an account. Azure drops uncommitted blocks itself after a week."""
    rules: list[Attributes] = []
    for policy in context.neighbours.users(owner, "azurerm_storage_management_policy"):
        blocks = policy.attributes.blocks("rule")
        if isinstance(blocks, Unknown):
            return Lifecycle(blocks, blocks, blocks, blocks, blocks, blocks, blocks, blocks)
        rules += [block for block in blocks if block.flag("enabled") is not False]
    own = owner.attributes.blocks("management_policy")
    if not isinstance(own, Unknown):
        rules += [block for block in own if block.flag("enabled") is not False]
    elif not rules:
        # NOTE: exports list accounts without their policies: whether there is one is not known. A collector writes the rules down.
        return Lifecycle(own, own, own, own, own, own, own, own)
    versioned = owner.attributes.flag("blob_properties.0.versioning_enabled")
    return Lifecycle(
        enabled=bool(rules),
        expire_days=_least(rules, "base_blob", "delete"),
        tier_days=_least(rules, "base_blob", *_EVERY_TIER),
        auto_tier=any(_warms_up(rule) for rule in rules),
        noncurrent_days=_noncurrent(rules),
        abort_multipart_days=_UNCOMMITTED_DAYS,
        versioning=versioned if isinstance(versioned, Unknown) else versioned is True,
        checkpoint_days=checkpoint_days((_least([rule], "base_blob", "delete"), _reach(rule)) for rule in rules),
    )


def _reach(rule: Attributes) -> Reach:
    """What a rule is for: prefixes of containers and blobs; one by index tags reaches what nobody can tell from the account."""
    prefixes = rule.texts("filters.0.prefix_match")
    if not prefixes and rule.has_block("filters.0.match_blob_index_tag"):
        return Unknown("a rule deletes by index tags, and whether checkpoints have them is not said")
    return prefixes


_UNCOMMITTED_DAYS = Decimal(7)
"""Days after which uncommitted blocks are discarded (Azure Storage REST reference, Put Block)."""


def _warms_up(rule: Attributes) -> bool:
    return rule.flag("actions.0.base_blob.0.auto_tier_to_hot_from_cool_enabled") is True


def _least(rules: list[Attributes], part: str, *actions: str) -> Number:
    """The fewest days after which a rule acts on blobs; unknown when one is. -1 means unset."""
    found: list[Decimal] = []
    for rule in rules:
        for action in actions:
            for since in _SINCE:
                days = rule.number(f"actions.0.{part}.0.{action}{since}")
                if isinstance(days, Unknown):
                    return days
                if days is not None and days >= 0:
                    found.append(days)
    return min(found, default=None)


def _noncurrent(rules: list[Attributes]) -> Number:
    found: list[Decimal] = []
    for rule in rules:
        for path in (
            "actions.0.version.0.delete_after_days_since_creation",
            "actions.0.snapshot.0.delete_after_days_since_creation_greater_than",
        ):
            days = rule.number(path)
            if isinstance(days, Unknown):
                return days
            if days is not None and days >= 0:
                found.append(days)
    return min(found, default=None)


DESCRIBERS = {
    **dict.fromkeys(_KINDS, plain),
    "azurerm_managed_disk": disk,
    _ACCOUNT: account,
    "azurerm_storage_container": container,
}
