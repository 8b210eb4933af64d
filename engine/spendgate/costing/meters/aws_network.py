"""NAT gateways, load balancers, addresses, endpoints, transit and private connections, firewalls."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    by_use,
    each,
    keys_of,
    query,
    text_of,
    unknown_of,
    use_of,
    used,
)
from spendgate.costing.usage import stated, word
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_PROCESSED = "monthly_data_processed_gb"
_DATA_KEY = {_PROCESSED: "gigabytes processed a month"}


def _processed(subject: Subject, rate: tuple[str, str], *, tiered: bool = False) -> Component:
    return used(subject, "Data processed", "GB", rate, _PROCESSED, tiered=tiered)


def _nat(subject: Subject) -> Iterator[Component]:
    yield always(subject, "NAT gateway", ("nat", "gateway hours"))
    yield _processed(subject, ("nat", "data processed"))


_LCU = {
    "application": {
        "new_connections": 25,
        "active_connections": 3000,
        "processed_bytes_gb": 1,
        "rule_evaluations": 1000,
    },
    "network": {"new_connections": 800, "active_connections": 100_000, "processed_bytes_gb": 1},
    "gateway": {"new_connections": 600, "active_connections": 60_000, "processed_bytes_gb": 1},
}
"""What one load balancer capacity unit carries: connections a second and a minute, gigabytes an hour, rules a second
(Elastic Load Balancing pricing, the figures of TCP for network load balancers)."""
_BALANCER_KEYS = {
    "new_connections": "new connections a second on average",
    "active_connections": "active connections a minute on average",
    "processed_bytes_gb": "gigabytes processed a month",
    "rule_evaluations": "rule evaluations a second on average",
    "capacity_units": "capacity units on average, where they are known as such",
}


def _balancer(subject: Subject) -> Iterator[Component]:
    kind = text_of(subject, "load_balancer_type", "application")
    if isinstance(kind, Unknown) or kind not in _LCU:
        yield unpriced("Load balancer", "hours", f"its type is {kind.reason if isinstance(kind, Unknown) else kind}")
        return
    yield always(subject, f"Load balancer ({kind})", ("elb", f"{kind} hours"))
    units = _capacity_units(subject, str(kind))
    hours = units * HOURS_PER_MONTH if units is not None else None
    yield use_of(subject, "Capacity units", "LCU-hours", ("elb", f"{kind} lcu"), hours, "processed_bytes_gb")


def _capacity_units(subject: Subject, kind: str) -> Decimal | None:
    """The dimension that asks for most decides; None when nothing is stated."""
    units = stated(subject.usage, "capacity_units")
    if units is not None:
        return units
    found = []
    for key, carried in _LCU[kind].items():
        amount = stated(subject.usage, key)
        if amount is not None:
            found.append((amount / HOURS_PER_MONTH if key == "processed_bytes_gb" else amount) / carried)
    return max(found, default=None)


def _classic(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Load balancer (classic)", ("elb", "classic hours"))
    yield _processed(subject, ("elb", "classic data"))


def _address(subject: Subject) -> Iterator[Component]:
    """Every public IPv4 address is paid by the hour, attached or not, since 1 February 2024 (Amazon VPC pricing)."""
    pool = text_of(subject, "public_ipv4_pool")
    if isinstance(pool, str) and pool != "amazon":
        return  # NOTE: an address that people brought themselves is free.
    yield always(subject, "Public IPv4 address", ("ip", "public ipv4"))


def _endpoint(subject: Subject) -> Iterator[Component]:
    """Interface endpoints by subnet; gateway endpoints (S3, DynamoDB) are free."""
    kind = text_of(subject, "vpc_endpoint_type", "Gateway")
    if isinstance(kind, Unknown):
        yield unpriced("Endpoint", "hours", f"its type is {kind.reason}")
    elif kind == "Interface":
        subnets = subject.resource.attributes.get("subnet_ids")
        pointed = subject.neighbours.targets(subject.resource, "subnet_ids", "aws_subnet", "aws_default_subnet")
        if isinstance(subnets, Unknown) and pointed:
            yield always(subject, "Interface endpoint", ("vpc endpoint", "interface hours"), len(pointed))
        elif isinstance(subnets, Unknown) and subject.neighbours.points(subject.resource, "subnet_ids"):
            yield unpriced("Interface endpoint", "hours", "the number of its subnets is known only after apply")
        else:
            count = len(subnets) if isinstance(subnets, (list, tuple)) else 0
            yield always(subject, "Interface endpoint", ("vpc endpoint", "interface hours"), max(count, 1))
        yield _processed(subject, ("vpc endpoint", "interface data"), tiered=True)
    elif kind == "GatewayLoadBalancer":
        yield always(subject, "Gateway load balancer endpoint", ("vpc endpoint", "gateway load balancer hours"))
        yield _processed(subject, ("vpc endpoint", "gateway load balancer data"))


def _endpoint_subnet(subject: Subject) -> Iterator[Component]:
    """Each further subnet of an interface endpoint is paid like the first."""
    yield always(subject, "Interface endpoint", ("vpc endpoint", "interface hours"))


_ATTACHMENT = ("transit gateway", "attachment")
_TRANSIT_DATA = ("transit gateway", "data processed")


def _transit_vpc(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Transit gateway attachment", _ATTACHMENT)
    yield _processed(subject, _TRANSIT_DATA)


def _transit_peering(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Transit gateway attachment", _ATTACHMENT)


def _vpn(subject: Subject) -> Iterator[Component]:
    yield always(subject, "VPN connection", ("vpn", "site-to-site connection"))
    points = subject.neighbours.points(subject.resource, "transit_gateway_id")
    if points or isinstance(text_of(subject, "transit_gateway_id"), str):
        yield from _transit_vpc(subject)


def _direct_connect_gateway(subject: Subject) -> Iterator[Component]:
    """A transit gateway behind a Direct Connect gateway is an attachment; a virtual private gateway costs nothing."""
    resource = subject.resource
    if subject.neighbours.targets(resource, "associated_gateway_id", "aws_vpn_gateway"):
        return
    gateway = text_of(subject, "associated_gateway_id")
    if not (isinstance(gateway, str) and gateway.startswith("vgw-")):
        yield from _transit_vpc(subject)


_LOCATIONS = "monthly_outbound_from_region_to_dx_connection_location"
_DX_KEYS = {
    "dx_connection_type": "dedicated or hosted",
    "dx_virtual_interface_type": "private or public",
    f"{_LOCATIONS}.*": "gigabytes a month from each region (us_east_1: 200)",
    "monthly_outbound_region_to_dx_location_gb": "gigabytes a month from the region of the connection",
}


def _direct_connect(subject: Subject) -> Iterator[Component]:
    """The port by the hour, and data out of each region to its location."""
    bandwidth, location = text_of(subject, "bandwidth"), text_of(subject, "location")
    kind = word(subject.usage, "dx_connection_type", ("dedicated", "hosted")) or "dedicated"
    word(subject.usage, "dx_virtual_interface_type", ("private", "public"))
    if (missing := unknown_of(bandwidth, "bandwidth", "Port", "hours")) is not None:
        yield missing
        return
    speed = str(bandwidth).lower().replace("gbps", " gbps").replace("mbps", " mbps")
    yield always(subject, f"Port ({bandwidth}, {kind})", ("direct connect", f"{speed} {kind} port"))
    rate = ("direct connect", f"to {location}")
    stated_regions = subject.usage.get(_LOCATIONS)
    if not isinstance(stated_regions, dict):
        yield used(subject, "Data out", "GB", rate, "monthly_outbound_region_to_dx_location_gb")
        return
    for key in sorted(stated_regions):
        region = key.replace("_", "-")
        amount = stated(subject.usage, f"{_LOCATIONS}.{key}") or Decimal(0)
        place = replace(query(subject, rate), region=region)
        yield Component(f"Data out of {region}", "GB", place, Quantity.exactly(amount), basis=Basis.USAGE)


def _firewall(subject: Subject) -> Iterator[Component]:
    """An endpoint in each mapped subnet."""
    subnets = subject.resource.attributes.blocks("subnet_mapping")
    if isinstance(subnets, Unknown):
        yield unpriced("Firewall endpoints", "hours", f"its subnets: {subnets.reason}")
    else:
        yield always(subject, "Firewall endpoints", ("network firewall", "endpoint"), max(len(subnets), 1))
    yield _processed(subject, ("network firewall", "data processed"))


_CONNECTIONS = Use("Client connections", "hours", ("vpn", "client connection"), "monthly_connection_hours")


def _client_association(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Subnet association", ("vpn", "client association"))


def _mirror(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Traffic mirror session", ("vpc", "traffic mirror session"))


def _lattice(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Service", ("vpc lattice", "service"))
    yield from each(subject, (Use("Data processed", "GB", ("vpc lattice", "data"), _PROCESSED),))


NETWORK = ByType(
    {
        "aws_nat_gateway": Service(_nat, _DATA_KEY),
        "aws_lb": Service(_balancer, _BALANCER_KEYS),
        "aws_alb": Service(_balancer, _BALANCER_KEYS),
        "aws_elb": Service(_classic, _DATA_KEY),
        "aws_eip": Service(_address, {}),
        "aws_vpc_endpoint": Service(_endpoint, _DATA_KEY),
        "aws_vpc_endpoint_subnet_association": Service(_endpoint_subnet, {}),
        "aws_ec2_transit_gateway_vpc_attachment": Service(_transit_vpc, _DATA_KEY),
        "aws_ec2_transit_gateway_peering_attachment": Service(_transit_peering, {}),
        "aws_vpn_connection": Service(_vpn, _DATA_KEY),
        "aws_dx_connection": Service(_direct_connect, _DX_KEYS),
        "aws_dx_gateway_association": Service(_direct_connect_gateway, _DATA_KEY),
        "aws_networkfirewall_firewall": Service(_firewall, _DATA_KEY),
        "aws_ec2_client_vpn_endpoint": by_use(_CONNECTIONS),
        "aws_ec2_client_vpn_network_association": Service(_client_association, keys_of()),
        "aws_ec2_traffic_mirror_session": Service(_mirror, keys_of()),
        "aws_vpclattice_service": Service(_lattice, _DATA_KEY),
    }
)
