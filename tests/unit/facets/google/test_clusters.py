"""Dataproc clusters and workstations: machines that another service starts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.google_run import Run, estimate_of, facets_of, google

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

DATAPROC = "google_dataproc_cluster"
GPU = [{"accelerator_type": "nvidia-tesla-t4", "accelerator_count": 1}]


@pytest.mark.parametrize(
    ("config", "pools"),
    [
        pytest.param({}, [("master", 1, "n1-standard-4"), ("worker", 2, "n1-standard-4")], id="nothing said"),
        pytest.param(
            {
                "master_config": [{"num_instances": 3, "machine_type": "n2-standard-4"}],
                "worker_config": [{"num_instances": 5, "machine_type": "n1-highmem-8", "accelerators": GPU}],
                "preemptible_worker_config": [{"num_instances": 10}],
            },
            [("master", 3, "n2-standard-4"), ("worker", 5, "n1-highmem-8"), ("secondary worker", 10, "n1-highmem-8")],
            id="all three kinds",
        ),
    ],
)
def test_machines_of_dataproc(config: dict[str, Any], pools: list[tuple[str, int, str]]) -> None:
    facets = facets_of(DATAPROC, {"cluster_config": [config]})
    assert [(pool.name, pool.capacity.desired, pool.machine_types) for pool in facets.pools] == [
        (name, size, (kind,)) for name, size, kind in pools
    ]


def test_secondary_workers_are_spot_and_have_the_workers_gpus() -> None:
    config = {
        "worker_config": [{"machine_type": "n1-standard-8", "accelerators": GPU}],
        "preemptible_worker_config": [{"num_instances": 2}],
    }
    secondary = facets_of(DATAPROC, {"cluster_config": [config]}).pools[2]
    assert (secondary.purchase.model, secondary.accelerators.models) == ("spot", ("T4",))


def test_an_idle_cluster_is_deleted_after_its_time() -> None:
    config = {"lifecycle_config": [{"idle_delete_ttl": "1800s"}]}
    assert facets_of(DATAPROC, {"cluster_config": [config]}).limits.idle_minutes == 30


def test_a_configuration_known_only_after_apply_is_unknown() -> None:
    run = Run(
        google(DATAPROC, {}, unknown={"cluster_config": True}), refs=[(f"{DATAPROC}.it", "cluster_config", "x.y")]
    )
    assert isinstance(run.facets().accel.count, Unknown)


def test_the_fee_of_the_service_is_not_forgotten() -> None:
    estimate = estimate_of(DATAPROC, {})
    assert [part.component for part in estimate.unpriced] == ["Dataproc fee"]
    assert not estimate.is_complete


def test_workstations_are_without_a_bound() -> None:
    host = [
        {
            "gce_instance": [
                {
                    "machine_type": "n1-standard-4",
                    "pool_size": 2,
                    "accelerators": [{"type": "nvidia-tesla-t4", "count": 1}],
                }
            ]
        }
    ]
    facets = facets_of("google_workstations_workstation_config", {"host": host, "idle_timeout": "1200s"})
    assert facets.capacity == Capacity(2, 2, None)
    assert (facets.accel.models, facets.accel.max_total, facets.limits.idle_minutes) == (("T4",), None, 20)
