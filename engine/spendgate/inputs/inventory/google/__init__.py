"""Google Cloud: assets of Cloud Asset Inventory, as exports, searches and feeds write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, labels, opened, pick, text
from spendgate.inputs.inventory.google import compute, databases, serverless, services, vertex
from spendgate.inputs.inventory.shape import Item, Shape

Record = Mapping[str, Any]
_LABELS = ("labels", "resourceLabels", "settings.userLabels", "metadata.labels")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

SHAPES: Mapping[str, Shape] = {
    **compute.SHAPES,
    **databases.SHAPES,
    **serverless.SHAPES,
    **services.SHAPES,
    **vertex.SHAPES,
}
"""By asset type."""


def items_of(document: Any) -> Iterator[Item] | None:
    """The assets in a document, or None when it is of another kind."""
    if not isinstance(document, Mapping):
        return None
    asset = document.get("asset")
    if isinstance(asset, Mapping):
        document = asset
    kind = document.get("assetType") or document.get("asset_type")
    if isinstance(kind, str) and "/" in kind:
        if document.get("deleted") is True or (document.get("priorAsset") and not document.get("resource")):
            return iter(())
        return vertex.deployed(_asset(kind, document))
    for key in ("assets", "results", "readTimeAssets"):
        entries = document.get(key)
        if (
            isinstance(entries, list)
            and entries
            and all(isinstance(each, Mapping) and items_of(each) is not None for each in entries[:3])
        ):
            return (item for each in entries for item in items_of(each) or ())
    return None


def _asset(kind: str, document: Record) -> Item:
    name = text(document, "name") or ""
    data = opened(pick(document, "resource.data"))
    partial = not isinstance(data, Mapping)
    record: Record = data if isinstance(data, Mapping) else {**document, "name": text(document, "displayName") or name}
    given = next((found for path in _LABELS if (found := pick(record, path)) is not MISSING), MISSING)
    place = text(document, "resource.location", "location") or _place_in(name)
    return Item(
        kind,
        record,
        "google",
        identity=name,
        name=(text(record, "displayName") if partial else "") or name.rsplit("/", 1)[-1],
        region=place,
        account=_project_in(name) or _project_of(document),
        tags=labels(given) or {},
        partial=partial,
    )


def _project_in(name: str) -> str | None:
    match = re.search(r"/projects/([^/]+)", name)
    return match[1] if match else None


def _project_of(document: Record) -> str | None:
    ancestors = document.get("ancestors")
    first = ancestors[0] if isinstance(ancestors, list) and ancestors else document.get("project")
    return str(first).rsplit("/", 1)[-1] if first else None


def _place_in(name: str) -> str | None:
    match = re.search(r"/(?:zones|regions|locations)/([^/]+)", name)
    return match[1] if match else None


def guessed_type(kind: str) -> str:
    """The resource type of an asset type without a shape: `google_pubsub_topic`."""
    service, _, thing = kind.partition("/")
    return f"google_{service.split('.', 1)[0]}_{_HUMP.sub('_', thing).lower()}"


def unshaped(kind: str) -> Shape:
    """The shape of an asset type that is in no table."""
    return Shape(guessed_type(kind), id=("selfLink", "name"), name=("name",))
