"""Metrics in Parquet: real files that pyarrow writes, with columns that are wrong, and files that are damaged."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.stories import run

from spendgate.errors import InputError
from spendgate.inputs.utilisation import measure
from spendgate.inputs.utilisation.metrics_file import read_metrics

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
START = datetime(2026, 11, 17, 9, tzinfo=UTC)
ROW: dict[str, Any] = {
    "resource": "i-1", "metric": "gpu", "mean": 0.21, "p95": 0.55, "samples": 2016, "window_start": START, "window_end": NOW,
}  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows to a Parquet file through pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("no pyarrow: pip install -e '.[test]'")
        pytest.skip("no pyarrow: pip install 'spendgate[parquet]'")

    def write(*rows: dict[str, Any], **how: Any) -> Path:
        path = tmp_path / "metrics.parquet"
        parquet.write_table(pyarrow.Table.from_pylist(list(rows)), path, **how)
        return path

    return write


def test_rows_are_read_as_from_any_other_file(written: Callable[..., Path]) -> None:
    path = written(ROW, {**ROW, "resource": "i-2", "metric": "CPUUtilization", "mean": 18.0, "p95": None})
    first, second = read_metrics(path)
    assert (first.mean, first.p95, first.samples, first.start, first.end) == (Decimal("0.21"), Decimal("0.55"), 2016, START, NOW)  # fmt: skip
    assert (second.resource, second.metric, second.mean, second.p95) == ("i-2", "cpu", Decimal("0.18"), None)


@pytest.mark.parametrize(
    "how",
    [{"compression": "zstd"}, {"coerce_timestamps": "ms"}, {"row_group_size": 1}, {"use_dictionary": False}],
    ids=["compressed", "milliseconds", "many row groups", "plain"],
)
def test_any_way_of_writing_gives_the_same(how: dict[str, Any], written: Callable[..., Path]) -> None:
    assert read_metrics(written(ROW, ROW, ROW, **how)) == read_metrics(written(ROW, ROW, ROW))


def test_times_as_text_and_whole_numbers_are_taken(written: Callable[..., Path]) -> None:
    path = written({**ROW, "mean": 0, "window_start": "2026-11-17T09:00:00Z", "window_end": "2026-11-24T09:00:00Z"})
    assert read_metrics(path)[0].start == START


def test_more_rows_than_a_part_are_all_read_and_numbered(written: Callable[..., Path]) -> None:
    rows = [ROW] * 10_001
    assert len(measure(str(written(*rows)), NOW)) == 1
    with pytest.raises(InputError, match="speed is no metric") as caught:
        read_metrics(written(*rows, {**ROW, "metric": "speed"}))
    assert caught.value.line == 10_002


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({key: value for key, value in ROW.items() if key != "samples"}, "has no column samples"),
        ({"host": "i-1", "usage": 0.2}, "has no column resource"),
        ({**ROW, "mean": "fast"}, "'fast' is no number"),
        ({**ROW, "mean": float("nan")}, "no number"),
        ({**ROW, "mean": 40.0}, "gpu of 40.0 is no share"),
        ({**ROW, "mean": None}, "mean is missing"),
        ({**ROW, "window_end": START}, "its window is none"),
    ],
    ids=["a column less", "another table", "text", "no number", "per cent", "null", "no window"],
)
def test_wrong_columns_end_with_an_error(row: dict[str, Any], said: str, written: Callable[..., Path]) -> None:
    path = written(row)
    with pytest.raises(InputError, match=said):
        read_metrics(path)


def test_an_empty_table_holds_no_metrics(written: Callable[..., Path]) -> None:
    import pyarrow
    from pyarrow import parquet

    path = written(ROW)
    schema = parquet.read_schema(path)
    parquet.write_table(pyarrow.Table.from_pylist([], schema=schema), path)
    with pytest.raises(InputError, match="holds no metrics"):
        read_metrics(path)


@pytest.mark.parametrize("keep", [0, 1, 4, 40, 0.5, 0.9, -1], ids=str)
def test_a_file_that_is_cut_off_ends_with_an_error(keep: float, written: Callable[..., Path]) -> None:
    path = written(*[ROW] * 50)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep) if 0 < keep < 1 else int(keep)])
    with pytest.raises(InputError, match="is no Parquet file"):
        read_metrics(path)


def test_a_damaged_page_ends_with_an_error(written: Callable[..., Path]) -> None:
    path = written(*[{**ROW, "resource": f"i-{number}"} for number in range(500)], compression="zstd")
    data = bytearray(path.read_bytes())
    data[8:200] = b"\xff" * 192
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="is no Parquet file"):
        read_metrics(path)


def test_csv_under_the_name_of_parquet_is_none(written: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    path.write_text("resource,metric\n")
    with pytest.raises(InputError, match="is no Parquet file"):
        read_metrics(path)
    with pytest.raises(InputError, match="no such file"):
        read_metrics(tmp_path / "none.parquet")


def test_without_pyarrow_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match="needs pyarrow") as caught:
        read_metrics(tmp_path / "m.parquet")
    assert "spendgate[parquet]" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:-40], "is no Parquet file that can be read"),
        (lambda data: data.replace(b"samples", b"Samples"), "has no column samples"),
    ],
    ids=["cut off", "another column"],
)
def test_a_run_on_a_wrong_file_is_an_error_and_no_pass(
    damage: Callable[[bytes], bytes], said: str, written: Callable[..., Path]
) -> None:
    path = written(ROW)
    path.write_bytes(damage(path.read_bytes()))
    estate = path.with_name("estate.yaml")
    estate.write_text("inventory: 1\nresources:\n  - {type: onprem_node, name: i-1, attributes: {accelerators: 8, accelerator: H100}}\n")  # fmt: skip
    done = run("check", str(estate), "--pack", "utilisation", "--metrics", str(path), "--now", NOW.isoformat())
    assert (done.exit_code, said in done.errors, "Traceback" in done.errors) == (2, True, False), done.errors
