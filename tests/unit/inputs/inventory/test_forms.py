"""Every form of export is recognised by what it looks like and read with the right counts and sizes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.inputs.inventory import exports
from tests.unit.inputs.inventory.exports import (
    AZURE_VM,
    GCE,
    INSTANCE,
    VOLUME,
    asset,
    config_item,
    instances,
    read,
    resources,
    row,
)

from spendgate.model.resource import Action

STATE = {
    "format_version": "1.0",
    "terraform_version": "1.9.0",
    "values": {
        "root_module": {
            "resources": [
                {"address": "aws_instance.a", "mode": "managed", "type": "aws_instance", "name": "a",
                 "provider_name": "registry.terraform.io/hashicorp/aws", "values": {"instance_type": "m5.large", "id": "i-1"}, "sensitive_values": {}},
                {"address": "data.aws_ami.x", "mode": "data", "type": "aws_ami", "name": "x", "values": {}},
            ],
            "child_modules": [{"address": "module.m", "resources": [
                {"address": "module.m.aws_ebs_volume.b", "mode": "managed", "type": "aws_ebs_volume", "name": "b",
                 "provider_name": "registry.terraform.io/hashicorp/aws", "values": {"size": 10, "type": "gp3"}}]}],
        }
    },
}  # fmt: skip
RAW_STATE = {
    "version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "l",
    "outputs": {},
    "resources": [
        {"mode": "managed", "type": "google_compute_disk", "name": "d", "module": "module.m", "provider": 'module.m.provider["registry.terraform.io/hashicorp/google"]',
         "instances": [{"index_key": "a", "attributes": {"size": 50, "type": "pd-ssd", "zone": "us-central1-a"}}, {"index_key": 1, "attributes": {}}]},
        {"mode": "data", "type": "google_project", "name": "p", "instances": [{"attributes": {}}]},
    ],
}  # fmt: skip
SLURM_NODES = {
    "meta": {"slurm": {"version": {"major": "23"}}},
    "nodes": [
        {"name": "gpu01", "state": ["IDLE"], "cpus": 64, "real_memory": 1031000, "gres": "gpu:h100:8(S:0-1)", "gres_used": "gpu:h100:0(IDX:N/A)", "partitions": ["gpu"], "last_busy": {"set": True, "infinite": False, "number": 1763000000}},
        {"name": "gpu02", "state": ["DOWN"], "cpus": 64, "gres": "gpu:h100:8", "partitions": ["gpu"]},
    ],
}  # fmt: skip
SINFO = {
    "meta": {"Slurm": {"version": {"major": "23"}}},
    "sinfo": [
        {"partition": {"name": "gpu"}, "node": {"state": ["MIXED"]}, "nodes": {"total": 2, "nodes": ["n1", "n2"]}, "gres": {"total": "gpu:a100:4"}, "cpus": {"maximum": 64}, "memory": {"maximum": 512000}},
        {"partition": {"name": "all"}, "node": {"state": ["MIXED"]}, "nodes": {"total": 3, "nodes": ["n1", "n2", "n3"]}, "gres": {"total": "gpu:a100:4"}},
    ],
}  # fmt: skip
SQUEUE = {
    "meta": {"slurm": {}},
    "jobs": [
        {"job_id": 77, "job_state": ["RUNNING"], "user_name": "ada", "account": "vision", "partition": "gpu", "tres_alloc_str": "cpu=8,mem=64G,node=1,billing=8,gres/gpu=4,gres/gpu:h100=4", "time_limit": {"set": True, "infinite": False, "number": 720}},
        {"job_id": 78, "job_state": ["PENDING"], "tres_req_str": "gres/gpu=8"},
    ],
}  # fmt: skip
HANDWRITTEN = """\
inventory: 1
resources:
  - type: onprem_node
    name: edge-7
    region: oslo
    tags: {team: vision}
    last_used: 2026-11-01
    attributes: {accelerator: L4, accelerators: 2, vcpu: 32}
  - type: aws_instance
    name: forgotten
    state: stopped
    region: eu-west-1
    attributes: {instance_type: m5.large}
