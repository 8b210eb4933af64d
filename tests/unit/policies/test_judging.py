"""The meaning of a policy: order, strengths, what is unknown, exceptions with an end, stages in time, savings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.policies.writing import case, given, judged, policy

from spendgate.model.finding import Enforcement, Verdict
from spendgate.model.values import Bounded

BLOCK, APPROVE, WARN, ADVISE = Enforcement.BLOCK, Enforcement.REQUIRE_APPROVAL, Enforcement.WARN, Enforcement.ADVISE
GPU = "match: {where: [{field: accel.count, gt: 0}]}\nassert: [{field: accel.models, subset_of: [T4]}]\n"


@pytest.mark.parametrize(
    ("subject", "verdict"),
    [
        ("{action: create, accel: {count: 1, models: [T4]}}", Verdict.PASS),
        ("{action: create, accel: {count: 1, models: [H100]}}", Verdict.FAIL),
        ("{action: create, accel: {count: 0, models: [H100]}}", Verdict.SKIP),
        ("{action: create, accel: {count: 1}, unknown: [accel.models]}", Verdict.UNKNOWN),
        ("{action: create, accel: {models: [T4]}, unknown: [accel.count]}", Verdict.PASS),
        ("{action: create, accel: {models: [H100]}, unknown: [accel.count]}", Verdict.UNKNOWN),
        ("{action: create, unknown: [accel]}", Verdict.UNKNOWN),
        ("{action: create}", Verdict.SKIP),
    ],
    ids=[
        "true", "false", "does not apply", "assertion unknown", "applies unknown, assertion true",
        "applies unknown, assertion false", "both unknown", "absent does not match",
    ],
)  # fmt: skip
def test_whether_it_applies_is_three_valued_and_never_skips_by_doubt(subject: str, verdict: Verdict) -> None:
    assert judged(GPU, subject).verdict is verdict


@pytest.mark.parametrize(
    ("subject", "verdict"),
    [
        ("{action: create, tags: {keep: 'no'}}", Verdict.FAIL),
        ("{action: create, tags: {keep: 'yes'}}", Verdict.SKIP),
        ("{action: create, env: prod, tags: {}}", Verdict.SKIP),
        ("{action: create, unknown: [tags]}", Verdict.UNKNOWN),
        ("{action: create, name: x, unknown: [tags]}", Verdict.PASS),
    ],
)
def test_what_is_excluded_is_not_judged(subject: str, verdict: Verdict) -> None:
    text = (
        "exclude: [{env: prod}, {where: [{field: tags.keep, equals: 'yes'}]}]\nassert: [{field: name, exists: true}]\n"
    )
    assert judged(text, subject).verdict is verdict


LADDER = """
scope: change
cases:
  - {enforcement: block, assert: [{field: change.delta_monthly.expected, lte: 10000 USD}]}
  - {enforcement: require-approval, assert: [{field: change.delta_monthly.expected, lte: 2000 USD}]}
  - enforcement: advise
    when: [{field: change.before_monthly.expected, gte: 1000}]
    assert: [{field: change.delta_percent, lte: 25}]
