"""Volumes that claims ask for, and load balancers that services and ingresses ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage, sizes, unpriced
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Capacity, Disk
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_ONE = Capacity(1, 1, 1)
_EBS = ("gp2", "gp3", "io1", "io2", "st1", "sc1")
_AZURE_LETTERS = {"Premium_LRS": "P", "StandardSSD_LRS": "E", "Standard_LRS": "S"}
_AZURE_TIERS = {4: 1, 8: 2, 16: 3, 32: 4, 64: 6, 128: 10, 256: 15, 512: 20, 1024: 30, 2048: 40, 4096: 50}
"""Billed size classes of Azure disks: GiB to the number of the tier (Azure managed disks documentation)."""
_BALANCERS: Mapping[str, tuple[str, str]] = {
    "aws classic": ("elb", "classic hours"),
    "aws network": ("elb", "network hours"),
    "aws application": ("elb", "application hours"),
    "google classic": ("forwarding rule", "rule"),
    "google network": ("forwarding rule", "rule"),
    "google application": ("forwarding rule", "rule"),
    "azure classic": ("load balancer", "rule usage"),
    "azure network": ("load balancer", "rule usage"),
}


def volume_components(subject: Subject) -> Iterator[Component]:
    """The volumes of a workload (one per pod) or of a claim. They go on when the pods stop."""
    disks = subject.facets.disks
    if isinstance(disks, Unknown):
        yield unpriced("Volumes", "GB-month", disks.reason)
        return
    capacity = _ONE if subject.resource.type == "PersistentVolumeClaim" else subject.facets.capacity
    for disk in disks:
        yield _volume(subject, disk, capacity)


def _volume(subject: Subject, disk: Disk, capacity: Capacity) -> Component:
    provider, region = subject.facets.k8s.get("provider"), subject.facets.region
    for value, what in ((disk.kind, ""), (disk.size_gib, "its size: "), (region, "")):
        if isinstance(value, Unknown):
            return unpriced(disk.name, "GB-month", what + value.reason)
    if not provider or disk.size_gib is None or not isinstance(region, str):
        why = "its size is not stated" if disk.size_gib is None else "no storage class or setting tells the cloud"
        return unpriced(disk.name, "GB-month", why)
    assert isinstance(disk.size_gib, Decimal)
    amount, unit = disk.size_gib, "GB-month"
    service, item = _rate(str(provider), str(disk.kind))
    if disk.kind == "efs":
        query = RateQuery(str(provider), region, "efs", "standard storage")
        return needs_usage(f"{disk.name} (efs)", "GB-month", query, "storage_gb")
    if provider == "azure":
        tier = next((number for size, number in _AZURE_TIERS.items() if size >= disk.size_gib), None)
        letter = _AZURE_LETTERS.get(str(disk.kind))
        if tier is None or letter is None:
            return unpriced(
                f"{disk.name} ({disk.kind})", unit, f"no price of {disk.kind} of {disk.size_gib:f} GiB is known"
            )
        service, item, amount, unit = "managed disk", f"{letter}{tier} LRS", Decimal(1), "months"
    quantity = sizes(capacity, amount)
    if isinstance(quantity, str):
        return unpriced(f"{disk.name} ({disk.kind})", unit, quantity)
    return Component(f"{disk.name} ({disk.kind})", unit, RateQuery(str(provider), region, service, item), quantity)


def _rate(provider: str, kind: str) -> tuple[str, str]:
    if provider == "aws":
        return ("ebs", f"{kind} storage") if kind in _EBS else (kind, "storage")
    return "persistent disk", kind


class Claims:
    """Persistent volume claims."""

    types = ("PersistentVolumeClaim",)
    usage_keys = {"storage_gb": "gigabytes stored, where a volume is paid by use (EFS)"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """The claimed volume."""
        return volume_components(subject)


class Balancers:
    """Services of type LoadBalancer, gateways, ingresses of a cloud's controller; all others cost nothing by themselves."""

    types = ("Service", "Ingress", "Gateway")
    usage_keys: Mapping[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """The hours of the load balancer; its traffic is paid beside it."""
        kind, provider = subject.facets.k8s.get("load_balancer"), subject.facets.k8s.get("provider")
        if kind is None:
            return
        name, region = f"Load balancer ({kind})", subject.facets.region
        if not isinstance(region, str) or provider is None:
            reason = region.reason if isinstance(region, Unknown) else "no node or setting tells the cloud"
            yield unpriced(name, "hours", reason)
            return
        service, item = _BALANCERS.get(f"{provider} {kind}", ("load balancer", str(kind)))
        made = subject.resource.type == "Gateway" and kind == "classic"
        yield Component(
            name,
            "hours",
            RateQuery(str(provider), region, service, item),
            Quantity.exactly(HOURS_PER_MONTH),
            basis=Basis.ASSUMED if made else Basis.EXACT,
            note="its controller makes a service of type LoadBalancer" if made else "",
        )


CLAIMS = Claims()
BALANCERS = Balancers()
