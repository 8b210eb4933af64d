"""`cheapest_allowed` and `savings.reprice`: what a policy says of other machines, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.policies.writing import TODAY, case, judged, policy

from spendgate.errors import PolicyError
from spendgate.model.alternative import COMMITTED, Terms, Wanted
from spendgate.model.case import PlainCase
from spendgate.model.finding import Finding, Verdict
from spendgate.model.frozen import field_names
from spendgate.model.values import Unknown, Value
from spendgate.policies.explaining import explain
from spendgate.policies.instead import ALLOWED_KEYS, REPRICE_KEYS
from spendgate.policies.judging import judge
from spendgate.policies.lint import lint
from spendgate.policies.schema import AllowedShape, RepriceShape

D = Decimal
ALLOWED = """
parameters:
  allowed: {type: map, default: {dev: [t4, A100], unknown: [L4]}, description: d}
  need: {type: number, default: 24, description: d}
cheapest_allowed:
  accelerators: "${allowed[env]}"
  like: {accelerators: 0.5}
  at_least: {accelerator_memory_gib: [llm.parameters_billions * 2, need]}
assert: [{field: accel.count, lte: 0}]
savings: {formula: cost.monthly.expected - cheapest_allowed.monthly}
"""
CHEAPER = """
cheapest_allowed: {accelerators: same, regions: ".*"}
assert: [{not: {expr: cheapest_allowed.monthly < cost.monthly.expected}}]
savings: {reprice: {machine: cheapest_allowed}}
"""
HOURS = """
assert: [{field: schedule.hours_per_week, lte: 60}]
savings:
  reprice: {hours_per_week: 60}
  formula: cost.hourly * 730 * (1 - 60 / 168)
