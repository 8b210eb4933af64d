"""Bytes of a file and the text in them: UTF-8 with or without a mark, UTF-16 as PowerShell redirects write it."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import BinaryIO

from spendgate.errors import InputError

HANDWRITTEN_LIMIT_BYTES = 16 * 1024 * 1024
MACHINE_LIMIT_BYTES = 2 * 1024 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_bytes(path: Path | str, *, limit_bytes: int = MACHINE_LIMIT_BYTES) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises InputError when it cannot be read or is too large."""
    if str(path) == "-":
        return _drain(sys.stdin.buffer, "standard input", limit_bytes)
    path = Path(path)
    try:
        if path.is_dir():
            raise InputError("is a folder, a file was expected", file=str(path))
        with path.open("rb") as file:
            if not path.is_file():
                return _drain(file, str(path), limit_bytes)
            size = path.stat().st_size
            if size > limit_bytes:
                raise InputError(f"has {size} bytes, the limit is {limit_bytes}", file=str(path))
            return file.read()
    except FileNotFoundError:
        raise InputError("no such file", file=str(path), hint="check the path") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot be read: {reason}", file=str(path)) from None


def _drain(stream: BinaryIO, origin: str, limit_bytes: int) -> bytes:
    """All bytes of a stream whose size nobody knows before."""
    found, total = [], 0
    while chunk := stream.read(_CHUNK_BYTES):
        total += len(chunk)
        if total > limit_bytes:
            raise InputError(f"has more than {limit_bytes} bytes, which is the limit", file=origin)
        found.append(chunk)
    return b"".join(found)


def encoding_of(data: bytes) -> str:
    """The encoding that a document's first bytes tell: a byte order mark, or the zero bytes of unmarked UTF-16."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[:64]
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 4 and not head[0::2].count(0):
        return "utf-16-le"
    if len(head) >= 4 and head[0::2].count(0) > len(head) // 4 and not head[1::2].count(0):
        return "utf-16-be"
    return "utf-8"


def to_utf8(data: bytes, origin: str) -> bytes:
    """The document as plain UTF-8 without a mark; the same object when it already is. Raises InputError."""
    encoding = encoding_of(data)
    if encoding == "utf-8":
        return data
    if encoding == "utf-8-sig":
        return data[len(codecs.BOM_UTF8) :]
    return decode_text(data, origin).encode("utf-8")


def head_as_utf8(head: bytes) -> bytes:
    """The first bytes of a document as UTF-8, for recognising it; what does not fit is left out."""
    encoding = encoding_of(head)
    return head if encoding == "utf-8" else head.decode(encoding, "ignore").encode("utf-8")


def decode_text(data: bytes, origin: str) -> str:
    """The text of a document. Raises InputError with the line of the first byte that does not fit."""
    encoding = encoding_of(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1 if encoding.startswith("utf-8") else None
        raise InputError(
            f"is not {encoding.removesuffix('-sig').upper()} text (byte {error.start})",
            file=origin,
            line=line,
            hint="save it as UTF-8; a binary file is not read as text",
        ) from None
