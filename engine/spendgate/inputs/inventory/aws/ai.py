"""SageMaker and Bedrock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.aws.parts import each, only, renamed, snake
from spendgate.inputs.inventory.fields import MISSING, items, pick, text
from spendgate.inputs.inventory.shape import Shape

Record = Mapping[str, Any]


def _variants(record: Record) -> Any:
    found = []
    for variant in items(record, "ProductionVariants"):
        block = snake(variant, "VariantName", "InstanceType", "InitialInstanceCount")
        if isinstance(serverless := pick(variant, "ServerlessConfig"), Mapping):
            block["serverless_config"] = [
                renamed(serverless, memory_size_in_mb="MemorySizeInMB", max_concurrency="MaxConcurrency",
                        provisioned_concurrency="ProvisionedConcurrency")
            ]  # fmt: skip
        if (
            isinstance(scaling := pick(variant, "ManagedInstanceScaling"), Mapping)
            and text(scaling, "Status") == "ENABLED"
        ):
            block["managed_instance_scaling"] = [snake(scaling, "MinInstanceCount", "MaxInstanceCount")]
        found.append(block)
    return found or None


def _present(record: Record) -> Any:
    """The instances that each variant has now, which its configuration does not know."""
    counts = {
        name: int(count)
        for variant in items(record, "ProductionVariants")
        if (name := text(variant, "VariantName")) and (count := text(variant, "CurrentInstanceCount")) is not None
    }
    return counts or None


def _machine_groups(record: Record) -> Any:
    """The instance groups of a HyperPod cluster, at the size that they have now."""
    return [
        {
            "instance_group_name": text(group, "InstanceGroupName"),
            "instance_type": text(group, "InstanceType"),
            "instance_count": only(pick(group, "CurrentCount"), pick(group, "TargetCount")),
            **({"training_plan_arn": plan} if (plan := text(group, "TrainingPlanArn")) else {}),
        }
        for group in items(record, "InstanceGroups")
    ] or None


def _machines(record: Record) -> Any:
    """The machines of a training job: of one kind, or groups of several, of which none is taken for the whole."""
    found = pick(record, "ResourceConfig")
    if not isinstance(found, Mapping) or pick(found, "InstanceType") is MISSING:
        return MISSING
    return [renamed(found, instance_type="InstanceType", instance_count="InstanceCount", volume_size_in_gb="VolumeSizeInGB",
                    training_plan_arn="TrainingPlanArn")]  # fmt: skip


def _retries(record: Record) -> Any:
    found = pick(record, "RetryStrategy.MaximumRetryAttempts")
    return [{"maximum_retry_attempts": found}] if found is not MISSING else MISSING


SHAPES: Mapping[str, Shape] = {
    # NOTE: hyperparameters and the environment of a job may hold keys: they stay out.
    "AWS::SageMaker::TrainingJob": Shape(
        "aws_sagemaker_training_job",
        id=("TrainingJobArn",),
        name=("TrainingJobName",),
        fields={
            "training_job_name": "TrainingJobName",
            "resource_config": _machines,
            "stopping_condition": each("StoppingCondition", max_runtime_in_seconds="MaxRuntimeInSeconds"),
            "enable_managed_spot_training": "EnableManagedSpotTraining",
            "retry_strategy": _retries,
        },
        needs=("resource_config", "stopping_condition"),
        state=("TrainingJobStatus",),
        stopped=("completed", "failed", "stopped"),
        created=("TrainingStartTime", "CreationTime"),
        last_used=("TrainingEndTime",),
    ),
    "AWS::SageMaker::NotebookInstance": Shape(
        "aws_sagemaker_notebook_instance",
        id=("NotebookInstanceArn",),
        name=("NotebookInstanceName",),
        fields={
            "name": "NotebookInstanceName",
            "instance_type": "InstanceType",
            "volume_size": "VolumeSizeInGB",
            "lifecycle_config_name": ("NotebookInstanceLifecycleConfigName", "LifecycleConfigName"),
        },
        needs=("instance_type", "volume_size"),
        state=("NotebookInstanceStatus",),
        last_used=("LastModifiedTime",),
    ),
    "AWS::SageMaker::EndpointConfig": Shape(
        "aws_sagemaker_endpoint_configuration",
        id=("EndpointConfigArn", "EndpointConfigName"),
        name=("EndpointConfigName",),
        fields={"name": "EndpointConfigName", "production_variants": _variants},
        needs=("production_variants",),
    ),
    "AWS::SageMaker::Endpoint": Shape(
        "aws_sagemaker_endpoint",
        id=("EndpointArn", "EndpointName"),
        name=("EndpointName",),
        fields={
            "name": "EndpointName",
            "endpoint_config_name": "EndpointConfigName",
            "current_instance_counts": _present,
        },
        needs=("endpoint_config_name",),
        state=("EndpointStatus",),
    ),
    "AWS::SageMaker::Cluster": Shape(
        "aws_sagemaker_cluster",
        id=("ClusterArn",),
        name=("ClusterName",),
        fields={"cluster_name": "ClusterName", "instance_group": _machine_groups},
        needs=("instance_group",),
        state=("ClusterStatus",),
    ),
    "AWS::Bedrock::ProvisionedModelThroughput": Shape(
        "aws_bedrock_provisioned_model_throughput",
        id=("ProvisionedModelArn",),
        name=("ProvisionedModelName",),
        fields={
            "provisioned_model_name": "ProvisionedModelName",
            "model_arn": ("ModelArn", "FoundationModelArn"),
            "model_units": "ModelUnits",
            "commitment_duration": "CommitmentDuration",
        },
        needs=("model_arn", "model_units"),
    ),
}
