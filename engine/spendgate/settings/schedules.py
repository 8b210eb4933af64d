"""Schedules that `spendgate.yaml` names: hours a week, or hours by days."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.documents import Document
from spendgate.errors import SettingsError


def schedules(stated: Mapping[str, Any], document: Document | None) -> Mapping[str, Decimal]:
    """Hours a week by the schedule's name. Raises SettingsError with the line for what is no schedule."""
    found = {}
    for name, text in stated.items():
        hours = hours_per_week(text)
        if hours is None:
            raise SettingsError(
                f"schedule {name!r} is {text!r}: hours a week (0 to 168) or hours by days (12x5) were expected",
                file=document.origin if document else None,
                line=document.line_of(("schedules", name)) if document else None,
            )
        found[name] = hours
    return found


def hours_per_week(text: Any) -> Decimal | None:
    """Hours a week from a number or from hours by days (`12x5`); None for anything else."""
    if isinstance(text, str) and text.count("x") == 1:
        hours, days = text.split("x")
        if hours.isdecimal() and days.isdecimal() and int(hours) <= 24 and 1 <= int(days) <= 7:
            return Decimal(int(hours) * int(days))
        return None
    if isinstance(text, (int, Decimal)) and not isinstance(text, bool) and 0 <= text <= 168:
        return Decimal(text)
    return None
