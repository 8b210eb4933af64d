"""Managed disks of Azure: billed by size class rounded up, Ultra and Premium v2 by what is provisioned.

Size classes: Azure documentation, managed disk types (Standard HDD, Standard SSD, Premium SSD). Prices are in the price book.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import ceil
from typing import NamedTuple

from spendgate.costing.meters.machines import label, needs_usage, sizes, unpriced
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, RateQuery
from spendgate.model.facets import Capacity, Disk, Pool
from spendgate.model.values import Number, Text, Unknown
from spendgate.ports import Subject

_CLASSES: tuple[tuple[int, int], ...] = (
    (4, 1), (8, 2), (16, 3), (32, 4), (64, 6), (128, 10), (256, 15), (512, 20),
    (1024, 30), (2048, 40), (4096, 50), (8192, 60), (16384, 70), (32767, 80),
)  # fmt: skip
"""Largest size in GiB and number of each class."""
_SMALLEST_HDD = 4
_LETTERS: Mapping[str, str] = {"Standard": "S", "StandardSSD": "E", "Premium": "P"}
_OPERATIONS: Mapping[str, str] = {"S": "standard hdd operations", "E": "standard ssd operations"}
_BY_AMOUNT: Mapping[str, str] = {"UltraSSD": "ultra", "PremiumV2": "premium v2"}
_ULTRA_STEPS = (4, 8, 16, 32, 64, 128, 256, 512)
_ULTRA_STEP_GIB = Decimal(1024)
_V2_IOPS, _V2_MIBPS = Decimal(3000), Decimal(125)
"""What every Premium SSD v2 includes (Azure documentation, managed disk types)."""
_IMAGE_GIB = Decimal(30)
"""What the facets assume where the image decides."""


class SizeClass(NamedTuple):
    """A billed class: `S10`, and its redundancy: `LRS`."""

    name: str
    redundancy: str


def size_class(kind: str, size_gib: Decimal, tier: Text = None) -> SizeClass | None:
    """The class that a disk of this kind and size is billed as (a stated performance tier wins); None for other kinds."""
    family, _, redundancy = kind.partition("_")
    letter = _LETTERS.get(family)
    if letter is None:
        return None
    if isinstance(tier, str) and tier.upper().startswith(letter):
        return SizeClass(tier.upper(), redundancy)
    for most, number in _CLASSES:
        if size_gib <= most and (letter != "S" or number >= _SMALLEST_HDD):
            return SizeClass(f"{letter}{number}", redundancy)
    return None


def pool_disks(subject: Subject, pool: Pool) -> Iterator[Component]:
    """The disks of every machine of a pool; those of a VM stay when it stops."""
    if isinstance(pool.disks, Unknown):
        yield unpriced(label(pool, "Disks"), "months", f"disks: {pool.disks.reason}")
        return
    for disk in pool.disks:
        yield from disk_components(subject, disk, pool.capacity, label(pool, disk.name), key=disk.name)


def disk_components(
    subject: Subject, disk: Disk, capacity: Capacity, name: str, *, key: str = "", tier: Text = None
) -> Iterator[Component]:
    """The metered parts of one disk on each of so many machines. `key` is the block of the usage file for it."""
    region = subject.facets.region
    for value, what in ((disk.kind, "disk type"), (disk.size_gib, "disk size"), (region, "region")):
        if not isinstance(value, (str, Decimal)):
            why = value.reason if isinstance(value, Unknown) else "is not stated"
            yield unpriced(f"{name} storage", "months", f"{what}: {why}")
            return
    assert isinstance(disk.kind, str)
    assert isinstance(disk.size_gib, Decimal)
    assert isinstance(region, str)
    family = disk.kind.partition("_")[0]
    if family in _BY_AMOUNT:
        yield from _provisioned(disk, disk.size_gib, _BY_AMOUNT[family], capacity, name, region)
        return
    found = size_class(disk.kind, disk.size_gib, tier)
    if found is None:
        yield unpriced(f"{name} storage", "months", f"no size class is known for {disk.size_gib} GiB of {disk.kind!r}")
        return
    query = RateQuery("azure", region, "managed disk", f"{found.name} {found.redundancy}")
    months = sizes(capacity, 1)
    title = f"{name} storage ({found.name}, {found.redundancy})"
    if isinstance(months, str):
        yield unpriced(title, "months", months)
        return
    basis = Basis.PROVIDER_DEFAULT if disk.size_is_default else Basis.EXACT
    note = _assumed(disk.size_gib) if disk.size_is_default and key else ""
    yield Component(title, "months", query, months, basis=basis, note=note)
    if found.name[0] in _OPERATIONS:
        query = RateQuery("azure", region, "managed disk", _OPERATIONS[found.name[0]])
        yield _operations(subject, name, key, query, capacity)


def _assumed(size_gib: Decimal) -> str:
    """What an unstated size rests on: a machine's image, or for nodes of AKS the size of the machine."""
    if size_gib == _IMAGE_GIB:
        return f"the image decides the size; {size_gib:f} GiB are assumed"
    return f"no size is stated; AKS gives a machine of this size {size_gib:f} GiB"


