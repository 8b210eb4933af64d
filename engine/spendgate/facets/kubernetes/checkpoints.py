"""Whether pods show that their work writes checkpoints: flags, environment, volumes. Evidence by pattern, not a proof."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spendgate.facets.kubernetes.demand import containers_of
from spendgate.facets.kubernetes.reading import maps, texts

_FLAGS = re.compile(
    r"(?i)--?(?:checkpoint|ckpt|save[-_](?:steps|interval|every|strategy[= ]+(?!no\b))|resume|load[-_]checkpoint|storage[-_]path)"
    r"|(?:^|[\s.+])(?:checkpoint|ckpt|resume)[\w.]*=(?!false\b|null\b|none\b)\S"
)
"""Flags by which trainers write checkpoints or start from one, with dashes or as Hydra takes them."""
_NAMES = re.compile(r"(?i)(?<![a-z])(?:checkpoints?|ckpts?)(?![a-z])")
"""How environment variables, volumes, claims and paths are called that hold them."""


def shows_checkpoints(specs: Sequence[Mapping[str, Any]], entrypoint: Any = None) -> bool:
    """Whether anything about these pods, or the entry point of a Ray job, speaks of checkpoints."""
    if isinstance(entrypoint, str) and _FLAGS.search(entrypoint):
        return True
    return any(_FLAGS.search(text) for spec in specs for text in _said(spec)) or any(
        _NAMES.search(name.replace("_", "-")) for spec in specs for name in _names(spec)
    )


def _said(spec: Mapping[str, Any]) -> Iterator[str]:
    for container in containers_of(spec):
        yield " ".join((*texts(container.get("command")), *texts(container.get("args"))))


def _names(spec: Mapping[str, Any]) -> Iterator[str]:
    """Names of variables that hold something, of volumes and claims, and paths at which they are mounted."""
    for container in containers_of(spec):
        for entry in maps(container.get("env")):
            if entry.get("value") not in (None, "") or entry.get("valueFrom"):
                yield str(entry.get("name"))
        for mount in maps(container.get("volumeMounts")):
            yield str(mount.get("mountPath"))
    for volume in maps(spec.get("volumes")):
        yield str(volume.get("name"))
        claim = volume.get("persistentVolumeClaim")
        yield str(claim.get("claimName")) if isinstance(claim, Mapping) else ""
