"""From results to findings and tallies: enforcement caps, exceptions, what is passed and what is skipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.evaluators.rego.contract import Contract, RegoBody
from spendgate.evaluators.rego.results import Result, read_addresses, read_results, read_savings
from spendgate.model.case import ResourceCase, look_up, split_path
from spendgate.model.finding import Enforcement, Finding, PolicyTally, Verdict
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.model.values import Truth
from spendgate.policies.selection import DEFAULT_ACTIONS, words
from spendgate.ports import Docket

_COST = split_path("cost.monthly.expected")
_CENT = Decimal("0.01")
_UNKNOWN_ENV = "unknown"
_SOURCES = {"source": "plan"}


class Bench(Frozen):
    """What findings are made from beside the results: the docket, and its resources by address."""

    docket: Docket
    cases: Mapping[str, ResourceCase] = {}

    @classmethod
    def of(cls, docket: Docket) -> Bench:
        """The bench of a docket."""
        return cls(docket, {case.address: case for case in docket.resources})

    def env(self, address: str) -> str:
        """The environment of a resource; `unknown` for the whole change, a group, or an address of nobody."""
        case = self.cases.get(address)
        return case.facets.env if case is not None else _UNKNOWN_ENV

    def cost(self, address: str) -> Decimal | None:
        """What a resource costs a month, when that is one number."""
        case = self.cases.get(address)
        value = look_up(case, _COST) if case is not None else None
        return value.quantize(_CENT) if isinstance(value, Decimal) and value.is_finite() else None


def judge_own(policy: Policy, answers: Mapping[str, Any], bench: Bench) -> tuple[list[Finding], PolicyTally]:
    """Findings and tally of a policy that keeps our contract."""
    body: RegoBody = policy.body
    named = {role: rule for rule, role in body.rules.items() if role in ("exception", "savings", "applies")}
    exceptions = read_addresses(policy, named["exception"], answers) if "exception" in named else {}
    savings = read_savings(policy, named["savings"], answers) if "savings" in named else {}
    applies = set(read_addresses(policy, named["applies"], answers)) if "applies" in named else None
    found = [
        finding_of(policy, result, bench, savings) for result in read_results(policy, answers) if not result.passed
    ]
    found = [_excepted(finding, exceptions) for finding in certain_first(found)]
    judged = _subjects(policy, bench)
    everything = len(judged)
    if policy.scope == "resource":
        judged = {address for address in judged if _selects(policy, bench.cases[address])}
        judged = judged if applies is None else judged & applies
        everything = len(bench.cases)
    return found, tally(policy.id, found, judged, everything)


def certain_first(findings: Iterable[Finding]) -> list[Finding]:
    """Without what is unknown about an address that fails for certain, each finding once."""
    findings = list(findings)
    failed = {finding.address for finding in findings if finding.verdict is Verdict.FAIL}
    kept: list[Finding] = []
    for finding in findings:
        if finding.verdict is Verdict.UNKNOWN and finding.address in failed:
            continue
        if finding not in kept[-1:]:
            kept.append(finding)
    return sorted(kept, key=lambda found: (found.address, found.path or "", found.message))


def finding_of(policy: Policy, result: Result, bench: Bench, savings: Mapping[str, Decimal] | None = None) -> Finding:
    """The finding that a result makes. A result's own enforcement counts from `warn` up to what is configured."""
    configured = policy.enforcement.at(bench.env(result.address), bench.docket.now.date())
    unknown = result.role == "unknown"
    level = min(configured, Enforcement.WARN) if result.role == "warn" else configured
    if result.enforcement is not None:
        level = min(level, max(result.enforcement, Enforcement.WARN))
    whole = policy.scope != "resource" or policy.body.contract is not Contract.OWN
    cost = result.cost if result.cost is not None or whole else bench.cost(result.address)
    return Finding(
        policy=policy.id,
        title=policy.title,
        severity=result.severity if result.severity is not None else policy.severity,
        enforcement=level,
        verdict=Verdict.UNKNOWN if unknown else Verdict.FAIL,
        address=result.address,
        message=result.message,
        path=result.path,
        expected=result.expected,
        actual=result.actual,
        residual=result.message if unknown else None,
        on_unknown=policy.on_unknown,
        cost_monthly=cost,
        savings_monthly=result.savings if result.savings is not None else (savings or {}).get(result.address),
        savings_formula=result.savings_formula,
        remediation=result.remediation or policy.remediation,
        location=result.location,
        details=result.details,
    )


def tally(policy_id: str, findings: Sequence[Finding], judged: Iterable[str], everything: int) -> PolicyTally:
    """Verdicts counted by subject: one that fails and is unsure too has failed."""
    worst: dict[str, Verdict] = {}
    for finding in findings:
        if worst.get(finding.address) is not Verdict.FAIL:
            worst[finding.address] = finding.verdict
    verdicts = list(worst.values())
    matched = len(set(judged) | worst.keys())
    return PolicyTally(
        policy_id,
        matched=matched,
        passed=matched - len(verdicts),
        failed=verdicts.count(Verdict.FAIL),
        unknown=verdicts.count(Verdict.UNKNOWN),
        excepted=verdicts.count(Verdict.EXCEPTED),
        skipped=max(everything - matched, 0),
    )


def _subjects(policy: Policy, bench: Bench) -> set[str]:
    if policy.scope == "change":
        return {""}
    if policy.scope == "group":
        return {f"{policy.group_by}={name}" for name in bench.docket.groups.get(policy.group_by or "", {})}
    return set(bench.cases)


def _selects(policy: Policy, case: ResourceCase) -> bool:
    """Whether the metadata lets the policy judge a resource: kind, action, and the source it came from."""
    body: RegoBody = policy.body
    if policy.inputs and _SOURCES.get(case.source, case.source) not in policy.inputs:
        return False
    if case.change.action.value not in (body.actions or DEFAULT_ACTIONS):
        return False
    return not body.kinds or words(body.kinds).fits(case.facets.kind) is Truth.TRUE


def _excepted(finding: Finding, exceptions: Mapping[str, str]) -> Finding:
    if finding.address not in exceptions or finding.verdict not in (Verdict.FAIL, Verdict.UNKNOWN):
        return finding
    reason = exceptions[finding.address]
    said = f"{finding.message} Excepted by the policy itself{f': {reason}' if reason else ''}"
    return replace(finding, verdict=Verdict.EXCEPTED, message=said)
