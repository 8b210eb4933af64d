"""Explanations: every condition with its answer, whether it mattered or not, and the verdict that comes out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from spendgate.model.values import Truth
from spendgate.policies.catalog import built_ins, load
from spendgate.policies.explaining import explain
from spendgate.policies.judging import judge
from spendgate.policies.reading import LANGUAGE, compiled, read_policy_text
from spendgate.policies.testing import given_case

TODAY = date(2026, 11, 24)
POLICY = """
id: OWN-001
title: t
pack: own
severity: low
message: m
match: {kind: "compute.*", env: [dev], where: [{field: accel.count, gt: 0}]}
exclude: [{address: "module.old.*"}]
parameters: {most: {type: map, default: {dev: 2, unknown: 1}, description: d}}
cases:
  - enforcement: block
    when: [{field: env, equals: dev}]
    assert:
      - {field: accel.count, lte: "${most[env]}"}
      - any: [{field: tags.keep, equals: "true"}, {not: {field: "accel.models[]", each: any, equals: H100}}]
      - {expr: "accel.count * 2 <= 8"}
"""
GIVEN: dict[str, Any] = {
    "kind": "compute.vm",
    "action": "create",
    "env": "dev",
    "accel": {"count": 8, "models": ["H100"]},
    "tags": {},
    "address": "aws_instance.a",
}
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def rows(given: dict[str, Any]) -> dict[str, list[tuple[int, str, Truth, str | None]]]:
    policy = compiled(read_policy_text(POLICY, "OWN-001.yaml"))
    found = explain(policy, given_case(given), TODAY)
    return {name: [(row.depth, row.said, row.truth, row.actual) for row in part] for name, part in found.parts}


def test_every_condition_is_said_with_what_is_there() -> None:
    found = rows(GIVEN)
    assert found["match"][0] == (0, "kind is one of compute.*", T, "compute.vm")
    assert found["match"][-2:] == [(0, "env is one of dev", T, "dev"), (0, "accel.count gt 0", T, "8")]
    assert found["exclude"] == [(0, "address is one of module.old.*", F, "aws_instance.a")]
    assert found["case 1: block, when"] == [(0, "env equals dev", T, "dev")]
    assert found["case 1: block"] == [
        (0, "accel.count lte 2", F, "8"),
        (0, "any of", F, None),
        (1, "tags.keep equals true", F, "(not set)"),
        (1, "not", F, None),
        (2, "any of accel.models[] equals H100", T, "H100"),
        (0, "accel.count * 2 <= 8", F, "accel.count=8"),
    ]


def test_what_is_not_known_is_said() -> None:
    found = rows({**GIVEN, "unknown": ["accel.count"]})
    assert found["case 1: block"][0] == (0, "accel.count lte 2", U, "(known only after apply)")


@pytest.mark.parametrize("policy_id", [each.id for each in built_ins() if each.path.suffix == ".yaml"])
def test_explains_the_tests_of_every_built_in_policy_with_the_verdict_of_the_gate(policy_id: str) -> None:
    (policy,) = [each for each in load((), ("all",), readers={".rego": lambda *_: ()}) if each.id == policy_id]
    assert policy.language == LANGUAGE
    for test in policy.body.source.data.get("tests", ()):
        case = given_case(test["given"], address="a.b")
        found = explain(policy, case, TODAY)
        assert found.judgement == judge(policy, case, TODAY)
        assert found.parts
