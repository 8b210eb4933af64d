"""One policy on one resource of a run, explained: the rows of the policy with where each value came from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from spendgate.errors import SettingsError
from spendgate.governance.matter import WHOLE_CHANGE
from spendgate.graph import Graph, Standing
from spendgate.model.case import Case, ResourceCase
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.resource import Location
from spendgate.pipeline import estimate, load_policies
from spendgate.pipeline.cases import Run, docket
from spendgate.pipeline.joins import with_joins
from spendgate.pipeline.use import with_use
from spendgate.policies.explaining import Explanation, Row, explain
from spendgate.policies.mistakes import near
from spendgate.policies.reading import LANGUAGE
from spendgate.ports import Docket
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings

_SAID_BY_ITSELF = frozenset({"address", "type", "provider", "action", "module", "kind", "source", "flags"})
_DERIVED = {"cost": "the price book", "change": "the whole run", "group": "the resources of the group"}


class Explained(Frozen):
    """The explanation, of each path that was asked where its value came from and where it stands, and where the resource stands."""

    policy: Policy
    address: str
    explanation: Explanation
    origins: dict[str, str]
    places: dict[str, Location]
    standing: Standing


def explained(policy_id: str, address: str, inputs: Sequence[str], settings: Settings, now: datetime) -> Explained:
    """Explain a policy on an address (`change` for the whole run, `tags.team=ml` for a group).

    Raises SettingsError for a policy or an address that the run does not have, and for a policy that is written in Rego.
    """
    policies = {policy.id: policy for policy in load_policies(settings)}
    policy = policies.get(policy_id.upper())
    if policy is None:
        raise SettingsError(f"no policy {policy_id} is loaded", hint=near(policy_id.upper(), policies, whole="loaded"))
    if policy.language != LANGUAGE:
        raise SettingsError(
            f"{policy.id} is written in {policy.language}, whose rules cannot be taken apart",
            hint="spendgate explain --as-input shows what it sees; print() in a rule shows what it thinks",
        )
    book = PriceBook.open()
    run = with_joins(with_use(estimate(inputs, settings, book, now.date()), settings, now, book), settings, now)
    cases = docket(run, [policy], now, everything=settings.scope == "all")
    case = _case(policy, address, cases, run)
    explanation = explain(policy, case, now.date())
    rows = [row for _, part in explanation.parts for row in part if row.path]
    return Explained(
        policy,
        address,
        explanation,
        {row.path: found for row in rows if row.path and (found := _origin(row, case))},
        _places(rows, address, run),
        _standing(address, run),
    )


def _case(policy: Policy, address: str, cases: Docket, run: Run) -> Case:
    if policy.scope == "group":
        groups = cases.groups.get(policy.group_by or "", {})
        names = {f"{policy.group_by}={name}": case for name, case in groups.items()}
        return _found(address, names, f"{policy.id} judges groups by {policy.group_by}")
    if policy.scope == "change":
        if address not in (WHOLE_CHANGE, "") or cases.change is None:
            raise SettingsError(
                f"{policy.id} judges the whole change", hint=f"spendgate explain {policy.id} change ..."
            )
        return cases.change
    judged: dict[str, Case] = {case.address: case for case in cases.resources}
    unjudged = {item.change.address for item in run.assessed} - set(judged)
    if address in unjudged:
        raise SettingsError(f"{address} stays as it is, so no policy judges it", hint="--scope all judges it too")
    return _found(address, judged, "no such resource is judged")


def _found(address: str, cases: Mapping[str, Case], otherwise: str) -> Case:
    if address in cases:
        return cases[address]
    close = difflib.get_close_matches(address, cases, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}?" if close else f"{len(cases)} are"
    raise SettingsError(f"{address}: {otherwise}", hint=hint)


def _origin(row: Row, case: Case) -> str | None:
    assert row.path is not None
    root, _, rest = row.path.partition(".")
    root = root.removesuffix("[]")
    if root in _DERIVED:
        return _DERIVED[root]
    if not isinstance(case, ResourceCase):
        return None
    facets = case.facets
    if root == "tags" and rest:
        return facets.tags_source.get(rest)
    if root == "env":
        return facets.env_source
    if row.path == "workload.phase":
        return facets.workload.phase_source
    if root in ("after", "before"):
        return f"the {'planned' if root == 'after' else 'present'} attribute"
    return None if root in _SAID_BY_ITSELF else _kind_of(case)


def _kind_of(case: ResourceCase) -> str:
    return f"worked out from {case.change.resource.type}"


def _standing(address: str, run: Run) -> Standing:
    """What the resource refers to and what hangs on it: a value may come from there, and a change goes on there."""
    workload = next((item.workload for item in run.assessed if item.change.address == address), None)
    return Graph(workload.changes, workload.references).standing(address) if workload is not None else Standing()


def _places(rows: Sequence[Row], address: str, run: Run) -> dict[str, Location]:
    workload: Any = next((item.workload for item in run.assessed if item.change.address == address), None)
    if workload is None:
        return {}
    asked = [row.path for row in rows if row.path and row.path not in _SAID_BY_ITSELF]
    return {path: place for path in asked if (place := workload.locate(address, path))}
