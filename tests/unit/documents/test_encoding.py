"""Bytes become text by what they are, not by what they are called; sizes are bounded."""

import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.documents.encoding import decode_text, encoding_of, head_as_utf8, read_bytes, to_utf8
from spendgate.documents.foreign import foreign
from spendgate.errors import InputError


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(b"", "utf-8", id="nothing"),
        pytest.param(b"abc", "utf-8", id="plain"),
        pytest.param(b"\xef\xbb\xbfabc", "utf-8-sig", id="utf-8 with a mark"),
        pytest.param("ab".encode("utf-16"), "utf-16", id="utf-16 with a mark"),
        pytest.param(b"\xfe\xff\x00a", "utf-16", id="utf-16, big end first"),
        pytest.param("key: 1".encode("utf-16-le"), "utf-16-le", id="utf-16 without a mark"),
        pytest.param("key: 1".encode("utf-16-be"), "utf-16-be", id="utf-16, big end first, without a mark"),
        pytest.param("ab".encode("utf-32"), "utf-32", id="utf-32"),
    ],
)
def test_the_first_bytes_tell_the_encoding(data: bytes, encoding: str) -> None:
    assert encoding_of(data) == encoding


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], min_codepoint=1)))
def test_text_survives_every_marked_encoding(text: str) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert decode_text(text.encode(encoding), "x") == text
        assert to_utf8(text.encode(encoding), "x") == text.encode()


@given(st.binary(max_size=60))
def test_no_bytes_break_it(data: bytes) -> None:
    head_as_utf8(data)
    foreign(data)
    try:
        to_utf8(data, "x")
        decode_text(data, "x")
    except InputError as error:
        if error.file != "x":
            raise


def test_a_byte_that_does_not_fit_is_shown_with_its_line() -> None:
    with pytest.raises(InputError, match=r"policy\.yaml:3: is not UTF-8 text \(byte 8\)"):
        decode_text(b"a: 1\nb:\n\xff", "policy.yaml")


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 11)
    with pytest.raises(InputError, match=r"big: has 11 bytes, the limit is 10"):
        read_bytes(path, limit_bytes=10)
    assert len(read_bytes(path, limit_bytes=11)) == 11


@pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False)])
def test_standard_input_is_bounded_too(size: int, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * size)))
    if fits:
        assert read_bytes("-", limit_bytes=10) == b"x" * size
    else:
        with pytest.raises(InputError, match=r"standard input: has more than 10 bytes"):
            read_bytes("-", limit_bytes=10)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        read_bytes(tmp_path)
    with pytest.raises(InputError, match=r"no such file.*check the path"):
        read_bytes(tmp_path / "gone")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"{}", None),
        (b"", None),
        ("größe: 1".encode(), None),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\n<!doctype HTML>", "a web page"),
        (b"<plan/>", "XML"),
        (b"%PDF-1.7", "a PDF document"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"ab\x00c", "a binary file"),
    ],
    ids=repr,
)
def test_what_is_no_text_is_named(data: bytes, what: str | None) -> None:
    found = foreign(data)
    assert (found.what if found else None) == what
