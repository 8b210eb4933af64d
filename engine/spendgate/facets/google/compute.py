"""Compute Engine: VMs, templates, managed groups, TPUs, reservations."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators, schedules
from spendgate.facets.compose import compose
from spendgate.facets.google.machines import (
    ON_DEMAND,
    SPOT,
    bought,
    disk,
    local_ssds,
    machine_accelerators,
    short,
    types_of,
)
from spendgate.facets.google.place import region, tags
from spendgate.facets.google.tpu import chips, version
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Purchase, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_BOOT_GIB = Decimal(10)
_TEMPLATES = ("google_compute_instance_template", "google_compute_region_instance_template")
_AUTOSCALERS = ("google_compute_autoscaler", "google_compute_region_autoscaler")


def _scheduling(attributes: Attributes) -> Attributes:
    block = attributes.block("scheduling")
    return block if isinstance(block, Attributes) else Attributes()


def vm_disks(attributes: Attributes) -> tuple[Disk, ...]:
    """Boot disk and local SSDs of an instance; attached disks are resources of their own."""
    boot = attributes.block("boot_disk.0.initialize_params")
    block = boot if isinstance(boot, Attributes) else Attributes()
    own_source = attributes.get("boot_disk.0.source")
    scratch = attributes.blocks("scratch_disk")
    count = len(scratch) if isinstance(scratch, tuple) else 0
    found: list[Disk] = []
    if not (isinstance(own_source, str) and boot is None):
        found.append(disk(block, "boot disk", kind_key="type", size_key="size", kind="pd-standard", size_gib=_BOOT_GIB))
    return (*found, *local_ssds(count))


def instance(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_instance`; stopped ones keep their disks."""
    attributes = resource.attributes
    types = types_of(attributes.text("machine_type"))
    scheduling = _scheduling(attributes)
    stopped = attributes.text("desired_status") in ("TERMINATED", "SUSPENDED")
    count = 0 if stopped else 1
    own = tags(resource, context) or NO_TAGS
    pool = Pool(
        machine_types=types,
        capacity=Capacity(count, count, count),
        purchase=bought(scheduling),
        accelerators=machine_accelerators(types, attributes.blocks("guest_accelerator"), context.catalog),
        disks=vm_disks(attributes),
        details={"disks_survive": True},
    )
    seconds = scheduling.number("max_run_duration.0.seconds")
    return compose(
        resource,
        context,
        kind="compute.vm",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=_instance_schedule(resource, context) or schedules.from_tags(own, context.schedules) or Schedule(),
        limits=Limits(
            max_runtime_hours=seconds / 3600 if isinstance(seconds, Decimal) else seconds, cap_supported=True
        ),
        scaling=Scaling("none", False),
    )


def _instance_schedule(resource: Resource, context: FacetContext) -> Schedule | None:
    """The instance schedule of an attached resource policy."""
    policies = context.neighbours.targets(resource, "resource_policies", "google_compute_resource_policy")
    for policy in policies:
        block = policy.attributes.block("instance_schedule_policy")
        if isinstance(block, Attributes):
            start = block.text("vm_start_schedule.0.schedule")
            stop = block.text("vm_stop_schedule.0.schedule")
            starts = [start] if isinstance(start, str) else []
            stops = [stop] if isinstance(stop, str) else []
            return schedules.from_crons(starts, stops, "google_compute_resource_policy")
    return None


