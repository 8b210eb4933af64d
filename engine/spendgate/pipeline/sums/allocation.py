"""Which budgets of `budgets.yaml` a resource falls under."""

from __future__ import annotations

from collections.abc import Sequence

from spendgate.governance.budgets import UNALLOCATED, Budget
from spendgate.model.case import ResourceCase, look_up, split_path
from spendgate.pipeline.assess import Assessed


class Allocation:
    """The budgets of a run with their scopes made ready, so that each resource is looked up in all of them quickly."""

    def __init__(self, budgets: Sequence[Budget]) -> None:
        self._scopes = [(one.name, [(split_path(path), value) for path, value in one.scope.items()]) for one in budgets]

    def names(self, item: Assessed) -> Sequence[str]:
        """The budgets whose scope fits in whole; the one for what is in no other, where none does."""
        case = case_of(item)
        fitting = [
            name
            for name, scope in self._scopes
            if scope and all(look_up(case, keys) == wanted for keys, wanted in scope)
        ]
        return fitting or [UNALLOCATED]


def case_of(item: Assessed) -> ResourceCase:
    """A resource as paths of scopes and groups see it: with its facets, without money and use."""
    return ResourceCase(item.change.address, item.change, item.facets, item.workload.source, {})
