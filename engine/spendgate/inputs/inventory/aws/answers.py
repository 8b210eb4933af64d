"""Recognises answers of AWS: `describe-*` and `list-*` of its command line, AWS Config, tagging pages, Cloud Control."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory.aws import SHAPES, unshaped
from spendgate.inputs.inventory.aws.arns import kind_of_arn, name_in, own_arn, place_of, services_of
from spendgate.inputs.inventory.fields import MISSING, labels, opened, pick, read, text
from spendgate.inputs.inventory.shape import Item

Record = Mapping[str, Any]


def _system(record: Record) -> str:
    """Both EFS and FSx answer with `FileSystems`; only those of FSx have a type."""
    return "AWS::FSx::FileSystem" if text(record, "FileSystemType") else "AWS::EFS::FileSystem"


def _clusters(record: Record) -> str:
    """Many services answer with clusters: those of Redshift have an identifier, the others say with their ARN whose they are."""
    return "AWS::Redshift::Cluster" if text(record, "ClusterIdentifier") else ""


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
    "clusters": _clusters,
    "NotebookInstances": "AWS::SageMaker::NotebookInstance",
    "Endpoints": "AWS::SageMaker::Endpoint",
    "EndpointConfigs": "AWS::SageMaker::EndpointConfig",
    "ClusterSummaries": "AWS::SageMaker::Cluster",
    "TrainingJobSummaries": "AWS::SageMaker::TrainingJob",
    "ComputeEnvironments": "AWS::Batch::ComputeEnvironment",
    "provisionedModelSummaries": "AWS::Bedrock::ProvisionedModelThroughput",
    "Buckets": "AWS::S3::Bucket",
    "logGroups": "AWS::Logs::LogGroup",
    "Snapshots": "AWS::EC2::Snapshot",
}
"""The key of an answer's list, and what it holds."""

_SINGLE: Mapping[str, str] = {
    "nodegroup": "AWS::EKS::Nodegroup",
    "cluster": "AWS::EKS::Cluster",
    "taskDefinition": "AWS::ECS::TaskDefinition",
    "Table": "AWS::DynamoDB::Table",
    "DomainStatus": "AWS::OpenSearchService::Domain",
    "Configuration": "AWS::Lambda::Function",
}
"""The key of an answer about one thing."""

_BARE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("AWS::EC2::Instance", ("InstanceId", "InstanceType"), ("LaunchTime", "Placement", "State", "SecurityGroups")),
    ("AWS::EC2::Volume", ("VolumeId", "VolumeType", "Size"), ("CreateTime", "AvailabilityZone", "Attachments")),
    ("AWS::EC2::EIP", ("AllocationId", "PublicIp"), ("Domain",)),
    ("AWS::EC2::NatGateway", ("NatGatewayId",), ("State", "SubnetId")),
)
"""Records without an ARN and without the list that they stood in, as `--query` leaves them: the fields that tell the kind, and those
that a record which was not cut has."""

_ALIASES: Mapping[str, str] = {
    "AWS::OpenSearch::Domain": "AWS::OpenSearchService::Domain",
    "AWS::SageMaker::EndpointConfiguration": "AWS::SageMaker::EndpointConfig",
}


def items_of(document: Any) -> Iterator[Item | None] | None:
    """The things in an answer of AWS, None among them for a record of no known form; None when the document is no answer."""
    if not isinstance(document, Mapping):
        return None
    if "ResourceTagMappingList" in document:
        return (tagged(entry) for entry in _maps(document["ResourceTagMappingList"]))
    for key in ("configurationItems", "ConfigurationItems", "baseConfigurationItems", "BaseConfigurationItems"):
        if key in document:
            return _configured(_maps(document[key]))
    if "Results" in document and ("QueryInfo" in document or _is_query(document["Results"])):
        return _configured(_maps(document["Results"]))
    if "TypeName" in document:
        return _controlled(document)
    if _looks_configured(document):
        return _configured([document])
    for value in document.values():
        if (
            isinstance(value, list)
            and value
            and all(isinstance(entry, Mapping) and _looks_configured(entry) for entry in value[:3])
        ):
            return _configured(_maps(value))
    return _answers(document)


def _configured(entries: Iterable[Record]) -> Iterator[Item | None]:
    """Configuration items, without those that say that their resource is gone, and None for what identifies no resource, like a count."""
    for entry in entries:
        status = text(entry, "configurationItemStatus", "ResourceStatus") or ""
        if "Deleted" not in status and status not in ("ResourceNotRecorded", "DELETE_COMPLETE"):
            yield configured(entry)


