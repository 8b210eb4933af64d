"""The runner of Rego tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.rego.dockets import own

from spendgate.errors import PolicyError
from spendgate.evaluators.rego import EngineSettings
from spendgate.evaluators.rego.testing import run_rego_tests
from spendgate.policies.testing import TestRun as Run

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EMBEDDED = EngineSettings(engine="embedded")
RULE = """deny contains {"msg": "too many", "resource": r.address, "savings": {"monthly": 7}} if {
	some r in input.resources
	r.accel.count > lib.param("TEST-001", "most", 0)
}

unknown contains {"msg": "unclear", "resource": r.address} if {
	some r in input.resources
	lib.unknown(r, "accel.count")
}"""
MORE = "#   parameters: {most: {type: number, default: 4}}\n"


def run(folder: Path) -> Run:
    return run_rego_tests([folder], NOW, EMBEDDED)


def test_rules_pass_when_they_are_there_and_not_false(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_text(own(RULE, more=MORE))
    (tmp_path / "a_test.rego").write_text(
        "package spendgate.tests.test_001\n\nimport rego.v1\n\n"
        'test_many if count(deny) == 1 with input as {"resources": [{"address": "a", "accel": {"count": 8}, "unknown": []}]}\n\n'
        'test_few if count(deny) == 1 with input as {"resources": []}\n\n'
        "test_false := false\n\n"
        'test_broken if lower(input.resources) == "x" with input.resources as 3\n\n'
        "todo_test_later if true\n"
    )
    found = run(tmp_path)
    said = [(result.name, result.passed, result.actual, result.line) for result in found.results]
    assert said == [
        ("test_many", True, "pass", 5),
        ("test_few", False, "fail", 7),
        ("test_false", False, "fail", 9),
        ("test_broken", False, "error", 11),
    ]
    assert "lower" in found.results[3].message
    assert not found.succeeded
    assert found.untested == ()


def test_tests_of_the_form_given_and_expect(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_text(own(RULE, more=MORE))
    (tmp_path / "a.tests.yaml").write_text("""tests:
  - name: many
    given: {address: a, accel: {count: 8}}
    expect: fail
    enforcement: block
    savings: 7
  - {name: few, given: {accel: {count: 1}}, expect: pass}
  - {name: another limit, given: {accel: {count: 1}}, params: {most: 0}, expect: fail}
  - {name: not known, given: {accel: {}}, unknown: [accel.count], expect: unknown}
  - {name: deleted, given: {accel: {count: 1}, action: delete}, expect: skip}
  - {name: wrong, given: {accel: {count: 8}}, expect: pass}
  - {name: no such parameter, given: {accel: {count: 8}}, params: {mots: 1}, expect: fail}
  - {name: no such field, given: {acel: {count: 8}}, expect: fail}
""")
    results = run(tmp_path).results
    assert [result.passed for result in results] == [True] * 5 + [False] * 3
    assert results[5].actual == "fail"
    assert "mots" in results[6].message
    assert "acel" in results[7].message
    assert (results[0].policy, results[0].line) == ("TEST-001", 2)


def test_a_policy_without_tests_is_named_and_nothing_run_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_text(own(RULE, more=MORE))
    found = run(tmp_path)
    assert found.results == ()
    assert found.untested == ("TEST-001",)
    assert not found.succeeded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tests: []", "holds no list"),
        ("x: 1", "holds no list"),
        ("tests: [{name: a, given: {}}]", "lacks expect"),
        ("tests: [{name: a, given: {}, expect: pass, exepct: x}]", "unknown key"),
        ("tests: [{name: a, given: {}, expect: passed}]", "another shape"),
        ("tests: [3]", "lacks name"),
        ("tests: [", "not valid YAML"),
    ],
)
def test_a_file_of_tests_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.rego").write_text(own(RULE, more=MORE))
    (tmp_path / "a.tests.yaml").write_text(text)
    with pytest.raises(PolicyError, match=said):
        run(tmp_path)


def test_the_tests_beside_the_policies_that_ship_all_pass() -> None:
    found = run_rego_tests([Path(__file__).parents[4] / "rego"], NOW, EMBEDDED)
    assert [(result.policy, result.name, result.actual) for result in found.failed] == []
    assert found.succeeded
    assert len(found.results) > 40
