"""Whom a policy judges, key by key."""

from __future__ import annotations

import pytest
from tests.unit.policies.writing import judged

from spendgate.model.finding import Verdict

ROWS = [
    ("kind: compute.vm", "{kind: compute.vm}", True),
    ("kind: compute.vm", "{kind: compute.group}", False),
    ('kind: ["compute.*", ai.model]', "{kind: compute.group}", True),
    ('kind: ["compute.*", ai.model]', "{kind: ai.model}", True),
    ('kind: ["compute.*"]', "{kind: compute}", False),
    ("type: [aws_instance]", "{type: aws_instance}", True),
    ('type: "aws_*"', "{type: google_x}", False),
    ("provider: aws", "{provider: aws}", True),
    ("provider: aws", "{}", False),
    ("env: [dev, unknown]", "{env: dev}", True),
    ("env: [dev, unknown]", "{env: prod}", False),
    ("env: [dev, unknown]", "{}", True),
    ('address: "module.ml.*"', "{address: 'module.ml.aws_instance.a[0]'}", True),
    ('address: "module.ml.*"', "{address: module.web.aws_instance.a}", False),
    ("address: 'a.b[0]'", "{address: 'a.b[0]'}", True),
    ("address: 'a.b[?]'", "{address: 'a.b[7]'}", True),
    ("address: 'a.b[0]'", "{address: a.b0}", False),
    ("address: '*.gpu*.a*'", "{address: module.gpu-1.xx.ab}", True),
    ("address: '*.gpu*.a*b'", "{address: module.gpu-1.xx.ac}", False),
    (
        "address: '*a*a*a*a*a*a*a*a*a*b'",
        "{address: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
        False,
    ),
    ("taggable: true", "{taggable: true}", True),
    ("taggable: true", "{taggable: false}", False),
    ("taggable: true", "{}", False),
    ("taggable: false", "{}", True),
    ("where: [{field: accel.count, gt: 0}]", "{accel: {count: 1}}", True),
    ("where: {any: [{field: name, equals: a}, {field: env, equals: b}]}", "{env: b}", True),
    ("kind: compute.vm\n  env: dev", "{kind: compute.vm, env: dev}", True),
    ("kind: compute.vm\n  env: dev", "{kind: compute.vm, env: prod}", False),
]


@pytest.mark.parametrize(("match", "subject", "expected"), ROWS, ids=[f"{m} of {s}" for m, s, _ in ROWS])
def test_every_key_of_match_must_fit(match: str, subject: str, expected: bool) -> None:
    text = f"match:\n  {match}\nassert: [{{field: cost.state, equals: x}}]\n"
    subject = subject.replace("{", "{action: create, ", 1).replace(", }", "}")
    assert judged(text, subject).verdict is (Verdict.FAIL if expected else Verdict.SKIP)


@pytest.mark.parametrize(
    ("match", "action", "expected"),
    [
        ("{}", "create", True),
        ("{}", "update", True),
        ("{}", "replace", True),
        ("{}", "import", True),
        ("{}", "declare", True),
        ("{}", "exists", True),
        ("{}", "delete", False),
        ("{}", "no-op", False),
        ("{}", "read", False),
        ("{}", "forget", False),
        ("{}", "move", False),
        ("{action: [delete]}", "delete", True),
        ("{action: '*'}", "forget", True),
        ("{new_only: true}", "create", True),
        ("{new_only: true}", "declare", True),
        ("{new_only: true}", "update", False),
        ("{new_only: true}", "replace", False),
        ("{new_only: true}", "exists", False),
    ],
)
def test_six_actions_are_judged_unless_others_are_named(match: str, action: str, expected: bool) -> None:
    text = f"match: {match}\nassert: [{{field: cost.state, equals: x}}]\n"
    assert judged(text, f"{{action: {action}}}").verdict is (Verdict.FAIL if expected else Verdict.SKIP)


@pytest.mark.parametrize(
    ("inputs", "source", "expected"),
    [
        ("[plan]", "plan", True),
        ("[plan]", "source", True),
        ("[plan]", "k8s", False),
        ("[k8s, inventory]", "inventory", True),
    ],
)
def test_a_policy_judges_the_inputs_that_it_names(inputs: str, source: str, expected: bool) -> None:
    text = f"inputs: {inputs}\nassert: [{{field: cost.state, equals: x}}]\n"
    subject = f"{{action: create, source: {source}}}"
    assert judged(text, subject).verdict is (Verdict.FAIL if expected else Verdict.SKIP)


def test_a_kind_that_is_unknown_never_skips() -> None:
    text = "match: {kind: compute.vm}\nassert: [{field: name, exists: true}]\n"
    assert judged(text, "{action: create, unknown: [kind]}").verdict is Verdict.UNKNOWN
    assert judged(text, "{action: create, name: a, unknown: [kind]}").verdict is Verdict.PASS
