"""The kinds of workloads: how many pods each makes of which template. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spendgate.facets.kubernetes.kinds import core, data, operators, ray, serving, training
from spendgate.facets.kubernetes.kinds.around import Around
from spendgate.facets.kubernetes.podset import PodSet
from spendgate.model.frozen import Frozen


class Kind(Frozen):
    """A kind of workload: its pods, the phase of work that it implies, and how it ends.

    `ends`: it runs to an end by itself (a job). `template`: it describes pods for others and starts none.
    """

    pods: Callable[[Mapping[str, Any], Around], Iterable[PodSet]]
    phase: str | None = None
    ends: bool = False
    template: bool = False


_TRAINING = Kind(training.roles, "train", ends=True)

KINDS: Mapping[str, Kind] = {
    "Pod": Kind(core.pod),
    "Deployment": Kind(core.replicated),
    "StatefulSet": Kind(core.replicated),
    "ReplicaSet": Kind(core.replicated),
    "ReplicationController": Kind(core.replicated),
    "DeploymentConfig": Kind(core.replicated),
    "Rollout": Kind(core.replicated),
    "CloneSet": Kind(core.replicated),
    "DaemonSet": Kind(core.daemon),
    "Job": Kind(core.job, ends=True),
    "CronJob": Kind(core.cron_job, ends=True),
    "ScaledJob": Kind(core.scaled_job, ends=True),
    "JobSet": Kind(core.job_set, ends=True),
    "LeaderWorkerSet": Kind(core.leader_worker_set),
    "DisaggregatedSet": Kind(core.disaggregated_set),
    "Sandbox": Kind(core.sandbox),
    "SandboxWarmPool": Kind(core.sandbox),
    "SandboxTemplate": Kind(training.training_runtime, template=True),
    "Job.batch.volcano.sh": Kind(core.volcano_job, ends=True),
    "RayCluster": Kind(ray.ray),
    "RayJob": Kind(ray.ray, ends=True),
    "RayCronJob": Kind(ray.ray, ends=True),
    "RayService": Kind(ray.ray, "infer"),
    "PyTorchJob": _TRAINING,
    "TFJob": _TRAINING,
    "XGBoostJob": _TRAINING,
    "PaddleJob": _TRAINING,
    "JAXJob": _TRAINING,
    "MXJob": _TRAINING,
    "MPIJob": _TRAINING,
    "TrainJob": Kind(training.train_job, "train", ends=True),
    "ClusterTrainingRuntime": Kind(training.training_runtime, template=True),
    "TrainingRuntime": Kind(training.training_runtime, template=True),
    "Experiment": Kind(training.katib_experiment, "search", ends=True),
    "InferenceService": Kind(serving.inference_service, "infer"),
    "LLMInferenceService": Kind(serving.llm_inference_service, "infer"),
    "SeldonDeployment": Kind(serving.seldon_deployment, "infer"),
    "Service.serving.knative.dev": Kind(serving.knative_service),
    "Notebook": Kind(serving.notebook, "notebook"),
    "SparkApplication": Kind(data.spark_application, "prepare", ends=True),
    "ScheduledSparkApplication": Kind(data.spark_application, "prepare", ends=True),
    "Workflow": Kind(data.workflow, ends=True),
    "CronWorkflow": Kind(data.workflow, ends=True),
    "WorkflowTemplate": Kind(data.workflow_template, template=True),
    "ClusterWorkflowTemplate": Kind(data.workflow_template, template=True),
    "PodTemplate": Kind(training.training_runtime, template=True),
    "ServingRuntime": Kind(training.training_runtime, template=True),
    "ClusterServingRuntime": Kind(training.training_runtime, template=True),
    "LLMInferenceServiceConfig": Kind(training.training_runtime, template=True),
    "AppWrapper": Kind(data.app_wrapper),
    "VLLMRuntime": Kind(operators.vllm_runtime, "infer"),
    "VLLMRouter": Kind(operators.vllm_runtime),
    "CacheServer": Kind(operators.vllm_runtime),
    "NIMService": Kind(operators.nim_service, "infer"),
}

BY_SHAPE = Kind(core.pod_group)
"""What is used for every other kind that holds a pod template."""
