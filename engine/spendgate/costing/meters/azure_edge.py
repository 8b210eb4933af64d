"""Azure's edge: Front Door (classic, Standard, Premium), its firewall policies, CDN endpoints, ExpressRoute."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import MILLION, TEN_THOUSAND, parent, why
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    each,
    keys_of,
    monthly,
    number_of,
    text_of,
    unknown_of,
    use_of,
    used,
)
from spendgate.costing.meters.sold import placed
from spendgate.costing.usage import stated
from spendgate.model.cost import Component
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_ZONES = {
    "zone 2": ("eastasia", "southeastasia", "japan", "korea"),
    "zone 3": ("brazil",),
    "zone 4": ("australia",),
    "zone 5": ("southindia", "westindia", "centralindia"),
    "us gov": ("usgov", "usdod"),
}
"""Billing zones of Front Door and CDN by the names of regions; every other region is in zone 1 (Azure bandwidth zones)."""
_WHERE = {
    "zone 1": "north_america_europe_africa",
    "zone 2": "asia_pacific",
    "zone 3": "south_america",
    "zone 4": "australia",
    "zone 5": "india",
    "us gov": "us_gov",
}
_CLASSIC = "front door"
_OUT = "monthly_outbound_data_transfer_gb"
_IN = Use("Inbound data transfer", "GB", (_CLASSIC, "inbound"), "monthly_inbound_data_transfer_gb")
_INCLUDED_RULES, _INCLUDED_HOSTS = 5, 100


def zone_of(region: object) -> str:
    """The billing zone of a region."""
    name = region if isinstance(region, str) else ""
    return next((zone for zone, starts in _ZONES.items() if name.startswith(starts)), "zone 1")


def _front_door(subject: Subject) -> Iterator[Component]:
    """Classic: routing rules that are enabled by the hour, hosts above those that are included, traffic by where it goes."""
    attributes = subject.resource.attributes
    zone = zone_of(subject.facets.region)
    rules, hosts = attributes.blocks("routing_rule"), attributes.blocks("frontend_endpoint")
    if isinstance(rules, Unknown) or isinstance(hosts, Unknown):
        yield unpriced("Routing rules", "hours", f"its rules and hosts: {why(rules, hosts).reason}")
        return
    enabled = sum(1 for rule in rules if rule.flag("enabled") is not False)
    first = min(enabled, _INCLUDED_RULES)
    if first:
        yield always(subject, f"Routing rules (first {_INCLUDED_RULES})", (_CLASSIC, "routing rules first 5"), first)
    if enabled > _INCLUDED_RULES:
        more = enabled - _INCLUDED_RULES
        yield always(subject, "Routing rules (additional)", (_CLASSIC, "routing rules additional"), more)
    if len(hosts) > _INCLUDED_HOSTS:
        over = len(hosts) - _INCLUDED_HOSTS
        yield monthly(subject, f"Frontend hosts (over {_INCLUDED_HOSTS})", "hosts", (_CLASSIC, "frontend host"), over)
    yield from each(subject, (_IN,))
    told = [place for place in _WHERE if stated(subject.usage, f"{_OUT}.{_WHERE[place]}") is not None]
    for place in told or (zone,):
        name, rate = f"Outbound data transfer ({place})", (_CLASSIC, f"{place} outbound")
        yield used(subject, name, "GB", rate, f"{_OUT}.{_WHERE[place]}", tiered=True)


_OUT_KEYS = {f"{_OUT}.{place}": f"gigabytes out to {place.replace('_', ' ')} a month" for place in _WHERE.values()}
_RULE_REQUESTS = (
    Use(
        "Custom rule requests",
        "1M requests",
        (_CLASSIC, "custom rule requests"),
        "monthly_custom_rule_requests",
        MILLION,
    ),
    Use(
        "Managed ruleset requests",
        "1M requests",
        (_CLASSIC, "managed ruleset requests"),
        "monthly_managed_ruleset_requests",
        MILLION,
    ),
)


def _classic_policy(subject: Subject) -> Iterator[Component]:
    """A firewall policy by the month, its rules and rulesets, and the requests that go through them."""
    attributes = subject.resource.attributes
    yield monthly(subject, "Policy", "months", (_CLASSIC, "policy"))
    parts = (("custom_rule", "Custom rules", "rules", "custom rule"), ("managed_rule", "Managed rulesets", "rulesets", "managed ruleset"))  # fmt: skip
    for block, name, unit, item in parts:
        blocks = attributes.blocks(block)
        if isinstance(blocks, Unknown):
            yield unpriced(name, unit, f"their number is {blocks.reason}")
        elif blocks:
            yield monthly(subject, name, unit, (_CLASSIC, item), len(blocks))
    yield from each(subject, _RULE_REQUESTS)


def _profile(subject: Subject) -> Iterator[Component]:
    """Standard and Premium: a base fee by the hour, requests and traffic by zone."""
    sku = text_of(subject, "sku_name")
    if (missing := unknown_of(sku, "its sku_name", "Base fee", "hours")) is not None:
        yield missing
        return
    tier = str(sku).removesuffix("_AzureFrontDoor").lower()
    yield monthly(subject, f"Base fee ({tier})", "months", (f"{_CLASSIC} {tier}", "base fee"))
    yield from each(subject, _of_profile(tier, zone_of(subject.facets.region)))


def _of_profile(tier: str, zone: str) -> tuple[Use, ...]:
    service = f"{_CLASSIC} {tier}"
    return (
        Use(f"Requests ({zone})", "10k requests", (service, f"{zone} requests"), "monthly_requests", TEN_THOUSAND, tiered=True),
        Use(f"Data to clients ({zone})", "GB", (service, f"{zone} outbound"), "monthly_outbound_gb", tiered=True),
        Use(f"Data to origins ({zone})", "GB", (service, f"{zone} to origin"), "monthly_origin_gb"),
    )  # fmt: skip


_CDN = "cdn"
_FREE_RULES = 5
_CDN_KEYS = {
    "monthly_outbound_gb": "gigabytes out a month",
    "monthly_rules_engine_requests": "requests that go through the rules engine a month",
}


def _cdn_endpoint(subject: Subject) -> Iterator[Component]:
    """Traffic at the price of the profile's provider; rules above five and requests through them at Microsoft's."""
    profile = parent(subject, "profile_name", "azurerm_cdn_profile")
    sku = profile.attributes.text("sku") if profile is not None else Unknown("its profile is in no input")
    if (missing := unknown_of(sku, "the sku of its profile", "Outbound data transfer", "GB")) is not None:
        yield missing
        return
    tier, _, provider = str(sku).lower().partition("_")
    zone = zone_of(subject.facets.region)
    kind = f"{tier} {provider}"
    yield used(
        subject,
        f"Outbound data transfer ({kind}, {zone})",
        "GB",
        (_CDN, f"{zone} {kind} outbound"),
        "monthly_outbound_gb",
        tiered=True,
    )
    if kind == "standard microsoft":
        yield from _cdn_rules(subject)
    accelerated = text_of(subject, "optimization_type") == "DynamicSiteAcceleration"
    if accelerated and kind in ("standard akamai", "standard verizon"):
        rate = (_CDN, f"{zone} acceleration")
        yield used(subject, "Accelerated data transfer", "GB", rate, "monthly_outbound_gb", tiered=True)


def _cdn_rules(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    counted = [attributes.blocks(name) for name in ("global_delivery_rule", "delivery_rule")]
    if any(isinstance(blocks, Unknown) for blocks in counted):
        yield unpriced("Rules engine rules", "rules", f"their number is {why(*counted).reason}")
        return
    rules = sum(len(blocks) for blocks in counted if not isinstance(blocks, Unknown))
    if rules > _FREE_RULES:
        over = rules - _FREE_RULES
        yield monthly(subject, f"Rules engine rules (over {_FREE_RULES})", "rules", (_CDN, "rule"), over)
    if rules:
        rate, key = (_CDN, "rule requests"), "monthly_rules_engine_requests"
        yield used(subject, "Rules engine requests", "1M requests", rate, key, per_unit=MILLION)


def _circuit(subject: Subject) -> Iterator[Component]:
    """A circuit by the month, by tier, way of billing and megabits; outbound data of a metered one."""
    attributes = subject.resource.attributes
    tier, family = attributes.text("sku.0.tier"), attributes.text("sku.0.family")
    megabits = number_of(subject, "bandwidth_in_mbps")
    gigabits = number_of(subject, "bandwidth_in_gbps")
    if megabits is None and isinstance(gigabits, Decimal):
        megabits = gigabits * 1000
    for value, what in ((tier, "its tier"), (family, "its family"), (megabits, "its bandwidth")):
        if (missing := unknown_of(value, what, "Circuit", "months")) is not None:
            yield missing
            return
    way = "unlimited" if str(family).lower().startswith("unlimited") else "metered"
    kind = f"{str(tier).lower()} {way} {megabits:f} mbps"
    yield monthly(subject, f"Circuit ({kind})", "months", ("express route circuit", kind))
    if way == "metered":
        yield from each(subject, (_CIRCUIT_OUT,))


_CIRCUIT_OUT = Use("Outbound data", "GB", ("express route circuit", "outbound"), "monthly_outbound_gb")


def _port(subject: Subject) -> Iterator[Component]:
    """A pair of ports of ExpressRoute Direct by the month."""
    gigabits = number_of(subject, "bandwidth_in_gbps")
    if (missing := unknown_of(gigabits, "its bandwidth", "Port pair", "months")) is not None:
        yield missing
        return
    yield monthly(subject, f"Port pair ({gigabits:f} Gbps)", "months", ("express route direct", f"{gigabits:f} gbps"))


def _route_server(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Route server", ("route server", "hours"))


def _appliance(subject: Subject) -> Iterator[Component]:
    yield amount(
        subject,
        "Scale units",
        "units",
        ("network virtual appliance", "scale unit"),
        number_of(subject, "scale_unit", Decimal(1)),
    )


def _firewall_policy(subject: Subject) -> Iterator[Component]:
    """NOTE: a policy costs when several firewalls use it; the first association is free (Azure Firewall Manager pricing)."""
    users = len(subject.neighbours.users(subject.resource, "azurerm_firewall"))
    firewalls = stated(subject.usage, _FIREWALLS)
    count = firewalls if firewalls is not None else Decimal(users)
    if count != 1:
        rate = ("firewall manager", "policy")
        known = count if count else None
        yield use_of(subject, "Policy associations", "associations", rate, known, _FIREWALLS)


_FIREWALLS = "associated_firewalls"


_SLOW = Decimal(30)
"""Seconds between the probes of a profile that states none; faster ones cost more (documentation of Traffic Manager)."""


def _endpoint(subject: Subject) -> Iterator[Component]:
    """A target of Traffic Manager: its health checks, and what fast ones add; nothing while its profile is disabled."""
    profile = parent(subject, "profile_id", "azurerm_traffic_manager_profile")
    interval: Number = _SLOW
    if profile is not None:
        if profile.attributes.text("profile_status") == "Disabled":
            return
        stated_interval = profile.attributes.number("monitor_config.0.interval_in_seconds")
        interval = _SLOW if stated_interval is None else stated_interval
    where = placed(subject, "global")
    kind = "external" if subject.resource.type == "azurerm_traffic_manager_external_endpoint" else "azure"
    service = "traffic manager endpoint"
    yield amount(where, "Basic health check", "hours", (service, f"{kind} health check"), HOURS_PER_MONTH)
    if isinstance(interval, Unknown):
        yield unpriced("Fast interval health checks", "hours", f"the interval of its profile is {interval.reason}")
    elif interval is not None and interval < _SLOW:
        rate = (service, f"{kind} fast interval")
        yield amount(where, "Fast interval health checks", "hours", rate, HOURS_PER_MONTH)


EDGE = ByType(
    {
        "azurerm_frontdoor": Service(_front_door, {**keys_of(_IN), **_OUT_KEYS}),
        "azurerm_frontdoor_firewall_policy": Service(_classic_policy, keys_of(*_RULE_REQUESTS)),
        "azurerm_cdn_frontdoor_profile": Service(_profile, keys_of(*_of_profile("standard", "zone 1"))),
        "azurerm_cdn_endpoint": Service(_cdn_endpoint, _CDN_KEYS),
        "azurerm_express_route_circuit": Service(_circuit, keys_of(_CIRCUIT_OUT)),
        "azurerm_express_route_port": Service(_port, {}),
        "azurerm_traffic_manager_azure_endpoint": Service(_endpoint, {}),
        "azurerm_traffic_manager_external_endpoint": Service(_endpoint, {}),
        "azurerm_traffic_manager_nested_endpoint": Service(_endpoint, {}),
        "azurerm_route_server": Service(_route_server, {}),
        "azurerm_network_virtual_appliance": Service(_appliance, {}),
        "azurerm_firewall_policy": Service(
            _firewall_policy, {_FIREWALLS: "firewalls that use the policy, when not all are in this run"}
        ),
    }
)
