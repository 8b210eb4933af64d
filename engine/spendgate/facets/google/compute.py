"""Compute Engine: VMs, and what their templates share with them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from spendgate.facets import schedules
from spendgate.facets.compose import compose
from spendgate.facets.google.machines import (
    RESERVED,
    bought,
    disk,
    guests_of,
    image_of,
    local_ssds,
    machine_accelerators,
    types_of,
)
from spendgate.facets.google.place import labels, region
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Purchase, Scaling, Schedule
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown
from spendgate.ports import FacetContext

BOOT_GIB = Decimal(10)
"""Size of a boot disk that states none: that of the smaller public images."""
_STOPPED = ("TERMINATED", "SUSPENDED")


def block_of(attributes: Attributes, path: str) -> Attributes:
    """The block at a path, an empty one where it is absent or unknown as a whole."""
    found = attributes.block(path)
    return found if isinstance(found, Attributes) else Attributes()


def instance(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_instance`; a stopped one keeps its disks."""
    attributes = resource.attributes
    types = types_of(attributes.text("machine_type"))
    scheduling = block_of(attributes, "scheduling")
    status = attributes.text("desired_status")
    own = labels(resource, context)
    reservation = _reservation_of(resource, context)
    details: dict[str, object] = {"disks_survive": True, "suspended": status == "SUSPENDED"}
    if reservation is not None:
        details["paid_by"] = reservation.address
    details["addresses"] = addresses_of(resource, context)
    pool = Pool(
        machine_types=types,
        capacity=_one_unless_stopped(resource, context),
        purchase=_purchase(resource, context, scheduling),
        accelerators=machine_accelerators(types, attached_of(resource, context), context.catalog),
        disks=_vm_disks(attributes, first_of(types)),
        operating_system=image_of(attributes.text("boot_disk.0.initialize_params.0.image"))[0],
        details=details,
    )
    return compose(
        resource,
        context,
        kind="compute.vm",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=_instance_schedule(resource, context) or schedules.from_tags(own, context.schedules) or Schedule(),
        limits=Limits(max_runtime_hours=runtime_cap(scheduling), cap_supported=True),
        scaling=Scaling("none", False),
    )


def _one_unless_stopped(resource: Resource, context: FacetContext) -> Capacity:
    status = resource.attributes.text("desired_status")
    if isinstance(status, Unknown) and context.neighbours.points(resource, "desired_status"):
        return Capacity(status, status, status)
    count = 0 if status in _STOPPED else 1
    return Capacity(count, count, count)


def first_of(types: tuple[str, ...] | Unknown) -> str:
    """The expected machine type, empty where it is not known."""
    return types[0] if isinstance(types, tuple) and types else ""


def _purchase(resource: Resource, context: FacetContext, scheduling: Attributes) -> Purchase:
    if resource.attributes.text("reservation_affinity.0.type") == "SPECIFIC_RESERVATION":
        return RESERVED
    return purchase_of(resource, context, scheduling)


def purchase_of(resource: Resource, context: FacetContext, scheduling: Attributes) -> Purchase:
    """How a VM or the machines of a template are bought.

    NOTE: an unstated scheduling block is computed, hence unknown in a plan: then it is the ordinary one.
    """
    stated = context.neighbours.points(resource, "scheduling")
    whole = resource.attributes.block("scheduling")
    if stated and isinstance(whole, Unknown):
        return Purchase(whole, whole)
    return bought(scheduling, stated=stated)


def _reservation_of(resource: Resource, context: FacetContext) -> Resource | None:
    """The reservation of this run that a VM is bound to: it is what is paid, the VM's hours come out of it."""
    if resource.attributes.text("reservation_affinity.0.type") != "SPECIFIC_RESERVATION":
        return None
    found = context.neighbours.targets(resource, "reservation_affinity", "google_compute_reservation")
    return found[0] if found else None


