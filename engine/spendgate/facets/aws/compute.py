"""Single EC2 machines, their templates and capacity reservations."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators, schedules
from spendgate.facets.aws import disks
from spendgate.facets.aws.place import region, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets, Limits, Pool, Purchase, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext

SPOT = Purchase("spot", Decimal(1))
ON_DEMAND = Purchase()


def types_of(machine_type: Text) -> tuple[str, ...] | Unknown:
    """A stated machine type as the only possible one; none stated is unknown."""
    if isinstance(machine_type, Unknown):
        return machine_type
    return (machine_type,) if machine_type else Unknown("no machine type is stated")


def market(attributes: Attributes) -> Purchase:
    """How single machines are bought: `instance_market_options.market_type`."""
    kind = attributes.text("instance_market_options.0.market_type")
    if isinstance(kind, Unknown):
        return Purchase(kind, kind)
    if kind == "spot":
        return SPOT
    return Purchase("capacity-block", Decimal(0)) if kind == "capacity-block" else ON_DEMAND


def details(attributes: Attributes) -> dict[str, object]:
    """What else prices a machine: monitoring, tenancy and CPU credits, as stated."""
    return {
        "monitoring": attributes.get("monitoring"),
        "cpu_credits": attributes.text("credit_specification.0.cpu_credits"),
        "ebs_optimized": attributes.flag("ebs_optimized"),
    }


def instance(resource: Resource, context: FacetContext) -> Facets:
    """`aws_instance` and `aws_spot_instance_request`; what it leaves open comes from its launch template."""
    attributes = resource.attributes
    template = next(iter(context.neighbours.targets(resource, "launch_template", "aws_launch_template")), None)
    machine_type = attributes.text("instance_type")
    if template is not None and (machine_type is None or isinstance(machine_type, Unknown)):
        machine_type = template.attributes.text("instance_type") or machine_type
    types = types_of(machine_type)
    own_tags = tags(resource, context) or NO_TAGS
    purchase = SPOT if resource.type == "aws_spot_instance_request" else market(attributes)
    pool = Pool(
        machine_types=types,
        capacity=Capacity(),
        purchase=purchase,
        accelerators=accelerators.of_machines(context.catalog, "aws", types),
        disks=disks.of_instance(attributes),
        tenancy=_tenancy(attributes),
        details=details(attributes),
    )
    return compose(
        resource,
        context,
        kind="compute.vm",
        name=own_tags.text("name"),
        region=region(resource, context),
        tags=own_tags,
        pools=(pool,),
        schedule=schedules.from_tags(own_tags, context.schedules) or Schedule(),
        scaling=Scaling("none", False),
    )


def _tenancy(attributes: Attributes) -> str:
    tenancy = attributes.text("tenancy")
    return tenancy if isinstance(tenancy, str) and tenancy != "default" else "shared"


def template(resource: Resource, context: FacetContext) -> Facets:
    """`aws_launch_template` and `aws_launch_configuration`: costs nothing alone, its users do."""
    types = types_of(resource.attributes.text("instance_type"))
    return compose(
        resource,
        context,
        kind="compute.template",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
        accel=accelerators.of_machines(context.catalog, "aws", types),
        capacity=Capacity(0, 0, 0),
    )


def reservation(resource: Resource, context: FacetContext) -> Facets:
    """`aws_ec2_capacity_reservation` and `aws_ec2_capacity_block_reservation`: machines paid for whether they run or not."""
    attributes = resource.attributes
    types = types_of(attributes.text("instance_type"))
    count: Whole = attributes.whole("instance_count")
    block = resource.type == "aws_ec2_capacity_block_reservation"
    pool = Pool(
        machine_types=types,
        capacity=Capacity(count, count, count),
        purchase=Purchase("capacity-block" if block else "reserved", Decimal(0)),
        accelerators=accelerators.of_machines(context.catalog, "aws", types),
    )
    return compose(
        resource,
        context,
        kind="compute.reservation",
        region=region(resource, context),
        tags=tags(resource, context),
        pools=(pool,),
        limits=Limits(),
    )


DESCRIBERS = {
    "aws_instance": instance,
    "aws_spot_instance_request": instance,
    "aws_launch_template": template,
    "aws_launch_configuration": template,
    "aws_ec2_capacity_reservation": reservation,
    "aws_ec2_capacity_block_reservation": reservation,
}
