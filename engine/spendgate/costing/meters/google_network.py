"""Cloud NAT, load balancing, addresses and VPN."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.meters.parts import ByType, Service, Use, always, by_use, each, missing_region, query, used
from spendgate.costing.usage import stated, word
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_NAT_MOST_VMS = Decimal(32)
"""VMs that a NAT gateway bills at most (Cloud NAT pricing)."""
_USE_OF_ADDRESS = {
    "standard_vm": "in use",
    "preemptible_vm": "in use by spot vm",
    "unused": "unused",
}
_FREE_USERS = (
    "google_compute_forwarding_rule",
    "google_compute_global_forwarding_rule",
    "google_compute_ha_vpn_gateway",
)
"""Users of an address that pay for it themselves (VPC pricing, external IP addresses on forwarding rules)."""
_OTHER_USERS = ("google_compute_router_nat",)


def _nat(subject: Subject) -> Iterator[Component]:
    rate = ("cloud nat", "assigned vm")
    count = stated(subject.usage, "assigned_vms")
    if (missing := missing_region(subject, "Assigned VMs", "VM-hours")) is not None:
        yield missing
    elif count is None:
        yield needs_usage("Assigned VMs", "VM-hours", query(subject, rate), "assigned_vms")
    else:
        quantity = Quantity.exactly(min(count, _NAT_MOST_VMS) * HOURS_PER_MONTH)
        yield Component("Assigned VMs", "VM-hours", query(subject, rate), quantity, basis=Basis.USAGE)
    yield used(subject, "Data processed", "GB", ("cloud nat", "data processed"), "monthly_data_processed_gb")


_PRIVATE_TARGETS = ("all-apis", "vpc-sc")
"""Targets by name that make a rule an endpoint of Private Service Connect, beside service attachments."""


def _forwarding_rule(subject: Subject) -> Iterator[Component]:
    """A rule at the price of each beyond the first five, or an endpoint of Private Service Connect.

    NOTE: the first five rules of a project cost one fixed amount together, so that one rule alone costs more than a further one
    and the second to the fifth nothing. Which of them this is hangs on all others of the project.
    """
    target = subject.resource.attributes.text("target")
    if isinstance(target, str) and ("/serviceAttachments/" in target or target in _PRIVATE_TARGETS):
        service = "private service connect"
        yield always(subject, "Private Service Connect endpoint", (service, "endpoint"))
        yield used(subject, "Data processed", "GB", (service, "data processed"), "monthly_ingress_data_gb")
        return
    rule = always(subject, "Forwarding rule", ("forwarding rule", "rule"))
    if rule.quantity is not None:
        alone = query(subject, ("forwarding rule", "first five rules"))
        quantity = replace(rule.quantity, low=Decimal(0))
        note = "as a further rule; the first five of a project cost what one of them costs alone"
        rule = replace(rule, quantity=quantity, alternatives=(alone,), basis=Basis.ASSUMED, note=note)
    yield rule
    yield used(subject, "Data processed", "GB", ("forwarding rule", "data processed"), "monthly_ingress_data_gb")


def _address(subject: Subject) -> Iterator[Component]:
    """External addresses: what uses it decides what it costs; an internal one costs nothing."""
    kind = subject.resource.attributes.text("address_type")
    if kind == "INTERNAL":
        return
    if isinstance(kind, Unknown) and subject.neighbours.points(subject.resource, "address_type"):
        yield unpriced("External address", "hours", f"whether it is external is {kind.reason}")
        return
    use = _stated_use(subject) or _use_of(subject)
    if use is not None:
        yield always(subject, f"External address ({use})", ("external ip", use))


def _stated_use(subject: Subject) -> str | None:
    told = word(subject.usage, "address_type", tuple(_USE_OF_ADDRESS))
    return None if told is None else _USE_OF_ADDRESS[told]


def _use_of(subject: Subject) -> str | None:
    """The rate of an address by its users; None when a load balancer's rule uses it, which is charged for already."""
    users = subject.neighbours.users(subject.resource, "google_compute_instance", *_FREE_USERS, *_OTHER_USERS)
    machines = [user for user in users if user.type == "google_compute_instance"]
    if machines:
        return "in use by spot vm" if all(_is_spot(machine) for machine in machines) else "in use"
    if any(user.type in _OTHER_USERS for user in users):
        return "in use"
    if users:
        return None
    reported = subject.resource.attributes.texts("users")
    if isinstance(reported, tuple) and reported:
        return None if all("/forwardingRules/" in user for user in reported) else "in use"
    return "unused"


