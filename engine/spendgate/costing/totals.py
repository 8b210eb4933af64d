"""Totals of a run: sums of what is priced, with everything that is not counted beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest
from math import ceil

from spendgate.model.cost import CostChange, Estimate, EstimateState, Missing, Unpriced
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen
from spendgate.model.money import NOTHING, ZERO, MoneyRange
from spendgate.model.values import Bounded, Unknown

_TOP = 3
_NOT_BILLABLE = frozenset({EstimateState.FREE, EstimateState.NONE})


class UnpricedPart(Frozen):
    """A part of a resource without an amount, with the resource's address."""

    address: str
    part: Unpriced


class Totals(Frozen):
    """What the run costs before and after, as far as it is priced, and how far that is.

    `delta` sums the deltas that are known. When some are not, `delta_at_least` and `delta_at_most` bound the whole, where
    they can. `coverage` is the share of billable resources whose fixed parts all have a price, `None` without any.
    `unpriced_share` is the share of *changed* billable resources with a part that has no price. Those of which it is not even
    known what they are (a machine type known only after apply, or in no catalogue) make it a range: they may yet have one.
    """

    before: MoneyRange
    after: MoneyRange
    delta: MoneyRange
    complete: bool
    delta_at_least: Decimal | None
    delta_at_most: Decimal | None
    coverage: Decimal | None
    billable: int
    priced: int
    needs_usage: int
    states: Mapping[EstimateState, int]
    unpriced: tuple[UnpricedPart, ...]
    unpriced_share: Decimal | Bounded
    unpriced_accelerators: int | Unknown
    top: tuple[tuple[str, Decimal], ...]
    why_unpriced: str = ""
    """Why parts have no price, where it is one reason for all of them."""
    before_complete: bool = True
    after_complete: bool = True
    """Whether every resource of that side has a price for all that its configuration fixes."""

    @property
    def expected_delta(self) -> Decimal | Bounded:
        """The expected delta as policies see it: a number, or bounds when a part of the change has no price."""
        if self.complete:
            return self.delta.expected
        why = f": {self.why_unpriced}" if self.why_unpriced else ""
        return Bounded(self.delta_at_least, self.delta_at_most, f"a part of the change has no price{why}")


@dataclass(slots=True)
class TotalsBuilder:
    """Adds change after change; keeps sums and what is unpriced, nothing else."""

    before: MoneyRange = NOTHING
    after: MoneyRange = NOTHING
    delta: MoneyRange = NOTHING
    states: Counter[EstimateState] = field(default_factory=Counter)
    unpriced: list[UnpricedPart] = field(default_factory=list)
    needs_usage: int = 0
    _complete: bool = True
    _before_complete: bool = True
    _after_complete: bool = True
    _at_least: Decimal | None = ZERO
    _at_most: Decimal | None = ZERO
    _changed: int = 0
    _changed_unpriced: int = 0
    _changed_unsure: int = 0
    _accelerators: int = 0
    _accelerators_unknown: str | None = None
    _drivers: list[tuple[str, Decimal]] = field(default_factory=list)

    def add(self, address: str, cost: CostChange, facets: Facets, *, changed: bool) -> None:
        """Count one resource in. `changed`: the run changes it (a no-op whose cost moves counts as changed too)."""
        side = cost.after if cost.after.state is not EstimateState.NONE else cost.before
        self.states[side.state] += 1
        self._before_complete = self._before_complete and cost.before.is_complete
        self._after_complete = self._after_complete and cost.after.is_complete
        self.before = _with(self.before, cost.before.monthly)
        self.after = _with(self.after, cost.after.monthly)
        if side.unpriced:
            self.unpriced += [UnpricedPart(address, part) for part in side.unpriced]
            self.needs_usage += any(part.missing is Missing.NEEDS_USAGE for part in side.unpriced)
        if changed and side.state not in _NOT_BILLABLE:
            self._changed += 1
            if not side.is_complete:
                self._count_unpriced(side, facets)
        self._add_delta(address, cost)

    def _count_unpriced(self, side: Estimate, facets: Facets) -> None:
        count = facets.accel.count
        lacking = [part for part in side.unpriced if part.missing is Missing.UNPRICED]
        unsure = side.state is not EstimateState.UNSUPPORTED and not any(part.identity for part in lacking)
        if unsure or isinstance(count, Unknown):
            self._changed_unsure += 1
        else:
            self._changed_unpriced += 1
        if isinstance(count, Unknown):
            self._accelerators_unknown = self._accelerators_unknown or count.reason
        elif count:
            # NOTE: all machines or pods together; where nothing bounds their number, at least those of one.
            most = facets.accel.max_total
            self._accelerators += ceil(most if isinstance(most, (int, Decimal)) else count)

    def _add_delta(self, address: str, cost: CostChange) -> None:
        if cost.delta is NOTHING:
            return
        if cost.delta is not None:
            self.delta += cost.delta
            if cost.delta.expected:
                self._drivers.append((address, cost.delta.expected))
            known = cost.delta.expected
            self._at_least = None if self._at_least is None else self._at_least + known
            self._at_most = None if self._at_most is None else self._at_most + known
        elif not (cost.before.is_complete and cost.after.is_complete):
            self._complete = False
            self._at_least = _plus(self._at_least, cost.delta_at_least)
            self._at_most = _plus(self._at_most, cost.delta_at_most)

    def _why_unpriced(self) -> str:
        reasons = {each.part.reason for each in self.unpriced if each.part.missing is Missing.UNPRICED}
        return reasons.pop() if len(reasons) == 1 else ""

    def _share(self, why: str) -> Decimal | Bounded:
        surely = Decimal(self._changed_unpriced) / self._changed
        if not self._changed_unsure:
            return surely
        most = Decimal(self._changed_unpriced + self._changed_unsure) / self._changed
        return Bounded(surely, most, why or "what some of it will be is not known")

    def totals(self) -> Totals:
        """The totals so far."""
        billable = sum(count for state, count in self.states.items() if state not in _NOT_BILLABLE)
        priced = self.states[EstimateState.PRICED]
        changed = self._changed
        unknown = self._accelerators_unknown
        why = self._why_unpriced()
        return Totals(
            before=self.before,
            after=self.after,
            delta=self.delta,
            complete=self._complete,
            delta_at_least=self._at_least,
            delta_at_most=self._at_most,
            coverage=Decimal(priced) / Decimal(billable) if billable else None,
            billable=billable,
            priced=priced,
            needs_usage=self.needs_usage,
            states=dict(self.states),
            unpriced=tuple(self.unpriced),
            unpriced_share=self._share(why) if changed else ZERO,
            unpriced_accelerators=self._accelerators if self._accelerators or unknown is None else Unknown(unknown),
            top=tuple(nlargest(_TOP, self._drivers, key=lambda driver: abs(driver[1]))),
            why_unpriced=why,
            before_complete=self._before_complete,
            after_complete=self._after_complete,
        )


def _with(total: MoneyRange, amount: MoneyRange | None) -> MoneyRange:
    # NOTE: most resources of a large run are free: no new sum is made for those.
    return total if amount is None or amount is NOTHING else total + amount


def _plus(total: Decimal | None, bound: Decimal | None) -> Decimal | None:
    return None if total is None or bound is None else total + bound
