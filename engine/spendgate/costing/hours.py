"""Running hours in a month, from the evidence that something stops."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from spendgate.model.facets import Schedule
from spendgate.model.values import Unknown

HOURS_PER_MONTH: Final = Decimal(730)
"""8,760 hours a year over twelve months: the convention of every cloud's price list."""
HOURS_PER_WEEK: Final = Decimal(168)


def hours_per_month(schedule: Schedule) -> Decimal:
    """The hours that a machine runs in a month: 730, or its share of the week when proven evidence stops *and* starts it.

    A schedule that is only named (`proven` false), that only stops, or whose hours are unknown reduces nothing: money that
    may not be saved is not counted as saved.
    """
    weekly = schedule.hours_per_week
    if weekly is None or isinstance(weekly, Unknown) or not schedule.proven or schedule.stop_only:
        return HOURS_PER_MONTH
    share = min(max(weekly, Decimal(0)), HOURS_PER_WEEK) / HOURS_PER_WEEK
    return HOURS_PER_MONTH * share
