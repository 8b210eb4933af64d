"""Azure VMs and scale sets: accelerators, size, purchase, system, schedule, disks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, facets_of

from spendgate.facets.azure.machines import supports_premium
from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown

VM = "azurerm_linux_virtual_machine"
SET = "azurerm_linux_virtual_machine_scale_set"
SHUTDOWN = "azurerm_dev_test_global_vm_shutdown_schedule"
AUTOSCALE = "azurerm_monitor_autoscale_setting"


@pytest.mark.parametrize(
    ("size", "count", "models", "fraction"),
    [
        pytest.param("Standard_D4s_v3", 0, (), 1, id="a plain machine has none"),
        pytest.param("Standard_NC6s_v3", 1, ("V100",), 1, id="V100"),
        pytest.param(
            "standard_nc24ads_a100_v4", 1, ("A100-80GB",), 1, id="sizes are told apart without regard to case"
        ),
        pytest.param("Standard_ND96asr_v4", 8, ("A100-40GB",), 1, id="eight A100 of 40 GB"),
        pytest.param("Standard_ND96isr_H100_v5", 8, ("H100",), 1, id="eight H100"),
        pytest.param("Standard_ND96isr_MI300X_v5", 8, ("MI300X",), 1, id="cards of AMD"),
        pytest.param("Standard_NV36ads_A10_v5", 1, ("A10",), 1, id="a whole A10"),
        pytest.param("Standard_NV6ads_A10_v5", 1, ("A10",), Decimal(1) / 6, id="a sixth of an A10"),
        pytest.param("Standard_NV18ads_A10_v5", 1, ("A10",), Decimal("0.5"), id="half an A10"),
        pytest.param("Standard_NV8as_v4", 1, ("MI25",), Decimal("0.25"), id="a quarter of an MI25"),
    ],
)
def test_a_size_carries_its_gpus(size: str, count: int, models: tuple[str, ...], fraction: Any) -> None:
    accel = facets_of(VM, {"size": size}).accel
    assert (accel.count, accel.models, accel.fraction) == (count, models, fraction)


@pytest.mark.parametrize(
    ("attributes", "unknown"),
    [
        pytest.param({}, {"size": True}, id="known only after apply"),
        pytest.param({}, False, id="not stated"),
        pytest.param({"size": "Standard_ND9000_v9"}, False, id="in no catalogue"),
    ],
)
def test_a_size_that_nobody_knows_may_hold_anything(attributes: dict[str, Any], unknown: Any) -> None:
    accel = facets_of(VM, attributes, unknown=unknown).accel
    assert isinstance(accel.count, Unknown)
    assert isinstance(accel.models, Unknown)
    assert isinstance(accel.max_total, Unknown)


@pytest.mark.parametrize(
    ("attributes", "model", "share"),
    [
        ({}, "on-demand", 0),
        ({"priority": "Regular"}, "on-demand", 0),
        ({"priority": "Spot", "max_bid_price": -1}, "spot", 1),
        ({"capacity_reservation_group_id": "/x/group"}, "reserved", 0),
    ],
)
def test_how_it_is_bought(attributes: dict[str, Any], model: str, share: int) -> None:
    purchase = facets_of(VM, {"size": "Standard_D2s_v3", **attributes}).purchase
    assert (purchase.model, purchase.spot_share) == (model, share)


def test_an_unknown_priority_is_unknown() -> None:
    purchase = facets_of(VM, {"size": "Standard_D2s_v3"}, unknown={"priority": True}).purchase
    assert isinstance(purchase.model, Unknown)
    assert isinstance(purchase.spot_share, Unknown)


@pytest.mark.parametrize(
    ("type_", "attributes", "unknown", "system"),
    [
        pytest.param(VM, {}, False, "linux", id="by the type: linux"),
        pytest.param("azurerm_windows_virtual_machine", {}, False, "windows", id="by the type: windows"),
        pytest.param(
            "azurerm_virtual_machine", {"storage_os_disk": [{"os_type": "Windows"}]}, False, "windows", id="by the disk"
        ),
        pytest.param(
            "azurerm_virtual_machine",
            {"storage_os_disk": [{}], "os_profile_linux_config": [{}]},
            {"storage_os_disk": [{"os_type": True}]},
            "linux",
            id="by the profile, though the disk's system is computed",
        ),
        pytest.param(
            "azurerm_virtual_machine",
            {"storage_image_reference": [{"publisher": "MicrosoftWindowsServer"}]},
            False,
            "windows",
            id="by the image",
        ),
        pytest.param(
            "azurerm_virtual_machine",
            {"storage_os_disk": [{}]},
            {"storage_os_disk": [{"os_type": True}]},
            "unknown",
            id="by nothing",
        ),
        pytest.param(
            "azurerm_orchestrated_virtual_machine_scale_set",
            {"os_profile": [{"windows_configuration": [{}]}]},
            False,
            "windows",
            id="by the block of an orchestrated set",
        ),
    ],
)
def test_which_system_runs(type_: str, attributes: dict[str, Any], unknown: Any, system: str) -> None:
    assert facets_of(type_, attributes, unknown=unknown).pools[0].operating_system == system


@pytest.mark.parametrize(
    ("clock", "enabled", "hours"),
    [
        pytest.param("1900", True, 55, id="eleven hours on five days"),
        pytest.param("19:30", True, Decimal("57.5"), id="with a colon"),
        pytest.param("0200", True, 90, id="after midnight"),
        pytest.param("soon", True, 168, id="no clock that can be read"),
    ],
)
def test_a_shutdown_schedule_stops_and_starts_nothing(clock: str, enabled: bool, hours: Any) -> None:
    vm = azure(VM, {"size": "Standard_NC6s_v3"})
    stop = azure(SHUTDOWN, {"daily_recurrence_time": clock, "enabled": enabled})
    schedule = Run(vm, stop, refs=[(stop.address, "virtual_machine_id", vm.address)]).facets().schedule
    assert (schedule.hours_per_week, schedule.proven, schedule.stop_only) == (hours, True, True)
    assert schedule.kind == SHUTDOWN


def test_a_shutdown_schedule_that_is_off_is_none() -> None:
    vm = azure(VM, {"size": "Standard_NC6s_v3"})
    stop = azure(SHUTDOWN, {"daily_recurrence_time": "1900", "enabled": False})
    schedule = Run(vm, stop, refs=[(stop.address, "virtual_machine_id", vm.address)]).facets().schedule
    assert schedule.kind is None


@pytest.mark.parametrize(
    ("value", "hours", "proven"), [("12x5", 60, True), ("office-hours", 60, True), ("when-we-like", 60, False)]
)
def test_a_schedule_tag(value: str, hours: int, proven: bool) -> None:
    schedule = facets_of(VM, {"size": "Standard_D2s_v3", "tags": {"Schedule": value}}).schedule
    assert (schedule.hours_per_week, schedule.proven) == (hours, proven)


def test_a_job_schedule_of_automation_proves_nothing() -> None:
    vm = azure(VM, {"size": "Standard_D2s_v3"})
    job = azure("azurerm_automation_job_schedule", {"runbook_name": "stop"})
    schedule = Run(vm, job, refs=[(job.address, "parameters", vm.address)]).facets().schedule
    assert (schedule.kind, schedule.proven) == ("azurerm_automation_job_schedule", False)


@pytest.mark.parametrize(
    ("type_", "attributes", "capacity"),
    [
        (SET, {"sku": "Standard_D2s_v3", "instances": 4}, Capacity(4, 4, 4)),
        (SET, {"sku": "Standard_D2s_v3", "instances": 0}, Capacity(0, 0, 0)),
        (SET, {"sku": "Standard_D2s_v3"}, Capacity(0, 0, 0)),
        ("azurerm_virtual_machine_scale_set", {"sku": [{"name": "Standard_F2", "capacity": 3}]}, Capacity(3, 3, 3)),
        (
            "azurerm_orchestrated_virtual_machine_scale_set",
            {"sku_name": "Standard_D2s_v3", "instances": 2},
            Capacity(2, 2, 2),
        ),
    ],
)
def test_a_scale_set_has_as_many_machines_as_it_says(type_: str, attributes: Any, capacity: Capacity) -> None:
    found = facets_of(type_, attributes)
    assert found.capacity == capacity
    assert found.scaling.kind == "fixed"


def profile(least: Any, default: Any, most: Any, **recurrence: Any) -> dict[str, Any]:
    bounds = {"minimum": least, "default": default, "maximum": most}
    return {"capacity": [bounds], **({"recurrence": [recurrence]} if recurrence else {})}


def scaled(*profiles: dict[str, Any], **more: Any) -> Any:
    machines = azure(SET, {"sku": "Standard_NC6s_v3", "instances": 5})
    setting = azure(AUTOSCALE, {"profile": list(profiles), **more})
    return Run(machines, setting, refs=[(setting.address, "target_resource_id", machines.address)]).facets()


def test_an_autoscale_setting_gives_the_bounds() -> None:
    found = scaled(profile(1, 2, 10), profile(0, 3, 4))
    assert found.capacity == Capacity(0, 2, 10)
    assert (found.scaling.kind, found.scaling.scale_to_zero) == ("autoscaling", True)
    assert found.accel.max_total == 10


def test_an_autoscale_setting_that_is_off_gives_none() -> None:
    assert scaled(profile(1, 2, 10), enabled=False).capacity == Capacity(5, 5, 5)


def test_profiles_with_no_machines_are_a_schedule() -> None:
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    found = scaled(
        profile(1, 1, 4, days=days, hours=[8], minutes=[0]), profile(0, 0, 0, days=days, hours=[18], minutes=[0])
    )
    assert (found.schedule.hours_per_week, found.schedule.kind, found.schedule.proven) == (50, AUTOSCALE, True)


@pytest.mark.parametrize(
    ("size", "premium"),
    [
        ("Standard_D2s_v3", True),
        ("Standard_DS2_v2", True),
        ("Standard_D2_v3", False),
        ("Standard_NC6", False),
        ("Standard_NC6s_v3", True),
        ("Standard_ND96isr_H100_v5", True),
        ("Standard_E16-8as_v4", True),
        ("Standard_B2ms", True),
        ("Standard_A2_v2", False),
    ],
)
def test_which_sizes_take_premium_disks(size: str, premium: bool) -> None:
    assert supports_premium(size) is premium


@pytest.mark.parametrize(
    ("attributes", "unknown", "disks"),
    [
        pytest.param({"os_disk": [{"storage_account_type": "Premium_LRS", "disk_size_gb": 200}]}, False, [("Premium_LRS", 200, False)], id="stated"),
        pytest.param({"os_disk": [{"storage_account_type": "Standard_LRS"}]}, {"os_disk": [{"disk_size_gb": True}]}, [("Standard_LRS", 30, True)], id="the image decides the size"),
        pytest.param({"os_disk": [{"storage_account_type": "Standard_LRS", "diff_disk_settings": [{"option": "Local"}]}]}, False, [], id="an ephemeral disk is free"),
    ],
)  # fmt: skip
def test_the_os_disk(attributes: dict[str, Any], unknown: Any, disks: list[Any]) -> None:
    found = facets_of(VM, {"size": "Standard_D2s_v3", **attributes}, unknown=unknown).pools[0].disks
    assert isinstance(found, tuple)
    assert [(disk.kind, disk.size_gib, disk.size_is_default) for disk in found] == disks


def test_attached_disks_are_somebody_elses() -> None:
    attributes = {
        "vm_size": "Standard_D2s_v3",
        "storage_os_disk": [{"managed_disk_type": "Standard_LRS"}],
        "storage_data_disk": [
            {"create_option": "Empty", "managed_disk_type": "Premium_LRS", "disk_size_gb": 64},
            {"create_option": "Attach", "managed_disk_id": "/x/disk", "disk_size_gb": 64},
        ],
    }
    disks = facets_of("azurerm_virtual_machine", attributes).pools[0].disks
    assert isinstance(disks, tuple)
    assert [disk.name for disk in disks] == ["storage_os_disk", "storage_data_disk[0]"]


def test_a_reservation_counts_what_its_machines_leave_unused() -> None:
    reserved = azure("azurerm_capacity_reservation", {"sku": [{"name": "Standard_NC6s_v3", "capacity": 4}]})
    group = azure("azurerm_capacity_reservation_group")
    machine = azure(VM, {"size": "standard_nc6s_v3"})
    key = "capacity_reservation_group_id"
    refs = [(reserved.address, key, group.address), (machine.address, key, group.address)]
    found = Run(reserved, group, machine, refs=refs).facets()
    assert found.capacity == Capacity(4, 4, 4)
    assert found.pools[0].capacity == Capacity(3, 3, 4)
    assert found.purchase.model == "reserved"


@pytest.mark.parametrize(
    ("attributes", "sizes"),
    [
        ({"fixed_scale": [{"target_dedicated_nodes": 2, "target_low_priority_nodes": 3}]}, [(2, "on-demand"), (3, "spot")]),
        ({"fixed_scale": [{"target_dedicated_nodes": 0}]}, []),
        ({}, [(1, "on-demand")]),
    ],
)  # fmt: skip
def test_a_batch_pool(attributes: dict[str, Any], sizes: list[Any]) -> None:
    found = facets_of("azurerm_batch_pool", {"vm_size": "Standard_NC6s_v3", **attributes})
    assert [(pool.capacity.desired, pool.purchase.model) for pool in found.pools] == sizes


def test_a_batch_pool_with_a_formula_has_no_known_size() -> None:
    found = facets_of("azurerm_batch_pool", {"vm_size": "Standard_D2s_v3", "auto_scale": [{"formula": "$x = 1"}]})
    assert isinstance(found.capacity.desired, Unknown)


def test_a_container_group_names_its_gpus() -> None:
    blocks = [{"cpu": 4, "memory": 16, "gpu": [{"count": 2, "sku": "V100"}]}, {"cpu": 1, "memory": 1}]
    accel = facets_of("azurerm_container_group", {"container": blocks}).accel
    assert (accel.count, accel.models) == (2, ("V100",))
