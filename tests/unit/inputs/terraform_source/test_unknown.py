"""What cannot be known stays unknown, wherever it stands, with the reason; nothing becomes empty, zero or false."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.inputs.terraform_source.roots import by_address, read, value, why

from spendgate.model.values import ABSENT, SENSITIVE, Unknown

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
GIVEN = (
    'variable "unset" {}\nvariable "set" { default = "a" }\ndata "x_y" "z" {}\nresource "x_y" "other" { size = 5 }\n'
)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("var.unset", "var.unset is not set"),
        ('"x-${var.unset}"', "var.unset is not set"),
        ("upper(var.unset)", "var.unset is not set"),
        ("var.unset + 1", "var.unset is not set"),
        ("!var.unset", "var.unset is not set"),
        ('var.unset == "x"', "var.unset is not set"),
        ('var.unset == "x" ? 1 : 2', "var.unset is not set"),
        ("[for x in var.unset : x]", "var.unset is not set"),
        ("{ (var.unset) = 1 }", "var.unset is not set"),
        ("var.unset[0].deep", "var.unset is not set"),
        ('try(var.unset.a, "fallback")', "var.unset is not set"),
        ("can(var.unset.a)", "var.unset is not set"),
        ("toset([var.unset])", "var.unset is not set"),
        ("coalesce(var.unset, 1)", "var.unset is not set"),
        ("merge({ a = 1 }, var.unset)", "var.unset is not set"),
        ("contains([var.unset], 1)", "var.unset is not set"),
        ('"%{ if var.unset }a%{ else }b%{ endif }"', "var.unset is not set"),
        ("data.x_y.z.id", "data.x_y.z is read from its provider"),
        ("x_y.other.id", "known only after apply"),
        ("x_y.other", "known only after apply"),
        ("timestamp()", "timestamp() has another answer in each run"),
        ("uuid()", "uuid() has another answer in each run"),
        ("terraform.workspace", "the workspace is not named (--workspace)"),
        ("path.cwd", "path.cwd is another on each machine"),
        ("provider::aws::arn_parse(var.set)", "provider::aws::arn_parse() is not evaluated here"),
    ],
)
def test_an_attribute_is_unknown_with_its_reason(expression: str, reason: str, tmp_path: Path) -> None:
    workload = read(tmp_path, f'{GIVEN}resource "a_b" "c" {{\n  x = {expression}\n}}\n')
    assert reason in why(value(workload, "a_b.c", "x"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("false && var.unset", False),
        ("true || var.unset", True),
        ("var.unset && false", False),
        ('true ? "a" : var.unset', "a"),
        ('var.unset ? "a" : "a"', "a"),
        ("length([var.unset, 1])", 2),
        ("contains([var.unset, 1], 1)", True),
        ("keys({ a = var.unset })", ["a"]),
        ('lookup({ a = var.unset, b = 2 }, "b", 3)', 2),
        ("[] == null", False),
        ("x_y.other.size", 5),
        ('try(var.set.none, "fallback")', "fallback"),
    ],
)
def test_what_does_not_hang_on_the_unknown_is_known(expression: str, expected: object, tmp_path: Path) -> None:
    workload = read(tmp_path, f'{GIVEN}resource "a_b" "c" {{\n  x = {expression}\n}}\n')
    assert value(workload, "a_b.c", "x") == expected


def test_parts_beside_an_unknown_one_stay_known(tmp_path: Path) -> None:
    workload = read(
        tmp_path,
        GIVEN + 'resource "a_b" "c" {\n  tags = merge({ a = var.unset }, { b = var.set })\n l = [var.unset, 2]\n}\n',
    )
    assert isinstance(value(workload, "a_b.c", "tags.a"), Unknown)
    assert value(workload, "a_b.c", "tags.b") == "a"
    assert isinstance(value(workload, "a_b.c", "l.0"), Unknown)
    assert value(workload, "a_b.c", "l.1") == 2
    assert value(workload, "a_b.c", "nothing") is ABSENT


def test_secrets_are_secret_and_reach_no_value(tmp_path: Path) -> None:
    text = 'variable "s" {\n default = "hunter2"\n sensitive = true\n}\nresource "a_b" "c" {\n  x = "p-${var.s}"\n y = sensitive("q")\n}\n'
    workload = read(tmp_path, text)
    assert value(workload, "a_b.c", "x") == SENSITIVE
    assert value(workload, "a_b.c", "y") == SENSITIVE
    assert "hunter2" not in repr(workload.changes)
    assert "s" not in workload.variables


@pytest.mark.parametrize(
    "block", ["count = var.unset", "for_each = toset(var.unset)", "for_each = { (var.unset) = 1 }"]
)
def test_a_resource_of_unknown_number_stands_once_and_says_so(block: str, tmp_path: Path) -> None:
    workload = read(
        tmp_path, f'{GIVEN}resource "a_b" "c" {{\n  {block}\n  size = 3\n  key = try(each.key, count.index)\n}}\n'
    )
    change = by_address(workload)["a_b.c[*]"]
    assert change.flags == {"index-unknown"}
    assert "var.unset is not set" in (change.reason or "")
    assert value(workload, "a_b.c[*]", "size") == 3
    assert isinstance(value(workload, "a_b.c[*]", "key"), Unknown)
    assert [problem.message for problem in workload.problems if "a_b.c[*]" in problem.message]


def test_all_of_a_module_of_unknown_number_is_of_unknown_number(tmp_path: Path) -> None:
    files = {
        "main.tf": GIVEN
        + 'module "m" {\n  source = "./m"\n  count = var.unset\n}\nresource "a_b" "u" {\n  x = module.m[0].o\n}\n',
        "m/main.tf": 'resource "a_b" "c" {\n  count = 2\n}\noutput "o" {\n  value = 1\n}\n',
    }
    workload = read(tmp_path, files)
    inside = [change for change in workload.changes if change.address.startswith("module.m[*].")]
    assert [change.address for change in inside] == ["module.m[*].a_b.c[0]", "module.m[*].a_b.c[1]"]
    assert all("index-unknown" in change.flags for change in inside)
    assert isinstance(value(workload, "a_b.u", "x"), Unknown)


def test_a_dynamic_block_of_unknown_number_is_unknown_as_a_whole(tmp_path: Path) -> None:
    text = (
        GIVEN
        + 'resource "a_b" "c" {\n  disk {\n    size = 1\n  }\n  dynamic "disk" {\n    for_each = var.unset\n    content {\n      size = 2\n    }\n  }\n}\n'
    )
    assert isinstance(value(read(tmp_path, text), "a_b.c", "disk"), Unknown)


def test_a_module_that_is_not_here_is_no_plain_pass(tmp_path: Path) -> None:
    text = (
        'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\nresource "a_b" "c" {\n  x = module.vpc.id\n}\n'
    )
    workload = read(tmp_path, text)
    (problem,) = workload.problems
    assert problem.undetermined
    assert (problem.line, "terraform init" in problem.message) == (1, True)
    assert "terraform-aws-modules/vpc/aws" in why(value(workload, "a_b.c", "x"))


def test_no_random_id_reaches_an_output(tmp_path: Path) -> None:
    text = (
        GIVEN
        + 'resource "a_b" "c" {\n  x = yamlencode({ id = x_y.other.id, set = var.set })\n y = yamlencode([data.x_y.z.id])\n}\n'
    )
    workload = read(tmp_path, text)
    assert not UUID.search(repr(workload.changes) + repr(workload.problems))
    assert isinstance(value(workload, "a_b.c", "x"), Unknown)
