"""GKE node pools and clusters: nodes over zones, pools inside clusters, sharing, labels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.google_run import Run, facets_of, google

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

POOL = "google_container_node_pool"
CLUSTER = "google_container_cluster"


def pool(attributes: dict[str, Any], cluster: dict[str, Any] | None = None, unknown: Any = False) -> Run:
    return Run(
        google(POOL, attributes, unknown=unknown),
        google(CLUSTER, {"location": "us-central1", **(cluster or {})}),
        refs=[(f"{POOL}.it", "cluster", f"{CLUSTER}.it")],
    )


ZONAL = {"location": "us-central1-a"}
TWO_ZONES = {"node_locations": ["us-central1-a", "us-central1-b"]}


@pytest.mark.parametrize(
    ("attributes", "cluster", "capacity"),
    [
        pytest.param({"node_count": 2}, {}, Capacity(6, 6, 6), id="a regional cluster has three zones"),
        pytest.param({"node_count": 2}, ZONAL, Capacity(2, 2, 2), id="a zonal one has one"),
        pytest.param({"node_count": 2, **TWO_ZONES}, {}, Capacity(4, 4, 4), id="the pool's own zones"),
        pytest.param({"node_count": 2}, TWO_ZONES, Capacity(4, 4, 4), id="the cluster's zones"),
        pytest.param(
            {"node_count": 1}, {**ZONAL, "node_locations": ["us-central1-b"]}, Capacity(2, 2, 2), id="further zones"
        ),
        pytest.param(
            {"node_count": 2, **TWO_ZONES}, ZONAL, Capacity(4, 4, 4), id="all zones of a pool are in its list"
        ),
        pytest.param({"node_count": 0}, {}, Capacity(0, 0, 0), id="no node is no node"),
        pytest.param({"initial_node_count": 4}, {}, Capacity(12, 12, 12), id="initial nodes"),
        pytest.param({}, ZONAL, Capacity(3, 3, 3), id="no number is three per zone"),
        pytest.param(
            {"autoscaling": [{"min_node_count": 1, "max_node_count": 5}]}, {}, Capacity(3, 3, 15), id="bounds per zone"
        ),
        pytest.param(
            {"autoscaling": [{"min_node_count": 0, "max_node_count": 5}], "initial_node_count": 2},
            {},
            Capacity(0, 6, 15),
            id="it starts with its initial nodes",
        ),
        pytest.param(
            {"autoscaling": [{"total_min_node_count": 1, "total_max_node_count": 8}]},
            {},
            Capacity(1, 1, 8),
            id="in total",
        ),
    ],
)
def test_nodes_over_zones(attributes: dict[str, Any], cluster: dict[str, Any], capacity: Capacity) -> None:
    assert pool(attributes, cluster).facets().capacity == capacity


def test_a_number_of_nodes_known_only_after_apply_is_unknown() -> None:
    run = Run(
        google(POOL, {"location": "us-central1"}, unknown={"node_count": True}),
        google("random_integer"),
        refs=[(f"{POOL}.it", "node_count", "random_integer.it")],
    )
    assert isinstance(run.facets().capacity.desired, Unknown)


def test_a_pool_of_a_cluster_that_is_nowhere_has_an_unknown_number_of_nodes() -> None:
    run = Run(
        google(POOL, {"node_count": 2}, unknown={"location": True}, settings=google("x").settings),
        google("google_other"),
        refs=[(f"{POOL}.it", "location", "google_other.it")],
    )
    assert isinstance(run.facets().capacity.desired, Unknown)


def test_the_region_of_a_pool_is_that_of_its_zone() -> None:
    assert pool({}, {"location": "europe-west4-b"}).facets().region == "europe-west4"


@pytest.mark.parametrize(
    ("attributes", "unknown", "types"),
    [
        pytest.param({}, False, ("e2-medium",), id="nothing said"),
        pytest.param({}, {"node_config": True}, ("e2-medium",), id="a computed block"),
        pytest.param({"node_config": [{"machine_type": "g2-standard-8"}]}, False, ("g2-standard-8",), id="stated"),
    ],
)
def test_the_machines_of_a_pool(attributes: dict[str, Any], unknown: Any, types: tuple[str, ...]) -> None:
    assert pool(attributes, unknown=unknown).facets().pools[0].machine_types == types


def test_a_machine_type_known_only_after_apply_is_unknown_with_its_accelerators() -> None:
    run = Run(
        google(POOL, {"node_config": [{}]}, unknown={"node_config": [{"machine_type": True}]}),
        refs=[(f"{POOL}.it", "node_config", "random_shuffle.it")],
    )
    assert isinstance(run.facets().pools[0].machine_types, Unknown)
    assert isinstance(run.facets().accel.count, Unknown)


@pytest.mark.parametrize(
    ("config", "extra", "model"),
    [
        pytest.param({}, {}, "on-demand", id="nothing said"),
        pytest.param({"spot": True}, {}, "spot", id="spot"),
        pytest.param({"preemptible": True}, {}, "spot", id="preemptible"),
        pytest.param({"flex_start": True}, {}, "flex", id="flex start"),
        pytest.param({}, {"queued_provisioning": [{"enabled": True}]}, "flex", id="queued"),
        pytest.param(
            {"reservation_affinity": [{"consume_reservation_type": "SPECIFIC_RESERVATION"}]},
            {},
            "reserved",
            id="reserved",
        ),
    ],
)
def test_how_nodes_are_bought(config: dict[str, Any], extra: dict[str, Any], model: str) -> None:
    assert pool({"node_config": [config], **extra}).facets().purchase.model == model


@pytest.mark.parametrize(
    ("guest", "sharing", "fraction"),
    [
        pytest.param({}, "none", Decimal(1), id="whole"),
        pytest.param(
            {"gpu_sharing_config": [{"gpu_sharing_strategy": "TIME_SHARING", "max_shared_clients_per_gpu": 4}]},
            "time-slicing",
            Decimal("0.25"),
            id="time slices",
        ),
        pytest.param(
            {"gpu_sharing_config": [{"gpu_sharing_strategy": "MPS", "max_shared_clients_per_gpu": 2}]},
            "mps",
            Decimal("0.5"),
            id="processes",
        ),
        pytest.param({"gpu_partition_size": "1g.5gb"}, "mig", Decimal(1) / 7, id="a seventh"),
    ],
)
def test_how_gpus_are_shared(guest: dict[str, Any], sharing: str, fraction: Decimal) -> None:
    config = {
        "machine_type": "a2-highgpu-1g",
        "guest_accelerator": [{"type": "nvidia-tesla-a100", "count": 1, **guest}],
    }
    accel = pool({"node_config": [config]}).facets().accel
    assert (accel.count, accel.sharing, accel.fraction) == (1, sharing, fraction)


def test_labels_of_nodes_stand_over_those_of_the_cluster() -> None:
    run = pool(
        {"node_config": [{"resource_labels": {"team": "serving"}}]},
        {"resource_labels": {"team": "core", "env": "prod"}},
    )
    facets = run.facets()
    assert facets.tags == {"team": "serving", "environment": "prod"}
    assert facets.tags_source == {"team": "resource", "environment": "cluster"}


def test_unknown_labels_of_nodes_are_unknown() -> None:
    run = pool({"node_config": [{}]}, unknown={"node_config": [{"resource_labels": True}]})
    assert isinstance(run.facets().tags, Unknown)


def test_the_runtime_cap_of_nodes() -> None:
    assert pool({"node_config": [{"max_run_duration": "7200s"}]}).facets().limits.max_runtime_hours == 2


INLINE = [
    {"name": "cpu", "node_count": 2},
    {
        "name": "gpu",
        "node_count": 1,
        "node_locations": ["us-central1-a"],
        "node_config": [{"machine_type": "g2-standard-4"}],
    },
]


@pytest.mark.parametrize(
    ("attributes", "pools"),
    [
        pytest.param({"initial_node_count": 1}, [("default pool", 3)], id="the default pool"),
        pytest.param({}, [("default pool", 9)], id="three nodes a zone without a number"),
        pytest.param(
            {"initial_node_count": 1, "remove_default_node_pool": True}, [], id="a default pool that is removed"
        ),
        pytest.param({"node_pool": INLINE}, [("node_pool[0]", 6), ("node_pool[1]", 1)], id="pools inside replace it"),
        pytest.param({"enable_autopilot": True}, [], id="Autopilot has no nodes of one's own"),
    ],
)
def test_the_pools_of_a_cluster(attributes: dict[str, Any], pools: list[tuple[str, int]]) -> None:
    facets = facets_of(CLUSTER, {"location": "us-central1", **attributes})
    assert [(one.name, one.capacity.desired) for one in facets.pools] == pools


def test_a_pool_that_is_a_resource_of_the_run_is_not_counted_in_its_cluster_too() -> None:
    run = Run(
        google(CLUSTER, {"location": "us-central1", "node_pool": INLINE}),
        google(POOL, {"name": "gpu"}),
        refs=[(f"{POOL}.it", "cluster", f"{CLUSTER}.it")],
    )
    assert [one.name for one in run.facets().pools] == ["node_pool[0]"]


def test_node_auto_provisioning_may_start_accelerators() -> None:
    limits = [{"resource_type": "cpu", "maximum": 100}, {"resource_type": "nvidia-tesla-t4", "maximum": 8}]
    facets = facets_of(CLUSTER, {"cluster_autoscaling": [{"enabled": True, "resource_limits": limits}]})
    assert (facets.accel.models, facets.accel.max_total) == (("T4",), 8)
