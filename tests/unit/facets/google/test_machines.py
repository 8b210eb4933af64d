"""Google VMs and groups: accelerators, size, purchase, schedule, limits, disks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.google_run import Run, facets_of, google

from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

VM = "google_compute_instance"


@pytest.mark.parametrize(
    ("attributes", "count", "models"),
    [
        pytest.param({"machine_type": "e2-medium"}, 0, (), id="a plain machine has none"),
        pytest.param(
            {"machine_type": "zones/us-central1-a/machineTypes/a2-highgpu-2g"}, 2, ("A100-40GB",), id="A2 carries"
        ),
        pytest.param({"machine_type": "a2-ultragpu-8g"}, 8, ("A100-80GB",), id="A2 ultra carries 80 GB cards"),
        pytest.param({"machine_type": "a3-highgpu-8g"}, 8, ("H100",), id="A3 carries"),
        pytest.param(
            {"machine_type": "a3-ultragpu-8g"}, 8, ("H200",), id="a type without a price is known all the same"
        ),
        pytest.param({"machine_type": "a4-highgpu-8g"}, 8, ("B200",), id="A4 carries"),
        pytest.param(
            {"machine_type": "g2-standard-4", "guest_accelerator": [{"type": "nvidia-l4", "count": 1}]},
            1,
            ("L4",),
            id="a G2 that names its GPU again counts it once",
        ),
        pytest.param({"machine_type": "g4-standard-48"}, 1, ("RTX-PRO-6000",), id="G4 carries"),
        pytest.param(
            {"machine_type": "n1-standard-8", "guest_accelerator": [{"type": "nvidia-tesla-t4", "count": 4}]},
            4,
            ("T4",),
            id="attached to N1",
        ),
        pytest.param(
            {"machine_type": "n1-standard-8", "guest_accelerator": [{"type": "nvidia-tesla-t4-vws", "count": 1}]},
            1,
            ("T4",),
            id="a virtual workstation is the same card",
        ),
        pytest.param(
            {"machine_type": "custom-8-16384", "guest_accelerator": [{"type": "nvidia-tesla-v100", "count": 2}]},
            2,
            ("V100",),
            id="attached to a custom machine",
        ),
        pytest.param({"machine_type": "n2-custom-6-20480"}, 0, (), id="a custom machine without any"),
        pytest.param({"machine_type": "ct6e-standard-4t"}, 4, ("TPU-v6e",), id="a TPU host"),
        pytest.param({"machine_type": "ct5lp-hightpu-8t"}, 8, ("TPU-v5e",), id="a TPU v5e host"),
    ],
)
def test_accelerators_of_a_vm(attributes: dict[str, Any], count: int, models: tuple[str, ...]) -> None:
    accel = facets_of(VM, attributes).accel
    assert (accel.count, accel.models, accel.max_total) == (count, models, count)


@pytest.mark.parametrize(
    ("attributes", "unknown"),
    [
        pytest.param({}, {"machine_type": True}, id="the type is known only after apply"),
        pytest.param({"machine_type": "quantum-9"}, False, id="no catalogue holds the type"),
        pytest.param({}, False, id="no type is stated"),
        pytest.param(
            {"machine_type": "n1-standard-8", "guest_accelerator": [{"type": "nvidia-tesla-t4"}]},
            {"guest_accelerator": [{"count": True}]},
            id="their number is known only after apply",
        ),
    ],
)
def test_accelerators_that_cannot_be_told_are_unknown_never_none(attributes: dict[str, Any], unknown: Any) -> None:
    accel = facets_of(VM, attributes, unknown=unknown).accel
    assert isinstance(accel.count, Unknown)
    assert isinstance(accel.models, Unknown)
    assert isinstance(accel.max_total, Unknown)


@pytest.mark.parametrize(
    ("scheduling", "unknown", "model", "share"),
    [
        pytest.param([], False, "on-demand", 0, id="nothing said"),
        pytest.param([{"preemptible": True}], False, "spot", 1, id="preemptible"),
        pytest.param(
            [{"preemptible": True}], {"scheduling": [{"provisioning_model": True}]}, "spot", 1, id="computed model"
        ),
        pytest.param([{"provisioning_model": "SPOT"}], False, "spot", 1, id="spot"),
        pytest.param([{"provisioning_model": "STANDARD"}], False, "on-demand", 0, id="standard"),
        pytest.param([{"provisioning_model": "FLEX_START"}], False, "flex", 0, id="flex start"),
        pytest.param([{"provisioning_model": "RESERVATION_BOUND"}], False, "reserved", 0, id="bound to a reservation"),
        pytest.param(None, {"scheduling": True}, "on-demand", 0, id="an unstated block is computed"),
    ],
)
def test_how_a_vm_is_bought(scheduling: Any, unknown: Any, model: str, share: int) -> None:
    attributes = {"machine_type": "e2-medium", "scheduling": scheduling}
    purchase = facets_of(VM, attributes, unknown=unknown).purchase
    assert (purchase.model, purchase.spot_share) == (model, share)


def test_an_unknown_preemptible_flag_makes_the_purchase_unknown() -> None:
    facets = facets_of(VM, {"scheduling": [{}]}, unknown={"scheduling": [{"preemptible": True}]})
    assert isinstance(facets.purchase.model, Unknown)


@pytest.mark.parametrize(
    ("status", "size"),
    [(None, 1), ("RUNNING", 1), ("TERMINATED", 0), ("SUSPENDED", 0)],
)
def test_a_stopped_vm_is_no_machine_but_keeps_its_disks(status: str | None, size: int) -> None:
    facets = facets_of(VM, {"machine_type": "e2-medium", "desired_status": status})
    assert facets.capacity == Capacity(size, size, size)
    assert [disk.name for disk in facets.pools[0].disks] == ["boot disk"]


@pytest.mark.parametrize(
    ("attributes", "disks"),
    [
        pytest.param({}, [("boot disk", "pd-standard", 10)], id="a boot disk of ten gigabytes"),
        pytest.param(
            {"boot_disk": [{"initialize_params": [{"size": 200, "type": "pd-ssd"}]}]},
            [("boot disk", "pd-ssd", 200)],
            id="as stated",
        ),
        pytest.param(
            {"boot_disk": [{"initialize_params": [{"image": "windows-cloud/windows-2022"}]}]},
            [("boot disk", "pd-standard", 50)],
            id="as large as its public image",
        ),
        pytest.param({"boot_disk": [{"source": "my-disk"}]}, [], id="a disk of its own is a resource of its own"),
        pytest.param(
            {"scratch_disk": [{"interface": "NVME"}, {"interface": "NVME"}]},
            [("boot disk", "pd-standard", 10), ("local SSD", "local-ssd", 750)],
            id="local SSDs together",
        ),
        pytest.param(
            {"machine_type": "c3-standard-8-lssd", "scratch_disk": [{"interface": "NVME"}] * 2},
            [("boot disk", "pd-standard", 10)],
            id="local SSDs in the price of the machine",
        ),
    ],
)
def test_disks_of_a_vm(attributes: dict[str, Any], disks: list[tuple[str, str, int]]) -> None:
    pool = facets_of(VM, {"machine_type": "e2-medium", **attributes}).pools[0]
    assert isinstance(pool.disks, tuple)
    assert [(disk.name, disk.kind, disk.size_gib) for disk in pool.disks] == disks


def policy(**schedules: str) -> dict[str, Any]:
    block = {f"vm_{side}_schedule": [{"schedule": cron}] for side, cron in schedules.items()}
    return {"name": "office", "instance_schedule_policy": [{**block, "time_zone": "Europe/Berlin"}]}


def test_an_instance_schedule_attached_by_the_instance_is_proven() -> None:
    run = Run(
        google(VM, {"machine_type": "e2-medium"}),
        google("google_compute_resource_policy", policy(start="0 8 * * 1-5", stop="0 20 * * 1-5")),
        refs=[(f"{VM}.it", "resource_policies", "google_compute_resource_policy.it")],
    )
    schedule = run.facets().schedule
    assert (schedule.hours_per_week, schedule.kind, schedule.proven) == (60, "google_compute_resource_policy", True)


def test_an_instance_schedule_attached_by_a_resource_of_its_own_is_proven() -> None:
    attachment = "google_compute_resource_policy_attachment"
    run = Run(
        google(VM, {"machine_type": "e2-medium"}),
        google("google_compute_resource_policy", policy(start="0 8 * * *", stop="0 18 * * *")),
        google(attachment),
        refs=[
            (f"{attachment}.it", "instance", f"{VM}.it"),
            (f"{attachment}.it", "name", "google_compute_resource_policy.it"),
        ],
    )
    assert run.facets().schedule.hours_per_week == 70


def test_a_policy_that_is_attached_to_nothing_proves_nothing() -> None:
    run = Run(google(VM), google("google_compute_resource_policy", policy(start="0 8 * * *", stop="0 18 * * *")))
    assert (run.facets().schedule.hours_per_week, run.facets().schedule.proven) == (168, False)


def test_a_policy_that_only_stops_says_so() -> None:
    run = Run(
        google(VM, {"machine_type": "e2-medium"}),
        google("google_compute_resource_policy", policy(stop="0 20 * * *")),
        refs=[(f"{VM}.it", "resource_policies", "google_compute_resource_policy.it")],
    )
    assert run.facets().schedule.stop_only


def test_a_schedule_label_counts_as_the_configuration_says() -> None:
    schedule = facets_of(VM, {"labels": {"schedule": "office-hours"}}).schedule
    assert (schedule.hours_per_week, schedule.proven) == (60, True)


@pytest.mark.parametrize(
    ("scheduling", "hours"),
    [
        pytest.param({}, None, id="no cap"),
        pytest.param({"max_run_duration": [{"seconds": 7200}]}, 2, id="seconds"),
    ],
)
def test_the_runtime_cap_of_a_vm(scheduling: dict[str, Any], hours: int | None) -> None:
    limits = facets_of(VM, {"scheduling": [scheduling]}).limits
    assert (limits.max_runtime_hours, limits.cap_supported) == (hours, True)


def test_a_moment_of_termination_is_a_cap_of_unknown_length() -> None:
    limits = facets_of(VM, {"scheduling": [{"termination_time": "2026-12-01T00:00:00Z"}]}).limits
    assert isinstance(limits.max_runtime_hours, Unknown)


GROUP = "google_compute_region_instance_group_manager"
TEMPLATE = "google_compute_instance_template"
SHAPE = {
    "machine_type": "n1-standard-4",
    "guest_accelerator": [{"type": "nvidia-tesla-t4", "count": 2}],
    "scheduling": [{"preemptible": True}],
    "labels": {"team": "vision"},
    "disk": [
        {"disk_size_gb": 50, "disk_type": "pd-ssd"},
        {"type": "SCRATCH", "disk_type": "local-ssd"},
        {"disk_size_gb": 200, "disk_type": "pd-balanced"},
    ],
}


def group(size: Any = None, autoscaler: dict[str, Any] | None = None, unknown: Any = False) -> Run:
    resources = [google(GROUP, {"target_size": size}, unknown=unknown), google(TEMPLATE, SHAPE)]
    refs = [(f"{GROUP}.it", "version", f"{TEMPLATE}.it")]
    if autoscaler is not None:
        resources.append(google("google_compute_region_autoscaler", {"autoscaling_policy": [autoscaler]}))
        refs.append(("google_compute_region_autoscaler.it", "target", f"{GROUP}.it"))
    return Run(*resources, refs=refs)


@pytest.mark.parametrize(
    ("run", "capacity"),
    [
        pytest.param(group(3), Capacity(3, 3, 3), id="target size"),
        pytest.param(group(None), Capacity(0, 0, 0), id="no size is an empty group"),
        pytest.param(group(None, unknown={"target_size": True}), Capacity(0, 0, 0), id="an unstated size is computed"),
        pytest.param(group(1, {"min_replicas": 2, "max_replicas": 9}), Capacity(2, 2, 9), id="autoscaler's bounds"),
        pytest.param(
            group(4, {"mode": "OFF", "min_replicas": 2, "max_replicas": 9}), Capacity(4, 4, 4), id="one that is off"
        ),
    ],
)
def test_the_size_of_a_group(run: Run, capacity: Capacity) -> None:
    assert run.facets().capacity == capacity


def test_a_group_is_what_its_template_says() -> None:
    facets = group(3).facets()
    pool = facets.pools[0]
    assert (facets.accel.models, facets.accel.count, facets.accel.max_total) == (("T4",), 2, 6)
    assert facets.purchase.model == "spot"
    assert facets.tags == {"team": "vision"}
    assert isinstance(pool.disks, tuple)
    assert [(disk.name, disk.kind, disk.size_gib) for disk in pool.disks] == [
        ("boot disk", "pd-ssd", 50),
        ("disk 2", "pd-balanced", 200),
        ("local SSD", "local-ssd", 375),
    ]


def test_a_group_without_its_template_in_the_run_is_unknown() -> None:
    facets = facets_of(GROUP, {"target_size": 2})
    assert isinstance(facets.accel.count, Unknown)
    assert isinstance(facets.pools[0].machine_types, Unknown)
    assert isinstance(facets.pools[0].disks, Unknown)


def test_scaling_schedules_of_an_empty_group_are_its_hours() -> None:
    windows = [{"name": "day", "min_required_replicas": 5, "schedule": "0 8 * * 1-5", "duration_sec": 28800}]
    facets = group(None, {"min_replicas": 0, "max_replicas": 10, "scaling_schedules": windows}).facets()
    assert facets.capacity == Capacity(0, 5, 10)
    assert (facets.schedule.hours_per_week, facets.schedule.kind) == (40, "scaling_schedules")


def test_a_template_costs_nothing_but_shows_its_accelerators() -> None:
    facets = facets_of(TEMPLATE, SHAPE)
    assert (facets.kind, facets.accel.count, facets.capacity.max) == ("compute.template", 2, 0)


def test_hours_are_decimal() -> None:
    assert facets_of(
        VM, {"scheduling": [{"max_run_duration": [{"seconds": 5400}]}]}
    ).limits.max_runtime_hours == Decimal("1.5")


def test_a_vm_from_a_template_is_the_template_with_what_it_states_itself() -> None:
    vm = google("google_compute_instance_from_template", {"zone": "us-west1-a", "machine_type": "g2-standard-8"})
    run = Run(vm, google(TEMPLATE, SHAPE), refs=[(vm.address, "source_instance_template", f"{TEMPLATE}.it")])
    facets = run.facets()
    assert (facets.pools[0].machine_types, facets.purchase.model, facets.region) == (
        ("g2-standard-8",),
        "spot",
        "us-west1",
    )
    assert isinstance(facets.pools[0].disks, tuple)
    assert len(facets.pools[0].disks) == 3


def test_a_vm_from_a_template_that_is_elsewhere_is_unknown() -> None:
    assert isinstance(facets_of("google_compute_instance_from_template", {}).accel.count, Unknown)


def test_a_flexible_group_may_start_any_of_its_types() -> None:
    selections = [{"name": "big", "machine_types": ["a2-highgpu-1g", "n1-standard-8"]}]
    first = google(GROUP, {"target_size": 1, "instance_flexibility_policy": [{"instance_selections": selections}]})
    template = google(TEMPLATE, {"machine_type": "n1-standard-4"})
    facets = Run(first, template, refs=[(first.address, "version", template.address)]).facets()
    assert facets.pools[0].machine_types == ("n1-standard-4", "a2-highgpu-1g", "n1-standard-8")
    assert facets.accel.models == ("A100-40GB",)
