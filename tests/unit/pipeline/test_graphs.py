"""Plans and manifests in one run: who sees whom, who is paid where, and what stays apart."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendgate import pipeline
from spendgate.model.cost import EstimateState
from spendgate.pipeline.assess import Assessed
from spendgate.prices.book import PriceBook
from spendgate.settings import Settings

SETTINGS = Settings(regions={"kubernetes": "aws/us-east-1", "aws": "us-east-1"})
POOL = {"node_group_name": "gpus", "instance_types": ["g5.xlarge"], "labels": {"role": "gpu"}, "scaling_config": [{"min_size": 1, "desired_size": 1, "max_size": 2}]}  # fmt: skip
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: serve, namespace: ml}
spec:
  replicas: 2
  template:
    spec:
      nodeSelector: {role: gpu}
      containers: [{name: c, image: x, resources: {requests: {cpu: 2, memory: 8Gi}, limits: {nvidia.com/gpu: 1}}}]
"""
SCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: serve, namespace: ml}
spec: {minReplicas: 1, maxReplicas: 7, scaleTargetRef: {kind: Deployment, name: serve}}
"""


def plan(path: Path, *resources: tuple[str, str, dict[str, Any]]) -> str:
    changes = [
        {
            "address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": None, "after": values, "after_unknown": {}, "before_sensitive": False, "after_sensitive": {}},
        }
        for type_, name, values in resources
    ]  # fmt: skip
    path.write_text(json.dumps({"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes}))
    return str(path)


def text(path: Path, content: str) -> str:
    path.write_text(content)
    return str(path)


def run(*inputs: str) -> list[Assessed]:
    return list(pipeline.estimate(inputs, SETTINGS, PriceBook.open(), date(2026, 11, 24)).assessed)


def only(found: list[Assessed], address: str, origin: str | None = None) -> Assessed:
    return next(item for item in found if item.change.address == address and origin in (None, item.workload.origin))


@pytest.mark.parametrize("plan_first", [True, False], ids=["plan first", "manifests first"])
def test_pods_on_a_node_pool_of_the_plan_are_paid_there(tmp_path: Path, plan_first: bool) -> None:
    inputs = [plan(tmp_path / "plan.json", ("aws_eks_node_group", "gpu", POOL)), text(tmp_path / "d.yaml", DEPLOYMENT)]
    found = run(*inputs if plan_first else reversed(inputs))
    pods = only(found, "Deployment/ml/serve")
    assert pods.facets.k8s["node_pools"] == ("aws_eks_node_group.gpu",)
    assert pods.facets.accel.models == ("A10G",)
    assert pods.cost.after.state is EstimateState.FREE
    pool = only(found, "aws_eks_node_group.gpu")
    assert pool.cost.after.monthly is not None
    assert pool.cost.after.monthly.expected > 700


def test_without_the_plan_the_same_pods_are_priced_or_said_to_have_no_price(tmp_path: Path) -> None:
    pods = only(run(text(tmp_path / "d.yaml", DEPLOYMENT)), "Deployment/ml/serve")
    assert pods.facets.k8s["node_pools"] == ()
    assert pods.cost.after.state is not EstimateState.FREE


def test_files_of_one_cluster_see_each_other(tmp_path: Path) -> None:
    found = run(text(tmp_path / "d.yaml", DEPLOYMENT), text(tmp_path / "h.yaml", SCALER))
    assert only(found, "Deployment/ml/serve").facets.capacity.max == 7


def test_manifests_that_declare_one_object_twice_are_two_clusters(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        text(folder / "d.yaml", DEPLOYMENT)
    text(two / "h.yaml", SCALER)
    found = run(str(one), str(two))
    most = [only(found, "Deployment/ml/serve", str(folder)).facets.capacity.max for folder in (one, two)]
    assert most == [2, 7]


def test_two_plans_with_one_address_stay_apart(tmp_path: Path) -> None:
    def group(size: str) -> tuple[tuple[str, str, dict[str, Any]], ...]:
        template = {"name": "lt", "instance_type": size}
        return ("aws_launch_template", "lt", template), ("aws_autoscaling_group", "g", {"name": "g", "launch_template": [{"name": "lt"}], "min_size": 1, "max_size": 1, "desired_capacity": 1})  # fmt: skip

    small = plan(tmp_path / "small.json", *group("m5.large"))
    large = plan(tmp_path / "large.json", *group("m5.4xlarge"))
    found = run(small, large)
    costs = [only(found, "aws_autoscaling_group.g", origin).cost.after.monthly for origin in (small, large)]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[1].expected / costs[0].expected > Decimal(6)
