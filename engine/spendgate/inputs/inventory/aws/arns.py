"""ARNs: what they name, and which of a record's fields is its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.fields import spelled, text

Record = Mapping[str, Any]

BY_ARN: Mapping[tuple[str, str], str] = {
    ("ec2", "instance"): "AWS::EC2::Instance",
    ("ec2", "volume"): "AWS::EC2::Volume",
    ("ec2", "snapshot"): "AWS::EC2::Snapshot",
    ("ec2", "elastic-ip"): "AWS::EC2::EIP",
    ("ec2", "natgateway"): "AWS::EC2::NatGateway",
    ("ec2", "vpc-endpoint"): "AWS::EC2::VPCEndpoint",
    ("ec2", "launch-template"): "AWS::EC2::LaunchTemplate",
    ("ec2", "capacity-reservation"): "AWS::EC2::CapacityReservation",
    ("autoscaling", "autoScalingGroup"): "AWS::AutoScaling::AutoScalingGroup",
    ("autoscaling", "launchConfiguration"): "AWS::AutoScaling::LaunchConfiguration",
    ("eks", "cluster"): "AWS::EKS::Cluster",
    ("eks", "nodegroup"): "AWS::EKS::Nodegroup",
    ("ecs", "service"): "AWS::ECS::Service",
    ("ecs", "cluster"): "AWS::ECS::Cluster",
    ("ecs", "task-definition"): "AWS::ECS::TaskDefinition",
    ("lambda", "function"): "AWS::Lambda::Function",
    ("rds", "db"): "AWS::RDS::DBInstance",
    ("rds", "cluster"): "AWS::RDS::DBCluster",
    ("elasticfilesystem", "file-system"): "AWS::EFS::FileSystem",
    ("fsx", "file-system"): "AWS::FSx::FileSystem",
    ("elasticloadbalancing", "loadbalancer"): "AWS::ElasticLoadBalancingV2::LoadBalancer",
    ("sagemaker", "notebook-instance"): "AWS::SageMaker::NotebookInstance",
    ("sagemaker", "endpoint"): "AWS::SageMaker::Endpoint",
    ("sagemaker", "endpoint-config"): "AWS::SageMaker::EndpointConfig",
    ("sagemaker", "cluster"): "AWS::SageMaker::Cluster",
    ("sagemaker", "training-job"): "AWS::SageMaker::TrainingJob",
    ("bedrock", "provisioned-model"): "AWS::Bedrock::ProvisionedModelThroughput",
    ("batch", "compute-environment"): "AWS::Batch::ComputeEnvironment",
    ("elasticache", "cluster"): "AWS::ElastiCache::CacheCluster",
    ("redshift", "cluster"): "AWS::Redshift::Cluster",
    ("es", "domain"): "AWS::OpenSearchService::Domain",
    ("dynamodb", "table"): "AWS::DynamoDB::Table",
    ("logs", "log-group"): "AWS::Logs::LogGroup",
    ("s3", ""): "AWS::S3::Bucket",
}
"""What an ARN names, by its service and the first word of its resource (Service Authorization Reference)."""


def kind_of_arn(arn: str) -> str:
    """The kind of thing that an ARN names; for one in no table its service and first word, as AWS Config would write it."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return "AWS::Unknown::Resource"
    service, rest = parts[2], parts[5]
    word = "" if service == "s3" else rest.replace(":", "/").split("/", 1)[0]
    known = BY_ARN.get((service, word))
    if known:
        return known
    spoken = service.upper() if len(service) < 4 else service.title().replace("-", "")
    return f"AWS::{spoken}::{word.title().replace('-', '')}"


def name_in(arn: str) -> str:
    """The last part of an ARN, by which people know the thing."""
    rest = arn.split(":", 5)[-1]
    return rest.replace(":", "/").rsplit("/", 1)[-1]


def own_arn(record: Record, listed: str = "") -> str:
    """The record's own ARN, or nothing; `listed` is the key of the list that it stands in.

    It is the field `Arn`, one whose word the list has (`TrainingJobArn` in `TrainingJobSummaries`), one beside a name of the
    same word (`TrainingJobArn` and `TrainingJobName`), or one that is known to name the record itself.
    """
    found = text(record, "Arn")
    if found and found.startswith("arn:"):
        return found
    arns = {
        spelled(key).removesuffix("arn"): value
        for key, value in record.items()
        if isinstance(value, str) and value.startswith("arn:") and spelled(key).endswith("arn")
    }
    # NOTE: a service of ECS has its cluster's ARN too, and keys may be sorted: the list's word tells first.
    if listed and (within := [word for word in arns if word in spelled(listed)]):
        return arns[max(within, key=len)]
    names = {spelled(key) for key in record} if len(arns) > 1 or arns.keys() - _OWN else frozenset()
    named = next((value for word, value in arns.items() if f"{word}name" in names), "")
    return named or next((value for word, value in arns.items() if word in _OWN), "")


def services_of(kind: str) -> frozenset[str]:
    """The services, in the words of ARNs, of a kind that the table above names; none for another."""
    return _SERVICES.get(kind, frozenset())


_SERVICES: Mapping[str, frozenset[str]] = {
    kind: frozenset(service for (service, _), other in BY_ARN.items() if other == kind) for kind in BY_ARN.values()
}
_OWN = frozenset(
    spelled(word)
    for word in (
        "AutoScalingGroup", "LaunchConfiguration", "Nodegroup", "Service", "Cluster", "TaskDefinition", "Function",
        "ComputeEnvironment", "NotebookInstance", "EndpointConfig", "Endpoint", "ProvisionedModel", "LoadBalancer",
        "FileSystem", "Resource", "DBInstance", "DBCluster", "ClusterNamespace", "Table", "CapacityReservation", "Snapshot",
    )
)  # fmt: skip


def place_of(arn: str) -> tuple[str | None, str | None]:
    """The region and the account in an ARN, each None where it names none."""
    parts = arn.split(":", 5)
    return (parts[3] or None, parts[4] or None) if len(parts) == 6 else (None, None)
