"""Where nodes come from: live nodes, Karpenter pools, and node pools of a Terraform plan of the same run, in one shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.kubernetes.clouds import (
    cloud_of_key,
    cloud_of_machine,
    cloud_of_node_id,
    cloud_of_region,
    region_of_labels,
)
from spendgate.facets.kubernetes.reading import dig, mapping, maps, quantity, texts
from spendgate.facets.kubernetes.requirements import allowed_machines
from spendgate.facets.kubernetes.shapes import Shapes
from spendgate.facets.kubernetes.wishes import ANY, INSTANCE_TYPE, is_given_by_cloud
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Resource
from spendgate.ports import Catalog

TERRAFORM_POOLS = ("aws_eks_node_group", "google_container_node_pool", "azurerm_kubernetes_cluster_node_pool")
_GPU_TAINT = ("nvidia.com/gpu", "present", "NoSchedule")
_SPOT_TAINT = ("kubernetes.azure.com/scalesetpriority", "spot", "NoSchedule")
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}

Labels = Mapping[str, tuple[str, ...]]
Taint = tuple[str, str, str]


class NodeSource(Frozen):
    """A node, or a pool that makes nodes. `labels` map a key to the values that its nodes may carry.

    `priced`: the run prices its nodes, so that the pods on them are not priced again. `strict`: the labels are complete.
    """

    address: str
    provider: str | None
    region: str | None
    labels: Labels
    taints: tuple[Taint, ...]
    machine_types: tuple[str, ...]
    priced: bool
    strict: bool = False
    models: tuple[str, ...] = ()
    allocatable: Mapping[str, Any] = {}


def node_source(resource: Resource, catalog: Catalog) -> NodeSource:
    """A live `Node`; its cloud is told by its id, its labels, its machine type or the spelling of its region."""
    values = resource.attributes.values
    labels = {str(k): (str(v),) for k, v in mapping(dig(values, "metadata", "labels")).items()}
    types = next((labels[key] for key in INSTANCE_TYPE if key in labels), ())
    region = region_of_labels(labels)
    provider = cloud_of_node_id(str(dig(values, "spec", "providerID") or ""))
    provider = provider or next((cloud for key in labels if (cloud := cloud_of_key(key))), None)
    provider = provider or next((cloud for type_ in types if (cloud := cloud_of_machine(type_, catalog))), None)
    return NodeSource(
        resource.address,
        provider or (cloud_of_region(region) if region else None),
        region,
        labels,
        taints_of(dig(values, "spec", "taints")),
        types,
        priced=True,
        strict=True,
        models=models_of(labels),
        allocatable=mapping(dig(values, "status", "allocatable")),
    )


def karpenter_source(resource: Resource, shapes: Shapes) -> NodeSource:
    """A Karpenter `NodePool`: labels of its template and what its requirements allow."""
    spec = mapping(dig(resource.attributes.values, "spec"))
    template = mapping(spec.get("template"))
    labels: dict[str, tuple[str, ...]] = {
        str(k): (str(v),) for k, v in mapping(dig(template, "metadata", "labels")).items()
    }
    for requirement in maps(dig(template, "spec", "requirements")):
        if requirement.get("operator") == "In":
            labels[str(requirement.get("key"))] = tuple(texts(requirement.get("values")))
        elif not is_given_by_cloud(str(requirement.get("key"))):
            labels[str(requirement.get("key"))] = (ANY,)
    labels["karpenter.sh/nodepool"] = (resource.name,)
    group = str(dig(template, "spec", "nodeClassRef", "group") or "")
    provider = {"karpenter.k8s.aws": "aws", "eks.amazonaws.com": "aws", "karpenter.azure.com": "azure",
                "karpenter.k8s.gcp": "google"}.get(group)  # fmt: skip
    provider = provider or next((cloud for key in labels if (cloud := cloud_of_key(key))), None)
    named = next((labels[key] for key in INSTANCE_TYPE if key in labels), ())
    provider = provider or next((cloud for type_ in named if (cloud := cloud_of_machine(type_, shapes.catalog))), None)
    models = models_of(labels)
    specs = allowed_machines(shapes, provider, named, models, list(maps(dig(template, "spec", "requirements"))))
    carried = dict.fromkeys(canonical_model(spec.accelerator) for spec in specs if spec.accelerator)
    return NodeSource(
        resource.address,
        provider,
        region_of_labels(labels),
        labels,
        taints_of(dig(template, "spec", "taints")),
        named or tuple(spec.machine_type for spec in specs),
        priced=quantity(spec.get("replicas")) is not None,
        models=models or tuple(carried),
    )


def terraform_source(resource: Resource) -> NodeSource:
    """A node pool of a Terraform plan: the labels and taints that it states and those that its cloud adds."""
    values = resource.attributes.values
    node = mapping(next(maps(values.get("node_config")), None))
    labels: dict[str, tuple[str, ...]] = {}
    for held in (values.get("labels"), node.get("labels"), values.get("node_labels")):
        labels.update({str(k): (str(v),) for k, v in mapping(held).items()})
    types = texts(values.get("instance_types")) or texts(node.get("machine_type")) or texts(values.get("vm_size"))
    name = str(values.get("node_group_name") or values.get("name") or resource.name)
    if resource.provider == "google":
        labels["cloud.google.com/gke-nodepool"] = (name,)
        if kinds := tuple(str(g.get("type")) for g in maps(node.get("guest_accelerator")) if g.get("type")):
            labels["cloud.google.com/gke-accelerator"] = kinds
    elif resource.provider == "aws":
        labels["eks.amazonaws.com/nodegroup"] = (name,)
    else:
        labels["agentpool"] = labels["kubernetes.azure.com/agentpool"] = (name,)
    if types:
        labels[INSTANCE_TYPE[0]] = tuple(types)
    return NodeSource(
        resource.address,
        resource.provider,
        None,
        labels,
        tuple(_terraform_taints(resource.provider, values, node)),
        tuple(types),
        priced=True,
        models=models_of(labels),
    )


def _terraform_taints(provider: str, values: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[Taint]:
    for taint in (*maps(values.get("taint")), *maps(node.get("taint"))):
        effect = str(taint.get("effect"))
        yield str(taint.get("key")), str(taint.get("value") or ""), _EFFECTS.get(effect, effect)
    for text in texts(values.get("node_taints")):
        key, _, rest = text.partition("=")
        value, _, effect = rest.partition(":")
        yield key, value, effect
    if provider == "google" and any(maps(node.get("guest_accelerator"))):
        yield _GPU_TAINT
    if values.get("priority") == "Spot":
        yield _SPOT_TAINT


def taints_of(raw: Any) -> tuple[Taint, ...]:
    """Taints of a node or of a pool's template."""
    return tuple((str(t.get("key")), str(t.get("value") or ""), str(t.get("effect") or "")) for t in maps(raw))


