"""Which nodes a set of pods needs: the marginal view of what a cluster costs.

A share of a node is not what is paid: a pod with one GPU on an eight-GPU machine makes somebody pay for eight. Pods are packed
onto the cheapest node shapes that take them, largest first onto the first node with room (first fit decreasing), which is at most
11/9 of the best number and a node more (Johnson 1973). What the scheduler heeds is heeded: CPU, memory and whole accelerators,
node labels, taints, one pod a node for pods that share a node with none of their kind, and what a node keeps for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

_NOTHING = Decimal(0)


class Selector(Protocol):
    """What a pod demands of its node."""

    def accepts_labels(self, labels: Mapping[str, tuple[str, ...]], *, strict: bool) -> bool:
        """Whether a node with these labels will do."""
        ...

    def tolerates(self, taints: tuple[tuple[str, str, str], ...]) -> bool:
        """Whether the pod stands these taints."""
        ...


@dataclass(frozen=True, slots=True)
class NodeShape:
    """A node that may be started: what pods can use of it, and its price. `models` are its accelerators' family names.

    `most` bounds how many of them there may be; `hourly=None` means that no price is known, which is never taken for cheap.
    """

    name: str
    vcpu: Decimal
    memory_gib: Decimal
    accelerators: Decimal = _NOTHING
    models: tuple[str, ...] = ()
    hourly: Decimal | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    taints: tuple[tuple[str, str, str], ...] = ()
    most: int | None = None


@dataclass(frozen=True, slots=True)
class PodNeed:
    """Like pods to be placed. `accelerators` may be a fraction; `models` empty means any; `spread`: at most one a node."""

    name: str
    count: int
    cpu: Decimal
    memory_gib: Decimal
    accelerators: Decimal = _NOTHING
    models: tuple[str, ...] = ()
    selector: Selector | None = None
    machine_types: tuple[str, ...] = ()
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Packing:
    """Nodes by the name of their shape, accelerators that are paid and not asked for, and pods that fit nowhere with the reason."""

    nodes: Mapping[str, int]
    idle_accelerators: Decimal
    unplaced: Mapping[str, str]
    hourly: Decimal | None
    """What all nodes cost an hour; `None` when one of them has no price."""


class _Node:
    """A node that is being filled."""

    __slots__ = ("accelerators", "cpu", "held", "memory", "shape")

    def __init__(self, shape: NodeShape) -> None:
        self.shape = shape
        self.cpu = shape.vcpu
        self.memory = shape.memory_gib
        self.accelerators = shape.accelerators
        self.held: set[str] = set()

    def room_for(self, need: PodNeed) -> int:
        """How many pods of a need still fit."""
        if need.spread and need.name in self.held:
            return 0
        room = need.count if not need.spread else 1
        for free, asked in (
            (self.cpu, need.cpu),
            (self.memory, need.memory_gib),
            (self.accelerators, need.accelerators),
        ):
            if asked > 0:
                room = min(room, int(free // asked))
        return max(room, 0)

    def take(self, need: PodNeed, count: int) -> None:
        self.cpu -= need.cpu * count
        self.memory -= need.memory_gib * count
        self.accelerators -= need.accelerators * count
        self.held.add(need.name)


def pack(needs: Sequence[PodNeed], shapes: Sequence[NodeShape]) -> Packing:
    """Pack pods onto nodes of given shapes. Deterministic: equal needs and prices fall back on names."""
    open_nodes: dict[str, list[_Node]] = defaultdict(list)
    unplaced: dict[str, str] = {}
    for need in sorted(needs, key=lambda need: (-need.accelerators, -need.cpu, -need.memory_gib, need.name)):
        suitable = [shape for shape in shapes if suits(need, shape)]
        left = need.count
        for shape in suitable:
            left = _fill(open_nodes[shape.name], need, left)
        if left == 0:
            continue
        for shape in sorted(suitable, key=lambda shape: _cost_per_pod(need, shape)):
            left = _open(open_nodes[shape.name], shape, need, left)
            if left == 0:
                break
        if left:
            unplaced[need.name] = _why(need, suitable, shapes, left)
    return _packing(open_nodes, unplaced)


def suits(need: PodNeed, shape: NodeShape) -> bool:
    """Whether a pod may run on a node of a shape, and fits into an empty one."""
    if need.machine_types and shape.name not in need.machine_types:
        return False
    if need.models and need.accelerators > 0 and not set(need.models) & set(shape.models):
        return False
    if need.selector is None:
        if any(effect != "PreferNoSchedule" for *_, effect in shape.taints):
            return False
    elif not need.selector.accepts_labels(shape.labels, strict=False) or not need.selector.tolerates(shape.taints):
        return False
    return _Node(shape).room_for(need) > 0 or need.count == 0


def _fill(nodes: list[_Node], need: PodNeed, left: int) -> int:
    for node in nodes:
        if left == 0:
            return 0
        count = min(left, node.room_for(need))
        if count:
            node.take(need, count)
            left -= count
    return left


def _open(nodes: list[_Node], shape: NodeShape, need: PodNeed, left: int) -> int:
    while left and (shape.most is None or len(nodes) < shape.most):
        node = _Node(shape)
        count = min(left, node.room_for(need))
        node.take(need, count)
        nodes.append(node)
        left -= count
    return left


def _cost_per_pod(need: PodNeed, shape: NodeShape) -> tuple[bool, Decimal, str]:
    """Cheapest for all pods of the need first; shapes without a price come last."""
    each = _Node(shape).room_for(need)
    nodes = -(-need.count // each) if each else need.count
    return shape.hourly is None, (shape.hourly or _NOTHING) * nodes, shape.name


def _why(need: PodNeed, suitable: Sequence[NodeShape], shapes: Sequence[NodeShape], left: int) -> str:
    if not shapes:
        return "no node shapes are given"
    if suitable:
        return f"{left} pods are left when every suitable node is started"
    return "no node shape has the labels, taints, accelerators and room that it needs"


def _packing(open_nodes: Mapping[str, list[_Node]], unplaced: Mapping[str, str]) -> Packing:
    nodes = {name: len(found) for name, found in sorted(open_nodes.items()) if found}
    used = [node for found in open_nodes.values() for node in found]
    idle = sum((node.accelerators for node in used), _NOTHING)
    prices = [node.shape.hourly for node in used]
    known = [price for price in prices if price is not None]
    hourly = sum(known, _NOTHING) if len(known) == len(prices) else None
    return Packing(nodes, idle, dict(sorted(unplaced.items())), hourly)
