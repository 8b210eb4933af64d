"""Platforms that start machines of their own: EMR clusters, Elastic Beanstalk environments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.aws import schedule
from spendgate.facets.aws.compute import ON_DEMAND, SPOT, types_of
from spendgate.facets.aws.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Pool, Purchase, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext

_GROUPS = ("master", "core")


def _pool(
    context: FacetContext,
    machine_type: Text,
    capacity: Capacity,
    purchase: Purchase,
    disks: tuple[Disk, ...] | Unknown,
    name: str,
) -> Pool:
    types = types_of(machine_type)
    found = accelerators.of_machines(context.catalog, "aws", types)
    return Pool(types, capacity, purchase, found, disks, name)


def emr(resource: Resource, context: FacetContext) -> Facets:
    """`aws_emr_cluster`: its master and core groups; a bid price buys spot."""
    own = tags(resource, context) or NO_TAGS
    pools = [pool for name in _GROUPS for pool in _emr_groups(resource.attributes, name, context)]
    return compose(
        resource,
        context,
        kind="compute.cluster",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=pools,
        schedule=schedule.of(resource, own, context),
        scaling=Scaling("fixed", False),
    )


def _emr_groups(attributes: Attributes, name: str, context: FacetContext) -> Iterator[Pool]:
    group = attributes.block(f"{name}_instance_group")
    if isinstance(group, Attributes):
        yield _emr_group(group, name, context)
    fleet = attributes.block(f"{name}_instance_fleet")
    if isinstance(fleet, Attributes):
        yield _emr_fleet(fleet, name, context)


def _emr_group(group: Attributes, name: str, context: FacetContext) -> Pool:
    count = group.whole("instance_count")
    size: Whole = count if count is not None else 1
    purchase = SPOT if group.text("bid_price") is not None else ON_DEMAND
    return _pool(context, group.text("instance_type"), Capacity(size, size, size), purchase, _emr_disks(group), name)


def _emr_fleet(fleet: Attributes, name: str, context: FacetContext) -> Pool:
    paid, spot = fleet.whole("target_on_demand_capacity"), fleet.whole("target_spot_capacity")
    total: Whole = Unknown("the size of its fleet is not known")
    if not isinstance(paid, Unknown) and not isinstance(spot, Unknown):
        total = (paid or 0) + (spot or 0)
    share = Decimal(spot) / Decimal(total) if isinstance(spot, int) and isinstance(total, int) and total else Decimal(0)
    machine_type = fleet.text("instance_type_configs.0.instance_type")
    purchase = Purchase("spot" if share == 1 else "on-demand", share) if share else ON_DEMAND
    return _pool(context, machine_type, Capacity(total, total, total), purchase, (), name)


def emr_part(resource: Resource, context: FacetContext) -> Facets:
    """`aws_emr_instance_group`, `aws_emr_instance_fleet`: task machines that join a cluster beside its own groups."""
    own = tags(resource, context) or NO_TAGS
    made = _emr_fleet if resource.type == "aws_emr_instance_fleet" else _emr_group
    return compose(
        resource,
        context,
        kind="compute.group",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(made(resource.attributes, "task", context),),
        schedule=schedule.of(resource, own, context),
        scaling=Scaling("fixed", False),
    )


def _emr_disks(group: Attributes) -> tuple[Disk, ...] | Unknown:
    """Volumes of each machine. A block that states no number makes one; one that is not known leaves all of them unknown."""
    blocks = group.blocks("ebs_config")
    if isinstance(blocks, Unknown):
        return blocks
    found: list[Disk] = []
    for number, block in enumerate(blocks):
        count = block.whole("volumes_per_instance")
        if isinstance(count, Unknown):
            return count
        found += [
            Disk(
                f"volume {number}.{copy}",
                block.text("type"),
                block.number("size"),
                block.number("iops"),
                block.number("throughput"),
            )
            for copy in range(1 if count is None else count)
        ]
    return tuple(found)


_CONFIGURATION = "aws:autoscaling:launchconfiguration"
_DEFAULT_TYPE, _DEFAULT_MOST = "t3.micro", 4
"""Machine type and largest size of an environment without a statement (Elastic Beanstalk guide, general options)."""


def options(attributes: Attributes) -> Mapping[tuple[str, str], Text] | Unknown:
    """The option settings of an environment by namespace and name."""
    blocks = attributes.blocks("setting")
    if isinstance(blocks, Unknown):
        return blocks
    return {
        (str(block.text("namespace")), str(block.text("name"))): block.text("value")
        for block in blocks
        if isinstance(block.text("name"), str)
    }


def environment(resource: Resource, context: FacetContext) -> Facets:
    """`aws_elastic_beanstalk_environment`: machines between the sizes that its settings state."""
    own = tags(resource, context) or NO_TAGS
    settings = options(resource.attributes)
    pool = _environment_pool(settings, context)
    return compose(
        resource,
        context,
        kind="compute.group",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=schedule.of(resource, own, context),
        scaling=Scaling("autoscaling", False),
    )


def _environment_pool(settings: Mapping[tuple[str, str], Text] | Unknown, context: FacetContext) -> Pool:
    if isinstance(settings, Unknown):
        return _pool(context, settings, Capacity(settings, settings, settings), ON_DEMAND, (), "")
    inner = Attributes({"_".join(key): value for key, value in settings.items() if not isinstance(value, Unknown)})
    stated = settings.get((_CONFIGURATION, "InstanceType"))
    several = settings.get(("aws:ec2:instances", "InstanceTypes"))
    machine_type: Text = stated if stated is not None else _DEFAULT_TYPE
    if isinstance(several, str) and several:
        machine_type = several.split(",")[0].strip()
    least = inner.whole("aws:autoscaling:asg_MinSize")
    most = inner.whole("aws:autoscaling:asg_MaxSize")
    low: Whole = least if least is not None else 1
    size = inner.number(f"{_CONFIGURATION}_RootVolumeSize")
    kind = inner.text(f"{_CONFIGURATION}_RootVolumeType")
    root = Disk(
        "root volume",
        kind if kind is not None else "gp2",
        size if size is not None else Decimal(8),
        inner.number(f"{_CONFIGURATION}_RootVolumeIOPS"),
        size_is_default=size is None,
    )
    spot = inner.flag("aws:ec2:instances_EnableSpot") is True
    capacity = Capacity(low, low, most if most is not None else _DEFAULT_MOST)
    return _pool(context, machine_type, capacity, SPOT if spot else ON_DEMAND, (root,), "")


DESCRIBERS = {
    "aws_emr_cluster": emr,
    "aws_emr_instance_group": emr_part,
    "aws_emr_instance_fleet": emr_part,
    "aws_elastic_beanstalk_environment": environment,
}
