"""The document that Rego policies see."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rego.dockets import case, docket

from spendgate.model.attributes import Attributes
from spendgate.model.case import PlainCase
from spendgate.model.facets import Accelerators, Capacity, Disk, Facets, Lifecycle, Pool, Purchase, Schedule
from spendgate.model.frozen import field_names
from spendgate.model.values import AFTER_APPLY, SENSITIVE, Bounded, Unknown
from spendgate.wire.facets import number, plain_facets
from spendgate.wire.policy_input import encode, given_document, masked, policy_input


def test_every_facet_is_there_and_is_plain_json() -> None:
    tree, unknown = plain_facets(Facets(pools=(Pool(("m5.large",), disks=(Disk("root", "gp3", Decimal(8)),)),)))
    assert json.loads(encode(tree)) == tree
    assert set(tree) == set(field_names(Facets)) - {"notes"}
    assert unknown == []
    assert tree["pools"][0]["disks"][0]["size_gib"] == 8


UNKNOWN: dict[str, Facets] = {
    "tags": Facets(tags=AFTER_APPLY),
    "tags.owner": Facets(tags={"owner": AFTER_APPLY, "team": "ml"}),
    "name": Facets(name=SENSITIVE),
    "accel.models": Facets(accel=Accelerators(models=AFTER_APPLY)),
    "capacity.max": Facets(capacity=Capacity(max=AFTER_APPLY)),
    "purchase.model": Facets(purchase=Purchase(model=AFTER_APPLY)),
    "schedule.hours_per_week": Facets(schedule=Schedule(hours_per_week=AFTER_APPLY)),
    "lifecycle.expire_days": Facets(lifecycle=Lifecycle(expire_days=AFTER_APPLY)),
    "disks": Facets(disks=AFTER_APPLY),
    "pools.0.machine_types": Facets(pools=(Pool(AFTER_APPLY),)),
    "pools.0.disks.0.iops": Facets(pools=(Pool((), disks=(Disk("a", "b", None, iops=AFTER_APPLY),)),)),
    "llm.model": Facets(llm={"model": AFTER_APPLY}),
}


@pytest.mark.parametrize(("path", "facets"), UNKNOWN.items(), ids=UNKNOWN)
def test_what_is_unknown_is_null_and_named(path: str, facets: Facets) -> None:
    tree, unknown = plain_facets(facets)
    assert unknown == [path]
    node: Any = tree
    for key in path.split("."):
        node = node[int(key)] if isinstance(node, list) else node[key]
    assert node is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("40150.00"), 40150),
        (Decimal("0.1234567"), 0.123457),
        (Decimal("-1.5"), -1.5),
        (Decimal("Infinity"), "Infinity"),
        (Decimal("NaN"), None),
        (7, 7),
        (Decimal("1e-9"), 0.0),
    ],
)
def test_numbers_are_json_numbers_of_six_places(value: Decimal, shown: Any) -> None:
    assert number(value) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_no_number_moves_by_more_than_its_last_place(value: Decimal) -> None:
    shown = number(value)
    assert isinstance(shown, (int, float))
    assert abs(Decimal(str(shown)) - value) <= Decimal("0.0000005") + abs(value) * Decimal("1e-15")


def test_a_resource_as_the_contract_shows_it() -> None:
    attributes = Attributes({"instance_type": "p5.48xlarge"}, unknown={"id": True, "tags": {"x": True}})
    cost = {
        "hourly": Decimal("55.0"),
        "monthly": {"expected": Decimal("40150.1234567")},
        "delta_monthly": Unknown("no price"),
    }
    held = case(
        "module.a.aws_instance.gpu[0]", env="dev", attributes=attributes, cost=cost, name="gpu", region="us-east-1"
    )
    document = policy_input(docket(held), run={"commit": "abc"}, budgets=[{"monthly": Decimal("10.5")}])
    assert document["version"] == 1
    assert document["run"] == {"time": "2026-11-24T12:00:00Z", "commit": "abc", "sources": ["plan"]}
    assert document["budgets"] == [{"monthly": 10.5}]
    (resource,) = document["resources"]
    assert resource["cost"] == {"hourly": 55, "monthly": {"expected": 40150.123457}, "delta_monthly": None}
    assert resource["unknown"] == ["cost.delta_monthly", "after.id", "after.tags.x"]
    assert (resource["before"], resource["after"]) == (None, {"instance_type": "p5.48xlarge"})
    assert (resource["action"], resource["kind"], resource["env"], resource["region"]) == (
        "create",
        "compute.vm",
        "dev",
        "us-east-1",
    )


def test_bounds_stand_beside_what_is_unknown() -> None:
    bounded = Bounded(Decimal(3), None, "no price for the disk")
    held = case(cost={"monthly": {"expected": bounded}})
    document = policy_input(docket(held, change={"delta_monthly": {"expected": bounded}}))
    (resource,) = document["resources"]
    known = {"lower": 3, "upper": None, "reason": "no price for the disk"}
    assert (resource["unknown"], resource["bounds"]) == (["cost.monthly.expected"], {"cost.monthly.expected": known})
    assert document["change"]["unknown"] == ["delta_monthly.expected"]
    assert document["change"]["bounds"] == {"delta_monthly.expected": known}


MASKS = [
    ({"a": 1, "b": 2}, {"a": True}, {"a": "(sensitive)", "b": 2}),
    ({"a": {"b": [1, 2]}}, {"a": {"b": [False, True]}}, {"a": {"b": [1, "(sensitive)"]}}),
    ({"a": [1, 2, 3]}, {"a": [True]}, {"a": ["(sensitive)", 2, 3]}),
    ({"a": 1}, True, "(sensitive)"),
    ({"a": 1}, False, {"a": 1}),
    ({"a": 1}, {"b": True}, {"a": 1}),
    ({"a": [{"b": 1}]}, {"a": [{"b": True}]}, {"a": [{"b": "(sensitive)"}]}),
    ({"a": 1}, {"a": {"b": True}}, {"a": "(sensitive)"}),
    ({"a": 1}, {"a": {"b": False}}, {"a": 1}),
    ({"a": None}, {"a": {"b": True}}, {"a": None}),
]


@pytest.mark.parametrize(("value", "marks", "shown"), MASKS)
def test_secrets_are_replaced_leaf_by_leaf(value: Any, marks: Any, shown: Any) -> None:
    before = json.dumps(value)
    assert masked(value, marks) == shown
    assert json.dumps(value) == before


def test_a_tests_case_is_laid_over_an_empty_resource() -> None:
    document = given_document(PlainCase("a", {"kind": "compute.vm", "accel": {"count": 8, "models": AFTER_APPLY}}))
    assert document["accel"]["count"] == 8
    assert document["accel"]["sharing"] == "none"
    assert document["unknown"] == ["accel.models"]
    assert document["capacity"] == {"min": 1, "desired": 1, "max": 1}
