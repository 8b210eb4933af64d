"""Which nodes a set of pods needs: the marginal view of what a cluster costs.

A share of a node is not what is paid: a pod with one GPU on an eight-GPU machine makes somebody pay for eight. Pods are packed
onto the cheapest node shapes that take them, largest first onto the first node with room (first fit decreasing), which is at most
11/9 of the best number and a node more (Johnson 1973). What the scheduler heeds is heeded: CPU, memory and whole accelerators,
node labels, taints, one pod a node for pods that share a node with none of their kind, and what a node keeps for itself.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from heapq import merge
from typing import Any, Protocol, TypeAlias

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.model.frozen import Frozen

_NOTHING = Decimal(0)
_MOST_PODS = 110
"""Pods on a node: the kubelet's default of `maxPods`."""


class Selector(Protocol):
    """What a pod demands of its node."""

    def accepts_labels(self, labels: Mapping[str, tuple[str, ...]], *, strict: bool) -> bool:
        """Whether a node with these labels will do."""
        ...

    def tolerates(self, taints: tuple[tuple[str, str, str], ...]) -> bool:
        """Whether the pod stands these taints."""
        ...

    def key(self) -> tuple[Any, ...]:
        """What makes two selectors equal; hashable."""
        ...


class NodeShape(Frozen):
    """A node that may be started: what pods can use of it, and its price. `models` are its accelerators' family names.

    `most` bounds how many of them there may be, together with the other shapes of the same `pool`; `hourly=None` means that no
    price is known, which is never taken for cheap. `machine_type` is the name when none is given.
    """

    name: str
    vcpu: Decimal
    memory_gib: Decimal
    accelerators: Decimal = _NOTHING
    models: tuple[str, ...] = ()
    hourly: Decimal | None = None
    labels: Mapping[str, tuple[str, ...]] = {}
    taints: tuple[tuple[str, str, str], ...] = ()
    most: int | None = None
    machine_type: str = ""
    pool: str = ""


_Shapes: TypeAlias = Sequence[NodeShape]
"""Shapes that are alike to a pod, in the order of their names."""


class PodNeed(Frozen):
    """Like pods to be placed. `accelerators` may be a fraction; `models` empty means any; `spread`: at most one a node.

    `hours` is how long one of them runs in a month: a node stays as long as the longest of its pods.
    """

    name: str
    count: int
    cpu: Decimal
    memory_gib: Decimal
    accelerators: Decimal = _NOTHING
    models: tuple[str, ...] = ()
    selector: Selector | None = None
    machine_types: tuple[str, ...] = ()
    spread: bool = False
    hours: Decimal = HOURS_PER_MONTH

    def kind(self) -> tuple[Any, ...]:
        """What makes two needs the same to a node."""
        selector = self.selector.key() if self.selector is not None else None
        return self.cpu, self.memory_gib, self.accelerators, self.models, selector, self.machine_types, self.spread


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


class _Node:
    """A node that is being filled."""

    __slots__ = ("accelerators", "cpu", "held", "hours", "memory", "pods", "shape")

    def __init__(self, shape: NodeShape) -> None:
        self.shape = shape
        self.cpu = shape.vcpu
        self.memory = shape.memory_gib
        self.accelerators = shape.accelerators
        self.held: set[str] = set()
        self.hours = _NOTHING
        self.pods = _MOST_PODS

    def room_for(self, need: PodNeed, most: int) -> int:
        """How many pods of a need still fit, of `most` that are wanted."""
        if need.spread and need.name in self.held:
            return 0
        room = min(most, self.pods) if not need.spread else 1
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
        self.hours = max(self.hours, need.hours)
        self.pods -= count


def pack(needs: Sequence[PodNeed], shapes: Sequence[NodeShape]) -> Packing:
    """Pack pods onto nodes of given shapes. Deterministic: equal needs and prices fall back on names."""
    alike = _alike(shapes)
    open_nodes = _Open(shapes, alike)
    unplaced: dict[str, str] = {}
    suitable: dict[tuple[Any, ...], list[_Shapes]] = {}
    for need in sorted(needs, key=lambda need: (-need.accelerators, -need.cpu, -need.memory_gib, need.name)):
        kind = need.kind()
        if kind not in suitable:
            suitable[kind] = [same for same in alike if suits(need, same[0])]
        left = open_nodes.fill(need, kind, suitable[kind])
        if left:
            left = open_nodes.start(need, _cheapest_first(need, suitable[kind]), left)
        if left:
            unplaced[need.name] = _why(suitable[kind], shapes, left)
    return open_nodes.packing(unplaced)


def _alike(shapes: Iterable[NodeShape]) -> list[_Shapes]:
    """Shapes that differ in name, pool and bound alone, together and by name: a run may have hundreds of pools of a few shapes."""
    found: dict[tuple[Any, ...], list[NodeShape]] = defaultdict(list)
    for shape in sorted(shapes, key=lambda shape: shape.name):
        labels = tuple(sorted(shape.labels.items()))
        size = shape.vcpu, shape.memory_gib, shape.accelerators, shape.models, shape.hourly
        found[(shape.machine_type or shape.name, *size, labels, shape.taints)].append(shape)
    return list(found.values())


