"""AWS: what its APIs, AWS Config and Cloud Control answer, as resources."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spendgate.inputs.inventory.aws import ai, compute, stores
from spendgate.inputs.inventory.shape import Shape
from spendgate.model.frozen import replace

_TAGS_APART = frozenset(
    {
        "AWS::Bedrock::ProvisionedModelThroughput", "AWS::DynamoDB::Table", "AWS::ECS::Service", "AWS::ECS::TaskDefinition",
        "AWS::ElastiCache::CacheCluster", "AWS::ElasticLoadBalancing::LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::OpenSearchService::Domain", "AWS::S3::Bucket",
        "AWS::SageMaker::Cluster", "AWS::SageMaker::Endpoint", "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::NotebookInstance", "AWS::SageMaker::TrainingJob",
    }
)  # fmt: skip
"""What is listed without its tags: another call has them. The others leave tags out where there are none."""

SHAPES: Mapping[str, Shape] = {
    kind: replace(shape, tags_apart=kind in _TAGS_APART)
    for kind, shape in {**ai.SHAPES, **compute.SHAPES, **stores.SHAPES}.items()
}
"""By type of AWS Config and CloudFormation, the one list of names that covers all services."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def guessed_type(kind: str) -> str:
    """The resource type of a kind without a shape, as the Terraform provider tends to name it: `aws_iam_role`."""
    service, _, thing = kind.removeprefix("AWS::").partition("::")
    words = _HUMP.sub("_", thing.replace("::", "_")).lower()
    return f"aws_{words}" if service == "EC2" or not words else f"aws_{service.lower()}_{words}"


def unshaped(kind: str) -> Shape:
    """The shape of a kind that is in no table: its type, name and tags, and that nothing else is known of it."""
    return Shape(guessed_type(kind))
