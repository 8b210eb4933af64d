"""Findings and runs in small, for the tests of governance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from spendgate.governance.fingerprint import fingerprint
from spendgate.governance.matter import Matter, Scene
from spendgate.model.finding import Enforcement, Finding, Severity, Verdict
from spendgate.model.frozen import replace
from spendgate.model.policy import EnforcementRule, Policy

TODAY = date(2026, 11, 24)
ROOT = "envs/dev/plan.json"


def policy(policy_id: str = "GPU-001", approvers: tuple[str, ...] = ()) -> Policy:
    return Policy(
        policy_id, "t", "own", Severity.HIGH, EnforcementRule(), Enforcement.WARN, "yaml", None, approvers=approvers
    )


def matter(
    address: str = "aws_instance.a[0]",
    policy_id: str = "GPU-001",
    *,
    root: str = ROOT,
    added: str | None = "100",
    **more: Any,
) -> Matter:
    given = {
        "enforcement": Enforcement.BLOCK,
        "verdict": Verdict.FAIL,
        "path": "accel.count",
        "actual": 8,
        "expected": 4,
    }
    finding = Finding(
        policy=policy_id, title="t", severity=Severity.HIGH, address=address, message="Said.", **{**given, **more}
    )
    named = replace(finding, fingerprint=fingerprint(finding, root))
    return Matter(named, root, Decimal(added) if added is not None else None)


def scene(*matters: Matter, **more: Any) -> Scene:
    return Scene(
        policies={policy_id: policy(policy_id) for policy_id in ("GPU-001", "BUD-001")},
        roots=frozenset({ROOT}),
        addresses=frozenset(each.finding.address for each in matters),
        **more,
    )
