"""Builds the small manifests under `tests/policies/<id>/`: objects as maps, a pod with one container as a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

_GROUPS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Pod": "v1",
    "Namespace": "v1",
    "RayCluster": "ray.io/v1",
    "RayJob": "ray.io/v1",
    "NodePool": "karpenter.sh/v1",
    "InferenceService": "serving.kserve.io/v1beta1",
    "ScaledObject": "keda.sh/v1alpha1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
}
NODES = {
    "T4": {"node.kubernetes.io/instance-type": "g4dn.xlarge", "topology.kubernetes.io/region": "us-east-1"},
    "A100": {"node.kubernetes.io/instance-type": "p4de.24xlarge", "topology.kubernetes.io/region": "us-east-1"},
    "L4": {"node.kubernetes.io/instance-type": "g6.xlarge", "topology.kubernetes.io/region": "us-east-1"},
    "cpu": {"node.kubernetes.io/instance-type": "m6i.xlarge", "topology.kubernetes.io/region": "us-east-1"},
}
"""Node selectors that name a machine."""


def manifest(*objects: Mapping[str, Any]) -> str:
    """The objects as one YAML text of several documents."""
    return yaml.safe_dump_all([dict(each) for each in objects], sort_keys=False)


def thing(
    kind: str, spec: Mapping[str, Any], *, name: str = "a", namespace: str | None = "ml", **metadata: Any
) -> dict[str, Any]:
    """An object of a kind, with its API group."""
    place = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": _GROUPS[kind],
        "kind": kind,
        "metadata": {"name": name, **place, **metadata},
        "spec": dict(spec),
    }


def pod(
    *args: str,
    gpus: int | str = 0,
    node: str | None = None,
    image: str = "registry.example.com/work:1",
    env: Mapping[str, str] | None = None,
    requests: Mapping[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """The spec of a pod with one container."""
    resources: dict[str, Any] = {"requests": {"cpu": "4", "memory": "16Gi"} if requests is None else dict(requests)}
    if gpus:
        resources["limits"] = {"nvidia.com/gpu": gpus}
    container: dict[str, Any] = {"name": "main", "image": image, "resources": resources}
    if args:
        container["args"] = list(args)
    if env:
        container["env"] = [{"name": key, "value": value} for key, value in env.items()]
    selector = {"nodeSelector": NODES[node]} if node else {}
    return {**selector, "containers": [container], **spec}


def template(spec: Mapping[str, Any], **labels: str) -> dict[str, Any]:
    """A pod template."""
    return {"template": {"metadata": {"labels": {"app": "a", **labels}}, "spec": dict(spec)}}


def deployment(
    spec: Mapping[str, Any],
    *,
    replicas: int = 1,
    labels: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
    **metadata: Any,
) -> dict[str, Any]:
    """A Deployment; `labels` are those of the object and of its pods, `more` further fields of its spec."""
    own = dict(labels or {})
    body = {"replicas": replicas, "selector": {"matchLabels": {"app": "a"}}, **template(spec, **own), **(more or {})}
    return thing("Deployment", body, labels=own, **metadata)


def job(spec: Mapping[str, Any], *, labels: Mapping[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """A Job whose pods are not restarted."""
    own = dict(labels or {})
    return thing("Job", {**fields, **template({"restartPolicy": "Never", **spec}, **own)}, labels=own)
