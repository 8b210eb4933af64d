"""Asks CloudWatch for the use of machines, endpoints, databases, networks and buckets over a window (extra `aws`). Read-only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qs

from spendgate.errors import SettingsError
from spendgate.inputs.utilisation.cloudwatch.answers import Region, signed_in
from spendgate.inputs.utilisation.cloudwatch.folding import samples
from spendgate.inputs.utilisation.cloudwatch.measures import ACTIONS, MEASURES
from spendgate.inputs.utilisation.measured import Sample, Use
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Level, Problem
from spendgate.model.values import Unknown

__all__ = ["ACTIONS", "ask"]

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_WINDOW = re.compile(r"(\d+)([hd])")
_LONGEST_DAYS = 63
_HINT = "cloudwatch://eu-west-1,us-east-1?window=7d&profile=NAME"


class Question(Frozen):
    """Which regions to ask (none: that of the session), over how long, and as whom (None: the session's own)."""

    regions: tuple[str, ...]
    window_days: Decimal
    profile: str | None


def question(address: str) -> Question:
    """`eu-west-1,us-east-1?window=7d&profile=audit` taken apart. Raises SettingsError for what is none."""
    named, _, options = address.partition("?")
    given = parse_qs(options)
    if strange := sorted(set(given) - {"window", "profile"}):
        raise SettingsError(f"--metrics: {strange[0]} is no option of CloudWatch", hint=_HINT)
    regions = tuple(dict.fromkeys(region for region in named.strip("/").split(",") if region))
    if wrong := [region for region in regions if not _REGION.fullmatch(region)]:
        raise SettingsError(f"--metrics: {wrong[0]!r} is no region of AWS", hint=_HINT)
    match = _WINDOW.fullmatch(given.get("window", ["7d"])[0])
    days = Decimal(match[1]) / (1 if match[2] == "d" else 24) if match is not None else Decimal(0)
    if not 0 < days <= _LONGEST_DAYS:
        raise SettingsError(
            "--metrics: its window is none",
            hint=f"window=7d or window=48h; values of five minutes are kept for {_LONGEST_DAYS} days",
        )
    return Question(regions, days, given.get("profile", [None])[0])


def ask(
    address: str,
    now: datetime,
    about: Mapping[str, frozenset[str]] | None = None,
    *,
    attempts: int | None = None,
) -> Use:
    """The use of everything that CloudWatch has metrics of, or of the resources in `about`: their names by resource type.

    What it refuses, breaks off or gives a part of stays unknown, and a problem says so. Raises SettingsError for an address that is
    wrong, when boto3 is missing, and when nobody is signed in.
    """
    asked = question(address)
    session = signed_in(asked.profile, asked.regions, attempts)
    measures = tuple(one for one in MEASURES if about is None or any(type_ in about for type_ in one.types))
    found: list[Sample] = []
    problems: list[Problem] = []
    for name in session.regions:
        region = Region(session, name, asked.window_days, now)
        found += samples(region.series(measures, about), region)
        problems += (Problem(Level.WARNING, why, undetermined=True) for why in region.said())
    shown = f"CloudWatch in {', '.join(session.regions)}"
    if not found and not problems:
        why = f"{shown} has no metric of anything that is asked about"
        problems.append(Problem(Level.WARNING, why, undetermined=True))
    gap = Unknown("; ".join(problem.message for problem in problems)) if problems else None
    return Use(found, shown, tuple(problems), gap)
