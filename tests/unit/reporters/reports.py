"""Reports made by hand: what a run could say, from the everyday to the hostile. Figures are invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from spendgate.wire.v1 import (
    Change,
    ChangeCost,
    Cost,
    Counts,
    Finding,
    Item,
    Location,
    PolicyTally,
    Prices,
    Problem,
    Range,
    Report,
    Run,
    UnpricedPart,
)

D = Decimal
NOTHING = Range(D(0), D(0), D(0))
TITLES = {
    "TAG-001": ("Ownership tags are present", "high", "warn"),
    "GPU-001": ("Only allowed accelerators for the environment", "high", "block"),
    "SIZE-001": ("Cluster upper bound is set and within limits", "high", "block"),
    "SCHED-001": ("Non-production compute stops when nobody works", "medium", "warn"),
    "SCHED-004": ("Training runs on interruptible capacity", "low", "advise"),
    "BUD-001": ("Cost change stays inside the guardrail", "critical", "block"),
    "BUD-005": ("Accelerators have a price", "high", "block"),
    "STO-001": ("Buckets have a lifecycle", "medium", "warn"),
}


def span(low: str, expected: str | None = None, high: str | None = None) -> Range:
    return Range(D(low), D(expected or low), D(high or expected or low))


def item(name: str, quantity: str, unit: str, price: str, **more: Any) -> Item:
    more.setdefault("basis", "exact")
    more.setdefault("source", "AWS price list")
    more.setdefault("as_of", "2026-07-30")
    return Item(name, D(quantity), unit, D(price), D(quantity) * D(price), **more)


def change(
    address: str,
    action: str,
    before: Range | None,
    after: Range | None,
    delta: Range | None = None,
    states: tuple[str, str] | None = None,
    **more: Any,
) -> Change:
    cost_fields = {
        key: more.pop(key) for key in ("items", "unpriced", "before_items", "before_unpriced") if key in more
    }
    if states is None:
        states = ("none" if before is None else "priced", "none" if after is None else "priced")
    old, new = before or NOTHING, after or NOTHING
    if delta is None and not set(states) & {"partial", "unpriced", "needs-usage", "unsupported"}:
        sizes = [
            b - a for a, b in ((old.low, new.low), (old.expected, new.expected)) if a is not None and b is not None
        ]
        high = new.high if new.high is not None and new.high.is_infinite() else (new.high or D(0)) - (old.high or D(0))
        delta = Range(min(*sizes, high), sizes[1], max(*sizes, high))
    sides = {"none": NOTHING, "free": NOTHING}
    cost = ChangeCost(
        before or sides.get(states[0], Range()),
        after or sides.get(states[1], Range()),
        delta or Range(),
        state_before=states[0],
        state_after=states[1],
        **cost_fields,
    )
    kind = more.pop("type", address.split("[")[0].split(".")[-2] if "." in address else "aws_instance")
    fields: dict[str, Any] = {
        "kind": "compute.vm",
        "provider": "aws",
        "region": "us-east-1",
        "tags": {"team": "research"},
        "facets": {"env": "dev"},
    }
    fields.update(more)
    return Change(address=address, type=kind, action=action, cost=cost, **fields)


def finding(policy: str, address: str, message: str, verdict: str = "fail", **more: Any) -> Finding:
    title, severity, enforcement = TITLES[policy]
    fields: dict[str, Any] = {
        "title": title,
        "severity": severity,
        "enforcement": enforcement,
        "path": None,
        "on_unknown": enforcement,
        "fingerprint": f"fp-{policy}-{address}",
    }
    fields.update(more)
    return Finding(policy=policy, verdict=verdict, address=address, message=message, **fields)


def totals(changes: Sequence[Change], **more: Any) -> Cost:
    def total(ranges: list[Range]) -> Range:
        ends = [[getattr(one, end) or D(0) for one in ranges] for end in ("low", "expected", "high")]
        return Range(*(sum(end, D(0)) for end in ends))

    billable = [c for c in changes if {c.cost.state_before, c.cost.state_after} - {"none", "free"}]
    priced = [
        c for c in billable if (c.cost.state_after if c.cost.state_after != "none" else c.cost.state_before) == "priced"
    ]
    parts = [
        UnpricedPart(part.component, part.reason, part.kind, c.address) for c in changes for part in c.cost.unpriced
    ]
    fields: dict[str, Any] = {
        "before_monthly": total([c.cost.before_monthly for c in changes]),
        "after_monthly": total([c.cost.after_monthly for c in changes]),
        "delta_monthly": total([c.cost.delta_monthly for c in changes]),
        "coverage": D(len(priced)) / D(len(billable)) if billable else None,
        "unpriced": parts,
        "needs_usage": len({part.address for part in parts if part.kind == "needs-usage"}),
        "billable": len(billable),
        "priced": len(priced),
    }
    fields.update(more)
    return Cost(**fields)


def report(
    decision: str,
    exit_code: int,
    changes: Sequence[Change],
    findings: Sequence[Finding] = (),
    *,
    reason: str = "",
    cost: Cost | None = None,
    policies: Sequence[str] = tuple(TITLES),
    problems: Sequence[Problem] = (),
    judged: int | None = None,
    currency: str = "USD",
    **run: Any,
) -> Report:
    cost = cost or totals(changes)
    verdicts = Counter(one.verdict for one in findings)
    judged = len(changes) if judged is None else judged
    tallies = []
    for policy in policies:
        own = Counter(one.verdict for one in findings if one.policy == policy)
        passed = 2 if policy in ("TAG-001", "GPU-001") and judged else 0
        title, severity, enforcement = TITLES[policy]
        tallies.append(
            PolicyTally(
                policy,
                sum(own.values()) + passed,
                passed,
                own["fail"],
                own["unknown"],
                judged,
                own["excepted"],
                own["error"],
                title,
                severity,
                enforcement,
            )
        )
    counts = Counts(
        changes=len(changes),
        judged=judged,
        policies=len(policies),
        passed=sum(tally.passed for tally in tallies),
        fail=verdicts["fail"],
        unknown=verdicts["unknown"],
        excepted=verdicts["excepted"],
        error=verdicts["error"],
        by_action=dict(Counter(one.action for one in changes)),
        by_state=dict(Counter(one.cost.state_after for one in changes)),
    )
    fields: dict[str, Any] = {
        "inputs": ["infra/plan.json"],
        "time": "2026-08-01T09:30:00Z",
        "spendgate": "0.1.0",
        "sources": ["plan"],
        "terraform_version": "1.9.5",
    }
    fields.update(run)
    return Report(
        version=1,
        decision=decision,
        exit_code=exit_code,
        currency=currency,
        prices=Prices("2026-07-30", "sha256:5b1f0c", "2025-11-02"),
        rego_engine=None,
        counts=counts,
        cost=cost,
        changes=list(changes),
        findings=list(findings),
        policies=tallies,
        problems=list(problems),
        run=Run(**fields),
        reason=reason,
    )


def gpu(index: int) -> Change:
    """One of eight like training machines."""
    return change(
        f"module.train.aws_instance.gpu[{index}]",
        "create",
        None,
        span("24084.79"),
        items=[
            item("p4d.24xlarge on demand, Linux", "730", "hours", "32.7726"),
            item("root disk, gp3 storage", "2000", "GB-months", "0.08"),
            item("public IPv4 address", "730", "hours", "0.0011", basis="assumed", note="region of last resort"),
        ],
        location=Location("infra/train.tf", 14),
    )
