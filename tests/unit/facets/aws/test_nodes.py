"""Machines that other services start: EKS node groups, Batch environments, fleets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, facets_of, pointing

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

SIZES = {"scaling_config": [{"min_size": 1, "desired_size": 2, "max_size": 5}]}


def test_a_node_group_without_statements_is_what_eks_makes_of_it() -> None:
    pool = facets_of(
        "aws_eks_node_group", SIZES, {"instance_types": True, "disk_size": True, "capacity_type": True}
    ).pools[0]
    assert (pool.machine_types, pool.capacity) == (("t3.medium",), Capacity(1, 2, 5))
    assert isinstance(pool.disks, tuple)
    assert (pool.disks[0].kind, pool.disks[0].size_gib, pool.disks[0].size_is_default) == ("gp2", 20, True)
    assert pool.details["type_is_default"]


@pytest.mark.parametrize(
    ("attributes", "system", "disk", "share"),
    [
        pytest.param({"capacity_type": "SPOT"}, "linux", 20, 1, id="spot"),
        pytest.param({"ami_type": "WINDOWS_CORE_2022_x86_64"}, "windows", 50, 0, id="windows"),
        pytest.param({"disk_size": 100}, "linux", 100, 0, id="a larger disk"),
    ],
)
def test_a_node_group(attributes: dict[str, Any], system: str, disk: int, share: int) -> None:
    pool = facets_of("aws_eks_node_group", {"instance_types": ["g5.xlarge"], **SIZES, **attributes}).pools[0]
    assert isinstance(pool.disks, tuple)
    assert (pool.operating_system, pool.disks[0].size_gib, pool.purchase.spot_share) == (system, disk, share)


def test_a_node_group_has_the_types_of_its_own_and_the_disks_of_its_template() -> None:
    mapping = [{"device_name": "/dev/xvda", "ebs": [{"volume_type": "gp3", "volume_size": 100}]}]
    template = aws("aws_launch_template", {"instance_type": "m5.xlarge", "block_device_mappings": mapping})
    nodes = aws("aws_eks_node_group", {**SIZES, "instance_types": ["m5.large"], "launch_template": [{"version": "1"}]})
    pool = pointing(nodes, ("launch_template", template)).facets().pools[0]
    assert pool.machine_types == ("m5.large",)
    assert isinstance(pool.disks, tuple)
    assert [(disk.kind, disk.size_gib) for disk in pool.disks] == [("gp3", 100)]
    assert pool.details["image_root_volume"] is False


@pytest.mark.parametrize(
    ("resources", "types", "capacity"),
    [
        pytest.param(
            {"type": "EC2", "instance_type": ["p4d.24xlarge"], "min_vcpus": 0, "desired_vcpus": 96, "max_vcpus": 960},
            ("p4d.24xlarge",),
            Capacity(0, 1, 10),
            id="vCPUs over those of the type",
        ),
        pytest.param(
            {"type": "EC2", "instance_type": ["g5.xlarge"], "max_vcpus": 10},
            ("g5.xlarge",),
            Capacity(0, 0, 3),
            id="rounded up",
        ),
        pytest.param(
            {"type": "SPOT", "instance_type": ["g5.xlarge", "g5.2xlarge"], "min_vcpus": 4, "max_vcpus": 8},
            ("g5.xlarge", "g5.2xlarge"),
            Capacity(1, 1, 2),
            id="spot",
        ),
    ],
)
def test_a_batch_environment(resources: dict[str, Any], types: tuple[str, ...], capacity: Capacity) -> None:
    facets = facets_of("aws_batch_compute_environment", {"compute_resources": [resources]})
    assert (facets.pools[0].machine_types, facets.pools[0].capacity) == (types, capacity)
    assert facets.purchase.spot_share == (1 if resources["type"] == "SPOT" else 0)


def test_a_family_stands_for_all_its_types() -> None:
    resources = {"type": "EC2", "instance_type": ["g5"], "min_vcpus": 0, "max_vcpus": 8}
    types = facets_of("aws_batch_compute_environment", {"compute_resources": [resources]}).pools[0].machine_types
    assert isinstance(types, tuple)
    assert {"g5.xlarge", "g5.48xlarge"} <= set(types)
    assert all(type_.startswith("g5.") for type_ in types)


def test_a_batch_environment_on_fargate_has_no_machines() -> None:
    facets = facets_of("aws_batch_compute_environment", {"compute_resources": [{"type": "FARGATE", "max_vcpus": 16}]})
    assert facets.pools == ()


def test_a_batch_job_has_a_time_limit_and_retries() -> None:
    container = (
        '{"image": "a", "resourceRequirements": [{"type": "GPU", "value": "2"}, {"type": "VCPU", "value": "4"}]}'
    )
    attributes = {
        "timeout": [{"attempt_duration_seconds": 7200}],
        "retry_strategy": [{"attempts": 3}],
        "container_properties": container,
    }
    facets = facets_of("aws_batch_job_definition", attributes)
    limits = facets.limits
    assert (limits.max_runtime_hours, limits.retries, limits.cap_supported) == (2, 2, True)
    assert facets.accel.count == 2


@pytest.mark.parametrize(
    ("type_", "attributes", "capacity", "share"),
    [
        pytest.param(
            "aws_ec2_fleet",
            {
                "target_capacity_specification": [
                    {
                        "default_target_capacity_type": "spot",
                        "total_target_capacity": 10,
                        "on_demand_target_capacity": 4,
                    }
                ]
            },
            10,
            Decimal("0.6"),
            id="a fleet of both",
        ),
        pytest.param(
            "aws_ec2_fleet",
            {
                "target_capacity_specification": [
                    {"default_target_capacity_type": "on-demand", "total_target_capacity": 3}
                ]
            },
            3,
            0,
            id="a fleet on demand",
        ),
        pytest.param("aws_spot_fleet_request", {"target_capacity": 5}, 5, 1, id="a spot fleet"),
    ],
)
def test_a_fleet_has_its_target_capacity(type_: str, attributes: dict[str, Any], capacity: int, share: object) -> None:
    override = {
        "launch_template_config": [{"override": [{"instance_type": "g5.xlarge"}, {"instance_type": "g5.2xlarge"}]}]
    }
    run = pointing(
        aws(type_, {**attributes, **override}),
        ("launch_template_config", aws("aws_launch_template", {"instance_type": "m5.large"})),
    )
    pool = run.facets().pools[0]
    assert pool.machine_types == ("g5.xlarge", "g5.2xlarge")
    assert pool.capacity == Capacity(capacity, capacity, capacity)
    assert pool.purchase.spot_share == share


def test_launch_specifications_name_the_types_of_an_old_spot_fleet() -> None:
    attributes = {"target_capacity": 2, "launch_specification": [{"instance_type": "p3.2xlarge"}]}
    pool = facets_of("aws_spot_fleet_request", attributes).pools[0]
    assert pool.machine_types == ("p3.2xlarge",)
    assert pool.accelerators.models == ("V100",)


def test_a_fleet_whose_template_is_elsewhere_is_unknown() -> None:
    fleet = aws("aws_ec2_fleet", {"target_capacity_specification": [{"total_target_capacity": 1}]})
    assert isinstance(Run(fleet).facets().accel.count, Unknown)
