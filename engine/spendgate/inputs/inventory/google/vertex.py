"""Vertex AI: what is deployed to endpoints is counted model by model, since each has machines of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, pick, text
from spendgate.inputs.inventory.google.parts import location_in, short, snake
from spendgate.inputs.inventory.shape import Item, Shape
from spendgate.model.frozen import replace

Record = Mapping[str, Any]
_ENDPOINT = "aiplatform.googleapis.com/Endpoint"
_INDEX_ENDPOINT = "aiplatform.googleapis.com/IndexEndpoint"
_DEPLOYED = {_ENDPOINT: "deployedModels", _INDEX_ENDPOINT: "deployedIndexes"}
_SIZES = ("dedicatedResources", "automaticResources", "sharedResources", "deploymentGroup")


def deployed(item: Item) -> Iterator[Item]:
    """An endpoint as what is deployed to it, or as itself when nothing is; every other item as it is.

    NOTE: the API leaves an empty list out, so that an endpoint without one runs no machines.
    """
    key = _DEPLOYED.get(item.kind)
    if key is None or item.partial:
        yield item
        return
    found = list(items(item.record, key))
    if not found:
        yield replace(item, record={**item.record, "empty": True})
    for each in found:
        own: dict[str, Any] = {name: each[name] for name in _SIZES if name in each}
        if (now := text(each, "status.availableReplicaCount")) is not None and now.isdecimal():
            own["replicasNow"] = int(now)
        identity = f"{item.identity}/{key}/{text(each, 'id')}"
        name = f"{text(item.record, 'displayName') or item.name}/{text(each, 'displayName', 'id')}"
        yield replace(
            item, record={**item.record, **own, "name": text(item.record, "name")}, identity=identity, name=name
        )


def _dedicated(record: Record) -> Any:
    """NOTE: no replicas of nothing for an endpoint without models, and for a model on a pool that is counted itself."""
    found = pick(record, "dedicatedResources")
    if isinstance(found, Mapping):
        now = pick(record, "replicasNow")
        return snake(found if now is MISSING else {**found, "currentReplicaCount": now})
    if pick(record, "empty") is True or isinstance(pick(record, "sharedResources"), str):
        return [{"min_replica_count": 0, "max_replica_count": 0}]
    return MISSING


def _automatic(record: Record) -> Any:
    found = pick(record, "automaticResources")
    return snake(found) if isinstance(found, Mapping) else MISSING


_RESOURCES: Mapping[str, Any] = {
    "name": short("name"),
    "display_name": "displayName",
    "location": lambda record: location_in(record),
    "dedicated_resources": _dedicated,
    "automatic_resources": _automatic,
}

SHAPES: Mapping[str, Shape] = {
    _ENDPOINT: Shape(
        "google_vertex_ai_endpoint",
        id=(),
        name=("displayName", "name"),
        fields=_RESOURCES,
        created=("createTime",),
    ),
    "aiplatform.googleapis.com/DeploymentResourcePool": Shape(
        "google_vertex_ai_deployment_resource_pool",
        id=("name",),
        name=("name",),
        fields=_RESOURCES,
        needs=("dedicated_resources",),
        created=("createTime",),
        tagged=False,
    ),
    _INDEX_ENDPOINT: Shape(
        lambda record: None if pick(record, "empty") is True else "google_vertex_ai_index_endpoint_deployed_index",
        id=(),
        name=("displayName", "name"),
        fields=_RESOURCES,
        created=("createTime",),
    ),
}
