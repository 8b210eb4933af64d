"""Azure load balancers, gateways, addresses, endpoints, firewalls, DNS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import (
    MILLION,
    Metered,
    hours_of,
    metered,
    parent,
    sku,
    times,
    why,
    without_sku,
)
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import always, amount, missing_region, query, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Component, Quantity
from spendgate.model.money import UNBOUNDED
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_DATA = Metered("Data processed", "GB", "data processed", "monthly_data_processed_gb")


def _balancer(subject: Subject) -> Iterator[Component]:
    """A standard balancer pays for its rules, which are resources of their own, and for traffic; a basic one nothing."""
    kind = sku(subject.resource.attributes, "sku", default="Standard")
    if isinstance(kind, Unknown):
        yield without_sku("Data processed", "GB", kind)
    elif kind == "Standard":
        yield from metered(subject, "load balancer", (_DATA,))
    elif kind != "Basic":
        yield always(subject, f"Load balancer ({kind})", ("load balancer", f"{kind.lower()} hours"))


def _rule(subject: Subject) -> Iterator[Component]:
    balancer = parent(subject, "loadbalancer_id", "azurerm_lb")
    kind = sku(balancer.attributes, "sku", default="Standard") if balancer else Unknown("of a balancer not in this run")
    if isinstance(kind, Unknown):
        yield without_sku("Rule usage", "hours", kind)
    elif kind == "Standard":
        yield always(subject, "Rule usage", ("load balancer", "rule usage"))


def _application_gateway(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    name = sku(attributes, "sku.0.name")
    if isinstance(name, Unknown):
        yield without_sku("Gateway usage", "hours", name)
        return
    waf = name.upper().startswith("WAF")
    if not name.endswith("_v2"):
        size = name.partition("_")[2].lower()
        title = f"{'WAF' if waf else 'basic'}, {size}"
        count = attributes.whole("sku.0.capacity")
        yield hours_of(subject, f"Gateway usage ({title})", ("application gateway", f"gateway usage ({title})"), count)
        yield from metered(subject, "application gateway", (_DATA._replace(item=f"data processed ({size})"),))
        return
    kind = "WAF" if waf else "basic"
    yield always(subject, f"Gateway usage ({kind} v2)", ("application gateway", f"gateway usage ({kind} v2)"))
    yield _capacity_units(subject, kind)


_UNITS_PER_INSTANCE = 10
"""Capacity units that each reserved instance stands for (Azure documentation, scaling Application Gateway v2)."""


def _capacity_units(subject: Subject, kind: str) -> Component:
    """Those of fixed instances, else stated units, else those of the autoscaling's minimum, up to its maximum."""
    attributes = subject.resource.attributes
    name, rate = f"V2 capacity units ({kind})", ("application gateway", f"v2 capacity units ({kind})")
    fixed = attributes.number("sku.0.capacity")
    if fixed is not None:
        return amount(subject, name, "CU", rate, times(fixed, _UNITS_PER_INSTANCE * HOURS_PER_MONTH))
    key = next((key for key in ("capacity_units", "monthly_v2_capacity_units") if key in subject.usage), None)
    if key is not None:
        return used(subject, name, "CU", rate, key, per_unit=1 / HOURS_PER_MONTH)
    least, most = (attributes.number(f"autoscale_configuration.0.{bound}_capacity") for bound in ("min", "max"))
    if isinstance(least, Unknown):
        return amount(subject, name, "CU", rate, least)
    if least is None:
        return used(subject, name, "CU", rate, "monthly_v2_capacity_units", per_unit=1 / HOURS_PER_MONTH)
    if (missing := missing_region(subject, name, "CU")) is not None:
        return missing
    each = _UNITS_PER_INSTANCE * HOURS_PER_MONTH
    low, high = least * each, most * each if isinstance(most, Decimal) else UNBOUNDED
    return Component(name, "CU", query(subject, rate), Quantity(low, low, max(low, high)))


