"""Goals for emissions beside the budgets of money: which scopes emit more than they may, and more than before the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.governance.budgets import Budget
from spendgate.model.carbon import kilograms
from spendgate.model.resource import Action
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.sums.allocation import Allocation


def carbon_goals(assessed: Iterable[Assessed], budgets: Sequence[Budget]) -> Mapping[str, Any]:
    """`carbon_goals_missed`: a sentence for each budget with `carbon_kg` that emits more after the change, and more than it may.

    Unknown when a budget may miss its goal by a part whose emissions are not known; empty without goals.
    """
    goals = [budget for budget in budgets if budget.carbon_kg is not None]
    if not goals:
        return {"carbon_goals_missed": ()}
    sums = {budget.name: _Sum() for budget in budgets}
    allocation = Allocation(budgets)
    for item in assessed:
        if item.change.action is Action.READ or "data" in item.change.flags:
            continue
        for name in allocation.names(item):
            if name in sums:
                sums[name].add(item)
    said = [(budget, sums[budget.name].verdict(budget.carbon_kg or Decimal(0))) for budget in goals]
    missed = tuple(
        f"{budget.name} emits {verdict.normalize():f} kg a month of {budget.carbon_kg:f}"
        for budget, verdict in said
        if isinstance(verdict, Decimal)
    )
    gap = next((verdict for _, verdict in said if isinstance(verdict, Unknown)), None)
    return {"carbon_goals_missed": gap if gap is not None and not missed else missed}


class _Sum:
    """Kilograms a month of one scope, before and after."""

    def __init__(self) -> None:
        self.before = self.after = Decimal(0)
        self.gap: Unknown | None = None

    def add(self, item: Assessed) -> None:
        """Count one resource in."""
        after, before = kilograms(item.carbon), kilograms(item.carbon_before)
        gap = next((each for each in (after, before) if isinstance(each, Unknown)), None)
        if gap is not None or isinstance(after, Unknown) or isinstance(before, Unknown):
            self.gap = gap if self.gap is None else self.gap
            return
        self.after += after
        self.before += before

    def verdict(self, goal: Decimal) -> Decimal | Unknown | None:
        """What it emits when that is too much and more than before; unknown while a part of it is; None when all is well."""
        if self.after > goal and self.after > self.before:
            return self.after.quantize(Decimal("0.1"))
        return self.gap
