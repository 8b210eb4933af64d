"""The marginal view: how many nodes a set of pods needs, and what they leave idle."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpus.kubernetes.run import book, run_text

from spendgate.costing.node_shape import NodeShape, PodNeed
from spendgate.costing.nodes_needed import nodes_needed, shape_of
from spendgate.costing.packing import pack
from spendgate.facets.kubernetes.wishes import Wishes
from spendgate.model.frozen import replace


def shape(name: str, gpus: int = 0, price: str | None = "1", cpu: int = 16, memory: int = 64, **more: Any) -> NodeShape:
    return NodeShape(
        name, Decimal(cpu), Decimal(memory), Decimal(gpus), hourly=Decimal(price) if price else None, **more
    )


def need(name: str, count: int, cpu: Any = 1, memory: Any = 1, gpus: Any = 0, **more: Any) -> PodNeed:
    return PodNeed(name, count, Decimal(cpu), Decimal(memory), Decimal(gpus), **more)


EIGHT = shape(
    "eight", gpus=8, price="32", cpu=96, memory=1000, models=("A100-40GB",), taints=(("gpu", "", "NoSchedule"),)
)
ONE = shape("one", gpus=1, price="1", cpu=8, memory=32, models=("L4",))
PLAIN = shape("plain", price="0.5")
TOLERANT = Wishes(tolerations=(("gpu", "Exists", "", ""),))


@pytest.mark.parametrize(
    ("needs", "shapes", "nodes", "idle"),
    [
        ([need("a", 1, gpus=1)], [EIGHT], {"eight": 1}, 7),
        ([need("a", 8, gpus=1)], [EIGHT], {"eight": 1}, 0),
        ([need("a", 9, gpus=1)], [EIGHT], {"eight": 2}, 7),
        ([need("a", 3, gpus=3)], [EIGHT], {"eight": 2}, 7),
        ([need("a", 2, gpus="0.5")], [ONE], {"one": 1}, 0),
        ([need("a", 16)], [PLAIN], {"plain": 1}, 0),
        ([need("a", 17)], [PLAIN], {"plain": 2}, 0),
        ([need("a", 2, memory=40)], [PLAIN], {"plain": 2}, 0),
        ([need("a", 3, spread=True)], [PLAIN], {"plain": 3}, 0),
        ([need("big", 1, cpu=14), need("small", 2)], [PLAIN], {"plain": 1}, 0),
        ([need("a", 1, gpus=1)], [EIGHT, ONE], {"one": 1}, 0),
        ([need("a", 1, gpus=1, models=("A100-40GB",))], [EIGHT, ONE], {"eight": 1}, 7),
        ([need("cpu", 4), need("gpu", 1, gpus=1)], [ONE, PLAIN], {"one": 1}, 0),
        ([need("a", 2)], [shape("cheap", price="0.1", most=1, cpu=1), PLAIN], {"cheap": 1, "plain": 1}, 0),
        ([need("a", 0)], [PLAIN], {}, 0),
    ],
    ids=[
        "one GPU makes eight be paid", "eight fill a node", "a ninth opens another", "threes do not divide eight", "halves share a GPU",
        "CPUs fill a node", "one more opens another", "memory decides", "one a node", "small ones fill the gap", "the cheapest that fits",
        "the model decides", "CPU work fills a GPU node that is there", "a bounded shape is used up first", "nothing asked",
    ],
)  # fmt: skip
def test_packing(needs: list[PodNeed], shapes: list[NodeShape], nodes: dict[str, int], idle: int) -> None:
    unlocked = [
        NodeShape(s.name, s.vcpu, s.memory_gib, s.accelerators, s.models, s.hourly, s.labels, (), s.most)
        for s in shapes
    ]
    found = pack(needs, unlocked)
    assert dict(found.nodes) == nodes
    assert found.idle_accelerators == idle
    assert found.unplaced == {}


@pytest.mark.parametrize(
    ("wanted", "shapes", "said"),
    [
        (need("a", 1, gpus=1), [EIGHT], "no node shape has"),
        (need("a", 1, gpus=9, selector=TOLERANT), [EIGHT], "no node shape has"),
        (need("a", 1, selector=Wishes({"zone": ("b",)})), [shape("x", labels={"zone": ("a",)})], "no node shape has"),
        (need("a", 5, cpu=16), [shape("x", most=2)], "3 pods are left"),
        (need("a", 1), [], "no node shapes are given"),
    ],
    ids=["a taint", "too large", "a label", "a bound", "no shapes"],
)
def test_what_fits_nowhere_is_said(wanted: PodNeed, shapes: list[NodeShape], said: str) -> None:
    assert said in pack([wanted], shapes).unplaced["a"]


def test_a_toleration_opens_a_tainted_node() -> None:
    assert dict(pack([need("a", 1, gpus=1, selector=TOLERANT)], [EIGHT]).nodes) == {"eight": 1}


def test_a_shape_without_a_price_is_never_the_cheapest_and_never_free() -> None:
    found = pack([need("a", 1)], [shape("unpriced", price=None), PLAIN])
    assert (dict(found.nodes), found.hourly) == ({"plain": 1}, Decimal("0.5"))
    assert pack([need("a", 1)], [shape("unpriced", price=None)]).hourly is None


needs_given = st.lists(
    st.builds(
        lambda number, count, cpu, gpus: need(f"n{number}", count, cpu=cpu, gpus=gpus),
        st.integers(0, 50), st.integers(0, 20), st.integers(1, 12), st.integers(0, 2),
    ),
    max_size=6, unique_by=lambda given: given.name,
)  # fmt: skip


@given(needs_given)
def test_nodes_hold_what_is_put_on_them_and_no_node_too_many_stays_empty(needs: list[PodNeed]) -> None:
    big = shape("big", gpus=2, cpu=16)
    found = pack(needs, [big])
    count = found.nodes.get("big", 0)
    cpu = sum((n.cpu * n.count for n in needs), Decimal(0))
    gpus = sum((n.accelerators * n.count for n in needs), Decimal(0))
    assert found.unplaced == {}
    assert count * big.vcpu >= cpu
    assert count * big.accelerators - gpus == found.idle_accelerators
    assert count <= sum(n.count for n in needs)
    assert pack(list(reversed(needs)), [big]) == found, "the order in which pods are given does not matter"


def test_the_marginal_view_of_manifests(tmp_path: Path) -> None:
    text = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: s, namespace: n}
spec:
  replicas: 3
  template:
    spec:
      nodeSelector: {node.kubernetes.io/instance-type: p4d.24xlarge, topology.kubernetes.io/region: us-east-1}
      containers: [{name: c, image: x, resources: {requests: {cpu: 8, memory: 64Gi}, limits: {nvidia.com/gpu: 1}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: n}
spec: {containers: [{name: c, image: x}]}
"""
    done = run_text(text, tmp_path)
    found = nodes_needed(done.facets.items(), book(), book())
    machine = shape_of("aws", "us-east-1", "p4d.24xlarge", "on-demand", catalog=book(), prices=book())
    assert machine is not None
    assert machine.hourly is not None
    assert dict(found.packing.nodes) == {"p4d.24xlarge": 1}
    assert found.packing.idle_accelerators == 5
    assert found.monthly == machine.hourly * 730
    assert [address for address, _ in found.left_out] == ["Pod/n/p"]
    share = done.costs["Deployment/n/s"].monthly
    assert share is not None
    assert share.expected < found.monthly, "three GPUs are used, eight are paid"


def test_pods_too_large_for_any_node_are_left_out_beside_like_ones_of_which_there_are_none() -> None:
    """NOTE: that a need of no pods fits anywhere must not count for one of the same size: nodes were started without end."""
    found = pack([need("a-none", 0, cpu=99), need("b-large", 2, cpu=99)], [shape("small", cpu=4)])
    assert set(found.unplaced) == {"b-large"}
    assert found.nodes == {}


def test_pools_of_like_nodes_are_filled_in_the_order_of_their_names_within_their_bounds() -> None:
    pools = [replace(shape(name, cpu=4), most=1) for name in ("c", "a", "b")]
    assert pack([need("web", 3, cpu=4)], pools).nodes == {"a": 1, "b": 1, "c": 1}
    assert pack([need("web", 2, cpu=4)], pools).nodes == {"a": 1, "b": 1}
