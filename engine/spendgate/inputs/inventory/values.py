"""The JSON values of an export: one document, several behind each other, one a line, or rows of CSV."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from spendgate.documents.encoding import read_bytes, to_utf8
from spendgate.documents.machine import decode_first
from spendgate.errors import InputError

LINE_SUFFIXES = (".jsonl", ".ndjson", ".jsonlines")
LONGEST_LINE_BYTES = 64 * 1024 * 1024
_CSV_HEAD = re.compile(rb"^[\w.\"]+(?:,[\w.\" ]+){1,}\r?\n")


def looks_like_csv(head: bytes) -> bool:
    """Whether a document begins with a line of column names."""
    return _CSV_HEAD.match(head) is not None


def is_lines(path: Path, head: bytes) -> bool:
    """Whether a file holds one JSON object a line: by its name, or because its first line is complete and another follows."""
    if path.suffix in LINE_SUFFIXES:
        return True
    first, found, rest = head.lstrip().partition(b"\n")
    if not found or not rest.lstrip().startswith(b"{") or not first.startswith(b"{"):
        return False
    try:
        msgspec.json.decode(first)
    except msgspec.DecodeError:
        return False
    return True


def values_of(path: Path, origin: str, head: bytes) -> Iterator[tuple[Any, int | None]]:
    """`(value, line)` of each JSON value or row. Raises InputError for JSON that is broken, with its place."""
    if is_lines(path, head):
        yield from lines_of(path, origin)
        return
    data = to_utf8(read_bytes(path), origin)
    if looks_like_csv(head):
        yield from _rows(data, origin)
        return
    position = 0
    while position < len(data):
        while data[position : position + 1] in (b" ", b"\n", b"\r", b"\t", b","):
            position += 1
        if position >= len(data):
            return
        line = data.count(b"\n", 0, position) + 1
        value, position = decode_first(data, Any, origin, position)
        yield value, line


def lines_of(path: Path, origin: str) -> Iterator[tuple[Any, int]]:
    """The value of each line, read one at a time so that memory stays bounded. Raises InputError with the line."""
    decoder = msgspec.json.Decoder()
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(LONGEST_LINE_BYTES):
                number += 1
                if number == 1:
                    line = to_utf8(line, origin)
                line = line.strip()
                if not line or line in (b"[", b"]"):
                    continue
                yield decoder.decode(line[:-1] if line.endswith(b",") else line), number
    except msgspec.DecodeError as error:
        said = str(error).removeprefix("JSON is malformed: ")
        raise InputError(
            f"is not valid JSON: {said}", file=origin, line=number, hint="each line holds one whole JSON object"
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=origin) from None


def _opened(path: Path) -> BinaryIO:
    return sys.stdin.buffer if str(path) == "-" else path.open("rb")


def _rows(data: bytes, origin: str) -> Iterator[tuple[Any, int]]:
    csv.field_size_limit(LONGEST_LINE_BYTES)
    text = io.StringIO(data.decode("utf-8", "replace"), newline="")
    reader = csv.DictReader(text)
    try:
        for row in reader:
            if None in row:
                raise InputError(
                    f"has more fields than columns ({len(reader.fieldnames or ())})", file=origin, line=reader.line_num
                )
            yield row, reader.line_num
    except csv.Error as error:
        raise InputError(f"is not valid CSV: {error}", file=origin, line=reader.line_num) from None
