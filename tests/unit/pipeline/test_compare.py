"""Two reports compared: what is joined, what a gap does to the difference, and how totals fall into groups."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.reporters.reports import report, span

from spendgate.errors import InputError, SettingsError
from spendgate.pipeline.afterwards.compare import compare
from spendgate.pipeline.afterwards.grouping import groups_of, module_of
from spendgate.wire import v1

ZERO = span("0")


def priced(address: str, amount: str, **more: Any) -> v1.Change:
    """A resource that costs so much after the change."""
    cost = v1.ChangeCost(ZERO, span(amount), span(amount), state_before="none", state_after="priced")
    return _change(address, cost, **more)


def lacking(address: str, amount: str | None, reason: str = "no price of z9 is known", **more: Any) -> v1.Change:
    """A resource with a part that has no price."""
    part = v1.UnpricedPart("Machine", reason)
    known = span(amount) if amount else v1.NOT_KNOWN
    state = "partial" if amount else "unpriced"
    return _change(address, v1.ChangeCost(ZERO, known, v1.NOT_KNOWN, unpriced=[part], state_after=state), **more)


def _change(address: str, cost: v1.ChangeCost, **more: Any) -> v1.Change:
    more = {"type": "aws_instance", "kind": "compute.vm", "facets": {"capacity": 1}, "tags": {}, **more}
    return v1.Change(address=address, provider="aws", region="us-east-1", action="create", cost=cost, **more)


def of(*changes: v1.Change, **more: Any) -> v1.Report:
    """A report of costs with these resources."""
    return v1.revised(report("none", 0, []), changes=list(changes), **more)


CASES: dict[str, tuple[list[v1.Change], list[v1.Change], str, tuple[str | None, bool, str | None, str | None]]] = {
    "what is new costs what it costs": ([], [priced("a", "5")], "create", ("5", True, "5", "5")),
    "what is gone costs nothing any more": ([priced("a", "5")], [], "delete", ("-5", True, "-5", "-5")),
    "what is dearer differs": ([priced("a", "5")], [priced("a", "8")], "update", ("3", True, "3", "3")),
    "what is alike is no change": ([priced("a", "5")], [priced("a", "5")], "no-op", ("0", True, "0", "0")),
    "a resource that moved is joined by its former address": (
        [priced("a", "5")],
        [priced("b", "5", previous_address="a")],
        "move",
        ("0", True, "0", "0"),
    ),
    "a price that goes missing is no saving": (
        [priced("a", "5")],
        [lacking("a", None)],
        "update",
        (None, False, "-5", None),
    ),
    "a price that appears is no cost increase for sure": (
        [lacking("a", "2")],
        [priced("a", "5")],
        "update",
        (None, False, None, "3"),
    ),
    "the same gap on both sides cancels out": (
        [lacking("a", "2")],
        [lacking("a", "5")],
        "update",
        ("3", True, "3", "3"),
    ),
    "more machines without a price are no zero": (
        [lacking("a", None)],
        [lacking("a", None, facets={"capacity": 9})],
        "update",
        (None, False, None, None),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_difference(case: str) -> None:
    base, head, action, (delta, complete, least, most) = CASES[case]
    made = compare(of(*base), of(*head))
    assert [change.action for change in made.changes] == [action]
    known = made.changes[0].cost.delta_monthly.expected
    assert known == (None if delta is None else Decimal(delta))
    assert made.cost.delta_complete is complete
    bounds = tuple(None if bound is None else Decimal(bound) for bound in (least, most))
    assert (made.cost.delta_at_least, made.cost.delta_at_most) == bounds


def test_two_currencies_are_not_subtracted() -> None:
    with pytest.raises(SettingsError, match="EUR and USD"):
        compare(of(currency="EUR"), of())


def test_two_price_books_are_told() -> None:
    older = of(prices=v1.Prices("2025-01-01", "old"))
    assert "different price books" in compare(older, of()).problems[0].message


GROUPS = [
    priced("module.a.aws_instance.x", "1", tags={"team": "ml"}, facets={"env": "prod"}),
    priced('module.a.module.b["k.y"].aws_instance.x', "2", tags={"team": None}, facets={"env": "dev"}),
    priced("aws_instance.z", "4", facets={"env": "dev"}),
    priced("aws_instance.w", "8", facets={"env": None}, unknown=["env", "tags"]),
]
BY = {
    "tags.team": {"ml": "1", "not known": "10", "untagged": "4"},
    "module": {"(root module)": "12", "module.a": "1", 'module.a.module.b["k.y"]': "2"},
    "env": {"prod": "1", "dev": "6", "not known": "8"},
    "kind": {"compute.vm": "15"},
}


@pytest.mark.parametrize("path", BY)
def test_groups_add_up_and_what_has_no_value_stands_apart(path: str) -> None:
    found = {group.value: group.after_monthly.expected for group in groups_of(GROUPS, path)}
    assert found == {value: Decimal(amount) for value, amount in BY[path].items()}
    assert sum(amount or 0 for amount in found.values()) == 15


def test_a_group_with_an_unpriced_resource_says_so() -> None:
    group = groups_of([priced("a", "1"), lacking("b", None)], "kind")[0]
    assert (group.unpriced, group.delta_complete) == (1, False)


@pytest.mark.parametrize(
    ("path", "hint"), [("team", "tags.team"), ("kinds", "kind"), ("zzz", "tags.NAME")], ids=["tag", "typo", "neither"]
)
def test_a_path_that_does_not_exist_is_an_error_with_a_cure(path: str, hint: str) -> None:
    with pytest.raises(SettingsError) as refused:
        groups_of(GROUPS, path)
    assert hint in str(refused.value)


def test_the_module_of_an_address() -> None:
    assert module_of('module.a["x.y"].module.b.aws_instance.c[0]') == 'module.a["x.y"].module.b'
    assert module_of("aws_instance.module") == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"{", "is not JSON"), (b"{}", "is no report"), (b"[]", "is no report"), (b"\xff\xfe", "is not JSON")],
    ids=["cut off", "empty", "a list", "bytes"],
)
def test_what_is_no_saved_report_is_refused_by_name(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        v1.read(data, "x.json")


def test_a_report_of_another_version_is_refused() -> None:
    data = v1.encode(v1.revised(report("none", 0, []), version=2))
    with pytest.raises(InputError, match="version 2"):
        v1.read(data, "x.json")
