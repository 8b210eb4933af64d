"""What resources of a run say about each other, over all of its inputs."""

from __future__ import annotations

from datetime import datetime
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


def own_node(
    name: str, *, count: int = 8, state: str = "mixed", used: int | None = None, model: str = "A100-40GB"
) -> str:
    stated = f", accelerators_used: {used}" if used is not None else ""
    return (
        f"  - {{type: onprem_node, name: {name}, state: {state}, "
        f"attributes: {{accelerator: {model}, accelerators: {count}{stated}}}}}\n"
    )


def own(*nodes: str) -> str:
    return "inventory: 1\ntaken: 2026-11-23T12:00:00Z\nresources:\n" + "".join(nodes)


NOW = "2026-11-24T00:00:00Z"


def wanted(*names: str) -> str:
    return plan(
        *(
            r(f"google_compute_instance.{name}", name=name, machine_type="a2-highgpu-4g", zone="us-central1-a")
            for name in names
        )
    )


@pytest.mark.parametrize(
    ("nodes", "covers", "free"),
    [
        pytest.param([own_node("a", used=4)], True, "4", id="half of a machine"),
        pytest.param([own_node("a", used=6), own_node("b", used=6)], False, "4", id="four, on two machines"),
        pytest.param([own_node("a", state="idle")], True, "8", id="an idle machine"),
        pytest.param([own_node("a", state="allocated")], False, "0", id="a machine that is taken"),
        pytest.param([own_node("a", state="idle+drain")], False, "0", id="a machine that takes no more work"),
        pytest.param([own_node("a", used=0, model="T4")], False, "0", id="another model"),
        pytest.param([own_node("a", used=0, model="A100-80GB")], True, "8", id="the same with more memory"),
        pytest.param(
            [own_node("a"), own_node("b", used=0)], True, "8", id="one machine tells nothing, the other is enough"
        ),
    ],
)
def test_own_accelerators_cover_a_work_machine_by_machine(
    tmp_path: Path, nodes: list[str], covers: bool, free: str
) -> None:
    found = around(tmp_path, wanted("a"), own(*nodes), now=datetime.fromisoformat(NOW))["google_compute_instance.a"][
        "own"
    ]
    assert (found["covers"], str(found["free"])) == (covers, free)


def test_a_machine_that_tells_nothing_may_be_free(tmp_path: Path) -> None:
    found = around(tmp_path, wanted("a"), own(own_node("a")), now=datetime.fromisoformat(NOW))
    assert found["google_compute_instance.a"]["own"] is None


def test_what_is_free_is_given_out_once(tmp_path: Path) -> None:
    found = around(tmp_path, wanted("a", "b"), own(own_node("a", used=2)), now=datetime.fromisoformat(NOW))
    assert [found[f"google_compute_instance.{name}"]["own"]["covers"] for name in "ab"] == [True, False]


def group(name: str, type_: str = "p4d.24xlarge", least: int = 1, desired: int = 1, most: int = 1, **more: Any) -> Any:
    scaling = [{"min_size": least, "desired_size": desired, "max_size": most}]
    return r(
        f"aws_eks_node_group.{name}",
        cluster_name="ml",
        node_group_name=name,
        instance_types=[type_],
        scaling_config=scaling,
        **more,
    )


def on(pool: str, name: str, gpus: int | str, pods: int = 1, **more: Any) -> dict[str, Any]:
    spec = pod(gpus=gpus, **{"nodeSelector": {"eks.amazonaws.com/nodegroup": pool}, **more})
    made = job(spec, parallelism=pods, completions=pods)
    return {**made, "metadata": {**made["metadata"], "name": name}}


@pytest.mark.parametrize(
    ("pool", "pods", "expected"),
    [
        pytest.param(group("a"), [on("a", "j", 2)], ("8", "2", "0"), id="two of eight"),
        pytest.param(group("a"), [on("a", "j", 2, pods=4)], ("8", "8", "0"), id="four pods of two"),
        pytest.param(group("a"), [on("a", "j", 3, pods=2)], ("8", "6", "2"), id="pods of three leave two"),
        pytest.param(
            group("a"), [on("a", "j", 3, pods=2), on("a", "k", 2)], ("8", "8", "0"), id="another pod fits what is left"
        ),
        pytest.param(group("a", desired=2, most=2, least=2), [on("a", "j", 8)], ("16", "8", "0"), id="one of two machines"),
        pytest.param(group("a", least=1, most=4), [on("a", "j", 8, pods=2)], ("16", "16", "0"), id="a pool that grows"),
        pytest.param(group("a", least=2, desired=2, most=4), [on("b", "j", 8)], ("16", "0", "0"), id="pods of other nodes"),
        pytest.param(
            group("a", taint=[{"key": "gpu", "value": "x", "effect": "NO_SCHEDULE"}]),
            [on("a", "j", 8)], ("8", "0", "0"), id="pods that do not stand its taint",
        ),
        pytest.param(
            group("a"), [on("a", "j", 8), {**on("a", "d", 1), "kind": "DaemonSet", "apiVersion": "apps/v1"}],
            ("8", "8", "0"), id="a DaemonSet is not counted",
        ),
        pytest.param(
            group("a"), [{**on("a", "j", 8), "status": {"completionTime": "2026-11-01T00:00:00Z"}}],
            ("8", "0", "0"), id="a job that is over",
        ),
    ],
)  # fmt: skip
def test_accelerators_of_a_pool_beside_what_pods_ask_for(
    tmp_path: Path, pool: Any, pods: list[dict[str, Any]], expected: tuple[str, str, str]
) -> None:
    offer = around(tmp_path, plan(pool), manifest(*pods))["aws_eks_node_group.a"]["offer"]
    assert tuple(str(offer[key]) for key in ("accelerators", "requested", "stranded")) == expected