def _nat(subject: Subject) -> Iterator[Component]:
    yield always(subject, "NAT gateway", ("nat gateway", "nat gateway"))
    yield from metered(subject, "nat gateway", (_DATA,))


def _address(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    method = sku(attributes, "allocation_method", default="Static")
    scope = sku(attributes, "sku_tier", default="Regional")
    for value in (method, scope):
        if isinstance(value, Unknown):
            yield without_sku("IP address", "hours", value)
            return
    title = f"{str(method).lower()}, {str(scope).lower()}"
    # NOTE: basic addresses that are static have a price of their own; those that are dynamic have no other.
    basic = attributes.text("sku") == "Basic" and method == "Static"
    yield always(subject, f"IP address ({title})", ("public ip", f"{title} (basic)" if basic else title))


def _prefix(subject: Subject) -> Iterator[Component]:
    """A prefix pays for each of its addresses; 16 unless told otherwise (a /28)."""
    length = subject.resource.attributes.whole("prefix_length")
    count = length if isinstance(length, Unknown) else Decimal(2) ** (32 - (28 if length is None else length))
    yield amount(subject, "IP prefix", "hours", ("public ip prefix", "ip prefix"), times(count, HOURS_PER_MONTH))


def _endpoint(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Private endpoint", ("private endpoint", "private endpoint"))
    for direction in ("Inbound", "Outbound"):
        item, key = f"{direction.lower()} data processed", f"monthly_{direction.lower()}_data_processed_gb"
        yield used(subject, f"{direction} data processed", "GB", ("private endpoint", item), key, tiered=True)


_BASTION_UNITS = 2
"""Scale units that come with a bastion host; the Standard and Premium SKU may have more (Azure Bastion pricing)."""


def _bastion(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    kind = sku(attributes, "sku", default="Basic")
    if isinstance(kind, Unknown):
        yield without_sku("Bastion host", "hours", kind)
        return
    if kind == "Developer":
        return
    suffix = "" if kind == "Basic" else f" ({kind.lower()})"
    yield always(subject, f"Bastion host{suffix}", ("bastion host", f"bastion host{suffix}"))
    units = attributes.whole("scale_units")
    if kind != "Basic" and isinstance(units, int) and units > _BASTION_UNITS:
        rate = ("bastion host", f"additional scale unit{suffix}")
        yield always(subject, "Additional scale units", rate, units - _BASTION_UNITS)
    rate, key = ("bastion host", "outbound data transfer"), "monthly_outbound_data_gb"
    yield used(subject, "Outbound data transfer", "GB", rate, key, tiered=True)


def _firewall(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    tier, place = sku(attributes, "sku_tier", default="Standard"), sku(attributes, "sku_name", default="AZFW_VNet")
    if isinstance(tier, Unknown) or isinstance(place, Unknown):
        yield without_sku("Deployment", "hours", why(tier, place))
        return
    hub = {"Standard": "Standard Secure Virtual Hub", "Premium": "Premium Secured Virtual Hub"}
    title = hub.get(tier, tier) if place == "AZFW_Hub" else tier
    yield always(subject, f"Deployment ({title})", ("firewall", f"deployment ({title})"))
    # NOTE: what a basic firewall processes has a price of its own.
    yield from metered(
        subject, "firewall", (_DATA._replace(item="data processed (basic)") if tier == "Basic" else _DATA,)
    )


def _vpn(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    name = sku(attributes, "sku", default="Basic")
    if isinstance(name, Unknown):
        yield without_sku("VPN gateway", "hours", name)
        return
    kind = "ExpressRoute" if attributes.text("type") == "ExpressRoute" else "VPN"
    yield always(subject, f"{kind} gateway ({name})", ("vpn gateway", f"{kind} gateway ({name})"))
    tunnels = stated(subject.usage, "p2s_connection")
    if tunnels is not None and tunnels > _FREE_TUNNELS:
        title = "VPN gateway P2S tunnels (over 128)"
        yield amount(subject, title, "tunnel", ("vpn gateway", title.lower()), tunnels - _FREE_TUNNELS)
    rate = ("vpn gateway", "vpn gateway data transfer")
    yield used(subject, "VPN gateway data transfer", "GB", rate, "monthly_data_transfer_gb")


_FREE_TUNNELS = Decimal(128)
"""Point-to-site tunnels that a VPN gateway includes (VPN Gateway pricing)."""


def _vpn_connection(subject: Subject) -> Iterator[Component]:
    gateway = parent(subject, "virtual_network_gateway_id", "azurerm_virtual_network_gateway")
    name = sku(gateway.attributes, "sku", default="Basic") if gateway else Unknown("of a gateway not in this run")
    if isinstance(name, Unknown):
        yield without_sku("VPN gateway connection", "hours", name)
    elif name != "Basic":
        yield always(subject, f"VPN gateway ({name})", ("vpn gateway connection", f"vpn gateway ({name})"))


def _scale_units(name: str, service: str, item: str) -> Callable[[Subject], Iterator[Component]]:
    def parts(subject: Subject) -> Iterator[Component]:
        attributes = subject.resource.attributes
        units = attributes.number("scale_unit")
        units = attributes.number("scale_units") if units is None else units
        yield amount(subject, name, "scale units", (service, item), units, default=Decimal(1))
        connections = "monthly_p2s_connections_hrs"
        if "point_to_site" in subject.resource.type:
            yield used(subject, "P2S connections", "hours", (service, "p2s connections"), connections)

    return parts


def _hourly(name: str, service: str, item: str, *more: Metered) -> Callable[[Subject], Iterator[Component]]:
    def parts(subject: Subject) -> Iterator[Component]:
        yield always(subject, name, (service, item))
        yield from metered(subject, service, more)

    return parts


def _monthly(name: str, service: str, item: str) -> Callable[[Subject], Iterator[Component]]:
    def parts(subject: Subject) -> Iterator[Component]:
        yield amount(subject, name, "months", (service, item), Decimal(1))

    return parts


def _queries(subject: Subject) -> Iterator[Component]:
    service = "private dns" if "private" in subject.resource.type else "dns"
    rate = (service, "dns queries")
    yield used(subject, "DNS queries", "1M queries", rate, "monthly_queries", per_unit=MILLION, tiered=True)


def _peering(subject: Subject) -> Iterator[Component]:
    """Traffic both ways. Between regions the price hangs on zones of the world that no source here lists."""
    key = "monthly_data_transfer_gb"
    remote = parent(subject, "remote_virtual_network_id", "azurerm_virtual_network")
    there = remote.attributes.text("location") if remote else None
    here = subject.facets.region
    if not isinstance(there, str) or not isinstance(here, str):
        yield unpriced("Data transfer", "GB", "the region of the other network is not known")
        return
    scope = "intra_region" if there.replace(" ", "").lower() == here else "between regions"
    for direction in ("Inbound", "Outbound"):
        rate = ("virtual network peering", f"{direction.lower()} data transfer {scope}")
        yield used(subject, f"{direction} data transfer", "GB", rate, key)


def _traffic_manager(subject: Subject) -> Iterator[Component]:
    service, rate = "traffic manager profile", ("traffic manager profile", "dns queries")
    yield used(subject, "DNS queries", "1M queries", rate, "monthly_dns_queries", per_unit=MILLION, tiered=True)
    if subject.resource.attributes.flag("traffic_view_enabled") is True:
        view = Metered("Traffic view", "1M data points", "traffic view", "monthly_traffic_view_data_points", MILLION)
        yield from metered(subject, service, (view,))


_RECORDS = ("a", "aaaa", "caa", "cname", "mx", "ns", "ptr", "srv", "txt")
_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "azurerm_lb": _balancer,
    "azurerm_lb_rule": _rule,
    "azurerm_lb_outbound_rule": _rule,
    "azurerm_application_gateway": _application_gateway,
    "azurerm_nat_gateway": _nat,
    "azurerm_public_ip": _address,
    "azurerm_public_ip_prefix": _prefix,
    "azurerm_private_endpoint": _endpoint,
    "azurerm_bastion_host": _bastion,
    "azurerm_firewall": _firewall,
    "azurerm_virtual_network_gateway": _vpn,
    "azurerm_virtual_network_gateway_connection": _vpn_connection,
    "azurerm_vpn_gateway": _scale_units("S2S scale units (500 Mbps)", "vpn gateway s2s", "s2s scale units (500 mbps)"),
    "azurerm_vpn_gateway_connection": _hourly("S2S connections", "vpn gateway s2s", "s2s connections"),
    "azurerm_point_to_site_vpn_gateway": _scale_units(
        "P2S scale units (500 Mbps)", "vpn gateway p2s", "p2s scale units (500 mbps)"
    ),
    "azurerm_express_route_gateway": _scale_units(
        "ER scale units (2 Gbps)", "express route gateway", "er scale units (2 gbps)"
    ),
    "azurerm_express_route_connection": _hourly("ER connections", "express route connection", "er connections"),
    "azurerm_virtual_hub": _hourly("Deployment", "virtual hub", "deployment", _DATA),
    "azurerm_virtual_network_peering": _peering,
    "azurerm_traffic_manager_profile": _traffic_manager,
    "azurerm_network_ddos_protection_plan": _hourly(
        "DDoS Protection Plan",
        "network ddos protection plan",
        "ddos protection plan",
        Metered("Overage charges", "resource", "overage charges", "overage_amount"),
    ),
    "azurerm_dns_zone": _monthly("Hosted zone", "dns", "hosted zone"),
    "azurerm_private_dns_zone": _monthly("Hosted zone", "private dns", "hosted zone"),
    **{f"azurerm_dns_{record}_record": _queries for record in _RECORDS},
    **{f"azurerm_private_dns_{record}_record": _queries for record in _RECORDS},
    "azurerm_private_dns_resolver_inbound_endpoint": _monthly(
        "Inbound endpoint", "private dns resolver inbound endpoint", "inbound endpoint"
    ),
    "azurerm_private_dns_resolver_outbound_endpoint": _monthly(
        "Outbound endpoint", "private dns resolver outbound endpoint", "outbound endpoint"
    ),
    "azurerm_private_dns_resolver_dns_forwarding_ruleset": _monthly(
        "Forwarding ruleset", "private dns resolver dns forwarding ruleset", "forwarding ruleset"
    ),
}


class Network(KeysByType):
    """What is paid by the hour whether traffic flows or not, and the traffic."""

    types = tuple(_PARTS)
    usage_keys = {
        "monthly_data_processed_gb": "gigabytes processed a month",
        "monthly_inbound_data_processed_gb": "gigabytes that come in through the endpoint, a month",
        "monthly_outbound_data_processed_gb": "gigabytes that go out through the endpoint, a month",
        "monthly_outbound_data_gb": "gigabytes sent out a month",
        "monthly_data_transfer_gb": "gigabytes transferred a month",
        "capacity_units": "capacity units that a gateway uses on average",
        "monthly_v2_capacity_units": "capacity units that a gateway uses on average",
        "p2s_connection": "point-to-site tunnels",
        "monthly_p2s_connections_hrs": "hours of point-to-site connections a month",
        "monthly_queries": "DNS queries a month",
        "monthly_dns_queries": "DNS queries a month",
        "monthly_traffic_view_data_points": "data points of the traffic view, a month",
        "overage_amount": "protected resources over the plan's number",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        yield from _PARTS[subject.resource.type](subject)


NETWORK = Network()
