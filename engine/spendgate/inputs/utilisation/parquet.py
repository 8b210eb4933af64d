"""Rows of a Parquet file, through pyarrow where it is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spendgate.errors import InputError


def rows_of(path: Path, origin: str) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The rows, numbered from one. Raises InputError without pyarrow, and for a file that is no Parquet."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise InputError(
            "reading Parquet needs pyarrow", file=origin, hint="pip install pyarrow, or write CSV"
        ) from None
    try:
        found = parquet.read_table(path).to_pylist()
    except (ArrowException, OSError) as error:
        raise InputError(f"is no Parquet file that can be read: {error}", file=origin) from None
    yield from ((row, number) for number, row in enumerate(found, 1))
