"""Auto Scaling groups, and what a launch template says of the machines that it starts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil
from typing import NamedTuple

from spendgate.facets import accelerators
from spendgate.facets.aws import disks, schedule
from spendgate.facets.aws.choice import admitted
from spendgate.facets.aws.compute import ON_DEMAND, SPOT, details, market, of_template, types_of
from spendgate.facets.aws.place import computed, region, stated_whole
from spendgate.facets.compose import compose
from spendgate.facets.tags import Tags, merge
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Pool, Purchase, Scaling
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown, Whole
from spendgate.ports import FacetContext

TEMPLATES = ("aws_launch_template", "aws_launch_configuration")


class Shape(NamedTuple):
    """What a launch template says of the machines that it starts."""

    types: tuple[str, ...] | Unknown
    purchase: Purchase
    disks: tuple[Disk, ...] | Unknown
    details: dict[str, object]
    tenancy: str = "shared"
    operating_system: str = "linux"


_NO_TEMPLATE = Shape(
    Unknown("its launch template is not in this run"),
    ON_DEMAND,
    Unknown("its launch template is not in this run"),
    {},
)


def shape(templates: Sequence[Resource], context: FacetContext) -> Shape:
    """The shape that the first template gives; unknown when the run holds none."""
    if not templates:
        return _NO_TEMPLATE
    template = templates[0]
    attributes = template.attributes
    types = types_of(attributes.text("instance_type"))
    if template.type == "aws_launch_configuration":
        spot = attributes.get("spot_price")
        purchase = SPOT if isinstance(spot, str) and spot else ON_DEMAND
        monitored = attributes.flag("enable_monitoring")
        more = {**details(attributes), "monitoring": monitored is None or isinstance(monitored, Unknown) or monitored}
        own_disks = computed(template, context, "root_block_device") and computed(template, context, "ebs_block_device")
        volumes = disks.of_instance(attributes, computed=own_disks)
        return Shape(types, purchase, volumes, more, _tenancy(attributes.text("placement_tenancy")))
    requirements = attributes.block("instance_requirements")
    if isinstance(requirements, Attributes):
        types = admitted(requirements, context.catalog)
    found, has_root = disks.of_template(attributes, computed=computed(template, context, "block_device_mappings"))
    more = {**of_template(template), "image_root_volume": not has_root}
    tenancy = _tenancy(attributes.text("placement.0.tenancy"))
    return Shape(types, market(template, context), found, more, tenancy)


def _tenancy(stated: object) -> str:
    return stated if isinstance(stated, str) and stated != "default" else "shared"


def autoscaling_group(resource: Resource, context: FacetContext) -> Facets:
    """`aws_autoscaling_group`: machines from a template or a mixed policy, sizes, schedules. No default tags reach it."""
    attributes = resource.attributes
    capacity, is_stated = group_capacity(resource, context)
    mixed = attributes.block("mixed_instances_policy")
    if isinstance(mixed, Attributes):
        templates = context.neighbours.targets(resource, "mixed_instances_policy", *TEMPLATES)
        pool = _mixed_pool(mixed, shape(templates, context), capacity, context)
    else:
        templates = context.neighbours.targets(resource, "launch_template", *TEMPLATES)
        templates = templates or context.neighbours.targets(resource, "launch_configuration", *TEMPLATES)
        pool = pool_of(shape(templates, context), capacity, context)
    if not is_stated:
        pool = replace(pool, details={**pool.details, "desired_is_unstated": True})
    own = _group_tags(attributes, context)
    return compose(
        resource,
        context,
        kind="compute.group",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool, *_warm_pool(attributes, pool)),
        schedule=schedule.of(resource, own, context),
        scaling=scaling(capacity),
        capacity=pool.capacity,
    )


def group_capacity(resource: Resource, context: FacetContext) -> tuple[Capacity, bool]:
    """Minimum, desired and maximum, and whether the desired size is stated; else the group starts at its minimum."""
    attributes = resource.attributes
    least, most = attributes.whole("min_size"), attributes.whole("max_size")
    desired = stated_whole(resource, context, "desired_capacity")
    if desired is None:
        return Capacity(least if least is not None else 0, least if least is not None else 0, most), False
    return Capacity(least if least is not None else 0, desired, most), True


def scaling(capacity: Capacity) -> Scaling:
    """Fixed when the bounds are one, else autoscaling; to zero when the minimum is zero."""
    if isinstance(capacity.min, Unknown) or isinstance(capacity.max, Unknown):
        return Scaling(None, Unknown("the sizes are not known"))
    fixed = capacity.min == capacity.max
    return Scaling("fixed" if fixed else "autoscaling", capacity.min == 0 and not fixed)


def pool_of(found: Shape, capacity: Capacity, context: FacetContext) -> Pool:
    """The pool of so many machines of a shape."""
    return Pool(
        machine_types=found.types,
        capacity=capacity,
        purchase=found.purchase,
        accelerators=accelerators.of_machines(context.catalog, "aws", found.types),
        disks=found.disks,
        operating_system=found.operating_system,
        tenancy=found.tenancy,
        details=found.details,
    )


def _warm_pool(attributes: Attributes, pool: Pool) -> tuple[Pool, ...]:
    """Machines that are prepared beside the group: stopped ones cost their volumes, running ones everything."""
    warm = attributes.block("warm_pool")
    if not isinstance(warm, Attributes):
        return ()
    running = warm.text("pool_state") == "Running"
    prepared = warm.whole("max_group_prepared_capacity")
    total = prepared if isinstance(prepared, int) and prepared >= 0 else pool.capacity.max
    least = warm.whole("min_size")
    floor = least if isinstance(least, int) else 0
    size: Whole = Unknown("the size of the warm pool is not known")
    if isinstance(total, int) and isinstance(pool.capacity.desired, int):
        size = max(floor, total - pool.capacity.desired)
    most = total if isinstance(total, int) else size
    plain = {key: value for key, value in pool.details.items() if key not in ("on_demand", "desired_is_unstated")}
    return (
        replace(
            pool,
            name="warm pool",
            capacity=Capacity(floor, size, most),
            purchase=pool.purchase if running else ON_DEMAND,
            accelerators=pool.accelerators if running else accelerators.NONE,
            details=plain if running else {**plain, "stopped": True},
        ),
    )


def _mixed_pool(mixed: Attributes, base: Shape, capacity: Capacity, context: FacetContext) -> Pool:
    overrides = mixed.blocks("launch_template.0.override")
    types: tuple[str, ...] | Unknown = base.types
    weight = Decimal(1)
    if isinstance(overrides, Unknown):
        types = overrides
    elif overrides:
        types = override_types(overrides, context)
        stated = overrides[0].number("weighted_capacity")
        weight = stated if isinstance(stated, Decimal) and stated > 0 else weight
    machines = Capacity(*(_weighed(size, weight) for size in (capacity.min, capacity.desired, capacity.max)))
    if base.purchase.model == "spot":
        return pool_of(base._replace(types=types), machines, context)
    split = _on_demand(mixed, machines)
    if isinstance(split, Unknown):
        return pool_of(base._replace(types=types, purchase=Purchase(split, split)), machines, context)
    purchase = purchase_of(split, machines)
    found = base._replace(types=types, purchase=purchase, details={**base.details, "on_demand": split})
    return pool_of(found if purchase is not ON_DEMAND else base._replace(types=types), machines, context)


def _on_demand(mixed: Attributes, machines: Capacity) -> Capacity | Unknown:
    """How many machines are on demand at each size: the base, and a percentage (100 unless stated) of what lies above it."""
    base = mixed.whole("instances_distribution.0.on_demand_base_capacity")
    percent = mixed.number("instances_distribution.0.on_demand_percentage_above_base_capacity")
    # NOTE: the provider computes both when they are not stated, and marks them unknown; the defaults are 0 and 100.
    base = 0 if base is None or isinstance(base, Unknown) else base
    percent = Decimal(100) if percent is None or isinstance(percent, Unknown) else min(percent, Decimal(100))

    def of(size: Whole) -> Whole:
        if not isinstance(size, int):
            return size if percent or isinstance(size, Unknown) else base
        return min(size, base + ceil(max(size - base, 0) * percent / 100))

    return Capacity(of(machines.min), of(machines.desired), of(machines.max))


def purchase_of(on_demand: Capacity, every: Capacity) -> Purchase:
    """The purchase of a group of which so many machines are on demand: the spot share of its desired, else its largest size."""
    for paid, size in ((on_demand.desired, every.desired), (on_demand.max, every.max)):
        if isinstance(paid, int) and isinstance(size, int) and size > paid:
            share = 1 - Decimal(paid) / Decimal(size)
            return Purchase("spot" if share == 1 else "on-demand", share)
    return ON_DEMAND


def override_types(overrides: tuple[Attributes, ...], context: FacetContext) -> tuple[str, ...] | Unknown:
    """All machine types that the overrides name or admit, in their order."""
    found: dict[str, None] = {}
    for override in overrides:
        requirements = override.block("instance_requirements")
        stated = override.text("instance_type")
        if isinstance(stated, Unknown) or isinstance(requirements, Unknown):
            return Unknown("an override is known only after apply")
        if isinstance(requirements, Attributes):
            fitting = admitted(requirements, context.catalog)
            if isinstance(fitting, Unknown):
                return fitting
            found.update(dict.fromkeys(fitting))
        elif stated:
            found[stated] = None
    return tuple(found) or Unknown("no override names a machine type")


def _weighed(size: Whole, weight: Decimal) -> Whole:
    return ceil(size / weight) if isinstance(size, int) else size


def _group_tags(attributes: Attributes, context: FacetContext) -> Tags:
    blocks = attributes.blocks("tag")
    if isinstance(blocks, Unknown):
        return Tags(blocks)
    raw: dict[str, str | Unknown] = {}
    for block in blocks:
        key = block.text("key")
        if isinstance(key, str):
            value = block.text("value")
            raw[key] = value if value is not None else ""
    return merge([("resource", raw)], context.aliases)


DESCRIBERS = {"aws_autoscaling_group": autoscaling_group}
