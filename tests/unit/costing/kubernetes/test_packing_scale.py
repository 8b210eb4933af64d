"""Packing thousands of workloads onto hundreds of pools: the same answer as looking at each node, in time that follows the sizes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.costing import shape_groups
from spendgate.costing.first_fit import FirstFit
from spendgate.costing.node_filling import Node
from spendgate.costing.node_shape import NodeShape, PodNeed
from spendgate.costing.packing import pack
from spendgate.facets.kubernetes.wishes import Wishes

rooms = st.tuples(*(st.integers(0, 4).map(Decimal),) * 3)


@given(
    st.lists(rooms, max_size=20), st.lists(st.tuples(st.integers(0, 19), rooms), max_size=20), rooms, st.integers(0, 22)
)
def test_the_first_with_room_is_the_one_that_looking_at_each_finds(
    row: list[tuple[Decimal, ...]],
    changes: list[tuple[int, tuple[Decimal, ...]]],
    asked: tuple[Decimal, ...],
    start: int,
) -> None:
    found = FirstFit()
    for free in row:
        found.append(free)
    for place, free in changes:
        if place < len(row):
            row[place] = free
            found.put(place, free)
    fitting = (
        place
        for place, free in enumerate(row)
        if place >= start and all(has >= wanted for has, wanted in zip(free, asked, strict=True))
    )
    # NOTE: a subtree may promise the CPU of one place and the memory of another; at a leaf the promise is the place itself.
    assert found.first(asked, start) == next(fitting, None)


def pools(count: int) -> list[NodeShape]:
    """Pools of three machine types, each with a label of its own that no workload asks for."""
    return [
        NodeShape(
            f"m{number % 3} of pool {number:04}", Decimal(8), Decimal(32), hourly=Decimal(1 + number % 3),
            labels={"pool": (str(number),), "zone": ("ab"[number % 2],)}, most=6, machine_type=f"m{number % 3}", pool=f"{number:04}",
        )
        for number in range(count)
    ]  # fmt: skip


def workloads(count: int) -> list[PodNeed]:
    """Workloads that all ask for something else, half of them for a zone."""
    zone = Wishes({"zone": ("a",)})
    return [
        PodNeed(f"w{n}", 1 + n % 4, Decimal(100 + n) / 1000, Decimal(1 + n % 7), selector=zone if n % 2 else None)
        for n in range(count)
    ]


def test_a_label_that_no_selector_looks_at_makes_no_group_of_its_own() -> None:
    groups = shape_groups.ShapeGroups(workloads(10), pools(60))
    assert len(groups.all) == 3 * 2, "three machine types in two zones"
    assert [len(groups.suitable(need)) for need in workloads(2)] == [6, 3]


@pytest.mark.parametrize("asked", ["alike", "of every kind"])
def test_twice_as_many_workloads_and_pools_take_about_twice_the_looks(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look = Node.room_for

    def counting(self: Node, need: PodNeed, most: int) -> int:
        nonlocal looks
        looks += 1
        return look(self, need, most)

    monkeypatch.setattr(Node, "room_for", counting)
    counts = []
    for size in (150, 300):
        needs = workloads(size) if asked == "of every kind" else workloads(4) * (size // 4)
        looks = 0
        pack([PodNeed(f"{n}", *_rest(need)) for n, need in enumerate(needs)], pools(size))
        counts.append(looks)
    assert counts[1] < 2.5 * counts[0], counts


def _rest(need: PodNeed) -> tuple[object, ...]:
    return need.count, need.cpu, need.memory_gib, need.accelerators, need.models, need.selector
