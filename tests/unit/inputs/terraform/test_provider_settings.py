"""Provider blocks give region, tags and account to their resources, through variables and module calls; else unknown."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.inputs.terraform.plans import AWS, entry, expression, plan, read

from spendgate.model.resource import ProviderSettings
from spendgate.model.values import Unknown

OPENTOFU_AWS = "registry.opentofu.org/hashicorp/aws"


def block(name: str = "aws", **more: Any) -> dict[str, Any]:
    return {"name": name, "full_name": AWS, **more}


def configuration(
    blocks: Mapping[str, Any],
    *,
    key: str = "aws",
    variables: Mapping[str, Any] | None = None,
    calls: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A configuration in which aws_x.a uses the provider block `key`."""
    resource = {"mode": "managed", "type": "aws_x", "name": "a", "provider_config_key": key}
    return {
        "provider_config": dict(blocks),
        "root_module": {"resources": [resource], "variables": variables or {}, "module_calls": calls or {}},
    }


def settings(found: Mapping[str, Any], address: str = "aws_x.a", **more: Any) -> ProviderSettings:
    actions = more.pop("actions", ("create",))
    provider = more.pop("provider_name", AWS)
    document = plan(entry(address, actions, provider_name=provider), configuration=found, **more)
    return read(document).changes[0].resource.settings


@pytest.mark.parametrize(
    ("given", "declared", "set_to", "expected"),
    [
        pytest.param(expression(constant_value="eu-west-1"), {}, {}, "eu-west-1", id="a constant"),
        pytest.param(expression("var.r"), {"r": {}}, {"r": {"value": "eu-west-2"}}, "eu-west-2", id="a variable"),
        pytest.param(expression("var.r"), {"r": {"default": "eu-west-3"}}, {}, "eu-west-3", id="a variable's default"),
        pytest.param(
            expression("var.c.region", "var.c"),
            {"c": {}},
            {"c": {"value": {"region": "eu-west-1"}}},
            "eu-west-1",
            id="an attribute of a variable",
        ),
        pytest.param(
            expression('var.c["a.b"][1]', 'var.c["a.b"]', "var.c"),
            {"c": {}},
            {"c": {"value": {"a.b": ["x", "eu-west-1"]}}},
            "eu-west-1",
            id="keys and positions in a variable",
        ),
        pytest.param(None, {}, {}, None, id="no expression is none, not unknown"),
        pytest.param(expression(constant_value=None), {}, {}, None, id="null is none"),
    ],
)
def test_a_region_is_resolved(given: Any, declared: Any, set_to: Any, expected: str | None) -> None:
    expressions = {} if given is None else {"region": given}
    found = configuration({"aws": block(expressions=expressions)}, variables=declared)
    assert settings(found, variables=set_to).region == expected


@pytest.mark.parametrize(
    ("given", "declared", "set_to", "reason"),
    [
        pytest.param(expression("local.region"), {}, {}, "depends on local.region", id="a local is not in the plan"),
        pytest.param(expression("data.aws_region.now.name", "data.aws_region.now"), {}, {}, "depends on", id="data"),
        pytest.param(expression("var.a", "var.b"), {"a": {}, "b": {}}, {}, "depends on", id="two variables"),
        pytest.param(expression("var.r"), {"r": {}}, {}, "has no value", id="a variable without a value"),
        pytest.param(expression("var.gone"), {}, {}, "has no value", id="a variable that nobody declares"),
        pytest.param(
            expression("var.r"), {"r": {"sensitive": True}}, {"r": {"value": "s"}}, "sensitive", id="a secret variable"
        ),
        pytest.param(
            expression("var.m"), {"m": {}}, {"m": {"value": {"a": "b"}}}, "no.* text", id="a map is no region"
        ),
        pytest.param(
            expression("var.c.gone", "var.c"), {"c": {}}, {"c": {"value": {}}}, "depends on", id="a missing attribute"
        ),
        pytest.param({}, {}, {}, "is not a constant", id="a function without references"),
        pytest.param([{"x": {}}], {}, {}, "block", id="a block in the place of a value"),
    ],
)
def test_a_region_that_the_plan_does_not_tell_is_unknown(given: Any, declared: Any, set_to: Any, reason: str) -> None:
    found = configuration({"aws": block(expressions={"region": given})}, variables=declared)
    region = settings(found, variables=set_to).region
    assert isinstance(region, Unknown)
    assert re.search(reason, region.reason)


def test_a_variable_is_followed_through_module_calls() -> None:
    inner = {
        "resources": [
            {"mode": "managed", "type": "aws_x", "name": "a", "provider_config_key": "module.o.module.i:aws"}
        ],
        "variables": {"where": {}},
    }
    outer = {
        "variables": {"place": {"default": "us-west-1"}},
        "module_calls": {"i": {"expressions": {"where": expression("var.place")}, "module": inner}},
    }
    found = {
        "provider_config": {
            "module.o.module.i:aws": block(
                module_address="module.o.module.i", expressions={"region": expression("var.where")}
            )
        },
        "root_module": {
            "variables": {"root": {}},
            "module_calls": {"o": {"expressions": {"place": expression("var.root")}, "module": outer}},
        },
    }
    address = "module.o.module.i.aws_x.a"
    assert settings(found, address, variables={"root": {"value": "eu-north-1"}}).region == "eu-north-1"
    del found["root_module"]["module_calls"]["o"]["expressions"]["place"]
    assert settings(found, address).region == "us-west-1"


