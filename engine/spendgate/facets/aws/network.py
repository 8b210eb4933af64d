"""AWS network resources that cost money, and log groups."""

from __future__ import annotations

from spendgate.facets.aws.place import region, tags
from spendgate.facets.compose import compose
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.ports import FacetContext

_KINDS = {
    "aws_nat_gateway": "network.nat",
    "aws_lb": "network.lb",
    "aws_alb": "network.lb",
    "aws_elb": "network.lb",
    "aws_eip": "network.ip",
    "aws_vpc_endpoint": "network.endpoint",
    "aws_ec2_transit_gateway_vpc_attachment": "network.transit",
    "aws_vpn_connection": "network.vpn",
    "aws_cloudfront_distribution": "network.cdn",
    "aws_cloudwatch_log_group": "storage.log",
    "aws_lambda_function": "compute.function",
    "aws_ecs_service": "compute.container",
}


def network(resource: Resource, context: FacetContext) -> Facets:
    """Any of these types, by its kind."""
    return compose(
        resource,
        context,
        kind=_KINDS[resource.type],
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
    )


DESCRIBERS = dict.fromkeys(_KINDS, network)
