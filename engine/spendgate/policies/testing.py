"""Runs the tests that stand in policy files, at a fixed time: what a policy says about itself, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from spendgate.errors import PolicyError
from spendgate.model.case import ROOTS, PlainCase
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.values import SENSITIVE, Unknown
from spendgate.policies.body import RESOURCE, Body
from spendgate.policies.judging import Judgement, judge
from spendgate.policies.literals import plain_number
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.parameters import merged
from spendgate.policies.reading import LANGUAGE, recompiled

_MARKS = ("unknown", "sensitive")
_ADDRESS = "the given resource"


class TestResult(Frozen):
    """One test: what was expected, what came, and why (the finding's message, or what is wrong with the test)."""

    policy: str
    name: str
    passed: bool
    expected: str
    actual: str
    message: str = ""
    file: str = ""
    line: int | None = None


class TestRun(Frozen):
    """The results of all tests, in the order of policies and files, and the policies that have none."""

    results: tuple[TestResult, ...]
    untested: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[TestResult, ...]:
        """The tests that did not come out as expected."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def succeeded(self) -> bool:
        """Whether something was run, every policy has a test, and every test came out as expected."""
        return bool(self.results) and not self.failed and not self.untested


def run_tests(policies: Iterable[Policy], now: datetime) -> TestRun:
    """Run the tests of all YAML policies as if it were `now`. Policies of other languages are passed over."""
    results: list[TestResult] = []
    untested: list[str] = []
    for policy in policies:
        if policy.language != LANGUAGE:
            continue
        body: Body = policy.body
        tests = body.source.data.get("tests") or ()
        if not tests:
            untested.append(policy.id)
        results.extend(_run(policy, number, test, now) for number, test in enumerate(tests))
    return TestRun(tuple(results), tuple(untested))


def _run(policy: Policy, number: int, test: Mapping[str, Any], now: datetime) -> TestResult:
    document = policy.body.source.document
    line = document.line_of(("tests", number, "name"))
    expected = _said(test["expect"], test.get("enforcement"), test.get("savings", _ANY))
    try:
        case = given_case(test["given"], test.get("unknown", ()), address=_ADDRESS if policy.scope == RESOURCE else "")
        judgement = judge(with_parameters(policy, test.get("params") or {}), case, now.date())
    except (Mistake, PolicyError) as error:
        return TestResult(policy.id, test["name"], False, expected, "error", str(error), document.origin, line)
    actual, passed = _compared(test, judgement)
    message = judgement.finding.message if judgement.finding is not None else ""
    return TestResult(policy.id, test["name"], passed, expected, actual, message, document.origin, line)


def with_parameters(policy: Policy, params: Mapping[str, Any]) -> Policy:
    """The policy as it is with other parameters. Raises Mistake for a parameter that it does not have."""
    if not params:
        return policy
    changed = dict(policy.parameters)
    for name, value in params.items():
        if name not in policy.declared:
            raise Mistake(f"{policy.id} has no parameter {name!r}", near(name, policy.declared))
        changed[name] = merged(policy.declared[name], value)
    return recompiled(policy, changed)


def _compared(test: Mapping[str, Any], judgement: Judgement) -> tuple[str, bool]:
    """What came out, said like the expectation, and whether the two agree in everything that the test names."""
    finding = judgement.finding
    verdict = judgement.verdict.value
    level = finding.enforcement.label if finding is not None else None
    agrees = verdict == test["expect"] and test.get("enforcement", level) == level
    money: Any = _ANY
    if "savings" in test:
        money = _money_of(judgement)
        agrees = agrees and _same_money(test["savings"], money)
    return _said(verdict, level if "enforcement" in test else None, money), agrees


def _money_of(judgement: Judgement) -> Decimal | None:
    """The saving of a finding, or its exposure where the policy's formula is one."""
    finding = judgement.finding
    if finding is None:
        return None
    if finding.savings_monthly is not None:
        return finding.savings_monthly
    exposure = finding.details.get("exposure")
    return exposure["monthly"] if exposure else None


def _same_money(expected: Any, actual: Decimal | None) -> bool:
    """Whether two amounts agree to the cent; nothing agrees with nothing only."""
    number = plain_number(expected) if expected is not None else None
    if number is None or actual is None:
        return expected is None and actual is None
    return number.quantize(actual) == actual


_ANY: Any = object()


def _said(verdict: str, level: str | None, money: Any) -> str:
    parts = [verdict]
    if level is not None:
        parts.append(f"at {level}")
    if money is not _ANY:
        parts.append("without a saving" if money is None else f"saving {plain_number(money):,.2f}")
    return " ".join(parts)


def given_case(given: Mapping[str, Any], unknown: Sequence[str] = (), *, address: str = "") -> PlainCase:
    """A case of what a test gives. Paths under `unknown` and `sensitive` are not known. Raises Mistake."""
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in _MARKS:
            continue
        if key not in ROOTS:
            raise Mistake(
                f"given has {key!r}, which no resource has", near(key, {*ROOTS, *_MARKS}, whole="it may have")
            )
        values[key] = _copied(value)
    for path in (*given.get("unknown", ()), *unknown):
        _mark(values, path, Unknown())
    for path in given.get("sensitive", ()):
        _mark(values, path, SENSITIVE)
    return PlainCase(str(given.get("address", address)), values)


def _copied(value: Any) -> Any:
    """A copy whose maps and lists may be changed."""
    if isinstance(value, Mapping):
        return {key: _copied(child) for key, child in value.items()}
    return [_copied(child) for child in value] if isinstance(value, list) else value


def _mark(values: dict[str, Any], path: str, mark: Unknown) -> None:
    """Put a mark at a path, making the maps on the way to it."""
    node: Any = values
    keys = str(path).split(".")
    if keys[0] not in ROOTS:
        raise Mistake(f"unknown names {path!r}", near(keys[0], ROOTS, whole="fields start with"))
    for key in keys[:-1]:
        if isinstance(node, list):
            node = node[_index(key, node, path)]
            continue
        if not isinstance(node.get(key), (dict, list)):
            node[key] = {}
        node = node[key]
    if isinstance(node, list):
        node[_index(keys[-1], node, path)] = mark
    else:
        node[keys[-1]] = mark


def _index(key: str, node: list[Any], path: str) -> int:
    if not key.isdecimal() or int(key) >= len(node):
        raise Mistake(f"unknown names {path!r}, but the list has no {key}")
    return int(key)
