"""EBS volumes: what each kind includes and what is metered beside its gigabytes.

gp3 includes 3,000 IOPS and 125 MiB/s; io1 and io2 meter every provisioned IOPS; magnetic volumes meter requests.
Source: Amazon EBS pricing; unit prices in the price book.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.machines import label, needs_usage, sizes, unpriced
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Capacity, Disk, Pool
from spendgate.model.values import Unknown
from spendgate.ports import Subject

GP3_INCLUDED_IOPS = Decimal(3000)
GP3_INCLUDED_MIBPS = Decimal(125)
_KINDS = ("gp2", "gp3", "io1", "io2", "st1", "sc1", "standard")


def pool_disks(subject: Subject, pool: Pool) -> Iterator[Component]:
    """The volumes of every machine of a pool; they exist for as long as the machine does."""
    if isinstance(pool.disks, Unknown):
        yield unpriced(label(pool, "Volumes"), "GB-month", f"block devices: {pool.disks.reason}")
        return
    for disk in pool.disks:
        yield from disk_components(subject, disk, pool.capacity, label(pool, disk.name))


def disk_components(subject: Subject, disk: Disk, capacity: Capacity, name: str) -> Iterator[Component]:
    """The metered parts of one volume on each of so many machines."""
    region = subject.facets.region
    for value, what in ((disk.kind, "volume type"), (disk.size_gib, "volume size"), (region, "region")):
        if not isinstance(value, (str, Decimal)):
            why = value.reason if isinstance(value, Unknown) else "is not stated"
            yield unpriced(name, "GB-month", f"{what}: {why}")
            return
    assert isinstance(disk.kind, str)
    assert isinstance(region, str)
    if disk.kind not in _KINDS:
        yield unpriced(name, "GB-month", f"{disk.kind!r} is no volume type that is known")
        return
    basis = Basis.PROVIDER_DEFAULT if disk.size_is_default else Basis.EXACT
    note = ""
    if subject.resource.type.startswith("aws_sagemaker_"):
        basis, note = Basis.ASSUMED, "at the price of an EBS volume; SageMaker's own is not known"
    for part, unit, amount in _parts(disk):
        query = RateQuery(subject.resource.provider, region, "ebs", f"{disk.kind} {part}")
        quantity = sizes(capacity, amount) if isinstance(amount, Decimal) else f"{part}: {amount.reason}"
        if isinstance(quantity, str):
            yield unpriced(f"{name} {part} ({disk.kind})", unit, quantity)
        else:
            tiered = disk.kind == "io2" and part == "iops" and capacity == Capacity()
            yield Component(
                f"{name} {part} ({disk.kind})", unit, query, quantity, basis=basis, tiered=tiered, note=note
            )
    if disk.kind == "standard":
        query = RateQuery(subject.resource.provider, region, "ebs", "standard requests")
        requests = stated(subject.usage, "monthly_standard_io_requests")
        if requests is None:
            yield needs_usage(f"{name} requests", "1M requests", query, "monthly_standard_io_requests")
        else:
            quantity_used = Quantity.exactly(requests / 1_000_000)
            yield Component(f"{name} requests", "1M requests", query, quantity_used, basis=Basis.USAGE)


def _parts(disk: Disk) -> Iterator[tuple[str, str, Decimal | Unknown]]:
    assert isinstance(disk.size_gib, Decimal)
    yield "storage", "GB-month", disk.size_gib
    iops, throughput = disk.iops, disk.throughput_mibps
    if disk.kind in ("io1", "io2"):
        yield "iops", "IOPS-month", iops if iops is not None else Unknown("provisioned IOPS are not stated")
    if disk.kind == "gp3":
        # NOTE: unstated IOPS and throughput are computed by the provider and hence unknown in a plan; they are the
        # included ones.
        if isinstance(iops, Decimal) and iops > GP3_INCLUDED_IOPS:
            yield "iops", "IOPS-month", iops - GP3_INCLUDED_IOPS
        if isinstance(throughput, Decimal) and throughput > GP3_INCLUDED_MIBPS:
            yield "throughput", "MiB/s-month", throughput - GP3_INCLUDED_MIBPS