on_unknown: require-approval
"""
LADDER_HEAD = "id: OWN-001\ntitle: T\npack: own\nseverity: low\nmessage: 'adds {{ change.delta_monthly.expected }} of {{ failed.expected }}'\n"


@pytest.mark.parametrize(
    ("delta", "before", "percent", "verdict", "level"),
    [
        (Decimal(100), 0, None, Verdict.PASS, None),
        (Decimal(3000), 0, None, Verdict.FAIL, APPROVE),
        (Decimal(20000), 0, None, Verdict.FAIL, BLOCK),
        (Decimal(100), 5000, 2, Verdict.PASS, None),
        (Decimal(100), 5000, 90, Verdict.FAIL, ADVISE),
        (Bounded(Decimal(3000), None), 0, None, Verdict.FAIL, APPROVE),
        (Bounded(Decimal(20000), None), 0, None, Verdict.FAIL, BLOCK),
        (Bounded(Decimal(100), None), 0, None, Verdict.UNKNOWN, BLOCK),
        (Bounded(Decimal(100), None), 5000, 90, Verdict.FAIL, ADVISE),
        (Bounded(None, Decimal(100)), 0, None, Verdict.PASS, None),
        (None, 0, None, Verdict.FAIL, BLOCK),
    ],
    ids=[
        "small", "middle", "large", "when holds and assert too", "when holds, assert not", "at least middle", "at least large",
        "at least small", "one fails, stricter ones unknown", "at most small", "no delta at all",
    ],
)  # fmt: skip
def test_the_strictest_failing_case_counts_and_unknown_only_when_none_fails(
    delta: object, before: int, percent: int | None, verdict: Verdict, level: Enforcement | None
) -> None:
    subject = case(
        change={"delta_monthly": {"expected": delta}, "before_monthly": {"expected": before}, "delta_percent": percent}
    )
    judgement = judged(policy(LADDER, head=LADDER_HEAD), subject)
    assert judgement.verdict is verdict
    assert (judgement.finding.enforcement if judgement.finding else None) == level


def test_a_failure_says_which_stricter_case_is_still_open() -> None:
    subject = case(
        change={
            "delta_monthly": {"expected": Bounded(Decimal(3000), None, "a part has no price")},
            "before_monthly": {"expected": 0},
        }
    )
    finding = judged(policy(LADDER, head=LADDER_HEAD), subject).finding
    assert finding is not None
    assert finding.message == "adds at least 3,000.00 of 2,000.00"
    assert finding.residual == (
        "change.delta_monthly.expected is known only as at least 3,000.00 (a part has no price); it must be at most 10000 USD"
    )


def test_an_undecided_case_names_what_it_waits_for_and_what_that_costs() -> None:
    finding = judged(
        GPU + "on_unknown: require-approval\n",
        "{action: create, address: a.b, accel: {count: 1}, unknown: [accel.models]}",
    ).finding
    assert finding is not None
    assert (finding.verdict, finding.enforcement, finding.on_unknown) == (Verdict.UNKNOWN, BLOCK, APPROVE)
    assert finding.residual == "accel.models is known only after apply; it must be within T4"
    assert finding.message == f"a.b: {finding.residual}."
    assert (finding.path, finding.expected, finding.actual) == ("accel.models", ["T4"], None)
    assert finding.savings_monthly is None


def test_a_case_whose_when_is_unknown_passes_if_its_assertion_holds_all_the_same() -> None:
    text = "cases: [{enforcement: warn, when: [{field: name, equals: x}], assert: [{field: env, equals: dev}]}]\n"
    assert judged(text, "{action: create, env: dev, unknown: [name]}").verdict is Verdict.PASS
    undecided = judged(text, "{action: create, env: prod, unknown: [name]}")
    assert undecided.verdict is Verdict.UNKNOWN
    assert undecided.finding is not None
    assert undecided.finding.residual == "name is known only after apply; it must not be x"


STAGED = (
    "id: OWN-001\ntitle: T\npack: own\nseverity: low\nmessage: no\nassert: [{field: name, exists: true}]\nenforcement: "
)


@pytest.mark.parametrize(
    ("enforcement", "env", "today", "level"),
    [
        ("advise", "prod", "2026-11-24", ADVISE),
        ("{default: warn, prod: block}", "prod", "2026-11-24", BLOCK),
        ("{default: warn, prod: block}", "dev", "2026-11-24", WARN),
        ("{default: warn, prod: block, unknown: advise}", None, "2026-11-24", ADVISE),
        ("{default: warn, research: block}", "research", "2026-11-24", BLOCK),
        ("{default: warn, warn_until: 2026-12-31, then: block}", "dev", "2026-12-31", WARN),
        ("{default: warn, warn_until: 2026-12-31, then: block}", "dev", "2027-01-01", BLOCK),
        ("{default: warn, prod: advise, warn_until: 2026-12-31, then: block}", "prod", "2027-01-01", ADVISE),
    ],
)
def test_enforcement_follows_environment_and_time(
    enforcement: str, env: str | None, today: str, level: Enforcement
) -> None:
    finding = judged(
        policy(enforcement, head=STAGED), case(action="create", env=env), date.fromisoformat(today)
    ).finding
    assert finding is not None
    assert finding.enforcement is level


EXCEPTED = """
assert: [{field: tags, has_keys: [owner]}]
exceptions:
  - {id: EX-7, match: {address: "module.legacy.*"}, reason: The account is closed., approved_by: finops, expires: 2027-01-31}
