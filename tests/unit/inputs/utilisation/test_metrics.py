"""Metrics files and what they make of a resource: shares, windows, too few samples, names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from spendgate.errors import InputError, SettingsError
from spendgate.inputs.utilisation import measure, measure_all
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Facets
from spendgate.model.resource import Observed, Resource
from spendgate.model.values import Unknown

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HEAD = "resource,metric,mean,p95,samples,window_start,window_end\n"
WEEK = "2016,2026-11-17T09:00:00Z,2026-11-24T09:00:00Z"
MACHINE = Resource(
    "aws_instance.i-1", "aws_instance", "i-1", "aws", Attributes(), observed=Observed("arn:x:i-1", ("i-1",))
)
EIGHT = Facets(accel=Accelerators(8))


def use(tmp_path: Path, rows: str, name: str = "metrics.csv", facets: Facets = EIGHT) -> dict[str, object]:
    """The fields of `util` of a machine, from the rows of a file."""
    path = tmp_path / name
    path.write_text(HEAD + rows if name.endswith(".csv") else rows)
    return dict(measure(str(path), NOW).of(MACHINE, facets, NOW))


@pytest.mark.parametrize("name", ["aws_instance.i-1", "ARN:X:I-1", "i-1"], ids=["address", "identity", "id"])
def test_a_resource_is_known_by_any_of_its_names(name: str, tmp_path: Path) -> None:
    found = use(tmp_path, f"{name},gpu,0.21,0.55,{WEEK}\n")
    assert (found["gpu"], found["gpu_p95"], found["window_days"]) == (Decimal("0.21"), Decimal("0.55"), 7)


@pytest.mark.parametrize(
    ("metric", "value", "field", "share"),
    [
        ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "0.4", "gpu", "0.4"),
        ("DCGM_FI_DEV_GPU_UTIL", "40", "gpu", "0.4"),
        ("GPUUtilization", "320", "gpu", "0.4"),
        ("CPUUtilization", "18", "cpu", "0.18"),
        ("Invocations", "12000", "requests", "12000"),
    ],
    ids=["a share", "per cent", "eight cards added up", "processors", "a count"],
)
def test_metrics_of_many_names_become_shares(metric: str, value: str, field: str, share: str, tmp_path: Path) -> None:
    assert use(tmp_path, f"i-1,{metric},{value},,{WEEK}\n")[field] == Decimal(share)


def test_cards_added_up_need_their_number(tmp_path: Path) -> None:
    found = use(tmp_path, f"i-1,GPUUtilization,320,,{WEEK}\n", facets=Facets(accel=Accelerators(Unknown("its type"))))
    assert isinstance(found["gpu"], Unknown)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("i-1,gpu,0.2,0.3,12,2026-11-17T09:00:00Z,2026-11-24T09:00:00Z\n", "only 12 samples in 7 days, 168 are needed"),
        ("i-1,gpu,0.2,0.3,999,2026-11-01T09:00:00Z,2026-11-08T09:00:00Z\n", "its metrics end on 2026-11-08"),
        (f"i-2,gpu,0.2,0.3,{WEEK}\n", "nothing was measured of it"),
        (f"i-1,cpu,0.2,0.3,{WEEK}\n", "it was not measured"),
    ],
    ids=["too few samples", "old metrics", "another machine", "another metric"],
)
def test_too_little_is_unknown(rows: str, reason: str, tmp_path: Path) -> None:
    gap = use(tmp_path, rows)["gpu"]
    assert isinstance(gap, Unknown)
    assert reason in gap.reason


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f"i-1,gpu,40,,{WEEK}\n", "gpu of 40 is no share"),
        (f"i-1,speed,1,,{WEEK}\n", "speed is no metric"),
        (f"i-1,gpu,fast,,{WEEK}\n", "'fast' is no number"),
        (f"i-1,gpu,-1,,{WEEK}\n", "no number from 0 on"),
        (f",gpu,0.1,,{WEEK}\n", "resource is missing"),
        ("i-1,gpu,0.1,,5,2026-11-24,2026-11-17\n", "its window is none"),
        ("", "holds no metrics"),
    ],
)
def test_mistakes_are_named_with_their_row(rows: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said) as caught:
        use(tmp_path, rows)
    assert caught.value.line in (2, None)


def test_json_and_lines_are_read_as_well(tmp_path: Path) -> None:
    row = dict(zip(HEAD.strip().split(","), f"i-1,gpu,0.5,0.6,{WEEK}".split(","), strict=True))
    assert use(tmp_path, json.dumps([row]), "m.json")["gpu"] == Decimal("0.5")
    assert use(tmp_path, json.dumps(row) + "\n", "m.jsonl")["gpu"] == Decimal("0.5")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("s3://bucket/x", "no such kind of source"),
        ("prometheus+http://host:1?window=soon", "its window or label is none"),
        ("prometheus+http://host:1?window=0d", "its window or label is none"),
        ("prometheus+http://host:1?speed=1", "speed is no option"),
        ("prometheus+http://?window=7d", "names no host"),
        ("prometheus+http://me:PLANTED@host", "holds no password"),
    ],
)
def test_addresses_that_are_wrong_are_named(source: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        measure(source, NOW)
    assert "PLANTED" not in str(caught.value)


def several(tmp_path: Path, *files: str) -> dict[str, object]:
    """The fields of `util` of a machine, from several files in this order."""
    paths = [tmp_path / f"{number}.csv" for number in range(len(files))]
    for path, rows in zip(paths, files, strict=True):
        path.write_text(HEAD + rows)
    found = dict(measure_all([str(path) for path in paths], NOW).of(MACHINE, EIGHT, NOW))
    return {key: value.replace(f"{tmp_path}/", "") if isinstance(value, str) else value for key, value in found.items()}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param((f"i-1,gpu,0.2,0.3,{WEEK}\n", f"aws_instance.i-1,cpu,0.4,0.5,{WEEK}\n"), {"gpu": "0.2", "cpu": "0.4", "source": "0.csv (gpu); 1.csv (cpu)"}, id="each has its own"),
        pytest.param((f"i-1,gpu,0.2,0.3,{WEEK}\n", f"i-1,gpu,0.9,0.9,{WEEK}\n"), {"gpu": "0.2", "gpu_p95": "0.3", "source": "0.csv (gpu)"}, id="the first of two that measure the same"),
        pytest.param((f"i-1,gpu,0.2,,{WEEK}\n", f"i-1,gpu,0.9,0.95,{WEEK}\n"), {"gpu": "0.2", "gpu_p95": "0.95", "source": "0.csv (gpu); 1.csv (gpu_p95)"}, id="a peak that the first lacks"),
        pytest.param(("i-1,gpu,0.2,0.3,12,2026-11-17T09:00:00Z,2026-11-24T09:00:00Z\n", f"i-1,gpu,0.9,0.95,{WEEK}\n"), {"gpu": "0.9", "samples": 2016, "source": "1.csv (gpu)"}, id="the first has too few"),
        pytest.param((f"i-2,gpu,0.2,0.3,{WEEK}\n", f"i-1,gpu,0.9,0.95,{WEEK}\n"), {"gpu": "0.9", "source": "1.csv (gpu)"}, id="the first does not know it"),
        pytest.param((f"i-1,gpu,0.2,0.3,{WEEK}\n", "i-1,cpu,0.1,0.2,170,2026-11-17T09:00:00Z,2026-11-24T09:00:00Z\n"), {"samples": 170}, id="the least sampled is the evidence"),
        pytest.param((f"i-2,gpu,0.2,0.3,{WEEK}\n", f"i-3,gpu,0.9,0.95,{WEEK}\n"), {"source": "0.csv; 1.csv"}, id="nobody knows it"),
    ],
)  # fmt: skip
def test_sources_are_merged_field_by_field(files: tuple[str, ...], expected: dict[str, object], tmp_path: Path) -> None:
    found = several(tmp_path, *files)
    wanted = {key: Decimal(value) if isinstance(value, str) and key != "source" else value for key, value in expected.items()}  # fmt: skip
    assert {key: found[key] for key in expected} == wanted


def test_what_no_source_knows_is_unknown_with_what_each_says(tmp_path: Path) -> None:
    gap = several(tmp_path, f"i-1,cpu,0.2,0.3,{WEEK}\n", f"i-2,gpu,0.9,0.95,{WEEK}\n")["gpu"]
    assert isinstance(gap, Unknown)
    assert gap.reason.replace(f"{tmp_path}/", "") == "it was not measured (0.csv); nothing was measured of it (1.csv)"


def test_a_window_short_of_a_whole_period_needs_whole_periods_alone(tmp_path: Path) -> None:
    found = use(tmp_path, "i-1,gpu,0.2,0.3,23,2026-11-23T08:40:01Z,2026-11-24T08:40:00Z\n")
    assert found["gpu"] == Decimal("0.2")
