"""What resources of a run say about each other, over all of its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.policies.manifests import job, manifest, pod
from tests.policies.plans import plan
from tests.policies.plans import resource as r

from spendgate.api import check


def around(folder: Path, *texts: str, **options: Any) -> dict[str, dict[str, Any]]:
    """The facts around each resource, by address."""
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.{'json' if text.startswith('{') else 'yaml'}"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    report = check(paths, packs=["starter"], **options)
    return {change.address: change.facets.get("around", {}) for change in report.changes}


def named(name: str, *args: str, **fields: Any) -> dict[str, Any]:
    made = job(pod(*args, gpus=1, node="L4"), **fields)
    return {**made, "metadata": {**made["metadata"], "name": name}}


def training(name: str, action: str = "create", **more: Any) -> Any:
    after = {"algorithm_specification": [{"training_image": "a"}], "hyper_parameters": {"lr": "1"}, **more}
    if action == "no-op":
        return r(f"aws_sagemaker_training_job.{name}", before=after, actions=("no-op",), **after)
    return r(f"aws_sagemaker_training_job.{name}", **after)


def test_each_later_copy_names_those_before_it(tmp_path: Path) -> None:
    found = around(tmp_path, manifest(named("a"), named("b"), named("c", "--other=1")), manifest(named("d")))
    assert {address: facts["same_work"] for address, facts in found.items()} == {
        "Job/ml/a": [],
        "Job/ml/b": ["Job/ml/a"],
        "Job/ml/c": [],
        "Job/ml/d": ["Job/ml/a", "Job/ml/b"],
    }


def test_what_was_there_first_is_the_work_and_what_is_added_the_copy(tmp_path: Path) -> None:
    found = around(tmp_path, plan(training("a"), training("z", "no-op")))
    assert found["aws_sagemaker_training_job.z"]["same_work"] == []
    assert found["aws_sagemaker_training_job.a"]["same_work"] == ["aws_sagemaker_training_job.z"]


@pytest.mark.parametrize(
    ("other", "known"),
    [
        pytest.param({"hyper_parameters": {"lr": "1"}}, False, id="what is known is alike"),
        pytest.param({"hyper_parameters": {"lr": "2"}}, True, id="what is known differs"),
    ],
)
def test_a_work_with_a_gap_may_be_a_copy_unless_something_known_differs(
    tmp_path: Path, other: dict[str, Any], known: bool
) -> None:
    gap = r("aws_sagemaker_training_job.b", unknown={"algorithm_specification": True}, **other)
    found = around(tmp_path, plan(training("a"), gap))["aws_sagemaker_training_job.b"]
    assert (found["same_work"] == []) is known
    assert (found["same_work"] is None) is not known


def test_two_works_with_different_gaps_may_be_the_same(tmp_path: Path) -> None:
    one = r("aws_sagemaker_training_job.a", unknown={"algorithm_specification": True}, hyper_parameters={"lr": "1"})
    two = r("aws_sagemaker_training_job.b", unknown={"hyper_parameters": True}, algorithm_specification=[{"x": "y"}])
    assert around(tmp_path, plan(one, two))["aws_sagemaker_training_job.b"]["same_work"] is None
