"""One node while pods are put onto it."""

from __future__ import annotations

from decimal import Decimal

from spendgate.costing.first_fit import Room
from spendgate.costing.node_shape import NodeShape, PodNeed

_NOTHING = Decimal(0)
_MOST_PODS = 110
"""Pods on a node: the kubelet's default of `maxPods`."""
_ANY = Decimal(-1_000_000_000)
"""Less than is free of anything on a node that is there."""


class Node:
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

    def free(self) -> Room:
        """What is free of each resource, in the order of `asked_of`."""
        return self.cpu, self.memory, self.accelerators, Decimal(self.pods)

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
        """Put so many pods of a need onto it."""
        self.cpu -= need.cpu * count
        self.memory -= need.memory_gib * count
        self.accelerators -= need.accelerators * count
        self.held.add(need.name)
        self.hours = max(self.hours, need.hours)
        self.pods -= count


def asked_of(need: PodNeed) -> Room:
    """The least that a node must have free for one pod: CPU, memory, accelerators, pods. One that is spread is not counted."""
    sizes = (need.cpu, need.memory_gib, need.accelerators)
    return (*(size if size > 0 else _ANY for size in sizes), _ANY if need.spread else Decimal(1))
