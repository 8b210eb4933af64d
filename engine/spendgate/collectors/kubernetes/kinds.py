"""What is listed of a cluster: by API group, the plural names of its kinds; a cluster without one simply does not serve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spendgate.model.frozen import Frozen

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


WATCHED: Mapping[str, tuple[str, ...]] = {
    "": ("pods",),
    "argoproj.io": ("workflows",),
    "batch": ("jobs",),
    "batch.volcano.sh": ("jobs",),
    "jobset.x-k8s.io": ("jobsets",),
    "kubeflow.org": ("jaxjobs", "mpijobs", "mxjobs", "paddlejobs", "pytorchjobs", "tfjobs", "xgboostjobs"),
    "ray.io": ("rayclusters", "rayjobs"),
    "sparkoperator.k8s.io": ("sparkapplications",),
    "trainer.kubeflow.org": ("trainjobs",),
}
"""Work that comes up and ends, so that a list may miss it: what `--watch` follows."""


class Kind(Frozen):
    """A kind that the cluster serves: where its lists are, one of each namespace asked for, and what its items are called."""

    paths: tuple[str, ...]
    plural: str
    api_version: str
    kind: str

    @property
    def head(self) -> Mapping[str, Any]:
        """What each of its objects begins with."""
        return {"apiVersion": self.api_version, "kind": self.kind}

    @property
    def is_watched(self) -> bool:
        """Whether it is work that comes up and ends."""
        group = self.api_version.rpartition("/")[0]
        return self.plural in WATCHED.get(group, ())


def role(namespaces: Sequence[str] = (), *, watch: bool = False) -> Mapping[str, Any]:
    """The ClusterRole to grant, as `kubectl apply -f -` takes it: it may list these kinds and nothing else.

    With namespaces, a list of a Role for each, which may look at its own namespace as well; with `watch`, work may be watched too.
    """
    rules = [{"apiGroups": [group], "resources": list(names), "verbs": ["list"]} for group, names in LISTED.items()]
    if watch:
        rules += [
            {"apiGroups": [group], "resources": list(names), "verbs": ["watch"]} for group, names in WATCHED.items()
        ]
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
