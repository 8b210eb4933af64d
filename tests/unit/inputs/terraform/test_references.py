"""Who points at whom, from the expressions of the configuration, over modules, counts and keys."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.unit.inputs.terraform.plans import entry, expression, plan, read

from spendgate.graph import Graph


def resource(type_: str, name: str, mode: str = "managed", **expressions: Any) -> dict[str, Any]:
    return {"mode": mode, "type": type_, "name": name, "expressions": expressions}


def edges(root: Mapping[str, Any], *entries: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return read(plan(*entries, configuration={"root_module": root})).references.edges()


def many(type_: str, name: str, keys: Sequence[Any], module: str = "") -> list[dict[str, Any]]:
    """Instances of one block; `None` stands for no key."""
    found = []
    for key in keys:
        bracket = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
        address = f"{module + '.' if module else ''}{type_}.{name}{bracket}"
        more = {} if key is None else {"index": key}
        found.append(entry(address, type=type_, name=name, module_address=module, **more))
    return found


def test_an_expression_points_at_a_resource() -> None:
    root = {"resources": [resource("aws_y", "b"), resource("aws_x", "a", lt=expression("aws_y.b.id", "aws_y.b"))]}
    assert edges(root, entry("aws_x.a"), entry("aws_y.b")) == [("aws_x.a", "lt", "aws_y.b")]


def test_an_expression_deep_in_blocks_points_too_and_counts_for_the_outer_attribute() -> None:
    block = [{"spec": [{"id": expression("aws_y.b.id", "aws_y.b")}, {"v": expression(constant_value=1)}]}]
    root = {"resources": [resource("aws_x", "a", launch=block), resource("aws_y", "b")]}
    assert edges(root, entry("aws_x.a"), entry("aws_y.b")) == [("aws_x.a", "launch", "aws_y.b")]


@pytest.mark.parametrize(
    "references",
    [
        pytest.param(["local.size"], id="a local"),
        pytest.param(["path.module"], id="a path"),
        pytest.param(["each.key"], id="a key"),
        pytest.param(["terraform.workspace"], id="the workspace"),
        pytest.param(["var.nobody"], id="a variable that nobody sets"),
        pytest.param(["module.gone.id", "module.gone"], id="a module that is not there"),
        pytest.param(["aws_y.gone.id", "aws_y.gone"], id="a resource that is not in the plan"),
        pytest.param(["data"], id="half a reference"),
        pytest.param(["", "...", "[0]", '["'], id="no reference at all"),
    ],
)
def test_what_is_no_resource_of_the_plan_gives_no_edge(references: list[str]) -> None:
    assert edges({"resources": [resource("aws_x", "a", lt=expression(*references))]}, entry("aws_x.a")) == []


def test_a_data_source_is_a_target() -> None:
    found = entry("data.aws_ami.a", ["read"], mode="data", type="aws_ami", name="a", module_address="")
    root = {"resources": [resource("aws_x", "a", ami=expression("data.aws_ami.a.id", "data.aws_ami.a"))]}
    assert edges(root, entry("aws_x.a"), found) == [("aws_x.a", "ami", "data.aws_ami.a")]


@pytest.mark.parametrize(
    ("references", "targets"),
    [
        pytest.param(["aws_y.b[1].id", "aws_y.b[1]", "aws_y.b"], ["aws_y.b[1]"], id="the named instance alone"),
        pytest.param(["aws_y.b"], ["aws_y.b[0]", "aws_y.b[1]", "aws_y.b[2]"], id="a splat means all"),
        pytest.param(["aws_y.b[7].id", "aws_y.b[7]", "aws_y.b"], [], id="an instance that is not there is none"),
    ],
)
def test_instances_of_a_count(references: list[str], targets: list[str]) -> None:
    root = {"resources": [resource("aws_x", "a", lt=expression(*references)), resource("aws_y", "b")]}
    found = edges(root, entry("aws_x.a"), *many("aws_y", "b", [0, 1, 2]))
    assert [target for _, _, target in found] == targets


@pytest.mark.parametrize("key", ["plain", "a.b", "c[0]", "ünï"])
def test_a_key_with_odd_signs_names_its_instance(key: str) -> None:
    text = f'aws_y.b["{key}"]'
    root = {"resources": [resource("aws_x", "a", lt=expression(f"{text}.id", text, "aws_y.b")), resource("aws_y", "b")]}
    found = edges(root, entry("aws_x.a"), *many("aws_y", "b", ["other", key]))
    assert [target for _, _, target in found] == [text]


def test_a_counted_resource_points_at_its_twin() -> None:
    given = expression("aws_y.b", "count.index")
    root = {"resources": [resource("aws_x", "a", lt=given), resource("aws_y", "b")]}
    found = edges(root, *many("aws_x", "a", [0, 1]), *many("aws_y", "b", [0, 1]))
    assert found == [("aws_x.a[0]", "lt", "aws_y.b[0]"), ("aws_x.a[1]", "lt", "aws_y.b[1]")]


def test_a_keyed_resource_without_a_twin_may_mean_any() -> None:
    given = expression("aws_y.b", "each.value")
    root = {"resources": [resource("aws_x", "a", lt=given), resource("aws_y", "b")]}
    found = edges(root, *many("aws_x", "a", ["p"]), *many("aws_y", "b", ["q", "r"]))
    assert [target for _, _, target in found] == ['aws_y.b["q"]', 'aws_y.b["r"]']


MODULES = {
    "resources": [resource("aws_y", "b"), resource("aws_z", "end", on=expression("module.m.out", "module.m"))],
    "module_calls": {
        "m": {
            "expressions": {"template": expression("aws_y.b.id", "aws_y.b")},
            "module": {
                "resources": [resource("aws_x", "a", lt=expression("var.template"))],
                "outputs": {"out": {"expression": expression("aws_x.a.id", "aws_x.a")}},
                "variables": {"template": {}},
            },
        }
    },
}


def test_variables_and_outputs_of_a_module_are_followed() -> None:
    found = edges(MODULES, entry("aws_y.b"), entry("aws_z.end"), entry("module.m.aws_x.a"))
    assert found == [("aws_z.end", "on", "module.m.aws_x.a"), ("module.m.aws_x.a", "lt", "aws_y.b")]


def test_instances_of_a_module_keep_to_themselves() -> None:
    root = {
        "resources": [resource("aws_z", "end", on=expression('module.m["q"].out', 'module.m["q"]', "module.m"))],
        "module_calls": {
            "m": {
                "module": {
                    "resources": [
                        resource("aws_x", "a", lt=expression("aws_y.b.id", "aws_y.b")),
                        resource("aws_y", "b"),
                    ],
                    "outputs": {"out": {"expression": expression("aws_x.a.id", "aws_x.a")}},
                }
            }
        },
    }
    inner = [found for key in "pq" for type_, name in (("aws_x", "a"), ("aws_y", "b"))
             for found in many(type_, name, [None], f'module.m["{key}"]')]  # fmt: skip
    assert edges(root, entry("aws_z.end"), *inner) == [
        ("aws_z.end", "on", 'module.m["q"].aws_x.a'),
        ('module.m["p"].aws_x.a', "lt", 'module.m["p"].aws_y.b'),
        ('module.m["q"].aws_x.a', "lt", 'module.m["q"].aws_y.b'),
    ]


def test_a_circle_of_variables_and_outputs_ends() -> None:
    circle = expression("module.m.out", "module.m")
    inner = {"outputs": {"out": {"expression": expression("var.in")}}, "variables": {"in": {}}}
    root = {
        "resources": [resource("aws_x", "a", lt=circle)],
        "module_calls": {"m": {"expressions": {"in": circle}, "module": inner}},
    }
    assert edges(root, entry("aws_x.a")) == []


def test_a_deposed_object_is_no_target() -> None:
    root = {"resources": [resource("aws_x", "a", lt=expression("aws_y.b.id", "aws_y.b")), resource("aws_y", "b")]}
    found = edges(root, entry("aws_x.a"), entry("aws_y.b"), entry("aws_y.b", ["delete"], deposed="00000001"))
    assert [target for _, _, target in found] == ["aws_y.b"]


def test_without_a_configuration_there_are_no_edges() -> None:
    document = plan(entry("aws_x.a"))
    del document["configuration"]
    assert read(document).references.edges() == []


def test_a_splat_over_thousands_keeps_a_hundred() -> None:
    root = {"resources": [resource("aws_x", "a", lt=expression("aws_y.b")), resource("aws_y", "b")]}
    assert len(edges(root, entry("aws_x.a"), *many("aws_y", "b", range(2_000)))) == 100


def test_a_known_id_decides_between_several_that_an_expression_may_mean() -> None:
    given = expression("aws_y.b", "each.value.template", "each.value")
    root = {"resources": [resource("aws_x", "a", lt=given), resource("aws_y", "b")]}
    group = entry("aws_x.a", ["update"], before={"lt": [{"id": "lt-r"}]}, after={"lt": [{"id": "lt-r"}]})
    templates = [
        {**found, "change": {"actions": ["no-op"], "before": {"id": id_}, "after": {"id": id_}}}
        for found, id_ in zip(many("aws_y", "b", ["q", "r"]), ["lt-q", "lt-r"], strict=True)
    ]
    workload = read(plan(group, *templates, configuration={"root_module": root}))
    graph = Graph(workload.changes, workload.references)
    after = workload.changes[0].after
    assert after is not None
    assert [found.address for found in graph.after.targets(after, "lt", "aws_y")] == ['aws_y.b["r"]']
