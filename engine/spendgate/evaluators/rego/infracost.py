"""Infracost's habits: its JSON shape made from our estimate, and `deny[out]` whose results say themselves whether they failed.

Money is text there, as in Infracost's own output. An amount that is not known has no key: `to_number(null)` is 0 in Rego, and
a missing price would read as a change that costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.evaluators.rego.results import Result, read_results
from spendgate.evaluators.rego.verdicts import Bench, certain_first, finding_of, tally
from spendgate.model.case import ResourceCase, look_up, split_path
from spendgate.model.finding import Finding, PolicyTally
from spendgate.model.policy import Policy
from spendgate.ports import Docket

_VERSION = "0.2"
_SIDES = (("pastBreakdown", "before_monthly"), ("breakdown", "monthly"), ("diff", "delta_monthly"))
_TOTALS = (("past", "before_monthly"), ("", "after_monthly"), ("diff", "delta_monthly"))
_MONTHLY = split_path("change.delta_monthly.expected")


def infracost_input(docket: Docket, currency: str = "USD") -> dict[str, Any]:
    """The document of a run in the shape of `infracost breakdown --format json`, as far as an estimate has it."""
    change = docket.change.values.get("change", {}) if docket.change is not None else {}
    totals: dict[str, Any] = {}
    for prefix, key in _TOTALS:
        totals |= _amounts(_expected(change, key), f"{prefix}Total" if prefix else "total")
    priced = [case for case in docket.resources if _cost(case).get("priced")]
    return {
        "version": _VERSION,
        "currency": currency,
        "timeGenerated": docket.now.isoformat().replace("+00:00", "Z"),
        "projects": [
            {
                "name": "spendgate",
                "metadata": {"type": "terraform_plan_json"},
                **{name: _breakdown(docket, key, change) for name, key in _SIDES},
            }
        ],
        **totals,
        "summary": {
            "totalDetectedResources": len(docket.resources),
            "totalSupportedResources": len(priced),
            "totalUnsupportedResources": len(docket.resources) - len(priced),
        },
    }


def judge_infracost(policy: Policy, answers: Mapping[str, Any], bench: Bench) -> tuple[list[Finding], PolicyTally]:
    """Findings of the results that failed. No result at all beside an incomplete estimate is unknown, not a pass."""
    results = list(read_results(policy, answers))
    found = [finding_of(policy, result, bench) for result in results if not result.passed]
    if not results and not is_complete(bench.docket):
        rule = next(iter(policy.body.rules))
        doubt = "a part of the estimate has no price, and the policy says nothing without it"
        found.append(finding_of(policy, Result("unknown", rule, doubt), bench))
    found = certain_first(found)
    return found, tally(policy.id, found, {""}, 1)


def is_complete(docket: Docket) -> bool:
    """Whether the delta of the whole run is one known number."""
    return docket.change is not None and isinstance(look_up(docket.change, _MONTHLY), Decimal)


def _breakdown(docket: Docket, key: str, change: Mapping[str, Any]) -> dict[str, Any]:
    resources = [_resource(case, key) for case in docket.resources if _expected(_cost(case), key) is not None]
    total = "after_monthly" if key == "monthly" else key
    return {"resources": resources, **_amounts(_expected(change, total), "total")}


def _resource(case: ResourceCase, key: str) -> dict[str, Any]:
    cost = _cost(case)
    lines: Sequence[Mapping[str, Any]] = cost.get("lines") or () if key == "monthly" else ()
    tags = case.facets.tags
    return {
        "name": case.address,
        "resourceType": case.change.resource.type,
        "tags": {name: value for name, value in tags.items() if isinstance(value, str)}
        if isinstance(tags, Mapping)
        else {},
        "metadata": {},
        **_amounts(_expected(cost, key), ""),
        "costComponents": [{"name": line["line"], **_amounts(line["monthly"], "")} for line in lines],
    }


def _cost(case: ResourceCase) -> Mapping[str, Any]:
    cost = case.derived.get("cost")
    return cost if isinstance(cost, Mapping) else {}


def _expected(root: Mapping[str, Any], key: str) -> Decimal | None:
    """The expected amount where it is one number."""
    sizes = root.get(key)
    value = sizes.get("expected") if isinstance(sizes, Mapping) else None
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _amounts(monthly: Any, prefix: str) -> dict[str, str]:
    if not isinstance(monthly, Decimal) or not monthly.is_finite():
        return {}
    names = (f"{prefix}HourlyCost", f"{prefix}MonthlyCost") if prefix else ("hourlyCost", "monthlyCost")
    return {names[0]: _plain(monthly / HOURS_PER_MONTH), names[1]: _plain(monthly)}


def _plain(amount: Decimal) -> str:
    text = f"{amount:.10f}".rstrip("0").rstrip(".")
    return text or "0"
