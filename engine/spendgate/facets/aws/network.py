"""AWS network resources that cost money."""

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
    "aws_ec2_transit_gateway_peering_attachment": "network.transit",
    "aws_dx_connection": "network.transit",
    "aws_dx_gateway_association": "network.transit",
    "aws_vpn_connection": "network.vpn",
    "aws_ec2_client_vpn_endpoint": "network.vpn",
    "aws_ec2_client_vpn_network_association": "network.vpn",
    "aws_networkfirewall_firewall": "network.firewall",
    "aws_globalaccelerator_accelerator": "network.cdn",
    "aws_globalaccelerator_endpoint_group": "network.cdn",
    "aws_cloudfront_distribution": "network.cdn",
    "aws_data_transfer": "network.traffic",
    "aws_cloudwatch_log_group": "storage.log",
    "aws_ecr_repository": "storage.image",
}


def network(resource: Resource, context: FacetContext) -> Facets:
    """Any of these types, by its kind. Stated traffic says its region itself."""
    return compose(
        resource,
        context,
        kind=_KINDS[resource.type],
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
    )


DESCRIBERS = dict.fromkeys(_KINDS, network)