_MODEL_KEYS = (
    "nvidia.com/gpu.product", "cloud.google.com/gke-accelerator", "cloud.google.com/gke-tpu-accelerator",
    "karpenter.k8s.aws/instance-gpu-name", "eks.amazonaws.com/instance-gpu-name", "karpenter.azure.com/sku-gpu-name",
    "k8s.amazonaws.com/accelerator", "gpu.nvidia.com/class", "gpu.nvidia.com/model", "amd.com/gpu.product-name",
    "beta.amd.com/gpu.product-name", "karpenter.k8s.aws/instance-accelerator-name",
)  # fmt: skip
_HINT_KEYS = ("accelerator", "gpu", "gpu-type", "gpu-model", "gpu_type", "accelerator-type", "node-type")


def models_of(labels: Labels) -> tuple[str, ...]:
    """Family names of accelerators that labels allow.

    The labels of vendors and clouds are taken at their word; a label of people's own counts when its value is a known name.
    """
    for key in _MODEL_KEYS:
        if key in labels:
            return tuple(dict.fromkeys(canonical_model(bare_product(value)) for value in labels[key]))
    for key in _HINT_KEYS:
        if key in labels and all(canonical_model(value.lower()) != value.lower() for value in labels[key]):
            return tuple(dict.fromkeys(canonical_model(value) for value in labels[key]))
    return ()


def bare_product(name: str) -> str:
    """A GPU product label without what sharing adds to it: `NVIDIA-A100-SXM4-40GB-MIG-1g.5gb`, `Tesla-T4-SHARED`."""
    return name.partition("-MIG-")[0].removesuffix("-SHARED")
