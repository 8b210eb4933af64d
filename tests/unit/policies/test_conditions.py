"""Conditions joined: Kleene's three-valued logic, lists element by element, and what is said about the outcome."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as cases
from hypothesis import strategies as some
from tests.unit.policies.writing import case, condition, given, truth

from spendgate.model.attributes import Attributes
from spendgate.model.case import PlainCase
from spendgate.model.values import Bounded, Truth, Unknown
from spendgate.policies.conditions import AllOf, AnyOf, Condition, Not
from spendgate.policies.needs import sentence

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
SUBJECT = case(tags={"t": "x", "f": "y", "u": Unknown()})
ATOMS = {
    TRUE: condition("{field: tags.t, equals: x}"),
    FALSE: condition("{field: tags.f, equals: x}"),
    UNKNOWN: condition("{field: tags.u, equals: x}"),
}
RANK = {FALSE: 0, UNKNOWN: 1, TRUE: 2}

truths = some.sampled_from(list(Truth))
many = some.lists(truths, min_size=1, max_size=6)


def parts(values: list[Truth]) -> tuple[Condition, ...]:
    return tuple(ATOMS[value] for value in values)


@cases(many)
def test_all_is_the_lowest_of_its_parts(values: list[Truth]) -> None:
    assert AllOf(parts(values)).truth(SUBJECT) is min(values, key=RANK.__getitem__)


@cases(many)
def test_any_is_the_highest_of_its_parts(values: list[Truth]) -> None:
    assert AnyOf(parts(values)).truth(SUBJECT) is max(values, key=RANK.__getitem__)


@cases(many)
def test_de_morgan(values: list[Truth]) -> None:
    denied = tuple(Not(part) for part in parts(values))
    assert Not(AllOf(parts(values))).truth(SUBJECT) is AnyOf(denied).truth(SUBJECT)
    assert Not(AnyOf(parts(values))).truth(SUBJECT) is AllOf(denied).truth(SUBJECT)


@cases(many, many)
def test_what_is_learned_never_turns_a_certain_answer_round(values: list[Truth], learned: list[Truth]) -> None:
    before = AllOf((AllOf(parts(values)), Not(AnyOf(parts(values[:1]))))).truth(SUBJECT)
    filled = [
        known if value is UNKNOWN and known is not UNKNOWN else value
        for value, known in zip(values, (learned * 6)[: len(values)], strict=True)
    ]
    after = AllOf((AllOf(parts(filled)), Not(AnyOf(parts(filled[:1]))))).truth(SUBJECT)
    assert before is UNKNOWN or after is before


@cases(truths)
def test_not_twice_is_nothing(value: Truth) -> None:
    assert Not(Not(ATOMS[value])).truth(SUBJECT) is value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[{field: tags.t, equals: x}, {field: tags.u, equals: x}]", UNKNOWN),
        ("[{field: tags.u, equals: x}, {field: tags.f, equals: x}]", FALSE),
        ("{any: [{field: tags.u, equals: x}, {field: tags.t, equals: x}]}", TRUE),
        ("{any: [{field: tags.u, equals: x}, {field: tags.f, equals: x}]}", UNKNOWN),
        ("{not: {field: tags.u, equals: x}}", UNKNOWN),
        ("{not: [{field: tags.t, equals: x}, {field: tags.f, equals: x}]}", TRUE),
        (
            "{all: [{any: [{field: tags.f, equals: x}, {field: tags.t, equals: x}]}, {not: {field: tags.f, equals: x}}]}",
            TRUE,
        ),
    ],
)
def test_conditions_nest(text: str, expected: Truth) -> None:
    assert truth(text, SUBJECT) is expected


DISKS: list[tuple[str, list[dict[str, Any]] | Unknown | None, dict[str, Truth]]] = [
    ("all inside", [{"kind": "gp3"}, {"kind": "gp3"}], {"every": TRUE, "any": TRUE, "none": FALSE}),
    ("one outside", [{"kind": "gp3"}, {"kind": "io2"}], {"every": FALSE, "any": TRUE, "none": FALSE}),
    ("all outside", [{"kind": "io1"}, {"kind": "io2"}], {"every": FALSE, "any": FALSE, "none": TRUE}),
    ("none at all", [], {"every": TRUE, "any": FALSE, "none": TRUE}),
    ("no list", None, {"every": FALSE, "any": FALSE, "none": TRUE}),
    ("list unknown", Unknown(), {"every": UNKNOWN, "any": UNKNOWN, "none": UNKNOWN}),
    ("one unknown, one inside", [{"kind": Unknown()}, {"kind": "gp3"}], {"every": UNKNOWN, "any": TRUE, "none": FALSE}),
    (
        "one unknown, one outside",
        [{"kind": Unknown()}, {"kind": "io2"}],
        {"every": FALSE, "any": UNKNOWN, "none": UNKNOWN},
    ),
    ("one without the field", [{"size_gib": 1}, {"kind": "gp3"}], {"every": FALSE, "any": TRUE, "none": FALSE}),
]


@pytest.mark.parametrize(("disks", "expected"), [row[1:] for row in DISKS], ids=[row[0] for row in DISKS])
@pytest.mark.parametrize("each", ["every", "any", "none"])
def test_each_element_of_a_list_is_asked(each: str, disks: Any, expected: dict[str, Truth]) -> None:
    assert truth(f"{{field: 'disks[].kind', each: {each}, equals: gp3}}", case(disks=disks)) is expected[each]


def test_every_is_meant_when_nothing_is_said() -> None:
    assert truth("{field: 'disks[].kind', equals: gp3}", case(disks=[{"kind": "gp3"}, {"kind": "io2"}])) is FALSE


def test_lists_within_lists_are_one_list() -> None:
    subject = case(pools=[{"disks": [{"kind": "gp3"}]}, {"disks": [{"kind": "io2"}]}])
    assert truth("{field: 'pools[].disks[].kind', each: any, equals: io2}", subject) is TRUE
    assert truth("{field: 'pools[].disks[].kind', each: none, equals: io1}", subject) is TRUE


class TestRawAttributes:
    """Provider attributes keep the marks that stand beside them."""

    attributes = Attributes(
        {
            "size": 5,
            "rule": [{"days": 9}, {"days": None}],
            "sizes": [1, 2],
            "secret": "s3cr3t",
            "tags": {"a": "x"},
            "names": ["n", "m"],
        },
        unknown={"id": True, "rule": [{}, {"days": True}]},
        sensitive={"secret": True, "sizes": [False, True]},
    )
    subject = case(after=attributes)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{field: after.size, lte: 5}", TRUE),
            ("{field: after.id, equals: x}", UNKNOWN),
            ("{field: after.secret, equals: s3cr3t}", UNKNOWN),
            ("{field: after.secret, exists: true}", UNKNOWN),
            ("{field: after.rule.0.days, lte: 10}", TRUE),
            ("{field: after.rule.1.days, lte: 10}", UNKNOWN),
            ("{field: after.rule.2.days, lte: 10}", FALSE),
            ("{field: 'after.rule[].days', lte: 10}", UNKNOWN),
            ("{field: 'after.rule[].days', each: any, lte: 10}", TRUE),
            ("{field: 'after.rule[].days', lte: 8}", FALSE),
            ("{field: after.sizes, subset_of: [1, 2]}", UNKNOWN),
            ("{field: after.sizes, subset_of: [2]}", FALSE),
            ("{field: after.tags, has_keys: [a]}", TRUE),
            ("{field: after.tags, has_keys: [b]}", FALSE),
            ("{field: after.names, intersects: [m]}", TRUE),
            ("{field: after.absent, exists: false}", TRUE),
            ("{field: before.size, exists: false}", TRUE),
        ],
    )
    def test_marks_are_met_before_values(self, text: str, expected: Truth) -> None:
        assert truth(text, self.subject) is expected


def said(text: str, subject: PlainCase, parameters: dict[str, Any] | None = None) -> str:
    found = condition(text, parameters)
    assert found.truth(subject) is UNKNOWN
    return sentence(found.need(subject))


@pytest.mark.parametrize(
    ("text", "subject", "expected"),
    [
        (
            "{field: accel.models, subset_of: [T4, L4]}",
            "{unknown: [accel.models]}",
            "accel.models is known only after apply; it must be within T4, L4",
        ),
        (
            "{not: {field: tags.always-on, equals: 'true'}}",
            "{unknown: [tags]}",
            "tags.always-on is known only after apply; it must not be true",
        ),
        (
            "{not: {not_equals: 'a', field: name}}",
            "{unknown: [name]}",
            "name is known only after apply; it must be a",
        ),
        (
            "[{field: capacity.max, exists: true}, {field: capacity.max, lte: 4}]",
            "{unknown: [capacity.max]}",
            "capacity.max is known only after apply; it must be set and be at most 4",
        ),
        (
            "[{field: capacity.max, lte: 9}, {field: capacity.max, lte: 4}]",
            "{unknown: [capacity.max]}",
            "capacity.max is known only after apply; it must be at most 4",
        ),
        (
            "{any: [{field: schedule.hours_per_week, lte: 60}, {field: limits.idle_minutes, lte: 120}]}",
            "{unknown: [schedule.hours_per_week], limits: {idle_minutes: 500}}",
            "schedule.hours_per_week is known only after apply; it must be at most 60",
        ),
        (
            "{any: [{field: schedule.hours_per_week, lte: 60}, {all: [{field: name, exists: true}, {field: env, equals: dev}]}]}",
            "{unknown: [schedule, name, env]}",
            "schedule.hours_per_week, name and env are known only after apply; needed: schedule.hours_per_week must be at most "
            "60 or (name must be set and env must be dev)",
        ),
        (
            "{field: after.password, equals: x}",
            "{sensitive: [after.password]}",
            "after.password is sensitive; it must be x",
        ),
        (
            "{field: 'disks[].size_gib', lte: 10}",
            "{disks: [{size_gib: 5}, {size_gib: 6}], unknown: [disks.1.size_gib]}",
            "disks[].size_gib is known only after apply; it must be at most 10",
        ),
        (
            "{field: accel.models, subset_of: [T4]}",
            "{accel: {models: [T4, L4]}, unknown: [accel.models.1]}",
            "accel.models is in part known only after apply; it must be within T4",
        ),
        (
            "{expr: accel.count * 2 <= capacity.max}",
            "{accel: {count: 1}, unknown: [capacity.max]}",
            "capacity.max is known only after apply; it must be such that accel.count * 2 <= capacity.max",
        ),
    ],
)  # fmt: skip
def test_an_unknown_says_what_it_waits_for(text: str, subject: str, expected: str) -> None:
    assert said(text, given(subject)) == expected


def test_an_unknown_says_why_when_the_reason_is_another() -> None:
    reason = Unknown("its machine type is in no catalogue")
    assert said("{field: accel.count, lte: 2}", case(accel={"count": reason})) == (
        "accel.count is not known (its machine type is in no catalogue); it must be at most 2"
    )
    bounded = case(change={"delta_monthly": {"expected": Bounded(Decimal(300), None, "a part has no price")}})
    assert said("{field: change.delta_monthly.expected, lte: 500 USD}", bounded) == (
        "change.delta_monthly.expected is known only as at least 300.00 (a part has no price); it must be at most 500 USD"
    )


class TestEntriesByEnvironment:
    """`${name[env]}` takes the entry of the resource, or that of `unknown`."""

    limits = {"max": {"dev": Decimal(2), "unknown": Decimal(4)}}
    text = "{field: accel.count, lte: '${max[env]}'}"

    @pytest.mark.parametrize(
        ("env", "count", "expected"),
        [("dev", 3, FALSE), ("dev", 2, TRUE), ("qa", 4, TRUE), ("qa", 5, FALSE), (None, 4, TRUE)],
    )
    def test_the_entry_is_found(self, env: str | None, count: int, expected: Truth) -> None:
        assert truth(self.text, case(env=env, accel={"count": count}), self.limits) is expected

    def test_no_entry_at_all_is_unknown_and_says_so(self) -> None:
        subject = case(env="qa", accel={"count": 1})
        assert said(self.text, subject, {"max": {"dev": Decimal(2)}}) == (
            "parameter max has no entry for qa, and none for unknown"
        )

    def test_what_chooses_unknown_leaves_what_all_entries_agree_on(self) -> None:
        text = "{field: limits.max_runtime_hours, lte: '${max[workload.phase]}'}"
        phase: dict[str, Any] = {"workload": {"phase": Unknown()}}
        for hours, expected in ((1, TRUE), (3, UNKNOWN), (5, FALSE)):
            assert truth(text, case(limits={"max_runtime_hours": hours}, **phase), self.limits) is expected


@pytest.mark.parametrize(
    ("text", "subject", "field", "missing", "extra"),
    [
        ("{field: tags, has_keys: [a, b]}", "{tags: {a: x}}", "tags", ("b",), ()),
        ("{field: accel.models, subset_of: [T4]}", "{accel: {models: [T4, h100, H100]}}", "accel.models", (), ("H100",)),
        ("{field: env, in: [dev]}", "{env: prod}", "env", (), ("prod",)),
        ("{not: {field: accel.models, intersects: [A100]}}", "{accel: {models: [T4, A100-40GB]}}", "accel.models", (), ("A100-40GB",)),
        ("{field: 'disks[].kind', in: [gp3]}", "{disks: [{kind: gp3}, {kind: io2}]}", "disks[].kind", (), ("io2",)),
    ],
)  # fmt: skip
def test_a_failure_names_what_is_missing_and_what_is_too_much(
    text: str, subject: str, field: str, missing: tuple[str, ...], extra: tuple[str, ...]
) -> None:
    found = condition(text)
    subject_case = given(subject)
    assert found.truth(subject_case) is FALSE
    clue = found.clues(subject_case, FALSE)[0]
    assert (clue.path, clue.missing, clue.extra) == (field, missing, extra)
