"""Rows of Steampipe and CloudQuery: one table a provider's API, with its fields as columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.inputs.inventory import azure
from spendgate.inputs.inventory.aws.arns import kind_of_arn
from spendgate.inputs.inventory.fields import labels, opened, pick, text
from spendgate.inputs.inventory.shape import Item

Record = Mapping[str, Any]

TABLES: Mapping[str, tuple[str, str]] = {
    "aws_ec2_instance": ("aws", "AWS::EC2::Instance"),
    "aws_ebs_volume": ("aws", "AWS::EC2::Volume"),
    "aws_ec2_ebs_volume": ("aws", "AWS::EC2::Volume"),
    "aws_ebs_snapshot": ("aws", "AWS::EC2::Snapshot"),
    "aws_ec2_ebs_snapshot": ("aws", "AWS::EC2::Snapshot"),
    "aws_vpc_eip": ("aws", "AWS::EC2::EIP"),
    "aws_ec2_eip": ("aws", "AWS::EC2::EIP"),
    "aws_vpc_nat_gateway": ("aws", "AWS::EC2::NatGateway"),
    "aws_ec2_nat_gateway": ("aws", "AWS::EC2::NatGateway"),
    "aws_ec2_autoscaling_group": ("aws", "AWS::AutoScaling::AutoScalingGroup"),
    "aws_autoscaling_group": ("aws", "AWS::AutoScaling::AutoScalingGroup"),
    "aws_ec2_application_load_balancer": ("aws", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    "aws_ec2_network_load_balancer": ("aws", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    "aws_elbv2_load_balancer": ("aws", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    "aws_eks_cluster": ("aws", "AWS::EKS::Cluster"),
    "aws_eks_node_group": ("aws", "AWS::EKS::Nodegroup"),
    "aws_eks_cluster_node_group": ("aws", "AWS::EKS::Nodegroup"),
    "aws_rds_db_instance": ("aws", "AWS::RDS::DBInstance"),
    "aws_rds_instance": ("aws", "AWS::RDS::DBInstance"),
    "aws_rds_db_cluster": ("aws", "AWS::RDS::DBCluster"),
    "aws_rds_cluster": ("aws", "AWS::RDS::DBCluster"),
    "aws_s3_bucket": ("aws", "AWS::S3::Bucket"),
    "aws_lambda_function": ("aws", "AWS::Lambda::Function"),
    "aws_efs_file_system": ("aws", "AWS::EFS::FileSystem"),
    "aws_efs_filesystem": ("aws", "AWS::EFS::FileSystem"),
    "aws_fsx_file_system": ("aws", "AWS::FSx::FileSystem"),
    "aws_sagemaker_notebook_instance": ("aws", "AWS::SageMaker::NotebookInstance"),
    "aws_sagemaker_endpoint_configuration": ("aws", "AWS::SageMaker::EndpointConfig"),
    "aws_elasticache_cluster": ("aws", "AWS::ElastiCache::CacheCluster"),
    "aws_redshift_cluster": ("aws", "AWS::Redshift::Cluster"),
    "aws_dynamodb_table": ("aws", "AWS::DynamoDB::Table"),
    "aws_ecs_service": ("aws", "AWS::ECS::Service"),
    "gcp_compute_instance": ("google", "compute.googleapis.com/Instance"),
    "gcp_compute_disk": ("google", "compute.googleapis.com/Disk"),
    "gcp_compute_address": ("google", "compute.googleapis.com/Address"),
    "gcp_storage_bucket": ("google", "storage.googleapis.com/Bucket"),
    "gcp_sql_database_instance": ("google", "sqladmin.googleapis.com/Instance"),
    "azure_compute_virtual_machine": ("azure", "microsoft.compute/virtualmachines"),
    "azure_compute_disk": ("azure", "microsoft.compute/disks"),
    "azure_public_ip": ("azure", "microsoft.network/publicipaddresses"),
    "azure_storage_account": ("azure", "microsoft.storage/storageaccounts"),
}
"""Tables of Steampipe and, in the singular, of CloudQuery, and the kind of thing in them."""

_SELF_LINK = re.compile(
    r"googleapis\.com/compute/v\d\w*/projects/([^/]+)/(?:zones|regions|global)/?([^/]*)/(instances|disks|addresses)/"
)
_LINKED = {
    "instances": "compute.googleapis.com/Instance",
    "disks": "compute.googleapis.com/Disk",
    "addresses": "compute.googleapis.com/Address",
}
_OWN_COLUMNS = frozenset(
    {"_ctx", "_cq_id", "_cq_sync_time", "_cq_source_name", "_cq_sync_group_id", "akas", "sp_ctx", "sp_connection_name"}
)


def items_of(document: Any, table: str = "") -> Iterator[Item] | None:
    """The things in Steampipe's answer (`rows`) or in one row, or None; `table` is what the file is named after."""
    if not isinstance(document, Mapping):
        return None
    rows = document.get("rows")
    if isinstance(rows, list) and ("columns" in document or "metadata" in document or set(document) == {"rows"}):
        return (item for row in rows if isinstance(row, Mapping) and (item := row_item(row, table)) is not None)
    if _OWN_COLUMNS & document.keys() or table in TABLES or _is_plain_row(document):
        found = row_item(document, table)
        return iter([found]) if found is not None else None
    return None


