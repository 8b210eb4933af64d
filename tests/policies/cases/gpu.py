"""Plans and manifests for the pack gpu."""

from tests.policies.manifests import deployment, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}
_VLLM = "vllm/vllm-openai:v0.8.0"


def _serving(*args: str, node: str | None = "A100") -> str:
    return manifest(deployment(pod(*args, gpus=1, node=node, image=_VLLM)))


def _eks(**more: object) -> str:
    return plan(
        r("aws_eks_node_group.gpu", cluster_name="ml", instance_types=["g5.12xlarge"], tags=DEV,
          scaling_config=[{"min_size": 0, "desired_size": 0, "max_size": 2}], **more)
    )  # fmt: skip


CASES = {
    "GPU-002": {
        "pass.l4": plan(r("aws_instance.a", instance_type="g6.xlarge", tags=DEV)),
        "fail.v100": plan(r("aws_instance.a", instance_type="p3.2xlarge", tags=DEV)),
        "unknown.type-known-after-apply": plan(
            r("aws_instance.a", tags={**DEV, "workload": "train"}, unknown={"instance_type": True})
        ),
        "skip.cpu-machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
    },
    "GPU-003": {
        "pass.small-machine": plan(r("aws_instance.a", instance_type="g6.xlarge", tags=DEV)),
        "fail.eight-a100-in-dev": plan(r("aws_instance.a", instance_type="p4d.24xlarge", tags=DEV)),
        "fail.h100-in-prod": plan(r("aws_instance.a", instance_type="p5.48xlarge", tags=PROD)),
        "fail.empty-pool-of-a100": plan(
            r("aws_eks_node_group.gpu", cluster_name="ml", instance_types=["p4d.24xlarge"], tags=DEV,
              scaling_config=[{"min_size": 0, "desired_size": 0, "max_size": 2}])
        ),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=DEV, unknown={"instance_type": True})),
        "skip.bucket": plan(r("aws_s3_bucket.a", bucket="a", tags=DEV)),
    },
    "GPU-005": {
        "fail.seven-billion-on-an-a100": _serving("--model=mistralai/Mistral-7B-v0.3"),
        "pass.seventy-billion-at-four-bits": _serving("--model=acme/llama-70b-awq"),
        "unknown.gpu-not-named": _serving("--model=mistralai/Mistral-7B-v0.3", node=None),
        "skip.model-not-named": _serving("--port=8000"),
    },
    "GPU-007": {
        "pass.tainted-pool": _eks(taint=[{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]),
        "fail.pool-takes-any-pod": _eks(taint=[]),
        "fail.aks-pool-takes-any-pod": plan(
            r("azurerm_kubernetes_cluster_node_pool.gpu", name="gpu", vm_size="Standard_NC24ads_A100_v4", node_count=1,
              tags=DEV, node_taints=None)
        ),
        "unknown.taint-known-after-apply": _eks(unknown={"taint": True}),
        "fail.cpu-pod-tolerates-gpu-nodes": manifest(
            deployment(pod(tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}]))
        ),
        "fail.karpenter-pool-without-taint": manifest(
            thing("NodePool", {"limits": {"nvidia.com/gpu": 8}, "template": {"spec": {"nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "a"}, "requirements": [
                {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}]}}}, namespace=None)
        ),
        "skip.cpu-pool": plan(
            r("aws_eks_node_group.cpu", cluster_name="ml", instance_types=["m6i.large"], tags=DEV, taint=[],
              scaling_config=[{"min_size": 0, "desired_size": 0, "max_size": 2}])
        ),
    },
}  # fmt: skip
