"""Lint: what a policy that loads can still have wrong with it, each with its line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from spendgate.model.kinds import FAMILIES, KINDS
from spendgate.policies.catalog import load
from spendgate.policies.lint import lint
from spendgate.policies.reading import compiled, read_policy_text

TODAY = date(2026, 11, 24)
ROOT = Path(__file__).resolve().parents[3]
HEAD = "id: OWN-001\ntitle: t\npack: own\nseverity: low\nmessage: m\n"
CHECK = "assert: [{field: accel.count, lte: 8}]\n"
TESTS = """tests:
  - {name: a, given: {accel: {count: 1}}, expect: pass}
  - {name: b, given: {accel: {count: 9}}, expect: fail}
  - {name: c, given: {unknown: [accel.count]}, expect: unknown}
"""
GOOD = HEAD + CHECK + TESTS


def said(text: str) -> list[str]:
    policy = compiled(read_policy_text(text, "OWN-001.yaml"))
    return [f"{each.line}: {each.level.value}: {each.message}" for each in lint(policy, TODAY)]


def with_(more: str, check: str = CHECK) -> str:
    return HEAD + more + check + TESTS


SAID = {
    "nothing of a good one": (GOOD, []),
    "a parameter without a use": (
        with_("parameters: {most: {type: number, default: 1, description: d}}\n"),
        ["6: error: parameter most is used nowhere"],
    ),
    "a parameter that only the message uses": (
        with_("parameters: {most: {type: number, default: 1, description: d}}\n").replace(
            "message: m", 'message: "{{ most }}"'
        ),
        [],
    ),
    "no test": (HEAD + CHECK, ["1: error: it has no test"]),
    "tests that prove nothing": (
        HEAD + CHECK + "tests:\n  - {name: a, given: {accel: {count: 1}}, expect: skip}\n",
        [
            "7: error: no test shows that it can fail",
            "7: warning: no test shows that it can pass",
            "7: warning: no test shows what it says when it cannot tell",
        ],
    ),
    "a type of another provider": (
        with_("match: {provider: google, type: [aws_instance]}\n"),
        ["6: error: it can never match aws_instance: the provider is google"],
    ),
    "new only, and nothing new": (
        with_("match: {action: [update, delete], new_only: true}\n"),
        ["6: error: it can never match: new_only, but no action makes anything new"],
    ),
    "two bounds that leave nothing": (
        with_("match: {where: [{field: accel.count, gt: 4}, {field: accel.count, lte: 4}]}\n"),
        ["6: error: it can never match: accel.count cannot be both over and under 4"],
    ),
    "two names at once": (
        with_("match: {where: [{field: env, equals: dev}, {field: env, in: [prod, staging]}]}\n"),
        ["6: error: it can never match: env cannot be two things at once"],
    ),
    "there and not there": (
        with_("match: {where: [{field: name, exists: false}, {field: name, starts_with: a}]}\n"),
        ["6: error: it can never match: name cannot be there and not be there, or two things at once"],
    ),
    "a demand that its match makes certain": (
        with_("match: {where: [{field: accel.count, lt: 8}]}\n"),
        ["7: error: it can never fail: what it demands is certain wherever it applies"],
    ),
    "nothing of a demand at the edge of its match": (with_("match: {where: [{field: accel.count, lte: 9}]}\n"), []),
    "nothing of a demand on another field": (with_("match: {where: [{field: capacity.max, lt: 8}]}\n"), []),
    "nothing of a demand that a project may change": (
        with_(
            "parameters: {most: {type: number, default: 8, description: d}}\nmatch: {where: [{field: accel.count, lt: 8}]}\n",
            'assert: [{field: accel.count, lte: "${most}"}]\n',
        ),
        [],
    ),
    "a case that can never apply": (
        with_(
            "match: {where: [{field: env, equals: dev}]}\n",
            "cases:\n  - {enforcement: block, when: [{field: env, equals: prod}], assert: [{field: accel.count, lte: 8}]}\n",
        ),
        ["8: error: this case can never apply: env cannot be two things at once"],
    ),
    "an exception that ended": (
        with_("exceptions:\n  - {id: E-1, match: {env: dev}, reason: r, approved_by: a, expires: 2026-11-20}\n"),
        ["7: error: exception E-1 ended on 2026-11-20, 4 days ago"],
    ),
    "an exception as good as for ever": (
        with_("exceptions:\n  - {id: E-1, match: {env: dev}, reason: r, approved_by: a, expires: 2027-11-24}\n"),
        ["7: error: exception E-1 runs for 365 more days, 180 are the most"],
    ),
    "an exception for everything": (
        with_("exceptions:\n  - {id: E-1, match: {}, reason: r, approved_by: a, expires: 2026-12-01}\n"),
        ["7: error: exception E-1 is for everything"],
    ),
    "an approval that nobody may give": (
        with_("enforcement: require-approval\n"),
        ["6: warning: it asks for an approval and names nobody who may give one"],
    ),
    "an approval that somebody may give": (with_("enforcement: require-approval\napprovers: [jane]\n"), []),
    "a stage that is over": (
        with_("enforcement: {default: warn, warn_until: 2026-11-01, then: block}\n"),
        ["6: warning: warn_until ended on 2026-11-01, 23 days ago: it is block already"],
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_says(name: str) -> None:
    text, expected = SAID[name]
    assert said(text) == expected


def test_the_built_in_policies_have_no_errors() -> None:
    policies = load((), ("all",), readers={".rego": lambda *_: ()})
    assert [found for policy in policies for found in lint(policy, TODAY) if found.level.value == "error"] == []


def test_every_kind_that_an_adapter_names_is_known() -> None:
    literal = re.compile(rf'"((?:{"|".join(FAMILIES)})\.[a-z]+)"')
    found = {
        kind
        for path in (ROOT / "engine" / "spendgate" / "facets").rglob("*.py")
        for kind in literal.findall(path.read_text(encoding="utf-8"))
    }
    assert found - KINDS <= {"k8s.aws", "k8s.io"}, "add the kind to model/kinds.py"
    assert len(found) > 40
