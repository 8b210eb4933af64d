"""Addresses come apart at the right places, whatever their keys hold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.inputs.terraform.addresses import config_path, module_steps, steps


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("aws_x.a", [("aws_x", None), ("a", None)], id="no key"),
        pytest.param("aws_x.a[3]", [("aws_x", None), ("a", 3)], id="count"),
        pytest.param('aws_x.a["b"]', [("aws_x", None), ("a", "b")], id="for_each"),
        pytest.param('aws_x.a["b.c"]', [("aws_x", None), ("a", "b.c")], id="a dot in a key"),
        pytest.param('aws_x.a["b[0]"]', [("aws_x", None), ("a", "b[0]")], id="brackets in a key"),
        pytest.param(r'aws_x.a["say \"hi\""]', [("aws_x", None), ("a", 'say "hi"')], id="quotes in a key"),
        pytest.param(r'aws_x.a["back\\slash"]', [("aws_x", None), ("a", "back\\slash")], id="a backslash in a key"),
        pytest.param('aws_x.a["ünï/ß"]', [("aws_x", None), ("a", "ünï/ß")], id="unicode in a key"),
        pytest.param('aws_x.a["$${x}"]', [("aws_x", None), ("a", "${x}")], id="an escaped template in a key"),
        pytest.param('aws_x.a["%%{if}"]', [("aws_x", None), ("a", "%{if}")], id="an escaped directive in a key"),
        pytest.param('aws_x.a[""]', [("aws_x", None), ("a", "")], id="an empty key"),
        pytest.param('aws_x.a["3"]', [("aws_x", None), ("a", "3")], id="a number as text is text"),
        pytest.param("aws_x.a[*]", [("aws_x", None), ("a", "*")], id="an unknown index"),
        pytest.param(
            'module.m["a.b"].module.n[0].aws_x.c',
            [("module", None), ("m", "a.b"), ("module", None), ("n", 0), ("aws_x", None), ("c", None)],
            id="keyed modules",
        ),
        pytest.param("((", [("((", None)], id="no address at all"),
        pytest.param('a.b["unclosed', [("a", None), ('b["unclosed', None)], id="an unclosed key"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_an_address_comes_apart(address: str, expected: list[tuple[str, Any]]) -> None:
    assert [tuple(step) for step in steps(address)] == expected


def test_a_module_address_gives_its_calls() -> None:
    module = module_steps('module.a["x.y"].module.b[1]')
    assert [tuple(step) for step in module] == [("a", "x.y"), ("b", 1)]
    assert config_path(module) == ("a", "b")


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    steps(text)
    module_steps(text)


@given(st.text(min_size=1, max_size=10).filter(lambda key: "{" not in key))
def test_any_key_comes_back_as_it_was(key: str) -> None:
    quoted = (
        key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    assert steps(f'aws_x.a["{quoted}"]')[1].key == key
