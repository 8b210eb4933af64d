"""Persistent disks, hyperdisks and local SSDs of Google: default sizes by kind, provisioned performance where it is metered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from spendgate.costing.meters.machines import sizes, unpriced
from spendgate.model.cost import Basis, Component, RateQuery
from spendgate.model.facets import Capacity, Disk
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

DEFAULT_GIB: Mapping[str, Decimal] = {
    "pd-standard": Decimal(500),
    "pd-balanced": Decimal(100),
    "pd-ssd": Decimal(100),
    "pd-extreme": Decimal(1000),
    "hyperdisk-extreme": Decimal(1000),
    "hyperdisk-balanced": Decimal(100),
}
"""Sizes of a disk that states none (Terraform provider `google`, google_compute_disk)."""


class _Performance(NamedTuple):
    """Provisioned performance that is metered: what is provisioned without a word (None: it hangs on size and machine), and how
    much of it costs nothing."""

    default: Decimal | None
    included: Decimal


_IOPS: Mapping[str, _Performance] = {
    "pd-extreme": _Performance(Decimal(100_000), Decimal(0)),
    "hyperdisk-extreme": _Performance(Decimal(350_000), Decimal(0)),
    "hyperdisk-balanced": _Performance(Decimal(3_000), Decimal(3_000)),
    "hyperdisk-balanced-high-availability": _Performance(Decimal(3_000), Decimal(3_000)),
}
_THROUGHPUT: Mapping[str, _Performance] = {
    "hyperdisk-balanced": _Performance(Decimal(140), Decimal(140)),
    "hyperdisk-balanced-high-availability": _Performance(Decimal(140), Decimal(140)),
    "hyperdisk-throughput": _Performance(None, Decimal(0)),
    "hyperdisk-ml": _Performance(None, Decimal(0)),
}
"""Compute Engine documentation, Hyperdisk: Balanced includes 3,000 IOPS and 140 MiB/s; Throughput and ML pay for all of theirs."""


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
    size = size if size is not None else DEFAULT_GIB.get(kind)
    quantity = sizes(capacity, size) if size is not None else f"the default size of {kind} is not known"
    if isinstance(quantity, str):
        yield unpriced(name, "GB-month", quantity)
        return
    suffix = " (regional)" if regional else (" (spot)" if spot and kind == "local-ssd" else "")
    query = RateQuery("google", region, "persistent disk", f"{kind}{suffix}")
    basis = Basis.PROVIDER_DEFAULT if disk.size_is_default else Basis.EXACT
    yield Component(f"{name} ({kind})", "GB-month", query, quantity, basis=basis)
    for what, unit, table, asked in (
        ("IOPS", "IOPS-month", _IOPS, disk.iops),
        ("throughput", "MiBps-month", _THROUGHPUT, disk.throughput_mibps),
    ):
        if (performance := table.get(kind)) is not None:
            title = f"{name} {what} ({kind})"
            rate = RateQuery("google", region, "persistent disk", f"{kind} {what.lower()}{suffix}")
            yield from _provisioned(title, unit, rate, performance, asked, capacity, basis)


def _provisioned(
    name: str, unit: str, rate: RateQuery, performance: _Performance, asked: Number, capacity: Capacity, basis: Basis
) -> Iterator[Component]:
    if isinstance(asked, Unknown):
        yield unpriced(name, unit, f"what is provisioned is {asked.reason}")
        return
    provisioned = performance.default if asked is None else asked
    if provisioned is None:
        yield unpriced(name, unit, "what is provisioned is not stated")
        return
    metered = max(provisioned - performance.included, Decimal(0))
    amount = sizes(capacity, metered)
    if metered and not isinstance(amount, str):
        yield Component(name, unit, rate, amount, basis=Basis.PROVIDER_DEFAULT if asked is None else basis)
