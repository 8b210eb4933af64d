"""The nodes that a packing has started: which of them has room for a pod, and which is started next when none has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from heapq import heappop, heappush, merge

from spendgate.costing.first_fit import FirstFit, Room
from spendgate.costing.node_filling import Node, asked_of
from spendgate.costing.node_shape import NodeShape, PodNeed
from spendgate.costing.shape_groups import ShapeGroup

_NOTHING = Decimal(0)
_NOT_STARTED: Room = (Decimal("-Infinity"),) * 4


class _Row:
    """The nodes of one shape in the order in which they were started, and where the shape stands in its group."""

    __slots__ = ("group", "nodes", "place", "rooms")

    def __init__(self, group: _Group, place: int) -> None:
        self.group, self.place = group, place
        self.nodes: list[Node] = []
        self.rooms = FirstFit()

    def add(self, node: Node) -> None:
        """One more node, with what is on it."""
        self.nodes.append(node)
        self.rooms.append(node.free())
        self._tell()

    def fill(self, need: PodNeed, asked: Room, left: int) -> int:
        """Put pods onto the nodes that have room, first ones first; how many are left."""
        place = self.rooms.first(asked)
        while left and place is not None:
            node = self.nodes[place]
            if count := node.room_for(need, left):
                node.take(need, count)
                self.rooms.put(place, node.free())
                left -= count
            place = self.rooms.first(asked, place + 1)
        self._tell()
        return left

    def _tell(self) -> None:
        self.group.rooms.put(self.place, self.rooms.most() or _NOT_STARTED)


class _Group:
    """The shapes of a group, by name for starting and by the order in which they were given for filling."""

    __slots__ = ("first", "order", "rooms", "shapes")

    def __init__(self, shapes: ShapeGroup, places: dict[str, int]) -> None:
        self.shapes, self.first = shapes, 0
        self.order = sorted({shape.name for shape in shapes}, key=places.__getitem__)
        self.rooms = FirstFit()
        for _ in self.order:
            self.rooms.append(_NOT_STARTED)


class OpenNodes:
    """The nodes that are started, by the name of their shape. Filled in the order in which shapes were given."""

    def __init__(self, shapes: Sequence[NodeShape], groups: Iterable[ShapeGroup]) -> None:
        self._places = {shape.name: place for place, shape in enumerate(shapes)}
        self._groups = {id(group): _Group(group, self._places) for group in groups}
        self._rows = {
            name: _Row(group, place) for group in self._groups.values() for place, name in enumerate(group.order)
        }
        self._of_pool: dict[str, int] = defaultdict(int)

    def nodes(self) -> dict[str, list[Node]]:
        """What was started, by name of the shape."""
        return {name: row.nodes for name, row in sorted(self._rows.items()) if row.nodes}

    def fill(self, need: PodNeed, suitable: Iterable[ShapeGroup]) -> int:
        """Put pods onto nodes that are there; how many are left."""
        left, asked = need.count, asked_of(need)
        ahead: list[tuple[int, int, int]] = []
        for group in suitable:
            self._look(ahead, id(group), asked, 0)
        while left and ahead:
            _, number, place = heappop(ahead)
            left = self._rows[self._groups[number].order[place]].fill(need, asked, left)
            self._look(ahead, number, asked, place + 1)
        return left

    def _look(self, ahead: list[tuple[int, int, int]], number: int, asked: Room, start: int) -> None:
        """Note the next shape of a group that may have a node with room."""
        group = self._groups[number]
        place = group.rooms.first(asked, start)
        if place is not None:
            heappush(ahead, (self._places[group.order[place]], number, place))

    def start(self, need: PodNeed, suitable: Iterable[ShapeGroup], left: int) -> int:
        """Start nodes for what is left, cheapest first, as far as the bounds of pools allow; how many pods are left then."""
        for shape in self._cheapest_first(need, suitable):
            if not left:
                break
            while left and not self._is_used_up(shape):
                node = Node(shape)
                count = min(left, node.room_for(need, left))
                node.take(need, count)
                self._rows[shape.name].add(node)
                self._of_pool[shape.pool or shape.name] += 1
                left -= count
        return left

    def _is_used_up(self, shape: NodeShape) -> bool:
        return shape.most is not None and self._of_pool[shape.pool or shape.name] >= shape.most

    def _cheapest_first(self, need: PodNeed, suitable: Iterable[ShapeGroup]) -> Iterator[NodeShape]:
        """Shapes as they are to be started for a need, those of one cost by name."""
        by_cost: dict[tuple[bool, Decimal], list[Iterator[NodeShape]]] = defaultdict(list)
        for shapes in suitable:
            group = self._groups[id(shapes)]
            self._skip_used_up(group)
            if group.first < len(shapes):
                remaining = map(shapes.__getitem__, range(group.first, len(shapes)))
                by_cost[_cost_of_pods(need, shapes[0])].append(remaining)
        for cost in sorted(by_cost):
            yield from merge(*by_cost[cost], key=lambda shape: shape.name)

    def _skip_used_up(self, group: _Group) -> None:
        """Pass over the shapes at the start of a group that are used up: a pool never gets room for more nodes again."""
        while group.first < len(group.shapes) and self._is_used_up(group.shapes[group.first]):
            group.first += 1


def _cost_of_pods(need: PodNeed, shape: NodeShape) -> tuple[bool, Decimal]:
    """Cheapest for all pods of the need first; shapes without a price come last."""
    each = Node(shape).room_for(need, need.count)
    nodes = -(-need.count // each) if each else need.count
    return shape.hourly is None, (shape.hourly or _NOTHING) * nodes
