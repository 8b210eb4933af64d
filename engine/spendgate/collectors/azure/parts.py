"""What Resource Graph does not hold of a resource and Resource Manager tells: one table, with the role to grant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from spendgate.collectors.rest import NOT_FOUND, Api, RefusedError, pages
from spendgate.inputs.inventory.azure import SHAPES
from spendgate.model.frozen import Frozen

Row: TypeAlias = dict[str, Any]


class Part(Frozen):
    """A question about each resource of one kind: what it adds to the inventory, in words, and how it is asked.

    `tell` yields rows of their own, or writes into the row; `wanted` says whether a row needs it.
    """

    kind: str
    what: str
    tell: Callable[[Api, Row], Iterator[Row]]
    permission: str
    wanted: Callable[[Row], bool] = lambda row: True


def part_of(value: Any, *keys: str) -> Mapping[str, Any]:
    """The map at these keys, one below the other; an empty one where there is none, or something else."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def listed(api: Api, path: str, version: str) -> Iterator[Row]:
    """The entries of a list of Resource Manager, over all its pages. Raises RefusedError."""
    first = api.get(path, [("api-version", version)])
    for page in pages(first, api.get, "nextLink"):
        entries = page.get("value")
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            raise RefusedError("the answer is no list")
        yield from (dict(entry) for entry in entries)


def _children(path: str, kind: str, version: str) -> Callable[[Api, Row], Iterator[Row]]:
    """The resources below a resource. What states no place and no tags has those of the resource that it is a part of."""

    def tell(api: Api, row: Row) -> Iterator[Row]:
        for child in listed(api, f"{row['id']}/{path}", version):
            yield _placed(child, row, kind)

    return tell


def _placed(child: Row, parent: Row, kind: str) -> Row:
    inherited = {key: parent.get(key) for key in ("location", "tags", "resourceGroup", "subscriptionId")}
    given = {key: value for key, value in child.items() if value is not None}
    return {**inherited, **given, "type": kind.lower()}


_ML = "Microsoft.MachineLearningServices/workspaces"
_ML_VERSION = "2024-10-01"


def _online(api: Api, row: Row) -> Iterator[Row]:
    for found in listed(api, f"{row['id']}/onlineEndpoints", _ML_VERSION):
        for child in listed(api, f"{found.get('id')}/deployments", _ML_VERSION):
            yield _placed(child, row, f"{_ML}/onlineEndpoints/deployments")


def _policy(api: Api, row: Row) -> Iterator[Row]:
    """The lifecycle of an account's blobs; an account without one has none, which is an answer."""
    properties = row["properties"] = dict(part_of(row, "properties"))
    try:
        found = api.get(f"{row['id']}/managementPolicies/default", [("api-version", "2023-05-01")])
    except RefusedError as refusal:
        if refusal.status != NOT_FOUND:
            raise
        properties["managementPolicy"] = {"rules": []}
    else:
        properties["managementPolicy"] = _rules(found)
    yield from ()


def _rules(found: Mapping[str, Any]) -> Mapping[str, Any]:
    rules = part_of(found, "properties", "policy").get("rules")
    if not isinstance(rules, list):
        raise RefusedError("the answer is no lifecycle policy")
    return {"rules": rules}


def _power(api: Api, row: Row) -> Iterator[Row]:
    found = api.get(f"{row['id']}/instanceView", [("api-version", "2024-07-01")])
    statuses = found.get("statuses")
    if not isinstance(statuses, list):
        raise RefusedError("the answer is no instance view")
    codes = [{"code": each.get("code")} for each in statuses if isinstance(each, Mapping)]
    row["properties"] = {**part_of(row, "properties"), "instanceView": {"statuses": codes}}
    yield from ()


def _allocated(api: Api, row: Row) -> Iterator[Row]:
    """How many of the machines that are reserved run."""
    found = api.get(str(row["id"]), [("$expand", "instanceView"), ("api-version", "2024-07-01")])
    told = part_of(found, "properties", "instanceView", "utilizationInfo").get("virtualMachinesAllocated")
    if not isinstance(told, list):
        raise RefusedError("the answer is no instance view")
    row["properties"] = {
        **part_of(row, "properties"),
        "instanceView": {"utilizationInfo": {"virtualMachinesAllocated": [{}] * len(told)}},
    }
    yield from ()


def _is_unpowered(row: Row) -> bool:
    return not part_of(row, "properties", "extended", "instanceView", "powerState").get("code")


def _is_classic_storage(row: Row) -> bool:
    return str(row.get("kind")) != "FileStorage"


PARTS: tuple[Part, ...] = (
    Part("microsoft.compute/virtualmachines", "power states", _power,
         "Microsoft.Compute/virtualMachines/instanceView/read", _is_unpowered),
    Part("microsoft.cognitiveservices/accounts", "deployments of models",
         _children("deployments", "Microsoft.CognitiveServices/accounts/deployments", "2024-10-01"),
         "Microsoft.CognitiveServices/accounts/deployments/read"),
    Part("microsoft.machinelearningservices/workspaces", "computes",
         _children("computes", f"{_ML}/computes", _ML_VERSION), f"{_ML}/computes/read"),
    Part("microsoft.machinelearningservices/workspaces", "deployments of online endpoints", _online,
         f"{_ML}/onlineEndpoints/deployments/read"),
    Part("microsoft.batch/batchaccounts", "pools",
         _children("pools", "Microsoft.Batch/batchAccounts/pools", "2024-07-01"), "Microsoft.Batch/batchAccounts/pools/read"),
    Part("microsoft.compute/capacityreservationgroups/capacityreservations", "allocated machines", _allocated,
         "Microsoft.Compute/capacityReservationGroups/capacityReservations/read"),
    Part("microsoft.storage/storageaccounts", "lifecycle policies", _policy,
         "Microsoft.Storage/storageAccounts/managementPolicies/read", _is_classic_storage),
)  # fmt: skip
READ_HERE = (
    "microsoft.batch/batchaccounts/pools",
    "microsoft.cognitiveservices/accounts/deployments",
    "microsoft.machinelearningservices/workspaces/computes",
    "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments",
)
"""Kinds that come from Resource Manager, so that Resource Graph is not asked for them: it may or may not hold them."""


def role() -> Mapping[str, Any]:
    """The custom role to grant, as `az role definition create` takes it: it may read these kinds and do nothing else."""
    kinds = {f"{kind}/read" for kind in SHAPES if kind not in READ_HERE}
    known = {part.permission.lower() for part in PARTS}
    own = ["Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resourceGroups/read"]
    parts = [part.permission for part in PARTS] + [f"{_ML}/onlineEndpoints/read"]
    return {
        "Name": "spendgate inventory",
        "Description": "Reads what runs; changes nothing.",
        "Actions": sorted([*own, *parts, *(kind for kind in kinds if kind not in known)], key=str.lower),
        "AssignableScopes": ["/subscriptions/SUBSCRIPTION"],
    }
