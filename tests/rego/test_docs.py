"""What `docs/rego.md` says about engines and shows as an example is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.rego.conftest import Judge
from tests.rego.dockets import case, docket, own, policies

from spendgate.evaluators.rego import EngineSettings, RegoLanguage
from spendgate.evaluators.rego.metadata import _KEYS
from spendgate.model.facets import Accelerators

TEXT = (Path(__file__).parents[2] / "docs" / "rego.md").read_text()


def test_the_example_runs(judge: Judge) -> None:
    found = re.search(r"```rego\n(.*?)```", TEXT, re.DOTALL)
    assert found
    hot = Accelerators(count=8, models=("H100",), max_total=8)
    one = Accelerators(count=1, models=("H100",), max_total=1)
    over = docket(
        case("a.a", tags={"team": "ml"}, accel=hot), case("a.b", tags={"team": "ml"}, accel=one), case("a.c", tags={})
    )
    outcome = judge(policies(found[1]), over)
    assert [(f.address, f.message, f.actual) for f in outcome.findings] == [
        ("a.a", "team ml may start 9 accelerators", 9),
        ("a.b", "team ml may start 9 accelerators", 9),
    ]


def test_every_key_of_the_metadata_is_named() -> None:
    assert [key for key in _KEYS if f"`{key}`" not in TEXT and f"`custom.{key}`" not in TEXT] == []


@pytest.mark.service
def test_the_differences_between_engines_are_as_listed(program: str) -> None:
    rules = """f(x) := input.change.nowhere[x]

deny contains {"msg": "negated", "resource": "a"} if not f(1) < 3

deny contains {"msg": "sum", "resource": "a"} if 0.1 + 0.2 == 0.3
"""
    said = {}
    for settings in (EngineSettings(engine="embedded"), EngineSettings(engine="binary", program=program)):
        outcome = RegoLanguage(engine=settings).judge(policies(own(rules)), docket(case()))
        said[settings.engine] = [finding.message for finding in outcome.findings]
    assert said == {"embedded": ["negated"], "binary": ["sum"]}
