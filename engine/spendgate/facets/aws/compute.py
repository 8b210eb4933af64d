"""Single EC2 machines, their templates and capacity reservations."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.aws import disks, schedule
from spendgate.facets.aws.place import computed, region, stated_text, tags
from spendgate.facets.compose import compose
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets, Pool, Purchase, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext

SPOT = Purchase("spot", Decimal(1))
ON_DEMAND = Purchase()
RESERVED = Purchase("reserved", Decimal(0))
NO_SCALING = Scaling("none", False)


def types_of(machine_type: Text) -> tuple[str, ...] | Unknown:
    """A stated machine type as the only possible one; none stated is unknown."""
    if isinstance(machine_type, Unknown):
        return machine_type
    return (machine_type,) if machine_type else Unknown("no machine type is stated")


def market(resource: Resource, context: FacetContext) -> Purchase:
    """How single machines are bought: `instance_market_options.market_type`."""
    kind = stated_text(resource, context, "instance_market_options.0.market_type")
    if isinstance(kind, Unknown):
        return Purchase(kind, kind)
    if kind == "spot":
        return SPOT
    return Purchase("capacity-block", Decimal(0)) if kind == "capacity-block" else ON_DEMAND


def details(attributes: Attributes) -> dict[str, object]:
    """What else prices a machine: monitoring, tenancy, CPU credits, EBS optimisation, a public address; as stated."""
    return {
        "monitoring": attributes.flag("monitoring"),
        "cpu_credits": attributes.text("credit_specification.0.cpu_credits"),
        "ebs_optimized": attributes.flag("ebs_optimized"),
        "public_ip": attributes.flag("associate_public_ip_address"),
    }


def of_template(template: Resource) -> dict[str, object]:
    """The same of a launch template, which writes some of them differently."""
    attributes = template.attributes
    return {
        **details(attributes),
        "monitoring": attributes.flag("monitoring.0.enabled"),
        "public_ip": attributes.flag("network_interfaces.0.associate_public_ip_address"),
    }


def _with(own: dict[str, object], template: Resource | None) -> dict[str, object]:
    """An instance's own statements over those of its template."""
    if template is None:
        return own
    theirs = of_template(template)
    return {key: theirs[key] if value is None or isinstance(value, Unknown) else value for key, value in own.items()}


def instance(resource: Resource, context: FacetContext) -> Facets:
    """`aws_instance` and `aws_spot_instance_request`; what it leaves open comes from its launch template."""
    attributes = resource.attributes
    found = context.neighbours.targets(resource, "launch_template", "aws_launch_template")
    template = found[0] if found else None
    machine_type = attributes.text("instance_type")
    purchase = SPOT if resource.type == "aws_spot_instance_request" else market(resource, context)
    if template is not None:
        if machine_type is None or isinstance(machine_type, Unknown):
            from_template = template.attributes.text("instance_type")
            machine_type = from_template if from_template is not None else machine_type
        if purchase is ON_DEMAND:
            purchase = market(template, context)
    types = types_of(machine_type)
    own_tags = tags(resource, context) or NO_TAGS
    computed_disks = computed(resource, context, "root_block_device") and computed(
        resource, context, "ebs_block_device"
    )
    pool = Pool(
        machine_types=types,
        capacity=Capacity(),
        purchase=purchase,
        accelerators=accelerators.of_machines(context.catalog, "aws", types),
        disks=disks.of_instance(attributes, template.attributes if template else None, computed=computed_disks),
        operating_system=_operating_system(attributes),
        tenancy=_tenancy(resource, template, context),
        details=_with(details(attributes), template),
    )
    return compose(
        resource,
        context,
        kind="compute.vm",
        name=own_tags.text("name"),
        region=region(resource, context),
        tags=own_tags,
        pools=(pool,),
        schedule=schedule.of(resource, own_tags, context),
        scaling=NO_SCALING,
    )


def _operating_system(attributes: Attributes) -> str:
    """The system by what the API says of a running machine (`PlatformDetails`); a plan only tells Windows."""
    said = attributes.text("platform_details")
    if isinstance(said, str):
        word = said.lower()
        names = {"windows": "windows", "red hat": "rhel", "rhel": "rhel", "suse": "suse"}
        return next((system for start, system in names.items() if word.startswith(start)), "linux")
    return "windows" if attributes.flag("get_password_data") is True else "linux"


def _tenancy(resource: Resource, template: Resource | None, context: FacetContext) -> str:
    """`shared`, `dedicated`, or `host` for a machine whose dedicated host is what costs."""
    host = resource.attributes.text("host_id")
    if isinstance(host, str) or context.neighbours.points(resource, "host_id"):
        return "host"
    tenancy = stated_text(resource, context, "tenancy")
    if tenancy is None and template is not None:
        tenancy = template.attributes.text("placement.0.tenancy")
    if isinstance(tenancy, Unknown):
        return "unknown"
    return "shared" if tenancy in (None, "default") else str(tenancy)


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
    )


DESCRIBERS = {
    "aws_instance": instance,
    "aws_spot_instance_request": instance,
    "aws_launch_template": template,
    "aws_launch_configuration": template,
    "aws_ec2_capacity_reservation": reservation,
    "aws_ec2_capacity_block_reservation": reservation,
}
