"""From a judged run to the public report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from spendgate import __version__
from spendgate.costing.totals import Totals
from spendgate.governance.verdict import Ruling
from spendgate.model.cost import CostChange, Estimate, EstimateState, LineItem, Missing, Unpriced
from spendgate.model.finding import Finding, PolicyTally, Verdict
from spendgate.model.money import NOTHING, MoneyRange
from spendgate.model.policy import Policy
from spendgate.model.resource import Action, Level, Location, Problem
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.carbon import carbon_of, carbon_total
from spendgate.pipeline.cases import Run
from spendgate.pipeline.saved import savings_total
from spendgate.wire import v1
from spendgate.wire.facets import plain_facets


def build_report(
    run: Run,
    ruling: Ruling,
    findings: Sequence[Finding],
    policies: Sequence[Policy],
    tallies: Mapping[str, PolicyTally],
    problems: Sequence[Problem],
    *,
    prices: v1.Prices,
    judged: frozenset[str],
    now: datetime,
    scope: str,
    currency: str = "USD",
    rego_engine: str | None = None,
    facets: bool = True,
    roots: Sequence[str] = (),
    finding_roots: Sequence[str] = (),
    evidence: v1.Evidence | None = None,
) -> v1.Report:
    """The report of a run, as `wire.v1` publishes it.

    `judged` holds the addresses that policies saw. Without `facets` the trees of facets are left out, for formats that show
    none of them: they are the largest part of the report. `roots` are those of the inputs, `finding_roots` those of the findings
    in their order.
    """
    by_address: dict[tuple[str, str], Assessed] = {}
    for item in run.assessed:
        by_address[item.change.address, item.workload.origin] = by_address[item.change.address, ""] = item
    return v1.Report(
        version=v1.VERSION,
        decision=ruling.decision.value,
        exit_code=ruling.exit_code,
        reason=ruling.reason,
        currency=currency,
        prices=prices,
        rego_engine=rego_engine,
        counts=_counts(run, findings, policies, tallies, judged),
        cost=_cost(run.totals, unread=any(problem.level is Level.ERROR for problem in problems)),
        changes=[_change(item, item.change.address in judged, facets) for item in run.assessed],
        findings=[
            _finding(finding, by_address.get((finding.address, finding.origin)), root)
            for finding, root in zip(findings, finding_roots or [""] * len(findings), strict=True)
        ],
        policies=[_tally(policy, tallies.get(policy.id, PolicyTally(policy.id))) for policy in policies],
        problems=[_problem(problem) for problem in problems],
        carbon=carbon_total(run.assessed),
        units=list(run.units),
        run=v1.Run(
            inputs=[workload.origin for workload in run.workloads],
            time=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            spendgate=__version__,
            sources=sorted({workload.source for workload in run.workloads}),
            terraform_version=next(
                (str(version) for w in run.workloads if (version := w.facts.get("terraform_version"))), ""
            ),
            workspace=next((workload.workspace for workload in run.workloads if workload.workspace), None),
            scope=scope,
            roots=list(roots),
        ),
        evidence=evidence,
        nodes=run.nodes,
        savings=savings_total(findings, by_address),
    )


def _counts(
    run: Run,
    findings: Sequence[Finding],
    policies: Sequence[Policy],
    tallies: Mapping[str, PolicyTally],
    judged: frozenset[str],
) -> v1.Counts:
    by_action = Counter(item.change.action.value for item in run.assessed)
    excepted = sum(finding.verdict is Verdict.EXCEPTED for finding in findings)
    all_ = tallies.values()
    return v1.Counts(
        changes=len(run.assessed),
        judged=max(len(judged), sum(item.change.address in judged for item in run.assessed)),
        policies=len(policies),
        passed=sum(tally.passed for tally in all_),
        fail=sum(tally.failed for tally in all_),
        unknown=sum(tally.unknown for tally in all_),
        excepted=max(excepted, sum(tally.excepted for tally in all_)),
        error=sum(tally.errors for tally in all_),
        skip=sum(tally.skipped for tally in all_),
        by_action={action.value: by_action[action.value] for action in Action if by_action[action.value]},
        by_state={state.value: run.totals.states[state] for state in EstimateState if run.totals.states.get(state)},
    )


def _cost(totals: Totals, *, unread: bool) -> v1.Cost:
    # NOTE: what could not be read may add as well as save: what was read is then neither the whole nor a bound of it.
    return v1.Cost(
        before_monthly=_range(totals.before),
        after_monthly=_range(totals.after),
        delta_monthly=_range(totals.delta),
        coverage=totals.coverage.quantize(Decimal("0.0001")) if totals.coverage is not None else None,
        unpriced=[_part(part.part, part.address) for part in totals.unpriced],
        delta_complete=totals.complete and not unread,
        delta_at_least=None if unread else _money(totals.delta_at_least),
        delta_at_most=None if unread else _money(totals.delta_at_most),
        needs_usage=totals.needs_usage,
        billable=totals.billable,
        priced=totals.priced,
    )


def _change(item: Assessed, judged: bool, with_facets: bool) -> v1.Change:
    change, facets = item.change, item.facets
    tree, unknown = plain_facets(facets) if with_facets else ({}, [])
    region = facets.region
    return v1.Change(
        address=change.address,
        type=change.resource.type,
        kind=facets.kind,
        provider=change.resource.provider,
        region=region if isinstance(region, str) else None,
        action=change.action.value,
        tags=_tags(facets.tags),
        facets=tree,
        cost=_change_cost(item.cost),
        location=_location(item.workload.locate(change.address)),
        flags=sorted(change.flags),
        previous_address=change.previous_address,
        unknown=unknown,
        judged=judged,
        carbon=carbon_of(item.carbon),
    )


def _tags(tags: Mapping[str, str | Unknown] | Unknown) -> dict[str, str | None]:
    if isinstance(tags, Unknown):
        return {}
    return {key: value if isinstance(value, str) else None for key, value in tags.items()}


def _change_cost(cost: CostChange) -> v1.ChangeCost:
    same = cost.before is cost.after
    after = _range(cost.after.monthly)
    return v1.ChangeCost(
        before_monthly=after if same else _range(cost.before.monthly),
        after_monthly=after,
        delta_monthly=_range(cost.delta),
        items=[_item(item) for item in cost.after.items],
        unpriced=[_part(part) for part in cost.after.unpriced],
        before_items=[] if same else [_item(item) for item in cost.before.items],
        before_unpriced=[] if same else [_part(part) for part in cost.before.unpriced],
        state_before=cost.before.state.value,
        state_after=cost.after.state.value,
        hours_per_month=_hours(cost.after),
    )


def _hours(estimate: Estimate) -> Decimal | None:
    hours = estimate.hours_per_month
    return hours.quantize(Decimal("0.01")).normalize() + 0 if hours is not None else None


def _item(item: LineItem) -> v1.Item:
    low, high = item.monthly.low, item.monthly.high
    ranged = not low == item.monthly.expected == high
    return v1.Item(
        name=item.name,
        monthly_quantity=_short(item.quantity.expected),
        unit=item.unit,
        unit_price=_short(item.rate.price),
        monthly=_money(item.monthly.expected) or Decimal(0),
        basis=item.basis.value,
        source=item.rate.source,
        as_of=item.rate.as_of,
        note=item.note,
        monthly_low=_money(low) if ranged else None,
        monthly_high=_money(high) if ranged else None,
        list_unit_price=_short(item.rate.list_price) if item.rate.list_price is not None else None,
        contracted_unit_price=_short(item.rate.contracted_price) if item.rate.contracted_price is not None else None,
        commitment=item.rate.commitment,
    )


def _part(part: Unpriced, address: str = "") -> v1.UnpricedPart:
    kind = "needs-usage" if part.missing is Missing.NEEDS_USAGE else "unpriced"
    return v1.UnpricedPart(part.component, part.reason, kind, address)


def _finding(finding: Finding, item: Assessed | None, root: str) -> v1.Finding:
    unknown = finding.verdict is Verdict.UNKNOWN
    return v1.Finding(
        policy=finding.policy,
        title=finding.title,
        severity=finding.severity.label,
        enforcement=finding.enforcement.label,
        verdict=finding.verdict.value,
        address=finding.address,
        path=finding.path,
        message=finding.message,
        expected=_plain(finding.expected),
        actual=_plain(finding.actual),
        residual=finding.residual,
        on_unknown=finding.on_unknown.label if unknown else None,
        cost_monthly=_money(finding.cost_monthly),
        savings_monthly=_money(finding.savings_monthly),
        savings_formula=finding.savings_formula,
        remediation=finding.remediation,
        location=_location(finding.location),
        fingerprint=finding.fingerprint,
        waiver=finding.waiver,
        env=item.facets.env if item else None,
        env_source=item.facets.env_source if item else None,
        details=_plain(finding.details) or {},
        root=root,
        savings_by=finding.savings_by or ("formula" if finding.savings_monthly is not None else None),
    )


def _tally(policy: Policy, tally: PolicyTally) -> v1.PolicyTally:
    return v1.PolicyTally(
        id=policy.id,
        matched=tally.matched,
        passed=tally.passed,
        fail=tally.failed,
        unknown=tally.unknown,
        skip=tally.skipped,
        excepted=tally.excepted,
        error=tally.errors,
        title=policy.title,
        severity=policy.severity.label,
        enforcement=policy.enforcement.strictest.label,
    )


def _problem(problem: Problem) -> v1.Problem:
    return v1.Problem(problem.level.value, problem.message, problem.file, problem.line, problem.undetermined)


def _location(location: Location | None) -> v1.Location | None:
    return v1.Location(location.file, location.line) if location is not None else None


def _range(amount: MoneyRange | None) -> v1.Range:
    if amount is None:
        return v1.NOT_KNOWN
    if amount is NOTHING:
        return _NOTHING
    low = _money(amount.low)
    if amount.low == amount.expected == amount.high:
        return v1.Range(low, low, low)
    return v1.Range(low, _money(amount.expected), _money(amount.high))


_CENTS_OF_CENTS = Decimal("0.0001")
_CENTS = Decimal("0.01")
_NO_MONEY = Decimal("0.00")
_NOTHING = v1.Range(_NO_MONEY, _NO_MONEY, _NO_MONEY)


def _money(amount: Decimal | None) -> Decimal | None:
    """Money to a hundredth of a cent, without trailing noise; what is unbounded stays so."""
    if not amount:
        return amount if amount is None else _NO_MONEY
    if not amount.is_finite():
        return amount
    rounded = amount.quantize(_CENTS_OF_CENTS)
    in_cents = rounded.quantize(_CENTS)
    return in_cents if rounded == in_cents else rounded


def _short(amount: Decimal) -> Decimal:
    """A quantity or price without trailing zeros and without an exponent."""
    if not amount.is_finite():
        return amount
    rounded = round(amount, 10).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def _plain(value: Any) -> Any:
    """A value of a finding as JSON data: decimals as numbers in text form, sets in order."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value.is_finite() else str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(child) for child in value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(child) for child in value]
    return value if isinstance(value, (str, int, bool, float, type(None))) else str(value)
