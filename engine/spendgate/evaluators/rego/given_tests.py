"""Tests of the form `given`/`expect`, as YAML policies have them, for a policy in Rego: in `<policy>.tests.yaml` beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from spendgate.documents import Document, read_yaml
from spendgate.errors import InputError, PolicyError
from spendgate.evaluators.rego.engines import Session, Unit
from spendgate.evaluators.rego.language import parameter_data, questions
from spendgate.evaluators.rego.verdicts import Bench, judge_own
from spendgate.model.attributes import Attributes
from spendgate.model.case import PlainCase, ResourceCase
from spendgate.model.facets import Facets
from spendgate.model.finding import Finding, PolicyTally, Verdict
from spendgate.model.frozen import replace
from spendgate.model.policy import Policy
from spendgate.model.resource import Action, Change, Resource
from spendgate.policies.literals import plain_number
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.parameters import merged
from spendgate.policies.testing import TestResult, given_case
from spendgate.ports import Docket
from spendgate.wire.policy_input import encode, given_input

SUFFIX = ".tests.yaml"
_ADDRESS = "the given resource"
_KEYS = ("name", "given", "params", "expect", "enforcement", "savings", "unknown")
_VERDICTS = tuple(verdict.value for verdict in Verdict)


def tests_beside(policy: Policy) -> Document | None:
    """The tests of a policy, when there are some. Raises PolicyError for a file of another shape."""
    path = Path(policy.origin).with_suffix(SUFFIX)
    if not path.is_file():
        return None
    try:
        document = read_yaml(path)
    except InputError as error:
        raise PolicyError(error.message, file=error.file, line=error.line, hint=error.hint) from None
    tests = document.data.get("tests") if isinstance(document.data, Mapping) else None
    if not isinstance(tests, list) or not tests:
        raise PolicyError("holds no list `tests`", file=str(path), hint="write tests: [{name, given, expect}]")
    for number, test in enumerate(tests):
        _check(document, number, test)
    return document


def _check(document: Document, number: int, test: Any) -> None:
    line = document.line_of(("tests", number))
    keys = test.keys() if isinstance(test, Mapping) else ()
    missing = [key for key in ("name", "given", "expect") if key not in keys]
    strange = [key for key in keys if key not in _KEYS]
    if missing or strange:
        said = f"lacks {missing[0]}" if missing else f"has the unknown key {strange[0]!r}"
        hint = None if missing else near(strange[0], _KEYS)
        raise PolicyError(f"test {number + 1} {said}", file=document.origin, line=line, hint=hint)
    if test["expect"] not in _VERDICTS or not isinstance(test["given"], Mapping):
        hint = f"expect is one of {', '.join(_VERDICTS)}; given is a map"
        raise PolicyError(f"test {number + 1} has another shape", file=document.origin, line=line, hint=hint)


def given_results(policy: Policy, document: Document, now: datetime, session: Session) -> Iterator[TestResult]:
    """The results of the tests of one policy, in the order of the file."""
    for number, test in enumerate(document.data["tests"]):
        line = document.line_of(("tests", number))
        expected = _said(test["expect"], test.get("enforcement"), test.get("savings"))
        try:
            actual, passed, message = _one(policy, test, now, session)
        except (Mistake, PolicyError) as error:
            actual, passed, message = "error", test["expect"] == "error", str(error)
        yield TestResult(policy.id, str(test["name"]), passed, expected, actual, message, document.origin, line)


def _one(policy: Policy, test: Mapping[str, Any], now: datetime, session: Session) -> tuple[str, bool, str]:
    case = given_case(test["given"], test.get("unknown") or (), address=_ADDRESS if policy.scope == "resource" else "")
    verdict, finding = judge_given(_configured(policy, test.get("params") or {}), case, now, session)
    level = finding.enforcement.label if finding is not None else None
    saved = _saved(finding)
    passed = verdict.value == test["expect"] and test.get("enforcement", level) == level
    if "savings" in test:
        wanted = plain_number(test["savings"])
        passed = passed and (wanted is None) == (saved is None) and (saved is None or wanted == saved)
    message = finding.message if finding is not None else ""
    return (
        _said(verdict.value, level if "enforcement" in test else None, saved if "savings" in test else None),
        passed,
        message,
    )


def _saved(finding: Finding | None) -> Decimal | None:
    """The saving of a finding, or its exposure where the policy states one."""
    if finding is None or finding.savings_monthly is not None:
        return finding.savings_monthly if finding is not None else None
    exposure = finding.details.get("exposure")
    amount = exposure.get("monthly") if isinstance(exposure, Mapping) else None
    return Decimal(str(amount)).quantize(Decimal("0.01")) if amount is not None else None


def judge_given(policy: Policy, case: PlainCase, now: datetime, session: Session) -> tuple[Verdict, Finding | None]:
    """What a policy says of a plain case, and its strictest finding. Raises PolicyError."""
    unit = Unit(
        policy.body.modules, questions([policy]), (encode(given_input(case, now)),), parameter_data([policy]), now
    )
    sheet = session.ask(unit)[0]
    answers = {rule: sheet[key] for rule in policy.body.rules if (key := f"{policy.id}/{rule}") in sheet}
    findings, counted = judge_own(policy, answers, _bench(policy, case, now))
    return _verdict(counted), max(findings, key=lambda found: found.enforcement, default=None)


def _configured(policy: Policy, params: Mapping[str, Any]) -> Policy:
    changed = dict(policy.parameters)
    for name, value in params.items():
        if name not in policy.declared:
            raise Mistake(f"{policy.id} has no parameter {name!r}", near(name, policy.declared))
        changed[name] = merged(policy.declared[name], value)
    return replace(policy, parameters=changed)


def _bench(policy: Policy, case: PlainCase, now: datetime) -> Bench:
    """What findings need to know of a given case: kind, environment, action, source, cost."""
    values = case.values
    action = Action(str(values.get("action", "create")))
    resource = Resource(case.address, str(values.get("type", "")), "", str(values.get("provider", "")), Attributes())
    facets = Facets(kind=str(values.get("kind", "other")), env=str(values.get("env", "unknown")))
    derived = {"cost": values.get("cost", {})}
    change = Change(case.address, action, None, resource)
    held = (ResourceCase(case.address, change, facets, str(values.get("source", "plan")), derived),)
    group = values.get("group")
    groups: dict[str, dict[str, PlainCase]] = {}
    if policy.group_by and isinstance(group, Mapping):
        groups = {policy.group_by: {str(group.get("value")): case}}
    resources: Sequence[ResourceCase] = held if policy.scope == "resource" else ()
    return Bench.of(Docket(resources, now, PlainCase("", values), groups))


def _verdict(counted: PolicyTally) -> Verdict:
    if counted.failed:
        return Verdict.FAIL
    if counted.unknown:
        return Verdict.UNKNOWN
    if counted.excepted:
        return Verdict.EXCEPTED
    return Verdict.PASS if counted.matched else Verdict.SKIP


def _said(verdict: str, level: str | None, money: Any) -> str:
    said = verdict if level is None else f"{verdict} at {level}"
    return said if money is None else f"{said} saving {money}"
