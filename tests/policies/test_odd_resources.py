"""Whatever a resource looks like, a policy gives a verdict and a message; what is learned later never turns a verdict round."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.unit.policies.test_operators import STATED
from tests.unit.policies.writing import case, condition

from spendgate.model.attributes import Attributes
from spendgate.model.case import PlainCase
from spendgate.model.finding import Verdict
from spendgate.model.values import SENSITIVE, Bounded, Unknown
from spendgate.policies import catalog
from spendgate.policies.judging import judge
from spendgate.policies.operators import OPERATORS
from spendgate.policies.paths import VOCABULARY

TODAY = date(2026, 11, 24)
POLICIES = catalog.load(packs=["all"], readers={".rego": lambda files, built_in: ()})
each_policy = pytest.mark.parametrize("policy", POLICIES, ids=[policy.id for policy in POLICIES])

numbers = some.one_of(some.integers(-5, 10**7), some.decimals(-5, 500, places=2), some.just(Decimal("Infinity")))
bounds = some.builds(
    Bounded, some.none() | some.decimals(0, 50, places=0), some.none() | some.decimals(50, 9000, places=0)
)
plain = some.one_of(
    some.none(),
    some.booleans(),
    numbers,
    some.sampled_from(["", "T4", "H100", "train", "true", "60", "2026-01-01", "ckpt"]),
)
odd = some.one_of(
    plain, bounds, some.just(Unknown()), some.just(SENSITIVE), some.floats(allow_nan=False, allow_infinity=False)
)
values = some.recursive(
    odd,
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(["owner", "expected", "high", "0", "kind"]), inner, max_size=3)
        | some.builds(lambda tree: Attributes({"x": tree}, unknown={"x": [True]}), some.lists(plain, max_size=2))
    ),
    max_leaves=5,
)


def words_of(root: str) -> some.SearchStrategy[Any]:
    words = VOCABULARY.get(root)
    return some.dictionaries(some.sampled_from(sorted(words)), values, max_size=4) | values if words else values


ROOTS = ("accel", "capacity", "schedule", "limits", "scaling", "lifecycle", "workload", "cost", "change")
resources = some.fixed_dictionaries(
    {"kind": some.sampled_from(["compute.vm", "compute.group", "ai.job", "storage.object", "ai.notebook"]), "action": some.just("create")},
    optional={
        **{root: words_of(root) for root in ROOTS},
        **dict.fromkeys(("tags", "name", "after", "disks", "pools", "region", "storage", "price"), values),
        "env": some.sampled_from(["prod", "dev", "qa"]) | odd,
        "taggable": some.just(True) | odd,
    },
)  # fmt: skip


@each_policy
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(resource=resources)
def test_any_resource_gets_a_verdict_and_a_message(policy: Any, resource: dict[str, Any]) -> None:
    judgement = judge(policy, PlainCase("a.b", resource), TODAY)
    if judgement.verdict in (Verdict.PASS, Verdict.SKIP):
        assert judgement.finding is None
        return
    finding = judgement.finding
    assert finding is not None
    assert finding.message
    assert "{{" not in finding.message
    assert (finding.residual is not None) or judgement.verdict is Verdict.FAIL
    assert finding.savings_monthly is None or finding.savings_monthly >= 0


def learned(tree: Any, value: Any) -> Any:
    """The same resource with every unknown replaced by one known value."""
    if isinstance(tree, Unknown):
        return value
    if isinstance(tree, dict):
        return {key: learned(child, value) for key, child in tree.items()}
    return [learned(child, value) for child in tree] if isinstance(tree, list) else tree


STILL = {
    Verdict.PASS: {Verdict.PASS, Verdict.SKIP},
    Verdict.SKIP: {Verdict.SKIP},
    Verdict.FAIL: {Verdict.FAIL},
    Verdict.UNKNOWN: {Verdict.PASS, Verdict.SKIP, Verdict.FAIL, Verdict.UNKNOWN},
}
"""What a verdict may become when more is known. A tag whose value is unknown counts as present, so it is learned as a value."""


@each_policy
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(resource=resources, value=some.sampled_from([0, 1, 500, Decimal(10**6), "H100", "prod", "true", True, False]))
def test_what_is_learned_later_never_turns_a_verdict_round(policy: Any, resource: dict[str, Any], value: Any) -> None:
    before = judge(policy, PlainCase("a.b", resource), TODAY).verdict
    after = judge(policy, PlainCase("a.b", learned(resource, value)), TODAY).verdict
    assert after in STILL[before], (before, after)


@pytest.mark.parametrize("operator", OPERATORS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=values, each=some.sampled_from(["", "each: any, ", "each: none, "]))
def test_any_value_can_be_asked_with_any_operator(operator: str, value: Any, each: str) -> None:
    path = "'tags.x[]'" if each else "tags.x"
    found = condition(f"{{field: {path}, {each}{operator}: {STATED[operator]}}}")
    subject = case(tags={"x": value})
    answer = found.truth(subject)
    assert found.clues(subject, answer)
    assert found.need(subject)
