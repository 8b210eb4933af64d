"""What a kind may ask about the rest of the cluster while its pods are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from spendgate.facets.kubernetes.podset import PodSet, Scaler
from spendgate.facets.kubernetes.reading import dig, mapping
from spendgate.model.values import Whole

QUEUE_LABEL = "kueue.x-k8s.io/queue-name"


class Around(Protocol):
    """The cluster as one object sees it."""

    def scaler_of(self, values: Mapping[str, Any]) -> Scaler | None:
        """The autoscaler that targets this object."""
        ...

    def object_named(self, kind: str, name: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Another object of the run, in the namespace of this one or outside namespaces."""
        ...

    def nodes_for(self, spec: Mapping[str, Any]) -> Whole:
        """How many nodes take a pod of this spec; unknown when the run holds no nodes."""
        ...

    def pods_of(self, values: Mapping[str, Any]) -> Iterable[PodSet]:
        """The pods of an object that is wrapped in another one."""
        ...


def queue_of(values: Mapping[str, Any]) -> str | None:
    """The Kueue queue that admits this object."""
    name = dig(values, "metadata", "labels", QUEUE_LABEL)
    return name if isinstance(name, str) and name else None


def is_suspended(values: Mapping[str, Any]) -> bool:
    """Whether it is created stopped. NOTE: a queue creates its jobs suspended and lets them run later: those do count."""
    spec = mapping(values.get("spec"))
    return (spec.get("suspend") is True or dig(spec, "runPolicy", "suspend") is True) and queue_of(values) is None
