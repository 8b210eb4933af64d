"""NAT gateways, load balancers, addresses, interface endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import always, used
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject


def _nat(subject: Subject) -> Iterator[Component]:
    yield always(subject, "NAT gateway", ("nat", "gateway hours"))
    yield used(subject, "Data processed", "GB", ("nat", "data processed"), "monthly_data_processed_gb")


def _balancer(subject: Subject) -> Iterator[Component]:
    kind = subject.resource.attributes.text("load_balancer_type") or "application"
    if isinstance(kind, Unknown):
        yield unpriced("Load balancer", "hours", f"its type is {kind.reason}")
        return
    if kind not in ("application", "network"):
        yield unpriced(f"Load balancer ({kind})", "hours", f"no price of {kind} load balancers is known")
        return
    yield always(subject, f"Load balancer ({kind})", ("elb", f"{kind} hours"))
    unit = "LCU-hours"
    yield used(subject, "Capacity units", unit, ("elb", f"{kind} lcu"), "capacity_units", per_unit=1 / HOURS_PER_MONTH)


def _classic(subject: Subject) -> Iterator[Component]:
    yield always(subject, "Load balancer (classic)", ("elb", "classic hours"))
    yield used(subject, "Data processed", "GB", ("elb", "classic data"), "monthly_data_processed_gb")


def _address(subject: Subject) -> Iterator[Component]:
    """Every public IPv4 address is paid by the hour, attached or not, since 1 February 2024 (Amazon VPC pricing)."""
    yield always(subject, "Public IPv4 address", ("ip", "public ipv4"))


def _endpoint(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    kind = attributes.text("vpc_endpoint_type") or "Gateway"
    if isinstance(kind, Unknown):
        yield unpriced("Endpoint", "hours", f"its type is {kind.reason}")
    elif kind == "Interface":
        subnets = attributes.get("subnet_ids")
        if isinstance(subnets, Unknown):
            yield unpriced("Interface endpoint", "hours", "the number of its subnets is known only after apply")
        else:
            count = len(subnets) if isinstance(subnets, list) else 0
            yield always(subject, "Interface endpoint", ("vpc endpoint", "interface hours"), max(count, 1))
        rate = ("vpc endpoint", "interface data")
        yield used(subject, "Data processed", "GB", rate, "monthly_data_processed_gb", tiered=True)
    elif kind == "GatewayLoadBalancer":
        yield always(subject, "Gateway load balancer endpoint", ("vpc endpoint", "gateway load balancer hours"))
        rate = ("vpc endpoint", "gateway load balancer data")
        yield used(subject, "Data processed", "GB", rate, "monthly_data_processed_gb")
    # NOTE: gateway endpoints (S3, DynamoDB) are free.


_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "aws_nat_gateway": _nat,
    "aws_lb": _balancer,
    "aws_alb": _balancer,
    "aws_elb": _classic,
    "aws_eip": _address,
    "aws_vpc_endpoint": _endpoint,
}


class Network:
    """What is paid by the hour whether traffic flows or not, and the traffic."""

    types = tuple(_PARTS)
    usage_keys = {
        "monthly_data_processed_gb": "gigabytes processed a month",
        "capacity_units": "load balancer capacity units used on average",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        return _PARTS[subject.resource.type](subject)


NETWORK = Network()
