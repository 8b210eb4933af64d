"""A resource priced again with a fix applied: the same estimator over changed facets, and which lines of the cost it makes smaller.

Only what facets say can be changed this way: hours, capacity, spot, machine types, kinds of disks. A fix that use decides (hours
that a usage file states) is not re-priced, and says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from spendgate.costing.delta import cost_change
from spendgate.model.alternative import COMMITTED, Terms
from spendgate.model.cost import Basis, Estimate, EstimateState, LineItem
from spendgate.model.facets import Capacity, Disk, Facets, Pool, Purchase, Schedule
from spendgate.model.frozen import replace
from spendgate.model.money import ZERO, MoneyRange
from spendgate.model.values import Unknown

_SIZES = ("low", "expected", "high")
_NOT_RUNNING = frozenset({EstimateState.NONE, EstimateState.UNSUPPORTED})


def under(terms: Terms, facets: Facets) -> Facets | Unknown:
    """The facets with a fix applied, or why it cannot be applied to them."""
    if terms.hours_per_week is not None:
        schedule = Schedule(min(terms.hours_per_week, _present_hours(facets)), kind="what if", proven=True)
        facets = replace(facets, schedule=schedule)
    if terms.spot_share is not None:
        share = min(max(terms.spot_share, ZERO), Decimal(1))
        pools = tuple(_on_spot(pool, share) for pool in facets.pools)
        facets = replace(facets, pools=pools, purchase=_bought(facets.purchase, share))
    if any(size is not None for size in (terms.minimum, terms.desired, terms.maximum)):
        if len(facets.pools) != 1:
            return Unknown(f"it has {len(facets.pools)} pools, and the fix says how many machines one would have")
        capacity = _sized(facets.pools[0].capacity, terms)
        facets = replace(facets, pools=(replace(facets.pools[0], capacity=capacity),), capacity=capacity)
    if terms.disks:
        kinds = dict(terms.disks)
        pools = tuple(replace(pool, disks=_exchanged(pool.disks, kinds)) for pool in facets.pools)
        facets = replace(facets, pools=pools, disks=_exchanged(facets.disks, kinds))
    return facets


def _present_hours(facets: Facets) -> Decimal:
    """The hours that are proven now: a fix never makes something run longer."""
    hours = facets.schedule.hours_per_week
    return hours if isinstance(hours, Decimal) and facets.schedule.proven else Decimal(168)


def _bought(purchase: Purchase, share: Decimal) -> Purchase:
    return replace(purchase, model="spot" if share == 1 else purchase.model, spot_share=share)


def _on_spot(pool: Pool, share: Decimal) -> Pool:
    details = {name: value for name, value in pool.details.items() if name != "on_demand"}
    return replace(pool, purchase=_bought(pool.purchase, share), details=details)


def _sized(capacity: Capacity, terms: Terms) -> Capacity:
    """The capacity with other sizes, kept in order: none of them grows."""
    least = _whole(terms.minimum, capacity.min, ROUND_CEILING)
    desired = _whole(terms.desired, capacity.desired, ROUND_CEILING)
    most = _whole(terms.maximum, capacity.max, ROUND_FLOOR)
    if isinstance(most, int) and isinstance(desired, int):
        desired = min(desired, most)
    if isinstance(least, int) and isinstance(desired, int):
        least = min(least, desired)
    return Capacity(least, desired, most)


def _whole(wanted: Decimal | None, present: Any, rounding: str) -> Any:
    if wanted is None:
        return present
    number = max(int(wanted.to_integral_value(rounding)), 0)
    return min(number, present) if isinstance(present, int) else number


def _exchanged(disks: Sequence[Disk] | Unknown, kinds: Mapping[str, str]) -> Any:
    if isinstance(disks, Unknown):
        return disks
    return tuple(
        replace(disk, kind=kinds[disk.kind]) if isinstance(disk.kind, str) and disk.kind in kinds else disk
        for disk in disks
    )


def outcome(before: Estimate, after: Estimate, rework: Decimal = ZERO) -> Mapping[str, Any] | Unknown:
    """What a fix saves: `monthly` and `saving_monthly` by size, and the `lines` of `before` with what each saves.

    Unknown, never nothing, where a price is missing on one side, where the price after it is only assumed, or where a commitment
    is paid whatever happens.
    """
    if before.state in _NOT_RUNNING or before.monthly is None:
        return Unknown(_first_reason(before) or "it has no price")
    if any(item.rate.commitment for item in before.items):
        return Unknown(COMMITTED)
    if not before.items:
        return Unknown(_first_reason(before) or "it has no price of its own")
    guessed = {_role(item) for item in before.items if item.rate.basis is Basis.ASSUMED}
    for item in after.items:
        # NOTE: a disk at the price of another region is a guess as it is in any estimate; a machine at one would be all of the saving.
        if item.rate.basis is Basis.ASSUMED and item.stops and item.quantity.expected and _role(item) not in guessed:
            return Unknown(item.rate.note or f"the price of {item.name} is assumed")
    if rework:
        after = _again(after, rework)
    change = cost_change(before, after)
    if change.delta is None or after.monthly is None:
        return Unknown(_first_reason(after) or "a part of it has no price")
    # NOTE: a delta has its sizes in order of amount, so the largest saving stands at its low end.
    saved = {"low": -change.delta.high, "expected": -change.delta.expected, "high": -change.delta.low}
    monthly = {size: getattr(after.monthly, size) for size in _SIZES}
    return {"monthly": monthly, "saving_monthly": saved, "lines": attributed(before, after)}


def _again(estimate: Estimate, rework: Decimal) -> Estimate:
    """The estimate when a share of the running hours is run twice."""
    extra = MoneyRange(ZERO, ZERO, ZERO, estimate.monthly.currency if estimate.monthly else "USD")
    items = []
    for item in estimate.items:
        if item.stops:
            more = _share(item.monthly, rework)
            item, extra = replace(item, monthly=item.monthly + more), extra + more
        items.append(item)
    return replace(estimate, items=tuple(items), monthly=estimate.monthly + extra if estimate.monthly else None)


def _share(amount: MoneyRange, share: Decimal) -> MoneyRange:
    return MoneyRange(amount.low * share, amount.expected * share, amount.high * share, amount.currency)


def _first_reason(estimate: Estimate) -> str:
    return next((part.reason for part in estimate.unpriced), "")


def _role(item: LineItem) -> str:
    """What a line is for, whatever machine or disk it names: `Machine` of `Machine (spot, g5.xlarge)`."""
    return item.name.removesuffix(", added").partition(" (")[0]


def attributed(before: Estimate, after: Estimate) -> tuple[Mapping[str, Any], ...]:
    """The lines of `before` that save, each with its cost and its part of the whole saving; none when nothing is saved.

    A line that the fix adds (a licence) takes its cost from what the others save, in proportion.
    """
    had: dict[str, Decimal] = defaultdict(lambda: ZERO)
    left: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for estimate, sums in ((before, had), (after, left)):
        for item in estimate.items:
            sums[_role(item)] += item.monthly.expected
    less = {role: max(amount - left[role], ZERO) for role, amount in had.items()}
    whole = sum(less.values(), ZERO)
    net = sum(had.values(), ZERO) - sum(left.values(), ZERO)
    if whole <= 0 or net <= 0:
        return ()
    lines = []
    for item in before.items:
        role, cost = _role(item), item.monthly.expected
        if cost > 0 and less[role] > 0:
            saving = less[role] * cost / had[role] * net / whole
            lines.append({"line": item.name, "monthly": cost, "saving": min(saving, cost)})
    return tuple(lines)
