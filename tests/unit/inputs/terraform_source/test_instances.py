"""Which resources there are: counts, keys, modules, overrides, several roots; and ends to what would never end."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.unit.inputs.terraform_source.roots import by_address, read, value, write

from spendgate.errors import InputError
from spendgate.model.values import Unknown


@pytest.mark.parametrize(
    ("block", "suffixes"),
    [
        ("", [""]),
        ("count = 2", ["[0]", "[1]"]),
        ("count = 0", []),
        ("count = true ? 1 : 0", ["[0]"]),
        ('for_each = toset(["b", "a"])', ['["a"]', '["b"]']),
        ("for_each = { x = 1 }", ['["x"]']),
        ("for_each = {}", []),
        ('for_each = { "a\\"b" = 1, "c.d" = 2, "$${e}" = 3 }', ['["$${e}"]', '["a\\"b"]', '["c.d"]']),
    ],
)
def test_addresses_are_those_of_terraform(block: str, suffixes: list[str], tmp_path: Path) -> None:
    workload = read(tmp_path, f'resource "a_b" "c" {{\n  {block}\n}}\n')
    assert sorted(by_address(workload)) == [f"a_b.c{suffix}" for suffix in suffixes]


def test_what_has_no_instance_is_an_empty_list_or_map_to_others(tmp_path: Path) -> None:
    text = (
        'resource "a_b" "n" {\n  count = 0\n}\nresource "a_b" "k" {\n  for_each = {}\n}\n'
        'resource "a_b" "c" {\n  x = a_b.n[*].id\n  y = keys(a_b.k)\n  z = try(a_b.n[0].id, "none")\n}\n'
    )
    workload = read(tmp_path, text)
    assert [value(workload, "a_b.c", name) for name in ("x", "y", "z")] == [[], [], "none"]


def test_dynamic_blocks_are_unrolled_in_their_place(tmp_path: Path) -> None:
    text = (
        'resource "a_b" "c" {\n  dynamic "disk" {\n    for_each = { b = 2, a = 1 }\n    iterator = it\n    content {\n'
        '      name = it.key\n      dynamic "part" {\n        for_each = range(it.value)\n        content {\n'
        "          n = part.value + it.value\n        }\n      }\n    }\n  }\n}\n"
    )
    workload = read(tmp_path, text)
    assert value(workload, "a_b.c", "disk.0.name") == "a"
    assert [value(workload, "a_b.c", f"disk.1.part.{n}.n") for n in (0, 1)] == [2, 3]


def test_meta_arguments_are_no_attributes(tmp_path: Path) -> None:
    text = 'resource "a_b" "c" {\n  count = 1\n  depends_on = [a_b.d]\n  provider = a.x\n  lifecycle {\n    prevent_destroy = true\n  }\n  size = 1\n}\nresource "a_b" "d" {}\n'
    resource = by_address(read(tmp_path, text))["a_b.c[0]"].after
    assert resource is not None
    assert resource.attributes.values == {"size": 1}


def test_default_tags_reach_resources_through_modules_and_aliases(tmp_path: Path) -> None:
    files = {
        "main.tf": (
            'provider "aws" {\n  region = "us-east-1"\n  default_tags {\n    tags = { team = "ml", later = data.x_y.z.id }\n  }\n}\n'
            'provider "aws" {\n  alias = "west"\n  region = "us-west-2"\n}\n'
            'module "m" {\n  source = "./m"\n}\nmodule "w" {\n  source = "./m"\n  providers = {\n    aws = aws.west\n  }\n}\n'
            'resource "aws_instance" "w" {\n  provider = aws.west\n}\ndata "x_y" "z" {}\n'
        ),
        "m/main.tf": 'resource "aws_instance" "i" {}\n',
    }
    changes = by_address(read(tmp_path, files))
    settings = {address: change.resource.settings for address, change in changes.items()}
    assert settings["module.m.aws_instance.i"].region == "us-east-1"
    assert settings["module.m.aws_instance.i"].default_tags["team"] == "ml"
    assert settings["module.w.aws_instance.i"].region == "us-west-2"
    assert settings["aws_instance.w"].region == "us-west-2"


def test_a_type_that_takes_tags_shows_so_without_any(tmp_path: Path) -> None:
    workload = read(tmp_path, 'resource "aws_instance" "i" {}\nresource "aws_route" "r" {}\n')
    values = {address: change.resource.attributes.values for address, change in by_address(workload).items()}
    assert values == {"aws_instance.i": {"tags": None}, "aws_route.r": {}}


def test_override_files_amend_and_tofu_files_stand_for_tf_files(tmp_path: Path) -> None:
    files = {
        "main.tf": 'resource "a_b" "c" {\n  x = 1\n  y = 1\n  disk {\n    s = 1\n  }\n}\n',
        "override.tf": 'resource "a_b" "c" {\n  y = 2\n  disk {\n    s = 2\n  }\n}\n',
        "more.tf": 'resource "a_b" "from_tf" {}\n',
        "more.tofu": 'resource "a_b" "from_tofu" {}\n',
    }
    workload = read(tmp_path, files)
    assert sorted(by_address(workload)) == ["a_b.c", "a_b.from_tofu"]
    assert by_address(workload)["a_b.c"].resource.attributes.values == {"x": 1, "y": 2, "disk": [{"s": 2}]}


def test_the_json_form_says_the_same(tmp_path: Path) -> None:
    text = (
        '{"variable": {"n": {"default": 2, "type": "number"}}, "locals": {"l": "v-${var.n}"},'
        ' "resource": {"a_b": {"c": {"count": "${var.n}", "x": "${local.l}", "tags": {"k": "$${x}"},'
        ' "dynamic": {"disk": {"for_each": [1], "content": {"size": "${disk.value}"}}}}}}}'
    )
    workload = read(tmp_path, {"main.tf.json": text})
    assert sorted(by_address(workload)) == ["a_b.c[0]", "a_b.c[1]"]
    assert by_address(workload)["a_b.c[0]"].resource.attributes.values == {
        "x": "v-2",
        "tags": {"k": "${x}"},
        "disk": [{"size": 1}],
    }


def test_a_provider_in_the_json_form_gives_its_default_tags(tmp_path: Path) -> None:
    text = (
        '{"provider": {"aws": [{"region": "us-east-1", "default_tags": {"tags": {"team": "ml"}}}]},'
        ' "resource": {"aws_instance": {"i": {}}}}'
    )
    settings = by_address(read(tmp_path, {"main.tf.json": text}))["aws_instance.i"].resource.settings
    assert (settings.region, settings.default_tags) == ("us-east-1", {"team": "ml"})


@pytest.mark.parametrize("block", [None, 1, "x", [], [None], {"tags": None}, {"tags": [1]}])
def test_a_provider_block_of_any_shape_is_no_defect(block: object, tmp_path: Path) -> None:
    text = json.dumps({"provider": {"aws": {"default_tags": block}}, "resource": {"aws_instance": {"i": {}}}})
    assert sorted(by_address(read(tmp_path, {"main.tf.json": text}))) == ["aws_instance.i"]


def test_downloaded_modules_are_read_where_terraform_put_them(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n',
        ".terraform/modules/modules.json": '{"Modules":[{"Key":"vpc","Source":"x","Dir":".terraform/modules/vpc"}]}',
        ".terraform/modules/vpc/main.tf": 'resource "a_b" "c" {}\n',
    }
    workload = read(tmp_path, files)
    assert sorted(by_address(workload)) == ["module.vpc.a_b.c"]
    assert workload.problems == ()


def test_each_root_of_a_monorepo_is_judged_under_its_own_name(tmp_path: Path) -> None:
    files = {
        "envs/prod/main.tf": 'module "m" {\n  source = "../../modules/m"\n}\n',
        "envs/dev/main.tf": 'resource "a_b" "c" {\n  x = a_b.d.id\n}\nresource "a_b" "d" {}\n',
        "modules/m/main.tf": 'resource "a_b" "c" {}\n',
    }
    workload = read(tmp_path, files)
    assert sorted(by_address(workload)) == ["envs/dev:a_b.c", "envs/dev:a_b.d", "envs/prod:module.m.a_b.c"]
    assert workload.references.edges() == [("envs/dev:a_b.c", "x", "envs/dev:a_b.d")]
    place = workload.locate("envs/prod:module.m.a_b.c")
    assert place is not None
    assert place.file.endswith("modules/m/main.tf")
    chosen = read(tmp_path, {}, roots=("envs/prod",))
    assert sorted(by_address(chosen)) == ["module.m.a_b.c"]
    with pytest.raises(InputError, match="--root nowhere"):
        read(tmp_path, {}, roots=("nowhere",))


def test_folders_below_that_are_not_judged_are_named(tmp_path: Path) -> None:
    files = {"main.tf": 'resource "a_b" "c" {}\n', "examples/one/main.tf": 'resource "a_b" "c" {}\n'}
    (problem,) = read(tmp_path, files).problems
    assert "examples/one" in problem.message


ENDLESS = {
    "a local that needs itself": (
        {"main.tf": 'locals {\n  a = local.b\n  b = local.a\n}\nresource "a_b" "c" {\n  x = local.a\n}\n'},
        "local.a",
    ),
    "resources that need each other": (
        {"main.tf": 'resource "a_b" "c" {\n  x = a_b.d.x\n}\nresource "a_b" "d" {\n  x = a_b.c.x\n}\n'},
        "need each other",
    ),
    "a module that calls itself": ({"main.tf": 'module "m" {\n  source = "./"\n}\n'}, "calls itself"),
    "modules that call each other": (
        {"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/main.tf": 'module "n" {\n  source = "../"\n}\n'},
        "calls itself",
    ),
    "a count of a million": ({"main.tf": 'resource "a_b" "c" {\n  count = 1000000\n}\n'}, "1,000,000 instances"),
    "a module a million times": (
        {"main.tf": 'module "m" {\n  source = "./m"\n  count = 1000000\n}\n', "m/main.tf": 'resource "a_b" "c" {}\n'},
        "1,000,000 instances",
    ),
    "counts that multiply": (
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  count = 1000\n}\n',
            "m/main.tf": 'resource "a_b" "c" {\n  count = 1000\n}\n',
        },
        "more than 100,000 instances",
    ),
    "values that double": (
        {
            "main.tf": "locals {\n  l0 = { a = 1 }\n"
            + "".join(f"  l{n} = {{ a = local.l{n - 1}, b = local.l{n - 1} }}\n" for n in range(1, 40))
            + '}\nresource "a_b" "c" {\n  x = local.l39\n}\n'
        },
        "more than 1,000,000 values",
    ),
    "braces without end": ({"main.tf": "x = " + "[" * 5000}, "nested deeper"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_would_never_end_is_an_error_soon(name: str, tmp_path: Path) -> None:
    files, message = ENDLESS[name]
    start = time.monotonic()
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, files)
    assert time.monotonic() - start < 10
    assert caught.value.file
    assert caught.value.line


def test_links_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": 'resource "a_b" "c" {}\n'})
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert sorted(by_address(read(tmp_path, {}))) == ["a_b.c"]


SLOW = {
    "loops in loops": "[for i in range(1000000) : [for j in range(1000000) : 1]]",
    "a set of many maps": "distinct([for i in range(100000) : { a = i }])",
    "a text that doubles": 'join("", [for i in range(1000000) : "0123456789012345678901234567890123456789"])',
    "sets against sets": "setsubtract(toset([for i in range(100000) : { a = i }]), [])",
    "a wide format": 'format("%999999999d", 1)',
    "a pattern that backtracks": 'regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_no_expression_takes_for_ever(name: str, tmp_path: Path) -> None:
    start = time.monotonic()
    try:
        workload = read(tmp_path, f'resource "a_b" "c" {{\n  x = {SLOW[name]}\n}}\n')
    except InputError:
        pass
    else:
        assert isinstance(value(workload, "a_b.c", "x"), (Unknown, str))
    assert time.monotonic() - start < 30
