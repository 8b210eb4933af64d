"""Google Cloud: assets of Cloud Asset Inventory, as exports, searches and feeds write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, labels, opened, pick, text
from spendgate.inputs.inventory.google import compute, databases, platforms, serverless, services, vertex
from spendgate.inputs.inventory.shape import Item, Shape

Record = Mapping[str, Any]
_LABELS = ("labels", "resourceLabels", "settings.userLabels", "metadata.labels")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

SHAPES: Mapping[str, Shape] = {
    **compute.SHAPES,
    **databases.SHAPES,
    **platforms.SHAPES,
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
        # NOTE: of a history, what has an end is not how it is now; of a feed, a deletion still has the asset.
        if document.get("deleted") is True or text(document, "window.endTime"):
            return iter(())
        document = asset
    kind = document.get("assetType") or document.get("asset_type")
    if isinstance(kind, str) and "/" in kind:
        if document.get("deleted") is True or (document.get("priorAsset") and not document.get("resource")):
            return iter(())
        return _parts(_asset(kind, document))
    if (listed := _LISTED.get(str(document.get("kind")))) and (link := text(document, "selfLink")):
        name = _API.sub("//", link)
        return _parts(_asset(listed, {"name": name, "resource": {"data": document, "location": _place_in(name)}}))
    for key in ("assets", "results", "readTimeAssets"):
        entries = document.get(key)
        if (
            isinstance(entries, list)
            and entries
            and all(isinstance(each, Mapping) and items_of(each) is not None for each in entries[:3])
        ):
            return (item for each in entries for item in items_of(each) or ())
    return None


_LISTED: Mapping[str, str] = {
    f"compute#{kind[0].lower()}{kind[1:]}": f"compute.googleapis.com/{kind}"
    for kind in ("Instance", "InstanceTemplate", "InstanceGroupManager", "Autoscaler", "Disk", "Address", "ForwardingRule",
                 "Snapshot", "Image", "Reservation", "Commitment", "Router", "VpnGateway", "VpnTunnel")
} | {"sql#instance": "sqladmin.googleapis.com/Instance"}  # fmt: skip
"""What `gcloud compute ... list` and `gcloud sql instances list` say of the kind of a record, and the type of asset that it is."""
_API = re.compile(
    r"^https://(?:www\.googleapis\.com/compute|compute\.googleapis\.com/compute|sqladmin\.googleapis\.com/sql)/v?\w+/"
)


def _parts(item: Item) -> Iterator[Item]:
    return platforms.routers(item) if item.kind == platforms.ROUTER else vertex.deployed(item)


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
        tags=labels(given) or (None if kind in SHAPES and SHAPES[kind].tags_apart else {}),
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
