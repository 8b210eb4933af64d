"""Whether a work is over: what an export of a cluster says of jobs and pods that ended."""

from __future__ import annotations

from collections.abc import Mapping

from spendgate.model.resource import Resource

OVER = frozenset({"completed", "complete", "succeeded", "failed", "stopped", "stopping", "cancelled"})
"""Words, in lower case, for the state of what runs no more."""


def is_over(resource: Resource) -> bool:
    """Whether the status of a Kubernetes object says that it ended; a manifest has none."""
    status = resource.attributes.values.get("status")
    if not isinstance(status, Mapping):
        return False
    if status.get("completionTime") or any(str(status.get(key)).lower() in OVER for key in ("phase", "jobStatus")):
        return True
    conditions = status.get("conditions")
    return isinstance(conditions, list) and any(
        isinstance(each, Mapping) and str(each.get("type")).lower() in OVER and str(each.get("status")) == "True"
        for each in conditions
    )
