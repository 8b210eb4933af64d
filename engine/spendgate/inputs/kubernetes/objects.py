"""One object of a manifest: what it is called, what in it is secret, what in it is only a server's bookkeeping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.model.attributes import Attributes
from spendgate.model.resource import Resource

PROVIDER = "kubernetes"
DEFAULT_NAMESPACE = "default"

# Kinds whose name several API groups use, with the groups that the plain kind stands for; another group is spelled out, as
# kubectl does: `Service.serving.knative.dev`.
_OWN_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Service": ("",),
    "Job": ("batch",),
    "CronJob": ("batch",),
    "Deployment": ("apps", "extensions"),
    "Ingress": ("networking.k8s.io", "extensions"),
    "Event": ("", "events.k8s.io"),
    "Node": ("",),
    "NodePool": ("karpenter.sh",),
    "Cluster": (),
    "Queue": ("scheduling.volcano.sh",),
    "Workflow": ("argoproj.io",),
    "Notebook": ("kubeflow.org",),
    "Gateway": ("gateway.networking.k8s.io",),
    "ClusterPolicy": ("kyverno.io",),
    "Pipeline": ("tekton.dev",),
    "Task": ("tekton.dev",),
}

CLUSTER_SCOPED = frozenset(
    {
        "APIService", "CertificateSigningRequest", "ClusterIssuer", "ClusterPolicy", "ClusterQueue", "ClusterRole",
        "ClusterRoleBinding", "ClusterServingRuntime", "ClusterTrainingRuntime", "Cohort", "CSIDriver", "CSINode",
        "CustomResourceDefinition", "DeviceClass", "EC2NodeClass", "AKSNodeClass", "GCENodeClass", "FlowSchema",
        "IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node", "NodeClaim", "NodePool", "NodeClass",
        "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "Provisioner", "Queue", "ResourceFlavor",
        "ResourceSlice", "RuntimeClass", "StorageClass", "Topology", "AdmissionCheck", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
        "VolumeSnapshotClass", "WorkloadPriorityClass",
    }
)  # fmt: skip

_BOOKKEEPING = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink")
_SECRET_WORDS = (
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "credential",
)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def type_of(kind: str, api_version: str) -> str:
    """The resource type: the kind, with its API group behind a dot when the kind alone would name something else."""
    group = api_version.rpartition("/")[0]
    own = _OWN_GROUPS.get(kind)
    return kind if own is None or group in own or not group else f"{kind}.{group}"


def metadata_of(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata of an object, empty when it has none that can be read."""
    metadata = values.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def address_of(values: Mapping[str, Any], namespace: str = DEFAULT_NAMESPACE) -> str:
    """`Kind/namespace/name`, or `Kind/name` for what stands outside namespaces; `prefix*` for a generated name."""
    kind = str(values.get("kind"))
    type_ = type_of(kind, str(values.get("apiVersion")))
    metadata = metadata_of(values)
    name = metadata.get("name")
    if name in (None, ""):
        name = f"{metadata.get('generateName') or ''}*"
    if kind in CLUSTER_SCOPED:
        return f"{type_}/{name}"
    return f"{type_}/{metadata.get('namespace') or namespace}/{name}"


def to_resource(values: Mapping[str, Any], address: str) -> Resource:
    """The resource of an object; its secrets are marked, and the copy of it that kubectl leaves behind is dropped."""
    values = _without_copy(values)
    kind = str(values.get("kind"))
    return Resource(
        address=address,
        type=type_of(kind, str(values.get("apiVersion"))),
        name=str(metadata_of(values).get("name") or ""),
        provider=PROVIDER,
        attributes=Attributes(values, False, _secrets(kind, values)),
    )


def essence(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object without status and a server's bookkeeping: what two versions of it are compared by."""
    metadata = {key: value for key, value in metadata_of(values).items() if key not in _BOOKKEEPING}
    return {**{key: value for key, value in values.items() if key != "status"}, "metadata": metadata}


def controllers_of(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """`(kind, name)` of the objects that made this one and keep it."""
    owners = metadata_of(values).get("ownerReferences")
    if not isinstance(owners, list):
        return []
    return [
        (str(owner.get("kind")), str(owner.get("name")))
        for owner in owners
        if isinstance(owner, Mapping) and owner.get("controller") is not False
    ]


def _without_copy(values: Mapping[str, Any]) -> Mapping[str, Any]:
    annotations = metadata_of(values).get("annotations")
    if not isinstance(annotations, Mapping) or _LAST_APPLIED not in annotations:
        return values
    kept = {key: value for key, value in annotations.items() if key != _LAST_APPLIED}
    return {**values, "metadata": {**metadata_of(values), "annotations": kept}}


def _secrets(kind: str, values: Mapping[str, Any]) -> Any:
    """Marks of what must reach no report: a Secret's data, and environment values whose name says what they are."""
    if kind == "Secret":
        return {"data": True, "stringData": True}
    return _secret_env(values) or False


def _secret_env(value: Any) -> Any:
    found: dict[str, Any] = {}
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, child in items:
        if key == "env" and isinstance(child, list):
            marks = {str(number): {"value": True} for number, entry in enumerate(child) if _names_a_secret(entry)}
        else:
            marks = _secret_env(child) if isinstance(child, (dict, list)) else {}
        if marks:
            found[str(key)] = marks
    return found


def _names_a_secret(entry: Any) -> bool:
    if not isinstance(entry, Mapping) or "value" not in entry:
        return False
    name = str(entry.get("name")).lower()
    return any(word in name for word in _SECRET_WORDS)
