"""The plans that benchmarks make are plans: unique addresses, the counts of their JSON, joins within each copy."""

import io
import json
from collections import Counter

import pytest
from benchmarks.make_plan import write_plan

from spendgate.inputs.terraform.plan import read_plan
from spendgate.model.resource import Action


def made(count: int) -> bytes:
    file = io.BytesIO()
    write_plan(count, file)
    return file.getvalue()


@pytest.fixture(scope="module")
def plan() -> bytes:
    return made(300)


def test_it_has_so_many_changes_with_addresses_of_their_own(plan: bytes) -> None:
    workload = read_plan(plan, "plan.json", {})
    assert len({change.address for change in workload.changes}) == 300
    assert workload.problems == ()
    counted = Counter("+".join(entry["change"]["actions"]) for entry in json.loads(plan)["resource_changes"])
    assert Counter(change.action.value for change in workload.changes) == counted
    assert counted[Action.NO_OP.value] > 150


def test_the_same_number_gives_the_same_bytes(plan: bytes) -> None:
    assert made(300) == plan


def test_references_stay_within_a_copy(plan: bytes) -> None:
    edges = read_plan(plan, "plan.json", {}).references.edges()
    assert len(edges) > 200
    assert all(source.split("[")[0][-5:] == target.split("[")[0][-5:] for source, _, target in edges)


def test_a_resource_weighs_what_it_does_in_life(plan: bytes) -> None:
    assert 5_000 < len(plan) / 300 < 8_000
