"""JSON that machines write: decoded fast into typed structures, with a clear word when it is broken."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from spendgate.documents.encoding import decode_text, to_utf8
from spendgate.errors import InputError

T = TypeVar("T")

_BYTE = re.compile(r"\(byte (\d+)\)")
_HALF_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")


class ShapeError(InputError):
    """Well-formed JSON, as far as it was read, in which a field is of another type than expected."""


@contextmanager
def bulk_loading() -> Iterator[None]:
    """Switch the cyclic garbage collector off while many objects are made, then freeze them out of its sight."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()


def decode_json(data: bytes, type_: type[T], origin: str) -> T:
    """Decode a JSON document into a typed structure; unread parts are skipped. Raises InputError with the position."""
    data = to_utf8(data, origin)
    value, end = decode_first(data, type_, origin)
    if data[end:].strip():
        raise _broken(data, end, "text follows the document", origin)
    return value


def decode_first(data: bytes, type_: type[T], origin: str, start: int = 0) -> tuple[T, int]:
    """Decode the JSON document that begins at `start` of UTF-8 data; also returns where it ends, whatever follows.

    Raises ShapeError for a field of the wrong type, InputError with line and column for JSON that is broken.
    """
    view = memoryview(data)[start:]
    try:
        try:
            return _decode(view, type_), len(data)
        except msgspec.DecodeError as error:
            end = _end_of_document(error)
            if end is None:
                raise
            return _decode(view[:end], type_), start + end
    except msgspec.ValidationError as error:
        raise ShapeError(f"is not of the expected shape: {error}", file=origin) from None
    except msgspec.DecodeError as error:
        raise broken_json(data, str(error), origin, start) from None
    except UnicodeDecodeError:
        # NOTE: the error counts from the beginning of a text inside the document; decoding all of it finds the place.
        decode_text(data, origin)
        raise InputError("is not UTF-8 text", file=origin) from None
    except RecursionError:
        raise InputError("is nested too deeply", file=origin) from None


def _decode(view: memoryview, type_: type[T]) -> T:
    with bulk_loading():
        return msgspec.json.decode(view, type=type_)


def _end_of_document(error: msgspec.DecodeError) -> int | None:
    """Where a complete document ends, if text behind it is all that the decoder objected to."""
    match = _BYTE.search(str(error)) if "trailing characters" in str(error) else None
    return int(match.group(1)) - 1 if match else None


def broken_json(data: bytes, said: str, origin: str, start: int = 0) -> InputError:
    """The error for a document that is no valid JSON, with line and column of the place."""
    match = _BYTE.search(said)
    position = start + int(match.group(1)) if match else len(data)
    if "truncated" in said and (half := _HALF_PAIR.search(data, start)):
        # NOTE: the decoder calls a document cut off when it looks in vain for the other half.
        return _broken(data, half.start(), "half of a surrogate pair is no character", origin)
    if "truncated" in said or position >= len(data.rstrip()):
        return InputError(
            f"ends in the middle of the JSON (after {len(data)} bytes)",
            file=origin,
            line=data.count(b"\n") + 1,
            hint="the file was cut off; write it again",
        )
    return _broken(data, position, _BYTE.sub("", said).removeprefix("JSON is malformed: ").strip(), origin)


def _broken(data: bytes, position: int, said: str, origin: str) -> InputError:
    line = data.count(b"\n", 0, position) + 1
    column = position - (data.rfind(b"\n", 0, position) + 1) + 1
    return InputError(f"is not valid JSON: {said}", file=origin, line=line, column=column)


def decode_any(data: bytes, origin: str) -> Any:
    """Decode a JSON document of unknown shape into plain data. Raises InputError."""
    return decode_json(data, Any, origin)