def _is_spot(machine: Resource) -> bool:
    own = machine.attributes
    return own.flag("scheduling.0.preemptible") is True or own.text("scheduling.0.provisioning_model") == "SPOT"


def _vpn_tunnel(subject: Subject) -> Iterator[Component]:
    yield always(subject, "VPN tunnel", ("cloud vpn", "tunnel"))


_EGRESS = "monthly_egress_data_transfer_gb"
_BY_DESTINATION = tuple(
    Use(f"IPSec traffic {words}", "GB", ("vpn egress", item), f"{_EGRESS}.{key}")
    for key, words, item in (
        ("same_region", "within the region", "same region"),
        ("us_or_canada", "within the US and Canada", "us or canada"),
        ("europe", "within Europe", "europe"),
        ("asia", "within Asia", "asia"),
        ("south_america", "within South America", "south america"),
        ("oceania", "to and from Oceania and Indonesia", "oceania"),
        ("worldwide", "between continents", "between continents"),
    )
)
_TO_INTERNET = tuple(
    Use(f"IPSec traffic {words}", "GB", ("internet egress", item), f"{_EGRESS}.{key}", tiered=True)
    for key, words, item in (
        ("worldwide", "to the internet", "worldwide"),
        ("china", "to China", "china"),
        ("australia", "to Australia", "australia"),
    )
)


def _traffic(uses: tuple[Use, ...]) -> Service:
    """Traffic by destination: what is stated, or all of it as needed when nothing is."""

    def parts(subject: Subject) -> Iterator[Component]:
        told = [use for use in uses if stated(subject.usage, use.key) is not None]
        yield from each(subject, told or uses)

    return Service(parts, {_EGRESS: "gigabytes sent out a month, by destination"})


_PROXY = by_use(
    # NOTE: the key counts instances that run on average, each of which is paid every hour.
    Use("Proxy instance", "hours", ("lb proxy", "proxy instance"), "monthly_proxy_instances", 1 / HOURS_PER_MONTH),
    Use("Data processed", "GB", ("lb proxy", "data processed"), "monthly_data_processed_gb"),
)
_NAT_KEYS = {
    "assigned_vms": "VMs that use the NAT gateway",
    "monthly_data_processed_gb": "gigabytes processed a month",
}
_RULE_KEYS = {"monthly_ingress_data_gb": "gigabytes that come in a month"}
_ADDRESS_KEYS = {"address_type": "what uses it: standard_vm, preemptible_vm or unused"}

NETWORK = ByType(
    {
        "google_compute_router_nat": Service(_nat, _NAT_KEYS),
        "google_compute_forwarding_rule": Service(_forwarding_rule, _RULE_KEYS),
        "google_compute_global_forwarding_rule": Service(_forwarding_rule, _RULE_KEYS),
        "google_compute_address": Service(_address, _ADDRESS_KEYS),
        "google_compute_global_address": Service(_address, _ADDRESS_KEYS),
        "google_compute_vpn_tunnel": Service(_vpn_tunnel, {}),
        "google_compute_vpn_gateway": _traffic(_BY_DESTINATION),
        "google_compute_ha_vpn_gateway": _traffic(_BY_DESTINATION),
        "google_service_networking_connection": _traffic(_BY_DESTINATION),
        "google_compute_external_vpn_gateway": _traffic(_TO_INTERNET),
        **dict.fromkeys(
            (
                "google_compute_target_grpc_proxy",
                "google_compute_target_http_proxy",
                "google_compute_target_https_proxy",
                "google_compute_target_ssl_proxy",
                "google_compute_target_tcp_proxy",
                "google_compute_region_target_http_proxy",
                "google_compute_region_target_https_proxy",
                "google_compute_region_target_tcp_proxy",
            ),
            _PROXY,
        ),
    }
)
