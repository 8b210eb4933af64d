"""Plans and manifests for the packs experiment, sustainability and what else runs on Kubernetes."""

import json

from tests.policies.manifests import deployment, job, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

DEV = {"environment": "dev"}
PROD = {"environment": "prod"}


def _experiments(count: int) -> str:
    return plan(
        *(r(f"aws_instance.e{number}", instance_type="g5.xlarge",
            tags={**DEV, "team": "vision", "workload": "train", "experiment": f"e{number}"}) for number in range(count))
    )  # fmt: skip


def _job(
    *args: str,
    gpus: int = 1,
    node: str | None = "L4",
    hours: int = 24,
    tries: int | None = 0,
    pods: int = 1,
    **labels: str,
) -> str:
    fields = {"activeDeadlineSeconds": hours * 3600, "parallelism": pods, "completions": pods}
    if tries is not None:
        fields["backoffLimit"] = tries
    return manifest(job(pod(*args, gpus=gpus, node=node), labels={**DEV, "workload": "train", **labels}, **fields))


_QUOTA = {
    "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "gpus", "namespace": "ml"},
    "spec": {"hard": {"requests.nvidia.com/gpu": "8"}},
}  # fmt: skip
_GPU_JOB = job(pod(gpus=1, node="L4"), labels=DEV)


def _with_file(text: str) -> str:
    """A training job whose trainer reads its settings from a ConfigMap."""
    volumes = [{"name": "settings", "configMap": {"name": "trainer"}}]
    holder = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "trainer", "namespace": "ml"},
        "data": {"settings": text},
    }
    labels = {"environment": "dev", "workload": "train"}
    made = job(pod("--epochs=3", gpus=1, node="L4", volumes=volumes), labels=labels, activeDeadlineSeconds=3600)
    return manifest(holder, made)


def _sagemaker(**hyperparameters: str) -> str:
    return plan(
        r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV, hyper_parameters=hyperparameters,
          resource_config=[{"instance_type": "ml.g5.xlarge", "instance_count": 1}]),
    )  # fmt: skip


def _pytorch(policy: str | None, **run: int) -> str:
    role = {"replicas": 2, "template": {"spec": pod(gpus=1, node="L4")}} | ({"restartPolicy": policy} if policy else {})
    return manifest(
        {"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob", "metadata": {"name": "a", "namespace": "ml", "labels": {**DEV, "workload": "train"}},
         "spec": {"runPolicy": run, "pytorchReplicaSpecs": {"Worker": role}}}
    )  # fmt: skip


def _argo(strategy: dict[str, str]) -> str:
    step = pod(gpus=1, node="L4")
    return manifest(
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "a", "namespace": "ml", "labels": {**DEV, "workload": "train"}},
         "spec": {"entrypoint": "main", "templates": [
             {"name": "main", "retryStrategy": strategy, "container": step["containers"][0], "nodeSelector": step["nodeSelector"]}]}}
    )  # fmt: skip


def _batch(attempts: int) -> str:
    container = {"image": "a", "resourceRequirements": [{"type": "GPU", "value": "1"}, {"type": "VCPU", "value": "4"}]}
    return plan(
        r("aws_batch_job_definition.a", name="a", type="container", container_properties=json.dumps(container),
          retry_strategy=[{"attempts": attempts}], tags={**DEV, "workload": "train"})
    )  # fmt: skip