def test_an_empty_pool_that_grows_costs_nothing_and_offers_nothing(tmp_path: Path) -> None:
    found = around(tmp_path, plan(group("a", least=0, desired=0, most=4)), manifest(on("b", "j", 8)))
    assert "offer" not in found["aws_eks_node_group.a"]


def test_what_a_pod_asks_for_may_be_filled_in_later(tmp_path: Path) -> None:
    found = around(tmp_path, plan(group("a")), manifest(on("a", "j", "{{ gpus }}"), on("a", "k", 2)))
    assert str(found["aws_eks_node_group.a"]["offer"]["requested"]) == "2"
    assert found["aws_eks_node_group.a"]["offer"]["requested_share"] is None


def test_a_plan_alone_says_nothing_of_pods(tmp_path: Path) -> None:
    assert "offer" not in around(tmp_path, plan(group("a")))["aws_eks_node_group.a"]


def node(name: str, gpus: int) -> dict[str, Any]:
    labels = {
        "node.kubernetes.io/instance-type": "p4d.24xlarge",
        "topology.kubernetes.io/region": "us-east-1",
        "karpenter.sh/nodepool": "x",
    }
    amounts = {"cpu": "96", "memory": "1100Gi", "nvidia.com/gpu": str(gpus)}
    return {
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
        "status": {"capacity": amounts, "allocatable": amounts},
    }  # fmt: skip


def test_live_nodes_of_one_kind_are_looked_at_together(tmp_path: Path) -> None:
    found = around(tmp_path, manifest(node("a", 8), node("b", 8), job(pod(gpus=8))))
    for name in ("Node/a", "Node/b"):
        offer = found[name]["offer"]
        assert (str(offer["accelerators"]), str(offer["requested"])) == ("16", "8")


def test_without_nodes_in_the_run_a_workload_pays_for_the_machine_that_it_names(tmp_path: Path) -> None:
    found = around(tmp_path, manifest(job(pod(gpus=2, node="A100"))))["Job/ml/a"]
    assert (str(found["offer"]["requested"]), str(found["offer"]["accelerators"])) == ("2", "8")
    assert found["offer"]["smaller"]
    assert "idle_share" not in found


def of_experiment(name: str, gpus: int, **status: Any) -> dict[str, Any]:
    made = job(pod(f"--name={name}", gpus=gpus, node="A100"), labels={"experiment": "e1", "workload": "train"})
    return {**made, "metadata": {**made["metadata"], "name": name}, **({"status": status} if status else {})}


@pytest.mark.parametrize(
    ("pilot", "found"),
    [
        pytest.param(
            of_experiment("pilot", 1, completionTime="2026-11-01T00:00:00Z"), ["Job/ml/pilot"], id="it succeeded"
        ),
        pytest.param(
            of_experiment("pilot", 1, conditions=[{"type": "Complete", "status": "True"}]),
            ["Job/ml/pilot"],
            id="by a condition",
        ),
        pytest.param(
            of_experiment("pilot", 1, conditions=[{"type": "Failed", "status": "True"}]), None, id="it failed"
        ),
        pytest.param(of_experiment("pilot", 1), None, id="it runs"),
        pytest.param(of_experiment("pilot", 0, completionTime="2026-11-01T00:00:00Z"), None, id="without accelerators"),
    ],
)
def test_a_pilot_is_a_run_of_the_experiment_that_succeeded(
    tmp_path: Path, pilot: dict[str, Any], found: list[str] | None
) -> None:
    facts = around(tmp_path, manifest(of_experiment("large", 8)), manifest(pilot))
    assert facts["Job/ml/large"].get("pilot_runs") == found
