"""Recognises answers of AWS: `describe-*` and `list-*` of its command line, AWS Config, tagging pages, Cloud Control."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.fields import labels, opened, pick, spelled, text
from spendgate.inputs.inventory.shape import Item

Record = Mapping[str, Any]


def _system(record: Record) -> str:
    """Both EFS and FSx answer with `FileSystems`; only those of FSx have a type."""
    return "AWS::FSx::FileSystem" if text(record, "FileSystemType") else "AWS::EFS::FileSystem"


def _clusters(record: Record) -> str:
    """`Clusters` of Redshift and `clusters` of ECS and EKS differ in what they hold."""
    if text(record, "ClusterIdentifier"):
        return "AWS::Redshift::Cluster"
    arn = text(record, "ClusterArn", "Arn") or ""
    return "AWS::EKS::Cluster" if ":eks:" in arn else "AWS::ECS::Cluster"


def _cluster(record: Record) -> str:
    return "AWS::SageMaker::Cluster" if text(record, "ClusterArn") else "AWS::EKS::Cluster"


LISTS: Mapping[str, str | Callable[[Record], str]] = {
    "Volumes": "AWS::EC2::Volume",
    "Addresses": "AWS::EC2::EIP",
    "NatGateways": "AWS::EC2::NatGateway",
    "VpcEndpoints": "AWS::EC2::VPCEndpoint",
    "LaunchTemplateVersions": "AWS::EC2::LaunchTemplate",
    "CapacityReservations": "AWS::EC2::CapacityReservation",
    "AutoScalingGroups": "AWS::AutoScaling::AutoScalingGroup",
    "LaunchConfigurations": "AWS::AutoScaling::LaunchConfiguration",
    "LoadBalancers": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "LoadBalancerDescriptions": "AWS::ElasticLoadBalancing::LoadBalancer",
    "DBInstances": "AWS::RDS::DBInstance",
    "DBClusters": "AWS::RDS::DBCluster",
    "CacheClusters": "AWS::ElastiCache::CacheCluster",
    "DomainStatusList": "AWS::OpenSearchService::Domain",
    "FileSystems": _system,
    "Functions": "AWS::Lambda::Function",
    "services": "AWS::ECS::Service",
    "Clusters": _clusters,
    "NotebookInstances": "AWS::SageMaker::NotebookInstance",
    "Endpoints": "AWS::SageMaker::Endpoint",
    "ComputeEnvironments": "AWS::Batch::ComputeEnvironment",
    "provisionedModelSummaries": "AWS::Bedrock::ProvisionedModelThroughput",
    "Buckets": "AWS::S3::Bucket",
    "logGroups": "AWS::Logs::LogGroup",
    "Snapshots": "AWS::EC2::Snapshot",
}
"""The key of an answer's list, and what it holds."""

_SINGLE: Mapping[str, str | Callable[[Record], str]] = {
    "nodegroup": "AWS::EKS::Nodegroup",
    "cluster": _cluster,
    "taskDefinition": "AWS::ECS::TaskDefinition",
    "Table": "AWS::DynamoDB::Table",
    "DomainStatus": "AWS::OpenSearchService::Domain",
}
"""The key of an answer about one thing."""

_BARE: tuple[tuple[str, str], ...] = (
    ("NotebookInstanceArn", "AWS::SageMaker::NotebookInstance"),
    ("EndpointConfigArn", "AWS::SageMaker::EndpointConfig"),
    ("EndpointArn", "AWS::SageMaker::Endpoint"),
    ("provisionedModelArn", "AWS::Bedrock::ProvisionedModelThroughput"),
    ("InstanceGroups", "AWS::SageMaker::Cluster"),
)
"""Answers without a wrapping key, by a field that only they have."""

