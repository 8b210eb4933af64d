"""What a plan does not tell stays unknown, and what it marks as secret stays inside."""

from typing import Any

import pytest
from tests.unit.inputs.terraform.plans import change_of, entry, expression, plan, read

from spendgate.model.resource import Resource
from spendgate.model.values import ABSENT, AFTER_APPLY, SENSITIVE, Unknown

SECRET = "hunter2-never-shown"


def after_of(**change: Any) -> Resource:
    found = change_of(entry("aws_x.a", ["create"], **change)).after
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("after", "unknown", "path", "expected"),
    [
        pytest.param({}, {"id": True}, "id", AFTER_APPLY, id="a leaf"),
        pytest.param({}, True, "anything.at.all", AFTER_APPLY, id="the whole resource"),
        pytest.param({"b": [{"c": None}]}, {"b": [{"c": True}]}, "b.0.c", AFTER_APPLY, id="a leaf in a block"),
        pytest.param({"b": [{}, {"c": 1}]}, {"b": [True, {}]}, "b.0.c", AFTER_APPLY, id="a whole block"),
        pytest.param({"b": [{}, {"c": 1}]}, {"b": [True, {}]}, "b.1.c", 1, id="the block beside an unknown one"),
        pytest.param({}, {"a": {"b": {"c": {"d": True}}}}, "a.b.c.d", AFTER_APPLY, id="deep in maps"),
        pytest.param({"a": {"b": 1}}, {"a": {"c": True}}, "a.b", 1, id="a known key beside an unknown one"),
        pytest.param({"tags": {}}, {"tags": {"owner": True}}, "tags.owner", AFTER_APPLY, id="the value of a map's key"),
        pytest.param({"n": None}, {}, "n", ABSENT, id="null without a mark is absent"),
        pytest.param({"n": 0}, {"n": False}, "n", 0, id="a mark of false means known"),
        pytest.param({"n": [1, None]}, {"n": [False, True]}, "n.1", AFTER_APPLY, id="a member of a list"),
    ],
)
def test_after_unknown_counts_at_any_depth(after: Any, unknown: Any, path: str, expected: object) -> None:
    assert after_of(after=after, after_unknown=unknown).attributes.get(path) == expected


def test_the_before_side_is_known_whatever_the_after_side_will_be() -> None:
    change = change_of(entry("aws_x.a", ["update"], before={"size": "big"}, after={}, after_unknown={"size": True}))
    assert change.before is not None
    assert change.before.attributes.get("size") == "big"
    assert change.resource.attributes.get("size") == AFTER_APPLY


@pytest.mark.parametrize("marks", [True, {"key": True}, {"key": {"inner": True}}, {"key": [True]}], ids=str)
def test_no_reader_gives_a_secret_away(marks: Any) -> None:
    inner = {"inner": SECRET} if marks == {"key": {"inner": True}} else [SECRET] if marks == {"key": [True]} else SECRET
    attributes = after_of(after={"key": inner, "list": [1]}, after_sensitive=marks).attributes
    for path in ("key", "key.inner", "key.0"):
        for reader in (
            attributes.get,
            attributes.text,
            attributes.number,
            attributes.whole,
            attributes.flag,
            attributes.texts,
        ):
            assert SECRET not in repr(reader(path))
    paths = [*attributes.unknown_paths(), *attributes.sensitive_paths()]
    assert SECRET not in repr(paths)


def test_a_block_with_a_secret_in_it_shows_the_rest() -> None:
    attributes = after_of(
        after={"login": [{"user": "ml", "password": SECRET}]}, after_sensitive={"login": [{"password": True}]}
    ).attributes
    assert attributes.get("login") == [{"user": "ml", "password": SENSITIVE}]
    block = attributes.block("login")
    assert block is not None
    assert not isinstance(block, Unknown)
    assert (block.get("user"), block.get("password")) == ("ml", SENSITIVE)


def test_each_side_has_its_own_secrets() -> None:
    change = change_of(
        entry(
            "aws_x.a",
            ["update"],
            before={"key": SECRET},
            after={"key": "open"},
            before_sensitive={"key": True},
            after_sensitive={},
        )
    )
    assert change.before is not None
    assert change.before.attributes.get("key") == SENSITIVE
    assert change.resource.attributes.get("key") == "open"


@pytest.mark.parametrize(
    ("before_sensitive", "after_sensitive"),
    [pytest.param({"key": True}, {}, id="was secret"), pytest.param({}, {"key": True}, id="becomes secret")],
)
def test_an_unchanged_resource_keeps_the_marks_of_each_side(before_sensitive: Any, after_sensitive: Any) -> None:
    change = change_of(
        entry(
            "aws_x.a",
            ["no-op"],
            before={"key": SECRET},
            after={"key": SECRET},
            before_sensitive=before_sensitive,
            after_sensitive=after_sensitive,
        )
    )
    assert change.before is not None
    assert (change.before.attributes.get("key") == SENSITIVE) is bool(before_sensitive)
    assert (change.resource.attributes.get("key") == SENSITIVE) is bool(after_sensitive)


def test_sensitive_variables_are_left_out() -> None:
    variables = {"region": {"value": "eu-west-1"}, "token": {"value": SECRET}}
    declared = {"region": {}, "token": {"sensitive": True}}
    document = plan(variables=variables, configuration={"root_module": {"variables": declared}})
    assert read(document).variables == {"region": "eu-west-1"}


def test_without_a_configuration_no_variable_is_known_to_be_no_secret() -> None:
    document = plan(variables={"token": {"value": SECRET}})
    del document["configuration"]
    assert read(document).variables == {}


@pytest.mark.parametrize(
    ("given", "states"),
    [
        pytest.param(None, False, id="an attribute that is not written is computed"),
        pytest.param(expression(constant_value=None), False, id="null is as if not written"),
        pytest.param(expression("local.size"), True, id="a local is stated, whatever it is"),
        pytest.param(expression("aws_y.b.size", "aws_y.b"), True, id="another resource"),
        pytest.param(expression("each.value.size", "each.value"), True, id="the value of for_each"),
        pytest.param(expression("var.nothing"), False, id="a variable that is null states nothing"),
        pytest.param(expression("module.m.size", "module.m"), True, id="a module's output"),
    ],
)
def test_an_unknown_attribute_is_computed_only_if_the_configuration_does_not_state_it(given: Any, states: bool) -> None:
    expressions = {} if given is None else {"size": given}
    block = {"mode": "managed", "type": "aws_x", "name": "a", "expressions": expressions}
    root = {"resources": [block], "variables": {"nothing": {"default": None}}}
    found = read(plan(entry("aws_x.a", after={}, after_unknown={"size": True}), configuration={"root_module": root}))
    assert found.references.states("aws_x.a", "size") is states


def test_a_resource_without_configuration_may_state_anything() -> None:
    assert read(plan(entry("aws_x.a"))).references.states("aws_x.a", "size")
