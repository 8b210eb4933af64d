"""Small exports of every form that is read, in the shapes that the tools document; names, ids and sizes are ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from spendgate.inputs import open_input
from spendgate.model.resource import Change, Resource, Workload

ACCOUNT = "111122223333"


def read(tmp_path: Path, content: Any, name: str = "export.json") -> Workload:
    """A document written to a file and read as an input of a run."""
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return open_input(str(path), {})


def resources(workload: Workload) -> dict[str, Resource]:
    """The resources of a workload by their addresses."""
    return {change.address: change.resource for change in workload.changes}


def only(workload: Workload) -> Change:
    """The one change of a workload."""
    (change,) = workload.changes
    return change


INSTANCE = {
    "InstanceId": "i-0aa1",
    "InstanceType": "g5.xlarge",
    "State": {"Code": 16, "Name": "running"},
    "Placement": {"AvailabilityZone": "eu-west-1a", "Tenancy": "default"},
    "LaunchTime": "2026-10-01T10:00:00+00:00",
    "Monitoring": {"State": "disabled"},
    "PlatformDetails": "Linux/UNIX",
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-0aa1"}}],
    "NetworkInterfaces": [{"Association": {"IpOwnerId": "amazon", "PublicIp": "203.0.113.9"}}],
    "Tags": [{"Key": "team", "Value": "vision"}],
}
VOLUME = {
    "VolumeId": "vol-0aa1",
    "VolumeType": "gp3",
    "Size": 200,
    "Iops": 3000,
    "Throughput": 125,
    "AvailabilityZone": "eu-west-1a",
    "State": "in-use",
    "CreateTime": "2026-10-01T10:00:00Z",
}


def instances(*found: dict[str, Any]) -> dict[str, Any]:
    """The answer of `aws ec2 describe-instances`."""
    return {"Reservations": [{"OwnerId": ACCOUNT, "Instances": list(found)}]}


def config_item(kind: str, configuration: Any, **more: Any) -> dict[str, Any]:
    """A configuration item of AWS Config."""
    return {
        "resourceType": kind,
        "resourceId": "r-1",
        "awsRegion": "eu-west-1",
        "awsAccountId": ACCOUNT,
        "configurationItemStatus": "ResourceDiscovered",
        "configurationItemCaptureTime": "2026-11-24T06:00:00Z",
        "tags": {"team": "vision"},
        "configuration": configuration,
        **more,
    }


def asset(kind: str, place: str, data: Any, key: str = "assetType") -> dict[str, Any]:
    """An asset of Cloud Asset Inventory."""
    return {
        "name": f"//{kind.split('/')[0]}/projects/vision-lab/{place}",
        key: kind,
        "resource": {"version": "v1", "data": data},
        "ancestors": ["projects/123", "organizations/1"],
    }


GCE = {
    "name": "train-1",
    "machineType": "https://www.googleapis.com/compute/v1/projects/vision-lab/zones/us-central1-a/machineTypes/g2-standard-8",
    "status": "RUNNING",
    "zone": "https://www.googleapis.com/compute/v1/projects/vision-lab/zones/us-central1-a",
    "labels": {"team": "vision"},
    "scheduling": {"preemptible": False, "provisioningModel": "STANDARD"},
    "disks": [
        {
            "boot": True,
            "source": "https://www.googleapis.com/compute/v1/projects/vision-lab/zones/us-central1-a/disks/train-1",
        }
    ],
    "networkInterfaces": [{"accessConfigs": [{"natIP": "203.0.113.7"}]}],
    "metadata": {"items": [{"key": "startup-script", "value": "export KEY=PLANTED-SECRET"}]},
    "creationTimestamp": "2026-10-01T03:00:00.000-07:00",
    "selfLink": "https://www.googleapis.com/compute/v1/projects/vision-lab/zones/us-central1-a/instances/train-1",
}


def row(kind: str, name: str, properties: Any, **more: Any) -> dict[str, Any]:
    """A row of Azure Resource Graph."""
    return {
        "id": f"/subscriptions/0000-1111/resourceGroups/rg-vision/providers/{kind}/{name}",
        "name": name,
        "type": kind.lower(),
        "location": "westeurope",
        "resourceGroup": "rg-vision",
        "subscriptionId": "0000-1111",
        "tags": {"team": "vision"},
        "properties": properties,
        **more,
    }


AZURE_VM = {
    "hardwareProfile": {"vmSize": "Standard_NC24ads_A100_v4"},
    "storageProfile": {"osDisk": {"osType": "Linux", "managedDisk": {"id": "d"}}},
    "extended": {"instanceView": {"powerState": {"code": "PowerState/running"}}},
    "osProfile": {"customData": "PLANTED-SECRET", "adminPassword": "PLANTED-SECRET"},
}
