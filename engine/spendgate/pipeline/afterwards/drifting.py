"""Drift of an inventory from an approved report: reads both, and the state that knows which id an address has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from spendgate.errors import InputError
from spendgate.governance.drift import Drift, Thing, drift
from spendgate.inputs import open_input
from spendgate.model.cost import EstimateState
from spendgate.model.frozen import Frozen
from spendgate.model.resource import Problem, Resource
from spendgate.pipeline import estimate
from spendgate.pipeline.afterwards.sides import saved_report
from spendgate.pipeline.assess import Assessed
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings
from spendgate.wire import v1
from spendgate.wire.facets import plain_facets

_NOT_THERE = frozenset({"delete", "forget", "read"})
_FREE = frozenset({EstimateState.FREE, EstimateState.NONE})


class Drifted(Frozen):
    """The drift with the currency of its amounts and what was met while reading."""

    drift: Drift
    currency: str
    problems: tuple[Problem, ...]

    @property
    def exit_code(self) -> int:
        """1 for drift; 3 when none was found but something could not be joined or read; 0 for none."""
        if self.drift.is_found:
            return 1
        return 3 if self.drift.unjoined or any(problem.undetermined for problem in self.problems) else 0


def drifted(
    approved: str, inventory: Sequence[str], settings: Settings, now: datetime, *, state: str | None = None
) -> Drifted:
    """Compare a saved report with what runs now. Raises InputError for what cannot be read, and for a report without facets."""
    report = saved_report(approved)
    ids = _ids(state) if state is not None else {}
    run = estimate(inventory, settings, PriceBook.open(), now.date())
    if report.currency != run.currency:
        raise InputError(f"is in {report.currency}, the inventory is priced in {run.currency}", file=approved)
    lived = report.run.sources == ["inventory"]
    left = [_approved(change, ids, lived) for change in report.changes if _is_there(change)]
    if left and not any(thing.facets for thing in left):
        raise InputError(
            "holds no facets, by which sizes are compared", file=approved, hint="save it with -o json=FILE"
        )
    right = [_live(item) for item in run.assessed if item.workload.source == "inventory"]
    if not right:
        raise InputError(
            "holds nothing that runs", file=", ".join(inventory), hint="an inventory, see docs/inventory.md"
        )
    problems = (*(problem for workload in run.workloads for problem in workload.problems), *run.problems)
    return Drifted(drift(left, right), run.currency, problems)


def _is_there(change: v1.Change) -> bool:
    return change.action not in _NOT_THERE and "data" not in change.flags


def _ids(state: str) -> Mapping[str, frozenset[str]]:
    """The ids of each address of a state."""
    workload = open_input(state, {})
    found = {change.address: frozenset(_names(change.resource)) for change in workload.changes}
    if workload.source != "inventory" or not found:
        raise InputError("is no Terraform state", file=state, hint="terraform show -json > state.json")
    return found


def _names(resource: Resource) -> Iterator[str]:
    yield resource.address
    if resource.observed is not None:
        yield from (resource.observed.identity, *resource.observed.aliases)


def _approved(change: v1.Change, ids: Mapping[str, frozenset[str]], lived: bool) -> Thing:
    name = change.facets.get("name")
    after = change.cost.after_monthly.expected
    complete = change.cost.state_after not in ("partial", "unpriced", "unsupported")
    return Thing(
        address=change.address,
        type=change.type,
        provider=change.provider,
        region=change.region,
        name=name if isinstance(name, str) else None,
        monthly=after if complete else None,
        facets=change.facets,
        ids=ids.get(change.address, frozenset()) | {change.address},
        billable=change.cost.state_after not in ("free", "none"),
        is_known=lived or change.address in ids,
    )


def _live(item: Assessed) -> Thing:
    facets, _ = plain_facets(item.facets)
    resource, after = item.change.resource, item.cost.after
    name, region = facets.get("name"), facets.get("region")
    return Thing(
        address=resource.address,
        type=resource.type,
        provider=resource.provider,
        region=region if isinstance(region, str) else None,
        name=name if isinstance(name, str) else None,
        monthly=after.monthly.expected if after.monthly is not None and after.is_complete else None,
        facets=facets,
        ids=frozenset(name for name in _names(resource) if name),
        billable=after.state not in _FREE,
    )
