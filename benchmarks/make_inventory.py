"""Writes an inventory of any size as JSON lines: configuration items of AWS Config and assets of Google, all names of ours."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TYPES = ("m5.large", "m5.2xlarge", "c6i.xlarge", "r6i.xlarge", "t3.medium", "g5.xlarge", "g4dn.xlarge")
_MACHINES = ("e2-standard-4", "n2-standard-8", "g2-standard-4")
_REGIONS = ("us-east-1", "eu-west-1")


def records(count: int, seed: int = 7, untagged_share: float = 0.01) -> Iterator[dict[str, Any]]:
    """Half machines, a third disks, the rest addresses, databases and roles; a share of them without tags."""
    chance = random.Random(seed)
    for number in range(count):
        region = chance.choice(_REGIONS)
        tags = {} if chance.random() < untagged_share else {
            "owner": f"person-{number % 97}", "environment": "prod", "application": "shop", "cost-center": str(number % 40),
            "team": f"team-{number % 25}",
        }  # fmt: skip
        kind = number % 12
        if kind < 5:
            yield _config("AWS::EC2::Instance", f"i-{number:017x}", region, tags, {
                "instanceId": f"i-{number:017x}", "instanceType": chance.choice(_TYPES), "state": {"name": "running" if number % 20 else "stopped"},
                "placement": {"availabilityZone": f"{region}a", "tenancy": "default"}, "launchTime": "2026-03-01T10:00:00Z",
                "platformDetails": "Linux/UNIX", "monitoring": {"state": "disabled"},
            })  # fmt: skip
        elif kind < 9:
            yield _config("AWS::EC2::Volume", f"vol-{number:017x}", region, tags, {
                "volumeId": f"vol-{number:017x}", "volumeType": "gp3", "size": 50 + number % 400, "iops": 3000, "throughput": 125,
                "availabilityZone": f"{region}a", "state": "in-use" if number % 50 else "available",
            })  # fmt: skip
        elif kind == 9:
            name = f"//compute.googleapis.com/projects/p{number % 30}/zones/us-central1-a/instances/vm-{number}"
            yield {"name": name, "asset_type": "compute.googleapis.com/Instance", "resource": {"data": {
                "name": f"vm-{number}", "machineType": f"zones/us-central1-a/machineTypes/{chance.choice(_MACHINES)}", "status": "RUNNING",
                "zone": "projects/p/zones/us-central1-a", "labels": {key.replace("-", "_"): value for key, value in tags.items()}, "disks": [{"boot": True, "source": "d"}],
            }}}  # fmt: skip
        elif kind == 10:
            yield _config("AWS::EC2::EIP", f"eipalloc-{number:017x}", region, tags,
                          {"allocationId": f"eipalloc-{number:017x}", "publicIp": "203.0.113.7", "associationId": "eipassoc-1"})  # fmt: skip
        else:
            yield _config("AWS::IAM::Role", f"role-{number}", "global", tags, {"roleName": f"role-{number}"})


def _config(
    kind: str, identity: str, region: str, tags: dict[str, str], configuration: dict[str, Any]
) -> dict[str, Any]:
    return {"resourceType": kind, "resourceId": identity, "awsRegion": region, "awsAccountId": "111122223333",
            "configurationItemStatus": "OK", "configurationItemCaptureTime": "2026-11-24T06:00:00Z",
            "tags": tags, "configuration": configuration}  # fmt: skip


def main() -> None:
    """Write COUNT records to PATH."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    given = parser.parse_args()
    with given.path.open("w", encoding="utf-8") as file:
        for record in records(given.count):
            file.write(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
