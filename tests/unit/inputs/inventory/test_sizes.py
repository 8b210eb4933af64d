"""What runs now counts, not what was once asked for: groups that were scaled by hand, pools, endpoints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.inputs.inventory.exports import GCE, asset

from spendgate import pipeline
from spendgate.settings import Settings
from spendgate.wire import v1

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ZONE = "us-central1-a"


def change(tmp_path: Path, *documents: Any, type_: str) -> v1.Change:
    """The one resource of a type in an inventory, priced."""
    path = tmp_path / "estate.json"
    path.write_text("\n".join(map(json.dumps, documents)))
    (found,) = [each for each in pipeline.cost([str(path)], Settings(), NOW).changes if each.type == type_]
    return found


def pool(**more: Any) -> dict[str, Any]:
    """A node pool over two zones, made with one node in each."""
    link = "https://container.googleapis.com/v1/projects/vision-lab/locations/us-central1/clusters/c/nodePools/gpu"
    groups = [
        f"https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-{zone}/instanceGroupManagers/gke-{zone}"
        for zone in "ab"
    ]
    data = {
        "name": "gpu", "initialNodeCount": 1, "locations": ["us-central1-a", "us-central1-b"], "instanceGroupUrls": groups, "selfLink": link,
        "config": {"machineType": "g2-standard-8", "diskSizeGb": 100, "diskType": "pd-balanced"}, **more,
    }  # fmt: skip
    return asset("container.googleapis.com/NodePool", "locations/us-central1/clusters/c/nodePools/gpu", data)


def group(zone: str, size: int) -> dict[str, Any]:
    """The managed group of a pool in one zone."""
    place = f"zones/us-central1-{zone}/instanceGroupManagers/gke-{zone}"
    return asset(
        "compute.googleapis.com/InstanceGroupManager",
        place,
        {"name": f"gke-{zone}", "targetSize": size, "zone": f"zones/us-central1-{zone}"},
    )


def test_a_pool_has_as_many_nodes_as_its_groups_have_now(tmp_path: Path) -> None:
    member = {
        **GCE,
        "name": "gke-a-1",
        "metadata": {"items": [{"key": "created-by", "value": "projects/1/zones/z/instanceGroupManagers/gke-a"}]},
    }
    machine = asset("compute.googleapis.com/Instance", f"zones/{ZONE}/instances/gke-a-1", member)
    path = tmp_path / "estate.json"
    path.write_text("\n".join(map(json.dumps, [pool(), group("a", 5), group("b", 2), machine])))
    (only,) = pipeline.cost([str(path)], Settings(), NOW).changes
    assert only.facets["capacity"] == {"min": 7, "desired": 7, "max": 7}


def test_bounds_per_zone_become_bounds_of_the_pool(tmp_path: Path) -> None:
    bounds = {"enabled": True, "minNodeCount": 1, "maxNodeCount": 4}
    found = change(tmp_path, pool(autoscaling=bounds), group("a", 3), group("b", 2), type_="google_container_node_pool")
    assert found.facets["capacity"] == {"min": 2, "desired": 5, "max": 8}


@pytest.mark.parametrize(
    "bounds", [None, {"enabled": True, "minNodeCount": 0, "maxNodeCount": 4}], ids=["fixed", "scaled"]
)
def test_a_pool_whose_groups_are_not_there_has_no_known_size_and_no_cost(bounds: Any, tmp_path: Path) -> None:
    found = change(
        tmp_path, pool(**({"autoscaling": bounds} if bounds else {})), group("a", 3), type_="google_container_node_pool"
    )
    assert "capacity.desired" in found.unknown
    assert found.cost.state_after in ("unpriced", "partial")


def test_an_endpoint_has_the_instances_that_it_has_now(tmp_path: Path) -> None:
    configuration = {
        "EndpointConfigName": "c", "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/c",
        "ProductionVariants": [{"VariantName": "v", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}],
    }  # fmt: skip
    endpoint = {
        "EndpointName": "e", "EndpointArn": "arn:aws:sagemaker:us-east-1:111122223333:endpoint/e", "EndpointConfigName": "c",
        "EndpointStatus": "InService", "ProductionVariants": [{"VariantName": "v", "CurrentInstanceCount": 6}],
    }  # fmt: skip
    assert change(tmp_path, configuration, endpoint, type_="aws_sagemaker_endpoint").facets["capacity"]["desired"] == 6


def test_machines_of_a_cluster_in_azure_are_counted_with_its_pools(tmp_path: Path) -> None:
    from tests.unit.inputs.inventory.exports import row
    from tests.unit.inputs.inventory.test_forms import AKS

    machines = row(
        "Microsoft.Compute/virtualMachineScaleSets",
        "aks-gpu-vmss",
        {"virtualMachineProfile": {}},
        sku={"name": "Standard_NC24ads_A100_v4", "capacity": 2},
    )
    machines |= {"tags": {"aks-managed-poolName": "gpu"}, "resourceGroup": "mc_rg"}
    path = tmp_path / "estate.json"
    path.write_text(json.dumps({"data": [AKS, machines]}))
    types = [each.type for each in pipeline.cost([str(path)], Settings(), NOW).changes]
    assert types == ["azurerm_kubernetes_cluster", "azurerm_kubernetes_cluster_node_pool"]
