"""One policy, one case, one verdict, with the finding that says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from spendgate.model.case import Case, look_up, split_path
from spendgate.model.expiry import Term
from spendgate.model.finding import Enforcement, Finding, Verdict
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import Policy
from spendgate.model.values import Truth
from spendgate.policies.body import CHANGE, GROUP, Body, ExceptionRule, Rung
from spendgate.policies.clues import Clue
from spendgate.policies.instead import CHEAPEST, InsteadCase
from spendgate.policies.needs import Need, Needs, sentence
from spendgate.policies.saving import NOTHING_SAID, Saved, money, saved, short
from spendgate.policies.selection import signature
from spendgate.policies.wording import listed, plain

_COST = split_path("cost.monthly.expected")
_UNKNOWN_ENV = "unknown"


class Judgement(Frozen):
    """A verdict; every verdict but pass and skip has a finding. `expired` are exceptions that would have held, once."""

    verdict: Verdict
    finding: Finding | None = None
    expired: tuple[ExceptionRule, ...] = ()


PASS = Judgement(Verdict.PASS)
SKIP = Judgement(Verdict.SKIP)


@dataclass(slots=True)
class _Outcome:
    """The rungs that fail and those that cannot be told."""

    failing: list[Rung] = field(default_factory=list)
    unsure: list[Rung] = field(default_factory=list)


def judge(policy: Policy, case: Case, today: date, shared: Truth | None = None) -> Judgement:
    """Judge one case. `shared` is what its signature has decided already, for callers that know.

    Order: match, exclude, the conditions, then exceptions, which turn a failure (or what may be one) into `excepted`.
    """
    body: Body = policy.body
    if shared is None:
        shared = body.selection.match.fits_signature(signature(case))
    if body.allowance is not None and shared is not Truth.FALSE:
        case = InsteadCase(case, body.allowance, None)
    applies = body.selection.applies(case, shared) if shared is not Truth.FALSE else shared
    if applies is Truth.FALSE:
        return SKIP
    outcome = _climb(body, case, applies)
    if not outcome.failing and not outcome.unsure:
        return PASS
    holding, expired = _exceptions(body.exceptions, case, today)
    if outcome.failing:
        finding = _failure(policy, case, today, outcome)
    else:
        finding = _doubt(policy, case, today, outcome, applies)
    if holding is not None:
        return Judgement(Verdict.EXCEPTED, _excepted(finding, holding))
    return Judgement(finding.verdict, finding, expired)


def _climb(body: Body, case: Case, applies: Truth) -> _Outcome:
    outcome = _Outcome()
    for rung in body.rungs:
        when = rung.when.truth(case) if rung.when is not None else Truth.TRUE
        if when is Truth.FALSE:
            continue
        truth = rung.check.truth(case)
        if truth is Truth.TRUE:
            continue
        certain = truth is Truth.FALSE and when is Truth.TRUE and applies is Truth.TRUE
        (outcome.failing if certain else outcome.unsure).append(rung)
    return outcome


def environment(case: Case) -> str:
    """The environment of a case, `unknown` when nobody says."""
    env = case.root("env")
    return env if isinstance(env, str) else _UNKNOWN_ENV


def _level(policy: Policy, rung: Rung, case: Case, today: date) -> Enforcement:
    rule = rung.enforcement if rung.enforcement is not None else policy.enforcement
    return rule.at(environment(case), today)


def _strictest(policy: Policy, rungs: Sequence[Rung], case: Case, today: date) -> tuple[Rung, Enforcement]:
    levels = [(rung, _level(policy, rung, case, today)) for rung in rungs]
    return max(levels, key=lambda pair: pair[1])


def _failure(policy: Policy, case: Case, today: date, outcome: _Outcome) -> Finding:
    body: Body = policy.body
    rung, level = _strictest(policy, outcome.failing, case, today)
    clues = rung.check.clues(case, Truth.FALSE)
    clue = clues[0] if clues else None
    details = _details(body, clues)
    told = saved(body.savings, _with_fix(body, case), details)
    if body.allowance is not None and (instead := _instead(case)):
        details["instead"] = instead
    stricter = [other for other in outcome.unsure if _level(policy, other, case, today) > level]
    return _finding(
        policy,
        case,
        Verdict.FAIL,
        level,
        body.message.render(case, clue),
        clue,
        residual=_residual(stricter, case) if stricter else None,
        told=told,
        details=details,
    )


def _with_fix(body: Body, case: Case) -> Case:
    """The case with the price of the policy's fix beside it, which is worked out only for what fails."""
    reprice = body.savings.reprice if body.savings is not None else None
    return InsteadCase(case, None, reprice) if reprice is not None and not reprice.machine else case


def _instead(case: Case) -> dict[str, Any]:
    """What the cheapest allowed machine is, for who reads the finding."""
    found = case.root(CHEAPEST)
    if not isinstance(found, Mapping):
        return {}
    return {name: plain(short(value)) for name, value in found.items() if name != "lines"}


