"""What the findings of a run would save together: several on one line of a cost are combined, so that none is saved twice.

    combined = line × (1 − Π(1 − saving / line))

A schedule that saves 64 % of a machine and spot that saves 60 % save 86 % of it together, not 124 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from spendgate.model.finding import Finding, Verdict
from spendgate.model.money import ZERO
from spendgate.pipeline.assess import Assessed
from spendgate.wire import v1

_CENT = Decimal("0.01")
_ONE = Decimal(1)
_RE_PRICED = "re-priced"


@dataclass(slots=True)
class _Resource:
    """What is said of one resource: by line what it costs and what is left of it, and what no line is known for."""

    cost: Decimal | None = None
    lines: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    loose: list[Decimal] = field(default_factory=list)

    def takes(self, line: str, monthly: Decimal, saving: Decimal) -> None:
        """Take a saving off what the others leave of a line."""
        cost, left = self.lines.get(line, (monthly, _ONE))
        self.lines[line] = cost, left * (_ONE - min(max(saving, ZERO) / monthly, _ONE))

    def saves(self) -> Decimal:
        """What all of it saves: never more than the resource costs, as far as that is known."""
        whole = sum((cost * (_ONE - left) for cost, left in self.lines.values()), ZERO)
        whole += max(self.loose, default=ZERO)
        return min(whole, self.cost) if self.cost is not None else whole


def savings_total(
    findings: Iterable[Finding], by_address: Mapping[tuple[str, str], Assessed]
) -> v1.SavingsTotal | None:
    """The savings of all failures, a month; None when no failure states one. `by_address` is keyed by address and origin.

    A saving that does not say which lines it is about is spread over all of the resource; where no cost is known the
    largest that one finding states counts. What a group or the whole change would save may be that of its resources once more,
    so it is counted and not added.
    """
    resources: dict[tuple[str, str], _Resource] = {}
    beside = priced = formulas = 0
    stated = ZERO
    for finding in findings:
        if finding.verdict is not Verdict.FAIL or finding.savings_monthly is None:
            continue
        if not finding.address:
            beside += 1
            continue
        priced += finding.savings_by == _RE_PRICED
        formulas += finding.savings_by != _RE_PRICED
        stated += finding.savings_monthly
        item = by_address.get((finding.address, finding.origin))
        place = (finding.address, item.workload.origin if item is not None else "")
        resource = resources.setdefault(place, _Resource())
        # NOTE: a stream lets go of its resources; their findings still say what they cost.
        cost = _expected(item) if item is not None else finding.cost_monthly
        resource.cost = cost if cost is not None else resource.cost
        parts = list(_parts(finding, item, cost))
        for line, monthly, saving in parts:
            resource.takes(line, monthly, saving)
        if not parts:
            resource.loose.append(finding.savings_monthly)
    if not resources and not beside:
        return None
    together = sum((resource.saves() for resource in resources.values()), ZERO)
    return v1.SavingsTotal(
        together.quantize(_CENT), stated.quantize(_CENT), len(resources), beside, re_priced=priced, by_formula=formulas
    )


def _parts(finding: Finding, item: Assessed | None, cost: Decimal | None) -> Iterator[tuple[str, Decimal, Decimal]]:
    """The lines that a finding saves of, each with its cost and its part of the saving."""
    said: Any = finding.details.get("savings")
    lines = said.get("lines") if isinstance(said, Mapping) else None
    if lines:
        yield from ((line["line"], line["monthly"], line["saving"]) for line in lines if line["monthly"] > 0)
        return
    saving = finding.savings_monthly or ZERO
    if cost is None or cost <= 0:
        return
    items = [each for each in item.cost.after.items if each.monthly.expected > 0] if item is not None else []
    if not items:
        yield "", cost, saving
    for each in items:
        yield each.name, each.monthly.expected, saving * each.monthly.expected / cost


def _expected(item: Assessed) -> Decimal | None:
    monthly = item.cost.after.monthly
    return monthly.expected if monthly is not None else None
