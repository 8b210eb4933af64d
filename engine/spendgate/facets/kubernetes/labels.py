"""Effective labels of an object as tags: pod template over workload over namespace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.facets.kubernetes.reading import dig, mapping
from spendgate.facets.tags import Tags, merge

_KNOWN: Mapping[str, str] = {
    "app.kubernetes.io/name": "application",
    "app.kubernetes.io/part-of": "application",
    "app.kubernetes.io/environment": "environment",
    "app": "application",
    "k8s-app": "application",
}
"""Kubernetes' recommended labels under the names that tags have."""
_ANNOTATIONS = "finops/"
"""Annotations with this prefix are tags: a label's value holds no e-mail address."""


def tags_of(
    values: Mapping[str, Any],
    namespace: Mapping[str, Any] | None,
    pods: Sequence[Mapping[str, Any]],
    aliases: Mapping[str, str],
) -> Tags:
    """The tags of a workload. `pods` are the labels of its pod templates: only what all of them carry reaches every pod."""
    layers: list[tuple[str, Any]] = []
    if namespace is not None:
        layers += [("namespace", _plain(dig(namespace, "metadata", "labels"))), ("namespace", _annotated(namespace))]
    layers += [("resource", _plain(dig(values, "metadata", "labels"))), ("resource", _annotated(values))]
    if pods:
        layers.append(("pod template", _plain(_common(pods))))
    return merge(layers, aliases)


def _plain(labels: Any) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key, value in mapping(labels).items():
        known = _KNOWN.get(str(key))
        if known is None:
            named[str(key)] = value
        else:
            named.setdefault(known, value)
    return named


def _annotated(values: Mapping[str, Any]) -> dict[str, Any]:
    annotations = mapping(dig(values, "metadata", "annotations"))
    return {str(k).removeprefix(_ANNOTATIONS): v for k, v in annotations.items() if str(k).startswith(_ANNOTATIONS)}


def _common(pods: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    first, *others = pods
    return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}
