"""The graph: joins by reference first, by id and name where references say nothing, on each side of its own."""

from collections.abc import Mapping
from typing import Any

import pytest

from spendgate.graph import Graph
from spendgate.model.attributes import Attributes
from spendgate.model.resource import Action, Change, NoReferences, Resource


def thing(address: str, values: Mapping[str, Any]) -> Resource:
    return Resource(address, address.split(".")[0], address.split(".")[1], "aws", Attributes(values))


def change(address: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change:
    sides = [thing(address, values) if values is not None else None for values in (before, after)]
    return Change(address, Action.UPDATE, sides[0], sides[1])


class Edges:
    def __init__(self, *edges: tuple[str, str, str]) -> None:
        self._edges = list(edges)

    def edges(self) -> list[tuple[str, str, str]]:
        return self._edges

    def states(self, address: str, attribute: str) -> bool:
        return False


GROUP = change("asg.g", {"lt": [{"id": "lt-1"}]}, {"lt": [{"id": "lt-1"}]})
TEMPLATE = change("lt.t", {"id": "lt-1", "size": "big"}, {"id": "lt-1", "size": "small"})
OTHER = change("lt.other", {"id": "lt-2"}, {"id": "lt-2"})


def test_each_side_sees_its_own_neighbours() -> None:
    graph = Graph([GROUP, TEMPLATE, OTHER], Edges(("asg.g", "lt", "lt.t")))
    assert GROUP.before is not None
    assert GROUP.after is not None
    assert [found.attributes.get("size") for found in graph.before.targets(GROUP.before, "lt", "lt")] == ["big"]
    assert [found.attributes.get("size") for found in graph.after.targets(GROUP.after, "lt", "lt")] == ["small"]


def test_a_known_id_joins_where_no_reference_is_left() -> None:
    graph = Graph([GROUP, TEMPLATE, OTHER], NoReferences())
    assert GROUP.after is not None
    assert [found.address for found in graph.after.targets(GROUP.after, "lt", "lt")] == ["lt.t"]


def test_users_are_found_by_reference_and_by_mention() -> None:
    template = TEMPLATE.after
    assert template is not None
    for references in (Edges(("asg.g", "lt", "lt.t")), NoReferences()):
        graph = Graph([GROUP, TEMPLATE, OTHER], references)
        assert [found.address for found in graph.after.users(template, "asg")] == ["asg.g"]


def test_a_reference_in_another_attribute_does_not_count() -> None:
    graph = Graph([change("asg.g", {}, {}), TEMPLATE], Edges(("asg.g", "subnet", "lt.t")))
    after = graph.after
    group = next(iter(after.users(thing("lt.t", {}), "asg")), None)
    assert group is not None
    assert after.targets(group, "lt", "lt") == ()
    assert [found.address for found in after.targets(group, "", "lt")] == ["lt.t"]


def test_a_group_that_changes_its_template_had_the_old_one_before() -> None:
    group = change("asg.g", {"lt": [{"id": "lt-1"}]}, {"lt": [{"id": "lt-2"}]})
    graph = Graph([group, TEMPLATE, OTHER], Edges(("asg.g", "lt", "lt.other")))
    assert group.before is not None
    assert group.after is not None
    assert [found.address for found in graph.before.targets(group.before, "lt", "lt")] == ["lt.t"]
    assert [found.address for found in graph.after.targets(group.after, "lt", "lt")] == ["lt.other"]
    old, new = TEMPLATE.before, OTHER.before
    assert old is not None
    assert new is not None
    assert [found.address for found in graph.before.users(old, "asg")] == ["asg.g"]
    assert graph.before.users(new, "asg") == ()


def test_a_value_that_names_nobody_leaves_the_reference() -> None:
    group = change("asg.g", None, {"lt": "see-elsewhere"})
    graph = Graph([group, TEMPLATE, OTHER], Edges(("asg.g", "lt", "lt.t")))
    assert group.after is not None
    assert [found.address for found in graph.after.targets(group.after, "lt", "lt")] == ["lt.t"]


def test_the_whole_run_can_be_asked_as_a_network() -> None:
    network = Graph([GROUP, TEMPLATE, OTHER], Edges(("asg.g", "lt", "lt.t"))).network()
    assert sorted(network.nodes) == ["asg.g", "lt.other", "lt.t"]
    assert list(network.edges(keys=True)) == [("asg.g", "lt.t", "lt")]


def test_a_resource_knows_what_it_refers_to_and_what_hangs_on_it_through_others() -> None:
    edges = Edges(("asg.g", "lt", "lt.t"), ("alarm.a", "target", "asg.g"), ("lt.t", "image", "lt.other"))
    alarm = change("alarm.a", {}, {})
    graph = Graph([alarm, GROUP, TEMPLATE, OTHER], edges)
    assert graph.standing("lt.t") == ((("lt.other", "image"),), (("asg.g", "lt"),), ("alarm.a",))
    assert graph.standing("lt.nobody") == ((), (), ())


class Stating(Edges):
    """References of a source in which every attribute is given by an expression."""

    def states(self, address: str, attribute: str) -> bool:
        return True


@pytest.mark.parametrize(
    ("values", "unknown", "references", "expected"),
    [
        pytest.param({}, {}, Edges(("asg.g", "lt", "lt.t")), True, id="a reference to a resource"),
        pytest.param({}, {"lt": True}, Stating(), True, id="unknown and stated through something else"),
        pytest.param({}, {"lt": True}, Edges(), False, id="unknown and not stated is computed"),
        pytest.param({"lt": "lt-1"}, {}, Stating(), False, id="a known value points at nothing of the run"),
        pytest.param({}, {}, Stating(), False, id="an absent value points at nothing"),
    ],
)
def test_an_attribute_points_when_its_value_comes_from_elsewhere(
    values: Mapping[str, Any], unknown: Mapping[str, Any], references: Edges, expected: bool
) -> None:
    resource = Resource("asg.g", "asg", "g", "aws", Attributes(values, unknown))
    graph = Graph([Change("asg.g", Action.CREATE, None, resource), TEMPLATE], references)
    assert graph.after.points(resource, "lt") is expected


def test_types_that_are_not_in_the_run_need_no_graph() -> None:
    graph = Graph([GROUP], NoReferences())
    assert GROUP.after is not None
    assert graph.after.targets(GROUP.after, "lt", "lt") == ()
    assert graph._out is None


def test_a_name_finds_who_has_it_on_each_side_and_says_so_to_the_other() -> None:
    renamed = change("lt.t", {"id": "lt-1", "name": "old"}, {"id": "lt-1", "name": "new"})
    graph = Graph([GROUP, renamed, OTHER], NoReferences())
    assert [found.address for found in graph.after.named("new", "asg", "lt")] == ["lt.t"]
    assert graph.before.named("new", "asg", "lt") == ()
    assert not graph.before.would_answer(graph.after.trail)


def test_an_attribute_that_says_nothing_points_nowhere_and_leaves_no_trail() -> None:
    graph = Graph([GROUP, TEMPLATE, OTHER], NoReferences())
    assert GROUP.after is not None
    assert graph.after.targets(GROUP.after, "elsewhere", "lt") == ()
    assert graph.after.trail == []