_BY_ARN: Mapping[tuple[str, str], str] = {
    ("ec2", "instance"): "AWS::EC2::Instance",
    ("ec2", "volume"): "AWS::EC2::Volume",
    ("ec2", "snapshot"): "AWS::EC2::Snapshot",
    ("ec2", "elastic-ip"): "AWS::EC2::EIP",
    ("ec2", "natgateway"): "AWS::EC2::NatGateway",
    ("ec2", "vpc-endpoint"): "AWS::EC2::VPCEndpoint",
    ("ec2", "launch-template"): "AWS::EC2::LaunchTemplate",
    ("ec2", "capacity-reservation"): "AWS::EC2::CapacityReservation",
    ("autoscaling", "autoScalingGroup"): "AWS::AutoScaling::AutoScalingGroup",
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

_ALIASES: Mapping[str, str] = {
    "AWS::OpenSearch::Domain": "AWS::OpenSearchService::Domain",
    "AWS::SageMaker::EndpointConfiguration": "AWS::SageMaker::EndpointConfig",
}

_PLAIN_LISTS = {spelled(key): kind for key, kind in LISTS.items()}


def items_of(document: Any) -> Iterator[Item] | None:
    """The things in an answer of AWS, or None when the document is none."""
    if not isinstance(document, Mapping):
        return None
    if "ResourceTagMappingList" in document:
        return (tagged(entry) for entry in _maps(document["ResourceTagMappingList"]))
    for key in ("configurationItems", "ConfigurationItems", "baseConfigurationItems", "BaseConfigurationItems"):
        if key in document:
            return (item for entry in _maps(document[key]) if (item := configured(entry)) is not None)
    if "Results" in document and ("QueryInfo" in document or _is_query(document["Results"])):
        return (item for entry in _maps(document["Results"]) if (item := configured(entry)) is not None)
    if "TypeName" in document:
        return _controlled(document)
    if _looks_configured(document):
        found = configured(document)
        return iter([found] if found is not None else [])
    return _answers(document)


def _answers(document: Record) -> Iterator[Item] | None:
    found: list[Iterator[Item]] = []
    for key, value in document.items():
        kind = LISTS.get(key) or _SINGLE.get(key)
        if key == "Reservations":
            found.append(_instances(document))
        elif key in _SINGLE and isinstance(value, Mapping):
            tags = labels(pick(document, "tags"))
            found.append(iter([_item(_kind_of(_SINGLE[key], value), value, tags)]))
        elif kind is not None and isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value):
            found.append(_listed(kind, value))
    if found:
        return (item for part in found for item in part)
    for field, kind in _BARE:
        if field in document:
            return iter([_item(kind, document)])
    return None


def _listed(kind: str | Callable[[Record], str], entries: list[Record]) -> Iterator[Item]:
    return (_item(_kind_of(kind, entry), entry) for entry in entries)


def _kind_of(kind: str | Callable[[Record], str], record: Record) -> str:
    return kind if isinstance(kind, str) else kind(record)


def _item(kind: str, record: Record, tags: Mapping[str, str] | None = None, **more: Any) -> Item:
    own = (
        tags
        if tags is not None
        else next(
            (found for key in ("Tags", "TagList", "TagSet") if (found := labels(pick(record, key))) is not None), None
        )
    )
    arn = _arn(record)
    region, account = _place(arn)
    return Item(kind, record, "aws", identity=arn, tags=own, region=more.pop("region", None) or region,
                account=more.pop("account", None) or account or text(record, "OwnerId"), **more)  # fmt: skip


def _instances(document: Record) -> Iterator[Item]:
    for reservation in _maps(document["Reservations"]):
        account = text(reservation, "OwnerId")
        for record in _maps(reservation.get("Instances")):
            yield _item("AWS::EC2::Instance", record, account=account)


def tagged(entry: Record) -> Item:
    """An entry of a tagging page: an ARN with its tags, and nothing else is known."""
    arn = text(entry, "ResourceARN") or ""
    region, account = _place(arn)
    name = _name_in(arn)
    return Item(kind_of_arn(arn), entry, "aws", identity=arn, name=name, region=region, account=account,
                tags=labels(entry.get("Tags")) or {}, partial=True)  # fmt: skip


_SUPPLEMENTS = {"BucketLifecycleConfiguration": "LifecycleConfiguration"}


