"""Our contract, with every engine: what rules and results mean."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.rego.conftest import Judge
from tests.rego.dockets import case, docket, own, policies

from spendgate.errors import PolicyError
from spendgate.evaluators.rego import RegoLanguage
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators
from spendgate.model.finding import Enforcement, Severity, Verdict
from spendgate.model.resource import Action
from spendgate.model.values import AFTER_APPLY, Bounded
from spendgate.ports import Docket

EACH = 'deny contains {"msg": "too dear", "resource": r.address} if some r in input.resources'


def test_a_result_becomes_a_finding_with_all_its_keys(judge: Judge) -> None:
    rule = """deny contains {
	"msg": "it runs H100", "resource": r.address, "path": "accel.models", "actual": r.accel.models, "expected": ["T4"],
	"severity": "critical", "savings": {"monthly": 12.345, "formula": "a - b"}, "cost": {"monthly": 40150},
	"remediation": "Use a T4.", "_loc": {"file": "main.tf", "line": 12}, "team": {"name": "vision"},
} if some r in input.resources"""
    over = docket(case(accel=Accelerators(count=8, models=("H100",))))
    (finding,) = judge(policies(own(rule)), over).findings
    assert (finding.policy, finding.title, finding.verdict) == ("TEST-001", "A policy of the tests", Verdict.FAIL)
    assert (finding.address, finding.message, finding.path) == ("aws_instance.a", "it runs H100", "accel.models")
    assert (finding.actual, finding.expected) == (["H100"], ["T4"])
    assert (finding.severity, finding.enforcement) == (Severity.CRITICAL, Enforcement.BLOCK)
    assert (finding.savings_monthly, finding.savings_formula) == (Decimal("12.35"), "a - b") or (
        finding.savings_monthly == Decimal("12.34")
    )
    assert finding.cost_monthly == Decimal("40150.00")
    assert finding.remediation == "Use a T4."
    assert finding.location is not None
    assert (finding.location.file, finding.location.line) == ("main.tf", 12)
    assert finding.details == {"team": {"name": "vision"}}


@pytest.mark.parametrize(
    ("configured", "stated", "level"),
    [
        ("block", None, Enforcement.BLOCK),
        ("block", "require-approval", Enforcement.REQUIRE_APPROVAL),
        ("block", "warn", Enforcement.WARN),
        ("block", "advise", Enforcement.WARN),
        ("warn", "block", Enforcement.WARN),
        ("advise", "block", Enforcement.ADVISE),
        ("{default: warn, dev: block}", None, Enforcement.BLOCK),
    ],
    ids=[
        "as configured",
        "weaker than configured",
        "as weak as warn",
        "never below warn",
        "never above configured",
        "advice stays",
        "by environment",
    ],
)
def test_a_result_states_its_enforcement_within_what_is_configured(
    configured: str, stated: str | None, level: Enforcement
) -> None:
    said = f', "enforcement": "{stated}"' if stated else ""
    rule = f'deny contains {{"msg": "no", "resource": r.address{said}}} if some r in input.resources'
    held = policies(own(rule, enforcement=configured))
    (finding,) = RegoLanguage().judge(held, docket(case())).findings
    assert finding.enforcement is level


def test_warn_never_counts_for_more_than_a_warning(judge: Judge) -> None:
    (finding,) = judge(policies(own(EACH.replace("deny", "warn"))), docket(case())).findings
    assert finding.enforcement is Enforcement.WARN


def test_unknown_is_a_verdict_of_its_own_and_yields_to_a_failure(judge: Judge) -> None:
    rules = """unknown contains {"msg": "not known yet", "resource": r.address} if {
	some r in input.resources
	lib.unknown(r, "accel.models")
}

