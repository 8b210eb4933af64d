"""What no pods cost, what nodes without a limit may cost, and devices of plugins that nobody knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.corpus.kubernetes.run import run_text

from spendgate.model.cost import EstimateState
from spendgate.model.money import UNBOUNDED
from spendgate.model.values import Unknown

EAST = {"kubernetes": "aws/us-east-1"}
PARKED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: parked, namespace: ml}
spec:
  replicas: 0
  template: {spec: {containers: [{name: c, image: x, resources: {limits: {nvidia.com/gpu: 4}}}]}}
"""
NODES = """
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: any}
spec:
  %s
  template:
    spec:
      requirements:
        - {key: node.kubernetes.io/instance-type, operator: In, values: [g6.xlarge]}
        - {key: topology.kubernetes.io/region, operator: In, values: [us-east-1]}
"""


def test_no_pods_cost_nothing_whatever_one_would_cost(tmp_path: Path) -> None:
    cost = run_text(PARKED, tmp_path).only_cost
    assert cost.unpriced == ()
    assert cost.monthly.high == 0


def test_nodes_that_nothing_limits_have_no_highest_cost(tmp_path: Path) -> None:
    (cost,) = run_text(NODES % "weight: 1", tmp_path, regions=EAST).costs.values()
    assert (cost.monthly.low, cost.monthly.expected) == (0, 0), "they are paid through their pods"
    assert cost.monthly.high == UNBOUNDED
    assert cost.state is EstimateState.PRICED


def test_nodes_of_any_kind_anywhere_have_no_highest_cost_either(tmp_path: Path) -> None:
    text = "apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: any}\nspec: {template: {spec: {requirements: []}}}\n"
    (cost,) = run_text(text, tmp_path).costs.values()
    assert (cost.monthly.expected, cost.monthly.high) == (0, UNBOUNDED)


def test_nodes_within_a_limit_are_counted_at_their_pods_alone(tmp_path: Path) -> None:
    (cost,) = run_text(NODES % "limits: {nodes: 4}", tmp_path, regions=EAST).costs.values()
    assert cost.monthly.high == 0


ASKING = """
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: ml}
spec: {containers: [{name: c, image: x, resources: {limits: {cpu: 1, %s: 2}}}]}
"""


@pytest.mark.parametrize(
    ("resource", "count", "total"),
    [
        ("nvidia.com/sharedgpu", 2, "?"),
        ("example.com/gpu", 2, 2),
        ("example.com/npu", 2, 2),
        ("example.com/vgpu", 2, "?"),
        ("example.com/gpu-mem", "?", "?"),
        ("example.com/fpga", 0, 0),
        ("example.com/input-device", 0, 0),
        ("nvidia.com/hostdev", 0, 0),
    ],
)
def test_a_device_of_an_unknown_plugin_is_never_taken_for_none(
    tmp_path: Path, resource: str, count: Any, total: Any
) -> None:
    accel = run_text(ASKING % resource, tmp_path).only.accel
    shown = ["?" if isinstance(value, Unknown) else value for value in (accel.count, accel.max_total)]
    assert shown == [count, total]
