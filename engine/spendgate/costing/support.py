"""When the standard support of a product's version ends: dated figures with their source, in `support_ends_aws.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_LAST_YEAR = 3
"""Extended support lasts three years."""


class Support(NamedTuple):
    """Whether a version is in extended support on a day, in which year of it; None with a note when that cannot be told."""

    extended: bool | None
    note: str
    year: int = 0


def of(product: str, version: str, today: date | None) -> Support:
    """The support of a version on a day. Versions older than all in the table are extended, newer ones cannot be told."""
    ends, read_on = _table(product)
    if today is None:
        return Support(None, "extended support costs more; no day was given to tell whether it applies")
    known = ends.get(version)
    if known is not None:
        past = (today - known).days
        return Support(past > 0, f"standard support ends on {known.isoformat()}", past // 365 + 1 if past > 0 else 0)
    if ends and _number(version) and _number(version) < min(_number(name) for name in ends):
        return Support(True, "standard support has ended long ago", _LAST_YEAR)
    return Support(None, f"when its standard support ends was not known on {read_on}")


@cache
def _table(product: str) -> tuple[Mapping[str, date], str]:
    text = files("spendgate.costing").joinpath("support_ends_aws.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["product"] == product]
    ends = {row["version"]: date.fromisoformat(row["standard_support_ends"]) for row in rows}
    return ends, max((row["read_on"] for row in rows), default="")


def _number(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
