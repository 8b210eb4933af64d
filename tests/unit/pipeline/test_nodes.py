"""Whole nodes beside shares: whose pools are used, what a file of nodes may say, what is said of the rest."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.pipeline.test_graphs import POOL, plan

from spendgate import pipeline
from spendgate.errors import InputError, SettingsError, SpendgateError
from spendgate.settings import Settings
from spendgate.wire import v1

NOW = datetime(2026, 11, 24, tzinfo=UTC)
POD = """
apiVersion: {version}
kind: {kind}
metadata: {{name: p, namespace: n}}
spec:
  replicas: {replicas}
  template:
    spec:
      nodeSelector: {{{selector}}}
      tolerations: [{{operator: Exists}}]
      containers: [{{name: c, image: x, resources: {{requests: {{cpu: 2, memory: 8Gi}}, limits: {{nvidia.com/gpu: 1}}}}}}]
"""
KARPENTER = """
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: gpu}
spec:
  limits: {nvidia.com/gpu: 16}
  template:
    metadata: {labels: {role: gpu}}
    spec:
      taints: [{key: nvidia.com/gpu, effect: NoSchedule}]
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      requirements: [{key: node.kubernetes.io/instance-type, operator: In, values: [p5.48xlarge]}]
"""


def pods(selector: str, replicas: int = 1) -> str:
    return POD.format(version="apps/v1", kind="Deployment", replicas=replicas, selector=selector)


def view(
    tmp_path: Path, *texts: str, nodes: str | None = None, region: str = "aws/us-east-1", more: str = ""
) -> v1.Nodes | None:
    path = tmp_path / "m.yaml"
    path.write_text("---\n".join(texts))
    file = None
    if nodes is not None:
        file = tmp_path / "nodes.yaml"
        file.write_text(nodes)
    regions = {"kubernetes": region, "aws": "us-east-1"} if region else {}
    inputs = [str(path), *([more] if more else [])]
    settings = Settings(regions=regions, nodes=str(file) if file else None)
    return pipeline.cost(inputs, settings, NOW).nodes


def some(found: v1.Nodes | None) -> v1.Nodes:
    assert found is not None
    return found


def test_one_gpu_on_an_eight_gpu_machine_is_the_whole_machine(tmp_path: Path) -> None:
    found = some(view(tmp_path, pods("node.kubernetes.io/instance-type: p5.48xlarge")))
    assert [(each.machine_type, each.count, each.accelerators) for each in found.packing] == [("p5.48xlarge", 1, 8)]
    assert found.idle_accelerators == 7
    assert found.monthly.expected is not None
    assert found.share_monthly.expected is not None
    assert found.monthly.expected > 7 * found.share_monthly.expected


def test_pods_are_packed_onto_the_node_pool_of_the_run(tmp_path: Path) -> None:
    found = some(view(tmp_path, pods("role: gpu", 9), KARPENTER))
    assert [(each.pool, each.count) for each in found.packing] == [("NodePool/gpu", 2)]
    assert found.in_totals == []


def test_a_limit_of_the_pool_leaves_pods_over(tmp_path: Path) -> None:
    found = some(view(tmp_path, pods("role: gpu", 17), KARPENTER, nodes=None))
    assert [each.reason for each in found.left_out] == ["one pod is left when every suitable node is started"]


def test_a_pool_of_a_plan_is_named_as_counted_already(tmp_path: Path) -> None:
    planned = plan(tmp_path / "plan.json", ("aws_eks_node_group", "gpu", POOL))
    found = some(view(tmp_path, pods("role: gpu"), more=planned))
    assert [(each.machine_type, each.pool, each.count) for each in found.packing] == [
        ("g5.xlarge", "aws_eks_node_group.gpu", 1)
    ]
    assert found.in_totals == ["aws_eks_node_group.gpu"]


def test_nodes_of_ones_own_need_no_cloud(tmp_path: Path) -> None:
    own = "nodes:\n  - {name: dgx, vcpu: 224, memory_gib: 2048, accelerators: 8, model: H100, hourly: 10.00}\n"
    found = some(view(tmp_path, pods(""), nodes=own, region=""))
    assert found.monthly == v1.Range(Decimal(7300), Decimal(7300), Decimal(7300))
    assert found.share_monthly == v1.NOT_KNOWN


def test_a_list_of_nodes_serves_as_shapes(tmp_path: Path) -> None:
    node = {
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": "a", "labels": {"node.kubernetes.io/instance-type": "g5.xlarge", "topology.kubernetes.io/region": "us-east-1"}},
        "status": {"allocatable": {"cpu": "3920m", "memory": "15Gi", "nvidia.com/gpu": "1"}},
    }  # fmt: skip
    other = {**node, "metadata": {**node["metadata"], "name": "b"}}  # type: ignore[dict-item]
    listed = json.dumps({"apiVersion": "v1", "kind": "NodeList", "items": [node, other]})
    found = some(view(tmp_path, pods("", 3), nodes=listed))
    assert [(each.machine_type, each.count) for each in found.packing] == [("g5.xlarge", 3)]


def test_a_job_pays_nodes_for_as_long_as_it_runs(tmp_path: Path) -> None:
    job = pods("node.kubernetes.io/instance-type: p5.48xlarge").replace("apps/v1", "batch/v1").replace("Deployment", "Job").replace("replicas: 1", "activeDeadlineSeconds: 7200")  # fmt: skip
    day_and_night = some(view(tmp_path, pods("node.kubernetes.io/instance-type: p5.48xlarge")))
    found = some(view(tmp_path, job))
    assert found.monthly.expected is not None
    assert day_and_night.monthly.expected is not None
    assert found.monthly.expected * 300 < day_and_night.monthly.expected


def test_a_run_without_workloads_has_no_view(tmp_path: Path) -> None:
    assert view(tmp_path, "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n") is None


@pytest.mark.parametrize(
    ("nodes", "said", "line"),
    [
        ("nodes: []\n", "states no nodes", 1),
        ("shapes: []\n", "states no nodes", 1),
        ("nodes:\n  - {vcpu: 4}\n", "states no size", 2),
        ("nodes:\n  - {machine_type: z9.huge, provider: aws}\n", "machine type z9.huge of aws is not known", 2),
        ("nodes:\n  - {name: a, vcpu: 4, memory_gib: 8, hourly: -1}\n", "not negative", 2),
        ("nodes:\n  - {name: a, vcpus: 4}\n", "unknown key 'vcpus'", 2),
        ("nodes:\n  - {name: a, vcpu: 4, memory_gib: 8, most: 1.5}\n", "a whole number", 2),
        ("nodes:\n  - name: a\n    vcpu: 4\n    memory_gib: 8\n    taints:\n      - {key: x}\n", "key and effect", 6),
        ("nodes:\n  - just text\n", "is no map", 2),
        ("nodes:\n  - {name: a, vcpu: many}\n", "a number", 2),
    ],
    ids=[
        "empty",
        "another key",
        "no size",
        "unknown type",
        "negative",
        "misspelt",
        "half a node",
        "taint",
        "text",
        "words",
    ],
)
def test_a_file_of_nodes_that_is_not_right_is_refused_with_its_line(
    tmp_path: Path, nodes: str, said: str, line: int
) -> None:
    with pytest.raises(SettingsError) as refused:
        view(tmp_path, pods(""), nodes=nodes)
    assert said in refused.value.message
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("nodes", "error"),
    [("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", InputError), ("nodes: [\n", InputError)],
    ids=["no node in it", "broken"],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, nodes: str, error: type[SpendgateError]) -> None:
    with pytest.raises(error):
        view(tmp_path, pods(""), nodes=nodes)


def test_an_option_without_effect_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="has no effect"):
        view(
            tmp_path,
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n",
            nodes="nodes: [{machine_type: g5.xlarge}]",
        )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(pods(""))
    settings: Any = Settings(nodes=str(tmp_path / "none.yaml"))
    with pytest.raises(InputError, match="no such file"):
        pipeline.cost([str(path)], settings, NOW)
