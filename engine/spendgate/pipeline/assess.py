"""Understand and price every change of a workload: facets, estimates on both sides, the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from spendgate.costing.carbon import CarbonMeter
from spendgate.costing.commitments import blended
from spendgate.costing.delta import cost_change
from spendgate.costing.estimator import NO_RESOURCE, Estimator
from spendgate.costing.load import load_of
from spendgate.costing.meters import METERS, meters_for, usage_keys
from spendgate.costing.traffic import traffic_of
from spendgate.costing.usage import STATED_ALONE, UsageFile, UsageValueError
from spendgate.costing.vectors import vectors_of
from spendgate.facets import ADAPTERS
from spendgate.facets.around import with_surroundings
from spendgate.facets.callers import with_calls
from spendgate.facets.compose import compose
from spendgate.facets.observed import as_observed
from spendgate.graph import Graph
from spendgate.model.attributes import Attributes
from spendgate.model.carbon import Footprint
from spendgate.model.cost import CostChange, Estimate
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Action, Change, Resource, Workload
from spendgate.pipeline.uncounted import UNCOUNTED, any_number, from_none_on
from spendgate.ports import Catalog, FacetAdapter, FacetContext, Neighbours, PriceSource

_STILL_BILLED = frozenset({Action.FORGET, Action.MOVE, Action.IMPORT})
_UNTOUCHED = frozenset({Action.NO_OP, Action.READ})


class Surroundings(Frozen):
    """What the configuration says beside the input: spellings of tags, schedules, accounts, regions of last resort."""

    aliases: Mapping[str, str]
    schedules: Mapping[str, Decimal]
    accounts: Mapping[str, str]
    regions: Mapping[str, str]
    env: str | None = None


class Assessed(Frozen):
    """A change with what was worked out about it. `facets` are those of the side that is judged.

    `touched`: the run changes it, or moves its cost although the resource itself stays as it is.
    """

    change: Change
    facets: Facets
    cost: CostChange
    workload: Workload
    touched: bool
    accelerators_before: Any = 0
    """`accel.max_total` of the side before; 0 when there was none, None when nothing bounded it."""
    carbon_before: Footprint | None = None
    carbon: Footprint | None = None
    """Energy and emissions before and after; None for what draws no power of its own, or is not there."""
    around: Neighbours | None = None
    """The resources around it after the change, with which it was priced."""
    stated: Mapping[str, Any] | None = None
    """Roots of what people state of it: `load` and `traffic` in the usage file, `vectors` by tags."""


class _Sides(Frozen):
    """What adapters may use on either side of a workload, and the graph behind both."""

    before: FacetContext
    after: FacetContext
    graph: Graph


class _Plain:
    """Describes resources of providers that have no adapter: their type and place are all that is known."""

    provider = ""

    def describe(self, resource: Resource, context: FacetContext) -> Facets:
        """Name, environment and phase from names; no region, no tags, no pools."""
        return compose(resource, context, kind="other", name=resource.attributes.text("name"))


class Assessor:
    """Works through workloads; rates, adapters and meters are shared between them."""

    def __init__(
        self,
        prices: PriceSource,
        catalog: Catalog,
        usage: UsageFile,
        surroundings: Surroundings,
        today: date | None = None,
        *,
        blends: bool = False,
        carbon: CarbonMeter | None = None,
    ) -> None:
        """`blends`: commitments pay for a part of what exists already. `carbon`: energy and emissions are worked out too."""
        self._estimator = Estimator(prices, catalog, usage, today)
        self._catalog = catalog
        self._usage = usage
        self._surroundings = surroundings
        self._adapters: dict[str, FacetAdapter] = {}
        self._blends = blends
        self._carbon = carbon

    @property
    def estimator(self) -> Estimator:
        """What prices the resources of this run."""
        return self._estimator

    def assess(self, workload: Workload, graph: Graph, only: frozenset[str] | None = None) -> Iterator[Assessed]:
        """Every change of a workload, ordered by address, amid the neighbours that its graph tells; `only` these addresses."""
        sides = _Sides(self._context(workload, graph.before), self._context(workload, graph.after), graph)
        for change in sorted(workload.changes, key=lambda change: change.address):
            if only is None or change.address in only:
                yield self._assessed(change, workload, sides)

    def check_usage(self, workloads: tuple[Workload, ...]) -> None:
        """Refuse a usage file that speaks of what no run holds or no meter reads."""
        if not self._usage:
            return
        resources = [change.resource for workload in workloads for change in workload.changes]
        keys: dict[str, dict[str, None]] = {}
        # NOTE: defaults may hold for resources of other runs: keys of every provider are right in them.
        of_all = {name.partition(".")[0] for name in METERS.names()} if self._usage.defaults else set()
        for provider in sorted(of_all | {resource.provider for resource in resources}):
            for type_, meters in meters_for(provider).items():
                keys[type_] = dict.fromkeys(usage_keys(type_, meters))
        self._usage.check([(resource.address, resource.type) for resource in resources], keys)

    def _context(self, workload: Workload, neighbours: Neighbours) -> FacetContext:
        around = self._surroundings
        variables: Mapping[str, Any] = workload.variables
        if around.env is not None:
            variables = {**variables, "environment": around.env}
        return FacetContext(
            catalog=self._catalog,
            neighbours=neighbours,
            variables=variables,
            workspace=workload.workspace,
            aliases=around.aliases,
            schedules=around.schedules,
            accounts=around.accounts,
            regions=around.regions,
        )

    def _assessed(self, change: Change, workload: Workload, sides: _Sides) -> Assessed:
        if "data" in change.flags or change.action is Action.READ:
            # NOTE: a data source is read, not run: whoever runs it pays for it.
            facets = self._describe(change.resource, sides.after)
            return Assessed(
                change, facets, cost_change(NO_RESOURCE, NO_RESOURCE), workload, touched=False, around=sides.graph.after
            )
        trail = sides.graph.after.trail
        trail.clear()
        uncounted = (change.reason or "known only after apply") if UNCOUNTED in change.flags else None
        after, facets_after = self._side(change.after, sides.after, uncounted)
        if change.before is change.after and sides.graph.before.would_answer(trail):
            before, facets_before = after, facets_after
        else:
            before, facets_before = self._side(change.before, sides.before, uncounted)
        if self._blends:
            before, after = blended(before, after)
        cost = _cost(change, before, after)
        touched = change.action not in _UNTOUCHED or cost.before is not cost.after
        side = facets_after or facets_before
        assert side is not None, change.address
        had = facets_before.accel.max_total if facets_before is not None else 0
        power = self._footprint(change, facets_after, cost.after)
        power_before = power if before is after else self._footprint(change, facets_before, cost.before)
        return Assessed(
            change,
            side,
            cost,
            workload,
            touched,
            had,
            power_before,
            power,
            sides.graph.after,
            self._stated(change, facets_after, cost.after),
        )

    def _stated(self, change: Change, facets: Facets | None, estimate: Estimate) -> Mapping[str, Any] | None:
        """The roots `load`, `traffic` and `vectors` of what there is after the change."""
        resource = change.after
        if resource is None or facets is None:
            return None
        use = self._usage.of(resource.address, resource.type, facets, resource.provider)
        try:
            load = load_of(resource, facets, use, estimate, self._estimator)
            traffic = traffic_of(resource, facets, use, estimate, self._estimator)
        except UsageValueError as error:
            raise self._usage.placed(error, resource.address, resource.type) from None
        vectors = vectors_of(resource, facets, self._catalog)
        if not load and not traffic and not vectors:
            return None
        return {name: root for name, root in (("load", load), ("traffic", traffic), ("vectors", vectors)) if root}

    def _footprint(self, change: Change, facets: Facets | None, estimate: Estimate) -> Footprint | None:
        if self._carbon is None or facets is None:
            return None
        return self._carbon.footprint(change.resource.provider, facets, estimate)

    def _side(
        self, resource: Resource | None, context: FacetContext, uncounted: str | None
    ) -> tuple[Estimate, Facets | None]:
        if resource is None:
            return NO_RESOURCE, None
        facets = self._describe(resource, context)
        estimate = self._estimator.estimate(resource, facets, context.neighbours)
        if uncounted is not None:
            return from_none_on(estimate, uncounted), any_number(facets, uncounted)
        return estimate, facets

    def _describe(self, resource: Resource, context: FacetContext) -> Facets:
        adapter = self._adapters.get(resource.provider)
        if adapter is None:
            known = resource.provider in ADAPTERS
            adapter = ADAPTERS.get(resource.provider) if known else _Plain()
            self._adapters[resource.provider] = adapter
        facets = with_surroundings(with_calls(adapter.describe(resource, context), resource), resource, context)
        return as_observed(facets, resource.observed) if resource.observed is not None else facets


def traffic(usage: UsageFile, workloads: tuple[Workload, ...]) -> Workload | None:
    """Traffic that a usage file states beside the resources: it flows before and after, so it makes no difference."""
    changes = []
    known = {change.address for workload in workloads for change in workload.changes} if usage.traffic() else ()
    for address in (address for address in usage.traffic() if address not in known):
        type_, _, name = address.partition(".")
        flow = Resource(address, type_, name, STATED_ALONE[type_], Attributes())
        changes.append(Change(address, Action.NO_OP, flow, flow))
    origin = usage.document.origin if usage.document else "usage"
    return Workload(origin, "usage", tuple(changes)) if changes else None


def _cost(change: Change, before: Estimate, after: Estimate) -> CostChange:
    """The delta, where the action says more than the two sides: what leaves or joins management costs what it did."""
    if change.action is Action.FORGET:
        return cost_change(before, before)
    if change.action in _STILL_BILLED:
        side = after if change.after is not None else before
        return cost_change(side, side)
    if change.action is Action.NO_OP and _same_gaps(before, after):
        return cost_change(after, after)
    if change.action is Action.REPLACE and "forget" in change.flags:
        return cost_change(NO_RESOURCE, after)  # NOTE: the old one is not destroyed: it goes on, outside management.
    return cost_change(before, after)


def _same_gaps(before: Estimate, after: Estimate) -> bool:
    """Whether both sides cost the same as far as is known, and lack the same: then nothing moved."""
    return before.monthly == after.monthly and before.unpriced == after.unpriced
