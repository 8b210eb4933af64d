"""What the findings of a run would save together: several on one resource never save more than it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from spendgate.model.finding import Finding, Verdict
from spendgate.pipeline.assess import Assessed
from spendgate.wire import v1

_CENT = Decimal("0.01")


def savings_total(
    findings: Iterable[Finding], by_address: Mapping[tuple[str, str], Assessed]
) -> v1.SavingsTotal | None:
    """The savings of all failures, a month; None when no failure states one. `by_address` is keyed by address and origin.

    A machine that should be smaller and should stop at night cannot save both in full: on each resource the sum ends at what
    it is expected to cost, and where that is not known at the largest saving that one finding states. What a group or the
    whole change would save may be that of its resources once more, so it is counted and not added.
    """
    stated: dict[tuple[str, str], list[Decimal]] = {}
    costs: dict[tuple[str, str], Decimal] = {}
    beside = 0
    for finding in findings:
        if finding.verdict is not Verdict.FAIL or finding.savings_monthly is None:
            continue
        if not finding.address:
            beside += 1
            continue
        item = by_address.get((finding.address, finding.origin))
        place = (finding.address, item.workload.origin if item is not None else "")
        stated.setdefault(place, []).append(finding.savings_monthly)
        # NOTE: a stream lets go of its resources; their findings still say what they cost.
        cost = _expected(item) if item is not None else finding.cost_monthly
        if cost is not None:
            costs[place] = cost
    if not stated and not beside:
        return None
    together = whole = Decimal(0)
    for place, savings in stated.items():
        here = sum(savings, Decimal(0))
        whole += here
        together += min(here, costs[place]) if place in costs else max(savings)
    return v1.SavingsTotal(together.quantize(_CENT), whole.quantize(_CENT), len(stated), beside)


def _expected(item: Assessed) -> Decimal | None:
    monthly = item.cost.after.monthly
    return monthly.expected if monthly is not None else None
