"""Reads a metrics file: one row a resource and metric, as CSV, JSON, JSON lines or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from spendgate.documents import decode_text, read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import InputError
from spendgate.inputs.inventory.fields import moment
from spendgate.inputs.inventory.values import LINE_SUFFIXES, lines_of
from spendgate.inputs.utilisation.measured import MULTIPLIED, NAMES, Sample, is_share

_NEEDED = ("resource", "metric", "mean", "samples", "window_start", "window_end")
_HINT = f"a row has {', '.join(_NEEDED)}, and may have p50 and p95"


def read_metrics(path: Path) -> list[Sample]:
    """The samples of a file. Raises InputError with the row of what is wrong."""
    origin = str(path)
    samples = [_sample(row, number, origin) for row, number in _rows(path, origin)]
    if not samples:
        raise InputError("holds no metrics", file=origin, hint=_HINT)
    return samples


def _rows(path: Path, origin: str) -> Iterator[tuple[Mapping[str, Any], int]]:
    if path.suffix == ".parquet":
        from spendgate.inputs.utilisation.parquet import rows_of

        yield from rows_of(path, origin, _NEEDED, _HINT)
    elif path.suffix in LINE_SUFFIXES:
        if not path.is_file():
            raise InputError("no such file", file=origin, hint="check the path")
        yield from lines_of(path, origin)
    elif path.suffix == ".json":
        found = decode_any(read_bytes(path), origin)
        if not isinstance(found, list):
            raise InputError("is no list of rows", file=origin, hint=_HINT)
        yield from ((row, number) for number, row in enumerate(found, 1))
    else:
        reader = csv.DictReader(io.StringIO(decode_text(read_bytes(path), origin), newline=""))
        yield from ((row, reader.line_num) for row in reader)


def _sample(row: Any, number: int, origin: str) -> Sample:
    if not isinstance(row, Mapping):
        raise InputError("is no row of metrics", file=origin, line=number, hint=_HINT)
    lacking = [key for key in _NEEDED if row.get(key) in (None, "")]
    if lacking:
        raise InputError(f"{lacking[0]} is missing", file=origin, line=number, hint=_HINT)
    named = str(row["metric"])
    if named not in NAMES:
        raise InputError(f"{named} is no metric that is known", file=origin, line=number, hint=", ".join(NAMES))
    metric, factor = NAMES[named]
    mean, p95 = _number(row, "mean", number, origin), _number(row, "p95", number, origin)
    assert mean is not None
    summed = "accelerators" if named in MULTIPLIED else ""
    for value in (mean, p95):
        if value is not None and not summed and not is_share(metric, value * factor):
            raise InputError(f"{named} of {value} is no share", file=origin, line=number, hint="shares go from 0 to 1")
    start, end = moment(row["window_start"]), moment(row["window_end"])
    if start is None or end is None or end <= start:
        raise InputError(
            "its window is none", file=origin, line=number, hint="window_start and window_end are ISO times"
        )
    count = _number(row, "samples", number, origin)
    assert count is not None
    return Sample(
        str(row["resource"]),
        metric,
        mean * factor,
        p95 * factor if p95 is not None else None,
        int(count),
        start,
        end,
        summed,
    )


def _number(row: Mapping[str, Any], key: str, number: int, origin: str) -> Decimal | None:
    value = row.get(key)
    if value in (None, ""):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise InputError(f"{key}: {value!r} is no number", file=origin, line=number) from None
    if not found.is_finite() or found < 0:
        raise InputError(f"{key}: {value!r} is no number from 0 on", file=origin, line=number)
    return found
