"""Google disks, snapshots, addresses and TPUs as metered parts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.google_run import Run, estimate_of, google, quantities

from spendgate.model.cost import Basis, EstimateState

VM = "google_compute_instance"


@pytest.mark.parametrize(
    ("attributes", "name", "chip_hours"),
    [
        ({"accelerator_type": "v6e-8"}, "TPU chips (TPU-v6e)", 5840),
        ({"accelerator_type": "v5p-8"}, "TPU chips (TPU-v5p)", 2920),
    ],
)
def test_tpu_slices_are_paid_by_the_chip(attributes: dict[str, Any], name: str, chip_hours: int) -> None:
    estimate = estimate_of("google_tpu_v2_vm", attributes)
    assert quantities(estimate) == {name: (chip_hours, "chip-hours")}
    assert estimate.items[0].stops


def test_tpu_hosts_of_gke_are_paid_by_the_chip_too() -> None:
    pool = {"location": "us-east5-a", "node_count": 4, "node_config": [{"machine_type": "ct6e-standard-4t"}]}
    assert quantities(estimate_of("google_container_node_pool", pool))["TPU chips (ct6e-standard-4t)"] == (
        4 * 4 * 730,
        "chip-hours",
    )


@pytest.mark.parametrize(
    ("attributes", "parts"),
    [
        ({"type": "pd-ssd"}, {"Disk (pd-ssd)": (100, "GB-month")}),
        (
            {"type": "pd-extreme", "size": 40, "provisioned_iops": 5000},
            {"Disk (pd-extreme)": (40, "GB-month"), "Disk IOPS (pd-extreme)": (5000, "IOPS-month")},
        ),
        (
            {"type": "hyperdisk-extreme"},
            {"Disk (hyperdisk-extreme)": (1000, "GB-month"), "Disk IOPS (hyperdisk-extreme)": (350_000, "IOPS-month")},
        ),
    ],
)
def test_disks(attributes: dict[str, Any], parts: dict[str, Any]) -> None:
    assert quantities(estimate_of("google_compute_disk", attributes)) == parts


def test_a_regional_disk_has_the_regional_rate() -> None:
    one = estimate_of("google_compute_disk", {"type": "pd-ssd"}).items[0].rate.price
    assert estimate_of("google_compute_region_disk", {"type": "pd-ssd"}).items[0].rate.price == 2 * one


def test_a_snapshot_is_at_most_as_large_as_its_disk() -> None:
    snapshot, disk = "google_compute_snapshot", "google_compute_disk"
    run = Run(google(snapshot), google(disk, {"size": 100}), refs=[(f"{snapshot}.it", "source_disk", f"{disk}.it")])
    line = run.estimate().items[0]
    assert (line.quantity.low, line.quantity.expected, line.quantity.high, line.basis) == (0, 100, 100, Basis.ASSUMED)
    assert run.estimate(storage_gb=1000).items[0].quantity.expected == 1000


def test_a_snapshot_of_unknown_size_needs_usage() -> None:
    assert estimate_of("google_compute_snapshot").state is EstimateState.NEEDS_USAGE


@pytest.mark.parametrize(
    ("access", "refs", "hours"),
    [
        pytest.param([{}], [], 730, id="one that comes with the machine"),
        pytest.param([{"nat_ip": "34.1.2.3"}], [], 730, id="one that it has already"),
        pytest.param(
            [{}], [(f"{VM}.it", "network_interface", "google_compute_address.it")], None, id="one reserved in this run"
        ),
        pytest.param([], [], None, id="none"),
    ],
)
def test_external_addresses_of_machines(access: list[Any], refs: list[Any], hours: int | None) -> None:
    vm = google(VM, {"machine_type": "e2-medium", "network_interface": [{"access_config": access}]})
    found = quantities(Run(vm, google("google_compute_address"), refs=refs).estimate())
    assert found.get("External address (in use)", (None,))[0] == hours


def test_an_older_tpu_node_is_a_slice_too() -> None:
    assert list(quantities(estimate_of("google_tpu_node", {"accelerator_type": "v6e-8"}))) == ["TPU chips (TPU-v6e)"]
