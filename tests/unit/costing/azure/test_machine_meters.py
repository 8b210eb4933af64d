"""What Azure machines are metered for: hours, licences, disks by size class, clusters, endpoints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.azure_run import Run, azure, estimate_of, quantities

from spendgate.costing.meters.azure_disks import size_class
from spendgate.model.cost import Basis, Estimate, EstimateState, LineItem, Missing

VM = "azurerm_linux_virtual_machine"
WINDOWS = "azurerm_windows_virtual_machine"
DISK = "azurerm_managed_disk"
API = "Microsoft.MachineLearningServices/workspaces"


def item(estimate: Estimate, part: str) -> LineItem:
    found = [line for line in estimate.items if part in line.name]
    assert len(found) == 1, [line.name for line in estimate.items]
    return found[0]


def unpriced(estimate: Estimate) -> dict[str, str]:
    return {part.component: part.reason for part in estimate.unpriced if part.missing is Missing.UNPRICED}


def by_use(estimate: Estimate) -> set[str]:
    return {part.component for part in estimate.unpriced if part.missing is Missing.NEEDS_USAGE}


def vm(type_: str = VM, **more: Any) -> Estimate:
    usage = more.pop("usage", {})
    return Run(azure(type_, {"size": "Standard_NC8as_T4_v3", "os_disk": [{"diff_disk_settings": [{"option": "Local"}]}], **more})).estimate(**usage)  # fmt: skip


def test_a_machine_runs_every_hour_of_the_month() -> None:
    line = item(vm(), "Machine")
    assert (line.quantity.expected, line.unit, line.rate.price, line.stops) == (730, "hours", Decimal("0.752"), True)


def test_stated_hours_replace_those_of_a_month() -> None:
    line = item(vm(usage={"monthly_hrs": 100}), "Machine")
    assert (line.quantity.expected, line.basis) == (100, Basis.USAGE)


def test_stated_hours_count_even_where_a_schedule_leaves_none() -> None:
    line = item(vm(tags={"schedule": "0x5"}, usage={"monthly_hrs": 50}), "Machine")
    assert line.quantity.expected == 50


def test_a_schedule_saves_machine_hours_and_no_disk() -> None:
    found = vm(os_disk=[{"storage_account_type": "Standard_LRS"}], tags={"schedule": "12x5"})
    assert item(found, "Machine").quantity.expected.quantize(Decimal("0.1")) == Decimal("260.7")
    disk = item(found, "os_disk")
    assert (disk.quantity.expected, disk.stops) == (1, False)


def test_a_shutdown_without_a_start_saves_nothing() -> None:
    machine = azure(VM, {"size": "Standard_NC8as_T4_v3"})
    stop = azure("azurerm_dev_test_global_vm_shutdown_schedule", {"daily_recurrence_time": "1900", "enabled": True})
    found = Run(machine, stop, refs=[(stop.address, "virtual_machine_id", machine.address)]).estimate()
    assert item(found, "Machine").quantity.expected == 730


@pytest.mark.parametrize(
    ("size", "price", "basis"),
    [
        pytest.param("Standard_NC8as_T4_v3", "1.120", Basis.EXACT, id="46 thousandths a vCPU"),
        pytest.param("Standard_ND96isr_H100_v5", "102.736", Basis.EXACT, id="all the vCPUs of a large one"),
        pytest.param("Standard_E16-8as_v4", "1.744", Basis.EXACT, id="all the vCPUs of a constrained one"),
        pytest.param("Standard_A2_v2", "0.136", Basis.EXACT, id="an old series has a fee of its own"),
        pytest.param("Standard_B2s", "0.0496", Basis.EXACT, id="a burstable series"),
    ],
)
def test_windows_is_priced_with_its_licence(size: str, price: str, basis: Basis) -> None:
    line = item(vm(WINDOWS, size=size), "Machine")
    assert (line.quantity.expected, line.rate.price, line.basis) == (730, Decimal(price), basis)
    assert "licence" in line.note


def test_an_own_windows_licence_costs_nothing_more() -> None:
    assert item(vm(WINDOWS, license_type="Windows_Server"), "Machine").rate.price == Decimal("0.752")


def test_a_machine_whose_system_is_not_known_may_cost_as_much_as_windows() -> None:
    attributes = {"vm_size": "Standard_NC8as_T4_v3", "storage_os_disk": [{"vhd_uri": "x"}]}
    machine = azure("azurerm_virtual_machine", attributes, unknown={"storage_os_disk": [{"os_type": True}]})
    line = item(Run(machine).estimate(), "Machine")
    assert (line.monthly.expected, line.monthly.high) == (730 * Decimal("0.752"), 730 * Decimal("1.12"))


def test_spot_without_a_spot_price_is_assumed_at_on_demand() -> None:
    line = item(vm(priority="Spot"), "Machine")
    assert (line.rate.price, line.basis) == (Decimal("0.752"), Basis.ASSUMED)
    assert "no spot price" in line.note


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"size": None}, "machine type", id="no size"),
        pytest.param({"size": "Standard_ND9000_v9"}, "no price of machine type", id="an unheard size"),
        pytest.param({"location": "mars"}, "is known for mars", id="an unheard region"),
    ],
)
def test_a_machine_that_cannot_be_priced_says_why(more: dict[str, Any], reason: str) -> None:
    found = vm(**more)
    assert found.monthly is None
    assert found.state is EstimateState.UNPRICED
    assert any(reason in text for text in unpriced(found).values())


def test_a_machine_without_a_region_is_unpriced() -> None:
    found = Run(azure(VM, {"size": "Standard_D2s_v3"}, region=None)).estimate()
    assert found.state is EstimateState.UNPRICED


@pytest.mark.parametrize(
    ("kind", "size", "tier", "name"),
    [
        ("Standard_LRS", 1, None, "S4"),
        ("Standard_LRS", 33, None, "S6"),
        ("Standard_LRS", 70, None, "S10"),
        ("StandardSSD_LRS", 1, None, "E1"),
        ("StandardSSD_ZRS", 1024, None, "E30"),
        ("Premium_LRS", 32, None, "P4"),
        ("Premium_LRS", 1025, None, "P40"),
        ("Premium_LRS", 32767, None, "P80"),
        ("Premium_LRS", 128, "P30", "P30"),
    ],
)
def test_disks_are_billed_by_size_class_rounded_up(kind: str, size: int, tier: str | None, name: str) -> None:
    found = size_class(kind, Decimal(size), tier)
    assert found is not None
    assert (found.name, found.redundancy) == (name, kind.rpartition("_")[2])


@pytest.mark.parametrize(("kind", "size"), [("Odd_LRS", 10), ("Premium_LRS", 40000)])
def test_a_disk_of_no_class_is_unpriced(kind: str, size: int) -> None:
    found = estimate_of(DISK, {"storage_account_type": kind, "disk_size_gb": size})
    assert found.state is EstimateState.UNPRICED


def test_a_disk_whose_size_is_not_stated_is_unpriced() -> None:
    assert estimate_of(DISK, {"storage_account_type": "Premium_LRS"}).state is EstimateState.UNPRICED


def test_an_ultra_disk_pays_for_what_is_provisioned() -> None:
    attributes = {
        "storage_account_type": "UltraSSD_LRS",
        "disk_size_gb": 1500,
        "disk_iops_read_write": 4000,
        "disk_mbps_read_write": 20,
    }
    found = quantities(estimate_of(DISK, attributes))
    assert found == {
        "Disk storage (ultra, 2048 GiB)": (2048, "GB-month"),
        "Disk provisioned IOPS": (4000, "IOPS-month"),
        "Disk throughput": (20, "MB/s-month"),
    }


def test_every_machine_of_a_set_has_disks_of_its_own() -> None:
    attributes = {
        "sku": "Standard_D2s_v3",
        "instances": 3,
        "os_disk": [{"storage_account_type": "Standard_LRS"}],
        "data_disk": [{"storage_account_type": "Premium_LRS", "disk_size_gb": 100}],
    }
    found = estimate_of(
        "azurerm_linux_virtual_machine_scale_set", attributes, os_disk={"monthly_disk_operations": 10_000}
    )
    assert item(found, "os_disk storage").quantity.expected == 3
    assert item(found, "data_disk storage").quantity.expected == 3
    assert item(found, "os_disk operations").quantity.expected == 3


def aks(**more: Any) -> Estimate:
    pool = {"vm_size": "Standard_D2s_v3", "node_count": 2, "os_disk_type": "Ephemeral"}
    return estimate_of("azurerm_kubernetes_cluster", {"default_node_pool": [pool], **more})


@pytest.mark.parametrize(("tier", "hours"), [(None, None), ("Free", None), ("Standard", 730), ("Paid", 730)])
def test_the_control_plane_of_aks(tier: str | None, hours: int | None) -> None:
    found = {name: quantity for name, (quantity, _) in quantities(aks(sku_tier=tier)).items()}
    assert found.get("Uptime SLA") == hours
    assert found["default_node_pool: Machine (on-demand, Standard_D2s_v3)"] == 1460


def test_the_premium_tier_of_aks_has_no_known_price() -> None:
    assert "Uptime SLA (Premium)" in unpriced(aks(sku_tier="Premium"))


def test_no_nodes_are_no_hours_but_may_become_some() -> None:
    attributes = {"vm_size": "Standard_NC6s_v3", "auto_scaling_enabled": True, "min_count": 0, "max_count": 4}
    line = item(estimate_of("azurerm_kubernetes_cluster_node_pool", attributes), "Machine")
    assert (line.quantity.low, line.quantity.expected, line.quantity.high) == (0, 0, 2920)


@pytest.mark.parametrize(
    ("usage", "hours"),
    [({}, 0), ({"monthly_hrs": 40}, 40), ({"instances": 3}, 2190), ({"instances": 3, "monthly_hrs": 40}, 120)],
)
def test_a_resting_cluster_of_azure_ml(usage: dict[str, int], hours: int) -> None:
    settings = [{"min_node_count": 0, "max_node_count": 4}]
    attributes = {"vm_size": "Standard_NC6s_v3", "scale_settings": settings}
    line = item(estimate_of("azurerm_machine_learning_compute_cluster", attributes, **usage), "Machine")
    assert line.quantity.expected == hours


def test_an_endpoint_deployment_through_azapi_is_priced_as_its_machines() -> None:
    body = {"properties": {"instanceType": "Standard_NC6s_v3"}, "sku": {"capacity": 2}}
    found = estimate_of("azapi_resource", {"type": f"{API}/onlineEndpoints/deployments@x", "body": body})
    assert item(found, "Machine").monthly.expected == 2 * 730 * Decimal("3.06")


@pytest.mark.parametrize(
    ("api", "state"),
    [
        (f"{API}/onlineEndpoints@x", EstimateState.FREE),
        ("Microsoft.Odd/things@x", EstimateState.UNPRICED),
        (None, EstimateState.UNPRICED),
    ],
)
def test_an_api_type_that_no_meter_knows_is_not_free(api: str | None, state: EstimateState) -> None:
    assert estimate_of("azapi_resource", {"type": api, "body": {}}).state is state


def test_the_disk_of_a_node_says_where_its_size_comes_from() -> None:
    pool = {"default_node_pool": [{"name": "p", "vm_size": "Standard_D2s_v3", "node_count": 1}]}
    line = item(estimate_of("azurerm_kubernetes_cluster", pool), "os_disk storage")
    assert "P10" in line.name
    assert "128 GiB" in line.note
    assert "30 GiB" in item(Run(azure(VM, {"size": "Standard_D2s_v3", "os_disk": [{"storage_account_type": "Premium_LRS"}]})).estimate(), "os_disk storage").note  # fmt: skip


@pytest.mark.parametrize(
    ("image", "own", "paid"),
    [
        pytest.param(("RedHat", "RHEL", "9-lvm-gen2"), {}, True, id="Red Hat by the hour"),
        pytest.param(("RedHat", "rhel-byos", "rhel-lvm9"), {}, False, id="an image for a subscription of one's own"),
        pytest.param(
            ("RedHat", "RHEL", "9-lvm"), {"license_type": "RHEL_BYOS"}, False, id="a subscription of one's own"
        ),
        pytest.param(("SUSE", "sles-15-sp5", "gen2"), {}, True, id="SUSE by the hour"),
        pytest.param(("SUSE", "opensuse-leap-15-5", "gen2"), {}, False, id="openSUSE"),
        pytest.param(("Canonical", "ubuntu-24_04-lts", "server"), {}, False, id="Ubuntu"),
    ],
)
def test_a_subscription_of_a_vendor_is_no_gift(image: tuple[str, str, str], own: dict[str, Any], paid: bool) -> None:
    reference = dict(zip(("publisher", "offer", "sku"), image, strict=True))
    found = vm(size="Standard_D2s_v3", source_image_reference=[reference], **own)
    lacks = [part.component for part in found.unpriced if part.component.startswith("Licence")]
    assert bool(lacks) is paid
