"""Cloud NAT, forwarding rules, addresses."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage
from spendgate.costing.meters.parts import always, missing_region, query, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.ports import Subject

_NAT_MOST_VMS = Decimal(32)
"""VMs that a NAT gateway bills at most (Cloud NAT pricing)."""


class Network:
    """What is paid by the hour whether traffic flows or not, and the traffic."""

    types = (
        "google_compute_router_nat",
        "google_compute_forwarding_rule",
        "google_compute_global_forwarding_rule",
        "google_compute_address",
        "google_compute_global_address",
    )
    usage_keys = {
        "assigned_vms": "VMs that use the NAT gateway",
        "monthly_data_processed_gb": "gigabytes processed a month",
        "monthly_ingress_data_gb": "gigabytes that come in a month",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        type_ = subject.resource.type
        if type_ == "google_compute_router_nat":
            yield _nat_vms(subject)
            yield used(subject, "Data processed", "GB", ("cloud nat", "data processed"), "monthly_data_processed_gb")
        elif type_.endswith("forwarding_rule"):
            yield always(subject, "Forwarding rule", ("forwarding rule", "rule"))
            yield used(
                subject, "Data processed", "GB", ("forwarding rule", "data processed"), "monthly_ingress_data_gb"
            )
        elif subject.resource.attributes.text("address_type") != "INTERNAL":
            in_use = bool(subject.neighbours.users(subject.resource, "google_compute_instance"))
            item = "in use" if in_use else "unused"
            yield always(subject, f"External address ({item})", ("external ip", item))


def _nat_vms(subject: Subject) -> Component:
    rate = ("cloud nat", "assigned vm")
    if (missing := missing_region(subject, "Assigned VMs", "VM-hours")) is not None:
        return missing
    count = stated(subject.usage, "assigned_vms")
    if count is None:
        return needs_usage("Assigned VMs", "VM-hours", query(subject, rate), "assigned_vms")
    quantity = Quantity.exactly(min(count, _NAT_MOST_VMS) * HOURS_PER_MONTH)
    return Component("Assigned VMs", "VM-hours", query(subject, rate), quantity, basis=Basis.USAGE)


NETWORK = Network()