def _operations(subject: Subject, name: str, key: str, query: RateQuery, capacity: Capacity) -> Component:
    """Operations on standard disks by use: of each machine, but of the whole set in the old scale set type."""
    block = key.partition("[")[0]
    whole_set = subject.resource.type == "azurerm_virtual_machine_scale_set"
    if whole_set:
        block = block.replace("storage_", "storage_profile_", 1)
    path = f"{block}.monthly_disk_operations" if block else "monthly_disk_operations"
    operations = stated(subject.usage, path)
    if operations is None:
        return needs_usage(f"{name} operations", "10k operations", query, path)
    quantity = sizes(Capacity() if whole_set else capacity, operations / 10_000)
    if isinstance(quantity, str):
        return unpriced(f"{name} operations", "10k operations", quantity)
    return Component(f"{name} operations", "10k operations", query, quantity, basis=Basis.USAGE)


def _provisioned(
    disk: Disk, size_gib: Decimal, kind: str, capacity: Capacity, name: str, region: str
) -> Iterator[Component]:
    """A disk that is paid by gigabyte, IOPS and throughput; Ultra sizes round up to their steps."""
    billed = _ultra_gib(size_gib) if kind == "ultra" else size_gib
    iops, throughput = disk.iops, disk.throughput_mibps
    if kind == "premium v2":
        iops, throughput = _above(iops, _V2_IOPS), _above(throughput, _V2_MIBPS)
    parts = (
        (f"storage ({kind}, {billed} GiB)", "GB-month", f"{kind} storage", billed),
        ("provisioned IOPS", "IOPS-month", f"{kind} iops", iops),
        ("throughput", "MB/s-month", f"{kind} throughput", throughput),
    )
    for title, unit, item, value in parts:
        if value == 0:
            continue
        if not isinstance(value, Decimal):
            yield unpriced(f"{name} {title}", unit, "it is not stated")
            continue
        quantity = sizes(capacity, value)
        if isinstance(quantity, str):
            yield unpriced(f"{name} {title}", unit, quantity)
        else:
            yield Component(f"{name} {title}", unit, RateQuery("azure", region, "managed disk", item), quantity)


def _above(value: Number, included: Decimal) -> Number:
    """What is provisioned above what comes along; a disk that states nothing has just that."""
    if value is None:
        return Decimal(0)
    return value if isinstance(value, Unknown) else max(value - included, Decimal(0))


def _ultra_gib(size_gib: Decimal) -> Decimal:
    for step in _ULTRA_STEPS:
        if size_gib <= step:
            return Decimal(step)
    return ceil(size_gib / _ULTRA_STEP_GIB) * _ULTRA_STEP_GIB
