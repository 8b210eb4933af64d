"""What starts and stops AWS resources on a timetable: scaling schedules, EventBridge schedules and rules, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from spendgate.facets import schedules
from spendgate.facets.tags import Tags
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Schedule
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_STOPS = re.compile(
    r"[:/](stopInstances|stopDBInstance|stopDBCluster|stopNotebookInstance|AWS-Stop(EC2|Rds)Instance)\b"
)
_STARTS = re.compile(
    r"[:/](startInstances|startDBInstance|startDBCluster|startNotebookInstance|AWS-Start(EC2|Rds)Instance)\b"
)
"""Ends of target ARNs: SDK calls of the scheduler, and the public SSM automations that do the same."""


class _Turn(NamedTuple):
    """One line of a timetable: its cron expression, the time zone it is read in, and whether it starts or stops."""

    cron: str
    zone: str
    starts: bool
    source: str


def of(resource: Resource, own: Tags, context: FacetContext) -> Schedule:
    """The schedule that the run's own objects prove, else the one that a tag states, else none."""
    turns = [*_scaling(resource, context), *_scheduled(resource, context), *_ruled(resource, context)]
    if turns and len({turn.zone for turn in turns}) == 1:
        starts = [turn.cron for turn in turns if turn.starts]
        stops = [turn.cron for turn in turns if not turn.starts]
        if found := schedules.from_crons(starts, stops, turns[0].source):
            return found
    return schedules.from_tags(own, context.schedules) or Schedule()


def _scaling(resource: Resource, context: FacetContext) -> Iterator[_Turn]:
    """Scheduled sizes of an Auto Scaling group, and scheduled bounds of whatever application auto scaling scales."""
    for rule in context.neighbours.users(resource, "aws_autoscaling_schedule"):
        turn = _turn(rule.attributes, "recurrence", "time_zone", _group_size(rule.attributes), rule.type)
        if turn is not None:
            yield turn
    for target in context.neighbours.users(resource, "aws_appautoscaling_target"):
        for action in context.neighbours.users(target, "aws_appautoscaling_scheduled_action"):
            most = action.attributes.whole("scalable_target_action.0.max_capacity")
            size = most if isinstance(most, int) else None
            turn = _turn(action.attributes, "schedule", "timezone", size, action.type)
            if turn is not None:
                yield turn


def _group_size(rule: Attributes) -> int | None:
    """The size that a scaling schedule sets; -1 leaves a bound as it is, and a raised minimum starts machines."""
    desired, most, least = (rule.whole(name) for name in ("desired_capacity", "max_size", "min_size"))
    if isinstance(desired, int) and desired >= 0:
        return desired
    if most == 0:
        return 0
    return least if isinstance(least, int) and least > 0 else None


def _turn(rule: Attributes, expression: str, zone: str, size: int | None, source: str) -> _Turn | None:
    cron = rule.text(expression)
    if size is None or not isinstance(cron, str) or cron.startswith(("at(", "rate(")):
        return None
    return _Turn(cron, _zone(rule, zone), size > 0, source)


def _scheduled(resource: Resource, context: FacetContext) -> Iterator[_Turn]:
    """`aws_scheduler_schedule` that calls the stop or start of this resource's service."""
    for schedule in context.neighbours.users(resource, "aws_scheduler_schedule"):
        attributes = schedule.attributes
        starts = _starts(attributes.text("target.0.arn"))
        cron = attributes.text("schedule_expression")
        if starts is not None and isinstance(cron, str) and attributes.text("state") != "DISABLED":
            yield _Turn(cron, _zone(attributes, "schedule_expression_timezone"), starts, schedule.type)


def _ruled(resource: Resource, context: FacetContext) -> Iterator[_Turn]:
    """`aws_cloudwatch_event_target` that runs a stop or start automation on this resource, with its rule's timetable."""
    for target in context.neighbours.users(resource, "aws_cloudwatch_event_target"):
        starts = _starts(target.attributes.text("arn"))
        rules = context.neighbours.targets(target, "rule", "aws_cloudwatch_event_rule")
        if starts is None or not rules:
            continue
        rule = rules[0].attributes
        cron = rule.text("schedule_expression")
        enabled = rule.flag("is_enabled") is not False and rule.text("state") != "DISABLED"
        if isinstance(cron, str) and enabled:
            yield _Turn(cron, "UTC", starts, rules[0].type)


def _starts(arn: object) -> bool | None:
    if not isinstance(arn, str):
        return None
    if _STARTS.search(arn):
        return True
    return False if _STOPS.search(arn) else None


def _zone(attributes: Attributes, name: str) -> str:
    zone = attributes.text(name)
    return zone if isinstance(zone, str) else "UTC"
