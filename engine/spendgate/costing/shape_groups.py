"""Shapes of nodes that are alike to every pod of a run, together: a run may have hundreds of node pools of a few shapes.

Labels tell shapes apart only where a selector of the run looks at them, and then only by which selectors accept them. Which those
are is found once for each set of labels, not once for each pool and workload.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from spendgate.costing.node_filling import Node
from spendgate.costing.node_shape import NodeShape, PodNeed, Selector

ShapeGroup: TypeAlias = Sequence[NodeShape]
"""Shapes that are alike to pods, in the order of their names."""


class ShapeGroups:
    """The groups of a run, and which of them take a need."""

    def __init__(self, needs: Iterable[PodNeed], shapes: Iterable[NodeShape]) -> None:
        selectors = {_key(need): need.selector for need in needs}
        watched = frozenset().union(*(selector.label_keys() for selector in selectors.values() if selector is not None))
        # NOTE: bit n of a mask says whether selector n accepts; a set of pools of one shape costs one look at each selector.
        by_labels: dict[Any, int] = {}
        by_taints: dict[Any, int] = {}
        found: dict[tuple[Any, ...], list[NodeShape]] = defaultdict(list)
        for shape in sorted(shapes, key=lambda shape: shape.name):
            labels = tuple(sorted((key, held) for key, held in shape.labels.items() if key in watched))
            if labels not in by_labels:
                by_labels[labels] = _mask(_accepts_labels(selector, shape) for selector in selectors.values())
            if shape.taints not in by_taints:
                by_taints[shape.taints] = _mask(_tolerates(selector, shape) for selector in selectors.values())
            accepted = by_labels[labels] & by_taints[shape.taints]
            size = shape.vcpu, shape.memory_gib, shape.accelerators, shape.models, shape.hourly
            found[(accepted, shape.machine_type or shape.name, *size)].append(shape)
        self.all: list[ShapeGroup] = list(found.values())
        self._accepted = {
            key: [group for (mask, *_), group in found.items() if mask >> number & 1]
            for number, key in enumerate(selectors)
        }
        self._suitable: dict[tuple[Any, ...], list[ShapeGroup]] = {}

    def suitable(self, need: PodNeed) -> list[ShapeGroup]:
        """The groups whose nodes take a pod of the need, in the order of their first names."""
        kind = need.kind()
        if kind not in self._suitable:
            self._suitable[kind] = [group for group in self._accepted[_key(need)] if _fits(need, group[0])]
        return self._suitable[kind]


def _key(need: PodNeed) -> tuple[Any, ...] | None:
    return need.selector.key() if need.selector is not None else None


def _mask(answers: Iterable[bool]) -> int:
    return sum(1 << number for number, answer in enumerate(answers) if answer)


def _accepts_labels(selector: Selector | None, shape: NodeShape) -> bool:
    return selector is None or selector.accepts_labels(shape.labels, strict=False)


def _tolerates(selector: Selector | None, shape: NodeShape) -> bool:
    if selector is None:
        return all(effect == "PreferNoSchedule" for *_, effect in shape.taints)
    return selector.tolerates(shape.taints)


def _fits(need: PodNeed, shape: NodeShape) -> bool:
    """Whether a shape whose labels and taints will do is of a machine type and model that will, and has room when empty."""
    if need.machine_types and (shape.machine_type or shape.name) not in need.machine_types:
        return False
    if need.models and need.accelerators > 0 and not set(need.models) & set(shape.models):
        return False
    return Node(shape).room_for(need, 1) > 0
