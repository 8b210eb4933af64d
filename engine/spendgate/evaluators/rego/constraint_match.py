"""Which objects a Gatekeeper Constraint judges, and what its template sees of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.model.values import Truth
from spendgate.policies.selection import words

_DEFAULT_NAMESPACE = "default"


def review_of(object_: Mapping[str, Any], parameters: Any, operation: str) -> dict[str, Any]:
    """The `input` of a template: an admission review of the object, and the Constraint's parameters."""
    group, _, version = str(object_.get("apiVersion", "")).rpartition("/")
    metadata = _metadata(object_)
    review = {
        "kind": {"group": group, "version": version, "kind": object_.get("kind")},
        "name": metadata.get("name"),
        "operation": operation,
        "object": object_,
    }
    if _namespaced(object_):
        review["namespace"] = metadata.get("namespace") or _DEFAULT_NAMESPACE
    return {"review": review, "parameters": parameters if parameters is not None else {}}


def matches(match: Mapping[str, Any], object_: Mapping[str, Any], namespaces: Mapping[str, Mapping[str, Any]]) -> Truth:
    """Whether `spec.match` of a Constraint takes an object in.

    `namespaces` holds the labels of the namespaces that the run knows. A selector over the labels of another namespace is
    unknown. An object without a namespace is taken to be in `default`, as kubectl does.
    """
    metadata = _metadata(object_)
    namespaced = _namespaced(object_)
    is_namespace = object_.get("kind") == "Namespace" and not str(object_.get("apiVersion", "")).count("/")
    namespace = metadata.get("name") if is_namespace else (metadata.get("namespace") or _DEFAULT_NAMESPACE)
    known = [
        _kinds_fit(match.get("kinds"), object_),
        _scope_fits(match.get("scope", "*"), namespaced),
        _name_fits(match.get("name"), metadata),
        _selected(match.get("labelSelector"), metadata.get("labels") or {}),
    ]
    if namespaced or is_namespace:
        known += [
            _any(match.get("namespaces"), namespace, default=True),
            not _any(match.get("excludedNamespaces"), namespace, default=False),
        ]
    if not all(known):
        return Truth.FALSE
    selector = match.get("namespaceSelector")
    if not selector or not (namespaced or is_namespace):
        return Truth.TRUE
    labels = (metadata.get("labels") or {}) if is_namespace else namespaces.get(str(namespace))
    return Truth.UNKNOWN if labels is None else Truth.of(_selected(selector, labels))


def _metadata(object_: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = object_.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _namespaced(object_: Mapping[str, Any]) -> bool:
    """NOTE: of a kind that is not known here, only the object itself can say whether it stands in a namespace."""
    from_cluster = ("Cluster", "Namespace", "Node", "PersistentVolume", "StorageClass", "PriorityClass", "RuntimeClass")
    kind = str(object_.get("kind"))
    if _metadata(object_).get("namespace"):
        return True
    return not (kind.startswith("Cluster") or kind in (*from_cluster, "CustomResourceDefinition", "IngressClass"))


def _kinds_fit(kinds: Any, object_: Mapping[str, Any]) -> bool:
    if not kinds:
        return True
    group = str(object_.get("apiVersion", "")).rpartition("/")[0]
    return any(
        _listed(entry.get("apiGroups"), group) and _listed(entry.get("kinds"), object_.get("kind"))
        for entry in kinds
        if isinstance(entry, Mapping)
    )


def _listed(names: Any, name: Any) -> bool:
    return not names or "*" in names or name in names


def _scope_fits(scope: Any, namespaced: bool) -> bool:
    return scope in (None, "*") or (scope == "Namespaced") is namespaced


def _name_fits(name: Any, metadata: Mapping[str, Any]) -> bool:
    return name is None or _any([name], metadata.get("name") or metadata.get("generateName"), default=True)


def _any(patterns: Sequence[str] | None, name: Any, *, default: bool) -> bool:
    if not patterns:
        return default
    return words([str(pattern) for pattern in patterns]).fits(name) is Truth.TRUE


def _selected(selector: Any, labels: Mapping[str, Any]) -> bool:
    if not isinstance(selector, Mapping):
        return True
    stated = selector.get("matchLabels") or {}
    if any(key not in labels or str(labels[key]) != str(value) for key, value in stated.items()):
        return False
    return all(_expression(expression, labels) for expression in selector.get("matchExpressions") or [])


def _expression(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, operator = str(expression.get("key")), expression.get("operator")
    values = expression.get("values") or []
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return key not in labels or labels[key] not in values
    if operator == "Exists":
        return key in labels
    return operator == "DoesNotExist" and key not in labels
