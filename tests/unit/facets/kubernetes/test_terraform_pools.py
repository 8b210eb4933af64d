"""Workloads and the node pools of a Terraform plan in one run: who runs where, and who is paid where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.corpus.kubernetes.run import Run, run

from spendgate.inputs.kubernetes import read_manifests
from spendgate.model.attributes import Attributes
from spendgate.model.cost import EstimateState
from spendgate.model.frozen import replace
from spendgate.model.resource import Action, Change, Resource

GPU_POD = """
apiVersion: v1
kind: Pod
metadata: {{name: p, namespace: n}}
spec:
  nodeSelector: {{{selector}}}
  tolerations: {tolerations}
  containers: [{{name: c, image: x, resources: {{requests: {{cpu: 2, memory: 8Gi}}, limits: {{nvidia.com/gpu: 1}}}}}}]
"""
ANY = "[{operator: Exists}]"


def pool(type_: str, **values: Any) -> Change:
    provider = {"aws": "aws", "google": "google", "azurerm": "azure"}[type_.partition("_")[0]]
    resource = Resource(f"{type_}.gpu", type_, "gpu", provider, Attributes(values))
    return Change(resource.address, Action.CREATE, None, resource)


def together(tmp_path: Path, pods: str, *pools: Change) -> Run:
    path = tmp_path / "p.yaml"
    path.write_text(pods)
    manifests = read_manifests([path], {})
    return run(replace(manifests, changes=(*manifests.changes, *pools)), {"google": "us-central1", "aws": "us-east-1"})


GKE = pool("google_container_node_pool", name="a100", node_config=[{"machine_type": "a2-highgpu-1g", "guest_accelerator": [{"type": "nvidia-tesla-a100", "count": 1}]}])  # fmt: skip
EKS = pool("aws_eks_node_group", node_group_name="gpus", instance_types=["g5.xlarge"], labels={"role": "gpu"}, taint=[{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}])  # fmt: skip
AKS = pool("azurerm_kubernetes_cluster_node_pool", name="spot", vm_size="Standard_NC24ads_A100_v4", priority="Spot", node_taints=["sku=gpu:NoSchedule"])  # fmt: skip


@pytest.mark.parametrize(
    ("pools", "selector", "tolerations", "found", "model"),
    [
        ([GKE], "cloud.google.com/gke-nodepool: a100", ANY, "google_container_node_pool.gpu", "A100-40GB"),
        (
            [GKE],
            "cloud.google.com/gke-accelerator: nvidia-tesla-a100",
            ANY,
            "google_container_node_pool.gpu",
            "A100-40GB",
        ),
        (
            [EKS],
            "role: gpu",
            "[{key: gpu, operator: Equal, value: 'yes', effect: NoSchedule}]",
            "aws_eks_node_group.gpu",
            "A10G",
        ),
        ([EKS], "eks.amazonaws.com/nodegroup: gpus", ANY, "aws_eks_node_group.gpu", "A10G"),
        ([AKS], "agentpool: spot", ANY, "azurerm_kubernetes_cluster_node_pool.gpu", "A100-80GB"),
        ([EKS, AKS], "agentpool: spot", ANY, "azurerm_kubernetes_cluster_node_pool.gpu", "A100-80GB"),
    ],
    ids=["gke pool", "gke accelerator", "eks label and taint", "eks group", "aks pool", "the one of two"],
)
def test_a_pod_finds_its_pool_and_is_paid_there(
    tmp_path: Path, pools: list[Change], selector: str, tolerations: str, found: str, model: str
) -> None:
    done = together(tmp_path, GPU_POD.format(selector=selector, tolerations=tolerations), *pools)
    facets = done.facets["Pod/n/p"]
    assert facets.k8s["node_pools"] == (found,)
    assert facets.accel.models == (model,)
    assert done.costs["Pod/n/p"].state is EstimateState.FREE
    assert facets.notes == (f"its nodes are priced in this run: {found}",)


@pytest.mark.parametrize(
    ("selector", "tolerations"),
    [("role: gpu", "[]"), ("role: other", ANY), ("eks.amazonaws.com/nodegroup: others", ANY)],
    ids=["the taint keeps it away", "another label", "another group"],
)
def test_a_pod_that_the_pool_does_not_take_is_priced_itself(tmp_path: Path, selector: str, tolerations: str) -> None:
    done = together(tmp_path, GPU_POD.format(selector=selector, tolerations=tolerations), EKS)
    assert done.facets["Pod/n/p"].k8s["node_pools"] == ()
    assert done.costs["Pod/n/p"].state is not EstimateState.FREE
