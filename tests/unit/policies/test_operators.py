"""Every operator against a value, an absent field, an unknown one and a number of which only bounds are known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.policies.writing import case, truth

from spendgate.model.values import ABSENT, SENSITIVE, Bounded, Truth, Unknown
from spendgate.policies.operators import OPERATORS

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

VALUES: list[tuple[str, str, Any, Truth]] = [
    ("equals", "T4", "T4", TRUE),
    ("equals", "T4", "L4", FALSE),
    ("equals", "true", True, TRUE),
    ("equals", "true", "true", TRUE),
    ("equals", "'true'", True, TRUE),
    ("equals", "true", "yes", FALSE),
    ("equals", "5", 5, TRUE),
    ("equals", "5", "5", TRUE),
    ("equals", "5", Decimal("5.0"), TRUE),
    ("equals", "1", True, FALSE),
    ("equals", "[a, b]", ["a", "b"], TRUE),
    ("equals", "[a, b]", ["b", "a"], FALSE),
    ("equals", "{a: 1}", {"a": 1}, TRUE),
    ("equals", "[a, b]", ["a", Unknown()], UNKNOWN),
    ("equals", "[a, b]", ["c", Unknown()], FALSE),
    ("not_equals", "T4", "T4", FALSE),
    ("not_equals", "T4", "L4", TRUE),
    ("in", "[T4, L4]", "L4", TRUE),
    ("in", "[T4, L4]", "H100", FALSE),
    ("in", "[1, 2]", "2", TRUE),
    ("in", "[true]", "true", TRUE),
    ("in", "[a]", ["a", "a"], TRUE),
    ("in", "[a]", ["a", "b"], FALSE),
    ("in", "[a]", [], FALSE),
    ("not_in", "[T4, L4]", "H100", TRUE),
    ("not_in", "[T4, L4]", "L4", FALSE),
    ("not_in", "[a]", ["b", "a"], FALSE),
    ("not_in", "[a]", [], TRUE),
    ("matches", "'^ml-'", "ml-train", TRUE),
    ("matches", "'train'", "ml-train-1", TRUE),
    ("matches", "'^train'", "ml-train", FALSE),
    ("matches", "'x'", {"x": 1}, FALSE),
    ("matches", "'x'", "y" * 3000, UNKNOWN),
    ("not_matches", "'^ml-'", "web", TRUE),
    ("not_matches", "'^ml-'", "ml-train", FALSE),
    ("not_matches", "'x'", "y" * 3000, UNKNOWN),
    ("starts_with", "ml-", "ml-train", TRUE),
    ("starts_with", "ml-", "web", FALSE),
    ("ends_with", "-gpu", "a-gpu", TRUE),
    ("ends_with", "-gpu", "gpu-a", FALSE),
    ("contains", "bc", "abcd", TRUE),
    ("contains", "x", "abcd", FALSE),
    ("contains", "a", ["a", "b"], TRUE),
    ("contains", "x", ["a", Unknown()], UNKNOWN),
    ("contains", "a", {"a": 1}, TRUE),
    ("lt", "5", 4, TRUE),
    ("lt", "5", 5, FALSE),
    ("lte", "5", 5, TRUE),
    ("lte", "5", "5", TRUE),
    ("lte", "5", "five", FALSE),
    ("lte", "5", True, FALSE),
    ("lte", "500 USD", Decimal("500.00"), TRUE),
    ("gt", "5", 6, TRUE),
    ("gt", "5", 5, FALSE),
    ("gte", "5", 5, TRUE),
    ("gte", "5", 4, FALSE),
    ("between", "[1, 5]", 1, TRUE),
    ("between", "[1, 5]", 5, TRUE),
    ("between", "[1, 5]", 6, FALSE),
    ("exists", "true", "x", TRUE),
    ("exists", "false", "x", FALSE),
    ("exists", "true", 0, TRUE),
    ("empty", "true", "", TRUE),
    ("empty", "true", [], TRUE),
    ("empty", "true", {}, TRUE),
    ("empty", "true", 0, FALSE),
    ("empty", "false", "x", TRUE),
    ("has_keys", "[a, b]", {"a": "1", "b": "2"}, TRUE),
    ("has_keys", "[a, b]", {"a": "1"}, FALSE),
    ("has_keys", "[a]", {"a": ""}, FALSE),
    ("has_keys", "[a]", {"a": Unknown()}, TRUE),
    ("has_keys", "[a]", "a", FALSE),
    ("has_any_key", "[a, b]", {"b": "2"}, TRUE),
    ("has_any_key", "[a, b]", {"c": "2"}, FALSE),
    ("subset_of", "[a, b]", ["a"], TRUE),
    ("subset_of", "[a, b]", ["a", "c"], FALSE),
    ("subset_of", "[a, b]", "a", TRUE),
    ("subset_of", "[a, b]", ["a", Unknown()], UNKNOWN),
    ("subset_of", "[a, b]", ["c", Unknown()], FALSE),
    ("intersects", "[a, b]", ["b", "c"], TRUE),
    ("intersects", "[a, b]", ["c"], FALSE),
    ("intersects", "[a, b]", ["c", Unknown()], UNKNOWN),
    ("intersects", "[a, b]", ["a", Unknown()], TRUE),
    ("before", "2026-12-31", "2026-12-30", TRUE),
    ("before", "2026-12-31", "2026-12-31", FALSE),
    ("before", "2026-12-31", "soon", FALSE),
    ("after", "2026-12-31", "2027-01-01T00:00:00Z", TRUE),
    ("after", "2026-12-31", "2026-12-31", FALSE),
]


@pytest.mark.parametrize(
    ("operator", "stated", "actual", "expected"), VALUES, ids=[f"{o} {s} of {str(a)[:12]}" for o, s, a, _ in VALUES]
)
def test_an_operator_compares_a_known_value(operator: str, stated: str, actual: Any, expected: Truth) -> None:
    assert truth(f"{{field: tags.x, {operator}: {stated}}}", case(tags={"x": actual})) is expected


STATED = {
    "equals": "a", "not_equals": "a", "in": "[a]", "not_in": "[a]", "matches": "a", "not_matches": "a", "starts_with": "a",
    "ends_with": "a", "contains": "a", "lt": "1", "lte": "1", "gt": "1", "gte": "1", "between": "[1, 2]", "exists": "true",
    "empty": "false", "has_keys": "[a]", "has_any_key": "[a]", "subset_of": "[a]", "intersects": "[a]",
    "before": "2026-01-01", "after": "2026-01-01",
}  # fmt: skip
PASSED_BY_ABSENCE = {"not_equals", "not_in", "not_matches"}


def test_there_are_twenty_two_operators() -> None:
    assert len(OPERATORS) == 22
    assert set(STATED) == set(OPERATORS)


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_absent_field_fails_all_but_the_negative_operators(operator: str) -> None:
    answer = truth(f"{{field: tags.x, {operator}: {STATED[operator]}}}", case(tags={}))
    assert answer is (TRUE if operator in PASSED_BY_ABSENCE else FALSE)


@pytest.mark.parametrize("stated", ["exists: false", "empty: true"])
def test_an_absent_field_is_known_not_to_exist_and_to_be_empty(stated: str) -> None:
    assert truth(f"{{field: tags.x, {stated}}}", case(tags={})) is TRUE


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("value", [Unknown(), SENSITIVE], ids=["known after apply", "sensitive"])
@pytest.mark.parametrize("place", ["leaf", "parent"])
def test_an_unknown_field_is_unknown_to_every_operator(operator: str, value: Unknown, place: str) -> None:
    subject = case(tags={"x": value} if place == "leaf" else value)
    assert truth(f"{{field: tags.x, {operator}: {STATED[operator]}}}", subject) is UNKNOWN


BOUNDS = [
    ("lte", "500", Bounded(Decimal(600), None), FALSE),
    ("lte", "500", Bounded(Decimal(400), None), UNKNOWN),
    ("lte", "500", Bounded(Decimal(500), None), UNKNOWN),
    ("lte", "500", Bounded(None, Decimal(500)), TRUE),
    ("lt", "500", Bounded(Decimal(500), None), FALSE),
    ("lt", "500", Bounded(None, Decimal(499)), TRUE),
    ("lt", "500", Bounded(None, Decimal(500)), UNKNOWN),
    ("gt", "500", Bounded(Decimal(501), None), TRUE),
    ("gt", "500", Bounded(Decimal(500), None), UNKNOWN),
    ("gt", "500", Bounded(None, Decimal(500)), FALSE),
    ("gte", "500", Bounded(Decimal(500), None), TRUE),
    ("gte", "500", Bounded(None, Decimal(499)), FALSE),
    ("gte", "500", Bounded(Decimal(1), None), UNKNOWN),
    ("between", "[1, 5]", Bounded(Decimal(2), Decimal(3)), TRUE),
    ("between", "[1, 5]", Bounded(Decimal(2), None), UNKNOWN),
    ("between", "[1, 5]", Bounded(Decimal(6), None), FALSE),
    ("equals", "5", Bounded(Decimal(5), Decimal(5)), TRUE),
    ("equals", "5", Bounded(Decimal(6), None), FALSE),
    ("equals", "5", Bounded(None, None), UNKNOWN),
    ("equals", "a", Bounded(None, None), FALSE),
    ("not_equals", "5", Bounded(Decimal(6), None), TRUE),
    ("in", "[1, 5]", Bounded(Decimal(6), None), FALSE),
    ("in", "[1, 5]", Bounded(Decimal(2), None), UNKNOWN),
    ("in", "[1, 5]", Bounded(Decimal(5), Decimal(5)), TRUE),
    ("not_in", "[1, 5]", Bounded(Decimal(6), None), TRUE),
    ("exists", "true", Bounded(None, None), TRUE),
    ("empty", "false", Bounded(None, None), TRUE),
    *((operator, STATED[operator], Bounded(Decimal(1), None), UNKNOWN) for operator in (
        "matches", "not_matches", "starts_with", "ends_with", "contains", "has_keys", "has_any_key", "before", "after",
        "subset_of", "intersects",
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "stated", "actual", "expected"),
    BOUNDS,
    ids=[f"{o} {s} of {a.lower}..{a.upper}" for o, s, a, _ in BOUNDS],
)
def test_bounds_decide_as_soon_as_they_can(operator: str, stated: str, actual: Bounded, expected: Truth) -> None:
    subject = case(change={"delta_percent": actual})
    assert truth(f"{{field: change.delta_percent, {operator}: {stated}}}", subject) is expected


@pytest.mark.parametrize(
    ("stated", "models", "expected"),
    [
        ("[A100]", ["A100-40GB"], TRUE),
        ("[A100]", ["A100-80GB"], TRUE),
        ("[A100-40GB]", ["A100-80GB"], FALSE),
        ("[nvidia-tesla-t4, Trn2, v5p]", ["T4", "Trainium2", "TPU-v5p"], TRUE),
        ("[nvidia-tesla-t4]", ["L4"], FALSE),
    ],
    ids=[
        "a bare A100 means the small one",
        "and the large one",
        "a size means that size",
        "other spellings",
        "other card",
    ],
)
def test_accelerator_models_are_understood_in_any_spelling(stated: str, models: list[str], expected: Truth) -> None:
    assert truth(f"{{field: accel.models, subset_of: {stated}}}", case(accel={"models": models})) is expected
    assert truth(f"{{field: 'accel.models[]', in: {stated}}}", case(accel={"models": models})) is expected
    by_pool = case(pools=[{"accelerators": {"models": models}}])
    assert truth(f"{{field: 'pools[].accelerators.models', subset_of: {stated}}}", by_pool) is expected


@pytest.mark.parametrize(
    ("path", "stated", "actual", "expected"),
    [
        ("limits.idle_minutes", "2h", 120, TRUE),
        ("limits.idle_minutes", "2h", 121, FALSE),
        ("limits.max_runtime_hours", "7d", 168, TRUE),
        ("limits.ttl_seconds", "30m", 1801, FALSE),
        ("schedule.hours_per_week", "3d", 72, TRUE),
        ("lifecycle.expire_days", "2w", 14, TRUE),
        ("change.delta_percent", "25%", 25, TRUE),
        ("change.unpriced_share", "25%", Decimal("0.25"), TRUE),
        ("change.unpriced_share", "25%", Decimal("0.26"), FALSE),
        ("change.delta_monthly.expected", "1,500 USD", 1500, TRUE),
        ("change.delta_monthly.expected", "USD 1500.50", Decimal("1500.51"), FALSE),
    ],
    ids=lambda value: str(value)[:24],
)
def test_an_amount_counts_in_the_unit_of_its_field(path: str, stated: str, actual: Any, expected: Truth) -> None:
    values: Any = actual
    for key in reversed(path.split(".")):
        values = {key: values}
    assert truth(f"{{field: {path}, lte: '{stated}'}}", case(**values)) is expected


def test_absent_is_neither_unknown_nor_a_value() -> None:
    assert truth("{field: name, exists: true}", case(name=ABSENT)) is FALSE
    assert truth("{field: name, exists: true}", case(name=None)) is FALSE
