"""Platforms: EMR clusters and Elastic Beanstalk environments are machines, and what they bring along."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.unit.aws_run import Run, aws, facets_of, needed, quantities, unpriced

from spendgate.costing.meters import meters_for, usage_keys
from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown


def setting(namespace: str, name: str, value: str) -> dict[str, str]:
    return {"namespace": f"aws:{namespace}", "name": name, "value": value}


SETTINGS = [
    setting("autoscaling:launchconfiguration", "InstanceType", "t3a.xlarge"),
    setting("autoscaling:launchconfiguration", "RootVolumeSize", "24"),
    setting("autoscaling:launchconfiguration", "RootVolumeType", "io1"),
    setting("autoscaling:launchconfiguration", "RootVolumeIOPS", "300"),
    setting("autoscaling:asg", "MinSize", "2"),
    setting("autoscaling:asg", "MaxSize", "6"),
    setting("elasticbeanstalk:environment", "LoadBalancerType", "network"),
    setting("elasticbeanstalk:cloudwatch:logs", "StreamLogs", "true"),
    setting("rds:dbinstance", "DBInstanceClass", "db.t3.large"),
    setting("rds:dbinstance", "MultiAZDatabase", "true"),
    setting("rds:dbinstance", "DBAllocatedStorage", "100"),
]
TYPE = "aws_elastic_beanstalk_environment"


def test_an_environment_is_all_that_its_settings_name() -> None:
    usage = {"cloudwatch": {"storage_gb": 1000}, "lb": {"processed_bytes_gb": 730}}
    estimate = Run(aws(TYPE, {"setting": SETTINGS}), usage=usage).estimate()
    assert quantities(estimate) == {
        "Machines: Machine (on-demand, t3a.xlarge)": (1460, "hours"),
        "Machines: root volume storage (io1)": (48, "GB-month"),
        "Machines: root volume iops (io1)": (600, "IOPS-month"),
        "Balancer: Load balancer (network)": (730, "hours"),
        "Balancer: Capacity units": (730, "LCU-hours"),
        "Logs: Log storage": (1000, "GB-month"),
        "Database: Database instance (on-demand, multi-az, mysql, db.t3.large)": (730, "hours"),
        "Database: Storage (gp2)": (100, "GB-month"),
    }
    assert {"Logs: Log ingestion", "Machines: CPU credits"} <= needed(estimate)


def test_an_environment_is_a_group_between_its_sizes() -> None:
    facets = facets_of(TYPE, {"setting": SETTINGS})
    assert (facets.kind, facets.capacity) == ("compute.group", Capacity(2, 2, 6))


def test_an_environment_without_settings_is_what_the_platform_makes_of_it() -> None:
    found = quantities(Run(aws(TYPE, {})).estimate())
    assert list(found) == [
        "Machines: Machine (on-demand, t3.micro)",
        "Machines: root volume storage (gp2)",
        "Balancer: Load balancer (classic)",
    ]


def test_a_single_machine_has_no_balancer() -> None:
    single = [setting("elasticbeanstalk:environment", "EnvironmentType", "SingleInstance")]
    assert not any("Balancer" in name for name in quantities(Run(aws(TYPE, {"setting": single})).estimate()))


def test_settings_known_only_after_apply_leave_the_machines_unknown() -> None:
    facets = facets_of(TYPE, {}, {"setting": True})
    assert isinstance(facets.accel.count, Unknown)
    assert isinstance(facets.capacity.max, Unknown)


def test_usage_of_an_environment_is_stated_part_by_part() -> None:
    keys = usage_keys(TYPE, meters_for("aws")[TYPE])
    assert {
        "ec2.monthly_cpu_credit_hrs",
        "lb.new_connections",
        "elb.monthly_data_processed_gb",
        "db.additional_backup_storage_gb",
    } <= set(keys)


CLUSTER: dict[str, Any] = {
    "master_instance_group": [{"instance_type": "m5.xlarge"}],
    "core_instance_group": [
        {
            "instance_type": "g5.xlarge",
            "instance_count": 4,
            "bid_price": "0.3",
            "ebs_config": [{"size": 40, "type": "gp2"}],
        }
    ],
}


def test_a_cluster_is_machines_at_their_price_and_a_fee_that_no_book_knows() -> None:
    estimate = Run(aws("aws_emr_cluster", CLUSTER)).estimate()
    assert quantities(estimate) == {
        "master: Machine (on-demand, m5.xlarge)": (730, "hours"),
        "core: Machine (spot, g5.xlarge)": (2920, "hours"),
        "core: volume 0.0 storage (gp2)": (160, "GB-month"),
    }
    assert set(unpriced(estimate)) == {"master: EMR fee (m5.xlarge)", "core: EMR fee (g5.xlarge)"}
    assert facets_of("aws_emr_cluster", CLUSTER).accel.max_total == 4


def test_volumes_of_a_group_are_unknown_when_their_number_is() -> None:
    block = {"size": 40, "type": "gp2", "volumes_per_instance": 2}
    group = {"instance_type": "m5.xlarge", "instance_count": 3, "ebs_config": [block]}
    known = Run(aws("aws_emr_instance_group", group)).estimate()
    assert quantities(known)["task: volume 0.1 storage (gp2)"] == (120, "GB-month")
    for unknown in ({"ebs_config": [{"volumes_per_instance": True}]}, {"ebs_config": True}):
        estimate = Run(aws("aws_emr_instance_group", group, unknown=unknown)).estimate()
        assert set(quantities(estimate)) == {"task: Machine (on-demand, m5.xlarge)"}
        assert unpriced(estimate)["task: Volumes"].startswith("block devices: ")


def test_a_fleet_of_a_cluster_is_bought_as_its_targets_say() -> None:
    fleet = {
        "target_on_demand_capacity": 1,
        "target_spot_capacity": 3,
        "instance_type_configs": [{"instance_type": "m5.xlarge"}],
    }
    pool = facets_of("aws_emr_cluster", {"core_instance_fleet": [fleet]}).pools[0]
    assert (pool.capacity, pool.purchase.spot_share) == (Capacity(4, 4, 4), Decimal("0.75"))


def test_task_groups_beside_a_cluster_are_machines_and_a_fee_too() -> None:
    group = {"instance_type": "m5.xlarge", "instance_count": 3, "ebs_config": [{"size": 40, "type": "gp2"}]}
    estimate = Run(aws("aws_emr_instance_group", group)).estimate()
    assert quantities(estimate) == {
        "task: Machine (on-demand, m5.xlarge)": (2190, "hours"),
        "task: volume 0.0 storage (gp2)": (120, "GB-month"),
    }
    assert set(unpriced(estimate)) == {"task: EMR fee (m5.xlarge)"}
    fleet = {"target_spot_capacity": 2, "instance_type_configs": [{"instance_type": "g5.xlarge"}]}
    facets = facets_of("aws_emr_instance_fleet", fleet)
    assert (facets.pools[0].capacity, facets.pools[0].purchase.spot_share) == (Capacity(2, 2, 2), Decimal(1))
    assert facets.accel.max_total == 2