def _answers(document: Record) -> Iterator[Item | None] | None:
    found: list[Iterator[Item | None]] = []
    for key, value in document.items():
        if key == "Reservations":
            found.append(_instances(document))
        elif key in _SINGLE and isinstance(value, Mapping):
            found.append(iter([_answered(_SINGLE[key], value, key, labels(pick(document, "tags")))]))
        elif key in LISTS and isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value):
            found.append(_listed(value, key))
    if found:
        return (item for part in found for item in part)
    bare = _bare(document)
    if bare is not None:
        return iter([bare])
    for key, value in document.items():
        if key not in _APART and any(_bare(entry, key) is not None for entry in _maps(value)):
            found.append(_bare(entry, key) for entry in _maps(value))
    return (item for part in found for item in part) if found else None


_APART = frozenset({"failures", "Tags", "tags"})
"""Lists in answers that are not what was asked for."""


def _listed(entries: list[Record], key: str) -> Iterator[Item | None]:
    return (_answered(LISTS[key], entry, key) for entry in entries)


def _answered(
    kind: str | Callable[[Record], str], record: Record, listed: str, tags: Mapping[str, str] | None = None
) -> Item | None:
    """A record of a list of that name. NOTE: services share the names of lists; an ARN tells whose record it is, and a record without
    anything that would identify it is none of that kind."""
    wanted = kind if isinstance(kind, str) else kind(record)
    arn = own_arn(record, listed)
    service = arn.split(":", 5)[2] if arn else ""
    if arn and (not wanted or (services_of(wanted) and service not in services_of(wanted))):
        wanted = kind_of_arn(arn)
    shape = SHAPES.get(wanted)
    if not wanted or (shape is not None and not arn and text(record, *shape.id) is None):
        return None
    return _item(wanted, record, tags, listed)


def _bare(record: Record, listed: str = "") -> Item | None:
    """A record that stands by itself or in a list of a name that no table holds; what it does not say is not taken to be absent."""
    arn = own_arn(record, listed)
    if arn.count(":") > 4:
        kind = kind_of_arn(arn)
        shape = SHAPES.get(kind)
        whole = shape is not None and all(read(record, shape.fields[name]) is not MISSING for name in shape.needs)
        return _item(kind, record, None, listed, partial=not whole)
    for kind, telling, rest in _BARE:
        if all(text(record, field) is not None for field in telling):
            return _item(kind, record, partial=any(pick(record, field) is MISSING for field in rest))
    return None


def _item(kind: str, record: Record, tags: Mapping[str, str] | None = None, listed: str = "", **more: Any) -> Item:
    own = (
        tags
        if tags is not None
        else next(
            (found for key in ("Tags", "TagList", "TagSet") if (found := labels(pick(record, key))) is not None), None
        )
    )
    arn = own_arn(record, listed)
    region, account = place_of(arn)
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
    region, account = place_of(arn)
    name = name_in(arn)
    return Item(kind_of_arn(arn), entry, "aws", identity=arn, name=name, region=region, account=account,
                tags=labels(entry.get("Tags")) or {}, partial=True)  # fmt: skip


_PLAIN = unshaped("AWS::Unknown::Resource")
_SUPPLEMENTS = {"BucketLifecycleConfiguration": "LifecycleConfiguration"}


def configured(entry: Record) -> Item | None:
    """A configuration item of AWS Config, or an entry of a list that names type and id; None for one that identifies no resource."""
    kind = text(entry, "resourceType") or ""
    if not kind:
        return None
    kind = _ALIASES.get(kind, kind)
    own = opened(pick(entry, "configuration"))
    more = opened(pick(entry, "supplementaryConfiguration"))
    record: dict[str, Any] = dict(own) if isinstance(own, Mapping) else {}
    if isinstance(more, Mapping):
        for key, value in more.items():
            record.setdefault(_SUPPLEMENTS.get(str(key), str(key)), opened(value))
    arn = text(entry, "ARN", "arn") or own_arn(record)
    identity = arn or text(entry, "resourceId", "PhysicalResourceId", "resourceName") or ""
    shape = SHAPES.get(kind, _PLAIN)
    if not identity and text(record, *shape.id) is None:
        return None
    region, account = place_of(arn)
    return Item(
        kind,
        record,
        "aws",
        identity=identity,
        name=text(entry, "resourceName") or ("" if record else name_in(identity)),
        region=_real(text(entry, "awsRegion")) or region,
        account=text(entry, "accountId", "awsAccountId") or account,
        tags=labels(pick(entry, "tags")) or labels(pick(record, "tags")) or labels(pick(entry, "tags")),
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
