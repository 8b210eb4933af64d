"""JSON that machines write: decoded fast into typed structures, with a clear word when it is broken."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from spendgate.documents.encoding import to_utf8
from spendgate.errors import InputError

T = TypeVar("T")

_BYTE = re.compile(r"\(byte (\d+)\)")


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
    try:
        with bulk_loading():
            return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as error:
        raise InputError(f"is not of the expected shape: {error}", file=origin) from None
    except msgspec.DecodeError as error:
        raise broken_json(data, str(error), origin) from None
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text (byte {error.start})", file=origin) from None
    except RecursionError:
        raise InputError("is nested too deeply", file=origin) from None


def broken_json(data: bytes, said: str, origin: str) -> InputError:
    """The error for a document that is no valid JSON, with line and column of the place."""
    match = _BYTE.search(said)
    position = int(match.group(1)) if match else len(data)
    if "truncated" in said or position >= len(data.rstrip()):
        line = data.count(b"\n") + 1
        return InputError(
            f"ends in the middle of the JSON (after {len(data)} bytes)",
            file=origin,
            line=line,
            hint="the file was cut off; write it again",
        )
    line = data.count(b"\n", 0, position) + 1
    column = position - (data.rfind(b"\n", 0, position) + 1) + 1
    return InputError(f"is not valid JSON: {_BYTE.sub('', said).strip()}", file=origin, line=line, column=column)


def decode_any(data: bytes, origin: str) -> Any:
    """Decode a JSON document of unknown shape into plain data. Raises InputError."""
    return decode_json(data, Any, origin)