def _doubt(policy: Policy, case: Case, today: date, outcome: _Outcome, applies: Truth) -> Finding:
    body: Body = policy.body
    rung, level = _strictest(policy, outcome.unsure, case, today)
    said = []
    if applies is Truth.UNKNOWN:
        said.append(f"whether the policy applies is not known: {sentence(body.selection.need(case))} for it to apply")
    residual = ". ".join((*said, *filter(None, (_residual(outcome.unsure, case),))))
    clues = rung.check.clues(case, rung.check.truth(case))
    return _finding(
        policy,
        case,
        Verdict.UNKNOWN,
        level,
        f"{_subject(policy, case) or 'This change'}: {residual}.",
        clues[0] if clues else None,
        residual=residual,
        details=_details(body, clues),
    )


def _residual(rungs: Sequence[Rung], case: Case) -> str:
    """What is unknown in these rungs: each must hold, or not be asked for."""
    needs: list[Need] = []
    for rung in rungs:
        ways: list[Need] = []
        if rung.when is not None and rung.when.truth(case) is Truth.UNKNOWN:
            ways.append(rung.when.need(case, wanted=False))
        if rung.check.truth(case) is Truth.UNKNOWN:
            ways.append(rung.check.need(case))
        if ways:
            needs.append(Needs("or", tuple(ways)))
    return sentence(Needs("and", tuple(needs))) if needs else ""


def _details(body: Body, clues: Sequence[Clue]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if len(clues) > 1:
        details["conditions"] = [
            {
                "path": clue.path,
                "operator": clue.operator,
                "expected": plain(clue.expected),
                "actual": plain(clue.actual),
            }
            for clue in clues
        ]
    if body.snippet:
        details["snippet"] = body.snippet
    if body.docs:
        details["docs"] = body.docs
    return details


def _finding(
    policy: Policy,
    case: Case,
    verdict: Verdict,
    level: Enforcement,
    message: str,
    clue: Clue | None,
    *,
    residual: str | None = None,
    told: Saved = NOTHING_SAID,
    details: dict[str, Any],
) -> Finding:
    return Finding(
        policy=policy.id,
        title=policy.title,
        severity=policy.severity,
        enforcement=level,
        verdict=verdict,
        address=_subject(policy, case),
        message=message,
        path=clue.path if clue else None,
        expected=plain(clue.expected) if clue else None,
        actual=plain(clue.actual) if clue else None,
        residual=residual,
        on_unknown=policy.on_unknown,
        cost_monthly=money(look_up(case, _COST)) if policy.scope not in (CHANGE, GROUP) else None,
        savings_monthly=told.monthly,
        savings_formula=told.formula,
        savings_by=told.by,
        remediation=policy.remediation,
        details=details,
        origin=getattr(case, "origin", ""),
    )


def _subject(policy: Policy, case: Case) -> str:
    """The address of a resource, `tags.team=vision` for a group, nothing for the whole change."""
    if policy.scope == GROUP:
        return f"{policy.group_by}={look_up(case, ('group', 'value'))}"
    return case.address


def _exceptions(
    rules: Sequence[ExceptionRule], case: Case, today: date
) -> tuple[ExceptionRule | None, tuple[ExceptionRule, ...]]:
    """The exception that holds for a case, if any, and those that held until their last day."""
    # NOTE: only a certain match counts; an exception that may not be meant must not let anything through.
    fitting = [rule for rule in rules if rule.match.fits(case) is Truth.TRUE]
    holding = next((rule for rule in fitting if Term(rule.expires).holds(today)), None)
    return holding, tuple(rule for rule in fitting if not Term(rule.expires).holds(today))


def _excepted(finding: Finding, rule: ExceptionRule) -> Finding:
    said = f"{finding.message} Excepted by {rule.id} until {rule.expires}: {rule.reason} ({rule.approved_by})"
    return replace(
        finding,
        verdict=Verdict.EXCEPTED,
        waiver=rule.id,
        message=said,
        details={
            **finding.details,
            "exception": {
                "id": rule.id,
                "reason": rule.reason,
                "approved_by": rule.approved_by,
                "expires": rule.expires.isoformat(),
            },
        },
    )


def lapsed(policy: Policy, rule: ExceptionRule, addresses: Sequence[str]) -> Finding:
    """The finding about an exception whose last day has passed, and the resources that are judged again."""
    return Finding(
        policy=policy.id,
        title=policy.title,
        severity=policy.severity,
        enforcement=Enforcement.WARN,
        verdict=Verdict.FAIL,
        address="",
        message=(
            f"Exception {rule.id} of {policy.id} ended on {rule.expires}; it no longer holds for {listed(addresses)}. "
            "Remove it, or have it approved again."
        ),
        path=f"exceptions.{rule.id}",
        expected="a last day that has not passed",
        actual=rule.expires.isoformat(),
        on_unknown=policy.on_unknown,
        remediation="Remove the exception from the policy, or renew it with a new last day and approval.",
        details={"exception": {"id": rule.id, "reason": rule.reason, "approved_by": rule.approved_by}},
    )
