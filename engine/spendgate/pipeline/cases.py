"""From assessed changes to what policies see: resource cases, groups, the whole change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from spendgate.costing.totals import Totals, TotalsBuilder
from spendgate.costing.view import change_roots, cost_roots
from spendgate.costing.work import work_of
from spendgate.facets.lifetime import lifetime
from spendgate.facets.observed import seen
from spendgate.governance.budgets import UNALLOCATED, Budget
from spendgate.model.case import PlainCase, ResourceCase, look_up, split_path
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.model.resource import Action, Problem, Workload
from spendgate.model.values import Unknown, Whole
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.carbon import carbon_roots
from spendgate.pipeline.carbon_goals import carbon_goals
from spendgate.pipeline.kept import kept
from spendgate.pipeline.pricing import Pricing
from spendgate.pipeline.stored import stored_roots
from spendgate.pipeline.what_if import Ask
from spendgate.ports import Docket, Measured
from spendgate.wire import v1

BUDGET = "budget.name"
"""The path that makes a group of each budget of `budgets.yaml`."""
UNTAGGED = "(none)"
UNKNOWN = "(unknown)"
_NEVER_JUDGED = frozenset({Action.READ})


class Run(Frozen):
    """Everything that was read and worked out, before it is judged."""

    workloads: tuple[Workload, ...]
    assessed: tuple[Assessed, ...]
    totals: Totals
    currency: str = "USD"
    problems: tuple[Problem, ...] = ()
    """What pricing has to say beside what the inputs say of themselves."""
    units: tuple[v1.UnitCost, ...] = ()
    measured: Measured | None = None
    """The use that metrics tell of, by resource."""
    nodes: v1.Nodes | None = None
    """The nodes that workloads need, where that can be told."""
    ask: Ask | None = None
    """What answers what a resource would cost if it were another."""
    prices: Pricing | None = None
    """The prices and the catalogue that it was priced with."""


def total(assessed: Iterable[Assessed]) -> Totals:
    """The totals over changes."""
    builder = TotalsBuilder()
    for item in assessed:
        builder.add(item.change.address, item.cost, item.facets, changed=item.touched)
    return builder.totals()


def docket(
    run: Run, policies: Sequence[Policy], now: datetime, *, everything: bool, budgets: Sequence[Budget] = ()
) -> Docket:
    """What is to be judged. `everything` judges what stays as it is too (as `exists`), not only what changes."""
    change = _change_case(run, budgets)
    resources = tuple(
        case
        for item in run.assessed
        if (case := _case(item, change.values, now, everything=everything, run=run)) is not None
    )
    by_path = sorted({policy.group_by for policy in policies if policy.scope == "group" and policy.group_by})
    groups = {path: _budgeted(budgets, run, now.date()) if path == BUDGET else _groups(path, run) for path in by_path}
    return Docket(resources=resources, now=now, change=change, groups=groups)


def _change_case(run: Run, budgets: Sequence[Budget]) -> PlainCase:
    deferred = tuple(change.address for workload in run.workloads for change in workload.deferred)
    roots = change_roots(
        run.totals,
        count=sum(item.touched for item in run.assessed),
        complete=all(workload.complete for workload in run.workloads),
        errored=any(workload.errored for workload in run.workloads),
        deferred=deferred,
    )
    words = {**kept(run.assessed), **carbon_goals(run.assessed, budgets)}
    return PlainCase("", {"change": {**roots, **words}})


def _running_hours(facets: Facets) -> Decimal | None:
    """The hours of a month in which a job that ends runs, as its deadline says; None for what runs on."""
    hours = {pool.details.get("hours_expected") for pool in facets.pools}
    only = hours.pop() if len(hours) == 1 else None
    return only if isinstance(only, Decimal) and only > 0 else None


def _case(
    item: Assessed,
    change: Mapping[str, Any],
    now: datetime,
    *,
    everything: bool,
    run: Run,
) -> ResourceCase | None:
    judged = item.change
    if judged.action in _NEVER_JUDGED or "data" in judged.flags:
        return None
    if judged.action is Action.NO_OP:
        if not (item.touched or everything):
            return None
        # NOTE: unchanged by itself: its cost moves through something else, or all that exists is asked for.
        judged = replace(judged, action=Action.UPDATE if item.touched else Action.EXISTS)
    new = judged.action in (Action.CREATE, Action.DECLARE)
    derived = {"cost": cost_roots(item.cost, _running_hours(item.facets)), **(item.stated or {}), **change}
    if work := work_of(item.facets, derived["cost"]["hourly"]):
        derived["work"] = work
    if item.carbon is not None:
        derived["carbon"] = carbon_roots(item.carbon)
    if life := lifetime(item.facets.tags, now.date(), new=new):
        derived["life"] = life
    if util := use_of(item, now, run.measured):
        derived["util"] = util
        derived.update(
            stored_roots(item.facets, item.cost.after, util, run.prices.source if run.prices is not None else None)
        )
    return ResourceCase(
        judged.address, judged, item.facets, item.workload.source, derived, item.workload.origin, run.ask, item
    )


def use_of(item: Assessed, now: datetime, measured: Measured | None) -> Mapping[str, Any]:
    """What was seen and what was measured of a resource."""
    observed = item.change.resource.observed
    found = dict(seen(observed, now)) if observed is not None else {}
    if measured is not None:
        found.update(measured.of(item.change.resource, item.facets, now))
    return found


def _groups(path: str, run: Run) -> Mapping[str, PlainCase]:
    """Groups by the value at a path, those without one under a name of their own."""
    keys = split_path(path)
    members: dict[str, list[Assessed]] = {}
    for item in run.assessed:
        if item.change.action in _NEVER_JUDGED or "data" in item.change.flags:
            continue
        case = ResourceCase(item.change.address, item.change, item.facets, item.workload.source, {})
        value = look_up(case, keys)
        name = UNKNOWN if isinstance(value, Unknown) else (str(value) if value else UNTAGGED)
        members.setdefault(name, []).append(item)
    return {name: PlainCase("", {"group": _group(path, name, members[name])}) for name in sorted(members)}


def _budgeted(budgets: Sequence[Budget], run: Run, today: date) -> Mapping[str, PlainCase]:
    """A group for each budget, with the root `budget` beside it; what fits none belongs to the one that is named so."""
    members: dict[str, list[Assessed]] = {budget.name: [] for budget in budgets}
    scopes = [(budget, [(split_path(path), wanted) for path, wanted in budget.scope.items()]) for budget in budgets]
    for item in run.assessed:
        if item.change.action in _NEVER_JUDGED or "data" in item.change.flags:
            continue
        case = ResourceCase(item.change.address, item.change, item.facets, item.workload.source, {})
        fitting = [
            budget.name
            for budget, scope in scopes
            if scope and all(look_up(case, keys) == wanted for keys, wanted in scope)
        ]
        for name in fitting or [UNALLOCATED]:
            members.setdefault(name, []).append(item)
    found = {}
    for budget in budgets:
        group = _group(BUDGET, budget.name, members[budget.name])
        facts = budget.facts(group["before_monthly"]["expected"], group["delta_monthly"]["expected"], today)
        found[budget.name] = PlainCase("", {"group": group, "budget": facts})
    return found


def _group(path: str, name: str, members: list[Assessed]) -> Mapping[str, Any]:
    totals = total(members)
    roots = change_roots(totals, count=sum(item.touched for item in members), complete=True, errored=False, deferred=())
    return {
        "by": path,
        "value": name,
        "size": len(members),
        "accelerators": _accelerators(members),
        **roots,
        **kept(members),
    }


def _accelerators(members: list[Assessed]) -> Any:
    """Accelerators of a group at their maximum; `None` when one of its members has no bound."""
    counted: Any = 0
    for item in members:
        most: Whole | Any = item.facets.accel.max_total
        if item.change.after is None:
            continue
        if isinstance(most, Unknown):
            return most
        if most is None:
            counted = None
        elif counted is not None:
            counted += most
    return counted
