"""Whatever is given, the answer is a workload with problems or an error that names the file: never another exception."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.corpus.kubernetes.run import FOLDER, run, run_text

from spendgate.inputs.kubernetes import read_manifests
from spendgate.inputs.kubernetes.files import TextReader

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SOURCES = [path.read_text() for path in sorted(FOLDER.glob("*.yaml"))]

anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from(["500m", "1Gi", "nvidia.com/gpu", "${X}", "4", "-1", "1e400", "Infinity"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@QUIET
@given(st.binary(max_size=300))
def test_bytes(data: bytes) -> None:
    reader = TextReader("x.yaml", strict=True)
    list(reader.read(data))
    assert all(problem.file == "x.yaml" for problem in reader.problems)


@QUIET
@given(st.sampled_from(SOURCES), st.data())
def test_damaged_manifests(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    broken = (
        text[:start]
        + data.draw(st.sampled_from(["", "\t", "{{ x }}", "*a", "- ", "\x00", "é", "---\n", ": ", "&a "]))
        + text[end:]
    )
    reader = TextReader("x.yaml", strict=True)
    list(reader.read(broken.encode()))


FIELDS = (
    "replicas", "template", "spec", "containers", "initContainers", "resources", "limits", "requests", "nodeSelector", "affinity",
    "tolerations", "workerGroupSpecs", "headGroupSpec", "replicatedJobs", "minReplicas", "maxReplicas", "parallelism", "completions",
    "leaderWorkerTemplate", "size", "predictor", "workerSpec", "jobTemplate", "schedule", "annotations", "labels", "env", "args",
    "resourceClaims", "tasks", "executor", "driver", "templates", "components", "limits", "requirements", "volumeClaimTemplates",
)  # fmt: skip


@QUIET
@given(st.sampled_from([text for source in SOURCES for text in source.split("---\n")]), st.data())
def test_any_value_in_any_field(tmp_path: Path, text: str, data: st.DataObject) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    workload = read_manifests([path], {})
    for change in workload.changes:
        assert change.after is not None
        _replace(change.after.attributes.values, data, data.draw(st.sampled_from(FIELDS)), data.draw(anything))
    done = run(workload, regions={"kubernetes": "google/us-central1"})
    assert set(done.facets) == {change.address for change in workload.changes}


def _replace(value: Any, data: st.DataObject, field: str, new: Any) -> None:
    if isinstance(value, dict):
        for key in list(value):
            if key == field:
                value[key] = new
            else:
                _replace(value[key], data, field, new)
    elif isinstance(value, list):
        for item in value:
            _replace(item, data, field, new)


@QUIET
@given(anything)
def test_any_spec_of_any_kind(tmp_path: Path, spec: Any) -> None:
    kinds = (
        "Deployment",
        "RayCluster",
        "InferenceService",
        "JobSet",
        "NodePool",
        "CronJob",
        "SparkApplication",
        "ScaledObject",
        "Node",
    )
    text = "\n---\n".join(
        json.dumps({"apiVersion": "karpenter.sh/v1" if kind == "NodePool" else "x/v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec, "status": spec})
        for kind in kinds
    )  # fmt: skip
    done = run_text(text, tmp_path)
    assert len(done.facets) == len(kinds)
