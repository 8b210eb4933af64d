"""What the rest of a run says about a resource: schedules, ways around gateways, consumers of reservations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.policies.manifests import deployment, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

from spendgate.api import estimate


def around(folder: Path, text: str, address: str) -> dict[str, Any]:
    """The facts around one resource of a plan or manifest."""
    path = folder / ("plan.json" if text.startswith("{") else "objects.yaml")
    path.write_text(text, encoding="utf-8")
    report = estimate([path])
    found: dict[str, Any] = next(change.facets for change in report.changes if change.address == address)["around"]
    return found


_STOP = {"arn": "arn:aws:scheduler:::aws-sdk:ec2:stopInstances"}
_SUBNETS = (
    r("google_compute_subnetwork.a", name="a", private_ip_google_access=True),
    r("google_compute_subnetwork.b", name="b", private_ip_google_access=False),
)
_HPA = thing(
    "HorizontalPodAutoscaler",
    {"scaleTargetRef": {"kind": "Deployment", "name": "a"}, "minReplicas": 2, "maxReplicas": 4},
)
_SLEEPS = {"downscaler/uptime": "Mon-Fri 08:00-20:00 Europe/Berlin", "downscaler/downtime-replicas": "1"}
_RESERVED = r(
    "google_compute_reservation.a", name="a", zone="us-central1-a",
    specific_reservation=[{"count": "1", "instance_properties": [{"machine_type": "a2-highgpu-1g"}]}],
)  # fmt: skip
_MACHINE = r("google_compute_instance.a", name="a", machine_type="a2-highgpu-1g", zone="us-central1-a")


@pytest.mark.parametrize(
    ("text", "address", "word", "said"),
    [
        (
            plan(r("aws_scheduler_schedule.a", target=[_STOP], state="DISABLED", schedule_expression_timezone="UTC")),
            "aws_scheduler_schedule.a", "schedule_problems", ["it is disabled"],
        ),
        (
            plan(r("aws_scheduler_schedule.a", target=[{"arn": "arn:aws:lambda:::function:report"}], state="DISABLED")),
            "aws_scheduler_schedule.a", None, None,
        ),
        (
            plan(r("azurerm_dev_test_global_vm_shutdown_schedule.a", enabled=False, daily_recurrence_time="1900")),
            "azurerm_dev_test_global_vm_shutdown_schedule.a", "schedule_problems", ["it is switched off"],
        ),
        (
            manifest(deployment(pod(), annotations=_SLEEPS), _HPA),
            "Deployment/ml/a", "schedule_problems",
            ["an HPA undoes it: the annotation belongs on the HPA unless it goes to zero"],
        ),
        (manifest(deployment(pod(), annotations=_SLEEPS)), "Deployment/ml/a", "schedule_problems", []),
        (
            plan(r("google_compute_router_nat.a", name="a", router="a", region="us-central1"), *_SUBNETS),
            "google_compute_router_nat.a", "storage_endpoint", False,
        ),
        (
            plan(r("google_compute_router_nat.a", name="a", router="a", region="us-central1"), _SUBNETS[0]),
            "google_compute_router_nat.a", "storage_endpoint", True,
        ),
        (
            plan(r("azurerm_nat_gateway.a", name="a", location="westeurope"),
                 r("azurerm_subnet.a", name="a", service_endpoints=["Microsoft.Storage"])),
            "azurerm_nat_gateway.a", "storage_endpoint", True,
        ),
        (plan(_RESERVED, _MACHINE), "google_compute_reservation.a", "consumers", ["google_compute_instance.a"]),
        (plan(_RESERVED), "google_compute_reservation.a", "consumers", []),
    ],
    ids=[
        "a-disabled-schedule", "a-schedule-of-something-else", "a-shutdown-that-is-off", "an-hpa-race", "no-hpa",
        "one-subnet-without-access", "all-subnets-with-access", "a-service-endpoint", "a-machine-of-its-type", "no-machine",
    ],
)  # fmt: skip
def test_what_the_run_says(tmp_path: Path, text: str, address: str, word: str | None, said: Any) -> None:
    found = around(tmp_path, text, address)
    if word is None:
        assert "schedule_problems" not in found
    else:
        assert found[word] == said


@pytest.mark.parametrize("group_too", [True, False], ids=["the group has the tag too", "its machines alone have it"])
def test_a_schedule_on_the_members_of_a_group_is_one_on_what_it_replaces(tmp_path: Path, group_too: bool) -> None:
    tags = {"Schedule": "office-hours"}
    own = [{"key": "Schedule", "value": "office-hours", "propagate_at_launch": True}] if group_too else []
    text = plan(
        r(
            "aws_launch_template.a",
            instance_type="m6i.large",
            tag_specifications=[{"resource_type": "instance", "tags": tags}],
        ),
        r(
            "aws_autoscaling_group.a",
            min_size=1,
            max_size=2,
            tag=own,
            refs={"launch_template.id": "aws_launch_template.a.id"},
        ),
    )
    assert ("schedule_problems" in around(tmp_path, text, "aws_autoscaling_group.a")) is not group_too
