"""What a storage account does with its blobs in the course of time, as the blocks of `azurerm_storage_management_policy`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, pick

Record = Mapping[str, Any]

_DAYS = ("ModificationGreaterThan", "CreationGreaterThan", "LastAccessTimeGreaterThan")
_SINCE = ("modification_greater_than", "creation_greater_than", "last_access_time_greater_than")
_BASE = {
    "delete": "delete",
    "tierToCool": "tier_to_cool",
    "tierToCold": "tier_to_cold",
    "tierToArchive": "tier_to_archive",
}


def rules(record: Record) -> Any:
    """The rules of an account's management policy as blocks, where a collector asked for it."""
    if pick(record, "managementPolicy.rules") is MISSING:
        return MISSING
    return [
        {"enabled": rule.get("enabled") is not False, "actions": [_actions(rule)]}
        for rule in items(record, "managementPolicy.rules")
    ]


def _actions(rule: Record) -> dict[str, Any]:
    base = {
        f"{name}_after_days_since_{since}": found
        for action, name in _BASE.items()
        for days, since in zip(_DAYS, _SINCE, strict=True)
        if (found := pick(rule, f"definition.actions.baseBlob.{action}.daysAfter{days}")) is not MISSING
    }
    if pick(rule, "definition.actions.baseBlob.enableAutoTierToHotFromCool") is True:
        base["auto_tier_to_hot_from_cool_enabled"] = True
    older = {
        "version": "delete_after_days_since_creation",
        "snapshot": "delete_after_days_since_creation_greater_than",
    }
    noncurrent = {
        part: [{name: found}]
        for part, name in older.items()
        if (found := pick(rule, f"definition.actions.{part}.delete.daysAfterCreationGreaterThan")) is not MISSING
    }
    return {"base_blob": [base], **noncurrent}