def template(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_instance_template`: costs nothing alone, its groups do."""
    types = types_of(resource.attributes.text("machine_type"))
    return compose(
        resource,
        context,
        kind="compute.template",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        accel=machine_accelerators(types, resource.attributes.blocks("guest_accelerator"), context.catalog),
        capacity=Capacity(0, 0, 0),
    )


def group(resource: Resource, context: FacetContext) -> Facets:
    """Managed instance groups: template times target size, or the autoscaler's bounds."""
    attributes = resource.attributes
    templates = context.neighbours.targets(resource, "version", *_TEMPLATES)
    shape = templates[0].attributes if templates else Attributes()
    types = types_of(shape.text("machine_type")) if templates else Unknown("its instance template is not in this run")
    capacity = _group_capacity(resource, context)
    pool = Pool(
        machine_types=types,
        capacity=capacity,
        purchase=bought(_scheduling(shape)),
        accelerators=machine_accelerators(types, shape.blocks("guest_accelerator"), context.catalog),
        disks=_template_disks(shape),
    )
    return compose(
        resource,
        context,
        kind="compute.group",
        name=attributes.text("name"),
        region=region(resource, context),
        # NOTE: a group takes no labels; those of its template go to the machines.
        tags=tags(templates[0], context) if templates else None,
        pools=(pool,),
        scaling=Scaling("fixed" if capacity.min == capacity.max else "autoscaling", capacity.min == 0 != capacity.max),
    )


def _group_capacity(resource: Resource, context: FacetContext) -> Capacity:
    for autoscaler in context.neighbours.users(resource, *_AUTOSCALERS):
        policy = autoscaler.attributes
        least = policy.whole("autoscaling_policy.0.min_replicas")
        most = policy.whole("autoscaling_policy.0.max_replicas")
        return Capacity(least, least, most)
    size = resource.attributes.whole("target_size")
    # NOTE: the provider computes an unstated target size, hence unknown in a plan; a group starts empty.
    if size is None or (isinstance(size, Unknown) and not context.neighbours.points(resource, "target_size")):
        size = 0
    return Capacity(size, size, size)


def _template_disks(shape: Attributes) -> tuple[Disk, ...] | Unknown:
    blocks = shape.blocks("disk")
    if isinstance(blocks, Unknown):
        return blocks
    found: list[Disk] = []
    scratch = 0
    for number, block in enumerate(blocks):
        if block.text("type") == "SCRATCH" or block.text("disk_type") == "local-ssd":
            scratch += 1
        else:
            name = "boot disk" if number == 0 else f"disk {number}"
            found.append(
                disk(block, name, kind_key="disk_type", size_key="disk_size_gb", kind="pd-standard", size_gib=_BOOT_GIB)
            )
    return (*found, *local_ssds(scratch))


def tpu(resource: Resource, context: FacetContext) -> Facets:
    """`google_tpu_v2_vm` and `_queued_resource`: chips of one slice."""
    attributes = resource.attributes
    node = attributes
    if resource.type == "google_tpu_v2_queued_resource":
        block = attributes.block("tpu.0.node_spec.0.node")
        node = block if isinstance(block, Attributes) else Attributes()
    count = chips(node)
    model = version(node)
    spot = node.flag("scheduling_config.0.spot") is True or node.flag("scheduling_config.0.preemptible") is True
    if isinstance(count, Unknown) or isinstance(model, Unknown):
        reason = count.reason if isinstance(count, Unknown) else str(model)
        accel = accelerators.unknown(reason)
    else:
        accel = accelerators.of_variants([model], count)
    return compose(
        resource,
        context,
        kind="compute.vm",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context) or NO_TAGS,
        accel=accel,
        purchase=SPOT if spot else ON_DEMAND,
        scaling=Scaling("none", False),
    )


def reservation(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_reservation`: machines paid for whether they run or not."""
    attributes = resource.attributes
    inner = attributes.block("specific_reservation.0.instance_properties")
    block = inner if isinstance(inner, Attributes) else Attributes()
    count = attributes.whole("specific_reservation.0.count")
    types = types_of(block.text("machine_type"))
    guests = block.blocks("guest_accelerators")
    pool = Pool(
        machine_types=types,
        capacity=Capacity(count, count, count),
        purchase=Purchase("reserved", Decimal(0)),
        accelerators=machine_accelerators(types, guests, context.catalog),
    )
    return compose(
        resource,
        context,
        kind="compute.reservation",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=None,
        pools=(pool,),
    )


def persistent_disk(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_disk` and `google_compute_region_disk`; sizes default by kind."""
    attributes = resource.attributes
    kind = short(attributes.text("type")) or "pd-standard"
    if isinstance(kind, Unknown):
        kind = "pd-standard" if not context.neighbours.points(resource, "type") else kind
    size = attributes.number("size")
    computed = isinstance(size, Unknown) and not context.neighbours.points(resource, "size")
    found = Disk(
        "disk",
        kind,
        None if computed else size,
        attributes.number("provisioned_iops"),
        size_is_default=size is None or computed,
    )
    return compose(
        resource,
        context,
        kind="storage.block",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context) or NO_TAGS,
        disks=(found,),
    )


DESCRIBERS = {
    "google_compute_instance": instance,
    **dict.fromkeys(_TEMPLATES, template),
    "google_compute_instance_group_manager": group,
    "google_compute_region_instance_group_manager": group,
    "google_tpu_v2_vm": tpu,
    "google_tpu_v2_queued_resource": tpu,
    "google_compute_reservation": reservation,
    "google_compute_disk": persistent_disk,
    "google_compute_region_disk": persistent_disk,
}
