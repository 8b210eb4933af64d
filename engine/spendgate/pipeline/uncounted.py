"""Resources of which it is not known how many there will be: judged as one, priced from none on."""

from __future__ import annotations

from spendgate.model.cost import Estimate, EstimateState, Unpriced
from spendgate.model.facets import Facets
from spendgate.model.frozen import replace
from spendgate.model.money import NOTHING, UNBOUNDED, ZERO, MoneyRange
from spendgate.model.values import Unknown

UNCOUNTED = "index-unknown"
"""The flag of such a change."""


def from_none_on(estimate: Estimate, reason: str) -> Estimate:
    """The cost of any number of a resource, given that of one: at least nothing, with what one costs as the reason.

    An estimate without an amount stays as it is: many times unknown, free or by use is the same.
    """
    one = estimate.monthly
    if one is None or one == NOTHING or estimate.state is EstimateState.NONE:
        return estimate
    each = f"{one.expected:,.2f} {one.currency} a month"
    part = Unpriced("number of instances", f"how many there will be is not known ({reason}); one costs {each}")
    return Estimate(
        EstimateState.PARTIAL,
        MoneyRange(ZERO, ZERO, UNBOUNDED, one.currency),
        unpriced=(part, *estimate.unpriced),
        hours_per_month=estimate.hours_per_month,
    )


def any_number(facets: Facets, reason: str) -> Facets:
    """The facets of any number of a resource, given those of one: capacity from 0, accelerators unknown unless there are none."""
    unknown = Unknown(f"how many there will be is not known ({reason})")
    capacity = replace(facets.capacity, min=0, desired=unknown, max=unknown) if facets.capacity is not None else None
    count = facets.accel.count
    none = not isinstance(count, Unknown) and count == 0
    accel = facets.accel if none else replace(facets.accel, max_total=unknown)
    return replace(facets, capacity=capacity, accel=accel)
