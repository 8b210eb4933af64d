"""What keeps a schedule from working: `around.schedule_problems`, one sentence each, empty when none was found.

Only what the run itself shows is said: a schedule that nothing is attached to, one that is switched off, half of a pair, a time zone
that does not exist, an autoscaler that undoes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spendgate.facets.tags import canonical_key
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Text
from spendgate.ports import FacetContext

_SCALED = ("Deployment", "StatefulSet")
_DOWNSCALED = re.compile(r"downscaler/(uptime|downtime|upscale-period|downscale-period)")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_SHUTDOWN = "azurerm_dev_test_global_vm_shutdown_schedule"
_GROUPS = (
    "aws_autoscaling_group",
    "google_compute_instance_group_manager",
    "google_compute_region_instance_group_manager",
)
_TEMPLATES = ("aws_launch_template", "google_compute_instance_template", "google_compute_region_instance_template")
_SCHEDULE_TAGS = frozenset({"schedule", "maid-offhours"})
_REPLACED = "its template gives its machines a schedule of their own, and the group replaces what that stops: schedule the group"
TYPES = (
    "google_compute_resource_policy",
    "aws_scheduler_schedule",
    "aws_autoscaling_schedule",
    _SHUTDOWN,
    *_SCALED,
    "ScaledObject",
    *_GROUPS,
)


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`schedule_problems` of things that are schedules or carry one; nothing for those that are neither."""
    finders = {
        "google_compute_resource_policy": _google_policy,
        "aws_scheduler_schedule": _aws_schedule,
        "aws_autoscaling_schedule": _aws_scaling,
        _SHUTDOWN: _azure_shutdown,
        "ScaledObject": _keda,
        **dict.fromkeys(_GROUPS, _members),
    }
    found = finders.get(resource.type, _downscaled)(resource, context)
    return {} if found is None else {"schedule_problems": tuple(found)}


def _google_policy(resource: Resource, context: FacetContext) -> list[str] | None:
    block = resource.attributes.block("instance_schedule_policy")
    if not isinstance(block, Attributes):
        return None
    found = list(_zone(block.text("time_zone")))
    has = {turn: block.text(f"vm_{turn}_schedule.0.schedule") is not None for turn in ("start", "stop")}
    if has["start"] != has["stop"]:
        found.append("it starts and never stops" if has["start"] else "it stops and never starts")
    users = ("google_compute_instance", "google_compute_resource_policy_attachment")
    if not context.neighbours.users(resource, *users):
        found.append("nothing in this run is attached to it")
    return found


def _aws_schedule(resource: Resource, context: FacetContext) -> list[str] | None:
    attributes = resource.attributes
    target = attributes.text("target.0.arn")
    if not isinstance(target, str) or not re.search(r"(?i)(stop|start)(Instances?|DB|NotebookInstance)", target):
        return None
    found = list(_zone(attributes.text("schedule_expression_timezone")))
    if attributes.text("state") == "DISABLED":
        found.append("it is disabled")
    return found


def _aws_scaling(resource: Resource, context: FacetContext) -> list[str] | None:
    found = list(_zone(resource.attributes.text("time_zone")))
    if not context.neighbours.targets(resource, "autoscaling_group_name", "aws_autoscaling_group"):
        named = resource.attributes.text("autoscaling_group_name")
        found += [] if isinstance(named, str) else ["its group is not in this run"]
    return found


def _members(resource: Resource, context: FacetContext) -> list[str] | None:
    """A schedule on the members of a group instead of on the group; nothing for a group whose template has none."""
    attributes = ("launch_template", "mixed_instances_policy", "version")
    for template in (each for name in attributes for each in context.neighbours.targets(resource, name, *_TEMPLATES)):
        if template.type == _TEMPLATES[0]:
            found = bool(_SCHEDULE_TAGS & _tags_of_machines(template, context) - _tags_of_group(resource, context))
        else:
            policies = context.neighbours.targets(template, "resource_policies", "google_compute_resource_policy")
            found = any(policy.attributes.has_block("instance_schedule_policy") for policy in policies)
        if found:
            return [_REPLACED]
    return None


def _tags_of_machines(template: Resource, context: FacetContext) -> frozenset[str]:
    blocks = template.attributes.blocks("tag_specifications")
    stated = [
        block.get("tags")
        for block in (blocks if isinstance(blocks, tuple) else ())
        if block.text("resource_type") == "instance"
    ]
    return frozenset(
        canonical_key(str(key), context.aliases) for tags in stated if isinstance(tags, Mapping) for key in tags
    )


def _tags_of_group(group: Resource, context: FacetContext) -> frozenset[str]:
    """NOTE: schedulers that know groups go by the tag of the group, and leave its machines alone."""
    blocks = group.attributes.blocks("tag")
    keys = [block.text("key") for block in (blocks if isinstance(blocks, tuple) else ())]
    return frozenset(canonical_key(key, context.aliases) for key in keys if isinstance(key, str))


def _azure_shutdown(resource: Resource, context: FacetContext) -> list[str] | None:
    # NOTE: that it stops and never starts is no problem of its own: it is what it is made for.
    return ["it is switched off"] if resource.attributes.flag("enabled") is False else []


def _keda(resource: Resource, context: FacetContext) -> list[str] | None:
    triggers = resource.attributes.blocks("spec.triggers")
    crons = [each for each in triggers if each.text("type") == "cron"] if isinstance(triggers, tuple) else []
    if not crons:
        return None
    found: dict[str, None] = {}
    for trigger in crons:
        found.update(dict.fromkeys(_zone(trigger.text("metadata.timezone"))))
        if trigger.text("metadata.desiredReplicas") == "0":
            found[
                "a cron trigger asks for 0 replicas: state the hours of work, with minReplicaCount: 0 beside them"
            ] = None
    if resource.attributes.number("spec.minReplicaCount") not in (None, 0):
        found["minReplicaCount keeps it from falling to zero outside the hours"] = None
    return list(found)


def _downscaled(resource: Resource, context: FacetContext) -> list[str] | None:
    stated = resource.attributes.get("metadata.annotations")
    windows = (
        {key: str(value) for key, value in stated.items() if _DOWNSCALED.fullmatch(str(key))}
        if isinstance(stated, Mapping)
        else {}
    )
    if not windows:
        return None
    found = [f"{key} goes over midnight" for key, text in windows.items() if _over_midnight(text)]
    for text in windows.values():
        zone = text.split(",")[0].split()[-1]
        found += _zone(zone if "/" in zone else None)
    to_zero = resource.attributes.text("metadata.annotations.downscaler/downtime-replicas") in (None, "0")
    if not to_zero and _has_scaler(resource, context):
        found.append("an HPA undoes it: the annotation belongs on the HPA unless it goes to zero")
    return found


def _over_midnight(text: str) -> bool:
    return any(int(m[1]) * 60 + int(m[2]) >= int(m[3]) * 60 + int(m[4]) for m in _HOURS.finditer(text))


def _has_scaler(resource: Resource, context: FacetContext) -> bool:
    place = (resource.attributes.text("metadata.namespace"), resource.attributes.text("metadata.name"))
    return any(
        each.attributes.text("spec.scaleTargetRef.name") == place[1]
        and each.attributes.text("metadata.namespace") == place[0]
        and each.attributes.text("spec.scaleTargetRef.kind") == resource.type
        for each in context.neighbours.of_types("HorizontalPodAutoscaler")
    )


def _zone(name: Text) -> Iterator[str]:
    """A sentence when a time zone is stated that the tz database does not have."""
    if isinstance(name, str) and name:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            yield f"there is no time zone {name!r}"
