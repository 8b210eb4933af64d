"""Compute Engine: VMs, their templates and managed groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from spendgate.facets import schedules
from spendgate.facets.compose import compose
from spendgate.facets.google.machines import (
    ON_DEMAND,
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
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown
from spendgate.ports import FacetContext

_BOOT_GIB = Decimal(10)
"""Size of a boot disk that states none: that of the smaller public images."""
_TEMPLATES = ("google_compute_instance_template", "google_compute_region_instance_template")
_AUTOSCALERS = ("google_compute_autoscaler", "google_compute_region_autoscaler")
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
    details["addresses"] = _own_addresses(resource, context)
    pool = Pool(
        machine_types=types,
        capacity=_one_unless_stopped(resource, context),
        purchase=_purchase(resource, context, scheduling),
        accelerators=machine_accelerators(types, _guests(resource, context), context.catalog),
        disks=_vm_disks(attributes, _first(types)),
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


def _first(types: tuple[str, ...] | Unknown) -> str:
    return types[0] if isinstance(types, tuple) and types else ""


def _purchase(resource: Resource, context: FacetContext, scheduling: Attributes) -> Purchase:
    if resource.attributes.text("reservation_affinity.0.type") == "SPECIFIC_RESERVATION":
        return RESERVED
    return _bought(resource, context, scheduling)


def _bought(resource: Resource, context: FacetContext, scheduling: Attributes) -> Purchase:
    """NOTE: an unstated scheduling block is computed, hence unknown in a plan: then it is the ordinary one."""
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


def _guests(resource: Resource, context: FacetContext) -> tuple[Attributes, ...] | Unknown:
    stated = context.neighbours.points(resource, "guest_accelerator")
    return guests_of(resource.attributes, "guest_accelerator", stated=stated)


def _own_addresses(resource: Resource, context: FacetContext) -> int:
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
        size = image_of(block.text("image"))[1] or _BOOT_GIB
        found.append(disk(block, "boot disk", kind_key="type", size_key="size", kind="pd-standard", size_gib=size))
    if isinstance(scratch, Unknown):
        return scratch
    for ssd in scratch:
        found.extend(local_ssds(1, machine_type, ssd.number("size")))
    return _merged(found)


def _merged(disks: Sequence[Disk]) -> tuple[Disk, ...]:
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


def template(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_instance_template`: costs nothing alone, its groups do."""
    attributes = resource.attributes
    types = types_of(attributes.text("machine_type"))
    scheduling = block_of(attributes, "scheduling")
    return compose(
        resource,
        context,
        kind="compute.template",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=labels(resource, context),
        accel=machine_accelerators(types, _guests(resource, context), context.catalog),
        capacity=Capacity(0, 0, 0),
        purchase=_bought(resource, context, scheduling),
        limits=Limits(max_runtime_hours=runtime_cap(scheduling), cap_supported=True),
    )


def group(resource: Resource, context: FacetContext) -> Facets:
    """Managed instance groups: template times target size, or the autoscaler's bounds."""
    attributes = resource.attributes
    templates = context.neighbours.targets(resource, "version", *_TEMPLATES)
    shape = templates[0].attributes if templates else Attributes()
    types = _group_types(attributes, shape) if templates else Unknown("its instance template is not in this run")
    capacity, schedule = _group_capacity(resource, context)
    scheduling = block_of(shape, "scheduling")
    pool = Pool(
        machine_types=types,
        capacity=capacity,
        purchase=_bought(templates[0], context, scheduling) if templates else ON_DEMAND,
        accelerators=machine_accelerators(types, _guests(templates[0], context) if templates else (), context.catalog),
        disks=_template_disks(shape, _first(types))
        if templates
        else Unknown("its instance template is not in this run"),
        operating_system=image_of(shape.text("disk.0.source_image"))[0],
        details={"addresses": _own_addresses(templates[0], context) if templates else 0},
    )
    # NOTE: a group takes no labels; those of its template go to the machines.
    own = labels(templates[0], context) if templates else None
    if schedule is None and own is not None:
        schedule = schedules.from_tags(own, context.schedules)
    return compose(
        resource,
        context,
        kind="compute.group",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=schedule or Schedule(),
        limits=Limits(max_runtime_hours=runtime_cap(scheduling), cap_supported=True),
        scaling=Scaling("fixed" if capacity.min == capacity.max else "autoscaling", capacity.min == 0 != capacity.max),
    )


