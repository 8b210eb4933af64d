"""Evidence that something stops: schedule tags and pairs of start and stop times, as hours per week."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from spendgate.facets.tags import Tags
from spendgate.model.facets import Schedule
from spendgate.model.values import Unknown

NAMED_DEFAULT_HOURS = Decimal(60)
"""Hours of a schedule that is only named: a working week with room on both ends; unproven, so it saves nothing yet."""

_MINUTES_PER_WEEK = 7 * 24 * 60
_DAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_SHORT_DAYS = {"u": 0, "m": 1, "t": 2, "w": 3, "h": 4, "f": 5, "s": 6}
_HOURS_X_DAYS = re.compile(r"(\d{1,2})x([1-7])")
_WINDOW = re.compile(r"([a-z]{3})-([a-z]{3})[ _](\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?(?:[ _].*)?")
_OFF_HOURS = re.compile(r"(on|off)=\(?([a-z-]+),(\d{1,2})\)?")


def from_tags(tags: Tags, schedules: Mapping[str, Decimal]) -> Schedule | None:
    """The schedule that a tag states, or None. Keys: `schedule`, `maid-offhours`, `downtime`, `uptime`.

    Values: a name that the configuration knows, hours by days (`12x5`), a window (`Mon-Fri 08:00-20:00 Europe/Berlin`), or
    Cloud Custodian's off-hours grammar. Any other name counts as 60 h a week, unproven. An unknown value is unknown.
    """
    if isinstance(tags.values, Unknown):
        return None
    for key, kind in (("schedule", "tag"), ("maid-offhours", "off-hours tag"), ("uptime", "tag")):
        value = tags.values.get(key)
        if isinstance(value, Unknown):
            return Schedule(value, kind, proven=False)
        if value:
            hours = schedules.get(value) or hours_in(value)
            if hours is not None:
                return Schedule(hours, kind, proven=True)
            if value.strip().lower() not in ("off", "none", "false", "always-on", "24x7"):
                return Schedule(NAMED_DEFAULT_HOURS, f"{kind} {value!r}", proven=False)
    return None


@lru_cache(maxsize=1024)
def hours_in(text: str) -> Decimal | None:
    """The hours per week that a text states by itself, or None."""
    text = text.strip().lower()
    if match := _HOURS_X_DAYS.fullmatch(text):
        hours, days = int(match[1]), int(match[2])
        return Decimal(hours * days) if hours <= 24 else None
    if match := _WINDOW.fullmatch(text):
        return _window_hours(match)
    turns = {match[1]: match for match in _OFF_HOURS.finditer(text.replace(" ", ""))}
    if set(turns) == {"on", "off"}:
        days = _day_span(turns["on"][2])
        length = int(turns["off"][3]) - int(turns["on"][3])
        return Decimal(length * days) if days and 0 < length <= 24 else None
    return None


def _window_hours(match: re.Match[str]) -> Decimal | None:
    first, last = _DAYS.get(match[1]), _DAYS.get(match[2])
    if first is None or last is None:
        return None
    days = (last - first) % 7 + 1
    minutes = (int(match[5]) * 60 + int(match[6] or 0)) - (int(match[3]) * 60 + int(match[4] or 0))
    return Decimal(minutes * days) / 60 if minutes > 0 else None


def _day_span(text: str) -> int:
    parts = text.split("-")
    if len(parts) == 1:
        return 1 if parts[0] in _SHORT_DAYS else 0
    first, last = (_SHORT_DAYS.get(part) for part in parts[:2])
    return 0 if first is None or last is None else (last - first) % 7 + 1


def from_crons(starts: Sequence[str], stops: Sequence[str], kind: str) -> Schedule | None:
    """The schedule of cron expressions that start and stop a thing; None when neither can be read.

    Five fields (`0 8 * * 1-5`) or AWS's six inside `cron(...)`. Only stops: `stop_only`, which proves no start and saves
    nothing in the estimate. Hours are counted minute by minute over a week; days of the month are not understood.
    """
    on = [minute for text in starts if (found := _week_minutes(text)) for minute in found]
    off = [minute for text in stops if (found := _week_minutes(text)) for minute in found]
    if off and not on:
        return Schedule(Decimal(168), kind, proven=True, stop_only=True)
    if not on or not off:
        return None
    events = sorted([(minute, True) for minute in on] + [(minute, False) for minute in off])
    minutes = 0
    for number, (minute, starts_now) in enumerate(events):
        if starts_now:
            following = events[(number + 1) % len(events)][0]
            minutes += (following - minute) % _MINUTES_PER_WEEK or _MINUTES_PER_WEEK
    return Schedule(Decimal(min(minutes, _MINUTES_PER_WEEK)) / 60, kind, proven=True)


def weekly_hours(cron: str, seconds: Decimal) -> Decimal | None:
    """Hours a week of windows that start when a cron expression fires and last so long; None when it is not weekly.

    Windows that overlap count once.
    """
    starts = _week_minutes(cron)
    if not starts:
        return None
    minutes, end = Decimal(0), Decimal(0)
    length = min(seconds / 60, Decimal(_MINUTES_PER_WEEK))
    for start in starts:
        minutes += length if start >= end else max(start + length - end, Decimal(0))
        end = max(end, start + length)
    return min(minutes, Decimal(_MINUTES_PER_WEEK)) / 60


@lru_cache(maxsize=1024)
def fires_per_week(text: str) -> Decimal | None:
    """How often a cron expression fires in a week on average, or None when it cannot be read.

    Names such as `@daily` count; days of the month are spread over the 365.25 / 12 days of a mean month.
    """
    named = {"@hourly": 168, "@daily": 7, "@midnight": 7, "@weekly": 1}
    if text.strip() in named:
        return Decimal(named[text.strip()])
    fields = re.sub(
        r"^(CRON_)?TZ=\S+\s+", "", {"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *"}.get(text.strip(), text.strip())
    ).split()
    if len(fields) != 5:
        return None
    minutes, hours = _numbers(fields[0], 0, 59), _numbers(fields[1], 0, 23)
    days = _numbers("*" if fields[2] == "?" else fields[2], 1, 31)
    months, weekdays = _numbers(fields[3], 1, 12), _weekdays(fields[4], first=0)
    if minutes is None or hours is None or days is None or months is None or weekdays is None:
        return None
    share = Decimal(len(months)) / 12
    if len(days) < 31:
        share *= Decimal(len(days)) * 12 / Decimal("365.25")
    return len(minutes) * len(hours) * share * (len(weekdays) if len(days) == 31 else 7)


@lru_cache(maxsize=1024)
def _week_minutes(text: str) -> tuple[int, ...]:
    """Minutes of the week (from Sunday 00:00) at which a cron expression fires; empty when it is not weekly."""
    body = text.strip()
    aws = body.startswith("cron(")
    fields = body.removeprefix("cron(").rstrip(")").split()
    if len(fields) == 6:
        fields = fields[:5]
    if len(fields) != 5 or fields[2] not in ("*", "?") or fields[3] != "*":
        return ()
    minutes = _numbers(fields[0], 0, 59)
    hours = _numbers(fields[1], 0, 23)
    days = _weekdays(fields[4], first=1 if aws else 0)
    if minutes is None or hours is None or days is None:
        return ()
    return tuple(sorted((day * 24 + hour) * 60 + minute for day in days for hour in hours for minute in minutes))


def _weekdays(field: str, *, first: int) -> set[int] | None:
    """Days of the week with Sunday as 0. AWS counts Sunday as 1, cron as 0 and 7."""
    if field in ("*", "?"):
        return set(range(7))
    text = field.lower()
    for name, number in _DAYS.items():
        text = text.replace(name, str(number + first))
    found = _numbers(text, 0, 7)
    return None if found is None else {(number - first) % 7 for number in found}


def _numbers(field: str, least: int, most: int) -> set[int] | None:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        if span == "*":
            low, high = str(least), str(most)
        if not low.isdecimal() or (high and not high.isdecimal()) or (step and not step.isdecimal()):
            return None
        end = int(high) if high else (most if step else int(low))
        if not least <= int(low) <= end <= most or step == "0":
            return None
        found.update(range(int(low), end + 1, int(step or 1)))
    return found