def attached_of(resource: Resource, context: FacetContext) -> tuple[Attributes, ...] | Unknown:
    """The blocks of attached accelerators of a VM or a template."""
    stated = context.neighbours.points(resource, "guest_accelerator")
    return guests_of(resource.attributes, "guest_accelerator", stated=stated)


def addresses_of(resource: Resource, context: FacetContext) -> int:
    """External IPv4 addresses of a machine but for those that a resource of the run reserves, which are counted there.

    NOTE: a state holds the address that a machine happens to have, so that a stated `nat_ip` tells nothing.
    """
    reserved = len(context.neighbours.targets(resource, "network_interface", "google_compute_address"))
    interfaces = resource.attributes.blocks("network_interface")
    found = 0
    for interface in interfaces if isinstance(interfaces, tuple) else ():
        accesses = interface.blocks("access_config")
        found += len(accesses) if isinstance(accesses, tuple) else 0
    return max(found - reserved, 0)


def runtime_cap(scheduling: Attributes) -> Number:
    """Hours after which a machine is stopped or deleted; unknown where only a moment is given, which needs a clock."""
    seconds = scheduling.number("max_run_duration.0.seconds")
    if isinstance(seconds, Unknown):
        return seconds
    if seconds is not None:
        return seconds / 3600
    end = scheduling.text("termination_time")
    return Unknown(f"it ends at {end}") if isinstance(end, str) else None


def _vm_disks(attributes: Attributes, machine_type: str) -> tuple[Disk, ...] | Unknown:
    """Boot disk and local SSDs of an instance; attached disks are resources of their own."""
    boot = attributes.block("boot_disk.0.initialize_params")
    block = boot if isinstance(boot, Attributes) else Attributes()
    scratch = attributes.blocks("scratch_disk")
    own_source = isinstance(attributes.get("boot_disk.0.source"), str) and boot is None
    found: list[Disk] = []
    if not own_source:
        size = image_of(block.text("image"))[1] or BOOT_GIB
        found.append(disk(block, "boot disk", kind_key="type", size_key="size", kind="pd-standard", size_gib=size))
    if isinstance(scratch, Unknown):
        return scratch
    for ssd in scratch:
        found.extend(local_ssds(1, machine_type, ssd.number("size")))
    return merged(found)


def merged(disks: Sequence[Disk]) -> tuple[Disk, ...]:
    """The disks with all local SSDs as one, since they are alike."""
    ssds = [found for found in disks if found.kind == "local-ssd"]
    others = [found for found in disks if found.kind != "local-ssd"]
    if not ssds:
        return tuple(others)
    size = sum((found.size_gib for found in ssds if isinstance(found.size_gib, Decimal)), Decimal(0))
    return (*others, replace(ssds[0], size_gib=size))


def _instance_schedule(resource: Resource, context: FacetContext) -> Schedule | None:
    """The instance schedule of a resource policy, attached by the instance or by a resource of its own."""
    neighbours = context.neighbours
    policies = list(neighbours.targets(resource, "resource_policies", "google_compute_resource_policy"))
    for attachment in neighbours.users(resource, "google_compute_resource_policy_attachment"):
        policies += neighbours.targets(attachment, "name", "google_compute_resource_policy")
    for policy in policies:
        block = policy.attributes.block("instance_schedule_policy")
        if isinstance(block, Unknown):
            return Schedule(block, policy.type)
        if block is not None:
            return _schedule_of(block, policy.type)
    return None


def _schedule_of(block: Attributes, kind: str) -> Schedule:
    crons: list[list[str]] = []
    for key in ("vm_start_schedule", "vm_stop_schedule"):
        text = block.text(f"{key}.0.schedule")
        if isinstance(text, Unknown):
            return Schedule(text, kind)
        crons.append([text] if text else [])
    found = schedules.from_crons(crons[0], crons[1], kind)
    if found is None and crons[0] and crons[1]:
        return Schedule(Unknown(f"the schedule {crons[0][0]!r} to {crons[1][0]!r} is not a weekly one"), kind)
    return found or Schedule()


DESCRIBERS = {"google_compute_instance": instance}
