"""AKS clusters and node pools: nodes, GPUs and their slices, purchase, OS disks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, facets_of

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

POOL = "azurerm_kubernetes_cluster_node_pool"
CLUSTER = "azurerm_kubernetes_cluster"


@pytest.mark.parametrize(
    ("attributes", "capacity"),
    [
        pytest.param({"node_count": 3}, Capacity(3, 3, 3), id="a fixed number"),
        pytest.param({"node_count": 0}, Capacity(0, 0, 0), id="no nodes are no nodes"),
        pytest.param({}, Capacity(1, 1, 1), id="one unless told otherwise"),
        pytest.param(
            {"auto_scaling_enabled": True, "min_count": 0, "max_count": 8},
            Capacity(0, 0, 8),
            id="scaled by provider 4: starts at its minimum",
        ),
        pytest.param(
            {"enable_auto_scaling": True, "min_count": 1, "max_count": 5, "node_count": 2},
            Capacity(1, 2, 5),
            id="scaled by provider 3",
        ),
        pytest.param(
            {"auto_scaling_enabled": True, "min_count": 3, "max_count": 5, "node_count": 1},
            Capacity(3, 3, 5),
            id="never below its minimum",
        ),
        pytest.param(
            {"auto_scaling_enabled": False, "min_count": None, "node_count": 2}, Capacity(2, 2, 2), id="scaling is off"
        ),
        pytest.param({"min_count": 2}, Capacity(2, 2, 2), id="a bound alone says that it scales"),
    ],
)
def test_how_many_nodes(attributes: dict[str, Any], capacity: Capacity) -> None:
    assert facets_of(POOL, {"vm_size": "Standard_D2s_v3", **attributes}).capacity == capacity
    block = {"default_node_pool": [{"vm_size": "Standard_D2s_v3", **attributes}]}
    assert facets_of(CLUSTER, block).capacity == capacity


def test_a_number_that_the_provider_fills_in_is_the_minimum() -> None:
    attributes = {"vm_size": "Standard_D2s_v3", "auto_scaling_enabled": True, "min_count": 2, "max_count": 4}
    assert facets_of(POOL, attributes, unknown={"node_count": True}).capacity == Capacity(2, 2, 4)


def test_a_number_that_somebody_states_and_that_is_not_known_is_unknown() -> None:
    pool = azure(POOL, {"vm_size": "Standard_NC6s_v3"}, unknown={"node_count": True})
    other = azure("azurerm_resource_group")
    found = Run(pool, other, refs=[(pool.address, "node_count", other.address)]).facets()
    assert isinstance(found.capacity.desired, Unknown)
    assert isinstance(found.accel.max_total, Unknown)


@pytest.mark.parametrize(("profile", "slices"), [("MIG1g", 1), ("MIG2g", 2), ("MIG3g", 3), ("MIG4g", 4), ("MIG7g", 7)])
def test_a_pool_that_slices_its_gpus(profile: str, slices: int) -> None:
    accel = facets_of(POOL, {"vm_size": "Standard_NC24ads_A100_v4", "gpu_instance": profile, "node_count": 2}).accel
    assert (accel.fraction, accel.sharing, accel.count, accel.max_total) == (Decimal(slices) / 7, "mig", 1, 2)


def test_an_unheard_slice_is_unknown() -> None:
    accel = facets_of(POOL, {"vm_size": "Standard_NC24ads_A100_v4", "gpu_instance": "MIG9g"}).accel
    assert isinstance(accel.fraction, Unknown)


def test_a_spot_pool() -> None:
    found = facets_of(POOL, {"vm_size": "Standard_NC6s_v3", "priority": "Spot", "spot_max_price": -1})
    assert found.purchase.model == "spot"


@pytest.mark.parametrize(
    ("attributes", "disks"),
    [
        pytest.param({"vm_size": "Standard_D2s_v3"}, [("Premium_LRS", 128)], id="premium where the size takes it"),
        pytest.param({"vm_size": "Standard_D2_v3"}, [("Standard_LRS", 128)], id="standard where it does not"),
        pytest.param({"vm_size": "Standard_D8s_v3"}, [("Premium_LRS", 256)], id="larger on more vCPUs"),
        pytest.param({"vm_size": "Standard_D32s_v3"}, [("Premium_LRS", 512)], id="larger still"),
        pytest.param({"vm_size": "Standard_ND96isr_H100_v5"}, [("Premium_LRS", 1024)], id="largest"),
        pytest.param({"vm_size": "Standard_D2s_v3", "os_disk_size_gb": 60}, [("Premium_LRS", 60)], id="as stated"),
        pytest.param({"vm_size": "Standard_D2s_v3", "os_disk_type": "Ephemeral"}, [], id="ephemeral is free"),
    ],
)
def test_the_os_disk_of_a_node(attributes: dict[str, Any], disks: list[Any]) -> None:
    found = facets_of(POOL, attributes).pools[0].disks
    assert isinstance(found, tuple)
    assert [(disk.kind, disk.size_gib) for disk in found] == disks


def test_a_pool_is_where_its_cluster_is() -> None:
    pool = azure(POOL, {"vm_size": "Standard_D2s_v3"}, region=None)
    cluster = azure(CLUSTER, {}, region="Sweden Central")
    refs = [(pool.address, "kubernetes_cluster_id", cluster.address)]
    assert Run(pool, cluster, refs=refs).facets().region == "swedencentral"


def test_a_pool_that_is_not_known_at_all() -> None:
    found = facets_of(CLUSTER, {}, unknown={"default_node_pool": True})
    assert isinstance(found.accel.count, Unknown)
    assert isinstance(found.capacity.max, Unknown)
