"""Metrics files and what they make of a resource: shares, windows, too few samples, names."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from spendgate.errors import InputError, SettingsError
from spendgate.inputs.utilisation import measure
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
