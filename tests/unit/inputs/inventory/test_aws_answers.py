"""Answers of AWS are told by whose they are: services share the names of lists, and `--query` takes lists away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_inventory import report
from tests.unit.inputs.inventory.exports import INSTANCE, VOLUME, instances, read, resources

from spendgate.inputs import open_input
from spendgate.model.values import Unknown

_HERE = "us-east-1:111122223333"


def _types(found: Any) -> list[str]:
    return sorted(change.resource.type for change in found.changes)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param({"Clusters": [{"Id": "j-1", "Name": "s", "ClusterArn": f"arn:aws:elasticmapreduce:{_HERE}:cluster/j-1"}]}, "aws_elasticmapreduce_cluster", id="clusters of EMR"),
        pytest.param({"Clusters": [{"Name": "m", "NodeType": "db.r6g.large", "ARN": f"arn:aws:memorydb:{_HERE}:cluster/m"}]}, "aws_memorydb_cluster", id="clusters of MemoryDB"),
        pytest.param({"Clusters": [{"ClusterIdentifier": "r", "NodeType": "ra3.large", "NumberOfNodes": 2}]}, "aws_redshift_cluster", id="clusters of Redshift"),
        pytest.param({"clusters": [{"clusterArn": f"arn:aws:ecs:{_HERE}:cluster/c", "clusterName": "c"}], "failures": []}, "aws_ecs_cluster", id="clusters of ECS"),
        pytest.param({"Volumes": [{"VolumeId": "fsvol-1", "VolumeType": "ONTAP", "ResourceARN": f"arn:aws:fsx:{_HERE}:volume/fs-1/fsvol-1"}]}, "aws_fsx_volume", id="volumes of FSx"),
        pytest.param({"Snapshots": [{"SnapshotName": "s", "ARN": f"arn:aws:elasticache:{_HERE}:snapshot:s"}]}, "aws_elasticache_snapshot", id="snapshots of ElastiCache"),
        pytest.param({"Endpoints": [{"EndpointIdentifier": "e", "EndpointArn": f"arn:aws:dms:{_HERE}:endpoint:E"}]}, "aws_dms_endpoint", id="endpoints of DMS"),
        pytest.param({"EndpointConfigs": [{"EndpointConfigName": "c", "EndpointConfigArn": f"arn:aws:sagemaker:{_HERE}:endpoint-config/c"}]}, "aws_sagemaker_endpoint_configuration", id="configurations of endpoints, listed"),
        pytest.param({"ClusterSummaries": [{"ClusterArn": f"arn:aws:sagemaker:{_HERE}:cluster/x", "ClusterName": "hp"}]}, "aws_sagemaker_cluster", id="HyperPod clusters, listed"),
        pytest.param({"modelUnits": 2, "provisionedModelArn": f"arn:aws:bedrock:{_HERE}:provisioned-model/x", "provisionedModelName": "p"}, "aws_bedrock_provisioned_model_throughput", id="a bare answer, its ARN not first"),
        pytest.param({"Configuration": {"FunctionName": "f", "FunctionArn": f"arn:aws:lambda:{_HERE}:function:f", "MemorySize": 512}, "Tags": {"team": "a"}}, "aws_lambda_function", id="one function"),
        pytest.param({"services": [{"clusterArn": f"arn:aws:ecs:{_HERE}:cluster/c", "serviceArn": f"arn:aws:ecs:{_HERE}:service/c/s", "serviceName": "s", "desiredCount": 1}]}, "aws_ecs_service", id="a service of ECS with its keys sorted"),
        pytest.param({"ReplicationGroups": [{"ReplicationGroupId": "r", "ARN": f"arn:aws:elasticache:{_HERE}:replicationgroup:r"}]}, "aws_elasticache_replicationgroup", id="a list in no table, by its ARNs"),
        pytest.param({"Resources": [{"Arn": f"arn:aws:ec2:{_HERE}:instance/i-1", "ResourceType": "ec2:instance"}]}, "aws_instance", id="Resource Explorer"),
        pytest.param({"StackResourceSummaries": [{"LogicalResourceId": "B", "PhysicalResourceId": "b", "ResourceType": "AWS::S3::Bucket", "ResourceStatus": "CREATE_COMPLETE"}]}, "aws_s3_bucket", id="resources of a stack"),
        pytest.param({"resourceIdentifiers": [{"resourceType": "AWS::EC2::Instance", "resourceId": "i-1"}]}, "aws_instance", id="resources that AWS Config discovered"),
        pytest.param([[INSTANCE]], "aws_instance", id="instances by a query, list in list"),
        pytest.param([INSTANCE], "aws_instance", id="instances by a query"),
        pytest.param([{key: VOLUME[key] for key in ("VolumeId", "VolumeType", "Size")}], "aws_ebs_volume", id="volumes by a query"),
    ],
)  # fmt: skip
def test_a_record_is_of_the_service_that_its_arn_or_its_fields_name(tmp_path: Path, answer: Any, expected: str) -> None:
    found = read(tmp_path, answer)
    assert _types(found) == [expected]
    assert not [problem for problem in found.problems if problem.undetermined]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"Snapshots": [{"SnapshotIdentifier": "s", "ClusterIdentifier": "c"}]}, id="snapshots of Redshift"),
        pytest.param({"Table": {"Name": "t", "DatabaseName": "d"}}, id="a table of Glue"),
        pytest.param({"Results": ['{"COUNT(*)": 7, "resourceType": "AWS::EC2::Instance"}'], "QueryInfo": {}}, id="a count of AWS Config"),
        pytest.param({"clusters": ["a", "b"]}, id="names of clusters"),
    ],
)  # fmt: skip
def test_what_identifies_no_resource_is_said_and_counts_as_none(tmp_path: Path, answer: Any) -> None:
    found = read(tmp_path, answer)
    assert found.changes == ()
    assert any(problem.undetermined for problem in found.problems)


def test_fields_that_a_query_left_out_are_unknown(tmp_path: Path) -> None:
    cut = {key: INSTANCE[key] for key in ("InstanceId", "InstanceType", "State")}
    (found,) = resources(read(tmp_path, [cut])).values()
    assert isinstance(found.attributes.get("instance_market_options"), Unknown)
    assert isinstance(found.attributes.get("tags"), Unknown)


def test_a_machine_that_may_be_on_spot_is_counted_on_demand_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text(
        json.dumps([{**{key: INSTANCE[key] for key in ("InstanceId", "InstanceType", "State", "Placement")}}])
    )
    (change,) = report("cost", str(path))["changes"]
    (item,) = change["cost"]["items"]
    assert (item["basis"], "spot is not known" in item["note"]) == ("assumed", True)


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        pytest.param(instances({key: value for key, value in INSTANCE.items() if key != "Tags"}), True, id="machines leave out what is empty"),
        pytest.param({"Functions": [{"FunctionName": "f", "FunctionArn": f"arn:aws:lambda:{_HERE}:function:f", "MemorySize": 128}]}, False, id="functions are listed without"),
        pytest.param({"Buckets": [{"Name": "b", "CreationDate": "2026-01-01"}]}, False, id="buckets are listed without"),
        pytest.param({"LoadBalancers": [{"LoadBalancerArn": f"arn:aws:elasticloadbalancing:{_HERE}:loadbalancer/app/a/1", "LoadBalancerName": "a", "Type": "application"}]}, False, id="load balancers are described without"),
        pytest.param({"TrainingJobSummaries": [{"TrainingJobName": "t", "TrainingJobArn": f"arn:aws:sagemaker:{_HERE}:training-job/t"}]}, False, id="jobs are listed without"),
        pytest.param({"Results": ['{"resourceId": "i-1", "resourceType": "AWS::EC2::Instance"}'], "QueryInfo": {}}, False, id="a query that did not select them"),
        pytest.param({"Results": ['{"resourceId": "i-1", "resourceType": "AWS::EC2::Instance", "tags": []}'], "QueryInfo": {}}, True, id="a query that did"),
    ],
)  # fmt: skip
def test_tags_that_an_answer_never_holds_are_unknown_and_not_missing(tmp_path: Path, answer: Any, known: bool) -> None:
    (found,) = resources(read(tmp_path, answer)).values()
    assert isinstance(found.attributes.get("tags"), Unknown) is not known


_JOB = {
    "TrainingJobName": "t",
    "TrainingJobArn": f"arn:aws:sagemaker:{_HERE}:training-job/t",
    "TrainingJobStatus": "InProgress",
    "ResourceConfig": {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "VolumeSizeInGB": 500},
    "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
    "HyperParameters": {"wandb": "planted-secret"},
    "Environment": {"API": "planted-secret"},
}


def test_a_training_job_has_its_accelerators_and_its_end_and_none_of_its_environment(tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text(json.dumps(_JOB))
    found = report("cost", str(path))
    (change,) = found["changes"]
    assert change["facets"]["accel"]["max_total"] == 16
    assert change["facets"]["limits"]["max_runtime_hours"] == 24
    assert "planted-secret" not in json.dumps(found)


def test_a_training_job_that_is_over_costs_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    path.write_text(json.dumps({**_JOB, "TrainingJobStatus": "Completed"}))
    (change,) = report("cost", str(path))["changes"]
    assert change["facets"]["schedule"]["hours_per_week"] == 0


def test_a_stopped_database_costs_its_storage_whatever_an_hour_of_it_costs(tmp_path: Path) -> None:
    path = tmp_path / "databases.json"
    stopped = {
        "DBInstanceIdentifier": "d", "DBInstanceClass": "db.nobodysells.large", "Engine": "postgres", "DBInstanceStatus": "stopped",
        "AllocatedStorage": 100, "StorageType": "gp3", "MultiAZ": False, "DBInstanceArn": f"arn:aws:rds:{_HERE}:db:d", "TagList": [],
    }  # fmt: skip
    path.write_text(json.dumps({"DBInstances": [stopped]}))
    (change,) = report("cost", str(path))["changes"]
    assert change["cost"]["state_after"] == "priced"
    assert [item["name"] for item in change["cost"]["items"]] == ["Storage (gp3)"]


def test_exports_in_a_folder_that_nobody_knows_are_said_and_forbid_a_plain_pass(tmp_path: Path) -> None:
    (tmp_path / "machines.json").write_text(json.dumps(instances(INSTANCE)))
    (tmp_path / "hosts.json").write_text('{"Hosts": [{"HostId": "h-1"}]}')
    (tmp_path / "metrics.csv").write_text("resource,metric,mean,samples\n")
    (tmp_path / "approved.json").write_text('{"version": 1, "decision": "pass"}')
    (tmp_path / "spendgate.yaml").write_text("currency: USD\n")
    found = open_input(str(tmp_path), {})
    (said,) = found.problems
    assert said.file is not None
    assert (Path(said.file).name, said.undetermined) == ("hosts.json", True)
    assert len(found.changes) == 1
