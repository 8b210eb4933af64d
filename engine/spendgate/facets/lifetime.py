"""When something is meant to end, as its tags say: the root `life` of policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from spendgate.model.facets import TagValue
from spendgate.model.values import Unknown

_DATES = ("expires-on", "expires", "expiry", "end-date")
_DURATION = "ttl"
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(h|d|w)[a-z]*")
_DAYS = {"h": Decimal(1) / 24, "d": Decimal(1), "w": Decimal(7)}
_NOTHING: Mapping[str, Any] = {}


def lifetime(tags: Mapping[str, TagValue] | Unknown, today: date, *, new: bool) -> Mapping[str, Any]:
    """`stated` (the tag's text), `expires_on` (ISO date) and `days_left`, negative once it is over; nothing without a tag.

    Tags `expires-on` (an ISO date, or a time stamp with its date) and `ttl` (`36h`, `14d`, `2w`, counted from today for what
    is `new`; unknown for what is there already). A text that is neither leaves `stated` alone.
    """
    if isinstance(tags, Unknown):
        return {"stated": tags, "expires_on": tags, "days_left": tags}
    for key in (*_DATES, _DURATION):
        value = tags.get(key)
        if isinstance(value, Unknown):
            return {"stated": value, "expires_on": value, "days_left": value}
        if value:
            return {"stated": value, **(_until(value, today) if key != _DURATION else _for(value, new))}
    return _NOTHING


def _until(text: str, today: date) -> Mapping[str, Any]:
    try:
        last = datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return _NOTHING
    return {"expires_on": last.isoformat(), "days_left": (last - today).days}


def _for(text: str, new: bool) -> Mapping[str, Any]:
    match = _LENGTH.fullmatch(text.strip().lower())
    if match is None:
        return _NOTHING
    if not new:
        return {"days_left": Unknown("since when its ttl runs is not known")}
    return {"days_left": Decimal(match[1]) * _DAYS[match[2]]}
