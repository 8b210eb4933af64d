"""How storage grows: two measurements of its size, about a month apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spendgate.model.values import Unknown

if TYPE_CHECKING:
    from spendgate.inputs.utilisation.measured import Sample

STORED = "stored_gib"
"""What a bucket or a file system holds, as metrics name it."""
GROWTH = ("stored_gib_before", "stored_days", "stored_gib_a_month", "stored_gib_in_a_year")
"""What a second measurement of it tells: the size then, the days since, growth in thirty days, the size in a year."""
MONTH = timedelta(days=30)
"""How far apart two sizes should be for the growth that policies judge."""
_DAYS_OF_A_YEAR = 365
_STALE_AFTER = timedelta(days=7)
_ONCE = Unknown("its size was measured once: another measurement, about thirty days earlier, tells the growth")


def growth(sizes: Sequence[Sample], now: datetime) -> Mapping[str, Any]:
    """The newest size in GiB, the one about a month before it, and what comes of both at the same pace; empty without any size.

    Unknown with the reason where the size was measured once, or a week ago and not since.
    """
    if not sizes:
        return {}
    newest = max(sizes, key=lambda size: size.end)
    if now - newest.end > _STALE_AFTER:
        old = f"its metrics end on {newest.end.date().isoformat()}, more than {_STALE_AFTER.days} days ago"
        return dict.fromkeys((STORED, *GROWTH), Unknown(old))
    earlier = [size for size in sizes if size.end < newest.end]
    if not earlier:
        return dict.fromkeys(GROWTH, _ONCE)
    before = min(earlier, key=lambda size: (abs(newest.end - size.end - MONTH), size.end))
    days = Decimal(int((newest.end - before.end).total_seconds())) / 86_400
    more = newest.mean - before.mean
    return {
        STORED: newest.mean,
        "stored_gib_before": before.mean,
        "stored_days": days,
        "stored_gib_a_month": more * MONTH.days / days,
        "stored_gib_in_a_year": newest.mean + more * _DAYS_OF_A_YEAR / days,
    }
