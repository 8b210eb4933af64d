"""Source gives what Terraform itself gives: expressions as in its console, a root as in its plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.inputs.terraform_source.roots import by_address, read, value

from spendgate.inputs.terraform.plan import read_plan
from spendgate.inputs.terraform_source.encoding_functions import json_text
from spendgate.inputs.terraform_source.grammar import parse_expression
from spendgate.inputs.terraform_source.reading import read_root
from spendgate.model.resource import Workload

CORPUS = Path(__file__).parents[3] / "corpus" / "terraform"
EXPRESSIONS = [
    line.split("\t") for line in (CORPUS / "expressions.tsv").read_text(encoding="utf-8").splitlines() if line
]


@pytest.mark.parametrize(("expression", "answer"), EXPRESSIONS, ids=[line[0][:40] for line in EXPRESSIONS])
def test_expressions_have_the_value_that_terraform_console_shows(expression: str, answer: str, tmp_path: Path) -> None:
    parse_expression(expression)
    workload = read(tmp_path, f'resource "a_b" "c" {{\n  x = jsonencode({expression})\n}}\n')
    assert workload.problems == ()
    assert json.loads(value(workload, "a_b.c", "x")) == json.loads(answer)
    assert json_text(json.loads(answer)) is not None


@pytest.fixture(scope="module")
def both() -> tuple[Workload, Workload]:
    folder = CORPUS / "same-answer"
    plan = read_plan((folder / "plan.json").read_bytes(), "plan.json", {})
    return plan, read_root(str(folder), [], "default", {}).workload


def test_the_same_resources_are_there(both: tuple[Workload, Workload]) -> None:
    plan, source = both
    assert sorted(by_address(source)) == sorted(by_address(plan))
    assert len(source.changes) == 18
    assert source.problems == ()


def test_each_value_and_each_unknown_is_the_same(both: tuple[Workload, Workload]) -> None:
    plan, source = (by_address(workload) for workload in both)
    for address, change in plan.items():
        planned, declared = change.resource.attributes, source[address].resource.attributes
        secret = _of(planned.sensitive) or {}
        assert _plain(declared.values.get("input"), {}) == _plain(planned.values.get("input"), secret), address
        assert _marks(_of(declared.unknown)) == _marks(_of(planned.unknown)), address
        assert _marks(_of(declared.sensitive)) == _marks(_of(planned.sensitive)), address


def test_the_same_references_are_found(both: tuple[Workload, Workload]) -> None:
    plan, source = both
    assert sorted(set(source.references.edges())) == sorted(set(plan.references.edges()))
    assert len(source.references.edges()) == 6


def _of(tree: Any) -> Any:
    return tree.get("input", False) if isinstance(tree, dict) else tree


def _plain(value: Any, secret: Any) -> Any:
    """Without nulls, which a plan shows in the place of what is unknown, and without secrets, which source never holds."""
    if isinstance(value, dict):
        kept = {key: _plain(child, {}) for key, child in value.items() if secret.get(key) is not True}
        return {key: child for key, child in kept.items() if child is not None}
    return [_plain(child, {}) for child in value] if isinstance(value, list) else value


def _marks(tree: Any) -> Any:
    """A marker tree without the empty containers."""
    if isinstance(tree, dict):
        return {key: child for key, found in tree.items() if (child := _marks(found))} or False
    if isinstance(tree, list):
        found = [_marks(child) for child in tree]
        return found if any(found) else False
    return tree
