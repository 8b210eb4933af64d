"""The difference of two reports: what HEAD costs where BASE is what there was.

Works on public reports alone, so that a saved report, a plan and a folder of manifests can stand on either side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from spendgate.errors import SettingsError
from spendgate.wire import v1

ZERO = Decimal(0)
_NO_COST = v1.ChangeCost(v1.Range(ZERO, ZERO, ZERO), v1.Range(ZERO, ZERO, ZERO), v1.Range(ZERO, ZERO, ZERO))
_INCOMPLETE = frozenset({"partial", "unpriced", "unsupported"})
_NOT_BILLABLE = frozenset({"free", "none"})


def compare(base: v1.Report, head: v1.Report) -> v1.Report:
    """A report of costs whose before is the after of `base` and whose after is that of `head`; nothing is judged.

    Resources are joined by address, and by the previous address of one that moved. Raises SettingsError for two currencies.
    """
    if base.currency != head.currency:
        raise SettingsError(
            f"the two are in different currencies: {base.currency} and {head.currency}",
            hint=f"--currency {head.currency} --rates FILE converts both, at the exchange rate that the file states",
        )
    changes = list(_joined(base, head))
    return v1.Report(
        version=v1.VERSION,
        decision="none",
        exit_code=2 if "error" in (base.decision, head.decision) else 0,
        reason=f"{', '.join(base.run.inputs)} compared with {', '.join(head.run.inputs)}",
        currency=head.currency,
        prices=head.prices,
        rego_engine=None,
        counts=v1.Counts(
            changes=len(changes),
            by_action=_counted(change.action for change in changes),
            by_state=_counted(_state(change.cost) for change in changes),
        ),
        cost=total(changes),
        changes=changes,
        findings=[],
        policies=[],
        problems=_problems(base, head),
        run=v1.Run(
            inputs=[*base.run.inputs, *head.run.inputs],
            time=head.run.time,
            spendgate=head.run.spendgate,
            sources=sorted({*base.run.sources, *head.run.sources}),
            scope="all",
        ),
    )


def total(changes: Iterable[v1.Change]) -> v1.Cost:
    """The totals over changes of a report, by the rules of `costing.totals`: a delta that is not known leaves bounds."""
    before = after = delta = (ZERO, ZERO, ZERO)
    least: Decimal | None = ZERO
    most: Decimal | None = ZERO
    complete, needs_usage, billable, priced = True, 0, 0, 0
    unpriced: list[v1.UnpricedPart] = []
    for change in changes:
        cost = change.cost
        before, after = _plus(before, cost.before_monthly), _plus(after, cost.after_monthly)
        state = _state(cost)
        billable += state not in _NOT_BILLABLE
        priced += state == "priced"
        parts = cost.unpriced if cost.state_after != "none" else cost.before_unpriced
        unpriced += [v1.UnpricedPart(part.component, part.reason, part.kind, change.address) for part in parts]
        needs_usage += any(part.kind == "needs-usage" for part in parts)
        if cost.delta_monthly.expected is not None:
            delta = _plus(delta, cost.delta_monthly)
            least, most = _sum(least, cost.delta_monthly.expected), _sum(most, cost.delta_monthly.expected)
        elif _INCOMPLETE & {cost.state_before, cost.state_after}:
            complete = False
            at_least, at_most = _bounds(cost)
            least, most = _sum(least, at_least), _sum(most, at_most)
    share = (Decimal(priced) / billable).quantize(Decimal("0.0001")) if billable else None
    return v1.Cost(
        before_monthly=v1.Range(*before),
        after_monthly=v1.Range(*after),
        delta_monthly=v1.Range(*delta),
        coverage=share,
        unpriced=unpriced,
        delta_complete=complete,
        delta_at_least=least,
        delta_at_most=most,
        needs_usage=needs_usage,
        billable=billable,
        priced=priced,
    )


def _joined(base: v1.Report, head: v1.Report) -> Iterable[v1.Change]:
    old = {change.address: change for change in base.changes if change.cost.state_after != "none"}
    new = {change.address: change for change in head.changes if change.cost.state_after != "none"}
    pairs: list[tuple[str, v1.Change | None, v1.Change | None]] = []
    for address, change in new.items():
        former = address
        if address not in old and change.previous_address in old and change.previous_address not in new:
            former = change.previous_address or address
        pairs.append((address, old.pop(former, None), change))
    pairs += [(address, change, None) for address, change in old.items()]
    for _, before, after in sorted(pairs, key=lambda pair: pair[0]):
        yield _change(before, after)


def _change(before: v1.Change | None, after: v1.Change | None) -> v1.Change:
    side = after or before
    assert side is not None
    cost = _cost(before.cost if before else None, after.cost if after else None, same=_same(before, after))
    action = "update"
    if before is None:
        action = "create"
    elif after is None:
        action = "delete"
    elif before.address != after.address:
        action = "move"
    elif _same(before, after) and not cost.delta_monthly.expected:
        action = "no-op"
    return v1.Change(
        address=side.address,
        type=side.type,
        kind=side.kind,
        provider=side.provider,
        region=side.region,
        action=action,
        tags=side.tags,
        facets=side.facets,
        cost=cost,
        location=side.location,
        previous_address=before.address if before and after and before.address != after.address else None,
        unknown=side.unknown,
        judged=False,
        carbon=side.carbon,
    )


def _same(before: v1.Change | None, after: v1.Change | None) -> bool:
    """Whether both sides are understood alike and lack the same prices: only then does a gap cancel out."""
    if before is None or after is None:
        return False
    return before.facets == after.facets and before.cost.unpriced == after.cost.unpriced and before.type == after.type


def _cost(before: v1.ChangeCost | None, after: v1.ChangeCost | None, *, same: bool) -> v1.ChangeCost:
    old, new = before or _NO_COST, after or _NO_COST
    return v1.ChangeCost(
        before_monthly=old.after_monthly,
        after_monthly=new.after_monthly,
        delta_monthly=_delta(old, new, same=same),
        items=new.items,
        unpriced=new.unpriced,
        before_items=old.items,
        before_unpriced=old.unpriced,
        state_before=old.state_after,
        state_after=new.state_after,
        hours_per_month=new.hours_per_month,
    )


def _delta(old: v1.ChangeCost, new: v1.ChangeCost, *, same: bool) -> v1.Range:
    """After minus before; not known when a part without a price differs, or when use alone decides on a side."""
    states = {old.state_after, new.state_after}
    if not same and states & _INCOMPLETE:
        return v1.NOT_KNOWN
    if "needs-usage" in states and states <= {"needs-usage", "none", "free"}:
        return v1.NOT_KNOWN
    before, after = old.after_monthly, new.after_monthly
    sizes = [(after.low or ZERO) - (before.low or ZERO), (after.expected or ZERO) - (before.expected or ZERO)]
    highs = (after.high or ZERO, before.high or ZERO)
    if not (highs[0].is_infinite() and highs[1].is_infinite()):
        sizes.append(highs[0] - highs[1])
    return v1.Range(min(sizes), sizes[1], max(sizes))


def _bounds(cost: v1.ChangeCost) -> tuple[Decimal | None, Decimal | None]:
    """What is still known of a delta: at least so much when the gap is after, at most when it is before."""
    known = (cost.after_monthly.expected or ZERO) - (cost.before_monthly.expected or ZERO)
    gaps = (cost.state_before in _INCOMPLETE, cost.state_after in _INCOMPLETE)
    return (known if gaps == (False, True) else None), (known if gaps == (True, False) else None)


def _problems(base: v1.Report, head: v1.Report) -> list[v1.Problem]:
    problems = [*base.problems, *head.problems]
    if base.prices.digest != head.prices.digest:
        message = (
            f"the two were priced with different price books (of {base.prices.as_of} and of {head.prices.as_of}): "
            "a part of the difference may be prices"
        )
        problems.append(v1.Problem("warning", message))
    return problems


def _state(cost: v1.ChangeCost) -> str:
    return cost.state_after if cost.state_after != "none" else cost.state_before


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _plus(total_: tuple[Decimal, Decimal, Decimal], span: v1.Range) -> tuple[Decimal, Decimal, Decimal]:
    low, expected, high = (amount or ZERO for amount in (span.low, span.expected, span.high))
    return total_[0] + low, total_[1] + expected, total_[2] + high


def _sum(amount: Decimal | None, more: Decimal | None) -> Decimal | None:
    return None if amount is None or more is None else amount + more
