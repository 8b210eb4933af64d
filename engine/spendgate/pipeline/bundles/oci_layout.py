"""A bundle as an artifact in an OCI image layout (image specification 1.1): one layer, a gzipped tar of the policies.

`oras`, `skopeo` and `crane` copy such a folder to a registry and back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import SettingsError
from spendgate.governance.digests import ALGORITHM, digest_bytes
from spendgate.governance.policy_bundle import DIGEST, MOST_BYTES

ARTIFACT = "application/vnd.spendgate.policies.v1"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_EMPTY = "application/vnd.oci.empty.v1+json"
_TAG = "org.opencontainers.image.ref.name"


def read_layer(folder: Path, tag: str, origin: str) -> bytes:
    """The layer of the artifact with a tag; every blob is compared with its digest. Raises SettingsError or InputError."""
    if not (folder / "oci-layout").is_file():
        raise SettingsError("is no OCI image layout: oci-layout is missing", file=str(folder))
    tagged = [each for each in _manifests(folder) if each.get("annotations", {}).get(_TAG) == tag]
    if len(tagged) != 1:
        tags = sorted(str(each.get("annotations", {}).get(_TAG)) for each in _manifests(folder))
        raise SettingsError(
            f"has no single artifact {tag}", file=origin, hint=f"there are: {', '.join(tags) or 'none'}"
        )
    manifest = decode_any(_blob(folder, tagged[0], origin), origin)
    layers = manifest.get("layers") if isinstance(manifest, Mapping) else None
    if not isinstance(layers, list) or len(layers) != 1 or not isinstance(layers[0], Mapping):
        raise SettingsError("is no bundle of policies: it has not one layer", file=origin)
    return _blob(folder, layers[0], origin)


def write_layer(folder: Path, tag: str, layer: bytes) -> None:
    """Put a layer into a layout under a tag, in place of what had that tag. Raises OSError, SettingsError or InputError."""
    (folder / "blobs" / ALGORITHM).mkdir(parents=True, exist_ok=True)
    others = [each for each in _manifests(folder) if each.get("annotations", {}).get(_TAG) != tag]
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "artifactType": ARTIFACT,
        "config": _described(folder, b"{}", _EMPTY),
        "layers": [_described(folder, layer, _LAYER)],
    }
    own = _described(folder, json.dumps(manifest, separators=(",", ":")).encode(), _MANIFEST)
    index = {
        "schemaVersion": 2,
        "mediaType": _INDEX,
        "manifests": [*others, {**own, "artifactType": ARTIFACT, "annotations": {_TAG: tag}}],
    }
    (folder / "index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}\n', encoding="utf-8")


def _manifests(folder: Path) -> list[Mapping[str, Any]]:
    path = folder / "index.json"
    if not path.is_file():
        return []
    index = decode_any(read_bytes(path), str(path))
    listed = index.get("manifests") if isinstance(index, Mapping) else None
    found = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return [each for each in found if isinstance(each.get("annotations", {}), Mapping)]


def _described(folder: Path, data: bytes, media_type: str) -> dict[str, Any]:
    digest = digest_bytes(data)
    (folder / "blobs" / ALGORITHM / digest.removeprefix(f"{ALGORITHM}:")).write_bytes(data)
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _blob(folder: Path, descriptor: Mapping[str, Any], origin: str) -> bytes:
    digest = descriptor.get("digest")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise SettingsError(f"names a blob by {digest!r}, which is no digest", file=origin)
    path = folder / "blobs" / ALGORITHM / digest.removeprefix(f"{ALGORITHM}:")
    if not path.is_file():
        raise SettingsError(f"lacks the blob {digest}", file=origin)
    data = read_bytes(path, limit_bytes=MOST_BYTES)
    if digest_bytes(data) != digest:
        raise SettingsError(f"holds a blob that is not {digest}", file=origin, hint="it is damaged, or was exchanged")
    return data
