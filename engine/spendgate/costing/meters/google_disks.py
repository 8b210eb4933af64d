"""Persistent disks, hyperdisks and local SSDs of Google: default sizes by kind, provisioned IOPS where they are metered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.costing.meters.machines import sizes, unpriced
from spendgate.model.cost import Basis, Component, RateQuery
from spendgate.model.facets import Capacity, Disk
from spendgate.model.values import Unknown
from spendgate.ports import Subject

DEFAULT_GIB: Mapping[str, Decimal] = {
    "pd-standard": Decimal(500),
    "pd-balanced": Decimal(100),
    "pd-ssd": Decimal(100),
    "pd-extreme": Decimal(1000),
    "hyperdisk-extreme": Decimal(1000),
    "hyperdisk-balanced": Decimal(100),
}
_DEFAULT_IOPS: Mapping[str, Decimal] = {"pd-extreme": Decimal(100_000), "hyperdisk-extreme": Decimal(350_000)}
"""Sizes and IOPS of a disk that states none (Terraform provider `google`, google_compute_disk)."""


def disk_components(
    subject: Subject, disk: Disk, capacity: Capacity, name: str, *, spot: bool = False, regional: bool = False
) -> Iterator[Component]:
    """The metered parts of one disk on each of so many machines."""
    region, kind = subject.facets.region, disk.kind
    if not isinstance(region, str) or not isinstance(kind, str):
        why = region if isinstance(region, Unknown) else kind
        yield unpriced(name, "GB-month", why.reason if isinstance(why, Unknown) else "region or kind is not known")
        return
    size = disk.size_gib
    if isinstance(size, Unknown):
        yield unpriced(name, "GB-month", f"its size is {size.reason}")
        return
    default = disk.size_is_default or size is None
    size = size if size is not None else DEFAULT_GIB.get(kind)
    quantity = sizes(capacity, size) if size is not None else f"the default size of {kind} is not known"
    if isinstance(quantity, str):
        yield unpriced(name, "GB-month", quantity)
        return
    suffix = " (regional)" if regional else (" (spot)" if spot and kind == "local-ssd" else "")
    query = RateQuery("google", region, "persistent disk", f"{kind}{suffix}")
    basis = Basis.PROVIDER_DEFAULT if default else Basis.EXACT
    yield Component(f"{name} ({kind})", "GB-month", query, quantity, basis=basis)
    if kind in _DEFAULT_IOPS:
        iops = disk.iops if isinstance(disk.iops, Decimal) else _DEFAULT_IOPS[kind]
        amount = sizes(capacity, iops)
        if not isinstance(amount, str):
            rate = RateQuery("google", region, "persistent disk", f"{kind} iops")
            yield Component(f"{name} IOPS ({kind})", "IOPS-month", rate, amount, basis=basis)
