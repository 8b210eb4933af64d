"""Tagging policies taken over: they judge as they are written, and what cannot be said is listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.e2e.stories import Outcome, run
from tests.unit.governance.matters import TODAY

from spendgate.documents import Document
from spendgate.errors import SpendgateError
from spendgate.migration import MIGRATIONS
from spendgate.policies.catalog import load
from spendgate.policies.judging import judge
from spendgate.policies.testing import given_case

CENTRES = {
    "name": "Cost centres",
    "message": "See the page on tags.",
    "blockPr": True,
    "resource_types": ["aws_instance"],
    "tags": [
        {"key": "CostCenter", "mandatory": True, "pattern": "^CC-[0-9]+$"},
        {"key": "env", "values": ["dev", "prod"]},
    ],
}


def taken(folder: Path, *policies: Any) -> Outcome:
    (folder / "theirs.json").write_text(json.dumps({"tagging_policies": policies}), encoding="utf-8")
    done = run("import", "infracost-tags", "theirs.json", cwd=folder)
    assert "Traceback" not in done.errors
    return done


CASES = {
    "all is well": ({"cost-center": "CC-1", "environment": "dev"}, "pass"),
    "an optional tag may be left out": ({"cost-center": "CC-1"}, "pass"),
    "a mandatory one may not": ({"environment": "dev"}, "fail"),
    "nor be empty": ({"cost-center": ""}, "fail"),
    "a value that does not fit the pattern": ({"cost-center": "1"}, "fail"),
    "a value that is not in the list": ({"cost-center": "CC-1", "environment": "qa"}, "fail"),
}


@pytest.mark.parametrize("name", CASES)
def test_it_judges_as_it_is_written(name: str, tmp_path: Path) -> None:
    tags, expected = CASES[name]
    done = taken(tmp_path, CENTRES)
    assert done.exit_code == 0, done.output
    policy = load((str(tmp_path / "policies"),), ())[0]
    assert policy.title == "Cost centres"
    assert "See the page on tags." in (policy.remediation or "")
    facts = {"type": "aws_instance", "kind": "compute.vm", "taggable": True, "action": "create", "tags": tags}
    assert judge(policy, given_case(facts), TODAY).verdict.value == expected


LEFT_OUT = {
    "filters": ({**CENTRES, "filters": {"repos": ["a"]}}, "it has filters, which has no counterpart"),
    "a key of a tag that nobody knows": (
        {"name": "x", "tags": [{"key": "a", "mandatory": True, "kind": "z"}]},
        "the tag 'a' has kind, which has no counterpart",
    ),
    "a key that is no plain one": ({"name": "x", "tags": [{"key": "a.b/c d", "mandatory": True}]}, "is no plain one"),
    "nothing demanded": ({"name": "x", "tags": [{"key": "a"}]}, "it demands nothing"),
    "no tags": ({"name": "x"}, "it has no list of tags"),
    "a pattern between slashes": (
        {"name": "x", "tags": [{"key": "a", "pattern": "/a/"}]},
        "is no plain regular expression",
    ),
    "a pattern that is none": ({"name": "x", "tags": [{"key": "a", "pattern": "(?<n>a"}]}, "x: "),
    "values that are no texts": ({"name": "x", "tags": [{"key": "a", "values": [1]}]}, "values is no list of texts"),
    "no map": ("x", "it is no map of keys"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_cannot_be_said_is_left_out_and_listed(name: str, tmp_path: Path) -> None:
    policy, words = LEFT_OUT[name]
    done = taken(tmp_path, policy, CENTRES)
    assert done.exit_code == 1
    assert words in next(line for line in done.output.splitlines() if line.startswith("left out"))
    assert len(list((tmp_path / "policies").glob("*.yaml"))) == 1


def test_another_file_is_an_error_that_says_what_it_should_be(tmp_path: Path) -> None:
    (tmp_path / "theirs.json").write_text("{}", encoding="utf-8")
    done = run("import", "infracost-tags", "theirs.json", cwd=tmp_path)
    assert done.exit_code == 2
    assert "holds no tagging policies" in done.errors


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "tags", "key", "values", "pattern", "mandatory"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_no_file_makes_it_fall_over(data: Any) -> None:
    migration = MIGRATIONS.get("infracost-tags")
    for shape in (data, {"tagging_policies": data}, {"tagging_policies": [data]}):
        try:
            found = migration.read([Document(shape, "theirs")], {})
        except SpendgateError:
            continue
        assert all(isinstance(line, str) for line in found.left_out)