def _group_types(attributes: Attributes, shape: Attributes) -> tuple[str, ...] | Unknown:
    """The template's machine type, and those that a flexibility policy allows instead."""
    types = types_of(shape.text("machine_type"))
    selections = attributes.blocks("instance_flexibility_policy.0.instance_selections")
    if isinstance(selections, Unknown) or isinstance(types, Unknown):
        return types
    found = dict.fromkeys(types)
    for selection in selections:
        allowed = selection.texts("machine_types")
        if isinstance(allowed, Unknown):
            return allowed
        found.update(dict.fromkeys(allowed))
    return tuple(found)


def _group_capacity(resource: Resource, context: FacetContext) -> tuple[Capacity, Schedule | None]:
    for autoscaler in context.neighbours.users(resource, *_AUTOSCALERS):
        policy = block_of(autoscaler.attributes, "autoscaling_policy")
        least, most = policy.whole("min_replicas"), policy.whole("max_replicas")
        scheduled = _scheduled(policy) if least == 0 else None
        if scheduled is not None:
            return Capacity(0, scheduled[0], most), scheduled[1]
        if policy.text("mode") == "OFF":
            break
        return Capacity(least, least, most), None
    size = resource.attributes.whole("target_size")
    # NOTE: the provider computes an unstated target size, hence unknown in a plan; a group starts empty.
    if size is None or (isinstance(size, Unknown) and not context.neighbours.points(resource, "target_size")):
        size = 0
    return Capacity(size, size, size), None


def _scheduled(policy: Attributes) -> tuple[int, Schedule] | None:
    """The size that scaling schedules ask of an otherwise empty group, and for how many hours a week."""
    blocks = policy.blocks("scaling_schedules")
    size, hours = 0, Decimal(0)
    for block in blocks if isinstance(blocks, tuple) else ():
        count, seconds, cron = (
            block.whole("min_required_replicas"),
            block.number("duration_sec"),
            block.text("schedule"),
        )
        if block.flag("disabled") is True or not isinstance(count, int) or not count:
            continue
        if not isinstance(seconds, Decimal) or not isinstance(cron, str):
            return None
        weekly = schedules.weekly_hours(cron, seconds)
        if weekly is None:
            return None
        size, hours = max(size, count), max(hours, weekly)
    return (size, Schedule(hours, "scaling_schedules", proven=True)) if size else None


def _template_disks(shape: Attributes, machine_type: str) -> tuple[Disk, ...] | Unknown:
    blocks = shape.blocks("disk")
    if isinstance(blocks, Unknown):
        return blocks
    found: list[Disk] = []
    for number, block in enumerate(blocks):
        kind = block.text("disk_type")
        if block.text("type") == "SCRATCH" or kind == "local-ssd":
            found.extend(local_ssds(1, machine_type, block.number("disk_size_gb")))
        elif not isinstance(block.get("source"), str):
            name = "boot disk" if number == 0 else f"disk {number}"
            size = image_of(block.text("source_image"))[1] or _BOOT_GIB
            found.append(
                disk(block, name, kind_key="disk_type", size_key="disk_size_gb", kind="pd-standard", size_gib=size)
            )
    return _merged(found)


def from_template(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_instance_from_template`: a VM that states what differs from its template."""
    found = context.neighbours.targets(resource, "source_instance_template", *_TEMPLATES)
    shape = found[0].attributes.values if found else {}
    own = {key: value for key, value in resource.attributes.values.items() if value not in (None, "", [], {})}
    unknown = resource.attributes.unknown
    if found and isinstance(unknown, Mapping):
        # NOTE: the provider computes what the template decides.
        unknown = {key: mark for key, mark in unknown.items() if key not in shape}
    whole = replace(resource, attributes=Attributes({**shape, **own}, unknown, resource.attributes.sensitive))
    facets = instance(whole, context)
    pool = facets.pools[0]
    if found and "boot_disk" not in own:
        pool = replace(pool, disks=_template_disks(found[0].attributes, _first(pool.machine_types)))
    return replace(facets, pools=(pool,))


DESCRIBERS = {
    "google_compute_instance": instance,
    "google_compute_instance_from_template": from_template,
    **dict.fromkeys(_TEMPLATES, template),
    "google_compute_instance_group_manager": group,
    "google_compute_region_instance_group_manager": group,
}