"""
STEAMPIPE = {
    "columns": [{"name": "instance_id", "data_type": "text"}],
    "rows": [
        {"instance_id": "i-0aa1", "arn": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aa1", "instance_type": "g5.xlarge", "instance_state": "running",
         "placement_availability_zone": "eu-west-1a", "region": "eu-west-1", "account_id": "111122223333", "tags": {"team": "vision"}, "launch_time": "2026-10-01T10:00:00Z"},
    ],
}  # fmt: skip
CLOUDQUERY = json.dumps({"_cq_id": "u", "_cq_sync_time": "2026-11-24", "account_id": "111122223333", "region": "eu-west-1", "arn": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0aa1",
                         "instance_id": "i-0aa1", "instance_type": "g5.xlarge", "state": {"Code": 16, "Name": "running"}, "placement": {"AvailabilityZone": "eu-west-1a"}, "tags": {"team": "vision"}})  # fmt: skip
CSV = (
    "arn,instance_id,instance_type,instance_state,region,tags\n"
    'arn:aws:ec2:eu-west-1:111122223333:instance/i-0aa1,i-0aa1,g5.xlarge,running,eu-west-1,"{""team"":""vision""}"\n'
)
AKS = row(
    "Microsoft.ContainerService/managedClusters",
    "aks1",
    {
        "nodeResourceGroup": "MC_rg",
        "agentPoolProfiles": [
            {"name": "system", "vmSize": "Standard_D4s_v5", "count": 3, "mode": "System"},
            {
                "name": "gpu",
                "vmSize": "Standard_NC24ads_A100_v4",
                "count": 2,
                "enableAutoScaling": True,
                "minCount": 0,
                "maxCount": 4,
            },
        ],
    },
)

FORMS: tuple[tuple[str, Any, str, dict[str, str]], ...] = (
    ("describe-instances", instances(INSTANCE), "a.json", {"aws_instance.i-0aa1": "aws"}),
    ("describe-volumes", {"Volumes": [VOLUME]}, "a.json", {"aws_ebs_volume.vol-0aa1": "aws"}),
    ("several answers in one file", json.dumps(instances(INSTANCE)) + "\n" + json.dumps({"Volumes": [VOLUME]}), "a.json",
     {"aws_instance.i-0aa1": "aws", "aws_ebs_volume.vol-0aa1": "aws"}),
    ("describe-addresses", {"Addresses": [{"AllocationId": "eipalloc-1", "PublicIp": "203.0.113.1", "Domain": "vpc"}]}, "a.json", {"aws_eip.eipalloc-1": "aws"}),
    ("describe-auto-scaling-groups", {"AutoScalingGroups": [{"AutoScalingGroupName": "web", "AutoScalingGroupARN": "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:u:autoScalingGroupName/web", "MinSize": 1, "MaxSize": 9, "DesiredCapacity": 4, "AvailabilityZones": ["eu-west-1a"], "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "3"}, "Tags": [{"Key": "team", "Value": "web", "ResourceId": "web"}]}]},
     "a.json", {"aws_autoscaling_group.111122223333/eu-west-1/web": "aws"}),
    ("describe-db-instances", {"DBInstances": [{"DBInstanceIdentifier": "orders", "DBInstanceArn": "arn:aws:rds:eu-west-1:111122223333:db:orders", "DBInstanceClass": "db.m5.large", "Engine": "postgres", "AllocatedStorage": 100, "StorageType": "gp3", "MultiAZ": True, "DBInstanceStatus": "available", "TagList": []}]},
     "a.json", {"aws_db_instance.111122223333/eu-west-1/orders": "aws"}),
    ("describe-nodegroup", {"nodegroup": {"nodegroupName": "gpu", "nodegroupArn": "arn:aws:eks:eu-west-1:111122223333:nodegroup/c/gpu/u", "clusterName": "c", "scalingConfig": {"minSize": 0, "maxSize": 4, "desiredSize": 2}, "instanceTypes": ["g5.xlarge"], "capacityType": "SPOT", "resources": {"autoScalingGroups": [{"name": "eks-gpu"}]}, "tags": {"team": "vision"}}},
     "a.json", {"aws_eks_node_group.111122223333/eu-west-1/gpu": "aws"}),
    ("list-notebook-instances", {"NotebookInstances": [{"NotebookInstanceName": "nb", "NotebookInstanceArn": "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/nb", "NotebookInstanceStatus": "InService", "InstanceType": "ml.t3.medium"}]},
     "a.json", {"aws_sagemaker_notebook_instance.111122223333/eu-west-1/nb": "aws"}),
    ("file systems of two services", {"FileSystems": [{"FileSystemId": "fs-1", "FileSystemType": "LUSTRE", "StorageCapacity": 1200, "StorageType": "SSD", "ResourceARN": "arn:aws:fsx:eu-west-1:111122223333:file-system/fs-1", "LustreConfiguration": {"DeploymentType": "PERSISTENT_2", "PerUnitStorageThroughput": 125}},
                                                      {"FileSystemId": "fs-2", "FileSystemArn": "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-2", "ThroughputMode": "bursting"}]},
     "a.json", {"aws_fsx_lustre_file_system.111122223333/eu-west-1/fs-1": "aws", "aws_efs_file_system.111122223333/eu-west-1/fs-2": "aws"}),
    ("config snapshot", {"fileVersion": "1.0", "configSnapshotId": "s", "configurationItems": [config_item("AWS::EC2::Volume", {"volumeId": "vol-7", "volumeType": "gp2", "size": 8}, resourceId="vol-7"), config_item("AWS::IAM::Role", {"roleName": "r"}, resourceName="r")]},
     "a.json", {"aws_ebs_volume.vol-7": "aws", "aws_iam_role.111122223333/eu-west-1/r": "aws"}),
    ("config query", {"Results": [json.dumps({"resourceId": "i-5", "resourceType": "AWS::EC2::Instance", "awsRegion": "eu-west-1", "configuration": {"instanceId": "i-5", "instanceType": "m5.large"}})], "QueryInfo": {"SelectFields": []}},
     "a.json", {"aws_instance.i-5": "aws"}),
    ("tagging page", {"PaginationToken": "", "ResourceTagMappingList": [{"ResourceARN": "arn:aws:ec2:eu-west-1:111122223333:instance/i-9", "Tags": [{"Key": "team", "Value": "x"}]}, {"ResourceARN": "arn:aws:s3:::models", "Tags": []}]},
     "a.json", {"aws_instance.i-9": "aws", "aws_s3_bucket.models": "aws"}),
    ("cloud control", {"TypeName": "AWS::EC2::Volume", "ResourceDescriptions": [{"Identifier": "vol-4", "Properties": json.dumps({"VolumeId": "vol-4", "VolumeType": "gp3", "Size": 20, "AvailabilityZone": "eu-west-1a"})}]},
     "a.json", {"aws_ebs_volume.vol-4": "aws"}),
    ("asset inventory, a list", [asset("compute.googleapis.com/Instance", "zones/us-central1-a/instances/train-1", GCE)], "a.json",
     {"google_compute_instance.vision-lab/us-central1-a/train-1": "google"}),
    ("asset inventory, lines in snake case", json.dumps(asset("compute.googleapis.com/Instance", "zones/us-central1-a/instances/train-1", GCE, "asset_type")) + "\n" + json.dumps(asset("compute.googleapis.com/Disk", "zones/us-central1-a/disks/d", {"name": "d", "sizeGb": "50", "type": "zones/x/diskTypes/pd-ssd"}, "asset_type")) + "\n",
     "a.jsonl", {"google_compute_instance.vision-lab/us-central1-a/train-1": "google", "google_compute_disk.vision-lab/us-central1-a/d": "google"}),
    ("asset inventory, concatenated", json.dumps(asset("storage.googleapis.com/Bucket", "buckets/b", {"name": "b", "location": "EU"}), indent=1) + json.dumps(asset("pubsub.googleapis.com/Topic", "topics/t", {"name": "t"}), indent=1),
     "a.json", {"google_storage_bucket.vision-lab/b": "google", "google_pubsub_topic.vision-lab/t": "google"}),
    ("resource graph", {"count": 1, "data": [row("Microsoft.Compute/virtualMachines", "vm1", AZURE_VM)], "skip_token": None}, "a.json", {"azurerm_linux_virtual_machine.0000-1111/rg-vision/vm1": "azure"}),
    ("az vm list", [{key: value for key, value in row("Microsoft.Compute/virtualMachines", "vm1", None).items() if key != "properties"} | AZURE_VM | {"provisioningState": "Succeeded"}], "a.json", {"azurerm_linux_virtual_machine.0000-1111/rg-vision/vm1": "azure"}),
    ("aks with its pools", [AKS], "a.json", {"azurerm_kubernetes_cluster.0000-1111/rg-vision/aks1": "azure", "azurerm_kubernetes_cluster_node_pool.0000-1111/rg-vision/aks1/gpu": "azure"}),
    ("steampipe", STEAMPIPE, "a.json", {"aws_instance.i-0aa1": "aws"}),
    ("cloudquery", CLOUDQUERY, "aws_ec2_instances.jsonl", {"aws_instance.i-0aa1": "aws"}),
    ("rows of csv", CSV, "query.csv", {"aws_instance.i-0aa1": "aws"}),
    ("state as terraform shows it", STATE, "a.json", {"aws_instance.a": "aws", "module.m.aws_ebs_volume.b": "aws"}),
    ("raw state", RAW_STATE, "terraform.tfstate", {'module.m.google_compute_disk.d["a"]': "google", "module.m.google_compute_disk.d[1]": "google"}),
    ("slurm nodes", SLURM_NODES, "a.json", {"onprem_node.gpu01": "onprem", "onprem_node.gpu02": "onprem"}),
    ("slurm partitions", SINFO, "a.json", {"onprem_pool.gpu/mixed": "onprem", "onprem_pool.all/mixed": "onprem"}),
    ("slurm jobs", SQUEUE, "a.json", {"onprem_job.77": "onprem"}),
    ("a form of one's own", HANDWRITTEN, "sites.yaml", {"onprem_node.edge-7": "onprem", "aws_instance.forgotten": "aws"}),
)  # fmt: skip


@pytest.mark.parametrize(("content", "name", "found"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_a_form_is_recognised_and_read(content: Any, name: str, found: dict[str, str], tmp_path: Path) -> None:
    workload = read(tmp_path, content, name)
    assert workload.source == "inventory"
    assert {address: resource.provider for address, resource in resources(workload).items()} == found
    assert {change.action for change in workload.changes} == {Action.EXISTS}
    assert not [problem for problem in workload.problems if problem.undetermined]


@pytest.mark.parametrize("form", FORMS, ids=[form[0] for form in FORMS])
def test_no_secret_is_taken_over(form: tuple[str, Any, str, Any], tmp_path: Path) -> None:
    workload = read(tmp_path, form[1], form[2])
    assert "PLANTED" not in repr([change.resource.attributes.values for change in workload.changes])


@pytest.mark.parametrize(
    ("record", "attribute", "value"),
    [
        (INSTANCE, "instance_type", "g5.xlarge"),
        (INSTANCE, "associate_public_ip_address", True),
        (
            {**INSTANCE, "NetworkInterfaces": [{"Association": {"IpOwnerId": exports.ACCOUNT}}]},
            "associate_public_ip_address",
            False,
        ),
        ({**INSTANCE, "InstanceLifecycle": "spot"}, "instance_market_options", [{"market_type": "spot"}]),
    ],
    ids=["type", "a lent address", "an Elastic IP is a resource itself", "spot"],
)
def test_an_instance_is_mapped(record: Any, attribute: str, value: Any, tmp_path: Path) -> None:
    (resource,) = resources(read(tmp_path, instances(record))).values()
    assert resource.attributes.get(attribute) == value


def test_ids_age_and_state_are_known(tmp_path: Path) -> None:
    (resource,) = resources(read(tmp_path, instances(INSTANCE))).values()
    seen = resource.observed
    assert seen is not None
    assert (seen.identity, seen.state, seen.stopped) == ("i-0aa1", "running", False)
    assert seen.created is not None
    assert seen.created.year == 2026
    assert seen.disks == "unseen", "its volumes were not exported"


def test_terminated_machines_are_gone(tmp_path: Path) -> None:
    workload = read(tmp_path, instances(INSTANCE, {**INSTANCE, "InstanceId": "i-2", "State": {"Name": "terminated"}}))
    assert list(resources(workload)) == ["aws_instance.i-0aa1"]
    assert "1 left out: deleted" in workload.problems[0].message


def test_twins_are_counted_once(tmp_path: Path) -> None:
    workload = read(tmp_path, json.dumps(instances(INSTANCE)) * 2)
    assert len(workload.changes) == 1
    assert "1 given more than once" in workload.problems[0].message


def test_machines_of_a_group_in_the_input_are_counted_with_it(tmp_path: Path) -> None:
    group = {"AutoScalingGroups": [{"AutoScalingGroupName": "web", "MinSize": 1, "MaxSize": 2, "DesiredCapacity": 1}]}
    member = {**INSTANCE, "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "web"}]}
    other = {**member, "InstanceId": "i-2", "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "elsewhere"}]}
    workload = read(tmp_path, json.dumps({**group, **instances(member, other)}))
    assert list(resources(workload)) == ["aws_autoscaling_group.web", "aws_instance.i-2"]
    assert "1 left out: the groups" in workload.problems[0].message


def test_kinds_without_a_table_are_counted(tmp_path: Path) -> None:
    items = [config_item("AWS::Foo::Bar", {"x": 1}, resourceName=f"n{number}") for number in range(3)]
    workload = read(tmp_path, {"configurationItems": items})
    assert len(workload.changes) == 3
    assert "3 resources are of kinds in no table" in workload.problems[0].message
    assert "AWS::Foo::Bar (3)" in workload.problems[0].message


def test_records_of_no_known_form_forbid_a_plain_pass(tmp_path: Path) -> None:
    workload = read(tmp_path, json.dumps(instances(INSTANCE)) + '{"what": "is this"}')
    (problem,) = workload.problems
    assert problem.undetermined
    assert "1 of its records is of no form that is known" in problem.message


@pytest.mark.parametrize("token", ["NextToken", "nextLink", "skip_token"])
def test_a_page_without_the_next_one_forbids_a_plain_pass(token: str, tmp_path: Path) -> None:
    first, last = {"Volumes": [VOLUME], token: "more"}, {"Volumes": [{**VOLUME, "VolumeId": "vol-2"}]}
    (problem,) = read(tmp_path, first).problems
    assert problem.undetermined
    assert "Volumes: the last page says that there are more" in problem.message
    assert read(tmp_path, json.dumps(first) + json.dumps(last)).problems == ()


def test_a_file_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    from spendgate.errors import InputError

    with pytest.raises(InputError, match="ends in the middle"):
        read(tmp_path, json.dumps(instances(INSTANCE))[:-20])
    with pytest.raises(InputError, match=r"a\.jsonl:2: is not valid JSON"):
        read(
            tmp_path,
            json.dumps(asset("compute.googleapis.com/Disk", "zones/z/disks/d", {})) + '\n{"asset_type": "com\n',
            "a.jsonl",
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("inventory: 1\nresources: 3\n", "has no list `resources`"),
        ("inventory: 1\nresources:\n  - {name: x}\n", "needs `type` and `name`"),
        ("inventory: 1\nresources:\n  - {type: t, name: x, colour: red}\n", "colour is no field"),
        ("inventory: 1\nresources:\n  - {type: t, name: x, created: soon}\n", "'soon' is no ISO date"),
        ("inventory: 1\nresources:\n  - {type: t, name: x, tags: [a]}\n", "tags is no map"),
    ],
)
def test_mistakes_in_a_handwritten_file_are_named(text: str, said: str, tmp_path: Path) -> None:
    from spendgate.errors import InputError

    with pytest.raises(InputError, match=said):
        read(tmp_path, text, "sites.yaml")


def test_what_a_tagging_page_does_not_say_is_unknown(tmp_path: Path) -> None:
    from spendgate.model.values import ABSENT, Unknown

    page = {
        "ResourceTagMappingList": [
            {"ResourceARN": "arn:aws:ec2:eu-west-1:111122223333:instance/i-9", "Tags": [{"Key": "team", "Value": "x"}]}
        ]
    }
    (resource,) = resources(read(tmp_path, page)).values()
    assert resource.attributes.get("instance_type") == Unknown("not said in the export")
    assert resource.attributes.get("tags") == {"team": "x"}
    assert resource.attributes.get("region") is ABSENT


def test_a_folder_of_exports_is_one_inventory(tmp_path: Path) -> None:
    (tmp_path / "machines.json").write_text(json.dumps(instances(INSTANCE)))
    (tmp_path / "disks.json").write_text(json.dumps({"Volumes": [VOLUME]}))
    (tmp_path / "sites.yaml").write_text(HANDWRITTEN)
    (tmp_path / "notes.json").write_text('{"to": "myself"}')
    from spendgate.inputs import open_input

    workload = open_input(str(tmp_path), {})
    assert workload.source == "inventory"
    found = resources(workload)
    assert len(found) == 4
    seen = found["aws_instance.i-0aa1"].observed
    assert seen is not None
    assert seen.disks == "apart", "its volumes are in another file of the folder"
