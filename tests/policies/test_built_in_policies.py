"""The policies that ship with the program: well formed, tested, listed, and free of dates and waivers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spendgate.documents import read_yaml
from spendgate.model.policy import Policy
from spendgate.policies import catalog
from spendgate.policies.docs import readme
from spendgate.policies.mistakes import Mistakes
from spendgate.policies.reading import read_policy_file
from spendgate.policies.schema import check_shape
from spendgate.policies.testing import TestResult as Outcome
from spendgate.policies.testing import run_tests

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
FILES = sorted((ROOT / "policies").rglob("*.yaml"))
POLICIES = catalog.load(packs=["all"], readers={".rego": lambda files, built_in: ()})
by_id = pytest.mark.parametrize("policy", POLICIES, ids=[policy.id for policy in POLICIES])
RESULTS = run_tests(POLICIES, NOW).results


def stated_tests(policy: Policy) -> Iterable[dict[str, object]]:
    found: Iterable[dict[str, object]] = policy.body.source.data["tests"]
    return found


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_file_keeps_the_schema_that_people_s_files_must_keep(path: Path) -> None:
    document = read_yaml(path)
    mistakes = Mistakes(document)
    check_shape(document, mistakes)
    mistakes.raise_any()
    read_policy_file(path, str(path))


def test_every_file_is_found_as_a_built_in_policy() -> None:
    assert sorted(each.path for each in catalog.built_ins() if each.path.suffix == ".yaml") == FILES


@pytest.mark.parametrize("result", RESULTS, ids=[f"{result.policy} {result.name}" for result in RESULTS])
def test_what_a_policy_says_about_itself_is_so(result: Outcome) -> None:
    assert result.passed, result


@by_id
def test_a_policy_is_tested_on_both_sides_and_when_it_cannot_tell(policy: Policy) -> None:
    verdicts = {test["expect"] for test in stated_tests(policy)}
    assert {"pass", "fail", "unknown"} <= verdicts
    if policy.scope == "resource":
        assert "skip" in verdicts
    names = [test["name"] for test in stated_tests(policy)]
    assert len(names) == len(set(names))


@by_id
def test_a_policy_explains_itself(policy: Policy) -> None:
    assert policy.description
    assert policy.remediation
    assert policy.remediation.endswith(".")
    assert policy.inputs
    assert all(parameter.description for parameter in policy.declared.values())
    assert set(policy.declared) <= policy.body.used, "a parameter that nothing reads"


@by_id
def test_a_built_in_policy_carries_no_waiver_and_no_date(policy: Policy) -> None:
    assert policy.body.exceptions == ()
    assert policy.enforcement.until is None
    assert all(rung.enforcement is None or rung.enforcement.until is None for rung in policy.body.rungs)


def test_the_page_of_policies_is_up_to_date() -> None:
    assert (ROOT / "policies" / "README.md").read_text(encoding="utf-8") == readme(POLICIES)
