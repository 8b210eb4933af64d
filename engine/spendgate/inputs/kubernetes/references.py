"""Which objects point at which: autoscalers at workloads, workloads at queues, claims and runtimes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spendgate.model.resource import Change

_QUEUE_LABEL = "kueue.x-k8s.io/queue-name"


class ObjectReferences:
    """References between the objects of a run, made when they are first asked for; implements `resource.References`."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes

    def edges(self) -> list[tuple[str, str, str]]:
        """`(from address, attribute path, to address)` where both objects are in the run."""
        known = {change.address for change in self._changes}
        found: dict[tuple[str, str, str], None] = {}
        for change in self._changes:
            for side in (change.before, change.after):
                if side is None:
                    continue
                for path, target in _pointers(side.attributes.values, change.address):
                    if target in known:
                        found[(change.address, path, target)] = None
        return list(found)

    def states(self, address: str, attribute: str) -> bool:
        """Manifests hold no expressions."""
        return False


def _pointers(values: Mapping[str, Any], address: str) -> Iterator[tuple[str, str]]:
    parts = address.split("/")
    namespace = parts[1] if len(parts) == 3 else ""
    spec = values.get("spec")
    spec = spec if isinstance(spec, Mapping) else {}
    target = spec.get("scaleTargetRef")
    if isinstance(target, Mapping):
        yield "spec.scaleTargetRef", f"{target.get('kind') or 'Deployment'}/{namespace}/{target.get('name')}"
    metadata = values.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    if isinstance(labels, Mapping) and isinstance(labels.get(_QUEUE_LABEL), str):
        yield f"metadata.labels.{_QUEUE_LABEL}", f"LocalQueue/{namespace}/{labels[_QUEUE_LABEL]}"
    if isinstance(spec.get("clusterQueue"), str):
        yield "spec.clusterQueue", f"ClusterQueue/{spec['clusterQueue']}"
    if isinstance(spec.get("storageClassName"), str):
        yield "spec.storageClassName", f"StorageClass/{spec['storageClassName']}"
    runtime = spec.get("runtimeRef")
    if isinstance(runtime, Mapping):
        kind = runtime.get("kind") or "ClusterTrainingRuntime"
        yield "spec.runtimeRef", f"{kind}/{runtime.get('name')}"
        yield "spec.runtimeRef", f"{kind}/{namespace}/{runtime.get('name')}"
