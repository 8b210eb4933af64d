"""When workloads run: py-kube-downscaler's annotations, KEDA's cron windows, cron jobs; and hours of a month that follow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from spendgate.facets.kubernetes.kinds import Kind
from spendgate.facets.kubernetes.limits import rounds_of, tries
from spendgate.facets.kubernetes.podset import Scaler
from spendgate.facets.kubernetes.reading import dig, mapping
from spendgate.facets.schedules import fires_per_week
from spendgate.model.facets import Limits, Schedule
from spendgate.model.values import Unknown

ALWAYS = Schedule()
_WEEK_HOURS = Decimal(168)
_MONTH_HOURS = Decimal(730)
_WEEKS_PER_MONTH = _MONTH_HOURS / _WEEK_HOURS
_PREFIXES = ("downscaler/", "kube-downscaler/")
_DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_WINDOW = re.compile(r"([a-z]{3})-([a-z]{3})\s+(\d\d?):(\d\d)-(\d\d?):(\d\d)\s+\S+", re.IGNORECASE)
_WINDOW_REASON = "a downscaler window that cannot be read or crosses midnight"


def schedule_of(
    values: Mapping[str, Any], namespace: Mapping[str, Any] | None, scaler: Scaler | None
) -> Schedule | None:
    """Evidence that a long-running workload stops: its own annotations, its autoscaler's calendar, its namespace's."""
    own = downscaled(mapping(dig(values, "metadata", "annotations")))
    if own is not None:
        if scaler is not None and scaler.kind == "keda" and scaler.min != 0 and own is not ALWAYS:
            # NOTE: KEDA sets the replicas that the downscaler took away again; an HPA leaves a workload at zero alone.
            return Schedule(own.hours_per_week, own.kind, proven=False)
        return own
    if scaler is not None and isinstance(scaler.hours_per_week, Decimal):
        return Schedule(scaler.hours_per_week, "keda cron", proven=True)
    return downscaled(mapping(dig(namespace, "metadata", "annotations"))) if namespace is not None else None


def downscaled(annotations: Mapping[str, Any]) -> Schedule | None:
    """The schedule that py-kube-downscaler's annotations give; `ALWAYS` for what is excluded from it."""
    stated = {
        str(key).partition("/")[2]: str(value) for key, value in annotations.items() if str(key).startswith(_PREFIXES)
    }
    if stated.get("exclude", "").lower() == "true":
        return ALWAYS
    if stated.get("downtime-replicas", "0") != "0":
        return None
    for key, runs in (("uptime", True), ("downtime", False), ("upscale-period", True), ("downscale-period", False)):
        if key in stated:
            return _of_windows(stated[key], runs=runs)
    return None


def _of_windows(text: str, *, runs: bool) -> Schedule:
    if text.strip().lower() in ("always", "never"):
        up = (text.strip().lower() == "always") == runs
        return ALWAYS if up else Schedule(Decimal(0), "downscaler", proven=True)
    hours = window_hours(text)
    if hours is None:
        return Schedule(Unknown(_WINDOW_REASON), "downscaler", proven=False)
    return Schedule(hours if runs else _WEEK_HOURS - hours, "downscaler", proven=True)


@lru_cache(maxsize=1024)
def window_hours(text: str) -> Decimal | None:
    """Hours a week inside windows such as `Mon-Fri 07:30-20:30 Europe/Berlin`; None when one cannot be read."""
    minutes: set[int] = set()
    for part in text.split(","):
        match = _WINDOW.fullmatch(part.strip())
        if match is None:
            return None
        first, last = _DAYS.get(match[1].lower()), _DAYS.get(match[2].lower())
        start, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
        if first is None or last is None or not start < end <= 24 * 60:
            return None
        for offset in range((last - first) % 7 + 1):
            day = (first + offset) % 7
            minutes.update(range(day * 1440 + start, day * 1440 + end))
    return Decimal(len(minutes)) / 60


def cron_of(type_: str, values: Mapping[str, Any]) -> str | None:
    """The cron line that starts a workload again and again."""
    spec = mapping(values.get("spec"))
    if type_ not in ("CronJob", "CronWorkflow", "RayCronJob", "ScheduledSparkApplication"):
        return None
    lines = spec.get("schedules")
    line = spec.get("schedule") or (lines[0] if isinstance(lines, list) and lines else None)
    return line if isinstance(line, str) else None


def job_hours(type_: str, kind: Kind, values: Mapping[str, Any], limits: Limits) -> Mapping[str, Any]:
    """How many hours of a month the pods of a job run: `hours_low`, `hours_expected`, `hours_most` and why.

    A deadline bounds it (times the tries at most); a cron line repeats it. Without a deadline nothing bounds it: a whole month is
    assumed, so that no job is free because nobody said when it ends. Empty for what does not end by itself.
    """
    if not kind.ends or type_ == "ScaledJob":
        return {}
    cap, line = limits.max_runtime_hours, cron_of(type_, values)
    runs = fires_per_week(line) if line is not None else None
    if not isinstance(cap, Decimal):
        return _details(Decimal(0), _MONTH_HOURS, _MONTH_HOURS, "no deadline bounds it: a whole month is assumed")
    once = (
        cap * (rounds_of(type_, mapping(values.get("spec"))) if type_ in ("Job", "CronJob") else 1)
        if _per_pod(values)
        else cap
    )
    if line is None:
        most = once * tries(limits)
        return _details(Decimal(0), min(once, _MONTH_HOURS), min(most, _MONTH_HOURS), f"deadline of {_shown(once)} h")
    if runs is None:
        return _details(
            Decimal(0), _MONTH_HOURS, _MONTH_HOURS, f"the schedule {line!r} cannot be counted: a whole month is assumed"
        )
    month = runs * _WEEKS_PER_MONTH
    expected, most = month * once, month * once * tries(limits)
    if _forbids_overlap(type_, values):
        expected, most = min(expected, _MONTH_HOURS), min(most, _MONTH_HOURS)
    return _details(Decimal(0), expected, most, f"{_shown(month)} runs a month of at most {_shown(once)} h each")


def _per_pod(values: Mapping[str, Any]) -> bool:
    """Whether the deadline is that of each pod and not of the whole job."""
    spec = mapping(values.get("spec"))
    job = mapping(dig(spec, "jobTemplate", "spec")) or spec
    return (
        job.get("activeDeadlineSeconds") is None and dig(job, "template", "spec", "activeDeadlineSeconds") is not None
    )


def _forbids_overlap(type_: str, values: Mapping[str, Any]) -> bool:
    return dig(values, "spec", "concurrencyPolicy") in ("Forbid", "Replace")


def _shown(hours: Decimal) -> str:
    return f"{hours.quantize(Decimal('0.1')):f}".removesuffix(".0")


def _details(low: Decimal, expected: Decimal, most: Decimal, why: str) -> Mapping[str, Any]:
    return {"hours_low": low, "hours_expected": expected, "hours_most": most, "hours_why": why}
