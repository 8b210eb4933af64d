"""Azure: rows of Resource Graph and answers of `az ... -o json`, which lift `properties` to the top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.azure import services, shapes
from spendgate.inputs.inventory.azure.shapes import NAMED, group_in, pools_of, power
from spendgate.inputs.inventory.fields import MISSING, items, labels, opened, text
from spendgate.inputs.inventory.shape import Item, Shape

__all__ = ["PLAIN", "SHAPES", "guessed_type", "items_of", "unshaped"]

Record = Mapping[str, Any]

PLAIN = services.PLAIN
"""By kind in lower case: those that cost nothing themselves, of which only tags and place are read."""
SHAPES: Mapping[str, Shape] = {**shapes.SHAPES, **services.SHAPES, **PLAIN}
"""By kind in lower case."""


def items_of(document: Any) -> Iterator[Item] | None:
    """The resources in a document, or None when it is of another kind."""
    if not isinstance(document, Mapping):
        return None
    for key in ("data", "value", "resources"):
        entries = document.get(key)
        if isinstance(entries, list) and entries and all(_is_row(each) for each in entries[:3]):
            return (item for each in entries if _is_row(each) for item in _of_row(each))
    if _is_row(document):
        return _of_row(document)
    return _of_row(_compute(document)) if text(document, "type") in _COMPUTES else None


_COMPUTES: Mapping[Any, str] = {"amlcompute": "AmlCompute", "computeinstance": "ComputeInstance"}


def _compute(row: Record) -> Record:
    """A compute as `az ml compute list` prints it, which has names of its own, as the API has it."""
    idle = text(row, "idle_time_before_scale_down")
    scale = {
        "minNodeCount": row.get("min_instances"),
        "maxNodeCount": row.get("max_instances"),
        "nodeIdleTimeBeforeScaleDown": f"PT{idle}S" if idle else None,
    }
    inner = {
        "vmSize": row.get("size"),
        "vmPriority": "LowPriority" if row.get("tier") == "low_priority" else None,
        "scaleSettings": {key: value for key, value in scale.items() if value is not None},
        "state": row.get("state"),
    }
    kind = "Microsoft.MachineLearningServices/workspaces/computes"
    return {**row, "type": kind, "properties": {"computeType": _COMPUTES[row["type"]], "properties": inner}}


def _is_row(row: Any) -> bool:
    if not isinstance(row, Mapping):
        return False
    identity, kind = row.get("id"), row.get("type")
    return (
        isinstance(identity, str)
        and identity.lower().startswith("/subscriptions/")
        and isinstance(kind, str)
        and "/" in kind
    )


def _of_row(row: Record) -> Iterator[Item]:
    kind = str(row["type"]).lower()
    inner = opened(row.get("properties"))
    # NOTE: the command line lifts the properties; Resource Graph has them, or the columns that were selected, below.
    record: dict[str, Any] = {**(inner if isinstance(inner, Mapping) else {}), **row}
    if isinstance(inner, Mapping) and isinstance(inner.get("properties"), Mapping):
        # NOTE: a compute of Azure ML has properties within its properties.
        record["properties"] = inner["properties"]
    state = power(record)
    if state is not MISSING:
        record["powerState"] = {"word": state, "code": state}
    identity = str(row["id"])
    parts = identity.split("/")
    # NOTE: a row of a query over few columns has no properties, and then nothing of them is known.
    partial = not isinstance(inner, Mapping) and not _is_lifted(row)
    item = Item(
        kind,
        record,
        "azure",
        identity=identity.lower(),
        name="/".join(part for part in (group_in(identity), text(row, "name")) if part),
        account=text(row, "subscriptionId") or (parts[2] if len(parts) > 2 else None),
        tags=labels(row["tags"]) or {} if "tags" in row else None,
        partial=partial,
    )
    yield item
    if kind == "microsoft.containerservice/managedclusters":
        owned = pools_of(record)
        for number, profile in enumerate(items(record, "agentPoolProfiles")):
            if number:
                pool = {**profile, "clusterId": identity, "owned": owned[number]}
                yield Item(f"{kind}/agentpools", pool, "azure", identity=f"{item.identity}/agentpools/{text(profile, 'name')}",
                           name=f"{item.name}/{text(profile, 'name')}", account=item.account, tags=labels(profile.get("tags")) or {})  # fmt: skip


def _is_lifted(row: Record) -> bool:
    return "provisioningState" in row or len(row) > len(_COLUMNS & set(row)) + 1


_COLUMNS = {"id", "name", "type", "kind", "location", "resourceGroup", "subscriptionId", "tenantId", "tags", "sku", "plan", "zones",
            "identity", "managedBy", "extendedLocation", "apiVersion", "properties"}  # fmt: skip


def guessed_type(kind: str) -> str:
    """The resource type of a kind without a shape: `azurerm_keyvault_vaults`."""
    return "azurerm_" + kind.removeprefix("microsoft.").replace("/", "_").replace(".", "_").lower()


def unshaped(kind: str) -> Shape:
    """The shape of a kind that is in no table."""
    return Shape(guessed_type(kind), fields=NAMED)
