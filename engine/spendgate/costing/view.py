"""A cost as policies see it: numbers where they are known, bounds where a part has no price, unknown where nothing has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.totals import Totals
from spendgate.model.cost import Basis, CostChange, Estimate, EstimateState, Missing
from spendgate.model.money import ZERO, MoneyRange
from spendgate.model.values import Bounded, Unknown

_SIZES = ("low", "expected", "high")


def cost_roots(cost: CostChange, running_hours: Decimal | None = None) -> Mapping[str, Any]:
    """The root `cost` of a resource's case.

    `hourly` is what stops with the machine, per running hour; `monthly`, `before_monthly` and `delta_monthly` have `low`,
    `expected` and `high`. `running_hours` are those of a month in which a job that ends runs. A part without a price leaves a lower bound; nothing priced is unknown with the reason.
    """
    after = cost.after
    lacking = [part for part in after.unpriced if part.missing is Missing.UNPRICED]
    return {
        "hourly": _hourly(after, running_hours),
        "monthly": _sizes(after),
        "before_monthly": _sizes(cost.before),
        "delta_monthly": _delta(cost),
        "priced": not lacking and after.state is not EstimateState.UNSUPPORTED,
        "state": after.state.value,
        "unpriced": tuple(f"{part.component}: {part.reason}" for part in lacking),
        "lines": tuple(
            {"line": item.name, "monthly": item.monthly.expected, "stops": item.stops} for item in after.items
        ),
    }


def change_roots(
    totals: Totals, *, count: int, complete: bool, errored: bool, deferred: tuple[str, ...]
) -> Mapping[str, Any]:
    """The root `change`: the whole run. A delta with a part that has no price is bounded, never a plain number."""
    delta = totals.expected_delta
    return {
        "before_monthly": _total(totals.before, totals.before_complete),
        "after_monthly": _total(totals.after, totals.after_complete),
        "delta_monthly": _plain(totals.delta) if totals.complete else dict.fromkeys(_SIZES, delta),
        "delta_percent": _percent(delta, totals.before.expected, totals.before_complete),
        "unpriced_share": totals.unpriced_share,
        "unpriced": tuple(
            f"{part.address}: {part.part.component}"
            for part in totals.unpriced
            if part.part.missing is Missing.UNPRICED
        ),
        "unpriced_accelerators": totals.unpriced_accelerators,
        "top": ", ".join(f"{address} {amount:+,.2f}" for address, amount in totals.top) or "nothing",
        "complete": complete,
        "errored": errored,
        "deferred": deferred,
        "count": count,
    }


def _hourly(estimate: Estimate, running_hours: Decimal | None) -> Any:
    stopping = [item.monthly.expected for item in estimate.items if item.stops]
    stated = any(item.basis is Basis.USAGE for item in estimate.items)
    hours = (running_hours if not stated else None) or estimate.hours_per_month or HOURS_PER_MONTH
    if stopping and hours:
        return sum(stopping, ZERO) / hours
    return _without_amount(estimate) if not estimate.items else ZERO


def _sizes(estimate: Estimate) -> Any:
    monthly = estimate.monthly
    if monthly is None:
        return _without_amount(estimate)
    if estimate.is_complete:
        return _plain(monthly)
    reason = next(
        (part.reason for part in estimate.unpriced if part.missing is Missing.UNPRICED), "a part has no price"
    )
    return {size: Bounded(getattr(monthly, size), None, reason) for size in _SIZES}


def _without_amount(estimate: Estimate) -> Unknown | None:
    if estimate.state is EstimateState.NONE:
        return None
    reasons = [part.reason for part in estimate.unpriced]
    return Unknown(reasons[0] if reasons else "it has no price")


def _delta(cost: CostChange) -> Any:
    if cost.delta is not None:
        return _plain(cost.delta)
    if cost.delta_at_least is None and cost.delta_at_most is None:
        return Unknown("a part of it has no price")
    return dict.fromkeys(_SIZES, Bounded(cost.delta_at_least, cost.delta_at_most))


def _plain(amount: MoneyRange) -> dict[str, Decimal]:
    return {"low": amount.low, "expected": amount.expected, "high": amount.high}


def _total(amount: MoneyRange, complete: bool) -> dict[str, Decimal | Bounded]:
    """A total: plain when everything in it has a price, else what it is at least."""
    if complete:
        return dict(_plain(amount))
    return {size: Bounded(getattr(amount, size), None, "not everything in it has a price") for size in _SIZES}


def _percent(delta: Decimal | Bounded, before: Decimal, before_complete: bool) -> Any:
    """The change in percent of what was there before; absent when that is known to be nothing.

    With more before than is priced, the true percentage lies between zero and the one worked out. What changes nothing changes
    nothing in percent, whatever was there.
    """
    if before <= 0 and before_complete:
        return None
    if delta == 0:
        return ZERO
    if before <= 0:
        return Unknown("what was there before has no price")
    if isinstance(delta, Decimal):
        percent = delta / before * 100
        return (
            percent if before_complete else Bounded(min(percent, ZERO), max(percent, ZERO), "of a base without a price")
        )
    if not before_complete:
        return Unknown(delta.reason)
    lower = delta.lower / before * 100 if delta.lower is not None else None
    upper = delta.upper / before * 100 if delta.upper is not None else None
    return Bounded(lower, upper, delta.reason)
