"""The calls that are made, one table: it is what is collected, and the permissions to grant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spendgate.model.frozen import Frozen

Record = dict[str, Any]
Detail = Callable[[Any, Record], Iterator[Record]]
"""Asks a client for more about a listed record and yields what is to be kept in its place."""


class Call(Frozen):
    """One kind of thing: the operation that lists it, where the list stands in the answer, and what it is for AWS Config.

    `detail` turns each listed record into those that are kept; `permissions` are the IAM actions of all of it.
    """

    service: str
    operation: str
    path: str
    kind: str
    permissions: tuple[str, ...]
    arguments: Mapping[str, Any] = {}
    detail: Detail | None = None
    everywhere: bool = False
    """Asked once, not in each region."""


def _plain(answer: Record) -> Record:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def _clusters(client: Any, name: Record) -> Iterator[Record]:
    yield client.describe_cluster(name=name["value"])["cluster"]


def _node_groups(client: Any, name: Record) -> Iterator[Record]:
    cluster = name["value"]
    for page in client.get_paginator("list_nodegroups").paginate(clusterName=cluster):
        for group in page["nodegroups"]:
            yield client.describe_nodegroup(clusterName=cluster, nodegroupName=group)["nodegroup"]


def _services(client: Any, arn: Record) -> Iterator[Record]:
    cluster = arn["value"]
    for page in client.get_paginator("list_services").paginate(cluster=cluster):
        names = page["serviceArns"]
        for start in range(0, len(names), 10):
            # NOTE: describe_services takes ten names at most.
            answer = client.describe_services(cluster=cluster, services=names[start : start + 10], include=["TAGS"])
            yield from answer["services"]


def _task(client: Any, arn: Record) -> Iterator[Record]:
    answer = client.describe_task_definition(taskDefinition=arn["value"], include=["TAGS"])
    yield {**answer["taskDefinition"], "tags": answer.get("tags", [])}


def _tagged(client: Any, arn: str) -> list[Record]:
    found: list[Record] = client.list_tags(ResourceArn=arn)["Tags"]
    return found


def _notebook(client: Any, listed: Record) -> Iterator[Record]:
    answer = client.describe_notebook_instance(NotebookInstanceName=listed["NotebookInstanceName"])
    yield {**_plain(answer), "Tags": _tagged(client, listed["NotebookInstanceArn"])}


def _endpoint(client: Any, listed: Record) -> Iterator[Record]:
    answer = client.describe_endpoint(EndpointName=listed["EndpointName"])
    yield {**_plain(answer), "Tags": _tagged(client, listed["EndpointArn"])}


def _endpoint_config(client: Any, listed: Record) -> Iterator[Record]:
    yield _plain(client.describe_endpoint_config(EndpointConfigName=listed["EndpointConfigName"]))


def _training_job(client: Any, listed: Record) -> Iterator[Record]:
    """NOTE: hyperparameters and environments of jobs hold keys: what is kept is named here."""
    answer = client.describe_training_job(TrainingJobName=listed["TrainingJobName"])
    kept = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "ResourceConfig", "StoppingCondition", "CreationTime",
            "TrainingStartTime", "EnableManagedSpotTraining", "RetryStrategy")  # fmt: skip
    yield {**{key: answer[key] for key in kept if key in answer}, "Tags": _tagged(client, listed["TrainingJobArn"])}


def _hyperpod(client: Any, listed: Record) -> Iterator[Record]:
    yield {
        **_plain(client.describe_cluster(ClusterName=listed["ClusterName"])),
        "Tags": _tagged(client, listed["ClusterArn"]),
    }


def _function(client: Any, listed: Record) -> Iterator[Record]:
    yield {**listed, "tags": client.list_tags(Resource=listed["FunctionArn"])["Tags"]}


def _balancer(client: Any, listed: Record) -> Iterator[Record]:
    found = client.describe_tags(ResourceArns=[listed["LoadBalancerArn"]])["TagDescriptions"]
    yield {**listed, "Tags": found[0]["Tags"] if found else []}


def _classic_balancer(client: Any, listed: Record) -> Iterator[Record]:
    found = client.describe_tags(LoadBalancerNames=[listed["LoadBalancerName"]])["TagDescriptions"]
    yield {**listed, "Tags": found[0]["Tags"] if found else []}


def _provisioned(client: Any, listed: Record) -> Iterator[Record]:
    found = client.list_tags_for_resource(resourceARN=listed["provisionedModelArn"])["tags"]
    yield {**listed, "tags": found}


def _ec2(operation: str, path: str, kind: str, **arguments: Any) -> Call:
    name = "".join(word.capitalize() for word in operation.split("_"))
    return Call("ec2", operation, path, kind, (f"ec2:{name}",), arguments)


CALLS: tuple[Call, ...] = (
    _ec2("describe_instances", "Reservations.Instances", "AWS::EC2::Instance"),
    _ec2("describe_volumes", "Volumes", "AWS::EC2::Volume"),
    _ec2("describe_snapshots", "Snapshots", "AWS::EC2::Snapshot", OwnerIds=["self"]),
    _ec2("describe_addresses", "Addresses", "AWS::EC2::EIP"),
    _ec2("describe_nat_gateways", "NatGateways", "AWS::EC2::NatGateway"),
    _ec2("describe_vpc_endpoints", "VpcEndpoints", "AWS::EC2::VPCEndpoint"),
    _ec2("describe_launch_template_versions", "LaunchTemplateVersions", "AWS::EC2::LaunchTemplate", Versions=["$Latest"]),
    _ec2("describe_capacity_reservations", "CapacityReservations", "AWS::EC2::CapacityReservation"),
    Call("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AWS::AutoScaling::AutoScalingGroup", ("autoscaling:DescribeAutoScalingGroups",)),
    Call("autoscaling", "describe_launch_configurations", "LaunchConfigurations", "AWS::AutoScaling::LaunchConfiguration", ("autoscaling:DescribeLaunchConfigurations",)),
    Call("eks", "list_clusters", "clusters", "AWS::EKS::Cluster", ("eks:ListClusters", "eks:DescribeCluster"), detail=_clusters),
    Call("eks", "list_clusters", "clusters", "AWS::EKS::Nodegroup", ("eks:ListClusters", "eks:ListNodegroups", "eks:DescribeNodegroup"), detail=_node_groups),
    Call("ecs", "list_clusters", "clusterArns", "AWS::ECS::Service", ("ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices"), detail=_services),
    Call("ecs", "list_task_definitions", "taskDefinitionArns", "AWS::ECS::TaskDefinition", ("ecs:ListTaskDefinitions", "ecs:DescribeTaskDefinition"), {"status": "ACTIVE"}, _task),
    Call("lambda", "list_functions", "Functions", "AWS::Lambda::Function", ("lambda:ListFunctions", "lambda:ListTags"), detail=_function),
    Call("batch", "describe_compute_environments", "computeEnvironments", "AWS::Batch::ComputeEnvironment", ("batch:DescribeComputeEnvironments",)),
    Call("sagemaker", "list_notebook_instances", "NotebookInstances", "AWS::SageMaker::NotebookInstance",
         ("sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance", "sagemaker:ListTags"), detail=_notebook),
    Call("sagemaker", "list_endpoint_configs", "EndpointConfigs", "AWS::SageMaker::EndpointConfig",
         ("sagemaker:ListEndpointConfigs", "sagemaker:DescribeEndpointConfig"), detail=_endpoint_config),
    Call("sagemaker", "list_endpoints", "Endpoints", "AWS::SageMaker::Endpoint", ("sagemaker:ListEndpoints", "sagemaker:DescribeEndpoint", "sagemaker:ListTags"), detail=_endpoint),
    Call("sagemaker", "list_clusters", "ClusterSummaries", "AWS::SageMaker::Cluster", ("sagemaker:ListClusters", "sagemaker:DescribeCluster", "sagemaker:ListTags"), detail=_hyperpod),
    Call("sagemaker", "list_training_jobs", "TrainingJobSummaries", "AWS::SageMaker::TrainingJob",
         ("sagemaker:ListTrainingJobs", "sagemaker:DescribeTrainingJob", "sagemaker:ListTags"), {"StatusEquals": "InProgress"}, _training_job),
    Call("bedrock", "list_provisioned_model_throughputs", "provisionedModelSummaries", "AWS::Bedrock::ProvisionedModelThroughput",
         ("bedrock:ListProvisionedModelThroughputs", "bedrock:ListTagsForResource"), detail=_provisioned),
    Call("rds", "describe_db_instances", "DBInstances", "AWS::RDS::DBInstance", ("rds:DescribeDBInstances",)),
    Call("rds", "describe_db_clusters", "DBClusters", "AWS::RDS::DBCluster", ("rds:DescribeDBClusters",)),
    Call("elbv2", "describe_load_balancers", "LoadBalancers", "AWS::ElasticLoadBalancingV2::LoadBalancer",
         ("elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags"), detail=_balancer),
    Call("elb", "describe_load_balancers", "LoadBalancerDescriptions", "AWS::ElasticLoadBalancing::LoadBalancer",
         ("elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags"), detail=_classic_balancer),
    Call("fsx", "describe_file_systems", "FileSystems", "AWS::FSx::FileSystem", ("fsx:DescribeFileSystems",)),
    Call("efs", "describe_file_systems", "FileSystems", "AWS::EFS::FileSystem", ("elasticfilesystem:DescribeFileSystems",)),
    Call("elasticache", "describe_cache_clusters", "CacheClusters", "AWS::ElastiCache::CacheCluster", ("elasticache:DescribeCacheClusters",)),
    Call("redshift", "describe_clusters", "Clusters", "AWS::Redshift::Cluster", ("redshift:DescribeClusters",)),
    Call("logs", "describe_log_groups", "logGroups", "AWS::Logs::LogGroup", ("logs:DescribeLogGroups",)),
    Call("s3", "list_buckets", "Buckets", "AWS::S3::Bucket",
         ("s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetLifecycleConfiguration", "s3:GetBucketTagging"), everywhere=True),
)  # fmt: skip


def actions() -> tuple[str, ...]:
    """The IAM actions of all calls, in order: the least privilege that collects everything."""
    asked = {action for call in CALLS for action in call.permissions}
    return tuple(sorted({*asked, "ec2:DescribeRegions", "sts:GetCallerIdentity"}))