CASES = {
    "EXP-001": {
        "pass.three": _experiments(3),
        "fail.seven": _experiments(7),
        "skip.none": plan(r("aws_instance.a", instance_type="m6i.large", tags={**DEV, "team": "web"})),
    },
    "EXP-002": {
        "pass.bf16": _job("--bf16"),
        "fail.nothing-said": _job("--epochs=3"),
        "fail.full-tuning-of-eight-billion": _job("--bf16", "--model=acme/llama-8b", workload="tune"),
        "unknown.precision-filled-in-later": _job("--precision=$(PRECISION)"),
        "pass.deepspeed-file-in-a-config-map": _with_file('{"bf16": {"enabled": true}}'),
        "fail.lightning-file-says-32-bits": _with_file("trainer: {precision: 32}"),
        "pass.adapters-of-eight-billion": _job("--bf16", "--lora_r=16", "--model=acme/llama-8b", workload="tune"),
        "pass.reason-for-tuning-all-of-it": _job("--bf16", "--model=acme/llama-8b", workload="tune", **{"full-tuning": "new-language"}),
        "pass.switch-of-hydra": _job("trainer.precision=bf16-mixed"),
        "skip.trainium-takes-16-bits-by-itself": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV, resource_config=[{"instance_type": "ml.trn1.32xlarge", "instance_count": 1}])
        ),
        "pass.hyperparameters-say-bf16": _sagemaker(bf16="true"),
        "fail.hyperparameters-say-32-bits": _sagemaker(precision="32"),
        "unknown.hyperparameters-say-nothing": _sagemaker(epochs="3"),
        "skip.no-gpus": _job(gpus=0, node="cpu"),
    },
    "EXP-004": {
        "pass.no-retry": _job(),
        "fail.six-unless-stated": _job(tries=None),
        "pass.nine-that-resume": _job("--resume=latest", tries=9),
        "fail.pytorch-job-for-ever": _pytorch("OnFailure"),
        "fail.pytorch-job-that-says-nothing": _pytorch(None),
        "pass.pytorch-job-that-never-restarts": _pytorch("Never", backoffLimit=0),
        "fail.step-of-argo-ten-times": _argo({"limit": "10"}),
        "fail.step-of-argo-for-ever": _argo({}),
        "pass.step-of-argo-twice": _argo({"limit": "2"}),
        "fail.pod-by-itself-that-starts-again": manifest(thing("Pod", pod("train.py", gpus=1, node="L4"), labels={**DEV, "workload": "train"})),
        "fail.ten-attempts-of-batch": _batch(10),
        "pass.three-attempts-of-batch-are-two-retries": _batch(3),
        "pass.four-that-resume": _job("--resume=latest", tries=4),
        "unknown.known-after-apply": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV, unknown={"retry_strategy": True},
              refs={"retry_strategy.maximum_retry_attempts": "terraform_data.a.output"},
              resource_config=[{"instance_type": "ml.g5.xlarge", "instance_count": 1}])
        ),
        "skip.no-gpus": _job(gpus=0, node="cpu", tries=6),
    },
    "EXP-005": {
        "pass.a-day-on-one-gpu": _job(),
        "fail.sixty-four-gpus": _job(gpus=8, node="A100", pods=8, hours=48),
        "unknown.nothing-tells-what-ran-before": _job(gpus=8, node="A100", pods=8, hours=48, experiment="e-1"),
        "pass.after-a-pilot": _job(gpus=8, node="A100", pods=8, hours=48, **{"pilot-run": "run-41"}),
        "unknown.machine-known-after-apply": plan(
            r("aws_sagemaker_training_job.a", training_job_name="a", tags=DEV, unknown={"resource_config": True},
              stopping_condition=[{"max_runtime_in_seconds": 172800}])
        ),
        "skip.service": manifest(deployment(pod(gpus=1, node="L4"), labels=DEV)),
    },
    "SUS-002": {
        "pass.small-machine": plan(r("aws_instance.a", instance_type="m6i.large", tags=DEV)),
        "fail.eight-h100": plan(r("aws_instance.a", instance_type="p5.48xlarge", tags=PROD)),
        "unknown.type-known-after-apply": plan(r("aws_instance.a", tags=DEV, unknown={"instance_type": True})),
    },
    "SUS-003": {
        "fail.much-energy-at-any-time": plan(
            r("aws_eks_node_group.a", cluster_name="ml", instance_types=["p5.48xlarge"], tags={**DEV, "workload": "train"},
              scaling_config=[{"min_size": 1, "desired_size": 1, "max_size": 1}])
        ),
        "pass.has-a-window": plan(
            r("aws_eks_node_group.a", cluster_name="ml", instance_types=["p5.48xlarge"],
              tags={**DEV, "workload": "train", "deferrable": "true"},
              scaling_config=[{"min_size": 1, "desired_size": 1, "max_size": 1}])
        ),
        "unknown.type-known-after-apply": plan(
            r("aws_eks_node_group.a", cluster_name="ml", tags={**DEV, "workload": "train"}, unknown={"instance_types": True},
              refs={"instance_types": "terraform_data.a.output"}, scaling_config=[{"min_size": 1, "desired_size": 1, "max_size": 1}])
        ),
        "skip.service": manifest(deployment(pod(gpus=1, node="L4"), labels={**DEV, "workload": "infer"})),
    },
    "SIZE-004": {
        "pass.quota": manifest(_QUOTA, _GPU_JOB),
        "fail.no-quota": manifest(_GPU_JOB),
        "pass.queue": manifest(job(pod(gpus=1, node="L4"), labels={"kueue.x-k8s.io/queue-name": "research"})),
        "fail.queue-borrows-without-bound": manifest(
            {"apiVersion": "kueue.x-k8s.io/v1beta1", "kind": "ClusterQueue", "metadata": {"name": "a"}, "spec": {"cohort": "all", "resourceGroups": [
                {"coveredResources": ["nvidia.com/gpu"], "flavors": [{"name": "l4", "resources": [{"name": "nvidia.com/gpu", "nominalQuota": 8}]}]}]}}
        ),
        "skip.no-gpus": manifest(deployment(pod(node="cpu"))),
    },
    "K8S-001": {
        "pass.a-fair-share": manifest(job(pod(gpus=1, node="L4", requests={"cpu": "3", "memory": "12Gi"}))),
        "fail.no-cpu-or-memory": manifest(job(pod(gpus=1, node="L4", requests={}))),
    },
    "K8S-002": {
        "pass.limited": manifest(
            thing("NodePool", {"limits": {"nvidia.com/gpu": 4, "cpu": 64}, "disruption": {"consolidationPolicy": "WhenEmptyOrUnderutilized",
                  "consolidateAfter": "5m"}, "template": {"metadata": {"labels": DEV}, "spec": {"nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "a"},
                  "taints": [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}], "requirements": [
                  {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}]}}}, namespace=None, labels=DEV)
        ),
        "fail.no-limits": manifest(
            thing("NodePool", {"template": {"spec": {"nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "a"}, "requirements": [
                  {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}]}}}, namespace=None, labels=DEV)
        ),
    },
    "K8S-003": {
        "pass.one-replica": manifest(deployment(pod(gpus=1, node="L4", image="vllm/vllm-openai:v0.8.0"), labels=PROD)),
        "fail.keda-looks-at-processors": manifest(
            deployment(pod(gpus=1, node="L4", image="vllm/vllm-openai:v0.8.0"), labels=PROD),
            thing("ScaledObject", {"scaleTargetRef": {"name": "a"}, "minReplicaCount": 1, "maxReplicaCount": 4,
                  "triggers": [{"type": "cpu", "metricType": "Utilization", "metadata": {"value": "60"}}]}, name="s"),
        ),
        "fail.service-that-is-four-and-stays-four": manifest(
            thing("InferenceService", {"predictor": {"minReplicas": 4, "maxReplicas": 4, "model": {"modelFormat": {"name": "huggingface"},
                  "storageUri": "s3://models/a", "resources": {"limits": {"nvidia.com/gpu": "1"}}}}}, labels=PROD)
        ),
        "fail.three-replicas-of-a-language-model": manifest(
            {"apiVersion": "serving.kserve.io/v1alpha1", "kind": "LLMInferenceService", "metadata": {"name": "a", "namespace": "ml", "labels": PROD},
             "spec": {"replicas": 3, "model": {"uri": "hf://a", "name": "a"}, "template": {"containers": [
                 {"name": "main", "image": "vllm/vllm-openai:v0.8.0", "resources": {"limits": {"nvidia.com/gpu": "1"}}}]}}}
        ),
        "fail.four-replicas-day-and-night": manifest(
            deployment(pod(gpus=1, node="L4", image="vllm/vllm-openai:v0.8.0"), replicas=4, labels=PROD)
        ),
    },
    "K8S-004": {
        "pass.training-with-a-cap": manifest(
            job(pod(gpus=1, node="L4"), labels={**DEV, "workload": "train"}, activeDeadlineSeconds=3600)
        ),
        "fail.service-that-must-not-move": manifest(
            thing("Deployment", {"replicas": 1, "selector": {"matchLabels": {"app": "a"}}, "template": {
                "metadata": {"labels": {"app": "a", "workload": "infer"}, "annotations": {"karpenter.sh/do-not-disrupt": "true"}},
                "spec": pod(gpus=1, node="A100")}}, labels={"workload": "infer"})
        ),
    },
    "K8S-005": {
        "fail.no-bound": manifest(
            thing("RayCluster", {"headGroupSpec": {"template": {"spec": pod()}}, "workerGroupSpecs": [
                {"groupName": "gpu", "replicas": 1, "template": {"spec": pod(gpus=1, node="L4")}}]}, labels=DEV)
        ),
        "pass.scales-and-ends": manifest(
            thing("RayCluster", {"enableInTreeAutoscaling": True, "autoscalerOptions": {"idleTimeoutSeconds": 120},
                  "headGroupSpec": {"template": {"spec": pod()}}, "workerGroupSpecs": [
                {"groupName": "gpu", "replicas": 0, "minReplicas": 0, "maxReplicas": 2, "template": {"spec": pod(gpus=1, node="L4")}}]},
                  labels={**DEV, "expires-on": "2026-12-20"})
        ),
    },
}  # fmt: skip
