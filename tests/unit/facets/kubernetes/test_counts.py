"""How many pods and accelerators each kind makes: every figure was counted by hand from the manifest of the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.kubernetes.run import Run, run_file, run_text

from spendgate.model.values import Unknown

A, B = Decimal(1) / 7, Decimal(3) / 7

HAND_COUNTS: Mapping[str, list[tuple[str, tuple[Any, Any, Any], Any, str]]] = {
    "nccl-gb200-jobset.yaml": [("JobSet/bench/allreduce-rack", (18, 18, 18), 72, "GB200")],
    "tpu-leader-worker-set.yaml": [("LeaderWorkerSet/serving/jet-serving", (12, 12, 12), 48, "TPU-v6e")],
    "ray.yaml": [
        ("RayCluster/research-dev/explore", (2, 2, None), None, "L4"),
        ("RayJob/research-dev/sweep", (1 + 4, 1 + 8, 1 + 12), 3 * 4 * 4, "TPU-v5p"),
        ("RayService/serving/chat", (1 + 1, 1 + 2, 1 + 5), 5 * 8, "A100-40GB"),
    ],
    "serving.yaml": [
        ("InferenceService/serving-dev/to-zero", (0, 1, 3), 3, "A10G"),
        ("InferenceService/serving/multi-node", (2, 2, 2), 2 * 4, ""),
        ("InferenceService/serving/by-runtime", (1, 1, 3), 3 * 2, ""),
        ("LLMInferenceService/serving/deepseek", (10, 10, 10), 2 * 4 * 8 + 2 * 8, ""),
        ("Service.serving.knative.dev/serving/embedder", (2, 2, None), None, ""),
        ("Service/serving/embedder", (0, 0, 0), 0, "none"),
    ],
    "training.yaml": [
        ("PyTorchJob/research/finetune", (1 + 1, 1 + 3, 1 + 6), 7 * 8, "A100-40GB"),
        ("MPIJob/research/bert", (5, 5, 5), 4 * 8, ""),
        ("ClusterTrainingRuntime/torch-h100", (0, 0, 0), 0, "none"),
        ("TrainJob/research/pretrain", (5, 5, 5), 5 * 8, "H100"),
        ("Job.batch.volcano.sh/research/tf", (3, 3, 3), 2 * 2, ""),
        ("AppWrapper/research/wrapped", (3, 3, 3), 3 * 2, ""),
        ("SparkApplication/data/etl", (5, 5, 5), 4, ""),
        ("Workflow/data/pipeline-*", (0, 1, 5), 5, ""),
    ],
    "sharing.yaml": [
        ("Pod/ml/mig-mixed", (1, 1, 1), 3 * A, "H100"),
        ("Pod/ml/mig-single", (1, 1, 1), B, "A100-40GB"),
        ("Pod/ml/gke-sharing", (1, 1, 1), Decimal("0.25"), "T4"),
        ("Pod/ml/hami", (1, 1, 1), Decimal("0.3"), ""),
        ("Pod/ml/renamed", (1, 1, 1), Decimal("0.2"), ""),
        ("Pod/ml/neuron-cores", (1, 1, 1), 2, "Trainium"),
    ],
    "claims.yaml": [
        ("Deployment/dra/own-pairs", (3, 3, 3), 3 * 2, "A100"),
        ("Deployment/dra/sharing-a", (4, 4, 4), 1, ""),
        ("Pod/dra/sharing-b", (1, 1, 1), 0, "none"),
        ("Pod/dra/either-way", (1, 1, 1), 1, ""),
    ],
    "nodes.json": [
        ("Node/gpu-a", (1, 1, 1), 4, "A10G"),
        ("Node/gpu-b", (1, 1, 1), 8, "A100-40GB"),
        ("Node/sliced", (1, 1, 1), 1, "T4"),
        ("Node/plain", (1, 1, 1), 0, "none"),
    ],
    "karpenter.yaml": [
        ("NodePool/bounded", (0, 0, 16), 16, "A10G"),
        ("NodePool/fixed", (3, 3, 3), 0, "none"),
        ("Deployment/serving/on-the-bounded-pool", (2, 2, 2), 2, "A10G"),
    ],
    "operators.yaml": [
        ("VLLMRuntime/serving/chat", (3, 3, 3), 3 * 2, ""),
        ("NIMService/serving/instruct", (1, 1, 4), 4, "L40S"),
        ("RayCluster/serving/halves", (3, 3, 3), 1, ""),
        ("Pod/serving/by-class", (1, 1, 1), 2 * A, ""),
        ("Pod/serving/by-first-alpha", (1, 1, 1), 2, ""),
        ("Deployment/serving/sliced", (4, 4, 4), 4, ""),
        ("DisaggregatedSet/serving/split", (2 * (2 + 6), 2 * (2 + 6), 2 * (8 + 6)), 2 * (8 + 6), ""),
        ("SandboxWarmPool/agents/warm", (6, 6, 6), 0, "none"),
        ("SandboxTemplate/agents/python", (0, 0, 0), 0, "none"),
    ],
    "queue.yaml": [("Job/team-a/queued", (4, 4, 4), 4 * 2, "H100")],
    "plain.yaml": [
        ("Deployment/shop/api", (2, 3, 10), 0, "none"),
        ("Deployment/shop/worker", (0, 1, 100), 0, "none"),
        ("CronJob/shop/nightly", (2, 2, 2), 0, "none"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "address", "pods", "accelerators", "model"),
    [pytest.param(file, *row, id=row[0]) for file, rows in HAND_COUNTS.items() for row in rows],
)
def test_hand_counts(file: str, address: str, pods: tuple[Any, Any, Any], accelerators: Any, model: str) -> None:
    facets = run_file(file).facets[address]
    assert (facets.capacity.min, facets.capacity.desired, facets.capacity.max) == pods
    total = facets.accel.max_total
    assert total == pytest.approx(accelerators) if isinstance(accelerators, Decimal) else total == accelerators
    if model == "none":
        assert facets.accel.models == ()
    elif model:
        assert facets.accel.models == (model,)
    else:
        assert isinstance(facets.accel.models, Unknown)


def test_a_node_list_sums_exactly_and_tells_capacity_from_allocatable() -> None:
    nodes = run_file("nodes.json").facets
    assert sum(facets.accel.max_total for facets in nodes.values()) == 4 + 8 + 1 + 0  # type: ignore[misc]
    assert nodes["Node/gpu-a"].k8s["capacity"]["nvidia.com/gpu"] == 4
    assert nodes["Node/gpu-a"].k8s["allocatable"]["nvidia.com/gpu"] == 3
    assert nodes["Node/gpu-a"].k8s["accelerators_allocatable"] == 3
    assert nodes["Node/gpu-a"].purchase.model == "spot"
    assert nodes["Node/gpu-a"].region == "us-east-1"


def test_a_claim_that_is_nowhere_is_unknown() -> None:
    facets = run_file("claims.yaml").facets["Pod/dra/elsewhere"]
    assert isinstance(facets.accel.count, Unknown)
    assert "nowhere-gpu is not in this run" in facets.accel.count.reason


def test_an_unknown_kind_is_found_by_its_shape() -> None:
    facets = run_file("training.yaml").facets["InferencePark/data/odd"]
    assert facets.kind == "k8s.workload"
    assert facets.accel.count == 4
    assert isinstance(facets.capacity.desired, Unknown)
    assert isinstance(facets.accel.max_total, Unknown)


def test_devices_without_containers_are_found_by_their_shape() -> None:
    facets = run_file("operators.yaml").facets["ModelHost/serving/bare"]
    assert (facets.kind, facets.accel.count) == ("k8s.workload", 2)
    assert isinstance(facets.accel.max_total, Unknown)


def test_fields_of_a_runtime_are_the_engines_arguments() -> None:
    llm = run_file("operators.yaml").facets["VLLMRuntime/serving/chat"].llm
    assert (llm["engine"], llm["model"], llm["tensor_parallel"], llm["parameters_billions"]) == (
        "vllm",
        "org/Chat-8B-Instruct",
        2,
        8,
    )


def pods(kind: str, spec: str, version: str = "apps/v1") -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w, namespace: n}}\nspec: {spec}\n"


TEMPLATE = "{spec: {containers: [{name: c, image: x, resources: {limits: {nvidia.com/gpu: 2}}}]}}"


@pytest.mark.parametrize(
    ("text", "expected", "total"),
    [
        (pods("Deployment", f"{{template: {TEMPLATE}}}"), (1, 1, 1), 2),
        (pods("Deployment", f"{{replicas: 0, template: {TEMPLATE}}}"), (0, 0, 0), 0),
        (pods("Deployment", f"{{replicas: '${{N}}', template: {TEMPLATE}}}"), ("?", "?", "?"), "?"),
        (pods("Rollout", f"{{replicas: 3, template: {TEMPLATE}}}", "argoproj.io/v1alpha1"), (3, 3, 3), 6),
        (pods("Job", f"{{parallelism: 8, completions: 3, template: {TEMPLATE}}}", "batch/v1"), (3, 3, 3), 6),
        (pods("Job", f"{{suspend: true, template: {TEMPLATE}}}", "batch/v1"), (0, 0, 0), 0),
        (pods("CronJob", f"{{schedule: '@daily', jobTemplate: {{spec: {{parallelism: 2, template: {TEMPLATE}}}}}}}", "batch/v1"), (2, 2, 2), 4),
        (pods("ScaledJob", f"{{jobTargetRef: {{template: {TEMPLATE}}}}}", "keda.sh/v1alpha1"), (0, 0, 100), 200),
        (pods("DaemonSet", f"{{template: {TEMPLATE}}}"), ("?", "?", "?"), "?"),
        (pods("Notebook", f"{{template: {TEMPLATE}}}", "kubeflow.org/v1"), (1, 1, 1), 2),
        (pods("LeaderWorkerSet", f"{{replicas: 2, leaderWorkerTemplate: {{size: 3, workerTemplate: {TEMPLATE}}}}}", "leaderworkerset.x-k8s.io/v1"), (6, 6, 6), 12),
        (pods("LeaderWorkerSet", f"{{leaderWorkerTemplate: {{workerTemplate: {TEMPLATE}}}}}", "leaderworkerset.x-k8s.io/v1"), (1, 1, 1), 2),
        (pods("RayCluster", f"{{suspend: true, headGroupSpec: {{template: {TEMPLATE}}}, workerGroupSpecs: [{{replicas: 3, template: {TEMPLATE}}}]}}", "ray.io/v1"), (0, 0, 0), 0),
        (pods("RayCluster", f"{{workerGroupSpecs: [{{replicas: 3, maxReplicas: 2147483647, template: {TEMPLATE}}}]}}", "ray.io/v1"), (0, 3, None), None),
        (pods("InferenceService", "{predictor: {minReplicas: 0, model: {resources: {limits: {nvidia.com/gpu: 1}}}}}", "serving.kserve.io/v1beta1"), (0, 1, None), None),
        (pods("InferenceService", "{predictor: {triton: {resources: {limits: {nvidia.com/gpu: 1}}}, maxReplicas: 2}}", "serving.kserve.io/v1beta1"), (1, 1, 2), 2),
        (pods("Service", f"{{template: {TEMPLATE}}}", "serving.knative.dev/v1"), (0, 1, None), None),
        (pods("TrainJob", "{runtimeRef: {name: elsewhere}, trainer: {numNodes: 3, resourcesPerNode: {limits: {nvidia.com/gpu: 8}}}}", "trainer.kubeflow.org/v1alpha1"), (3, 3, 3), 24),
        (pods("TrainJob", "{runtimeRef: {name: elsewhere}, trainer: {resourcesPerNode: {limits: {nvidia.com/gpu: 8}}}}", "trainer.kubeflow.org/v1alpha1"), ("?", "?", "?"), "?"),
        (pods("Experiment", f"{{parallelTrialCount: 4, trialTemplate: {{trialSpec: {{apiVersion: batch/v1, kind: Job, spec: {{template: {TEMPLATE}}}}}}}}}", "kubeflow.org/v1beta1"), (4, 4, 4), 8),
        (pods("SparkApplication", "{driver: {}, executor: {}, dynamicAllocation: {enabled: true, minExecutors: 1}}", "sparkoperator.k8s.io/v1beta2"), (2, 2, None), 0),
    ],
    ids=[
        "one replica by default", "none", "a placeholder", "an Argo rollout", "no more than completions", "a suspended job", "one run of a cron job",
        "KEDA's bounds of jobs", "daemons without nodes", "a notebook", "a worker template leads too", "a group of one", "a suspended ray cluster",
        "the largest number is no bound", "scale to zero without a bound", "a framework's own field", "knative from zero to no limit",
        "a runtime elsewhere", "a runtime elsewhere that decides", "a sweep", "executors without a bound",
    ],
)  # fmt: skip
def test_multipliers(tmp_path: Path, text: str, expected: tuple[Any, Any, Any], total: Any) -> None:
    facets = run_text(text, tmp_path).only
    shown = tuple(
        "?" if isinstance(v, Unknown) else v
        for v in (facets.capacity.min, facets.capacity.desired, facets.capacity.max)
    )
    assert shown == expected
    assert ("?" if isinstance(facets.accel.max_total, Unknown) else facets.accel.max_total) == total


def daemon_run(tmp_path: Path) -> Run:
    nodes = "---\n".join(
        f"apiVersion: v1\nkind: Node\nmetadata: {{name: n{n}, labels: {{gpu: '{str(n < 2).lower()}'}}}}\n"
        for n in range(5)
    )
    daemon = pods("DaemonSet", "{template: {spec: {nodeSelector: {gpu: 'true'}, containers: [{name: c, image: x}]}}}")
    return run_text(nodes + "---\n" + daemon, tmp_path)


def test_a_daemon_set_has_a_pod_on_each_node_that_takes_it(tmp_path: Path) -> None:
    assert daemon_run(tmp_path).facets["DaemonSet/n/w"].capacity.desired == 2


SCALER = """
apiVersion: {version}
kind: {kind}
metadata: {{name: s, namespace: n}}
spec: {{scaleTargetRef: {{kind: Deployment, name: w}}, {bounds}}}
---
"""


@pytest.mark.parametrize(
    ("kind", "version", "bounds", "expected"),
    [
        ("HorizontalPodAutoscaler", "autoscaling/v2", "minReplicas: 2, maxReplicas: 9", (2, 4, 9)),
        ("HorizontalPodAutoscaler", "autoscaling/v1", "maxReplicas: 3", (1, 3, 3)),
        ("ScaledObject", "keda.sh/v1alpha1", "triggers: [{type: prometheus}]", (0, 4, 100)),
        ("ScaledObject", "keda.sh/v1alpha1", "minReplicaCount: 5, idleReplicaCount: 0, triggers: []", (0, 5, 100)),
    ],
    ids=["hpa bounds", "hpa from one", "keda from none to a hundred", "keda idle"],
)
def test_autoscalers_bound_what_they_target(
    tmp_path: Path, kind: str, version: str, bounds: str, expected: tuple[int, int, int]
) -> None:
    text = SCALER.format(kind=kind, version=version, bounds=bounds) + pods(
        "Deployment", f"{{replicas: 4, template: {TEMPLATE}}}"
    )
    facets = run_text(text, tmp_path).facets["Deployment/n/w"]
    assert (facets.capacity.min, facets.capacity.desired, facets.capacity.max) == expected
    assert facets.accel.max_total == expected[2] * 2
    assert facets.scaling.kind == "autoscaling"
