"""The runner of the tests in policy files: it tells a wrong policy from a right one, and nothing from something."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.unit.policies.writing import policy

from spendgate.policies.testing import TestRun as Ran
from spendgate.policies.testing import run_tests

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RULES = """
match: {kind: compute.vm}
parameters: {most: {type: number, default: 2}}
assert: [{field: accel.count, lte: "${most}"}]
savings: {formula: cost.hourly * 730}
tests:
  - {name: the test, given: {kind: compute.vm, action: create, accel: {count: 4}, cost: {hourly: 1}}, %s}
"""


def run(expectation: str) -> Ran:
    return run_tests([policy(RULES % expectation)], NOW)


@pytest.mark.parametrize(
    "expectation",
    [
        "expect: fail",
        "expect: fail, enforcement: block",
        "expect: fail, savings: 730",
        "expect: fail, savings: 730.00",
        "params: {most: 4}, expect: pass",
        "unknown: [accel.count], expect: unknown",
    ],
)
def test_a_test_that_is_right_passes(expectation: str) -> None:
    assert run(expectation).succeeded


@pytest.mark.parametrize(
    ("expectation", "expected", "actual"),
    [
        ("expect: pass", "pass", "fail"),
        ("expect: fail, enforcement: warn", "fail at warn", "fail at block"),
        ("expect: fail, savings: 731", "fail saving 731.00", "fail saving 730.00"),
        ("expect: fail, savings: null", "fail without a saving", "fail saving 730.00"),
        ("params: {most: 4}, expect: fail", "fail", "pass"),
        ("params: {most: 4}, expect: pass, savings: 730", "pass saving 730.00", "pass without a saving"),
        ("unknown: [accel.count], expect: fail", "fail", "unknown"),
    ],
)
def test_a_test_that_is_wrong_fails_and_says_what_came(expectation: str, expected: str, actual: str) -> None:
    found = run(expectation)
    assert not found.succeeded
    result = found.failed[0]
    assert (result.policy, result.name, result.expected, result.actual) == ("OWN-001", "the test", expected, actual)
    assert (result.file, result.line) == ("own.yaml", 14)


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        ("params: {mst: 4}, expect: fail", "OWN-001 has no parameter 'mst' (did you mean most?)"),
        ("params: {most: x}, expect: fail", "'x' is no number"),
        ("unknown: [acel.count], expect: fail", "unknown names 'acel.count'"),
    ],
)
def test_a_test_that_cannot_run_is_no_success(expectation: str, message: str) -> None:
    result = run(expectation).failed[0]
    assert result.actual == "error"
    assert message in result.message


def test_what_no_resource_has_cannot_be_given() -> None:
    found = run_tests([policy(RULES.replace("accel:", "acel:") % "expect: fail")], NOW)
    assert found.failed[0].message == "given has 'acel', which no resource has (did you mean accel?)"


def test_a_policy_without_tests_is_no_success() -> None:
    found = run_tests([policy("assert: [{field: name, exists: true}]\n")], NOW)
    assert found.untested == ("OWN-001",)
    assert not found.succeeded


def test_nothing_run_is_no_success() -> None:
    assert not run_tests([], NOW).succeeded


def test_the_time_is_an_argument() -> None:
    text = """
assert: [{field: name, exists: true}]
exceptions: [{id: X, match: {env: dev}, reason: r, approved_by: b, expires: 2026-12-31}]
tests: [{name: held, given: {action: create, env: dev}, expect: excepted}]
"""
    assert run_tests([policy(text)], NOW).succeeded
    assert not run_tests([policy(text)], NOW.replace(year=2027)).succeeded
