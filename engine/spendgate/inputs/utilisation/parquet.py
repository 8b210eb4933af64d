"""Rows of a Parquet file, through pyarrow (extra `parquet`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from spendgate.errors import InputError

_BATCH_ROWS = 10_000
_INSTALL = "pip install 'spendgate[parquet]', or write CSV"


def rows_of(path: Path, origin: str, needed: Sequence[str], hint: str) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The rows, numbered from one, read part by part; times come as ISO text.

    Raises InputError without pyarrow, for a file that is no Parquet or is damaged, and for one that lacks a column of `needed`.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise InputError("reading Parquet needs pyarrow", file=origin, hint=_INSTALL) from None
    if not path.is_file():
        raise InputError("no such file", file=origin, hint="check the path")
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            if lacking := [name for name in needed if name not in file.schema_arrow.names]:
                raise InputError(f"has no column {lacking[0]}", file=origin, hint=hint)
            for batch in file.iter_batches(_BATCH_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield {key: _plain(value) for key, value in row.items()}, number
    except (ArrowException, OSError, ValueError) as error:
        # NOTE: pyarrow raises ValueError for times that are finer than microseconds.
        said = str(error).strip().split("\n", 1)[0]
        raise InputError(f"is no Parquet file that can be read: {said}", file=origin) from None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
