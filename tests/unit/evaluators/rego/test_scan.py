"""What is read of a module before any engine sees it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.scan import scan

HEAD = "package a\n\n"


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("package main", ("main",)),
        ("# a comment\n\npackage a.b.c\n", ("a", "b", "c")),
        ('package a["b-c"].d', ("a", "b-c")),
        ('package a["b-c"]["d"]', ("a", "b-c", "d")),
        ("package a # b", ("a",)),
    ],
)
def test_the_package(text: str, package: tuple[str, ...]) -> None:
    assert scan(text, "x.rego").package == package


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        ("deny contains x if { x := 1 }", {"deny": 3}),
        ("deny[x] { x := 1 }", {"deny": 3}),
        ('deny contains "x" if\n\tcount(input) > 1\n\nwarn contains "y" if true', {"deny": 3, "warn": 6}),
        ("default allow := false\n\nallow if { input.x }", {"allow": 3}),
        ("f(x) := y if { y := x }", {}),
        ("f(x) { x }", {}),
        ('x := "deny contains y"', {"x": 3}),
        ("x := `\ndeny contains y\n`", {"x": 3}),
        ("# deny contains x", {}),
        ("x := {\n\t1,\n\t2,\n}", {"x": 3}),
        ("x := 1 if {\n\tdeny := 2\n\tdeny\n} else := 3 if { true }", {"x": 3}),
        ("total := a +\n\tb", {"total": 3}),
        ("import data.lib\n\nx := lib.y", {"x": 5}),
        ("deny.sub contains 1 if true", {"deny": 3}),
    ],
)
def test_the_rules_and_their_lines(rules: str, names: dict[str, int]) -> None:
    assert scan(HEAD + rules, "x.rego").rules == names


@pytest.mark.parametrize(
    ("rules", "dialect"),
    [
        ("deny contains x if { x := 1 }", "v1"),
        ("import rego.v1\n\nx := 1", "v1"),
        ("x := 1", "v1"),
        ("x := {1, 2}", "v1"),
        ('x = {"a": 1}', "v1"),
        ("allow if every x in input.xs { x > 1 }", "v1"),
        ("deny[x] { x := 1 }", "v0"),
        ("f(x) = y { y := x }", "v0"),
        ("allow { input.x }", "v0"),
        ("allow = true { input.x } else = false { true }", "v0"),
        ("import future.keywords\n\ndeny contains x if { x := 1 }", "v0"),
        ("import future.keywords.in\n\ndeny[x] { some x in input.xs }", "v0"),
        ("x := [y | y := input.ys[_]]", "v1"),
    ],
)
def test_the_dialect(rules: str, dialect: str) -> None:
    assert scan(HEAD + rules, "x.rego").dialect == dialect


def test_what_a_module_reads_and_calls() -> None:
    found = scan(
        HEAD + 'import data.lib.plan as p\n\nx := data.a.b["c-d"].e\n\ny := crypto.sha256("x")\n\nz := input.plan.x',
        "x.rego",
    )
    assert found.references == {"data.lib.plan", 'data.a.b["c-d"]', "input.plan.x"}
    assert found.calls == {"crypto.sha256": 7}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no package"),
        ("x := 1", "has no package"),
        ("package", "has no package"),
        ('package a\n\nx := "open', "never closed"),
        ("package a\n\nx := `open", "never closed"),
    ],
)
def test_a_module_that_cannot_be_scanned(text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said) as caught:
        scan(text, "x.rego")
    assert caught.value.file == "x.rego"
    assert caught.value.line is not None


@given(st.text(alphabet=st.sampled_from('package a.b {}[]()"`#\\\n\t:=|if contains deny some x 1'), max_size=200))
def test_any_text_is_scanned_or_refused(text: str) -> None:
    with suppress(PolicyError):
        assert scan(f"package p\n{text}", "x.rego").package[0] == "p"