deny contains {"msg": "no", "resource": "b.b"} if input.resources
"""
    unsure = Accelerators(count=1, models=AFTER_APPLY)
    outcome = judge(policies(own(rules)), docket(case("a.a", accel=unsure), case("b.b", accel=unsure)))
    assert [(f.address, f.verdict, f.residual) for f in outcome.findings] == [
        ("a.a", Verdict.UNKNOWN, "not known yet"),
        ("b.b", Verdict.FAIL, None),
    ]
    tally = outcome.tallies["TEST-001"]
    assert (tally.matched, tally.passed, tally.failed, tally.unknown) == (2, 0, 1, 1)


def test_the_policy_excepts_addresses_and_they_are_reported(judge: Judge) -> None:
    rules = EACH + '\n\nexception contains {"resource": "a.a", "msg": "closed in March"} if true\n'
    outcome = judge(policies(own(rules)), docket(case("a.a"), case("b.b")))
    assert [(f.address, f.verdict) for f in outcome.findings] == [("a.a", Verdict.EXCEPTED), ("b.b", Verdict.FAIL)]
    assert "closed in March" in outcome.findings[0].message
    assert outcome.tallies["TEST-001"].excepted == 1


def test_savings_by_address_join_the_findings(judge: Judge) -> None:
    rules = EACH + '\n\nsavings["a.a"] := 99.5\n'
    found = judge(policies(own(rules)), docket(case("a.a"), case("b.b"))).findings
    assert [finding.savings_monthly for finding in found] == [Decimal("99.50"), None]


def test_evidence_of_a_pass_is_no_finding(judge: Judge) -> None:
    rule = EACH.replace('"resource"', '"failed": false, "resource"')
    outcome = judge(policies(own(rule)), docket(case()))
    assert outcome.findings == ()
    assert outcome.tallies["TEST-001"].passed == 1


def test_applies_and_metadata_say_what_is_skipped(judge: Judge) -> None:
    rules = """deny contains {"msg": "no", "resource": r.address} if {
	some r in input.resources
	r.accel.count > 4
}

applies contains r.address if { some r in input.resources; r.accel.count > 0 }
"""
    over = docket(
        case("a.big", accel=Accelerators(count=8)),
        case("a.small", accel=Accelerators(count=1)),
        case("a.none"),
        case("a.bucket", kind="storage.object"),
        case("a.gone", action=Action.DELETE),
    )
    held = policies(own(rules, more='#   kinds: ["compute.*"]\n'))
    tally = judge(held, over).tallies["TEST-001"]
    assert (tally.matched, tally.passed, tally.failed, tally.skipped) == (2, 1, 1, 3)


def test_parameters_reach_the_policy_as_configured(judge: Judge) -> None:
    from spendgate.model.frozen import replace

    more = "#   parameters: {most: {type: number, default: 4}, over: {type: money, default: 500 USD}}\n"
    rules = """deny contains {"msg": sprintf("%v %v", [lib.param("TEST-001", "most", 0), lib.param("TEST-001", "over", 0)]),
	"resource": r.address} if some r in input.resources"""
    (policy,) = policies(own(rules, more=more))
    assert [f.message for f in judge([policy], docket(case())).findings] == ["4 500"]
    changed = replace(policy, parameters={**policy.parameters, "most": Decimal("2.5")})
    assert [f.message for f in judge([changed], docket(case())).findings] == ["2.5 500"]


def test_the_clock_is_that_of_the_run(judge: Judge) -> None:
    rule = 'deny contains {"msg": time.format(time.now_ns()), "resource": r.address} if some r in input.resources'
    (finding,) = judge(policies(own(rule)), docket(case())).findings
    assert finding.message == "2026-11-24T12:00:00Z"


def test_a_bounded_cost_is_unknown_with_its_bounds(judge: Judge) -> None:
    rules = """deny contains {"msg": sprintf("at least %v", [lib.least(r, "cost.monthly.expected")]), "resource": r.address} if {
	some r in input.resources
	lib.unknown(r, "cost.monthly.expected")
	lib.above(r, "cost.monthly.expected", 10)
}