def _is_plain_row(document: Record) -> bool:
    """Whether a record is a row of some query: an ARN among columns that are all in lower case, unlike any API's fields."""
    arn = document.get("arn")
    return isinstance(arn, str) and arn.startswith("arn:") and all(key == key.lower() for key in document)


def table_of(file_name: str) -> str:
    """The table that a file is named after, in the singular: `aws_ec2_instances-2026.jsonl` is `aws_ec2_instance`."""
    match = re.match(r"[a-z0-9_]+", file_name.lower().rsplit("/", 1)[-1])
    name = match[0].rstrip("_") if match else ""
    while name and name not in TABLES:
        if name.endswith("s") and name[:-1] in TABLES:
            return name[:-1]
        name = name.rpartition("_")[0]
    return name


def row_item(row: Record, table: str = "") -> Item | None:
    """What a row is about: told by its table, its ARN or its id; None when nothing tells."""
    record = {key: opened(value) for key, value in row.items() if value != ""}
    arn = _arn_of(record)
    provider, kind = TABLES.get(table, ("", ""))
    if not kind and arn:
        provider, kind = "aws", kind_of_arn(arn)
    link = _SELF_LINK.search(text(record, "self_link") or "")
    if not kind and link:
        provider, kind = "google", _LINKED[link[3]]
    identity = text(record, "id") or ""
    if not kind and identity.lower().startswith("/subscriptions/") and "/providers/" in identity.lower():
        provider, kind = "azure", _kind_of_id(identity)
    if not kind:
        return None
    if provider == "azure":
        return _azure(record, identity, kind)
    tags = record.get("tags")
    tags = tags if tags is not None else record.get("labels")
    return Item(
        kind,
        record,
        provider,
        identity=arn if provider == "aws" else text(record, "self_link", "id") or "",
        region=text(record, "region") if text(record, "region") != "global" else None,
        account=text(record, "account_id", "project_id", "project") or (link[1] if link else None),
        tags=labels(tags) if tags is not None else ({} if "tags" in row or "labels" in row else None),
        columns=True,
    )


def _azure(record: Mapping[str, Any], identity: str, kind: str) -> Item | None:
    place = record.get("location") or record.get("region")
    own = record.get("type")
    found = azure.items_of(
        {
            **record,
            "id": identity,
            "type": own if isinstance(own, str) else kind,
            **({"location": place} if place else {}),
        }
    )
    return next(found, None) if found is not None else None


def _arn_of(record: Record) -> str:
    arn = text(record, "arn")
    if arn and arn.startswith("arn:"):
        return arn
    akas = pick(record, "akas")
    if isinstance(akas, list) and akas and isinstance(akas[0], str) and akas[0].startswith("arn:"):
        return akas[0]
    return ""


def _kind_of_id(identity: str) -> str:
    """`.../providers/Microsoft.Compute/virtualMachines/vm1` is a `microsoft.compute/virtualmachines`."""
    _, _, rest = identity.lower().partition("/providers/")
    parts = rest.split("/")
    return "/".join([parts[0], *parts[1::2]]) if len(parts) > 1 else rest
