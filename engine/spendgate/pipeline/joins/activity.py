"""Whether a work is over, and how it ended: what an export of a cluster says of jobs and pods that ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.model.resource import Resource

OVER = frozenset({"completed", "complete", "succeeded", "failed", "stopped", "stopping", "cancelled"})
"""Words, in lower case, for the state of what runs no more."""
WENT_WRONG = frozenset({"failed", "stopped", "stopping", "cancelled"})
"""Those of them that speak of no success."""


def is_over(resource: Resource) -> bool:
    """Whether the status of a Kubernetes object says that it ended; a manifest has none."""
    status = resource.attributes.values.get("status")
    return isinstance(status, Mapping) and (bool(status.get("completionTime")) or not OVER.isdisjoint(_words(status)))


def went_wrong(resource: Resource) -> bool:
    """Whether the status of a Kubernetes object says that it failed or was stopped."""
    status = resource.attributes.values.get("status")
    return isinstance(status, Mapping) and not WENT_WRONG.isdisjoint(_words(status))


def _words(status: Mapping[str, Any]) -> Iterator[str]:
    """What a status says of its object, in lower case: its phase, and the conditions that are met."""
    yield from (str(status.get(key)).lower() for key in ("phase", "jobStatus"))
    conditions = status.get("conditions")
    for each in conditions if isinstance(conditions, list) else ():
        if isinstance(each, Mapping) and str(each.get("status")) == "True":
            yield str(each.get("type")).lower()
