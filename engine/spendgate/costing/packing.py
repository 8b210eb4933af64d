"""Which nodes a set of pods needs: the marginal view of what a cluster costs.

A share of a node is not what is paid: a pod with one GPU on an eight-GPU machine makes somebody pay for eight. Pods are packed
onto the cheapest node shapes that take them, largest first onto the first node with room (first fit decreasing), which is at most
11/9 of the best number and a node more (Johnson 1973). What the scheduler heeds is heeded: CPU, memory and whole accelerators,
node labels, taints, one pod a node for pods that share a node with none of their kind, and what a node keeps for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from spendgate.costing.node_filling import Node
from spendgate.costing.node_shape import NodeShape, PodNeed
from spendgate.costing.open_nodes import OpenNodes
from spendgate.costing.shape_groups import ShapeGroups
from spendgate.model.frozen import Frozen

_NOTHING = Decimal(0)


class Packing(Frozen):
    """Nodes by the name of their shape, accelerators that are paid and not asked for, and pods that fit nowhere with the reason.

    `monthly` is the cost of the nodes of a shape for as long as their pods run, `None` without a price.
    """

    nodes: Mapping[str, int]
    idle_accelerators: Decimal
    unplaced: Mapping[str, str]
    hourly: Decimal | None
    """What all nodes cost an hour; `None` when one of them has no price."""
    monthly: Mapping[str, Decimal | None] = {}
    placed: frozenset[str] = frozenset()
    """Names of needs of which at least one pod is on a node."""
    idle: Mapping[str, Decimal] = {}
    """Accelerators that are paid and not asked for, by the name of their shape."""
    held: Mapping[str, frozenset[str]] = {}
    """Names of the needs with pods on nodes of a shape."""


def pack(needs: Sequence[PodNeed], shapes: Sequence[NodeShape]) -> Packing:
    """Pack pods onto nodes of given shapes. Deterministic: equal needs and prices fall back on names."""
    groups = ShapeGroups(needs, shapes)
    started = OpenNodes(shapes, groups.all)
    unplaced: dict[str, str] = {}
    for need in sorted(needs, key=lambda need: (-need.accelerators, -need.cpu, -need.memory_gib, need.name)):
        suitable = groups.suitable(need)
        left = started.fill(need, suitable)
        if left:
            left = started.start(need, suitable, left)
        if left:
            unplaced[need.name] = _why(bool(suitable), bool(shapes), left)
    return _packing(started.nodes(), unplaced)


def _packing(started: Mapping[str, Sequence[Node]], unplaced: Mapping[str, str]) -> Packing:
    nodes = {name: len(found) for name, found in started.items()}
    idle = {name: sum((node.accelerators for node in found), _NOTHING) for name, found in started.items()}
    monthly = {name: _sum(_monthly(node) for node in found) for name, found in started.items()}
    hourly = _sum(node.shape.hourly for found in started.values() for node in found)
    held = {name: frozenset(need for node in found for need in node.held) for name, found in started.items()}
    placed = frozenset(name for names in held.values() for name in names)
    left = dict(sorted(unplaced.items()))
    return Packing(nodes, sum(idle.values(), _NOTHING), left, hourly, monthly, placed, idle, held)


def _monthly(node: Node) -> Decimal | None:
    return node.shape.hourly * node.hours if node.shape.hourly is not None else None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = _NOTHING
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _why(is_suitable: bool, has_shapes: bool, left: int) -> str:
    if not has_shapes:
        return "no node shapes are given"
    if is_suitable:
        pods = f"{left} pods are" if left > 1 else "one pod is"
        return f"{pods} left when every suitable node is started"
    return "no node shape has the labels, taints, accelerators and room that it needs"
