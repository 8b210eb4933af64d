"""Google machines as metered parts: hours, discounts, spot, custom types, clusters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.google_run import Run, estimate_of, google, item, quantities, unpriced

from spendgate.costing.meters.google_custom import custom_type
from spendgate.costing.meters.google_discounts import gpu_factor, machine_factor
from spendgate.model.cost import Basis, EstimateState, Missing

VM = "google_compute_instance"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("n2-custom-6-20480", ("n2", 6, 20, 0)),
        ("custom-2-15360-ext", ("n1", 2, 15, 2)),
        ("n2d-custom-4-65536-ext", ("n2d", 4, 64, 32)),
        ("e2-custom-medium-4096", ("e2", 1, 4, 0)),
        ("e2-custom-micro-1024", ("e2", Decimal("0.25"), 1, 0)),
    ],
)
def test_what_a_custom_type_is(name: str, parts: tuple[Any, ...]) -> None:
    assert custom_type(name) == parts


@pytest.mark.parametrize("name", ["n2-standard-4", "custom-2", "a2-highgpu-1g", ""])
def test_other_types_are_not_custom(name: str) -> None:
    assert custom_type(name) is None


@pytest.mark.parametrize(
    ("machine_type", "hours", "factor"),
    [
        ("n1-standard-4", 730, "0.7"),
        ("n1-standard-4", 365, "0.9"),
        ("n1-standard-4", 180, "1"),
        ("custom-4-8192", 730, "0.7"),
        ("m2-ultramem-208", 730, "0.7"),
        ("n2-standard-4", 730, "0.8002"),
        ("n2-custom-6-20480", 730, "0.8002"),
        ("c2-standard-8", 365, "0.9339"),
        ("e2-medium", 730, "1"),
        ("n4-standard-4", 730, "1"),
        ("a2-highgpu-1g", 730, "1"),
        ("g2-standard-4", 730, "1"),
    ],
)
def test_sustained_use_discounts_by_series_and_hours(machine_type: str, hours: int, factor: str) -> None:
    assert machine_factor(machine_type, Decimal(hours)) == Decimal(factor)


@pytest.mark.parametrize(
    ("model", "factor"), [("T4", "0.7"), ("V100", "0.7"), ("A100-40GB", "1"), ("L4", "1"), ("H100", "1")]
)
def test_sustained_use_discounts_of_gpus(model: str, factor: str) -> None:
    assert gpu_factor(model, Decimal(730)) == Decimal(factor)


def test_a_machine_gpus_and_disks_are_lines_of_their_own_and_only_the_first_two_stop() -> None:
    attributes = {
        "machine_type": "n1-standard-4",
        "guest_accelerator": [{"type": "nvidia-tesla-t4", "count": 2}],
        "scratch_disk": [{"interface": "NVME"}],
    }
    estimate = estimate_of(VM, attributes)
    assert quantities(estimate) == {
        "Machine (on-demand, n1-standard-4)": (730, "hours"),
        "GPU (T4)": (1460, "GPU-hours"),
        "boot disk (pd-standard)": (10, "GB-month"),
        "local SSD (local-ssd)": (375, "GB-month"),
    }
    assert [line.stops for line in estimate.items] == [True, True, False, False]
    assert item(estimate, "GPU").rate.price == Decimal("0.35") * Decimal("0.7")
    assert "30 % sustained-use discount" in item(estimate, "Machine").note


def test_a_machine_that_carries_its_gpus_is_not_charged_for_them_twice() -> None:
    attributes = {"machine_type": "g2-standard-4", "guest_accelerator": [{"type": "nvidia-l4", "count": 1}]}
    estimate = estimate_of(VM, attributes)
    assert set(quantities(estimate)) == {"Machine (on-demand, g2-standard-4)", "boot disk (pd-standard)"}
    assert item(estimate, "Machine").rate.note == ""


def test_spot_machines_have_the_spot_rate_and_no_discount() -> None:
    estimate = estimate_of(VM, {"machine_type": "n1-standard-4", "scheduling": [{"provisioning_model": "SPOT"}]})
    machine = item(estimate, "Machine (spot")
    assert machine.rate.high is not None
    assert machine.rate.price < machine.rate.high
    assert "sustained" not in machine.note


def test_flex_start_is_priced_as_on_demand_and_says_so() -> None:
    estimate = estimate_of(VM, {"machine_type": "a2-highgpu-1g", "scheduling": [{"provisioning_model": "FLEX_START"}]})
    assert item(estimate, "Machine").basis is Basis.ASSUMED


def test_a_stopped_machine_pays_for_its_disks_only() -> None:
    attributes = {
        "machine_type": "n1-standard-4",
        "desired_status": "TERMINATED",
        "boot_disk": [{"initialize_params": [{"size": 100}]}],
    }
    assert {name: amount for name, (amount, _) in quantities(estimate_of(VM, attributes)).items() if amount} == {
        "boot disk (pd-standard)": 100
    }


def test_a_suspended_machine_keeps_its_memory_at_a_price_that_nobody_knows() -> None:
    estimate = estimate_of(VM, {"machine_type": "n1-standard-4", "desired_status": "SUSPENDED"})
    assert "Suspended memory" in unpriced(estimate)


def test_custom_machines_are_vcpus_and_memory_that_stop() -> None:
    estimate = estimate_of(VM, {"machine_type": "custom-2-15360-ext"})
    parts = [line for line in estimate.items if line.name.startswith("Machine")]
    assert [(line.quantity.expected, line.unit, line.stops) for line in parts] == [(730, "hours", True)] * 3
    assert [line.note.split(";")[0] for line in parts] == ["rate of 2 vCPUs", "rate of 13 GB", "rate of 2 GB"]


def test_stated_hours_replace_the_month_and_earn_what_discount_they_earn() -> None:
    machine = item(estimate_of(VM, {"machine_type": "n1-standard-16"}, monthly_hrs=100), "Machine")
    assert (machine.quantity.expected, round(machine.monthly.expected, 2), machine.basis) == (100, 76, Basis.USAGE)


def test_a_schedule_saves_machines_but_not_disks() -> None:
    estimate = estimate_of(VM, {"machine_type": "e2-medium", "labels": {"schedule": "office-hours"}})
    assert round(item(estimate, "Machine").quantity.expected, 1) == Decimal("260.7")
    assert item(estimate, "boot disk").quantity.expected == 10


def test_a_windows_machine_has_a_licence_without_a_price() -> None:
    image = {"boot_disk": [{"initialize_params": [{"image": "windows-cloud/windows-2022"}]}]}
    estimate = estimate_of(VM, {"machine_type": "e2-medium", **image})
    assert estimate.state is EstimateState.PARTIAL
    assert any("Licence" in name for name in unpriced(estimate))


@pytest.mark.parametrize(
    ("attributes", "unknown"),
    [
        pytest.param({}, {"machine_type": True}, id="machine type known after apply"),
        pytest.param({"machine_type": "quantum-9"}, False, id="machine type that nobody knows"),
        pytest.param({"machine_type": "a3-ultragpu-8g"}, False, id="machine type without a price"),
        pytest.param(
            {"machine_type": "n1-standard-4", "guest_accelerator": [{"type": "nvidia-tesla-t4"}]},
            {"guest_accelerator": [{"count": True}]},
            id="unknown attached GPUs",
        ),
        pytest.param(
            {"machine_type": "custom-4-8192", "guest_accelerator": [{"count": 1}]},
            {"guest_accelerator": [{"type": True}]},
            id="unknown GPUs on a custom machine",
        ),
        pytest.param(
            {"machine_type": "n1-standard-4", "guest_accelerator": [{"type": "nvidia-x9", "count": 1}]},
            False,
            id="a GPU without a price",
        ),
    ],
)
def test_what_is_unknown_is_unpriced_never_zero(attributes: dict[str, Any], unknown: Any) -> None:
    estimate = Run(google(VM, attributes, unknown=unknown)).estimate()
    assert not estimate.is_complete
    assert unpriced(estimate)


def test_a_vm_bound_to_a_reservation_of_the_run_is_paid_by_it() -> None:
    reservation = "google_compute_reservation"
    vm = google(VM, {"machine_type": "n1-standard-4", "reservation_affinity": [{"type": "SPECIFIC_RESERVATION"}]})
    shape = [{"count": 2, "instance_properties": [{"machine_type": "n1-standard-4"}]}]
    reserved = google(reservation, {"specific_reservation": shape})
    refs = [(vm.address, "reservation_affinity", reserved.address)]
    assert set(quantities(Run(vm, reserved, refs=refs).estimate())) == {"boot disk (pd-standard)"}
    paid = item(Run(reserved, vm, refs=refs).estimate(), "Machine")
    assert (paid.quantity.expected, paid.stops) == (1460, False)


def test_a_commitment_is_unpriced() -> None:
    assert estimate_of("google_compute_region_commitment", {"plan": "TWELVE_MONTH"}).state is EstimateState.UNPRICED


CLUSTER, POOL = "google_container_cluster", "google_container_node_pool"


@pytest.mark.parametrize(
    ("attributes", "usage", "machine"),
    [
        pytest.param({"node_count": 0}, {}, (0, 0, 0), id="no node"),
        pytest.param({"node_count": 2}, {}, (4380, 4380, 4380), id="two nodes in three zones"),
        pytest.param(
            {"autoscaling": [{"min_node_count": 1, "max_node_count": 4}]}, {}, (2190, 2190, 8760), id="bounds of a pool"
        ),
        pytest.param(
            {"autoscaling": [{"min_node_count": 1, "max_node_count": 4}]},
            {"nodes": 2},
            (2190, 4380, 8760),
            id="stated nodes keep the bounds",
        ),
        pytest.param({"node_count": 3}, {"nodes": "1.5"}, (3285, 3285, 6570), id="an average of nodes"),
    ],
)
def test_hours_of_a_node_pool(attributes: dict[str, Any], usage: dict[str, Any], machine: tuple[int, ...]) -> None:
    quantity = item(estimate_of(POOL, {"location": "us-central1", **attributes}, **usage), "Machine").quantity
    assert (quantity.low, quantity.expected, quantity.high) == machine


@pytest.mark.parametrize("usage", [{"node_pool[0]": {"nodes": 4}}, {"node_pool[0].nodes": 4}], ids=["nested", "flat"])
def test_stated_nodes_of_a_pool_inside_a_cluster(usage: dict[str, Any]) -> None:
    cluster = {"location": "us-central1-a", "node_pool": [{"node_count": 1}]}
    run = Run(google(CLUSTER, cluster))
    assert item(run.estimate(**usage), "node_pool[0]: Machine").quantity.expected == 2920


def test_a_cluster_has_a_fee_that_no_schedule_saves() -> None:
    fee = item(
        estimate_of(CLUSTER, {"location": "us-central1", "remove_default_node_pool": True}), "Cluster management"
    )
    assert (fee.monthly.expected, fee.stops) == (73, False)


def test_autopilot_is_a_fee_and_pods_by_use() -> None:
    cluster = {"location": "us-central1", "enable_autopilot": True}
    bare = estimate_of(CLUSTER, cluster)
    assert [part.missing for part in bare.unpriced] == [Missing.NEEDS_USAGE] * 3
    used = estimate_of(
        CLUSTER, cluster, autopilot_vcpu_count=10, autopilot_memory_gb=50, autopilot_ephemeral_storage_gb=100
    )
    assert used.monthly is not None
    assert round(used.monthly.expected, 2) == Decimal("581.52")


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        pytest.param("google_vertex_ai_endpoint", {}, id="models deployed outside"),
        pytest.param("google_vertex_ai_index_endpoint_deployed_index", {}, id="machines that Google chooses"),
        pytest.param("google_tpu_v2_vm", {"accelerator_type": "v4-8"}, id="a TPU version without a price"),
        pytest.param("google_filestore_instance", {"file_shares": [{"capacity_gb": 1024}]}, id="Filestore"),
        pytest.param("google_lustre_instance", {"capacity_gib": 18000}, id="Lustre"),
        pytest.param("google_compute_disk", {"type": "hyperdisk-ml", "size": 10}, id="a disk kind without a price"),
        pytest.param("google_compute_disk", {"image": "mine/own"}, id="a disk as large as an unknown image"),
    ],
)
def test_resources_that_cannot_be_priced_say_so(type_: str, attributes: dict[str, Any]) -> None:
    estimate = estimate_of(type_, attributes)
    assert estimate.state is EstimateState.UNPRICED
    assert estimate.monthly is None


def test_licences_get_no_sustained_use_discount() -> None:
    boot = [{"initialize_params": [{"image": "windows-cloud/windows-2022"}]}]
    estimate = estimate_of("google_compute_instance", {"machine_type": "n2-standard-4", "boot_disk": boot})
    rates = {line.name: (line.rate.price, line.note) for line in estimate.items}
    assert rates["Licence (windows)"] == (Decimal("0.184"), "0.046 for each of 4 vCPUs")
    assert "20 % sustained-use discount" in rates["Machine (on-demand, n2-standard-4)"][1]


@pytest.mark.parametrize(
    ("kind", "own", "lacks"),
    [
        ("hyperdisk-throughput", {"provisioned_throughput": 180}, {"Disk throughput (hyperdisk-throughput)"}),
        ("hyperdisk-throughput", {}, {"Disk throughput (hyperdisk-throughput)"}),
        ("hyperdisk-ml", {"provisioned_throughput": 4000}, {"Disk throughput (hyperdisk-ml)"}),
        ("hyperdisk-balanced-high-availability", {"provisioned_iops": 3000}, set()),
        (
            "hyperdisk-balanced-high-availability",
            {"provisioned_iops": 4000, "provisioned_throughput": 200},
            {
                "Disk IOPS (hyperdisk-balanced-high-availability)",
                "Disk throughput (hyperdisk-balanced-high-availability)",
            },
        ),
    ],
)
def test_provisioned_performance_of_a_hyperdisk_is_no_gift(kind: str, own: dict[str, Any], lacks: set[str]) -> None:
    estimate = estimate_of("google_compute_disk", {"type": kind, "size": 2048, **own})
    assert {part.component for part in estimate.unpriced} == {f"Disk ({kind})", *lacks}


def test_managed_machines_are_assumed_at_the_price_of_compute_engine() -> None:
    spec = [{"machine_type": "g2-standard-12"}]
    estimate = estimate_of(
        "google_vertex_ai_deployment_resource_pool", {"dedicated_resources": [{"machine_spec": spec}]}
    )
    machine = item(estimate, "Machine")
    assert (machine.basis, "Vertex AI" in machine.note) == (Basis.ASSUMED, True)
