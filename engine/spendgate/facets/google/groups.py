"""Compute Engine: instance templates, managed groups and VMs made from a template."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from spendgate.facets import schedules
from spendgate.facets.compose import compose
from spendgate.facets.google.compute import (
    BOOT_GIB,
    addresses_of,
    attached_of,
    block_of,
    first_of,
    instance,
    merged,
    purchase_of,
    runtime_cap,
)
from spendgate.facets.google.machines import ON_DEMAND, disk, image_of, local_ssds, machine_accelerators, types_of
from spendgate.facets.google.place import labels, region
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Scaling, Schedule
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_TEMPLATES = ("google_compute_instance_template", "google_compute_region_instance_template")
_AUTOSCALERS = ("google_compute_autoscaler", "google_compute_region_autoscaler")


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
        accel=machine_accelerators(types, attached_of(resource, context), context.catalog),
        capacity=Capacity(0, 0, 0),
        purchase=purchase_of(resource, context, scheduling),
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
        purchase=purchase_of(templates[0], context, scheduling) if templates else ON_DEMAND,
        accelerators=machine_accelerators(
            types, attached_of(templates[0], context) if templates else (), context.catalog
        ),
        disks=_template_disks(shape, first_of(types))
        if templates
        else Unknown("its instance template is not in this run"),
        operating_system=image_of(shape.text("disk.0.source_image"))[0],
        details={"addresses": addresses_of(templates[0], context) if templates else 0},
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
            size = image_of(block.text("source_image"))[1] or BOOT_GIB
            found.append(
                disk(block, name, kind_key="disk_type", size_key="disk_size_gb", kind="pd-standard", size_gib=size)
            )
    return merged(found)


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
        pool = replace(pool, disks=_template_disks(found[0].attributes, first_of(pool.machine_types)))
    return replace(facets, pools=(pool,))


DESCRIBERS = {
    "google_compute_instance_from_template": from_template,
    **dict.fromkeys(_TEMPLATES, template),
    "google_compute_instance_group_manager": group,
    "google_compute_region_instance_group_manager": group,
}
