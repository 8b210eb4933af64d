"""Drift: what is new, changed, gone, and what cannot be told; nothing of the last kind is called drift."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from spendgate.governance.drift import Thing, drift

SIZED = {"pools": [{"machine_types": ["m5.large"]}], "capacity": {"min": 1, "desired": 2, "max": 4}}


def thing(address: str, name: str | None = None, *, monthly: str | None = "10", **more: Any) -> Thing:
    """A machine in one region, named and priced."""
    facets = more.pop("facets", SIZED)
    money = Decimal(monthly) if monthly is not None else None
    return Thing(address, "aws_instance", "aws", more.pop("region", "eu-west-1"), name, money, facets, **more)


def planned(address: str, name: str | None = None, **more: Any) -> Thing:
    """What a plan approved: its provider's id is not known."""
    return thing(address, name, is_known=False, ids=frozenset({address}), **more)


def test_a_resource_is_joined_by_its_id_whatever_its_name_is() -> None:
    approved = thing("aws_instance.web", "old", ids=frozenset({"aws_instance.web", "i-1"}))
    found = drift([approved], [thing("aws_instance.i-1", "new", ids=frozenset({"i-1"}))])
    assert (found.joined, found.is_found, found.unjoined) == (1, False, ())


def test_a_resource_is_joined_by_provider_region_type_and_name() -> None:
    found = drift([planned("aws_instance.web", "Web")], [thing("aws_instance.i-1", "web")])
    assert (found.joined, found.is_found) == (1, False)


def test_another_region_is_another_resource() -> None:
    found = drift([planned("a", "web")], [thing("b", "web", region="us-east-1")])
    assert [one.address for one in found.gone] == ["a"]
    assert [one.address for one in found.never_judged] == ["b"]


def test_what_was_never_judged_and_what_is_gone_have_their_cost() -> None:
    found = drift(
        [planned("a", "old", monthly="7")], [thing("b", "new", monthly="9"), thing("c", "free", billable=False)]
    )
    assert [(one.address, one.monthly) for one in found.gone] == [("a", 7)]
    assert [(one.address, one.monthly) for one in found.never_judged] == [("b", 9)]
    assert found.free == 1


@pytest.mark.parametrize(
    ("approved", "live"),
    [
        ([planned("a")], [thing("b", "web")]),
        ([planned("a", "web")], [thing("b")]),
        ([planned("a", "web"), planned("b", "web")], [thing("c", "web")]),
        ([planned("a", "web", region=None)], [thing("b", "web")]),
    ],
    ids=["approved without a name", "live without a name", "two of one name", "a region that is not known"],
)
def test_what_cannot_be_joined_is_no_drift(approved: list[Thing], live: list[Thing]) -> None:
    found = drift(approved, live)
    assert not found.is_found
    assert {each.side for each in found.unjoined} == {"approved", "live"}
    assert len(found.unjoined) == len(approved) + len(live)


def test_without_a_name_an_id_on_both_sides_is_enough_to_tell() -> None:
    found = drift([thing("v1", ids=frozenset({"vol-1"}))], [thing("v2", ids=frozenset({"vol-2"}))])
    assert (len(found.gone), len(found.never_judged), found.unjoined) == (1, 1, ())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"pools": [{"machine_types": ["m5.4xlarge"]}]}, ["machine type"]),
        ({"capacity": {"min": 1, "desired": 4, "max": 4}}, []),
        ({"capacity": {"min": 1, "desired": 9, "max": 4}}, ["count"]),
        ({"capacity": {"min": 1, "desired": 2, "max": 40}}, ["maximum count"]),
        ({"schedule": {"hours_per_week": 168}}, ["schedule switched off"]),
        ({"schedule": {"hours_per_week": 0, "kind": "stopped"}}, []),
        ({"purchase": {"model": "on-demand"}}, ["purchase"]),
        ({"disks": [{"size_gib": 500}]}, ["disk sizes"]),
        ({"pools": [{"machine_types": None}]}, []),
    ],
    ids=[
        "type",
        "scaled within its bounds",
        "scaled by hand",
        "bound",
        "schedule",
        "stopped now",
        "purchase",
        "disk",
        "not known",
    ],
)
def test_what_changed_is_named(change: dict[str, Any], what: list[str]) -> None:
    facets = {
        **SIZED, "schedule": {"hours_per_week": 60}, "purchase": {"model": "spot"}, "disks": [{"size_gib": 100}],
    }  # fmt: skip
    now = thing("i", "web", monthly="25", facets={**facets, **change})
    found = drift([planned("a", "web", facets=facets)], [now])
    assert [each.what for moved in found.changed for each in moved.differences] == what
    assert [moved.delta_monthly for moved in found.changed] == [15] * bool(what)


def test_a_cost_that_is_not_known_is_no_zero() -> None:
    changed = {**SIZED, "capacity": {"min": 1, "desired": 2, "max": 9}}
    found = drift([planned("a", "web")], [thing("i", "web", monthly=None, facets=changed)])
    assert found.changed[0].delta_monthly is None
