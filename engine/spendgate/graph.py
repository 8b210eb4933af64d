"""Who points at whom among the resources of a run: the only door to networkx.

A join goes over ids and names where a value is known, and over the references of the configuration where it is not, or names
nobody. Both sides of a run, before and after, have their own neighbours, so that a launch template changed under an unchanged
group shows in the group's cost, and a group that changes its template had the old one before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from spendgate.model.resource import Change, References, Resource
from spendgate.model.values import Unknown

if TYPE_CHECKING:
    import networkx

_OWN = ("id", "arn", "self_link", "name")
_IDENTITIES = (*_OWN, "bucket", "endpoint_config_name")
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
        self._out: dict[str, list[tuple[str, str]]] | None = None
        self._in: dict[str, list[tuple[str, str]]] = {}
        self._pointing: set[tuple[str, str]] = set()
        self.before = Side(self, {change.address: change.before for change in changes if change.before})
        self.after = Side(self, {change.address: change.after for change in changes if change.after})

    def sees(self, others: Sequence[Graph]) -> None:
        """What is shared by all (`of_types`) is looked for in other graphs too; names and references stay inside this one."""
        self.before.beyond = tuple(other.before for other in others)
        self.after.beyond = tuple(other.after for other in others)

    def out_edges(self, address: str) -> Sequence[tuple[str, str]]:
        """`(attribute, target address)` of every reference that a resource holds, in the order of the configuration."""
        if self._out is None:
            self._out = self._adjacent()
        return self._out.get(address, ())

    def in_edges(self, address: str) -> Sequence[tuple[str, str]]:
        """`(attribute, source address)` of every reference to a resource."""
        if self._out is None:
            self._out = self._adjacent()
        return self._in.get(address, ())

    def _adjacent(self) -> dict[str, list[tuple[str, str]]]:
        """Neighbours by address. Plain maps: asked for every resource of a run, they are ten times faster than a library."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        users: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for source, attribute, target in dict.fromkeys(self._references.edges()):
            found[source].append((attribute, target))
            users[target].append((attribute, source))
            self._pointing.add((source, attribute))
        self._in = dict(users)
        return dict(found)

    def network(self) -> networkx.MultiDiGraph[str]:
        """The run as a graph of networkx, for questions over all of it (paths, circles, what hangs on what)."""
        return build(self._changes, self._references)

    def standing(self, address: str) -> Standing:
        """What a resource refers to and what hangs on it, directly and through others, in the order of addresses."""
        import networkx

        network = self.network()
        if address not in network:
            return Standing()
        targets = {target: attribute for attribute, target in reversed(self.out_edges(address))}
        users = {source: attribute for attribute, source in reversed(self.in_edges(address))}
        further = networkx.ancestors(network, address) - users.keys()
        return Standing(tuple(sorted(targets.items())), tuple(sorted(users.items())), tuple(sorted(further)))

    def points(self, address: str, attribute: str) -> bool:
        """Whether an attribute of a resource holds a reference to another resource of the run."""
        if self._out is None:
            self._out = self._adjacent()
        return (address, attribute) in self._pointing

    def states(self, address: str, attribute: str) -> bool:
        """Whether the source gives an attribute by an expression, be it one that names no resource of the run."""
        return self._references.states(address, attribute)


class Standing(NamedTuple):
    """Where a resource stands: `(address, attribute)` of what it refers to and of what refers to it; `further` hang on it through
    those."""

    targets: tuple[tuple[str, str], ...] = ()
    users: tuple[tuple[str, str], ...] = ()
    further: tuple[str, ...] = ()


class Answer(NamedTuple):
    """What a side was asked and what it answered: the targets of an attribute, without one the users of a resource, for a
    name those who have it, without a resource all of these types."""

    resource: Resource | str | None
    attribute: str | None
    types: tuple[str, ...]
    found: tuple[Resource, ...]


