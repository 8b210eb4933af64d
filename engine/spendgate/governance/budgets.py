"""`budgets.yaml`: what each scope may cost in a month, what it cost so far, and where it is heading.

What is spent and forecast is stated by whoever reads the bills; this file holds the figures, it does not fetch them.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from spendgate.documents import read_yaml
from spendgate.errors import SettingsError
from spendgate.governance.entries import Entry, Key, entries, text
from spendgate.model.frozen import Frozen
from spendgate.model.values import Bounded, Number, Unknown, Value
from spendgate.policies.currency import Money, as_stated
from spendgate.policies.literals import Amount, amount, plain_number
from spendgate.policies.mistakes import Mistake
from spendgate.policies.paths import check_path

UNALLOCATED = "unallocated"
"""The name of the budget for what is in no other; it needs no scope."""

_FEWEST_DAYS = 3
"""Days of bills below which a run rate says nothing (OCI's budgets forecast after three days too)."""


class Budget(Frozen):
    """What may be spent in a month. `scope` maps a path (`tags.team`) to the value of what belongs here; all must fit.

    `base` is the monthly cost of what runs already; `spent` that of the first `days` of this month; `p50` and `p90` the
    forecast for its end. Amounts are in the currency of the run, whatever the file names.
    """

    name: str
    monthly: Decimal
    scope: Mapping[str, str]
    owner: str | None = None
    base: Number = None
    spent: Number = None
    days: int | None = None
    p50: Number = None
    p90: Number = None
    carbon_kg: Decimal | None = None
    """Kilograms of CO2 equivalents that the scope may emit in a month; no money."""

    def facts(self, before: Value, delta: Value, today: date) -> Mapping[str, Any]:
        """The root `budget` of policies.

        `projected` is what the scope costs in a month with the change: the stated base, else the forecast, else what this run
        saw `before`, and the `delta`. `month_end` is the forecast with the delta for the days that are left.
        """
        length = monthrange(today.year, today.month)[1]
        left = Decimal(length - today.day) / length
        base = self.base if self.base is not None else self.p50 if self.p50 is not None else before
        p50 = self.p50 if self.p50 is not None else self._run_rate(length)
        p90 = self.p90 if self.p90 is not None else Unknown("no forecast p90 is stated")
        return {
            "name": self.name,
            "monthly": self.monthly,
            "owner": self.owner,
            "spent": self.spent,
            "projected": _sum(base, delta, Decimal(1)),
            "month_end": {"p50": _sum(p50, delta, left), "p90": _sum(p90, delta, left)},
        }

    def _run_rate(self, length: int) -> Number:
        if not isinstance(self.spent, Decimal) or not self.days:
            return Unknown("neither a forecast nor what was spent in how many days is stated")
        if self.days < _FEWEST_DAYS:
            return Unknown(f"{self.days} days of bills are too few for a forecast")
        return self.spent * length / self.days


def _sum(base: Value, delta: Value, share: Decimal) -> Value:
    """A base and a share of a delta; bounds stay bounds, what is unknown stays so."""
    for part in (base, delta):
        if isinstance(part, Unknown):
            return part
    low, high = _ends(base)
    low_more, high_more = _ends(delta)
    lower = low + low_more * share if low is not None and low_more is not None else None
    upper = high + high_more * share if high is not None and high_more is not None else None
    if lower is not None and lower == upper:
        return lower
    return Bounded(lower, upper, "not everything in it has a price")


def _ends(part: Value) -> tuple[Decimal | None, Decimal | None]:
    return (part.lower, part.upper) if isinstance(part, Bounded) else (Decimal(part), Decimal(part))


def load_budgets(path: Path | str, money: Money = as_stated) -> tuple[Budget, ...]:
    """The budgets of a file, in its order; `money` gives an amount in the currency of the run.

    Raises SettingsError with file and line (also for an amount that has no rate), InputError when it cannot be read.
    """
    document = read_yaml(path)
    found: dict[str, Budget] = {}
    for entry in entries(document, "budgets", _keys(money)):
        budget = _budget(entry)
        if budget.name in found:
            raise SettingsError(f"there are two budgets {budget.name!r}", file=entry.file, line=entry.line)
        if not budget.scope and budget.name != UNALLOCATED:
            hint = "write scope: {tags.team: vision}; only the budget `unallocated` needs none"
            raise SettingsError(f"budget {budget.name!r} has no scope", file=entry.file, line=entry.line, hint=hint)
        found[budget.name] = budget
    return tuple(found.values())


def _budget(entry: Entry) -> Budget:
    forecast = entry.get("forecast", {})
    return Budget(
        entry.get("name"),
        entry.get("monthly"),
        entry.get("scope", {}),
        entry.get("owner"),
        entry.get("base"),
        entry.get("spent"),
        entry.get("days"),
        forecast.get("p50"),
        forecast.get("p90"),
        entry.get("carbon_kg"),
    )


def _money(value: Any, money: Money) -> Decimal:
    stated = amount(value) if isinstance(value, str) else None
    number = money(stated).number if isinstance(stated, Amount) else plain_number(value)
    if number is None or number < 0 or (stated is not None and stated.unit in ("duration", "percent")):
        raise Mistake(f"{value!r} is no amount", "write 10000, or 10000 USD")
    return number


def _kilograms(value: Any) -> Decimal:
    number = plain_number(value)
    if number is None or number < 0:
        raise Mistake(f"{value!r} is no number of kilograms", "write 1500")
    return number


def _days(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 31:
        raise Mistake(f"{value!r} is no number of days of a month", "write 1 to 31")
    return value


def _scope(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise Mistake(f"{value!r} is no scope", "write {tags.team: vision}")
    for path in value:
        check_path(path)
    return {str(path): str(wanted) for path, wanted in value.items()}


def _forecast(value: Any, money: Money) -> Mapping[str, Decimal]:
    if not isinstance(value, Mapping) or set(value) - {"p50", "p90"}:
        raise Mistake(f"{value!r} is no forecast", "write {p50: 9790, p90: 10900}")
    return {key: _money(each, money) for key, each in value.items()}


def _keys(money: Money) -> Mapping[str, Key]:
    amount_ = partial(_money, money=money)
    return {
        "name": Key(text),
        "monthly": Key(amount_),
        "scope": Key(_scope, required=False),
        "owner": Key(text, required=False),
        "base": Key(amount_, required=False),
        "spent": Key(amount_, required=False),
        "days": Key(_days, required=False),
        "forecast": Key(partial(_forecast, money=money), required=False),
        "carbon_kg": Key(_kilograms, required=False),
    }