def test_an_alias_has_its_own_block() -> None:
    blocks = {
        "aws": block(expressions={"region": expression(constant_value="us-east-1")}),
        "aws.west": block(alias="west", expressions={"region": expression(constant_value="us-west-2")}),
    }
    assert settings(configuration(blocks)).region == "us-east-1"
    assert settings(configuration(blocks, key="aws.west")).region == "us-west-2"


TWO_REGIONS = {
    "aws": block(
        expressions={
            "region": expression(constant_value="us-east-1"),
            "default_tags": [{"tags": expression(constant_value={"owner": "ml"})}],
        }
    ),
    "aws.west": block(
        alias="west",
        expressions={
            "region": expression(constant_value="us-west-2"),
            "default_tags": [{"tags": expression(constant_value={"owner": "ml"})}],
        },
    ),
}


def test_a_resource_that_left_the_configuration_gets_what_all_blocks_agree_on() -> None:
    found = settings(configuration(TWO_REGIONS), "aws_x.gone", actions=["delete"])
    assert found.default_tags == {"owner": "ml"}
    assert isinstance(found.region, Unknown)
    assert "aws or aws.west" in found.region.reason


def test_a_resource_that_left_the_configuration_has_the_only_block_of_its_provider() -> None:
    blocks = {"aws": block(expressions={"region": expression(constant_value="us-east-1")})}
    assert settings(configuration(blocks), "aws_x.gone", actions=["delete"]).region == "us-east-1"
    other = configuration(blocks)
    assert settings(other, "aws_x.gone", provider_name="registry.terraform.io/x/other").region is None


@pytest.mark.parametrize(
    "leftover",
    [
        pytest.param({}, id="a key that leads nowhere, as before 1.1"),
        pytest.param({"module.m:aws": block(module_address="module.m")}, id="a requirement without a block"),
    ],
)
def test_a_module_inherits_the_block_of_its_caller(leftover: Mapping[str, Any]) -> None:
    inner = {"resources": [{"mode": "managed", "type": "aws_x", "name": "a", "provider_config_key": "module.m:aws"}]}
    blocks = {"aws": block(expressions={"region": expression(constant_value="us-east-1")}), **leftover}
    found = {"provider_config": blocks, "root_module": {"module_calls": {"m": {"module": inner}}}}
    assert settings(found, "module.m.aws_x.a").region == "us-east-1"


def test_short_names_of_terraform_0_12_are_understood() -> None:
    blocks = {"aws": {"name": "aws", "expressions": {"region": expression(constant_value="us-east-1")}}}
    found = configuration(blocks, key="m:aws")
    assert settings(found, provider_name="aws").region == "us-east-1"


def test_opentofu_has_its_own_registry() -> None:
    blocks = {
        "aws": {
            "name": "aws",
            "full_name": OPENTOFU_AWS,
            "expressions": {"region": expression(constant_value="us-east-1")},
        }
    }
    assert settings(configuration(blocks, key="nowhere"), provider_name=OPENTOFU_AWS).region == "us-east-1"


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param({"default_tags": [{"tags": expression(constant_value={"a": "b"})}]}, {"a": "b"}, id="of AWS"),
        pytest.param(
            {"default_tags": {"tags": expression(constant_value={"a": "b"})}}, {"a": "b"}, id="a single block"
        ),
        pytest.param({"default_labels": expression(constant_value={"a": "b"})}, {"a": "b"}, id="of Google"),
        pytest.param({"default_tags": [{"tags": expression("var.tags")}]}, {"team": "vision"}, id="of a variable"),
        pytest.param({"default_tags": [{}]}, {}, id="an empty block"),
    ],
)
def test_default_tags_are_read(expressions: Any, expected: Any) -> None:
    found = configuration({"aws": block(expressions=expressions)}, variables={"tags": {"default": {"team": "vision"}}})
    assert settings(found).default_tags == expected


@pytest.mark.parametrize(
    "references", [pytest.param(["local.tags", "var.env"], id="several"), pytest.param(["var.env"], id="a lone text")]
)
def test_default_tags_put_together_from_references_are_unknown_not_absent(references: list[str]) -> None:
    given = {"default_tags": [{"tags": expression(*references)}]}
    found = configuration({"aws": block(expressions=given)}, variables={"env": {"default": "dev"}})
    assert isinstance(settings(found).default_tags, Unknown)


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        pytest.param({"project": expression(constant_value="ml-prod")}, "ml-prod", id="a Google project"),
        pytest.param({"subscription_id": expression(constant_value="0-1")}, "0-1", id="an Azure subscription"),
        pytest.param({"allowed_account_ids": expression(constant_value=["1"])}, "1", id="the one allowed account"),
        pytest.param({"allowed_account_ids": expression(constant_value=["1", "2"])}, None, id="one of two accounts"),
        pytest.param(
            {"assume_role": [{"role_arn": expression(constant_value="arn:aws:iam::123456789012:role/ci")}]},
            "123456789012",
            id="the account of the role that is assumed",
        ),
        pytest.param({"assume_role": [{"role_arn": expression(constant_value="role")}]}, None, id="a role without one"),
    ],
)
def test_the_account_is_found(expressions: Any, expected: str | None) -> None:
    assert settings(configuration({"aws": block(expressions=expressions)})).project == expected
