"""Who points at whom among the resources of a run: the only door to networkx.

A join goes over the references of the configuration first; where those say nothing (a resource that is no longer in the
configuration, a live estate) it goes over ids and names that are known. Both sides of a run, before and after, have
their own neighbours, so that a launch template changed under an unchanged group shows in the group's cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spendgate.model.resource import Change, References, Resource
from spendgate.model.values import Unknown

if TYPE_CHECKING:
    import networkx

_IDENTITIES = ("id", "arn", "self_link", "name", "bucket", "endpoint_config_name")
_DEPTH = 4


def build(changes: Iterable[Change], references: References) -> networkx.MultiDiGraph[str]:
    """The directed graph of a run: addresses as nodes, one edge per reference, keyed by the attribute that holds it."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    graph.add_nodes_from(change.address for change in changes)
    for source, attribute, target in references.edges():
        graph.add_edge(source, target, key=attribute)
    return graph


class Graph:
    """The references of one workload, built on first use, with a view for each side."""

    def __init__(self, changes: Sequence[Change], references: References) -> None:
        self._changes = changes
        self._references = references
        self._built: networkx.MultiDiGraph[str] | None = None
        self.before = Side(self, {change.address: change.before for change in changes if change.before})
        self.after = Side(self, {change.address: change.after for change in changes if change.after})

    def out_edges(self, address: str) -> Iterator[tuple[str, str]]:
        """`(attribute, target address)` of every reference that a resource holds, in the order of the configuration."""
        graph = self._graph()
        if address in graph:
            for _, target, attribute in graph.out_edges(address, keys=True):
                yield attribute, target

    def in_edges(self, address: str) -> Iterator[tuple[str, str]]:
        """`(attribute, source address)` of every reference to a resource."""
        graph = self._graph()
        if address in graph:
            for source, _, attribute in graph.in_edges(address, keys=True):
                yield attribute, source

    def points(self, address: str, attribute: str) -> bool:
        """Whether an attribute of a resource holds a reference to another resource of the run."""
        return any(name == attribute for name, _ in self.out_edges(address))

    def states(self, address: str, attribute: str) -> bool:
        """Whether the source gives an attribute by an expression, be it one that names no resource of the run."""
        return self._references.states(address, attribute)

    def _graph(self) -> networkx.MultiDiGraph[str]:
        if self._built is None:
            self._built = build(self._changes, self._references)
        return self._built


class Side:
    """The neighbours of resources on one side of a run; implements `ports.Neighbours`."""

    def __init__(self, graph: Graph, resources: Mapping[str, Resource]) -> None:
        self._graph = graph
        self._resources = resources
        self._keys = {id(resource): address for address, resource in resources.items()}
        self._of_type: dict[str, list[Resource]] | None = None
        self._by_identity: dict[str, dict[str, list[Resource]]] = {}
        self._by_mention: dict[str, dict[str, list[Resource]]] = {}

    def targets(self, resource: Resource, attribute: str, *types: str) -> Sequence[Resource]:
        """Resources of these types that an attribute (any, if empty) points at; by reference, else by id or name."""
        wanted = self._present(types)
        if not wanted:
            return ()
        found: dict[int, Resource] = {}
        for name, target in self._graph.out_edges(self._address(resource)):
            neighbour = self._resources.get(target)
            if neighbour is not None and neighbour.type in wanted and attribute in ("", name):
                found[id(neighbour)] = neighbour
        if len(found) > 1 and attribute:
            found = _named(resource, attribute, found)
        if not found:
            values = resource.attributes.values
            for text in _texts(values.get(attribute) if attribute else values, _DEPTH):
                for type_ in wanted:
                    for neighbour in self._identities(type_).get(text, ()):
                        if neighbour is not resource:
                            found[id(neighbour)] = neighbour
        return tuple(found.values())

    def points(self, resource: Resource, attribute: str) -> bool:
        """Whether an attribute points at a resource of the run, or is unknown and stated by whatever expression."""
        address = self._address(resource)
        if self._graph.points(address, attribute):
            return True
        return isinstance(resource.attributes.get(attribute), Unknown) and self._graph.states(address, attribute)

    def users(self, resource: Resource, *types: str) -> Sequence[Resource]:
        """Resources of these types that point at this one; by reference, else because they mention its id or name."""
        wanted = self._present(types)
        if not wanted:
            return ()
        found: dict[int, Resource] = {}
        for _, source in self._graph.in_edges(self._address(resource)):
            neighbour = self._resources.get(source)
            if neighbour is not None and neighbour.type in wanted:
                found[id(neighbour)] = neighbour
        if not found:
            for text in _own_names(resource):
                for type_ in wanted:
                    for neighbour in self._mentions(type_).get(text, ()):
                        if neighbour is not resource:
                            found[id(neighbour)] = neighbour
        return tuple(found.values())

    def of_types(self, *types: str) -> Sequence[Resource]:
        """All resources of these types on this side, in the order of the types, then of their addresses."""
        by_type = self._types()
        return tuple(resource for type_ in types for resource in by_type.get(type_, ()))

    def _address(self, resource: Resource) -> str:
        return self._keys.get(id(resource), resource.address)

    def _present(self, types: tuple[str, ...]) -> tuple[str, ...]:
        by_type = self._types()
        return tuple(type_ for type_ in types if type_ in by_type)

    def _types(self) -> Mapping[str, list[Resource]]:
        if self._of_type is None:
            by_type: dict[str, list[Resource]] = defaultdict(list)
            for resource in self._resources.values():
                by_type[resource.type].append(resource)
            self._of_type = dict(by_type)
        return self._of_type

    def _identities(self, type_: str) -> Mapping[str, list[Resource]]:
        if type_ not in self._by_identity:
            index: dict[str, list[Resource]] = defaultdict(list)
            for resource in self._types().get(type_, ()):
                for text in _own_names(resource):
                    index[text].append(resource)
            self._by_identity[type_] = dict(index)
        return self._by_identity[type_]

    def _mentions(self, type_: str) -> Mapping[str, list[Resource]]:
        if type_ not in self._by_mention:
            index: dict[str, list[Resource]] = defaultdict(list)
            for resource in self._types().get(type_, ()):
                for text in dict.fromkeys(_texts(resource.attributes.values, _DEPTH)):
                    index[text].append(resource)
            self._by_mention[type_] = dict(index)
        return self._by_mention[type_]


def _named(resource: Resource, attribute: str, found: dict[int, Resource]) -> dict[int, Resource]:
    """Of several that an expression may mean (`x[each.value.key]`), those that the known value names; all if it names none."""
    if any(path == attribute or path.startswith(f"{attribute}.") for path in resource.attributes.unknown_paths()):
        return found
    texts = set(_texts(resource.attributes.values.get(attribute), _DEPTH))
    named = {key: neighbour for key, neighbour in found.items() if not texts.isdisjoint(_own_names(neighbour))}
    return named or found


def _own_names(resource: Resource) -> Iterator[str]:
    """The texts by which others may name a resource; an unknown one is absent from `values`, hence not given."""
    seen = set()
    for key in _IDENTITIES:
        text = resource.attributes.values.get(key)
        if isinstance(text, str) and text and text not in seen:
            seen.add(text)
            yield text


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif depth > 0 and isinstance(value, Mapping):
        for child in value.values():
            yield from _texts(child, depth - 1)
    elif depth > 0 and isinstance(value, (list, tuple)):
        for child in value:
            yield from _texts(child, depth - 1)
