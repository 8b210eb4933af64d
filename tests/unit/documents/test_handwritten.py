"""Files that people write: YAML 1.2's scalars, lines kept, mistakes refused with their place."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendgate.documents import read_json_text, read_yaml, read_yaml_text
from spendgate.errors import InputError, SpendgateError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("1.5", Decimal("1.5")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal(1000)),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        pytest.param("on", "on", id="on is text"),
        pytest.param("yes", "yes", id="yes is text"),
        pytest.param("NO", "NO", id="Norway is text"),
        pytest.param("007", "007", id="a leading zero is text"),
        pytest.param("123456789012", 123456789012, id="an account without a leading zero"),
        pytest.param("012345678901", "012345678901", id="an account with a leading zero"),
        pytest.param("0o17", "0o17", id="octal is text"),
        pytest.param("1_000", "1_000", id="underscores are text"),
        pytest.param("12:30", "12:30", id="a time is text"),
        pytest.param("2026-11-24", "2026-11-24", id="a date is text"),
        pytest.param(".inf", ".inf", id="infinity is text"),
        pytest.param("1e99999", "1e99999", id="a number beyond all bounds is text"),
        pytest.param("'12'", "12", id="quoted numbers are text"),
        pytest.param('"true"', "true", id="quoted booleans are text"),
        pytest.param("!!str 12", "12", id="a number stated to be text"),
        pytest.param("|\n  12\n", "12\n", id="a block is text"),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says(text: str, value: Any) -> None:
    found = read_yaml_text(f"key: {text}", "p.yaml").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_lines_are_kept_for_keys_and_items() -> None:
    document = read_yaml_text("a:\n  b: 1\n  c:\n    - x\n    - y: 2\n", "p.yaml")
    assert document.data == {"a": {"b": 1, "c": ["x", {"y": 2}]}}
    assert [document.line_of(route) for route in [("a",), ("a", "b"), ("a", "c", 1), ("a", "c", 1, "y")]] == [
        1,
        2,
        5,
        5,
    ]
    assert document.line_of(("a", "c", 1, "y", "gone", 3)) == 5
    assert document.line_of(("gone",)) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('["\\ud83d\\ude00"]', ["\U0001f600"], id="a character in two halves"),
        pytest.param('["\\\\ud83d\\\\ude00"]', ["\\ud83d\\ude00"], id="backslashes that escape nothing"),
        pytest.param('["\\\\\\ud83d\\ude00"]', ["\\\U0001f600"], id="a backslash before it"),
        pytest.param('["\\/\\u00e9"]', ["/\u00e9"], id="a slash and a letter"),
    ],
)
def test_escapes_of_json_are_understood(text: str, value: Any) -> None:
    assert json.loads(text) == value
    assert read_json_text(text, "p.json").data == value


def test_json_is_read_as_well() -> None:
    document = read_json_text('{\n "a": [1, 2.5, null, "on"]\n}', "p.json")
    assert document.data == {"a": [1, Decimal("2.5"), None, "on"]}
    assert document.line_of(("a",)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "p.yaml: is empty", id="nothing"),
        pytest.param("# words\n", "p.yaml: is empty", id="a comment alone"),
        pytest.param("a: 1\nb: 2\na: 3\n", "p.yaml:3:1: has the key 'a' twice (first on line 1)", id="a key twice"),
        pytest.param("a: {b: 1, 'b': 2}", "p.yaml:1:11: has the key 'b' twice", id="a key twice within braces"),
        pytest.param("a: 1\n---\nb: 2\n", "p.yaml:3: holds several documents", id="two documents"),
        pytest.param("a: b: c", "p.yaml:1:5: is not valid YAML: mapping values", id="a colon too many"),
        pytest.param("a:\n\tb: 1", "p.yaml:2:1: is not valid YAML: found character", id="a tab"),
        pytest.param("a: [1", "p.yaml:2:1: is not valid YAML", id="an open bracket"),
        pytest.param("a: *gone", "p.yaml:1:4: is not valid YAML: found undefined alias", id="an alias of nothing"),
        pytest.param("a: &x [*x]", "p.yaml:1: holds itself through an alias", id="a circle"),
        pytest.param("a: !!python/object/apply:os.system [ls]", "p.yaml:1: uses the tag", id="a tag that runs code"),
        pytest.param("a: !secret x", "p.yaml:1: uses the tag !secret", id="a tag of somebody's own"),
        pytest.param("a: !!int '3'", "p.yaml:1: uses the tag", id="a quoted number stated to be one"),
        pytest.param("<<: {a: 1}", "p.yaml:1:1: has a key that is no plain text", id="a merge key"),
        pytest.param("? [a]\n: b", "p.yaml:1:3: has a key that is no plain text", id="a list as key"),
        pytest.param("a: \x01", "p.yaml:1: is not valid YAML", id="a control character"),
        pytest.param("a: 1\nb: \ud800", "p.yaml:2: holds half of a surrogate pair", id="half of a surrogate pair"),
        pytest.param("[" * 300 + "]" * 300, "p.yaml:1: is nested too deeply", id="deep nesting"),
        pytest.param("[" * 100_000, "p.yaml:1:1001: is not valid YAML", id="nesting without end"),
        pytest.param(
            "\n".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" if n else "x0: &x0 [1]" for n in range(9)),
            "p.yaml:",
            id="laughter without end",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_yaml_text(text, "p.yaml")
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_tab_comes_with_advice() -> None:
    with pytest.raises(InputError, match="indent with blanks"):
        read_yaml_text("a:\n\tb: 1", "p.yaml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_may_come_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes("owner: größe\r\nlimit: 3\r\n".encode(encoding))
    document = read_yaml(path)
    assert document.data == {"owner": "größe", "limit": 3}
    assert document.line_of(("limit",)) == 2


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("a: 1\n" * 10)
    with pytest.raises(InputError, match="the limit is 20"):
        read_yaml(path, limit_bytes=20)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"\n\t #?,%~<.0123\x00\ud800", max_size=40))
def test_any_text_ends_in_a_document_or_an_error(text: str) -> None:
    try:
        read_yaml_text(text, "p.yaml")
    except SpendgateError as error:
        if not isinstance(error, InputError) or error.file != "p.yaml":
            raise


plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(exclude_categories=["C"])),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=5), children, max_size=3
        )
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), plain))
def test_what_json_writes_is_read_back(data: dict[str, Any]) -> None:
    assert read_yaml_text(json.dumps(data), "p.json").data == data
