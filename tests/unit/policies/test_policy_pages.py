"""Pages about the built-in policies: each has its sections, links lead to pages, conditions read back as they are written."""

from __future__ import annotations

import posixpath
import re

import pytest

from spendgate.documents import read_yaml_text
from spendgate.model.policy import Policy
from spendgate.policies import catalog
from spendgate.policies.pages import pages, policy_page

POLICIES = catalog.load(packs=["all"], readers={".rego": lambda files, built_in: ()})
PAGES = pages(POLICIES, "Policies")
by_id = pytest.mark.parametrize("policy", POLICIES, ids=[policy.id for policy in POLICIES])


def test_there_is_a_page_for_each_pack_and_each_policy() -> None:
    packs = {policy.pack for policy in POLICIES}
    wanted = {
        "README.md",
        *(f"{pack}/README.md" for pack in packs),
        *(f"{each.pack}/{each.id}.md" for each in POLICIES),
    }
    assert PAGES.keys() == wanted


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_to_pages(path: str) -> None:
    for link in re.findall(r"\]\(([^)]+\.md)\)", PAGES[path]):
        assert posixpath.normpath(posixpath.join(posixpath.dirname(path), link)) in PAGES


@by_id
def test_a_page_says_why_what_how_to_test_and_what_to_do(policy: Policy) -> None:
    sections = re.findall(r"^## (.+)$", policy_page(policy), re.MULTILINE)
    wanted = ["Why", "Condition", "Parameters", "Example", "What to do", "Savings"]
    assert sections == [each for each in wanted if each in sections]
    assert {"Why", "Condition", "Example", "What to do"} <= set(sections)
    assert ("Parameters" in sections) == bool(policy.declared)
    assert ("Savings" in sections) == ("savings" in policy.body.source.data)


@by_id
def test_the_condition_reads_back_as_the_policy_has_it(policy: Policy) -> None:
    found = re.search(r"## Condition\n\n```yaml\n(.*?)\n```", policy_page(policy), re.DOTALL)
    assert found is not None
    condition = read_yaml_text(found[1], policy.id).data
    stated = policy.body.source.data
    assert condition == {key: stated[key] for key in condition}
    assert {"match", "exclude", "cheapest_allowed", "cases", "assert", "scope"} & stated.keys() == condition.keys()


@by_id
def test_examples_read_back_and_are_its_own_tests(policy: Policy) -> None:
    shown = re.findall(r"^- (fail|pass): (.+?): `(\{.*\})`$", policy_page(policy), re.MULTILINE)
    assert [verdict for verdict, _, _ in shown] == ["fail", "pass"]
    givens = [test["given"] for test in policy.body.source.data["tests"]]
    for _, _, given in shown:
        assert read_yaml_text(given, policy.id).data in givens
