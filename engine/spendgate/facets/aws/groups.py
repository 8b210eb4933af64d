"""Groups of EC2 machines: Auto Scaling groups, fleets, EKS node groups, Batch environments."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil
from typing import NamedTuple

from spendgate.facets import accelerators, schedules
from spendgate.facets.aws import disks
from spendgate.facets.aws.choice import admitted, of_families
from spendgate.facets.aws.compute import ON_DEMAND, SPOT, details, market, types_of
from spendgate.facets.aws.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS, Tags, merge
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Purchase, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown, Whole
from spendgate.ports import FacetContext

_TEMPLATES = ("aws_launch_template", "aws_launch_configuration")
_NODE_TYPE = "t3.medium"
_NODE_DISK_GIB = Decimal(20)


class Shape(NamedTuple):
    """What a launch template says of the machines that it starts."""

    types: tuple[str, ...] | Unknown
    purchase: Purchase
    disks: tuple[Disk, ...] | Unknown
    details: dict[str, object]


_NO_TEMPLATE = Shape(Unknown("its launch template is not in this run"), ON_DEMAND, (), {})


def shape(templates: Sequence[Resource], context: FacetContext) -> Shape:
    """The shape that the first template gives; unknown when the run holds none."""
    if not templates:
        return _NO_TEMPLATE
    template = templates[0]
    attributes = template.attributes
    if template.type == "aws_launch_configuration":
        spot = attributes.get("spot_price")
        purchase = SPOT if isinstance(spot, str) and spot else ON_DEMAND
        monitored = attributes.flag("enable_monitoring")
        more = {**details(attributes), "monitoring": True if monitored is None else monitored}
        return Shape(types_of(attributes.text("instance_type")), purchase, disks.of_instance(attributes), more)
    requirements = attributes.block("instance_requirements")
    types = types_of(attributes.text("instance_type"))
    if isinstance(requirements, Attributes):
        types = admitted(requirements, context.catalog)
    more = {**details(attributes), "monitoring": attributes.flag("monitoring.0.enabled")}
    return Shape(types, market(attributes), disks.of_template(attributes), more)


def autoscaling_group(resource: Resource, context: FacetContext) -> Facets:
    """`aws_autoscaling_group`: machines from a template or a mixed policy, sizes, schedules. No default tags reach it."""
    attributes = resource.attributes
    capacity = group_capacity(resource, context)
    mixed = attributes.block("mixed_instances_policy")
    if isinstance(mixed, Attributes):
        templates = context.neighbours.targets(resource, "mixed_instances_policy", *_TEMPLATES)
        pool = _mixed_pool(mixed, shape(templates, context), capacity, context)
    else:
        templates = context.neighbours.targets(resource, "launch_template", *_TEMPLATES)
        templates = templates or context.neighbours.targets(resource, "launch_configuration", *_TEMPLATES)
        pool = _pool(shape(templates, context), capacity, context)
    own = _group_tags(attributes, context)
    return compose(
        resource,
        context,
        kind="compute.group",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=_group_schedule(resource, own, context),
        scaling=_scaling(capacity),
    )


def group_capacity(resource: Resource, context: FacetContext) -> Capacity:
    """Minimum, desired and maximum; desired defaults to the minimum. A maximum that is absent bounds nothing."""
    attributes = resource.attributes
    least, most = attributes.whole("min_size"), attributes.whole("max_size")
    desired = attributes.whole("desired_capacity")
    # NOTE: the provider computes an unstated desired size, so a plan marks it unknown; the group starts at its minimum.
    if desired is None or (
        isinstance(desired, Unknown) and not context.neighbours.points(resource, "desired_capacity")
    ):
        desired = least
    return Capacity(least if least is not None else 0, desired if desired is not None else 0, most)


def _scaling(capacity: Capacity) -> Scaling:
    if isinstance(capacity.min, Unknown) or isinstance(capacity.max, Unknown):
        return Scaling(None, Unknown("the sizes are not known"))
    fixed = capacity.min == capacity.max
    return Scaling("fixed" if fixed else "autoscaling", capacity.min == 0 and not fixed)


def _pool(found: Shape, capacity: Capacity, context: FacetContext) -> Pool:
    return Pool(
        machine_types=found.types,
        capacity=capacity,
        purchase=found.purchase,
        accelerators=accelerators.of_machines(context.catalog, "aws", found.types),
        disks=found.disks,
        details=found.details,
    )


def _mixed_pool(mixed: Attributes, base: Shape, capacity: Capacity, context: FacetContext) -> Pool:
    overrides = mixed.blocks("launch_template.0.override")
    types: tuple[str, ...] | Unknown = base.types
    weight = Decimal(1)
    if isinstance(overrides, Unknown):
        types = overrides
    elif overrides:
        types = _override_types(overrides, context)
        stated = overrides[0].number("weighted_capacity")
        weight = stated if isinstance(stated, Decimal) and stated > 0 else weight
    capacity = Capacity(*(_weighed(size, weight) for size in (capacity.min, capacity.desired, capacity.max)))
    purchase = _distribution(mixed, capacity) if base.purchase.model != "spot" else SPOT
    return _pool(base._replace(types=types, purchase=purchase), capacity, context)


def _override_types(overrides: tuple[Attributes, ...], context: FacetContext) -> tuple[str, ...] | Unknown:
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


def _distribution(mixed: Attributes, capacity: Capacity) -> Purchase:
    """The spot share: what lies above the on-demand base, by percentage (100 % on-demand unless stated)."""
    base = mixed.whole("instances_distribution.0.on_demand_base_capacity")
    percent = mixed.number("instances_distribution.0.on_demand_percentage_above_base_capacity")
    if isinstance(base, Unknown) or isinstance(percent, Unknown):
        reason = Unknown("the on-demand share is known only after apply")
        return Purchase(reason, reason)
    if percent is None or percent >= 100:
        return ON_DEMAND
    count = capacity.desired if isinstance(capacity.desired, int) and capacity.desired else 1
    on_demand = min(count, (base or 0) + ceil(max(count - (base or 0), 0) * percent / 100))
    share = 1 - Decimal(on_demand) / Decimal(count)
    return Purchase("spot" if share == 1 else "on-demand", share)


def _group_tags(attributes: Attributes, context: FacetContext) -> Tags:
    blocks = attributes.blocks("tag")
    if isinstance(blocks, Unknown):
        return Tags(blocks)
    raw = {}
    for block in blocks:
        key = block.text("key")
        if isinstance(key, str):
            raw[key] = block.text("value") or ""
    return merge([("resource", raw)], context.aliases)


def _group_schedule(resource: Resource, own: Tags, context: FacetContext) -> Schedule:
    starts: list[str] = []
    stops: list[str] = []
    for rule in context.neighbours.users(resource, "aws_autoscaling_schedule"):
        recurrence = rule.attributes.text("recurrence")
        size = rule.attributes.whole("desired_capacity")
        size = rule.attributes.whole("max_size") if size is None else size
        if isinstance(recurrence, str) and isinstance(size, int):
            (stops if size == 0 else starts).append(recurrence)
    found = schedules.from_crons(starts, stops, "aws_autoscaling_schedule")
    return found or schedules.from_tags(own, context.schedules) or Schedule()


def node_group(resource: Resource, context: FacetContext) -> Facets:
    """`aws_eks_node_group`: its own types and disk, or those of its launch template; t3.medium and 20 GiB by default."""
    attributes = resource.attributes
    least, most = attributes.whole("scaling_config.0.min_size"), attributes.whole("scaling_config.0.max_size")
    desired = attributes.whole("scaling_config.0.desired_size")
    capacity = Capacity(least if least is not None else 0, desired if desired is not None else least, most)
    found = _node_shape(resource, context)
    own = tags(resource, context) or NO_TAGS
    return compose(
        resource,
        context,
        kind="compute.nodepool",
        name=attributes.text("node_group_name"),
        region=region(resource, context),
        tags=own,
        pools=(_pool(found, capacity, context),),
        schedule=schedules.from_tags(own, context.schedules) or Schedule(),
        scaling=_scaling(capacity),
    )


def _node_shape(resource: Resource, context: FacetContext) -> Shape:
    attributes = resource.attributes
    stated = attributes.texts("instance_types")
    has_template = attributes.blocks("launch_template") != ()
    capacity_type = attributes.text("capacity_type")
    purchase = SPOT if capacity_type == "SPOT" else ON_DEMAND
    if has_template:
        found = shape(context.neighbours.targets(resource, "launch_template", *_TEMPLATES), context)
        if isinstance(stated, tuple) and stated:
            found = found._replace(types=stated)
        return found._replace(purchase=purchase)
    types: tuple[str, ...] | Unknown = stated
    more: dict[str, object] = {}
    # NOTE: the provider computes unstated types, so a plan marks them unknown; EKS takes t3.medium.
    unstated = isinstance(stated, Unknown) or not stated
    if unstated and not context.neighbours.points(resource, "instance_types"):
        types, more = (_NODE_TYPE,), {"type_is_default": True}
    size = attributes.number("disk_size")
    root = Disk(
        "node volume",
        "gp2",
        size if isinstance(size, Decimal) else _NODE_DISK_GIB,
        size_is_default=not isinstance(size, Decimal),
    )
    return Shape(types, purchase, (root,), more)


def batch_environment(resource: Resource, context: FacetContext) -> Facets:
    """`aws_batch_compute_environment`: vCPU bounds divided by the vCPUs of its first machine type."""
    attributes = resource.attributes
    block = attributes.block("compute_resources")
    inner = block if isinstance(block, Attributes) else Attributes()
    kind = inner.text("type")
    names = inner.texts("instance_type")
    types = names if isinstance(names, Unknown) else of_families(names, context.catalog)
    vcpu = None
    if isinstance(types, tuple) and types:
        spec = context.catalog.machine("aws", types[0])
        vcpu = spec.vcpu if spec else None
    capacity = Capacity(*(_machines(inner.number(f"{size}_vcpus"), vcpu) for size in ("min", "desired", "max")))
    if capacity.desired is None or isinstance(capacity.desired, Unknown):
        capacity = Capacity(capacity.min, capacity.min, capacity.max)
    spot = kind in ("SPOT", "FARGATE_SPOT")
    pools = []
    if not (isinstance(kind, str) and kind.startswith("FARGATE")):
        pools = [_pool(Shape(types, SPOT if spot else ON_DEMAND, (), {}), capacity, context)]
    return compose(
        resource,
        context,
        kind="compute.group",
        name=attributes.text("compute_environment_name") or attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        scaling=_scaling(capacity),
    )


def _machines(vcpus: Decimal | Unknown | None, per_machine: Decimal | None) -> Whole:
    if vcpus is None or isinstance(vcpus, Unknown):
        return vcpus
    if vcpus == 0:
        return 0
    return ceil(vcpus / per_machine) if per_machine else Unknown("the vCPUs of its machines are not known")


def batch_job(resource: Resource, context: FacetContext) -> Facets:
    """`aws_batch_job_definition`: a job with a time limit and retries, run on somebody else's machines."""
    attributes = resource.attributes
    seconds = attributes.number("timeout.0.attempt_duration_seconds")
    hours = seconds / 3600 if isinstance(seconds, Decimal) else seconds
    return compose(
        resource,
        context,
        kind="compute.job",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        limits=Limits(
            max_runtime_hours=hours, retries=attributes.whole("retry_strategy.0.attempts"), cap_supported=True
        ),
        capacity=Capacity(0, 0, 0),
    )


def cluster(resource: Resource, context: FacetContext) -> Facets:
    """`aws_eks_cluster`: a control plane; its nodes are other resources."""
    return compose(
        resource,
        context,
        kind="compute.cluster",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        capacity=Capacity(0, 0, 0),
    )


DESCRIBERS = {
    "aws_autoscaling_group": autoscaling_group,
    "aws_eks_node_group": node_group,
    "aws_batch_compute_environment": batch_environment,
    "aws_batch_job_definition": batch_job,
    "aws_eks_cluster": cluster,
}
