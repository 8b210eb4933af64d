"""What AWS machines are: types, sizes, purchase, disks and accelerators, wherever the configuration says so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, facets_of, pointing

from spendgate.model.facets import Capacity, Disk, Pool
from spendgate.model.values import AFTER_APPLY, Unknown


def pool_of(type_: str, attributes: dict[str, Any], unknown: Any = False) -> Pool:
    return facets_of(type_, attributes, unknown).pools[0]


def root(kind: str = "gp2", size: int = 8, **more: Any) -> Disk:
    stated = more.pop("stated", False)
    return Disk("root volume", kind, Decimal(size), size_is_default=not stated, **more)


def test_a_gpu_machine_has_the_accelerators_of_its_type() -> None:
    facets = facets_of("aws_instance", {"instance_type": "p4d.24xlarge", "tags": {"Name": "train", "Owner": "ml"}})
    assert facets.kind == "compute.vm"
    assert (facets.accel.count, facets.accel.models, facets.accel.max_total) == (8, ("A100-40GB",), 8)
    assert facets.tags == {"name": "train", "owner": "ml"}
    assert facets.region == "us-east-1"


@pytest.mark.parametrize(
    ("attributes", "unknown"),
    [
        pytest.param({}, {"instance_type": True}, id="known only after apply"),
        pytest.param({"instance_type": "zz9.99xlarge"}, {}, id="in no catalogue"),
        pytest.param({}, {}, id="not stated"),
    ],
)
def test_a_type_that_nobody_knows_may_hold_any_accelerator(attributes: dict[str, Any], unknown: dict[str, Any]) -> None:
    accel = facets_of("aws_instance", attributes, unknown).accel
    assert isinstance(accel.count, Unknown)
    assert isinstance(accel.models, Unknown)


@pytest.mark.parametrize(
    ("type_", "attributes", "model", "share"),
    [
        pytest.param("aws_instance", {}, "on-demand", 0, id="plain"),
        pytest.param("aws_spot_instance_request", {}, "spot", 1, id="spot request"),
        pytest.param(
            "aws_instance", {"instance_market_options": [{"market_type": "spot"}]}, "spot", 1, id="spot option"
        ),
        pytest.param(
            "aws_instance",
            {"instance_market_options": [{"market_type": "capacity-block"}]},
            "capacity-block",
            0,
            id="capacity block",
        ),
    ],
)
def test_how_a_machine_is_bought(type_: str, attributes: dict[str, Any], model: str, share: int) -> None:
    purchase = facets_of(type_, {"instance_type": "m5.large", **attributes}).purchase
    assert (purchase.model, purchase.spot_share) == (model, share)


def test_what_the_provider_computes_is_its_default_and_not_unknown() -> None:
    computed = dict.fromkeys(("instance_market_options", "tenancy", "host_id", "root_block_device", "monitoring"), True)
    pool = pool_of("aws_instance", {"instance_type": "m5.large"}, computed)
    assert pool.purchase.model == "on-demand"
    assert pool.tenancy == "shared"
    assert pool.disks == (root(),)


def test_a_stated_disk_whose_computed_parts_are_unknown_has_their_defaults() -> None:
    attributes = {"instance_type": "m5.large", "root_block_device": [{"volume_size": 100}]}
    unknown = {"root_block_device": [{"volume_type": True, "iops": True, "throughput": True, "kms_key_id": True}]}
    assert pool_of("aws_instance", attributes, unknown).disks == (root("gp2", 100, stated=True),)


def test_an_encryption_key_of_the_run_does_not_hide_a_disk() -> None:
    instance = aws(
        "aws_instance",
        {"instance_type": "m5.large", "root_block_device": [{"volume_size": 50}]},
        unknown={"root_block_device": [{"volume_type": True, "kms_key_id": True}]},
    )
    run = pointing(instance, ("root_block_device", aws("aws_kms_key")))
    assert run.facets().pools[0].disks == (root("gp2", 50, stated=True),)


def test_a_disk_size_that_points_elsewhere_stays_unknown() -> None:
    instance = aws(
        "aws_instance",
        {"instance_type": "m5.large", "root_block_device": [{"volume_type": "gp3"}]},
        unknown={"root_block_device": [{"volume_size": True}]},
    )
    run = pointing(instance, ("root_block_device", aws("aws_ssm_parameter")))
    disks = run.facets().pools[0].disks
    assert isinstance(disks, tuple)
    assert disks[0].size_gib == AFTER_APPLY


TEMPLATE = {
    "instance_type": "t3.medium",
    "monitoring": [{"enabled": True}],
    "credit_specification": [{"cpu_credits": "unlimited"}],
    "placement": [{"tenancy": "dedicated"}],
    "block_device_mappings": [
        {"device_name": "/dev/xvda", "ebs": [{"volume_size": 30, "volume_type": "gp3"}]},
        {"device_name": "xvdc", "ebs": [{"volume_type": "io1", "volume_size": 10, "iops": 100}]},
    ],
}


def test_an_instance_takes_from_its_template_what_it_does_not_state() -> None:
    run = pointing(aws("aws_instance", {}), ("launch_template", aws("aws_launch_template", TEMPLATE)))
    pool = run.facets().pools[0]
    assert pool.machine_types == ("t3.medium",)
    assert pool.tenancy == "dedicated"
    assert (pool.details["monitoring"], pool.details["cpu_credits"]) == (True, "unlimited")
    assert isinstance(pool.disks, tuple)
    assert [(disk.name, disk.kind, disk.size_gib) for disk in pool.disks] == [
        ("root volume", "gp3", 30),
        ("volume xvdc", "io1", 10),
    ]


def test_an_instance_overrides_its_template_statement_by_statement() -> None:
    own = {
        "instance_type": "t3.large",
        "tenancy": "default",
        "monitoring": False,
        "credit_specification": [{"cpu_credits": "standard"}],
        "ebs_block_device": [{"device_name": "xvdc", "volume_size": 20}],
    }
    run = pointing(aws("aws_instance", own), ("launch_template", aws("aws_launch_template", TEMPLATE)))
    pool = run.facets().pools[0]
    assert (pool.machine_types, pool.tenancy, pool.details["monitoring"]) == (("t3.large",), "shared", False)
    assert isinstance(pool.disks, tuple)
    assert (pool.disks[1].kind, pool.disks[1].size_gib, pool.disks[1].iops) == ("io1", 20, 100)


@pytest.mark.parametrize(
    ("attributes", "edge", "tenancy"),
    [
        pytest.param({"host_id": "h-1"}, False, "host", id="a stated host"),
        pytest.param({}, True, "host", id="a host of the run"),
        pytest.param({"tenancy": "dedicated"}, False, "dedicated", id="dedicated"),
        pytest.param({"tenancy": "host"}, False, "host", id="any host"),
    ],
)
def test_tenancy(attributes: dict[str, Any], edge: bool, tenancy: str) -> None:
    instance = aws("aws_instance", {"instance_type": "m5.large", **attributes})
    run = pointing(instance, ("host_id", aws("aws_ec2_host"))) if edge else Run(instance)
    assert run.facets().pools[0].tenancy == tenancy


def group(attributes: dict[str, Any], template: dict[str, Any] | None = None, unknown: Any = False) -> Pool:
    resource = aws("aws_autoscaling_group", attributes, unknown=unknown)
    attribute = "mixed_instances_policy" if "mixed_instances_policy" in attributes else "launch_template"
    run = pointing(resource, (attribute, aws("aws_launch_template", template or {"instance_type": "m5.large"})))
    return run.facets().pools[0]


@pytest.mark.parametrize(
    ("attributes", "unknown", "capacity"),
    [
        pytest.param({"min_size": 1, "desired_capacity": 2, "max_size": 5}, {}, Capacity(1, 2, 5), id="all stated"),
        pytest.param(
            {"min_size": 2, "max_size": 5}, {"desired_capacity": True}, Capacity(2, 2, 5), id="desired is the minimum"
        ),
        pytest.param({"min_size": 0, "max_size": 5}, {}, Capacity(0, 0, 5), id="from zero"),
        pytest.param({"min_size": 1}, {}, Capacity(1, 1, None), id="nothing bounds it"),
        pytest.param({"min_size": 1}, {"max_size": True}, Capacity(1, 1, AFTER_APPLY), id="an unknown bound"),
    ],
)
def test_sizes_of_a_group(attributes: dict[str, Any], unknown: Any, capacity: Capacity) -> None:
    assert group(attributes, unknown=unknown).capacity == capacity


def mixed(base: int | None, percent: int | None, *overrides: dict[str, Any]) -> dict[str, Any]:
    distribution: dict[str, Any] = {}
    if base is not None:
        distribution["on_demand_base_capacity"] = base
    if percent is not None:
        distribution["on_demand_percentage_above_base_capacity"] = percent
    return {"instances_distribution": [distribution], "launch_template": [{"override": list(overrides)}]}


@pytest.mark.parametrize(
    ("base", "percent", "share", "on_demand"),
    [
        pytest.param(None, None, 0, None, id="all on demand by default"),
        pytest.param(0, 0, 1, Capacity(0, 0, 0), id="all spot"),
        pytest.param(2, 0, Decimal("0.8"), Capacity(2, 2, 2), id="a base on demand"),
        pytest.param(2, 25, Decimal("0.6"), Capacity(2, 4, 7), id="a base and a quarter above it, rounded up"),
        pytest.param(0, 50, Decimal("0.5"), Capacity(1, 5, 10), id="half"),
    ],
)
def test_spot_share_of_a_mixed_group(base: int | None, percent: int | None, share: object, on_demand: object) -> None:
    sizes = {"min_size": 2, "desired_capacity": 10, "max_size": 20}
    pool = group({**sizes, "mixed_instances_policy": [mixed(base, percent)]})
    assert pool.purchase.spot_share == share
    assert pool.details.get("on_demand") == on_demand


def test_overrides_are_the_types_that_a_group_may_start_and_weigh_its_capacity() -> None:
    policy = mixed(0, 100, {"instance_type": "g5.xlarge", "weighted_capacity": "4"}, {"instance_type": "g4dn.xlarge"})
    pool = group({"min_size": 1, "desired_capacity": 10, "max_size": 16, "mixed_instances_policy": [policy]})
    assert pool.machine_types == ("g5.xlarge", "g4dn.xlarge")
    assert pool.capacity == Capacity(1, 3, 4)
    assert pool.accelerators.models == ("A10G", "T4")


def test_requirements_admit_every_type_that_fits() -> None:
    wanted = {
        "vcpu_count": [{"min": 4, "max": 8}],
        "memory_mib": [{"min": 16384}],
        "accelerator_count": [{"min": 1}],
        "accelerator_names": ["a10g", "t4"],
        "excluded_instance_types": ["g4dn.2*"],
    }
    policy = mixed(0, 100, {"instance_requirements": [wanted]})
    pool = group({"min_size": 1, "max_size": 1, "mixed_instances_policy": [policy]})
    assert isinstance(pool.machine_types, tuple)
    assert {"g4dn.xlarge", "g5.xlarge", "g5.2xlarge"} <= set(pool.machine_types)
    assert not {"g4dn.2xlarge", "p4d.24xlarge", "m5.large", "g5.4xlarge"} & set(pool.machine_types)
    assert pool.accelerators.models == ("T4", "A10G")


def test_requirements_known_only_after_apply_leave_the_types_unknown() -> None:
    policy = mixed(0, 100, {"instance_requirements": [{}]})
    mark = {
        "mixed_instances_policy": [
            {"launch_template": [{"override": [{"instance_requirements": [{"vcpu_count": True}]}]}]}
        ]
    }
    pool = group({"min_size": 1, "max_size": 1, "mixed_instances_policy": [policy]}, unknown=mark)
    assert isinstance(pool.machine_types, Unknown)
    assert isinstance(pool.accelerators.count, Unknown)


def test_a_group_whose_template_is_elsewhere_is_unknown_and_not_empty() -> None:
    pool = Run(aws("aws_autoscaling_group", {"min_size": 1, "max_size": 2})).facets().pools[0]
    assert isinstance(pool.machine_types, Unknown)
    assert isinstance(pool.disks, Unknown)


def test_default_tags_do_not_reach_a_group_and_its_own_blocks_do() -> None:
    tag = [{"key": "Owner", "value": "ml", "propagate_at_launch": True}]
    facets = facets_of("aws_autoscaling_group", {"min_size": 1, "max_size": 1, "tag": tag})
    assert facets.tags == {"owner": "ml"}


@pytest.mark.parametrize(
    ("warm", "capacity", "stopped"),
    [
        pytest.param({}, Capacity(0, 8, 10), True, id="as large as the group may become"),
        pytest.param(
            {"min_size": 1, "max_group_prepared_capacity": 5}, Capacity(1, 3, 5), True, id="prepared up to a bound"
        ),
        pytest.param({"pool_state": "Running", "min_size": 9}, Capacity(9, 9, 10), None, id="running machines"),
    ],
)
def test_a_warm_pool_stands_beside_the_group(warm: dict[str, Any], capacity: Capacity, stopped: bool | None) -> None:
    resource = aws("aws_autoscaling_group", {"min_size": 1, "desired_capacity": 2, "max_size": 10, "warm_pool": [warm]})
    run = pointing(resource, ("launch_template", aws("aws_launch_template", {"instance_type": "g5.xlarge"})))
    facets = run.facets()
    assert facets.pools[1].name == "warm pool"
    assert facets.pools[1].capacity == capacity
    assert facets.pools[1].details.get("stopped") is stopped
    assert facets.capacity == Capacity(1, 2, 10)
