"""Evidence that AWS resources stop: timetables that point at them, else a tag, else none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run, aws, facets_of, pointed_at

from spendgate.model.facets import Schedule
from spendgate.model.resource import Resource

OFFICE = Decimal(60)


def scaling(name: str, recurrence: str, **sizes: Any) -> tuple[str, Resource]:
    attributes = {"recurrence": recurrence, **sizes}
    return "autoscaling_group_name", aws("aws_autoscaling_schedule", attributes, name=name)


def test_scaling_schedules_that_go_to_zero_and_back_are_the_hours_of_a_group() -> None:
    group = aws("aws_autoscaling_group", {"min_size": 0, "max_size": 3})
    run = pointed_at(
        group,
        scaling("on", "0 8 * * 1-5", desired_capacity=2, min_size=1, max_size=3),
        scaling("off", "0 20 * * 1-5", desired_capacity=0, min_size=0, max_size=0),
    )
    assert run.facets().schedule == Schedule(OFFICE, "aws_autoscaling_schedule", proven=True)


@pytest.mark.parametrize(
    ("sizes", "stops"),
    [
        pytest.param({"desired_capacity": -1, "max_size": 0, "min_size": 0}, True, id="no machine may run"),
        pytest.param({"desired_capacity": -1, "max_size": -1, "min_size": -1}, False, id="everything stays as it is"),
        pytest.param({"desired_capacity": 1}, False, id="one machine goes on"),
    ],
)
def test_what_stops_a_group(sizes: dict[str, int], stops: bool) -> None:
    group = aws("aws_autoscaling_group", {"min_size": 0, "max_size": 3})
    schedule = pointed_at(group, scaling("off", "0 20 * * 1-5", **sizes)).facets().schedule
    assert schedule.stop_only is stops


def test_schedules_in_different_time_zones_prove_nothing() -> None:
    group = aws("aws_autoscaling_group", {"min_size": 0, "max_size": 3})
    run = pointed_at(
        group,
        scaling("on", "0 8 * * 1-5", desired_capacity=1, time_zone="Europe/Berlin"),
        scaling("off", "0 20 * * 1-5", desired_capacity=0),
    )
    assert run.facets().schedule == Schedule()


def calls(name: str, expression: str, action: str, **more: Any) -> tuple[str, Resource]:
    attributes = {
        "schedule_expression": expression,
        "target": [{"arn": f"arn:aws:scheduler:::aws-sdk:{action}"}],
        **more,
    }
    return "target", aws("aws_scheduler_schedule", attributes, name=name)


@pytest.mark.parametrize(
    ("resource", "service"),
    [
        (aws("aws_instance", {"instance_type": "g5.xlarge"}), "ec2:{}Instances"),
        (aws("aws_db_instance", {"engine": "mysql"}), "rds:{}DBInstance"),
        (aws("aws_rds_cluster", {}), "rds:{}DBCluster"),
        (aws("aws_sagemaker_notebook_instance", {"instance_type": "ml.t3.medium"}), "sagemaker:{}NotebookInstance"),
    ],
    ids=lambda value: value.type if isinstance(value, Resource) else None,
)
def test_scheduler_calls_that_start_and_stop_a_resource(resource: Resource, service: str) -> None:
    run = pointed_at(
        resource,
        calls("on", "cron(0 8 ? * MON-FRI *)", service.format("start")),
        calls("off", "cron(0 20 ? * MON-FRI *)", service.format("stop")),
    )
    assert run.facets().schedule == Schedule(OFFICE, "aws_scheduler_schedule", proven=True)


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param([calls("off", "cron(0 20 ? * MON-FRI *)", "ec2:stopInstances")], id="only stops"),
    ],
)
def test_what_only_stops_saves_nothing_yet(pair: list[tuple[str, Resource]]) -> None:
    schedule = pointed_at(aws("aws_instance", {"instance_type": "m5.large"}), *pair).facets().schedule
    assert (schedule.stop_only, schedule.hours_per_week) == (True, 168)


@pytest.mark.parametrize(
    "off",
    [
        pytest.param(calls("off", "cron(0 20 ? * MON-FRI *)", "ec2:stopInstances", state="DISABLED"), id="disabled"),
        pytest.param(calls("off", "rate(1 hour)", "ec2:stopInstances"), id="no timetable"),
        pytest.param(calls("off", "cron(0 20 ? * MON-FRI *)", "ec2:describeInstances"), id="another call"),
    ],
)
def test_what_does_not_stop_proves_nothing(off: tuple[str, Resource]) -> None:
    on = calls("on", "cron(0 8 ? * MON-FRI *)", "ec2:startInstances")
    schedule = pointed_at(aws("aws_instance", {"instance_type": "m5.large"}), on, off).facets().schedule
    assert schedule == Schedule()


def test_event_rules_that_run_the_automations_of_systems_manager() -> None:
    instance = aws("aws_instance", {"instance_type": "m5.large"})
    resources: list[Resource] = []
    edges: list[tuple[str, str, str]] = []
    for name, cron, action in (("on", "cron(0 8 ? * * *)", "Start"), ("off", "cron(0 20 ? * * *)", "Stop")):
        rule = aws("aws_cloudwatch_event_rule", {"schedule_expression": cron}, name=name)
        arn = f"arn:aws:ssm:us-east-1::automation-definition/AWS-{action}EC2Instance:$DEFAULT"
        target = aws("aws_cloudwatch_event_target", {"arn": arn}, name=name)
        resources += [rule, target]
        edges += [(target.address, "rule", rule.address), (target.address, "input", instance.address)]
    run = Run(instance, tuple(resources), tuple(edges))
    assert run.facets().schedule == Schedule(Decimal(84), "aws_cloudwatch_event_rule", proven=True)


def test_scheduled_bounds_of_application_auto_scaling() -> None:
    service = aws("aws_ecs_service", {"desired_count": 1})
    target = aws("aws_appautoscaling_target", {"service_namespace": "ecs", "min_capacity": 0, "max_capacity": 2})
    actions = [
        aws(
            "aws_appautoscaling_scheduled_action",
            {"schedule": cron, "scalable_target_action": [{"min_capacity": size, "max_capacity": size}]},
            name=name,
        )
        for name, cron, size in (("on", "cron(0 8 ? * MON-FRI *)", 2), ("off", "cron(0 20 ? * MON-FRI *)", 0))
    ]
    edges = [(target.address, "resource_id", service.address)]
    edges += [(action.address, "resource_id", target.address) for action in actions]
    run = Run(service, (target, *actions), tuple(edges))
    assert run.facets().schedule == Schedule(OFFICE, "aws_appautoscaling_scheduled_action", proven=True)


@pytest.mark.parametrize(
    ("tag", "hours", "proven"),
    [
        pytest.param("office", 50, True, id="a name that the configuration knows"),
        pytest.param("12x5", 60, True, id="hours by days"),
        pytest.param("somebody's habit", 60, False, id="any other name"),
    ],
)
def test_a_tag_counts_where_no_timetable_does(tag: str, hours: int, proven: bool) -> None:
    instance = aws("aws_instance", {"instance_type": "m5.large", "tags": {"Schedule": tag}})
    schedule = Run(instance, schedules={"office": Decimal(50)}).facets().schedule
    assert (schedule.hours_per_week, schedule.proven) == (hours, proven)


def test_nothing_stops_what_nothing_points_at() -> None:
    assert facets_of("aws_instance", {"instance_type": "m5.large"}).schedule == Schedule()
