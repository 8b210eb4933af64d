"""What a unit of work costs: the monthly cost of a resource over the units a month that its usage states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from spendgate.costing.usage import UsageFile, stated
from spendgate.costing.usage_values import UNITS, at_size
from spendgate.model.cost import EstimateState
from spendgate.pipeline.assess import Assessed
from spendgate.wire import v1

_SERVES = ("ai.endpoint", "ai.model", "k8s.serving")
_WITHOUT = "units are not stated: give units.requests or units.tokens in the usage file"
_OWN = "it runs on a server of its own: give the use there, where its cost is"


def unit_costs(assessed: Iterable[Assessed], usage: UsageFile) -> tuple[v1.UnitCost, ...]:
    """Unit costs after the change; what serves a model without stated use is listed as not known."""
    found: list[v1.UnitCost] = []
    for item in assessed:
        if item.cost.after.state is EstimateState.NONE:
            continue
        resource = item.change.resource
        use = usage.of(resource.address, resource.type, item.facets, resource.provider) if usage else {}
        units = _units(at_size(use, "expected")) if use else {}
        if item.facets.llm.get("self_hosted") is True:
            found.append(v1.UnitCost(resource.address, UNITS["requests"][0], reason=_OWN))
            continue
        if not units and item.facets.kind in _SERVES:
            found.append(v1.UnitCost(resource.address, UNITS["requests"][0], reason=_WITHOUT))
        found += [_cost(item, name, amount) for name, amount in units.items()]
    return tuple(found)


def _units(use: Mapping[str, Any]) -> dict[str, Decimal]:
    """Units a month: those stated as such, and those that the use of a model tells anyway."""
    found = {name: amount for name in UNITS if (amount := stated(use, f"units.{name}")) is not None}
    requests = stated(use, "llm_monthly_requests")
    requests = requests if requests is not None else stated(use, "monthly_requests")
    if requests is not None:
        found.setdefault("requests", requests)
    sides = []
    for side in ("input", "output"):
        total, each = stated(use, f"llm_monthly_{side}_tokens"), stated(use, f"llm_{side}_tokens_per_request")
        sides.append(total if total is not None else each * requests if each is not None and requests else None)
    if sides[0] is not None and sides[1] is not None:
        found.setdefault("tokens", sides[0] + sides[1])
    return found


def _cost(item: Assessed, name: str, amount: Decimal) -> v1.UnitCost:
    unit, per = UNITS[name]
    address, monthly = item.change.address, item.cost.after.monthly
    if not amount:
        return v1.UnitCost(address, unit, quantity_month=amount, reason="no use is stated: nothing to divide by")
    if monthly is None or not item.cost.after.is_complete:
        return v1.UnitCost(address, unit, quantity_month=amount, reason="a part of it has no price")
    if not monthly.expected.is_finite():
        return v1.UnitCost(address, unit, quantity_month=amount, reason="nothing bounds its cost")
    return v1.UnitCost(address, unit, round(monthly.expected * per / amount, 6), amount)
