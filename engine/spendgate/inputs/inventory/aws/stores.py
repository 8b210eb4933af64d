"""Disks, files, buckets, databases and networks of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.aws.parts import each, renamed
from spendgate.inputs.inventory.fields import MISSING, Read, items, pick, text
from spendgate.inputs.inventory.shape import Shape

Record = Mapping[str, Any]
_PROVISIONED = ("io1", "io2", "gp3")


def _iops(record: Record) -> Any:
    """NOTE: the API gives the base rate of gp2 as well, which is in its price."""
    return pick(record, "Iops") if text(record, "VolumeType") in _PROVISIONED else None


def _throughput(record: Record) -> Any:
    return pick(record, "Throughput") if text(record, "VolumeType") == "gp3" else None


def _unattached(record: Record) -> bool | None:
    state = text(record, "State")
    if state is not None:
        return state == "available"
    attached = pick(record, "Attachments")
    return None if attached is MISSING else not attached


def _no_association(record: Record) -> bool | None:
    if any(pick(record, field) is not MISSING for field in ("AllocationId", "PublicIp")):
        return text(record, "AssociationId", "InstanceId", "NetworkInterfaceId") is None
    return None


def _no_targets(record: Record) -> bool | None:
    found = pick(record, "Instances")
    return None if found is MISSING else not found


def _database(record: Record) -> str:
    engine = text(record, "Engine") or ""
    if engine.startswith("docdb"):
        return "aws_docdb_cluster_instance"
    if engine.startswith("neptune"):
        return "aws_neptune_cluster_instance"
    return "aws_rds_cluster_instance" if engine.startswith("aurora") else "aws_db_instance"


def _database_cluster(record: Record) -> str:
    engine = text(record, "Engine") or ""
    kinds = {"docdb": "aws_docdb_cluster", "neptune": "aws_neptune_cluster"}
    return next((type_ for start, type_ in kinds.items() if engine.startswith(start)), "aws_rds_cluster")


def _balancer(record: Record) -> Any:
    return (text(record, "Type") or "").lower() or MISSING


def _file_system(record: Record) -> str | None:
    kinds = {"LUSTRE": "lustre_file", "WINDOWS": "windows_file", "ONTAP": "ontap_file", "OPENZFS": "openzfs_file"}
    found = kinds.get((text(record, "FileSystemType") or "").upper())
    return f"aws_fsx_{found}_system" if found else "aws_fsx_file_system"


def _of_any(*paths: str) -> Any:
    """A field that each kind of FSx keeps in its own block."""
    blocks = ("LustreConfiguration", "WindowsConfiguration", "OntapConfiguration", "OpenZFSConfiguration", "")
    return tuple(f"{block}.{path}" if block else path for path in paths for block in blocks)


def _disk_iops(record: Record) -> Any:
    for block in ("OntapConfiguration", "OpenZFSConfiguration", "WindowsConfiguration"):
        found = pick(record, f"{block}.DiskIopsConfiguration")
        if isinstance(found, Mapping):
            return [renamed(found, mode="Mode", iops="Iops")]
    return None


def _lifecycle_rules(record: Record) -> Any:
    """Rules of a bucket, where the export has them beside it (CloudFormation does, `list-buckets` does not)."""
    configuration = pick(record, "LifecycleConfiguration")
    if configuration is MISSING:
        return MISSING
    return [
        {
            "enabled": text(rule, "Status") == "Enabled",
            "expiration": [{"days": days}] if (days := _days(rule, "ExpirationInDays", "Expiration.Days")) else [],
            "transition": [
                renamed(move, days="TransitionInDays", storage_class="StorageClass")
                if pick(move, "TransitionInDays") is not MISSING
                else renamed(move, days="Days", storage_class="StorageClass")
                for move in items(rule, "Transitions")
            ],
            "noncurrent_version_expiration": [{"days": late}]
            if (late := _days(rule, "NoncurrentVersionExpiration.NoncurrentDays", "NoncurrentVersionExpirationInDays"))
            else [],
            "abort_incomplete_multipart_upload_days": _days(rule, "AbortIncompleteMultipartUpload.DaysAfterInitiation"),
        }
        for rule in items(configuration, "Rules")
    ]


def _days(rule: Any, *paths: str) -> Any:
    found = text(rule, *paths)
    return int(found) if found is not None and found.isdecimal() else None


def _billing(record: Record) -> Any:
    mode = text(record, "BillingModeSummary.BillingMode", "BillingMode")
    return mode or "PROVISIONED"


_DB_NAMES: Mapping[str, Read] = {
    "identifier": ("DBInstanceIdentifier", "DBClusterIdentifier"),
    "cluster_identifier": "DBClusterIdentifier",
}

SHAPES: Mapping[str, Shape] = {
    "AWS::EC2::Volume": Shape(
        "aws_ebs_volume",
        id=("VolumeId",),
        name=("VolumeId",),
        unique=True,
        fields={
            "id": "VolumeId",
            "type": "VolumeType",
            "size": "Size",
            "iops": _iops,
            "throughput": _throughput,
            "availability_zone": "AvailabilityZone",
        },
        needs=("type", "size"),
        idle=_unattached,
        stopped=(),
    ),
    "AWS::EC2::Snapshot": Shape(
        "aws_ebs_snapshot",
        id=("SnapshotId",),
        name=("SnapshotId",),
        unique=True,
        fields={"id": "SnapshotId", "volume_id": "VolumeId", "volume_size": "VolumeSize"},
        created=("StartTime",),
    ),
    "AWS::EC2::EIP": Shape(
        "aws_eip",
        id=("AllocationId", "PublicIp"),
        name=("AllocationId", "PublicIp"),
        unique=True,
        fields={
            "id": "AllocationId",
            "region": "NetworkBorderGroup",
            "public_ipv4_pool": "PublicIpv4Pool",
            "association_id": "AssociationId",
        },
        idle=_no_association,
    ),
    "AWS::EC2::NatGateway": Shape(
        "aws_nat_gateway",
        id=("NatGatewayId",),
        name=("NatGatewayId",),
        unique=True,
        fields={"id": "NatGatewayId", "connectivity_type": "ConnectivityType", "subnet_id": "SubnetId"},
    ),
    "AWS::EC2::VPCEndpoint": Shape(
        "aws_vpc_endpoint",
        id=("VpcEndpointId", "Id"),
        name=("VpcEndpointId", "Id"),
        unique=True,
        fields={"id": "VpcEndpointId", "vpc_endpoint_type": "VpcEndpointType", "subnet_ids": "SubnetIds"},
        needs=("vpc_endpoint_type",),
        created=("CreationTimestamp",),
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Shape(
        "aws_lb",
        id=("LoadBalancerArn",),
        name=("LoadBalancerName", "Name"),
        fields={"name": ("LoadBalancerName", "Name"), "load_balancer_type": _balancer},
        needs=("load_balancer_type",),
        state=("State.Code", "StateCode"),
    ),
    "AWS::ElasticLoadBalancing::LoadBalancer": Shape(
        "aws_elb",
        id=("LoadBalancerName",),
        name=("LoadBalancerName",),
        fields={"name": "LoadBalancerName", "availability_zone": "AvailabilityZones.0"},
        idle=_no_targets,
    ),
    "AWS::EFS::FileSystem": Shape(
        "aws_efs_file_system",
        id=("FileSystemArn", "Arn", "FileSystemId"),
        name=("FileSystemId",),
        fields={
            "id": "FileSystemId",
            "throughput_mode": "ThroughputMode",
            "provisioned_throughput_in_mibps": "ProvisionedThroughputInMibps",
            "availability_zone_name": "AvailabilityZoneName",
        },
        state=("LifeCycleState",),
    ),
    "AWS::FSx::FileSystem": Shape(
        _file_system,
        id=("ResourceARN", "FileSystemId"),
        name=("FileSystemId",),
        fields={
            "id": "FileSystemId",
            "storage_capacity": "StorageCapacity",
            "storage_type": "StorageType",
            "deployment_type": _of_any("DeploymentType"),
            "per_unit_storage_throughput": _of_any("PerUnitStorageThroughput"),
            "throughput_capacity": _of_any("ThroughputCapacity"),
            "throughput_capacity_per_ha_pair": _of_any("ThroughputCapacityPerHAPair"),
            "ha_pairs": _of_any("HAPairs"),
            "disk_iops_configuration": _disk_iops,
        },
        needs=("storage_capacity", "storage_type"),
        state=("Lifecycle",),
    ),
    "AWS::S3::Bucket": Shape(
        "aws_s3_bucket",
        id=("Arn", "Name", "BucketName"),
        name=("Name", "BucketName"),
        fields={
            "bucket": ("Name", "BucketName"),
            "region": ("BucketRegion", "Region", "LocationConstraint"),
            "lifecycle_rule": _lifecycle_rules,
        },
        needs=("lifecycle_rule",),
        unique=False,
    ),
    "AWS::RDS::DBInstance": Shape(
        _database,
        id=("DBInstanceArn", "DBInstanceIdentifier"),
        name=("DBInstanceIdentifier",),
        fields={
            **_DB_NAMES,
            "instance_class": ("DBInstanceClass", "Class"),
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "engine_lifecycle_support": "EngineLifecycleSupport",
            "allocated_storage": "AllocatedStorage",
            "storage_type": "StorageType",
            "iops": "Iops",
            "storage_throughput": "StorageThroughput",
            "multi_az": "MultiAZ",
            "license_model": "LicenseModel",
            "performance_insights_enabled": "PerformanceInsightsEnabled",
            "performance_insights_retention_period": "PerformanceInsightsRetentionPeriod",
            "availability_zone": "AvailabilityZone",
        },
        needs=("instance_class", "engine", "allocated_storage"),
        state=("DBInstanceStatus", "Status"),
        created=("InstanceCreateTime", "CreateTime"),
    ),
    "AWS::RDS::DBCluster": Shape(
        _database_cluster,
        id=("DBClusterArn", "DBClusterIdentifier"),
        name=("DBClusterIdentifier",),
        fields={
            **_DB_NAMES,
            "engine": "Engine",
            "engine_mode": "EngineMode",
            "storage_type": "StorageType",
            "iops": "Iops",
            "db_cluster_instance_class": "DBClusterInstanceClass",
            "backtrack_window": "BacktrackWindow",
            "backup_retention_period": "BackupRetentionPeriod",
            "serverlessv2_scaling_configuration": each(
                "ServerlessV2ScalingConfiguration", min_capacity="MinCapacity", max_capacity="MaxCapacity"
            ),
        },
        created=("ClusterCreateTime",),
    ),
    "AWS::ElastiCache::CacheCluster": Shape(
        "aws_elasticache_cluster",
        id=("ARN", "CacheClusterId"),
        name=("CacheClusterId",),
        fields={
            "cluster_id": "CacheClusterId",
            "engine": "Engine",
            "node_type": ("CacheNodeType",),
            "num_cache_nodes": "NumCacheNodes",
        },
        needs=("node_type", "num_cache_nodes"),
        state=("CacheClusterStatus",),
        created=("CacheClusterCreateTime",),
    ),
    "AWS::Redshift::Cluster": Shape(
        "aws_redshift_cluster",
        id=("ClusterNamespaceArn", "ClusterIdentifier"),
        name=("ClusterIdentifier",),
        fields={"cluster_identifier": "ClusterIdentifier", "node_type": "NodeType", "number_of_nodes": "NumberOfNodes"},
        needs=("node_type", "number_of_nodes"),
        state=("ClusterStatus",),
        stopped=("paused",),
        created=("ClusterCreateTime",),
    ),
    "AWS::OpenSearchService::Domain": Shape(
        "aws_opensearch_domain",
        id=("ARN", "DomainName"),
        name=("DomainName",),
        fields={
            "domain_name": "DomainName",
            "cluster_config": each(
                "ClusterConfig",
                instance_type="InstanceType",
                instance_count="InstanceCount",
                dedicated_master_enabled="DedicatedMasterEnabled",
                dedicated_master_type="DedicatedMasterType",
                dedicated_master_count="DedicatedMasterCount",
                warm_enabled="WarmEnabled",
                warm_type="WarmType",
                warm_count="WarmCount",
            ),
            "ebs_options": each(
                "EBSOptions",
                ebs_enabled="EBSEnabled",
                volume_type="VolumeType",
                volume_size="VolumeSize",
                iops="Iops",
                throughput="Throughput",
            ),
        },
        needs=("cluster_config",),
    ),
    "AWS::DynamoDB::Table": Shape(
        "aws_dynamodb_table",
        id=("TableArn", "Arn", "TableName"),
        name=("TableName",),
        fields={
            "name": "TableName",
            "billing_mode": _billing,
            "read_capacity": "ProvisionedThroughput.ReadCapacityUnits",
            "write_capacity": "ProvisionedThroughput.WriteCapacityUnits",
        },
        state=("TableStatus",),
        created=("CreationDateTime",),
    ),
    "AWS::Logs::LogGroup": Shape(
        "aws_cloudwatch_log_group",
        id=("Arn", "LogGroupName"),
        name=("LogGroupName",),
        fields={"name": "LogGroupName", "retention_in_days": "RetentionInDays"},
    ),
}
