"""JUnit XML against the usual shape, written as a schema of our own: reports, and the results of policy tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import xmlschema
from tests.unit.reporters.situations import SITUATIONS

from spendgate.policies import testing
from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS
from spendgate_cli.policy_results import junit


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_report_keeps_to_the_schema(name: str) -> None:
    schema().validate(REPORTERS.get("junit").render(SITUATIONS[name](), ReportOptions()))


def test_results_of_policy_tests_keep_to_the_schema() -> None:
    results = [
        testing.TestResult("OWN-001", "a", True, "pass", "pass", file="own.yaml", line=3),
        testing.TestResult("OWN-001", "b\x00 <&>", False, "fail", "pass", "said\x1b why", file="own.yaml", line=4),
    ]
    schema().validate(junit(results, ["OWN-002"]))


WRONG = {
    "a case without a class": '<testsuite name="a" tests="1"><testcase name="b"/></testsuite>',
    "a count that is no number": '<testsuite name="a" tests="one"/>',
    "two outcomes": '<testsuite name="a" tests="1"><testcase name="b" classname="c"><error/><failure/></testcase></testsuite>',
    "an attribute that nobody knows": '<testsuite name="a" tests="0" decision="pass"/>',
    "a time that is none": '<testsuite name="a" tests="0" timestamp="today"/>',
}


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses(name: str) -> None:
    assert not schema().is_valid(WRONG[name])