def _cheapest_first(need: PodNeed, suitable: Iterable[_Shapes]) -> Iterator[NodeShape]:
    """Shapes as they are to be started for a need, those of one cost by name."""
    by_cost: dict[tuple[bool, Decimal], list[_Shapes]] = defaultdict(list)
    for same in suitable:
        by_cost[_cost_per_pod(need, same[0])].append(same)
    for cost in sorted(by_cost):
        yield from merge(*by_cost[cost], key=lambda shape: shape.name)


class _Open:
    """The nodes that are started, in the order in which they were."""

    def __init__(self, shapes: Sequence[NodeShape], alike: Sequence[_Shapes]) -> None:
        self._like = {shape.name: same for same in alike for shape in same}
        self._places = {shape.name: place for place, shape in enumerate(shapes)}
        self._started: list[tuple[int, str]] = []
        self._nodes: dict[str, list[_Node]] = {shape.name: [] for shape in shapes}
        self._of_pool: dict[str, int] = defaultdict(int)
        self._full: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)

    def fill(self, need: PodNeed, kind: tuple[Any, ...], suitable: Sequence[_Shapes]) -> int:
        """Put pods onto nodes that are there; how many are left.

        NOTE: room only shrinks, so nodes that had none for pods of this kind are not looked at again.
        """
        left = need.count
        full = self._full[kind]
        taken = {id(same) for same in suitable}
        for _, name in self._started:
            if id(self._like[name]) not in taken:
                continue
            nodes = self._nodes[name]
            place = 0 if need.spread else full.get(name, 0)
            while left and place < len(nodes):
                count = min(left, nodes[place].room_for(need, left))
                if count:
                    nodes[place].take(need, count)
                    left -= count
                if left:
                    place += 1
            full[name] = place
        return left

    def start(self, need: PodNeed, shapes: Iterable[NodeShape], left: int) -> int:
        """Start nodes for what is left, as far as the bounds of pools allow; how many pods are left then."""
        for shape in shapes:
            if not left:
                break
            nodes, pool = self._nodes[shape.name], shape.pool or shape.name
            while left and (shape.most is None or self._of_pool[pool] < shape.most):
                node = _Node(shape)
                count = min(left, node.room_for(need, left))
                node.take(need, count)
                if not nodes:
                    insort(self._started, (self._places[shape.name], shape.name))
                nodes.append(node)
                self._of_pool[pool] += 1
                left -= count
        return left

    def packing(self, unplaced: Mapping[str, str]) -> Packing:
        """What was started."""
        nodes = {name: len(found) for name, found in sorted(self._nodes.items()) if found}
        used = [node for found in self._nodes.values() for node in found]
        idle = {name: sum((node.accelerators for node in self._nodes[name]), _NOTHING) for name in nodes}
        monthly = {name: _sum(_monthly(node) for node in self._nodes[name]) for name in nodes}
        hourly = _sum(node.shape.hourly for node in used)
        held = {name: frozenset(need for node in self._nodes[name] for need in node.held) for name in nodes}
        placed = frozenset(name for names in held.values() for name in names)
        left = dict(sorted(unplaced.items()))
        return Packing(nodes, sum(idle.values(), _NOTHING), left, hourly, monthly, placed, idle, held)


def _monthly(node: _Node) -> Decimal | None:
    return node.shape.hourly * node.hours if node.shape.hourly is not None else None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = _NOTHING
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def suits(need: PodNeed, shape: NodeShape) -> bool:
    """Whether a pod may run on a node of a shape, and fits into an empty one."""
    if need.machine_types and (shape.machine_type or shape.name) not in need.machine_types:
        return False
    if need.models and need.accelerators > 0 and not set(need.models) & set(shape.models):
        return False
    if need.selector is None:
        if any(effect != "PreferNoSchedule" for *_, effect in shape.taints):
            return False
    elif not need.selector.accepts_labels(shape.labels, strict=False) or not need.selector.tolerates(shape.taints):
        return False
    return _Node(shape).room_for(need, 1) > 0


def _cost_per_pod(need: PodNeed, shape: NodeShape) -> tuple[bool, Decimal]:
    """Cheapest for all pods of the need first; shapes without a price come last."""
    each = _Node(shape).room_for(need, need.count)
    nodes = -(-need.count // each) if each else need.count
    return shape.hourly is None, (shape.hourly or _NOTHING) * nodes


def _why(suitable: Sequence[_Shapes], shapes: Sequence[NodeShape], left: int) -> str:
    if not shapes:
        return "no node shapes are given"
    if suitable:
        pods = f"{left} pods are" if left > 1 else "one pod is"
        return f"{pods} left when every suitable node is started"
    return "no node shape has the labels, taints, accelerators and room that it needs"
