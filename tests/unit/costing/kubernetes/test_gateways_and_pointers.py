"""Gateways bring a load balancer with them; releases deploy what the run does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.corpus.kubernetes.run import run_text

from spendgate.inputs.kubernetes import read_manifests
from spendgate.model.cost import Basis, EstimateState

IOWA, EAST = {"kubernetes": "google/us-central1"}, {"kubernetes": "aws/us-east-1"}
GATEWAY = (
    "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: front}\nspec: {gatewayClassName: %s}\n"
)


@pytest.mark.parametrize(
    ("class_", "regions", "part", "basis"),
    [
        ("gke-l7-regional-external-managed", IOWA, "Load balancer (application)", Basis.EXACT),
        ("istio", EAST, "Load balancer (classic)", Basis.ASSUMED),
    ],
)
def test_a_gateway_costs_its_load_balancer(
    class_: str, regions: dict[str, str], part: str, basis: Basis, tmp_path: Path
) -> None:
    (cost,) = run_text(GATEWAY % class_, tmp_path, regions=regions).costs.values()
    (item,) = cost.items
    assert (item.name, item.basis) == (part, basis)
    assert item.monthly.expected > 5


def test_a_gateway_that_is_paid_in_another_way_has_no_price(tmp_path: Path) -> None:
    (cost,) = run_text(GATEWAY % "amazon-vpc-lattice", tmp_path, regions=EAST).costs.values()
    assert cost.state is EstimateState.UNPRICED


def test_a_gateway_of_a_mesh_is_another_thing_and_free(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    mesh = "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: front}\nspec: {}\n"
    path.write_text(GATEWAY % "istio" + mesh)
    workload = read_manifests([path], {})
    assert [change.address for change in workload.changes] == [
        "Gateway.networking.istio.io/default/front",
        "Gateway/default/front",
    ]
    assert workload.problems == ()
    assert run_text(mesh, tmp_path).costs["Gateway.networking.istio.io/default/front"].state is EstimateState.FREE


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("HelmRelease", "helm.toolkit.fluxcd.io/v2"),
        ("Application", "argoproj.io/v1alpha1"),
        ("PipelineRun", "tekton.dev/v1"),
    ],
)
def test_what_is_deployed_from_elsewhere_is_not_free(kind: str, group: str, tmp_path: Path) -> None:
    text = f"apiVersion: {group}\nkind: {kind}\nmetadata: {{name: models}}\nspec: {{}}\n"
    (cost,) = run_text(text, tmp_path).costs.values()
    assert cost.state is EstimateState.UNPRICED
    assert "is not read here" in cost.unpriced[0].reason
