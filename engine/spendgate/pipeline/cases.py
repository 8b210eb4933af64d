"""From assessed changes to what policies see: resource cases, groups, the whole change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from spendgate.costing.totals import Totals, TotalsBuilder
from spendgate.costing.view import change_roots, cost_roots
from spendgate.costing.work import work_of
from spendgate.facets.lifetime import lifetime
from spendgate.facets.observed import seen
from spendgate.governance.budgets import Budget
from spendgate.model.case import PlainCase, ResourceCase
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.model.resource import Action, Problem, Workload
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.carbon import carbon_roots
from spendgate.pipeline.pricing import Pricing
from spendgate.pipeline.stored import stored_roots
from spendgate.pipeline.sums.busy import LikeUse
from spendgate.pipeline.sums.carbon_goals import carbon_goals
from spendgate.pipeline.sums.groups import Groups, Use
from spendgate.pipeline.sums.kept import kept
from spendgate.pipeline.what_if import Ask
from spendgate.ports import Docket, Measured
from spendgate.wire import v1

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
    words = {**kept(run.assessed), **carbon_goals(run.assessed, budgets)}
    change = change_case(run, words, sum(item.touched for item in run.assessed))
    groups = Groups(policies, budgets)
    use = use_in(run, now)
    for item in run.assessed:
        groups.add(item, use)
    return Docket(
        resources=resource_cases(run, change.values, now, everything=everything),
        now=now,
        change=change,
        groups=groups.cases(now.date(), beside=in_currency(run)),
    )


def resource_cases(run: Run, change: Mapping[str, Any], now: datetime, *, everything: bool) -> tuple[ResourceCase, ...]:
    """What is to be judged one by one; `change` are the roots of the whole run beside each."""
    use = use_in(run, now)
    like = LikeUse(run.assessed, use) if use is not None else None
    found = (_case(item, change, now, everything=everything, run=run, like=like) for item in run.assessed)
    return tuple(case for case in found if case is not None)


def change_case(run: Run, words: Mapping[str, Any], touched: int) -> PlainCase:
    """The whole change: its totals, what it holds (`Keeper.words`), how many resources it touches."""
    deferred = tuple(change.address for workload in run.workloads for change in workload.deferred)
    roots = change_roots(
        run.totals,
        count=touched,
        complete=all(workload.complete for workload in run.workloads),
        errored=any(workload.errored for workload in run.workloads),
        deferred=deferred,
    )
    return PlainCase("", {"change": {**roots, **words}, **in_currency(run)})


def in_currency(run: Run) -> Mapping[str, str]:
    """The root that says which currency amounts are in, for messages; none in a run in US dollars."""
    return {"currency": run.currency} if run.currency != "USD" else {}


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
    like: LikeUse | None,
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
    derived = {
        "cost": cost_roots(item.cost, _running_hours(item.facets)),
        **(item.stated or {}),
        **change,
        **in_currency(run),
    }
    if work := work_of(item.facets, derived["cost"]["hourly"]):
        derived["work"] = work
    if item.carbon is not None:
        derived["carbon"] = carbon_roots(item.carbon)
    if life := lifetime(item.facets.tags, now.date(), new=new):
        derived["life"] = life
    if util := use_of(item, now, run.measured):
        changes = item.touched and judged.action is not Action.EXISTS
        derived["util"] = {**util, **like.words(item)} if like is not None and changes else util
        derived.update(
            stored_roots(item.facets, item.cost.after, util, run.prices.source if run.prices is not None else None)
        )
    return ResourceCase(
        judged.address, judged, item.facets, item.workload.source, derived, item.workload.origin, run.ask, item
    )


def use_in(run: Run, now: datetime) -> Use | None:
    """What tells the use of a run's resources, where a source of it is named."""
    measured = run.measured
    return (lambda item: use_of(item, now, measured)) if measured is not None else None


def use_of(item: Assessed, now: datetime, measured: Measured | None) -> Mapping[str, Any]:
    """What was seen and what was measured of a resource."""
    observed = item.change.resource.observed
    found = dict(seen(observed, now)) if observed is not None else {}
    if measured is not None:
        found.update(measured.of(item.change.resource, item.facets, now))
    return found