"""


class TestExceptions:
    """An exception keeps the finding, with its owner and last day; an ended one is a finding of its own."""

    rules = policy(EXCEPTED)
    legacy = given(
        "{action: create, address: 'module.legacy.aws_instance.a[0]', tags: {}, cost: {monthly: {expected: 12.345}}}"
    )

    def test_a_failure_is_excepted_until_the_last_day(self) -> None:
        judgement = judged(self.rules, self.legacy, date(2027, 1, 31))
        assert judgement.verdict is Verdict.EXCEPTED
        finding = judgement.finding
        assert finding is not None
        assert (finding.waiver, finding.cost_monthly) == ("EX-7", Decimal("12.34"))
        assert "Excepted by EX-7 until 2027-01-31: The account is closed. (finops)" in finding.message
        assert finding.details["exception"]["expires"] == "2027-01-31"

    def test_after_it_the_failure_counts_and_the_exception_is_reported(self) -> None:
        judgement = judged(self.rules, self.legacy, date(2027, 2, 1))
        assert judgement.verdict is Verdict.FAIL
        assert [rule.id for rule in judgement.expired] == ["EX-7"]

    def test_what_passes_passes(self) -> None:
        good = given("{action: create, address: module.legacy.a, tags: {owner: x}}")
        assert judged(self.rules, good).verdict is Verdict.PASS

    def test_what_is_undecided_is_excepted_too(self) -> None:
        assert (
            judged(self.rules, "{action: create, address: module.legacy.a, unknown: [tags]}").verdict
            is Verdict.EXCEPTED
        )

    def test_others_are_not_excepted(self) -> None:
        assert judged(self.rules, "{action: create, address: module.new.a, tags: {}}").verdict is Verdict.FAIL

    def test_an_exception_that_may_not_be_meant_lets_nothing_through(self) -> None:
        text = EXCEPTED.replace('address: "module.legacy.*"', "where: [{field: name, equals: old}]")
        assert judged(text, "{action: create, tags: {}, unknown: [name]}").verdict is Verdict.FAIL


SAVING = "parameters: {hours: {type: number, default: 60}, by_env: {type: map, default: {dev: 4, unknown: 2}}}\nassert: [{field: name, exists: true}]\nsavings: "


@pytest.mark.parametrize(
    ("formula", "subject", "saved"),
    [
        ("cost.hourly * 730 * (1 - hours / 168)", "{cost: {hourly: 1.0}}", "469.29"),
        ("cost.monthly.expected - cheapest_allowed.monthly", "{cost: {monthly: {expected: 100}}, cheapest_allowed: {monthly: 30}}", "70.00"),
        ("cost.monthly.expected - cheapest_allowed.monthly", "{cost: {monthly: {expected: 100}}}", None),
        ("cost.hourly * 730", "{unknown: [cost.hourly]}", None),
        ("cost.hourly * 0", "{unknown: [cost.hourly]}", None),
        ("cost.hourly * 0", "{cost: {hourly: 5}}", "0.00"),
        ("cost.hourly - 10", "{cost: {hourly: 5}}", None),
        ("cost.hourly / 0", "{cost: {hourly: 5}}", None),
        ("cost.monthly.high * max(0, 1 - by_env[env] / capacity.max)", "{env: dev, cost: {monthly: {high: 800}}, capacity: {max: 16}}", "600.00"),
        ("cost.monthly.high * max(0, 1 - by_env[env] / capacity.max)", "{env: qa, cost: {monthly: {high: 800}}, capacity: {max: 16}}", "700.00"),
    ],
)  # fmt: skip
def test_a_saving_is_worked_out_or_none_but_never_zero_for_want_of_a_figure(
    formula: str, subject: str, saved: str | None
) -> None:
    text = SAVING + f"{{formula: '{formula}', note: on paper}}\n"
    finding = judged(text, subject.replace("{", "{action: create, ", 1)).finding
    assert finding is not None
    assert finding.savings_monthly == (Decimal(saved) if saved else None)
    assert finding.savings_formula == (formula if saved else None)
    assert ("savings" in finding.details) is (saved is not None)


def test_a_saving_shows_its_figures() -> None:
    finding = judged(
        SAVING + "{formula: cost.hourly * hours, note: on paper}\n", "{action: create, cost: {hourly: 2}}"
    ).finding
    assert finding is not None
    assert finding.details["savings"] == {
        "monthly": Decimal("120.00"),
        "by": "formula",
        "formula": "cost.hourly * hours",
        "values": {"cost.hourly": 2, "hours": Decimal(60)},
        "note": "on paper",
    }


def test_an_unbounded_or_bounded_cost_gives_no_saving() -> None:
    text = SAVING + "{formula: cost.monthly.high - 5}\n"
    for high in (Decimal("Infinity"), Bounded(Decimal(100), None)):
        finding = judged(text, case(action="create", cost={"monthly": {"high": high}})).finding
        assert finding is not None
        assert finding.savings_monthly is None


def test_an_exposure_is_shown_but_is_no_saving() -> None:
    finding = judged(
        SAVING + "{formula: cost.hourly * 2, kind: exposure}\n", "{action: create, cost: {hourly: 2}}"
    ).finding
    assert finding is not None
    assert (finding.savings_monthly, finding.savings_formula) == (None, None)
    assert finding.details["exposure"]["monthly"] == Decimal("4.00")


def test_a_finding_carries_what_a_report_needs() -> None:
    text = (
        "assert: [{field: accel.count, lte: 2}, {field: tags, has_keys: [owner]}]\n"
        "remediation: {summary: Do this., snippet: 'x = 1', docs: https://example.com/x}\n"
    )
    finding = judged(
        text, "{action: create, address: a.b, accel: {count: 3}, tags: {}, cost: {monthly: {expected: 7}}}"
    ).finding
    assert finding is not None
    assert (finding.policy, finding.address, finding.path, finding.expected, finding.actual) == (
        "OWN-001",
        "a.b",
        "accel.count",
        2,
        3,
    )
    assert (finding.cost_monthly, finding.remediation) == (Decimal("7.00"), "Do this.")
    assert finding.details == {
        "snippet": "x = 1",
        "docs": "https://example.com/x",
        "conditions": [
            {"path": "accel.count", "operator": "lte", "expected": 2, "actual": 3},
            {"path": "tags", "operator": "has_keys", "expected": ["owner"], "actual": {}},
        ],
    }


@pytest.mark.parametrize(
    ("path", "operator"),
    [
        ("after.password", "equals: x"),
        ("after.password", "exists: false"),
        ("after.list", "subset_of: [x]"),
        ("after", "empty: true"),
    ],
)
def test_secrets_reach_no_finding(path: str, operator: str) -> None:
    from spendgate.model.attributes import Attributes

    attributes = Attributes({"password": "hunter2", "list": ["hunter2"]}, sensitive={"password": True, "list": [True]})
    text = f"assert: [{{field: {path}, {operator}}}, {{field: name, exists: true}}]\n"
    rules = policy(
        text.replace("name", "after.name"),
        head=LADDER_HEAD.replace(
            "adds {{ change.delta_monthly.expected }} of {{ failed.expected }}",
            "{{ after }} {{ after.password }} {{ failed.actual }} {{ after.list }}",
        )
        + "enforcement: warn\n",
    )
    finding = judged(rules, case(action="create", after=attributes)).finding
    assert finding is not None
    assert "hunter2" not in repr(finding)
    assert finding.verdict is Verdict.FAIL