unknown contains {"msg": "may be more", "resource": r.address} if {
	some r in input.resources
	lib.maybe_above(r, "cost.monthly.expected", 100)
}
"""
    cost = {"monthly": {"expected": Bounded(Decimal(42), None, "no price")}}
    (finding,) = judge(policies(own(rules)), docket(case(cost=cost))).findings
    assert finding.message == "at least 42"


def test_a_cost_that_nothing_bounds_is_above_every_limit(judge: Judge) -> None:
    rule = 'deny contains {"msg": lib.money(r.cost.monthly.high), "resource": r.address} if { some r in input.resources; r.cost.monthly.high > 1000000 }'
    cost = {"monthly": {"high": Decimal("Infinity")}}
    (finding,) = judge(policies(own(rule)), docket(case(cost=cost))).findings
    assert finding.message == "an unlimited amount"


def test_secrets_are_replaced_before_a_policy_sees_them(judge: Judge) -> None:
    secret = Attributes({"password": "hunter2", "tags": {"a": "b"}}, sensitive={"password": True})
    rule = 'deny contains {"msg": r.after.password, "resource": r.address, "seen": r.sensitive} if some r in input.resources'
    (finding,) = judge(policies(own(rule)), docket(case(attributes=secret))).findings
    assert finding.message == "(sensitive)"
    assert finding.details == {"seen": ["after.password"]}


def test_a_policy_about_the_change_and_one_about_groups(judge: Judge) -> None:
    from spendgate.model.case import PlainCase

    change = own(
        'deny contains {"msg": "too much"} if input.change.delta_monthly.expected > 1',
        policy_id="TEST-002",
        scope="change",
    )
    group = own(
        """deny contains {"msg": "too much", "resource": sprintf("tags.team=%s", [name])} if {
	some name, team in input.groups["tags.team"]
	team.after_monthly.expected > 100
}""",
        policy_id="TEST-003",
        scope="group",
        more="#   group_by: tags.team\n",
    )
    teams = {
        name: PlainCase("", {"group": {"after_monthly": {"expected": Decimal(money)}}})
        for name, money in (("ads", 50), ("vision", 500))
    }
    over = docket(case(), change={"delta_monthly": {"expected": Decimal(2)}}, groups={"tags.team": teams})
    outcome = judge(policies(change, group), over)
    assert [(f.policy, f.address) for f in outcome.findings] == [("TEST-002", ""), ("TEST-003", "tags.team=vision")]
    assert (outcome.tallies["TEST-002"].matched, outcome.tallies["TEST-003"].matched) == (1, 2)
    assert outcome.tallies["TEST-003"].passed == 1


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("deny := false", "is False, not a set"),
        ("deny := null", "is None, not a set"),
        ('deny := "no"', "not a set"),
        ('deny["no"] := true', "not a set"),
        ("deny := 7", "not a set"),
        ("deny := {} if input.resources", "not a set"),
        ('deny := "no" if input.nowhere', "is undefined"),
        ("deny contains false if true", "holds False"),
        ("deny contains null if true", "holds None"),
        ('deny contains "" if true', "holds ''"),
        ("deny contains 3 if true", "holds 3"),
        ('deny contains ["no"] if true', "holds ['no']"),
        ("deny contains {} if true", "holds {}"),
        ('deny contains {"msg": ""} if true', "holds {'msg': ''}"),
        ('deny contains {"msg": {"a": "b"}} if true', "holds {'msg'"),
        ('deny contains {"msg": "no", "resource": 3} if true', "needs `resource`"),
        ('deny contains "no" if true', "needs `resource`"),
        (
            'deny contains {"msg": "no", "resource": "a", "failed": null, "enforcement": "stop"} if true',
            "`enforcement`",
        ),
        ('deny contains {"msg": "no", "resource": "a", "failed": "no"} if true', "`failed`"),
        ('deny contains {"msg": "no", "resource": "a", "severity": 1} if true', "`severity`"),
        ('deny contains {"msg": "no", "resource": "a", "path": 1} if true', "`path`"),
        ('deny contains {"msg": "no", "resource": "a", "cost": {"monthly": "12"}} if true', "an amount of '12'"),
        ('deny contains {"msg": "no", "resource": "a", "savings": 12} if true', "savings of 12"),
    ],
)
def test_a_value_that_is_no_result_is_an_error_and_never_a_pass(judge: Judge, rule: str, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        judge(policies(own(rule)), docket(case()))
    assert said in str(caught.value)
    assert "TEST-001" in str(caught.value)
    assert caught.value.file == "policy0.rego"
    assert caught.value.line == 13


def test_nothing_to_judge_is_a_tally_of_nothing(judge: Judge) -> None:
    outcome = judge(policies(own(EACH)), docket())
    assert outcome.findings == ()
    assert outcome.tallies["TEST-001"].matched == 0


def test_no_policies_start_no_engine() -> None:
    over: Docket = docket(case())
    assert RegoLanguage().judge([], over).findings == ()


def test_the_order_of_findings_is_that_of_addresses_and_policies(judge: Judge) -> None:
    held = policies(own(EACH, policy_id="TEST-002"), own(EACH, policy_id="TEST-001"))
    found: list[Any] = list(judge(held, docket(case("b.b"), case("a.a"))).findings)
    assert [(f.address, f.policy) for f in found] == [
        ("a.a", "TEST-001"),
        ("a.a", "TEST-002"),
        ("b.b", "TEST-001"),
        ("b.b", "TEST-002"),
    ]
