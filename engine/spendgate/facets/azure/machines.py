"""Azure machine sizes, their GPUs, disks and how they are bought: shared by VMs, scale sets, node pools and Azure ML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from spendgate.facets import accelerators
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Disk, Purchase
from spendgate.model.frozen import replace
from spendgate.model.values import Text, Unknown
from spendgate.ports import Catalog

ON_DEMAND = Purchase()
SPOT = Purchase("spot", Decimal(1))
OS_DISK_GIB = Decimal(30)
"""Size of an OS disk without a statement: that of most Linux images. Windows images are larger, which a note says."""

_PREMIUM = re.compile(r"standard_(?:[dg]s\d|[a-z]+\d+(?:-\d+)?[a-z]*s)")
_SLICED: tuple[tuple[str, int], ...] = (
    (r"standard_nv(\d+)adm?s_a10_v5", 36),
    (r"standard_nv(\d+)as_v4", 32),
    (r"standard_nv(\d+)ads_v710_v5", 24),
)
"""Sizes that hold a part of a GPU: pattern, vCPUs that come with a whole one (Azure VM sizes, NV series)."""
MIG_SLICES: Mapping[str, int] = MappingProxyType({"MIG1g": 1, "MIG2g": 2, "MIG3g": 3, "MIG4g": 4, "MIG7g": 7})
"""Compute slices of seven by the node pool's `gpu_instance`."""


def types_of(size: Text) -> tuple[str, ...] | Unknown:
    """The one stated size; none stated is unknown."""
    if isinstance(size, Unknown):
        return size
    return (size,) if size else Unknown("no machine size is stated")


def supports_premium(size: str) -> bool:
    """Whether a size takes premium disks: an `s` among the letters after its number (Azure VM naming conventions)."""
    return _PREMIUM.match(size.lower()) is not None


def machine_accelerators(types: tuple[str, ...] | Unknown, catalog: Catalog, mig: Text = None) -> Accelerators:
    """GPUs of one machine; `fraction` is below one for sizes that hold a part of a GPU and for MIG slices."""
    found = accelerators.of_machines(catalog, "azure", types)
    if isinstance(found.count, Unknown) or not found.count:
        return found
    if isinstance(mig, Unknown):
        return replace(found, fraction=mig, sharing="mig")
    if mig:
        slices = MIG_SLICES.get(mig)
        share = Decimal(slices) / 7 if slices else Unknown(f"{mig} is no MIG profile that is known")
        return replace(found, fraction=share, sharing="mig")
    part = _part_of_a_gpu(types[0]) if isinstance(types, tuple) else None
    return replace(found, fraction=part, sharing="sliced") if part is not None else found


def _part_of_a_gpu(size: str) -> Decimal | None:
    for pattern, vcpus_of_one in _SLICED:
        match = re.fullmatch(pattern, size.lower())
        if match and int(match[1]) < vcpus_of_one:
            return Decimal(match[1]) / vcpus_of_one
    return None


def bought(attributes: Attributes, path: str = "priority") -> Purchase:
    """How a machine is bought, by its priority (`Spot`, Azure ML's `LowPriority`) and its capacity reservation."""
    priority = attributes.text(path)
    if isinstance(priority, Unknown):
        return Purchase(priority, priority)
    if priority in ("Spot", "Low", "LowPriority"):
        return SPOT
    reserved = attributes.text("capacity_reservation_group_id")
    return Purchase("reserved") if reserved is not None else ON_DEMAND


def os_disk(
    attributes: Attributes, path: str = "os_disk", *, kind_key: str = "storage_account_type", name: str = "os_disk"
) -> tuple[Disk, ...] | Unknown:
    """The OS disk from its block: none when it is ephemeral or lies unmanaged in a storage account."""
    block = attributes.block(path)
    if isinstance(block, Unknown):
        return block
    found = block if block is not None else Attributes()
    if found.text("diff_disk_settings.0.option") is not None or found.text("vhd_uri") is not None:
        return ()
    return (managed(found, name, kind_key=kind_key, default_gib=OS_DISK_GIB),)


def data_disks(
    attributes: Attributes, path: str = "data_disk", *, kind_key: str = "storage_account_type", name: str = "data_disk"
) -> tuple[Disk, ...] | Unknown:
    """Data disks that a machine brings along; attached ones are resources of their own."""
    blocks = attributes.blocks(path)
    if isinstance(blocks, Unknown):
        return blocks
    return tuple(
        managed(block, f"{name}[{number}]" if len(blocks) > 1 else name, kind_key=kind_key, default_gib=None)
        for number, block in enumerate(blocks)
        if block.text("create_option") != "Attach" and block.text("vhd_uri") is None
    )


def managed(block: Attributes, name: str, *, kind_key: str, default_gib: Decimal | None) -> Disk:
    """A managed disk from a block. NOTE: an unstated size comes from the image, hence it is unknown in a plan."""
    kind, size = block.text(kind_key), block.number("disk_size_gb")
    unstated = size is None or (isinstance(size, Unknown) and default_gib is not None)
    return Disk(
        name=name,
        kind=kind if kind is not None else "Standard_LRS",
        size_gib=default_gib if unstated else size,
        iops=_either(block, "disk_iops_read_write", "ultra_ssd_disk_iops_read_write"),
        throughput_mibps=_either(block, "disk_mbps_read_write", "ultra_ssd_disk_mbps_read_write"),
        size_is_default=unstated,
    )


def _either(block: Attributes, *paths: str) -> Decimal | None:
    for path in paths:
        value = block.number(path)
        if isinstance(value, Decimal):
            return value
    return None


def join_disks(*parts: tuple[Disk, ...] | Unknown) -> tuple[Disk, ...] | Unknown:
    """All disks of a machine; unknown when a part is."""
    found: list[Disk] = []
    for part in parts:
        if isinstance(part, Unknown):
            return part
        found.extend(part)
    return tuple(found)
