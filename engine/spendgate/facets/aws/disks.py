"""Block devices of AWS machines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.model.attributes import Attributes
from spendgate.model.facets import Disk
from spendgate.model.values import Unknown

DEFAULT_KIND = "gp2"
DEFAULT_GIB = Decimal(8)
"""Without a statement EBS makes gp2 volumes, and a root volume has the size of common images, 8 GiB."""


def disk(block: Attributes, name: str) -> Disk:
    """One EBS volume from a block that has `volume_type`, `volume_size`, `iops` and `throughput`."""
    kind = block.text("volume_type")
    size = block.number("volume_size")
    return Disk(
        name=name,
        kind=kind if kind is not None else DEFAULT_KIND,
        size_gib=size if size is not None else DEFAULT_GIB,
        iops=block.number("iops"),
        throughput_mibps=block.number("throughput"),
        size_is_default=size is None,
    )


def of_instance(attributes: Attributes) -> tuple[Disk, ...] | Unknown:
    """The volumes of an instance or a launch configuration: always a root volume, and what is stated beside it.

    NOTE: a root block that is unknown as a whole, as for an instance that is still to be created from an image, is the
    default root volume; only a stated block with unknown parts is unknown.
    """
    roots = attributes.blocks("root_block_device")
    root = roots[0] if isinstance(roots, tuple) and roots else Attributes()
    extra = attributes.blocks("ebs_block_device")
    disks = [disk(root, "root volume")]
    if isinstance(extra, tuple):
        disks += [disk(block, f"volume {block.text('device_name') or number}") for number, block in enumerate(extra)]
    return tuple(disks)


def of_template(attributes: Attributes) -> tuple[Disk, ...] | Unknown:
    """The volumes that a launch template states; without mappings it adds none beyond the image's own."""
    mappings = attributes.blocks("block_device_mappings")
    if isinstance(mappings, Unknown):
        return mappings
    return tuple(_mapped(mappings))


def _mapped(mappings: tuple[Attributes, ...]) -> Iterator[Disk]:
    for number, mapping in enumerate(mappings):
        ebs = mapping.block("ebs")
        if isinstance(ebs, Attributes):
            yield disk(ebs, f"volume {mapping.text('device_name') or number}")
