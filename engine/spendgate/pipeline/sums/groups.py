"""Groups of resources, added up one resource at a time, so that a stream has them as a whole run does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from spendgate.costing.totals import TotalsBuilder
from spendgate.costing.view import change_roots
from spendgate.governance.budgets import Budget
from spendgate.model.case import Keys, PlainCase, look_up, split_path
from spendgate.model.policy import Policy
from spendgate.model.resource import Action
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.sums.allocation import Allocation, case_of
from spendgate.pipeline.sums.busy import Busy
from spendgate.pipeline.sums.kept import Keeper

BUDGET = "budget.name"
"""The path that makes a group of each budget of `budgets.yaml`."""
UNTAGGED = "(none)"
UNKNOWN = "(unknown)"
Use: TypeAlias = Callable[[Assessed], Mapping[str, Any]]
"""What was measured of a resource."""
_NEVER_JUDGED = frozenset({Action.READ})


@dataclass(slots=True)
class _Group:
    """The sums over one group."""

    totals: TotalsBuilder = field(default_factory=TotalsBuilder)
    keeper: Keeper = field(default_factory=Keeper)
    busy: Busy = field(default_factory=Busy)
    size: int = 0
    touched: int = 0
    accelerators: Any = 0

    def add(self, item: Assessed, util: Mapping[str, Any] | None) -> None:
        self.size += 1
        self.touched += item.touched
        self.totals.add(item.change.address, item.cost, item.facets, changed=item.touched)
        self.keeper.add(item)
        if util is not None:
            self.busy.add(item, util)
        if item.change.after is not None and not isinstance(self.accelerators, Unknown):
            self.accelerators = _plus(self.accelerators, item.facets.accel.max_total)

    def values(self, path: str, name: str) -> Mapping[str, Any]:
        """The root `group`."""
        roots = change_roots(
            self.totals.totals(), count=self.touched, complete=True, errored=False, deferred=()
        )  # fmt: skip
        return {
            "by": path,
            "value": name,
            "size": self.size,
            "accelerators": self.accelerators,
            "util": self.busy.words(),
            **roots,
            **self.keeper.words(),
        }


def _plus(counted: Any, most: Any) -> Any:
    """Accelerators of a group at their maximum; `None` when one of its members has no bound, unknown when one is not known."""
    if isinstance(most, Unknown):
        return most
    return None if counted is None or most is None else counted + most


class Groups:
    """The groups that policies ask for, by the value at a path, or by the budget that a resource falls under.

    What has no value belongs to a group of that name, and so does what has one that is not known. `most` bounds how many groups of
    a path there may be: a path with more is left out and named in `too_many`. `parts` bounds the parts without a price that are
    kept of each group.
    """

    def __init__(
        self, policies: Iterable[Policy], budgets: Sequence[Budget] = (), *, most: int | None = None, parts: int | None = None
    ) -> None:  # fmt: skip
        paths = sorted({policy.group_by for policy in policies if policy.scope == "group" and policy.group_by})
        self._keys: Mapping[str, Keys] = {path: split_path(path) for path in paths}
        self._budgets = budgets
        self._allocation = Allocation(budgets)
        self._found: dict[str, dict[str, _Group]] = {path: {} for path in paths}
        if BUDGET in self._found:
            self._found[BUDGET] = {budget.name: _Group() for budget in budgets}
        self._most = most
        self._parts = parts
        self.too_many: set[str] = set()

    def add(self, item: Assessed, use: Use | None = None) -> None:
        """Count a resource into its group of each path; `use` tells its measured use, where a source of it is named."""
        if not self._found or item.change.action in _NEVER_JUDGED or "data" in item.change.flags:
            return
        util = use(item) if use is not None else None
        for path, found in self._found.items():
            for name in self._names(path, item):
                group = found.setdefault(name, _Group())
                group.add(item, util)
                if self._parts is not None:
                    del group.totals.unpriced[self._parts :]
            if self._most is not None and len(found) > self._most:
                self.too_many.add(path)
        for path in self.too_many & self._found.keys():
            del self._found[path]

    def _names(self, path: str, item: Assessed) -> Sequence[str]:
        if path == BUDGET:
            return self._allocation.names(item)
        value = look_up(case_of(item), self._keys[path])
        return [UNKNOWN if isinstance(value, Unknown) else (str(value) if value else UNTAGGED)]

    def cases(self, today: date, *, beside: Mapping[str, Any] | None = None) -> Mapping[str, Mapping[str, PlainCase]]:
        """The groups by path and value with the roots `beside` each; those of a budget have the root `budget` too."""
        more = beside or {}
        return {
            path: self._budgeted(found, today, more) if path == BUDGET else _cases(path, found, more)
            for path, found in self._found.items()
        }

    def _budgeted(self, found: Mapping[str, _Group], today: date, more: Mapping[str, Any]) -> Mapping[str, PlainCase]:
        cases = {}
        for budget in self._budgets:
            group = found[budget.name].values(BUDGET, budget.name)
            facts = budget.facts(group["before_monthly"]["expected"], group["delta_monthly"]["expected"], today)
            cases[budget.name] = PlainCase("", {"group": group, "budget": facts, **more})
        return cases


def _cases(path: str, found: Mapping[str, _Group], more: Mapping[str, Any]) -> Mapping[str, PlainCase]:
    return {name: PlainCase("", {"group": found[name].values(path, name), **more}) for name in sorted(found)}
