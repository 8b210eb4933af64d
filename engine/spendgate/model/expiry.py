"""When something that was granted ends: the only place that decides it, for waivers, approvals and exceptions alike.

The clock is always an argument. A last day belongs to what was granted: on it the grant still holds, the day after not.
"""

from __future__ import annotations

from datetime import date

from spendgate.model.frozen import Frozen

LONGEST_DAYS = 180
"""A grant for longer than this is as good as one without an end: it is reported, and `policy lint` refuses it."""


class Term(Frozen):
    """Until when something holds: `last_day` is the last day on which it does."""

    last_day: date

    def holds(self, today: date) -> bool:
        """Whether it holds on a day."""
        return today <= self.last_day

    def days_left(self, today: date) -> int:
        """Days until the last day: 0 on it, negative after it."""
        return (self.last_day - today).days

    def ended(self, today: date) -> str:
        """Since when it no longer holds, in words: `ended on 2026-12-24, 7 days ago`."""
        days = (today - self.last_day).days
        return f"ended on {self.last_day.isoformat()}, {days} day{'' if days == 1 else 's'} ago"

    def is_long(self, today: date) -> bool:
        """Whether it runs on for longer than anybody should grant at once."""
        return self.days_left(today) > LONGEST_DAYS