"""


class Answers:
    """Gives prepared answers and keeps what it was asked."""

    def __init__(self, cheapest: Any = None, repriced: Any = None) -> None:
        self.asked: list[Wanted | Terms] = []
        self._cheapest, self._repriced = cheapest, repriced

    def cheapest(self, wanted: Wanted) -> Mapping[str, Any] | Unknown | None:
        self.asked.append(wanted)
        found: Mapping[str, Any] | Unknown | None = self._cheapest
        return found

    def repriced(self, terms: Terms) -> Mapping[str, Any] | Unknown:
        self.asked.append(terms)
        found: Mapping[str, Any] | Unknown = self._repriced
        return found

    def grid(self) -> Mapping[str, Any] | Unknown:
        return Unknown("not asked")


class Asked(PlainCase):
    """A case that can be asked what it would cost if it were another."""

    answers: Any = None

    def what_if(self) -> Answers:
        answers: Answers = self.answers
        return answers


def asked(answers: Answers, **values: Any) -> Asked:
    return Asked("a.b", {"action": "create", **values}, answers=answers)


def created(**values: Any) -> PlainCase:
    return case(action="create", **values)


def failing(rules: str, subject: PlainCase) -> Finding:
    finding = judge(policy(rules), subject, TODAY).finding
    assert finding is not None
    assert finding.verdict is Verdict.FAIL
    return finding


def money(amount: str) -> dict[str, Any]:
    return {"cost": {"hourly": D("1"), "monthly": {"expected": D(amount)}}}


def test_a_policy_asks_with_its_parameters_in_every_spelling() -> None:
    answers = Answers({"monthly": D(300), "machine": "g4dn.xlarge", "lines": ()})
    finding = failing(ALLOWED, asked(answers, env="dev", accel={"count": 2}, **money("1000")))
    assert answers.asked == [
        Wanted(
            accelerators=("T4", "A100-40GB", "A100-80GB"),
            like=(("accelerators", D("0.5")),),
            at_least=(("accelerator_memory_gib", D(24)),),
        )
    ]
    assert (finding.savings_monthly, finding.savings_by) == (D("700.00"), "re-priced")
    assert finding.details["instead"]["machine"] == "g4dn.xlarge"


def test_the_first_calculation_whose_fields_are_there_counts() -> None:
    answers = Answers(None)
    failing(ALLOWED, asked(answers, env="prod", accel={"count": 2}, llm={"parameters_billions": 70}))
    (wanted,) = answers.asked
    assert isinstance(wanted, Wanted)
    assert (wanted.accelerators, wanted.at_least) == (("L4",), (("accelerator_memory_gib", D(140)),))


def test_nothing_is_asked_where_the_policy_passes() -> None:
    answers = Answers({"monthly": D(1)})
    judgement = judge(policy(ALLOWED), asked(answers, env="dev", accel={"count": 0}), TODAY)
    assert judgement.verdict is Verdict.PASS
    assert answers.asked == []


def test_what_is_not_known_of_the_question_is_asked_of_nobody() -> None:
    answers = Answers({"monthly": D(1)})
    unsure = {"parameters_billions": Unknown("known only after apply")}
    finding = failing(ALLOWED, asked(answers, env="dev", accel={"count": 2}, llm=unsure, **money("1000")))
    assert answers.asked == []
    assert finding.savings_monthly is None


ANSWERED: dict[str, tuple[Value, Verdict]] = {
    "a cheaper one": ({"monthly": D(400), "saving_monthly": D(600)}, Verdict.FAIL),
    "one that is no cheaper": ({"monthly": D(1000), "saving_monthly": D(0)}, Verdict.PASS),
    "none that would do": (None, Verdict.PASS),
    "nobody knows": (Unknown("no price of x is known for y"), Verdict.UNKNOWN),
    "one without a price": ({"monthly": Unknown("no price"), "saving_monthly": Unknown("no price")}, Verdict.UNKNOWN),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_a_condition_on_the_cheapest(name: str) -> None:
    answer, verdict = ANSWERED[name]
    judgement = judge(policy(CHEAPER), asked(Answers(answer), **money("1000")), TODAY)
    assert judgement.verdict is verdict
    if verdict is Verdict.UNKNOWN:
        assert judgement.finding is not None
        assert "no price" in judgement.finding.message
    if verdict is Verdict.FAIL:
        assert judgement.finding is not None
        assert judgement.finding.savings_monthly == D("600.00")


def test_without_anybody_to_ask_it_is_not_known() -> None:
    judgement = judged(CHEAPER, created(**money("1000")))
    assert judgement.verdict is Verdict.UNKNOWN
    assert judgement.finding is not None
    assert "not at hand" in judgement.finding.message


REPRICED: dict[str, tuple[Value, str | None, str | None]] = {
    "the new price counts": ({"saving_monthly": {"expected": D(500)}}, "500.00", "re-priced"),
    "nothing would change": ({"saving_monthly": {"expected": D(0)}}, "0.00", "re-priced"),
    "the fix is dearer: it saves nothing": ({"saving_monthly": {"expected": D(-5)}}, None, None),
    "it cannot be priced again: the formula counts": (Unknown("hours are stated"), "469.29", "formula"),
}


@pytest.mark.parametrize("name", REPRICED)
def test_a_saving_by_the_fix(name: str) -> None:
    answer, saving, by = REPRICED[name]
    answers = Answers(repriced=answer)
    finding = failing(HOURS, asked(answers, schedule={"hours_per_week": 168}, **money("730")))
    assert answers.asked == [Terms(hours_per_week=D(60))]
    assert (finding.savings_monthly, finding.savings_by) == (D(saving) if saving else None, by)
    if by == "formula":
        assert finding.details["savings"]["not_repriced"] == "hours are stated"
    if saving is None:
        assert finding.details["costs_more"] == {"monthly": D("5.00"), "by": "re-priced"}


def test_what_a_commitment_pays_for_saves_nothing_by_formula_either() -> None:
    answers = Answers(repriced=Unknown(COMMITTED))
    finding = failing(HOURS, asked(answers, schedule={"hours_per_week": 168}, **money("730")))
    assert (finding.savings_monthly, finding.savings_by) == (None, None)
    assert finding.details["not_saved"] == COMMITTED


def test_a_test_of_a_policy_gives_the_new_price_alone() -> None:
    given = {"schedule": {"hours_per_week": 168}, "repriced": {"monthly": {"expected": D(200)}}, **money("730")}
    finding = failing(HOURS, created(**given))
    assert (finding.savings_monthly, finding.savings_by) == (D("530.00"), "re-priced")


def test_a_saving_by_formula_ends_at_the_lines_that_it_is_about() -> None:
    lines = (
        {"line": "Machine", "monthly": D(100), "stops": True},
        {"line": "Disk", "monthly": D(900), "stops": False},
    )
    cost = {"hourly": D("1"), "monthly": {"expected": D(1000)}, "lines": lines}
    finding = failing(HOURS, created(schedule={"hours_per_week": 168}, cost=cost))
    assert finding.savings_monthly == D("100.00")
    assert [(line["line"], line["saving"]) for line in finding.details["savings"]["lines"]] == [("Machine", D(100))]


WRONG = {
    "a key that does not exist": (
        "cheapest_allowed: {accelerator: [L4]}",
        "unknown key 'accelerator' of cheapest_allowed (did you mean accelerators?)",
    ),
    "a measure that does not exist": ("cheapest_allowed: {like: {memory: 1}}", "no machine is measured by 'memory'"),
    "a parameter that does not exist": ('cheapest_allowed: {accelerators: "${any}"}', "no parameter is named 'any'"),
    "a machine that is no word": ("cheapest_allowed: {machine: g6.xlarge}", "machine is 'g6.xlarge'"),
    "a pattern that is none": ("cheapest_allowed: {regions: '('}", "regular expression"),
    "nothing": ("cheapest_allowed: {}", "cheapest_allowed needs a map"),
    "a fix that does not exist": ("savings: {reprice: {hours: 60}}", "unknown key 'hours' of savings.reprice"),
    "another machine that nobody describes": (
        "savings: {reprice: {machine: cheapest_allowed}}",
        "no key cheapest_allowed says which machine",
    ),
    "two fixes at once": (
        "cheapest_allowed: {accelerators: [L4]}\nsavings: {reprice: {machine: cheapest_allowed, desired: 1}}",
        "machine stands beside other changes",
    ),
    "neither a formula nor a fix": ("savings: {note: some}", "savings says neither formula nor reprice"),
    "disks that are no map": ("savings: {reprice: {disks: gp3}}", "'gp3' is no map"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named_with_its_place(name: str) -> None:
    text, said = WRONG[name]
    with pytest.raises(PolicyError) as raised:
        policy(f"assert: [{{field: accel.count, lte: 8}}]\n{text}\n")
    assert said in str(raised.value)
    assert "own.yaml:" in str(raised.value)


def test_lint_says_where_the_key_or_its_reader_is_missing() -> None:
    head = "assert: [{field: accel.count, lte: 8}]\n"
    unread = policy(head + "cheapest_allowed: {accelerators: [L4]}\n")
    without = policy(head + "savings: {formula: cost.monthly.expected - cheapest_allowed.monthly}\n")
    assert any("nothing reads cheapest_allowed" in each.message for each in lint(unread, TODAY))
    assert any("no key of that name says what is allowed" in each.message for each in lint(without, TODAY))


def test_the_schema_knows_every_key() -> None:
    assert set(AllowedShape.model_fields) == set(ALLOWED_KEYS)
    assert set(RepriceShape.model_fields) == set(REPRICE_KEYS)
    assert set(ALLOWED_KEYS) == set(field_names(Wanted))


def test_an_explanation_asks_as_judging_does() -> None:
    answers = Answers({"monthly": D(400), "saving_monthly": D(600)})
    explained = explain(policy(CHEAPER), asked(answers, **money("1000")), TODAY)
    rows = [row for _, part in explained.parts for row in part]
    assert any("cheapest_allowed.monthly=400" in (row.actual or "") for row in rows)
    assert explained.judgement.verdict is Verdict.FAIL
