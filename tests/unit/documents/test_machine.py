"""JSON of machines: decoded into structures, broken documents located, trailing text found."""

import gc
from typing import Any

import msgspec
import pytest

from spendgate.documents.machine import ShapeError, decode_any, decode_first, decode_json
from spendgate.errors import InputError


class Point(msgspec.Struct):
    """What the tests decode."""

    x: int
    y: int = 0


def test_a_document_becomes_a_structure_and_the_rest_is_skipped() -> None:
    assert decode_json(b'{"x": 1, "unread": [{"deep": null}]}', Point, "p.json") == Point(1)


@pytest.mark.parametrize(
    ("data", "start", "rest"),
    [
        pytest.param(b'{"x": 1}', 0, b"", id="nothing more"),
        pytest.param(b'{"x": 1} \n\t', 0, b"", id="blanks"),
        pytest.param(b'{"x": 1}\nand {"x": 2}', 0, b"and {", id="words"),
        pytest.param(b'{"x": 1}{"x": 2}', 0, b"{", id="another document"),
        pytest.param(b'see: {"x": 1}}', 5, b"}", id="words before, a brace behind"),
    ],
)
def test_the_first_document_ends_where_it_ends(data: bytes, start: int, rest: bytes) -> None:
    value, end = decode_first(data, Point, "p.json", start)
    assert value == Point(1)
    assert data[end:].strip().startswith(rest)
    assert bool(data[end:].strip()) is bool(rest)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b'{\n "x": 1,\n "y": }', "p.json:3:7: is not valid JSON: invalid character", id="a missing value"),
        pytest.param(b'{"x": 1}\nmore', "p.json:2:1: is not valid JSON: text follows", id="text behind"),
        pytest.param(b'{"x":\n1', "p.json:2: ends in the middle of the JSON (after 7 bytes)", id="cut off"),
        pytest.param(b"", "p.json:1: ends in the middle", id="nothing"),
        pytest.param(
            b'{"x": "\\udc00\\ud800"}', "p.json:1:14: is not valid JSON: invalid utf-16", id="halves that do not fit"
        ),
        pytest.param(b'{"x": "a\n"}', "p.json:1:9: is not valid JSON: invalid character", id="a raw line end"),
        pytest.param(b'{"x": 1, "y": "\xff"}', "", id="no UTF-8"),
    ],
)
def test_a_broken_document_is_located(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_any(data, "p.json")
    assert str(caught.value).startswith(said)
    assert caught.value.file == "p.json"


def test_a_field_of_the_wrong_type_is_named_by_its_path() -> None:
    with pytest.raises(ShapeError, match=r"Expected `int`, got `str` - at `\$\.x`"):
        decode_json(b'{"x": "one"}', Point, "p.json")


@pytest.mark.parametrize("type_", [Any, Point], ids=["read", "skipped"])
def test_nesting_without_end_is_an_error(type_: Any) -> None:
    with pytest.raises(InputError, match="nested too deeply"):
        decode_json(b'{"x": 1, "z": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", type_, "p.json")


def test_the_garbage_collector_is_on_again_afterwards() -> None:
    assert gc.isenabled()
    decode_any(b"[1]", "p.json")
    with pytest.raises(InputError):
        decode_any(b"[1", "p.json")
    assert gc.isenabled()
