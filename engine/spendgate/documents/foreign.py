"""Names files that are no text document, from their first bytes: archives, images, web pages."""

from __future__ import annotations

from typing import NamedTuple

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip archive", "unpack it first: gunzip"),
    (b"BZh", "a bzip2 archive", "unpack it first: bunzip2"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it first: unxz"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it first: unzstd"),
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (b"\x89PNG", "an image", ""),
    (b"GIF8", "an image", ""),
    (b"\xff\xd8\xff", "an image", ""),
    (b"%PDF", "a PDF document", ""),
    (b"\x7fELF", "a program", ""),
    (b"MZ", "a program", ""),
    (b"SQLite format 3\x00", "an SQLite database", ""),
)
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")
_LOOKED_AT_BYTES = 512


class Foreign(NamedTuple):
    """What a file seems to be (`a gzip archive`) and what to do about it, possibly nothing."""

    what: str
    hint: str


def foreign(data: bytes) -> Foreign | None:
    """What a document that is no text seems to be, or None for text. Expects UTF-8: decode UTF-16 before."""
    for signature, what, hint in _SIGNATURES:
        if data.startswith(signature):
            return Foreign(what, hint)
    head = data[:_LOOKED_AT_BYTES].lstrip()
    if head[:1] == b"<":
        page = head.lower().startswith(_PAGES)
        return Foreign("a web page", "was a login page saved?") if page else Foreign("XML", "")
    if b"\x00" in head:
        return Foreign("a binary file", "")
    return None
