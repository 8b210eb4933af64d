"""Machines of AWS and what runs on them: EC2, Auto Scaling, EKS, ECS, Batch, Lambda."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.aws.parts import each, renamed, snake
from spendgate.inputs.inventory.fields import MISSING, Read, items, labels, pick, text
from spendgate.inputs.inventory.shape import Item, Shape

Record = Mapping[str, Any]


def _market(record: Record) -> Any:
    lifecycle = text(record, "InstanceLifecycle")
    return [{"market_type": lifecycle}] if lifecycle in ("spot", "capacity-block") else None


def _public_address(record: Record) -> Any:
    """Whether the machine has an address of its own: an Elastic IP is a resource itself.

    NOTE: `IpOwnerId` is `amazon` for an address lent by AWS, else the account whose Elastic IP it is (EC2 API, DescribeInstances).
    """
    interfaces = pick(record, "NetworkInterfaces")
    if isinstance(interfaces, list):
        owners = [text(interface, "Association.IpOwnerId") for interface in interfaces]
        return "amazon" in owners
    address = pick(record, "PublicIpAddress")
    return MISSING if address is MISSING else bool(address)


def _monitored(record: Record) -> Any:
    state = text(record, "Monitoring.State", "MonitoringState")
    if state is not None:
        return state in ("enabled", "pending")
    plain = pick(record, "Monitoring")
    return plain if isinstance(plain, bool) else MISSING


def _group_of(item: Item) -> str | None:
    tags = item.tags if item.tags is not None else labels(pick(item.record, "Tags"))
    return (tags or {}).get("aws:autoscaling:groupName")


def _node_group_of(item: Item) -> str | None:
    tags = labels(pick(item.record, "Tags")) or {}
    name = tags.get("eks:nodegroup-name")
    return f"nodegroup:{tags.get('eks:cluster-name', '')}/{name}" if name else None


def _group_tags(record: Record) -> Any:
    """An Auto Scaling group states its tags in blocks of their own."""
    tags = labels(pick(record, "Tags"))
    return [{"key": key, "value": value} for key, value in tags.items()] if tags is not None else MISSING


def _template_of(block: Any) -> Any:
    """A reference to a launch template by whatever name it is meant."""
    found = {
        "id": text(block, "LaunchTemplateId", "Id"),
        "name": text(block, "LaunchTemplateName", "Name"),
        "version": text(block, "Version"),
    }
    return [{key: value for key, value in found.items() if value}] if any(found.values()) else None


def _launch_template(record: Record) -> Any:
    return _template_of(pick(record, "LaunchTemplate"))


def _mixed(record: Record) -> Any:
    policy = pick(record, "MixedInstancesPolicy")
    if not isinstance(policy, Mapping):
        return None
    specification = _template_of(pick(policy, "LaunchTemplate.LaunchTemplateSpecification"))
    block: dict[str, Any] = {"launch_template_specification": specification or []}
    overrides = list(items(policy, "LaunchTemplate.Overrides"))
    if overrides:
        block["override"] = [
            snake(override, "InstanceType", "WeightedCapacity", "InstanceRequirements") for override in overrides
        ]
    found: dict[str, Any] = {"launch_template": [block]}
    if isinstance(spread := pick(policy, "InstancesDistribution"), Mapping):
        found["instances_distribution"] = [
            snake(spread, "OnDemandBaseCapacity", "OnDemandPercentageAboveBaseCapacity", "SpotAllocationStrategy")
        ]
    return [found]


def _devices(record: Record, path: str) -> Any:
    found = []
    for device in items(record, path):
        block: dict[str, Any] = {"device_name": text(device, "DeviceName")}
        if isinstance(ebs := pick(device, "Ebs"), Mapping):
            block["ebs"] = [snake(ebs, "VolumeSize", "VolumeType", "Iops", "Throughput")]
        found.append(block)
    return found or None


def _batch(record: Record) -> Any:
    inner = pick(record, "ComputeResources")
    if not isinstance(inner, Mapping):
        return None
    return [
        renamed(inner, type="Type", min_vcpus="MinvCpus", desired_vcpus="DesiredvCpus", max_vcpus="MaxvCpus",
                instance_type="InstanceTypes")
    ]  # fmt: skip


def _nodes_owned(item: Item) -> tuple[str, ...]:
    """What a node group is known by to the Auto Scaling group that EKS made for it."""
    cluster, name = text(item.record, "ClusterName"), text(item.record, "NodegroupName")
    return (
        f"nodegroup:{cluster}/{name}",
        *(found for group in items(item.record, "Resources.AutoScalingGroups") if (found := text(group, "Name"))),
    )


_TASK: Mapping[str, Read] = {
    "cpu": "Cpu",
    "memory": "Memory",
    "requires_compatibilities": "RequiresCompatibilities",
    "family": "Family",
    "ephemeral_storage": each("EphemeralStorage", size_in_gib="SizeInGiB"),
    "runtime_platform": each("RuntimePlatform", cpu_architecture="CpuArchitecture"),
}

SHAPES: Mapping[str, Shape] = {
    "AWS::EC2::Instance": Shape(
        "aws_instance",
        id=("InstanceId",),
        name=("InstanceId",),
        unique=True,
        fields={
            "id": "InstanceId",
            "instance_type": "InstanceType",
            "instance_state": ("State.Name", "InstanceState"),
            "availability_zone": "Placement.AvailabilityZone",
            "tenancy": ("Placement.Tenancy", "Tenancy"),
            "host_id": ("Placement.HostId", "HostId"),
            "ebs_optimized": "EbsOptimized",
            "monitoring": _monitored,
            "associate_public_ip_address": _public_address,
            "instance_market_options": _market,
            "platform_details": ("PlatformDetails", "Platform"),
        },
        needs=("instance_type",),
        assumed=("tenancy", "host_id"),
        state=("State.Name", "InstanceState", "State"),
        created=("LaunchTime",),
        waits=True,
        disks_apart=True,
        owner=_group_of,
    ),
    "AWS::EC2::LaunchTemplate": Shape(
        "aws_launch_template",
        id=("LaunchTemplateId", "LaunchTemplateName"),
        name=("LaunchTemplateName", "LaunchTemplateId"),
        fields={
            "id": "LaunchTemplateId",
            "name": "LaunchTemplateName",
            "instance_type": "LaunchTemplateData.InstanceType",
            "block_device_mappings": lambda record: _devices(record, "LaunchTemplateData.BlockDeviceMappings"),
            "instance_market_options": each("LaunchTemplateData.InstanceMarketOptions", market_type="MarketType"),
            "monitoring": each("LaunchTemplateData.Monitoring", enabled="Enabled"),
            "placement": each("LaunchTemplateData.Placement", tenancy="Tenancy"),
        },
    ),
    "AWS::AutoScaling::LaunchConfiguration": Shape(
        "aws_launch_configuration",
        id=("LaunchConfigurationARN", "LaunchConfigurationName"),
        name=("LaunchConfigurationName",),
        fields={
            "name": "LaunchConfigurationName",
            "instance_type": "InstanceType",
            "spot_price": "SpotPrice",
            "placement_tenancy": "PlacementTenancy",
            "enable_monitoring": ("InstanceMonitoring.Enabled", "InstanceMonitoring"),
        },
        tagged=False,
    ),
    "AWS::AutoScaling::AutoScalingGroup": Shape(
        "aws_autoscaling_group",
        id=("AutoScalingGroupARN", "AutoScalingGroupName"),
        name=("AutoScalingGroupName",),
        fields={
            "name": "AutoScalingGroupName",
            "arn": "AutoScalingGroupARN",
            "availability_zone": "AvailabilityZones.0",
            "min_size": "MinSize",
            "max_size": "MaxSize",
            "desired_capacity": "DesiredCapacity",
            "launch_configuration": "LaunchConfigurationName",
            "launch_template": _launch_template,
            "mixed_instances_policy": _mixed,
            "tag": _group_tags,
        },
        needs=("min_size", "max_size", "desired_capacity"),
        disks_apart=True,
        owner=_node_group_of,
        tagged=False,
    ),
    "AWS::EKS::Nodegroup": Shape(
        "aws_eks_node_group",
        id=("NodegroupArn", "Arn"),
        name=("NodegroupName",),
        fields={
            "node_group_name": "NodegroupName",
            "cluster_name": "ClusterName",
            "scaling_config": each("ScalingConfig", min_size="MinSize", max_size="MaxSize", desired_size="DesiredSize"),
            "instance_types": "InstanceTypes",
            "ami_type": "AmiType",
            "capacity_type": "CapacityType",
            "disk_size": "DiskSize",
            "launch_template": _launch_template,
        },
        needs=("scaling_config",),
        disks_apart=True,
        owns=_nodes_owned,
    ),
    "AWS::EKS::Cluster": Shape(
        "aws_eks_cluster",
        id=("Arn", "Name"),
        fields={
            "name": "Name",
            "arn": "Arn",
            "version": "Version",
            "upgrade_policy": each("UpgradePolicy", support_type="SupportType"),
        },
    ),
    "AWS::ECS::Service": Shape(
        "aws_ecs_service",
        id=("ServiceArn",),
        name=("ServiceName",),
        fields={
            "name": "ServiceName",
            "cluster": ("ClusterArn", "Cluster"),
            "desired_count": "DesiredCount",
            "launch_type": "LaunchType",
            "task_definition": "TaskDefinition",
            "capacity_provider_strategy": each(
                "CapacityProviderStrategy", capacity_provider="CapacityProvider", weight="Weight"
            ),
        },
        needs=("desired_count",),
    ),
    "AWS::ECS::TaskDefinition": Shape(
        "aws_ecs_task_definition",
        id=("TaskDefinitionArn",),
        name=("Family",),
        fields={"arn": "TaskDefinitionArn", **_TASK},
        needs=("cpu", "memory"),
    ),
    "AWS::Lambda::Function": Shape(
        "aws_lambda_function",
        id=("FunctionArn", "FunctionName"),
        name=("FunctionName",),
        fields={
            "function_name": "FunctionName",
            "memory_size": "MemorySize",
            "architectures": "Architectures",
            "ephemeral_storage": each("EphemeralStorage", size="Size"),
        },
        needs=("memory_size",),
        created=(),
    ),
    "AWS::Batch::ComputeEnvironment": Shape(
        "aws_batch_compute_environment",
        id=("ComputeEnvironmentArn", "ComputeEnvironmentName"),
        name=("ComputeEnvironmentName",),
        fields={"compute_environment_name": "ComputeEnvironmentName", "type": "Type", "compute_resources": _batch},
        stopped=(),
    ),
    "AWS::EC2::CapacityReservation": Shape(
        "aws_ec2_capacity_reservation",
        id=("CapacityReservationId",),
        name=("CapacityReservationId",),
        unique=True,
        fields={
            "id": "CapacityReservationId",
            "instance_type": "InstanceType",
            "availability_zone": "AvailabilityZone",
            # NOTE: machines that run in it are billed as themselves, so that only what they leave unused is counted.
            "instance_count": ("AvailableInstanceCount", "TotalInstanceCount", "InstanceCount"),
        },
        needs=("instance_type", "instance_count"),
        gone=("expired", "cancelled", "failed"),
    ),
}