class Side:
    """The neighbours of resources on one side of a run; implements `ports.Neighbours`.

    `trail` collects what was asked and answered, so that the other side can tell whether it would answer the same.
    """

    def __init__(self, graph: Graph, resources: Mapping[str, Resource]) -> None:
        self._graph = graph
        self._resources = resources
        self._keys = {id(resource): address for address, resource in resources.items()}
        self._of_type: dict[str, list[Resource]] | None = None
        self._present_of: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._by_identity: dict[str, dict[str, list[Resource]]] = {}
        self._by_mention: dict[str, dict[str, list[Resource]]] = {}
        self.trail: list[Answer] = []
        self.beyond: tuple[Side, ...] = ()

    def targets(self, resource: Resource, attribute: str, *types: str) -> Sequence[Resource]:
        """Resources of these types that an attribute (any, if empty) points at; by id or name, else by reference.

        NOTE: a known value is the truth of its side: references are those of the new configuration, for both sides.
        """
        if attribute and not self._says(resource, attribute):
            return ()  # NOTE: leaves no trail, since neither side can answer anything else.
        found = self._targets(resource, attribute, types)
        self.trail.append(Answer(resource, attribute, types, found))
        return found

    def _says(self, resource: Resource, attribute: str) -> bool:
        """Whether a resource has a value or a reference in an attribute: most ask for many that it has not."""
        if resource.attributes.values.get(attribute) is not None:
            return True
        return self._graph.points(self._address(resource), attribute)

    def _targets(self, resource: Resource, attribute: str, types: tuple[str, ...]) -> tuple[Resource, ...]:
        wanted = self._present(types)
        if not wanted:
            return ()
        referred = self._referred(resource, attribute, wanted)
        if referred and (not attribute or _is_open(resource, attribute)):
            return tuple(referred.values())
        values = resource.attributes.values
        named = self._named(resource, values.get(attribute) if attribute else values, wanted)
        both = {key: neighbour for key, neighbour in named.items() if key in referred}
        return tuple((both or named or referred).values())

    def _referred(self, resource: Resource, attribute: str, wanted: tuple[str, ...]) -> dict[int, Resource]:
        found = {}
        for name, target in self._graph.out_edges(self._address(resource)):
            neighbour = self._resources.get(target)
            if neighbour is not None and neighbour.type in wanted and attribute in ("", name):
                found[id(neighbour)] = neighbour
        return found

    def _named(self, resource: Resource, value: Any, wanted: tuple[str, ...]) -> dict[int, Resource]:
        found = {}
        for text in _texts(value, _DEPTH):
            for type_ in wanted:
                for neighbour in self._identities(type_).get(text, ()):
                    if neighbour is not resource:
                        found[id(neighbour)] = neighbour
        return found

    def points(self, resource: Resource, attribute: str) -> bool:
        """Whether an attribute points at a resource of the run, or is unknown and stated by whatever expression."""
        address = self._address(resource)
        if self._graph.points(address, attribute):
            return True
        return isinstance(resource.attributes.get(attribute), Unknown) and self._graph.states(address, attribute)

    def users(self, resource: Resource, *types: str) -> Sequence[Resource]:
        """Resources of these types that point at this one; by reference, else because they mention its id or name."""
        found = self._users(resource, types)
        self.trail.append(Answer(resource, None, types, found))
        return found

    def _users(self, resource: Resource, types: tuple[str, ...]) -> tuple[Resource, ...]:
        wanted = self._present(types)
        if not wanted:
            return ()
        found: dict[int, Resource] = {}
        own = self._address(resource)
        for attribute, source in self._graph.in_edges(own):
            neighbour = self._resources.get(source)
            if neighbour is not None and neighbour.type in wanted:
                meant = self._targets(neighbour, attribute, (resource.type,))
                if any(self._address(target) == own for target in meant):
                    found[id(neighbour)] = neighbour
        if not found:
            for text in _own_names(resource):
                for type_ in wanted:
                    for neighbour in self._mentions(type_).get(text, ()):
                        if neighbour is not resource:
                            found[id(neighbour)] = neighbour
        return tuple(found.values())

    def of_types(self, *types: str) -> Sequence[Resource]:
        """All resources of these types on this side, in the order of the types, then of their addresses; own ones first."""
        found = self._all(types)
        self.trail.append(Answer(None, None, types, found))
        return found

    def _all(self, types: tuple[str, ...]) -> tuple[Resource, ...]:
        maps = [self._types(), *(side._types() for side in self.beyond)]
        return tuple(resource for type_ in types for by_type in maps for resource in by_type.get(type_, ()))

    def named(self, name: str, *types: str) -> Sequence[Resource]:
        """Resources of these types whose id or name this is, in the order of `of_types`."""
        found = self._with_name(name, types)
        self.trail.append(Answer(name, None, types, found))
        return found

    def _with_name(self, name: str, types: tuple[str, ...]) -> tuple[Resource, ...]:
        sides = (self, *self.beyond)
        return tuple(
            resource for type_ in types for side in sides for resource in side._identities(type_).get(name, ())
        )

    def would_answer(self, trail: Sequence[Answer]) -> bool:
        """Whether this side gives the very same resources to everything that the other one was asked."""
        return all(_same(answer.found, self._again(answer)) for answer in trail)

    def _again(self, answer: Answer) -> tuple[Resource, ...]:
        if answer.resource is None:
            return self._all(answer.types)
        if isinstance(answer.resource, str):
            return self._with_name(answer.resource, answer.types)
        if answer.attribute is None:
            return self._users(answer.resource, answer.types)
        return self._targets(answer.resource, answer.attribute, answer.types)

    def _address(self, resource: Resource) -> str:
        return self._keys.get(id(resource), resource.address)

    def _present(self, types: tuple[str, ...]) -> tuple[str, ...]:
        found = self._present_of.get(types)
        if found is None:
            by_type = self._types()
            found = self._present_of[types] = tuple(type_ for type_ in types if type_ in by_type)
        return found

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
                # NOTE: a rule that bears the name of an address does not use it: its own names mention nobody else.
                told = {key: value for key, value in resource.attributes.values.items() if key not in _OWN}
                for text in dict.fromkeys(_texts(told, _DEPTH)):
                    index[text].append(resource)
            self._by_mention[type_] = dict(index)
        return self._by_mention[type_]


def _is_open(resource: Resource, attribute: str) -> bool:
    """Whether an attribute, or a part of it, is not known."""
    below = f"{attribute}."
    return any(path == attribute or path.startswith(below) for path in resource.attributes.unknown_paths())


def _same(first: tuple[Resource, ...], second: tuple[Resource, ...]) -> bool:
    return len(first) == len(second) and all(a is b for a, b in zip(first, second, strict=True))


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
    elif depth > 0 and (type(value) is dict or isinstance(value, Mapping)):
        for child in value.values():
            yield from _texts(child, depth - 1)
    elif depth > 0 and type(value) in (list, tuple):
        for child in value:
            yield from _texts(child, depth - 1)
