"""Where variables get their values: Terraform's order, and types."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.inputs.terraform_source.roots import read, value, why

from spendgate.errors import InputError, SettingsError

MAIN = 'variable "v" {\n  default = "default"\n}\nresource "a_b" "c" {\n  x = var.v\n}\n'
PLACES = [
    ("default", {}, {}),
    ("environment", {}, {"environment": {"TF_VAR_v": "environment"}}),
    ("tfvars", {"terraform.tfvars": 'v = "tfvars"\n'}, {}),
    ("tfvars.json", {"terraform.tfvars.json": '{"v": "tfvars.json"}'}, {}),
    ("auto a", {"a.auto.tfvars": 'v = "auto a"\n'}, {}),
    ("auto b", {"b.auto.tfvars.json": '{"v": "auto b"}'}, {}),
    ("option", {}, {"variables": (("var", "v=option"),)}),
]
"""Weakest first."""


@pytest.mark.parametrize("last", range(len(PLACES)), ids=[place[0] for place in PLACES])
def test_the_later_place_wins(last: int, tmp_path: Path) -> None:
    files, options = {"main.tf": MAIN}, {}
    for _, more_files, more_options in PLACES[: last + 1]:
        files.update(more_files)
        options.update(more_options)
    assert value(read(tmp_path, files, **options), "a_b.c", "x") == PLACES[last][0]


@pytest.mark.parametrize("order", [("var", "var-file"), ("var-file", "var")])
def test_options_win_in_the_order_in_which_they_are_said(order: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "x.tfvars"
    file.write_text('v = "var-file"\nnot_declared = 1\n')
    said = {"var": ("var", "v=var"), "var-file": ("var-file", str(file))}
    workload = read(tmp_path / "root", {"main.tf": MAIN}, variables=tuple(said[kind] for kind in order))
    assert value(workload, "a_b.c", "x") == order[-1]


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("string", "5", "5"),
        ("number", "5", 5),
        ("bool", "true", True),
        ("list(string)", '["a", 1]', ["a", "1"]),
        ("set(number)", '["2", 1, 2]', [2, 1]),
        ("map(number)", '{ a = "1" }', {"a": 1}),
        (
            "object({ a = string, b = optional(number, 7), c = optional(string) })",
            "{ a = 1, d = 2 }",
            {"a": "1", "b": 7, "c": None},
        ),
        ("tuple([string, number])", '[1, "2"]', ["1", 2]),
        ("any", "[1]", "[1]"),
    ],
)
def test_values_are_brought_into_the_declared_type(type_: str, text: str, expected: object, tmp_path: Path) -> None:
    main = f'variable "v" {{\n  type = {type_}\n}}\nresource "a_b" "c" {{\n  x = var.v\n}}\n'
    assert value(read(tmp_path, main, variables=(("var", f"v={text}"),)), "a_b.c", "x") == expected


def test_a_value_of_another_type_is_unknown_and_named(tmp_path: Path) -> None:
    workload = read(
        tmp_path, 'variable "v" {\n  type = number\n  default = "x"\n}\nresource "a_b" "c" {\n  x = var.v\n}\n'
    )
    assert "cannot be evaluated" in why(value(workload, "a_b.c", "x"))
    assert (workload.problems[0].line, "var.v" in workload.problems[0].message) == (1, True)


@pytest.mark.parametrize("switch", ["sensitive = local.x", "nullable = nothing", "sensitive = 1"])
def test_a_switch_that_is_no_constant_is_no_defect(switch: str, tmp_path: Path) -> None:
    workload = read(
        tmp_path, f'variable "v" {{\n  default = "d"\n  {switch}\n}}\nresource "a_b" "c" {{\n  x = var.v\n}}\n'
    )
    assert len(workload.changes) == 1


def test_null_takes_the_default_only_where_null_is_not_allowed(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "m" {\n  source = "./m"\n  a = null\n  b = null\n}\n',
        "m/main.tf": (
            'variable "a" {\n  default = 1\n}\nvariable "b" {\n  default = 2\n  nullable = false\n}\n'
            'resource "a_b" "c" {\n  x = [var.a, var.b]\n}\n'
        ),
    }
    assert value(read(tmp_path, files), "module.m.a_b.c", "x") == [None, 2]


def test_terragrunt_inputs_are_used_where_they_are_constant(tmp_path: Path) -> None:
    files = {"main.tf": MAIN, "terragrunt.hcl": 'inputs = {\n  v = "terragrunt"\n}\n'}
    assert value(read(tmp_path, files), "a_b.c", "x") == "terragrunt"
    files["terragrunt.hcl"] = "inputs = {\n  v = dependency.vpc.outputs.id\n}\n"
    assert "Terragrunt" in why(value(read(tmp_path, files), "a_b.c", "x"))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (("var", "w=1"), "no variable has this name"),
        (("var", "v"), "has no `=`"),
        (("var-file", "/nowhere.tfvars"), "no such file"),
    ],
)
def test_options_that_cannot_take_effect_are_refused(said: tuple[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises((SettingsError, InputError), match=message):
        read(tmp_path, MAIN, variables=(said,))
