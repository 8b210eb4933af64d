"""What is listed of a cluster: by API group, the plural names of its kinds; a cluster without one simply does not serve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LISTED: Mapping[str, tuple[str, ...]] = {
    "": (
        "limitranges",
        "namespaces",
        "nodes",
        "persistentvolumeclaims",
        "persistentvolumes",
        "pods",
        "resourcequotas",
        "services",
    ),
    "apps": ("daemonsets", "deployments", "replicasets", "statefulsets"),
    "batch": ("cronjobs", "jobs"),
    "autoscaling": ("horizontalpodautoscalers",),
    "autoscaling.k8s.io": ("verticalpodautoscalers",),
    "policy": ("poddisruptionbudgets",),
    "scheduling.k8s.io": ("priorityclasses",),
    "storage.k8s.io": ("storageclasses",),
    "resource.k8s.io": ("deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices"),
    "argoproj.io": ("workflows",),
    "batch.volcano.sh": ("jobs",),
    "jobset.x-k8s.io": ("jobsets",),
    "karpenter.k8s.aws": ("ec2nodeclasses",),
    "karpenter.sh": ("nodepools",),
    "keda.sh": ("scaledjobs", "scaledobjects"),
    "kubeflow.org": (
        "jaxjobs",
        "mpijobs",
        "mxjobs",
        "notebooks",
        "paddlejobs",
        "pytorchjobs",
        "tfjobs",
        "xgboostjobs",
    ),
    "kueue.x-k8s.io": ("clusterqueues", "localqueues", "resourceflavors"),
    "leaderworkerset.x-k8s.io": ("leaderworkersets",),
    "ray.io": ("rayclusters", "raycronjobs", "rayjobs", "rayservices"),
    "scheduling.volcano.sh": ("queues",),
    "serving.kserve.io": ("inferenceservices",),
    "sparkoperator.k8s.io": ("sparkapplications",),
    "trainer.kubeflow.org": ("trainjobs",),
}
"""NOTE: Secrets and ConfigMaps are never asked for; nor is a whole group, which may hold secrets of its own."""


def role(namespaces: Sequence[str] = ()) -> Mapping[str, Any]:
    """The ClusterRole to grant, as `kubectl apply -f -` takes it: it may list these kinds and nothing else.

    With namespaces, a list of a Role for each, which may look at its own namespace as well.
    """
    rules = [{"apiGroups": [group], "resources": list(names), "verbs": ["list"]} for group, names in LISTED.items()]
    head = {"apiVersion": "rbac.authorization.k8s.io/v1"}
    if not namespaces:
        return {**head, "kind": "ClusterRole", "metadata": {"name": "spendgate-inventory"}, "rules": rules}
    own = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}
    roles = [
        {
            **head,
            "kind": "Role",
            "metadata": {"name": "spendgate-inventory", "namespace": name},
            "rules": [{**own, "resourceNames": [name]}, *rules],
        }
        for name in namespaces
    ]
    return {"apiVersion": "v1", "kind": "List", "items": roles}
