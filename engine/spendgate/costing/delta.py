"""The difference that a change makes, and only as much of it as can be told."""

from __future__ import annotations

from collections import Counter

from spendgate.model.cost import CostChange, Estimate, EstimateState, Missing, Unpriced
from spendgate.model.money import NOTHING, MoneyRange


def cost_change(before: Estimate, after: Estimate) -> CostChange:
    """Both estimates and their delta.

    A part without a price cancels out only when it is the very same part on both sides. One that is left over makes the
    delta unknown: a missing price on one side is not a saving on the other. Parts that need usage are left out of the
    delta; a side that holds nothing else contributes nothing, and two such sides have no delta.
    """
    if before is after:
        return CostChange(before, after, NOTHING)
    left_before, left_after = _left_over(before, after)
    known = _known(after) - _known(before)
    if left_before and left_after:
        return CostChange(before, after, None)
    if left_after:
        return CostChange(before, after, None, delta_at_least=known.expected)
    if left_before:
        return CostChange(before, after, None, delta_at_most=known.expected)
    if _only_needs_usage(before, after):
        return CostChange(before, after, None)
    return CostChange(before, after, known)


def _known(estimate: Estimate) -> MoneyRange:
    return estimate.monthly if estimate.monthly is not None else NOTHING


def _left_over(before: Estimate, after: Estimate) -> tuple[bool, bool]:
    """Whether parts without a price remain on each side once equal ones are taken away."""
    mine, theirs = _unpriced(before), _unpriced(after)
    if not mine and not theirs:
        return False, False
    counted_before = Counter(part.identity for part in mine if part.identity)
    counted_after = Counter(part.identity for part in theirs if part.identity)
    never = any(not part.identity for part in mine), any(not part.identity for part in theirs)
    return (
        never[0] or bool(counted_before - counted_after),
        never[1] or bool(counted_after - counted_before),
    )


def _unpriced(estimate: Estimate) -> list[Unpriced]:
    return [part for part in estimate.unpriced if part.missing is Missing.UNPRICED]


def _only_needs_usage(before: Estimate, after: Estimate) -> bool:
    """Whether use alone decides: one side needs usage and the other has no amount either."""
    states = {before.state, after.state}
    return EstimateState.NEEDS_USAGE in states and states <= {
        EstimateState.NEEDS_USAGE,
        EstimateState.NONE,
        EstimateState.FREE,
    }
