"""Virtual machines, scale sets, capacity reservations."""

from __future__ import annotations

from collections.abc import Sequence

from spendgate.facets import schedules
from spendgate.facets.azure import shutdown
from spendgate.facets.azure.machines import bought, data_disks, join_disks, machine_accelerators, os_disk, types_of
from spendgate.facets.azure.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS, Tags
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Pool, Purchase, Scaling, Schedule
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext

_VMS = ("azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "azurerm_virtual_machine")
_AUTOSCALE = "azurerm_monitor_autoscale_setting"


def _operating_system(resource: Resource) -> str:
    """linux or windows: by the type, by the OS disk's statement, by the block that configures the system; else unknown."""
    attributes, type_ = resource.attributes, resource.type
    if "windows" in type_:
        return "windows"
    if "linux" in type_:
        return "linux"
    computed = False
    for path in ("storage_os_disk.0.os_type", "storage_profile_os_disk.0.os_type"):
        stated = attributes.text(path)
        if isinstance(stated, str):
            return stated.lower()
        if isinstance(stated, Unknown):
            computed = True
    for path in ("os_profile_windows_config", "os_profile.0.windows_configuration"):
        block = attributes.block(path)
        if block is not None and not isinstance(block, Unknown):
            return "windows"
    for path in ("os_profile_linux_config", "os_profile.0.linux_configuration"):
        block = attributes.block(path)
        if block is not None and not isinstance(block, Unknown):
            return "linux"
    publisher = attributes.text("storage_image_reference.0.publisher")
    if isinstance(publisher, str):
        return "windows" if publisher.startswith("MicrosoftWindows") else "linux"
    # NOTE: the provider fills in the system of the disk, so an unknown one alone says nothing.
    return "unknown" if computed else "linux"


def _details(resource: Resource) -> dict[str, object]:
    """What else decides the price: a Windows licence that is already owned, Ultra disks that are reserved."""
    attributes = resource.attributes
    licence = attributes.text("license_type")
    ultra = attributes.flag("additional_capabilities.0.ultra_ssd_enabled")
    legacy = resource.type == "azurerm_virtual_machine"
    return {
        "own_licence": licence if isinstance(licence, str) and licence.startswith("Windows") else None,
        # NOTE: the old VM type leaves this capability to the machine's size and zone.
        "ultra_reservation": ultra is True or (legacy and ultra is None),
        "disks_survive": True,
    }


def virtual_machine(resource: Resource, context: FacetContext) -> Facets:
    """One VM, Linux or Windows, of the present types or the old one."""
    attributes = resource.attributes
    legacy = resource.type == "azurerm_virtual_machine"
    types = types_of(attributes.text("vm_size" if legacy else "size"))
    own = tags(resource, context) or NO_TAGS
    pool = Pool(
        machine_types=types,
        purchase=bought(attributes),
        accelerators=machine_accelerators(types, context.catalog),
        disks=_legacy_vm_disks(attributes) if legacy else os_disk(attributes),
        operating_system=_operating_system(resource),
        details=_details(resource),
    )
    return compose(
        resource,
        context,
        kind="compute.vm",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=shutdown.of_machine(resource, own, context),
        scaling=Scaling("none", False),
    )


def _legacy_vm_disks(attributes: Attributes) -> tuple[Disk, ...] | Unknown:
    key = "managed_disk_type"
    first = os_disk(attributes, "storage_os_disk", kind_key=key, name="storage_os_disk")
    return join_disks(first, data_disks(attributes, "storage_data_disk", kind_key=key, name="storage_data_disk"))


def scale_set(resource: Resource, context: FacetContext) -> Facets:
    """Scale sets of every kind; an autoscale setting that targets one gives its bounds and its schedule."""
    attributes = resource.attributes
    size, count = _size_and_count(resource)
    settings = [
        setting.attributes
        for setting in context.neighbours.users(resource, _AUTOSCALE)
        if setting.attributes.flag("enabled") is not False
    ]
    capacity = _autoscaled(settings[0], count) if settings else Capacity(count, count, count)
    types = types_of(size)
    own = tags(resource, context) or NO_TAGS
    pool = Pool(
        machine_types=types,
        capacity=capacity,
        purchase=bought(attributes),
        accelerators=machine_accelerators(types, context.catalog),
        disks=_scale_set_disks(resource),
        operating_system=_operating_system(resource),
        details={**_details(resource), "disks_survive": False},
    )
    return compose(
        resource,
        context,
        kind="compute.group",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=_scale_set_schedule(settings, own, context),
        scaling=_scaling(capacity, autoscaled=bool(settings)),
    )


def _size_and_count(resource: Resource) -> tuple[Text, Whole]:
    attributes = resource.attributes
    if resource.type == "azurerm_virtual_machine_scale_set":
        count = attributes.whole("sku.0.capacity")
        return attributes.text("sku.0.name"), 1 if count is None else count
    key = "sku_name" if "orchestrated" in resource.type else "sku"
    count = attributes.whole("instances")
    return attributes.text(key), 0 if count is None else count


def _scale_set_disks(resource: Resource) -> tuple[Disk, ...] | Unknown:
    attributes = resource.attributes
    if resource.type != "azurerm_virtual_machine_scale_set":
        return join_disks(os_disk(attributes), data_disks(attributes))
    key = "managed_disk_type"
    return join_disks(
        os_disk(attributes, "storage_profile_os_disk", kind_key=key, name="storage_os_disk"),
        data_disks(attributes, "storage_profile_data_disk", kind_key=key, name="storage_data_disk"),
    )


def _autoscaled(setting: Attributes, count: Whole) -> Capacity:
    """Bounds over all profiles: the least minimum, the default of the first, the greatest maximum."""
    profiles = setting.blocks("profile")
    if isinstance(profiles, Unknown):
        return Capacity(profiles, count, profiles)
    least, most = ([profile.whole(f"capacity.0.{bound}") for profile in profiles] for bound in ("minimum", "maximum"))
    default = profiles[0].whole("capacity.0.default") if profiles else count
    return Capacity(_extreme(least, least_of=True), default if default is not None else count, _extreme(most))


def _extreme(values: Sequence[Whole], *, least_of: bool = False) -> Whole:
    known: list[int] = []
    for value in values:
        if isinstance(value, Unknown):
            return value
        if value is not None:
            known.append(value)
    if not known:
        return None
    return min(known) if least_of else max(known)


def _scale_set_schedule(settings: Sequence[Attributes], own: Tags, context: FacetContext) -> Schedule:
    for setting in settings:
        profiles = setting.blocks("profile")
        if isinstance(profiles, tuple) and (found := shutdown.of_profiles(profiles)) is not None:
            return found
    return schedules.from_tags(own, context.schedules) or Schedule()


def _scaling(capacity: Capacity, *, autoscaled: bool) -> Scaling:
    if isinstance(capacity.min, Unknown):
        return Scaling("autoscaling" if autoscaled else None, capacity.min)
    if not autoscaled or capacity.min == capacity.max:
        return Scaling("fixed", False)
    return Scaling("autoscaling", capacity.min == 0)


def reservation(resource: Resource, context: FacetContext) -> Facets:
    """`azurerm_capacity_reservation`: machines that are paid for whether they run or not.

    VMs of the run that use its group are billed as themselves, so only what they leave unused is counted here.
    """
    attributes = resource.attributes
    count, size = attributes.whole("sku.0.capacity"), attributes.text("sku.0.name")
    unused: Whole = count
    for group in context.neighbours.targets(
        resource, "capacity_reservation_group_id", "azurerm_capacity_reservation_group"
    ):
        users = [vm for vm in context.neighbours.users(group, *_VMS) if _same_size(vm, size)]
        unused = max(count - len(users), 0) if isinstance(count, int) else count
    types = types_of(size)
    pool = Pool(
        machine_types=types,
        capacity=Capacity(unused, unused, count),
        purchase=Purchase("reserved"),
        accelerators=machine_accelerators(types, context.catalog),
    )
    return compose(
        resource,
        context,
        kind="compute.reservation",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=(pool,),
        capacity=replace(pool.capacity, min=count, desired=count),
        scaling=Scaling("fixed", False),
    )


def _same_size(machine: Resource, size: Text) -> bool:
    own = machine.attributes.text("vm_size" if machine.type == "azurerm_virtual_machine" else "size")
    return isinstance(own, str) and isinstance(size, str) and own.lower() == size.lower()


DESCRIBERS = {
    **dict.fromkeys(_VMS, virtual_machine),
    "azurerm_virtual_machine_scale_set": scale_set,
    "azurerm_linux_virtual_machine_scale_set": scale_set,
    "azurerm_windows_virtual_machine_scale_set": scale_set,
    "azurerm_orchestrated_virtual_machine_scale_set": scale_set,
    "azurerm_capacity_reservation": reservation,
}
