"""Judges YAML policies: each visits only the resources that it can match, everything else is counted as skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from spendgate.model.case import Case
from spendgate.model.finding import Finding, PolicyTally, Verdict
from spendgate.model.policy import Policy
from spendgate.model.values import Truth
from spendgate.policies.body import CHANGE, GROUP, ExceptionRule
from spendgate.policies.judging import Judgement, judge, lapsed
from spendgate.policies.selection import Signature, signature
from spendgate.ports import Docket, Outcome


@dataclass(slots=True)
class _Count:
    """The verdicts of one policy so far."""

    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    expired: dict[str, tuple[ExceptionRule, list[str]]] = field(default_factory=dict)

    def add(self, judgement: Judgement, address: str) -> None:
        self.verdicts[judgement.verdict] += 1
        for rule in judgement.expired:
            self.expired.setdefault(rule.id, (rule, []))[1].append(address)

    def tally(self, policy: str, cases: int) -> PolicyTally:
        counts = self.verdicts
        matched = sum(count for verdict, count in counts.items() if verdict is not Verdict.SKIP)
        return PolicyTally(
            policy,
            matched,
            counts[Verdict.PASS],
            counts[Verdict.FAIL],
            counts[Verdict.UNKNOWN],
            cases - matched,
            counts[Verdict.EXCEPTED],
            counts[Verdict.ERROR],
        )


class NativeLanguage:
    """The YAML policy language."""

    name = "yaml"

    def judge(self, policies: Sequence[Policy], docket: Docket) -> Outcome:
        """Judge every policy on its cases: resources, groups, or the whole change."""
        today = docket.now.date()
        counts = {policy.id: _Count() for policy in policies}
        found = [
            *_judge_resources(
                [policy for policy in policies if policy.scope not in (CHANGE, GROUP)], docket, today, counts
            ),
            *_judge_others([policy for policy in policies if policy.scope in (CHANGE, GROUP)], docket, today, counts),
        ]
        found.extend(
            lapsed(policy, rule, addresses)
            for policy in policies
            for rule, addresses in counts[policy.id].expired.values()
        )
        found.sort(key=lambda finding: (finding.address, finding.policy, finding.path or ""))
        tallies = {policy.id: counts[policy.id].tally(policy.id, _cases(policy, docket)) for policy in policies}
        return Outcome(tuple(found), tallies)


def _judge_resources(
    policies: Sequence[Policy], docket: Docket, today: date, counts: Mapping[str, _Count]
) -> Iterator[Finding]:
    candidates: dict[Signature, list[tuple[Policy, Truth]]] = {}
    for case in docket.resources:
        shared = signature(case)
        fitting = candidates.get(shared)
        if fitting is None:
            fitting = candidates[shared] = list(_candidates(policies, shared))
        for policy, truth in fitting:
            judgement = judge(policy, case, today, truth)
            counts[policy.id].add(judgement, case.address)
            if judgement.finding is not None:
                yield judgement.finding


def _candidates(policies: Sequence[Policy], shared: Signature) -> Iterator[tuple[Policy, Truth]]:
    """The policies that may match resources of a signature."""
    for policy in policies:
        truth = policy.body.selection.match.fits_signature(shared)
        if truth is not Truth.FALSE:
            yield policy, truth


def _judge_others(
    policies: Sequence[Policy], docket: Docket, today: date, counts: Mapping[str, _Count]
) -> Iterator[Finding]:
    for policy in policies:
        for case in _wide_cases(policy, docket):
            judgement = judge(policy, case, today)
            counts[policy.id].add(judgement, judgement.finding.address if judgement.finding else "")
            if judgement.finding is not None:
                yield judgement.finding


def _wide_cases(policy: Policy, docket: Docket) -> list[Case]:
    if policy.scope == GROUP:
        groups = docket.groups.get(policy.group_by or "", {})
        return [groups[name] for name in sorted(groups)]
    return [docket.change] if docket.change is not None else []


def _cases(policy: Policy, docket: Docket) -> int:
    """How many cases there were for a policy."""
    return len(_wide_cases(policy, docket)) if policy.scope in (CHANGE, GROUP) else len(docket.resources)


NATIVE = NativeLanguage()
