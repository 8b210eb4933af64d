"""Machines that other services start: EKS node groups, Batch environments, fleets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import ceil

from spendgate.facets.aws import schedule
from spendgate.facets.aws.choice import of_families
from spendgate.facets.aws.compute import ON_DEMAND, SPOT
from spendgate.facets.aws.groups import TEMPLATES, Shape, override_types, pool_of, purchase_of, scaling, shape
from spendgate.facets.aws.place import first_text, region, stated_number, stated_text, tags
from spendgate.facets.compose import compose
from spendgate.facets.embedded import embedded
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Disk, Facets, Limits, Purchase
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown, Whole
from spendgate.ports import FacetContext

_NODE_TYPE = "t3.medium"
_NODE_DISK_GIB = Decimal(20)
_WINDOWS_NODE_DISK_GIB = Decimal(50)
"""Type and volume of EKS nodes without a statement (EKS API, CreateNodegroup: `instanceTypes`, `diskSize`)."""


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
        pools=(pool_of(found, capacity, context),),
        schedule=schedule.of(resource, own, context),
        scaling=scaling(capacity),
    )


def _node_shape(resource: Resource, context: FacetContext) -> Shape:
    attributes = resource.attributes
    stated = attributes.texts("instance_types")
    has_template = attributes.blocks("launch_template") not in ((), None) and not isinstance(
        attributes.blocks("launch_template"), Unknown
    )
    bought = stated_text(resource, context, "capacity_type")
    purchase = Purchase(bought, bought) if isinstance(bought, Unknown) else SPOT if bought == "SPOT" else ON_DEMAND
    image = attributes.text("ami_type")
    system = "windows" if isinstance(image, str) and image.startswith("WINDOWS") else "linux"
    if has_template:
        found = shape(context.neighbours.targets(resource, "launch_template", *TEMPLATES), context)
        if isinstance(stated, tuple) and stated:
            found = found._replace(types=stated)
        return found._replace(purchase=purchase, operating_system=system)
    types: tuple[str, ...] | Unknown = stated
    more: dict[str, object] = {}
    # NOTE: the provider computes unstated types, so a plan marks them unknown; EKS takes t3.medium.
    unstated = isinstance(stated, Unknown) or not stated
    if unstated and not context.neighbours.points(resource, "instance_types"):
        types, more = (_NODE_TYPE,), {"type_is_default": True}
    size = stated_number(resource, context, "disk_size")
    default = _WINDOWS_NODE_DISK_GIB if system == "windows" else _NODE_DISK_GIB
    root = Disk("node volume", "gp2", size if size is not None else default, size_is_default=size is None)
    return Shape(types, purchase, (root,), more, operating_system=system)


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
    least, desired, most = (machines_of(inner.number(f"{size}_vcpus"), vcpu) for size in ("min", "desired", "max"))
    least = 0 if least is None else least
    capacity = Capacity(least, least if desired is None or isinstance(desired, Unknown) else desired, most)
    own = tags(resource, context) or NO_TAGS
    pools = []
    serverless = isinstance(kind, str) and kind.startswith("FARGATE")
    if isinstance(block, Attributes) and not serverless:
        templates = context.neighbours.targets(resource, "compute_resources", *TEMPLATES)
        found = shape(templates, context) if templates else Shape(types, ON_DEMAND, (), {"image_root_volume": True})
        pools = [
            pool_of(found._replace(types=types, purchase=SPOT if kind == "SPOT" else ON_DEMAND), capacity, context)
        ]
    return compose(
        resource,
        context,
        kind="compute.group",
        name=first_text(attributes, "compute_environment_name", "name"),
        region=region(resource, context),
        tags=own,
        pools=pools,
        schedule=schedule.of(resource, own, context),
        scaling=scaling(capacity),
    )


def machines_of(vcpus: Decimal | Unknown | None, per_machine: Decimal | None) -> Whole:
    """The machines that so many vCPUs need, rounded up."""
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
    attempts = attributes.whole("retry_strategy.0.attempts")
    return compose(
        resource,
        context,
        kind="compute.job",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        # NOTE: what AWS calls attempts counts the first one too.
        limits=Limits(
            max_runtime_hours=hours, retries=attempts - 1 if isinstance(attempts, int) else attempts, cap_supported=True
        ),
        accel=Accelerators(count=_gpus(attributes)),
        capacity=Capacity(0, 0, 0),
    )


def _gpus(attributes: Attributes) -> Whole:
    """The GPUs that one container of a job asks for; which ones its queue's machines tell."""
    container = embedded(attributes.values.get("container_properties"))
    asked = container.get("resourceRequirements") if isinstance(container, Mapping) else None
    for each in asked if isinstance(asked, list) else ():
        if isinstance(each, Mapping) and each.get("type") == "GPU":
            number = str(each.get("value"))
            return int(number) if number.isdecimal() else Unknown("the number of its GPUs is filled in later")
    return 0


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


def fleet(resource: Resource, context: FacetContext) -> Facets:
    """`aws_ec2_fleet` and `aws_spot_fleet_request`: a target capacity of machines from templates and overrides."""
    attributes = resource.attributes
    is_fleet = resource.type == "aws_ec2_fleet"
    root = "target_capacity_specification.0." if is_fleet else ""
    total = attributes.whole(f"{root}total_target_capacity" if is_fleet else "target_capacity")
    kind = attributes.text(f"{root}default_target_capacity_type") if is_fleet else "spot"
    paid = attributes.whole(f"{root}on_demand_target_capacity")
    if not isinstance(paid, int):
        paid = total if kind == "on-demand" and isinstance(total, int) else 0
    capacity, on_demand = Capacity(total, total, total), Capacity(paid, paid, paid)
    found = _fleet_shape(attributes, resource, context)
    purchase = purchase_of(on_demand, capacity)
    found = found._replace(purchase=purchase, details={**found.details, "on_demand": on_demand})
    own = tags(resource, context) or NO_TAGS
    return compose(
        resource,
        context,
        kind="compute.group",
        region=region(resource, context),
        tags=own,
        pools=(pool_of(found, capacity, context),),
        schedule=schedule.of(resource, own, context),
        scaling=scaling(capacity),
    )


def _fleet_shape(attributes: Attributes, resource: Resource, context: FacetContext) -> Shape:
    """The shape of a fleet's first template, with every type that its overrides or launch specifications name."""
    overrides: list[Attributes] = []
    for name in ("launch_template_config.0.override", "launch_template_config.0.overrides", "launch_specification"):
        blocks = attributes.blocks(name)
        overrides += blocks if isinstance(blocks, tuple) else ()
    if attributes.has_block("launch_specification"):
        found = Shape(Unknown("no machine type is stated"), SPOT, (), {"image_root_volume": True})
    else:
        found = shape(context.neighbours.targets(resource, "launch_template_config", *TEMPLATES), context)
    named = [
        override
        for override in overrides
        if override.text("instance_type") is not None or override.has_block("instance_requirements")
    ]
    return found._replace(types=override_types(tuple(named), context)) if named else found


DESCRIBERS = {
    "aws_eks_node_group": node_group,
    "aws_batch_compute_environment": batch_environment,
    "aws_batch_job_definition": batch_job,
    "aws_eks_cluster": cluster,
    "aws_ec2_fleet": fleet,
    "aws_spot_fleet_request": fleet,
}
