"""Evidence that an Azure machine stops: shutdown schedules, profiles of an autoscale setting, schedules of Azure ML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from spendgate.facets import schedules
from spendgate.facets.tags import Tags
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown
from spendgate.ports import FacetContext

_DEV_TEST = "azurerm_dev_test_global_vm_shutdown_schedule"
_AUTOMATION = "azurerm_automation_job_schedule"
_STARTS_AT_HOUR = Decimal(8)
_WORKING_DAYS = 5
_CLOCK = re.compile(r"(\d{2}):?(\d{2})")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def minutes_of(duration: Text) -> Number:
    """The minutes of an ISO 8601 duration (`PT30M`, `P1DT2H`); None for none or for anything else."""
    if duration is None or isinstance(duration, Unknown):
        return duration
    match = _DURATION.fullmatch(duration)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (Decimal(part or 0) for part in match.groups())
    return days * 1440 + hours * 60 + minutes + seconds / 60


def of_machine(resource: Resource, own: Tags, context: FacetContext) -> Schedule:
    """The schedule of a VM: a shutdown schedule of DevTest Labs, automation, or a tag."""
    for found in context.neighbours.users(resource, _DEV_TEST):
        if found.attributes.flag("enabled") is not False:
            return _shutdown(found.attributes)
    tagged = schedules.from_tags(own, context.schedules)
    if tagged is not None:
        return tagged
    if context.neighbours.users(resource, _AUTOMATION):
        # NOTE: a runbook is code of somebody's own: that a job schedule names the machine proves no stop.
        return Schedule(schedules.NAMED_DEFAULT_HOURS, _AUTOMATION, proven=False)
    return Schedule()


def _shutdown(attributes: Attributes) -> Schedule:
    """It stops every day and starts nothing: people start it, by assumption at 8:00 on five working days."""
    clock = attributes.text("daily_recurrence_time")
    if isinstance(clock, Unknown):
        return Schedule(clock, _DEV_TEST, proven=True, stop_only=True)
    match = _CLOCK.fullmatch(clock or "")
    if match is None:
        return Schedule(Decimal(168), _DEV_TEST, proven=True, stop_only=True)
    stop = Decimal(match[1]) + Decimal(match[2]) / 60
    # NOTE: the remainder of a Decimal keeps its sign, so a day is added first.
    length = (stop - _STARTS_AT_HOUR + 24) % 24 or Decimal(24)
    return Schedule(length * _WORKING_DAYS, _DEV_TEST, proven=True, stop_only=True)


def of_profiles(profiles: Sequence[Attributes]) -> Schedule | None:
    """The schedule that recurring profiles of an autoscale setting make: a capacity of zero stops, any other starts."""
    starts: list[str] = []
    stops: list[str] = []
    for profile in profiles:
        most = profile.whole("capacity.0.maximum")
        for cron in _crons(profile):
            if isinstance(most, int):
                (stops if most == 0 else starts).append(cron)
    return schedules.from_crons(starts, stops, "azurerm_monitor_autoscale_setting") if stops else None


def _crons(profile: Attributes) -> Iterator[str]:
    days, hours, minutes = (profile.texts(f"recurrence.0.{part}") for part in ("days", "hours", "minutes"))
    if isinstance(days, tuple) and isinstance(hours, tuple) and isinstance(minutes, tuple) and days and hours:
        named = ",".join(day[:3].lower() for day in days)
        yield f"{minutes[0] if minutes else 0} {hours[0]} * * {named}"


def of_compute_instance(properties: Attributes) -> Schedule | None:
    """The start and stop schedule of an Azure ML compute instance, from the properties that its API takes."""
    entries = properties.blocks("schedules.computeStartStop")
    if isinstance(entries, Unknown):
        return Schedule(entries, "computeStartStop", proven=False)
    crons: dict[str, list[str]] = {"start": [], "stop": []}
    for entry in entries:
        action, text = entry.text("action"), _entry_cron(entry)
        if entry.text("status") != "Disabled" and isinstance(action, str) and action.lower() in crons and text:
            crons[action.lower()].append(text)
    return schedules.from_crons(crons["start"], crons["stop"], "computeStartStop")


def _entry_cron(entry: Attributes) -> str | None:
    expression = entry.text("cron.expression")
    if isinstance(expression, str):
        return expression
    hours, minutes, days = (entry.texts(f"recurrence.schedule.{part}") for part in ("hours", "minutes", "weekDays"))
    if not isinstance(hours, tuple) or not hours:
        return None
    minute = minutes[0] if isinstance(minutes, tuple) and minutes else "0"
    named = ",".join(day[:3].lower() for day in days) if isinstance(days, tuple) and days else "*"
    return f"{minute} {hours[0]} * * {named}"
