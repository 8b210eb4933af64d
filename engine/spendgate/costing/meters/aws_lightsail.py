"""Lightsail beside its machines: databases, disks, buckets, containers and balancers, in bundles by the month."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.parts import ByType, Service, amount, monthly, number_of, text_of, unknown_of
from spendgate.model.cost import Component
from spendgate.ports import Subject


def _lightsail_sized(name: str, attribute: str, service: str) -> Service:
    """A part of Lightsail that is sold in bundles by the month."""

    def parts(subject: Subject) -> Iterator[Component]:
        bundle = text_of(subject, attribute)
        if (missing := unknown_of(bundle, "its bundle", name, "months")) is not None:
            yield missing
            return
        yield monthly(subject, f"{name} ({bundle})", "months", ("lightsail", f"{service} {str(bundle).lower()}"))

    return Service(parts, {})


def _lightsail_disk(subject: Subject) -> Iterator[Component]:
    yield amount(subject, "Disk", "GB-month", ("lightsail", "disk storage"), number_of(subject, "size_in_gb"))


def _lightsail_containers(subject: Subject) -> Iterator[Component]:
    power = text_of(subject, "power")
    if (missing := unknown_of(power, "its power", "Nodes", "months")) is not None:
        yield missing
        return
    count = number_of(subject, "scale", Decimal(1))
    yield amount(subject, f"Nodes ({power})", "months", ("lightsail", f"container {str(power).lower()}"), count)


def _lightsail_balancer(subject: Subject) -> Iterator[Component]:
    yield monthly(subject, "Load balancer", "months", ("lightsail", "load balancer"))


LIGHTSAIL = ByType(
    {
        "aws_lightsail_database": _lightsail_sized("Database", "bundle_id", "database"),
        "aws_lightsail_bucket": _lightsail_sized("Bucket", "bundle_id", "bucket"),
        "aws_lightsail_distribution": _lightsail_sized("Distribution", "bundle_id", "distribution"),
        "aws_lightsail_disk": Service(_lightsail_disk, {}),
        "aws_lightsail_container_service": Service(_lightsail_containers, {}),
        "aws_lightsail_lb": Service(_lightsail_balancer, {}),
    }
)