def configured(entry: Record) -> Item | None:
    """A configuration item of AWS Config; None for one that says that its resource is gone."""
    status = text(entry, "configurationItemStatus") or ""
    kind = text(entry, "resourceType") or ""
    if "Deleted" in status or status == "ResourceNotRecorded" or not kind:
        return None
    kind = _ALIASES.get(kind, kind)
    own = opened(pick(entry, "configuration"))
    more = opened(pick(entry, "supplementaryConfiguration"))
    record: dict[str, Any] = dict(own) if isinstance(own, Mapping) else {}
    if isinstance(more, Mapping):
        for key, value in more.items():
            record.setdefault(_SUPPLEMENTS.get(str(key), str(key)), opened(value))
    arn = text(entry, "ARN", "arn") or _arn(record)
    region, account = _place(arn)
    return Item(
        kind,
        record,
        "aws",
        identity=arn or text(entry, "resourceId") or "",
        name=text(entry, "resourceName") or ("" if record else text(entry, "resourceId") or ""),
        region=_real(text(entry, "awsRegion")) or region,
        account=text(entry, "accountId", "awsAccountId") or account,
        tags=labels(pick(entry, "tags")) if entry.get("tags") else labels(pick(record, "tags")),
        # NOTE: a query answers with the fields that it selected: the others are not absent.
        partial=not record or not text(entry, "configurationItemCaptureTime"),
    )


def _controlled(document: Record) -> Iterator[Item]:
    """Cloud Control: `list-resources` and `get-resource`, whose properties are those of CloudFormation."""
    kind = text(document, "TypeName") or ""
    entries = document.get("ResourceDescriptions") or [document.get("ResourceDescription")]
    for entry in _maps(entries):
        properties = opened(entry.get("Properties"))
        record = properties if isinstance(properties, Mapping) else {}
        item = _item(_ALIASES.get(kind, kind), record, partial=not record)
        yield Item(item.kind, record, "aws", identity=item.identity or text(entry, "Identifier") or "", region=item.region,
                   account=item.account, tags=item.tags, partial=not record)  # fmt: skip


def kind_of_arn(arn: str) -> str:
    """The kind of thing that an ARN names; for one in no table its service and first word, as AWS Config would write it."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return "AWS::Unknown::Resource"
    service, rest = parts[2], parts[5]
    word = "" if service == "s3" else rest.replace(":", "/").split("/", 1)[0]
    known = _BY_ARN.get((service, word))
    if known:
        return known
    return f"AWS::{service.upper() if len(service) < 4 else service.capitalize()}::{word.title().replace('-', '')}"


def _name_in(arn: str) -> str:
    rest = arn.split(":", 5)[-1]
    return rest.replace(":", "/").rsplit("/", 1)[-1]


def _arn(record: Record) -> str:
    """The record's own ARN: a field of that name, or one that ends in it and names the record itself."""
    found = text(record, "Arn")
    if found and found.startswith("arn:"):
        return found
    for key, value in record.items():
        if isinstance(value, str) and value.startswith("arn:") and spelled(key) in _OWN_ARNS:
            return value
    return ""


_OWN_ARNS = frozenset(
    spelled(f"{word}Arn")
    for word in (
        "AutoScalingGroup", "LaunchConfiguration", "Nodegroup", "Service", "Cluster", "TaskDefinition", "Function",
        "ComputeEnvironment", "NotebookInstance", "EndpointConfig", "Endpoint", "ProvisionedModel", "LoadBalancer",
        "FileSystem", "Resource", "DBInstance", "DBCluster", "ClusterNamespace", "Table", "CapacityReservation", "Snapshot",
    )
)  # fmt: skip


def _place(arn: str) -> tuple[str | None, str | None]:
    parts = arn.split(":", 5)
    return (parts[3] or None, parts[4] or None) if len(parts) == 6 else (None, None)


def _real(region: str | None) -> str | None:
    return region if region not in (None, "global", "not-applicable") else None


def _is_query(results: Any) -> bool:
    first = results[0] if isinstance(results, list) and results else None
    first = opened(first)
    return isinstance(first, Mapping) and _looks_configured(first)


def _looks_configured(document: Record) -> bool:
    kind = document.get("resourceType") or document.get("ResourceType")
    return isinstance(kind, str) and kind.startswith("AWS::")


def _maps(values: Any) -> Iterator[Record]:
    for value in values if isinstance(values, list) else ():
        value = opened(value)
        if isinstance(value, Mapping):
            yield value
