"""Block devices of AWS machines."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from spendgate.model.attributes import Attributes
from spendgate.model.facets import Disk
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown

DEFAULT_KIND = "gp2"
DEFAULT_GIB = Decimal(8)
"""Without a statement EBS makes gp2 volumes, and a root volume has the size of common images, 8 GiB."""

_ROOT_DEVICES = ("/dev/xvda", "/dev/sda1", "xvda", "sda1")
"""Names of the root device in Amazon's own images (Amazon EC2 user guide, device names)."""


def disk(block: Attributes, name: str, *, computed: bool = True) -> Disk:
    """One EBS volume from a block that has `volume_type`, `volume_size`, `iops` and `throughput`.

    `computed`: an unknown part of the block is one that nobody stated, so that the default applies.
    """
    kind, size = block.text("volume_type"), block.number("volume_size")
    if computed:
        kind, size = _known(kind), _known(size)
    return Disk(
        name=name,
        kind=kind if kind is not None else DEFAULT_KIND,
        size_gib=size if size is not None else DEFAULT_GIB,
        iops=_known(block.number("iops")) if computed else block.number("iops"),
        throughput_mibps=_known(block.number("throughput")) if computed else block.number("throughput"),
        size_is_default=size is None,
    )


_T = TypeVar("_T")


def _known(value: _T | Unknown) -> _T | None:
    return None if isinstance(value, Unknown) else value


def of_instance(
    attributes: Attributes, template: Attributes | None = None, *, computed: bool = True
) -> tuple[Disk, ...] | Unknown:
    """The volumes of an instance or a launch configuration: always a root volume, and what is stated beside it.

    A template's devices are joined by name; where both state one, the instance's statements win, one by one.
    NOTE: a root block that is unknown as a whole, as for an instance that is still to be created from an image, is the
    default root volume; only a stated block with unknown parts is unknown.
    """
    roots = attributes.blocks("root_block_device")
    extra = attributes.blocks("ebs_block_device")
    mappings = template.blocks("block_device_mappings") if template is not None else ()
    if isinstance(mappings, Unknown):
        return mappings
    if isinstance(extra, Unknown) and not computed:
        return extra
    devices = {_device(mapping, number): ebs for number, mapping in enumerate(mappings) if (ebs := _ebs(mapping))}
    template_root = next((devices.pop(name) for name in _ROOT_DEVICES if name in devices), Attributes())
    root = roots[0] if isinstance(roots, tuple) and roots else Attributes()
    found = [_joined(root, template_root, "root volume", computed)]
    for number, block in enumerate(extra if isinstance(extra, tuple) else ()):
        name = _device(block, number)
        found.append(_joined(block, devices.pop(name, Attributes()), f"volume {name}", computed))
    found += [disk(ebs, f"volume {name}") for name, ebs in devices.items()]
    return tuple(found)


def _joined(own: Attributes, template: Attributes, name: str, computed: bool) -> Disk:
    mine = disk(own, name, computed=computed)
    if not template.values:
        return mine
    theirs, kind = disk(template, name), own.text("volume_type")
    return replace(
        theirs,
        kind=theirs.kind if kind is None or (computed and isinstance(kind, Unknown)) else kind,
        size_gib=theirs.size_gib if mine.size_is_default else mine.size_gib,
        size_is_default=mine.size_is_default and theirs.size_is_default,
        iops=mine.iops if mine.iops is not None else theirs.iops,
        throughput_mibps=mine.throughput_mibps if mine.throughput_mibps is not None else theirs.throughput_mibps,
    )


def _device(block: Attributes, number: int) -> str:
    name = block.text("device_name")
    return name if isinstance(name, str) else str(number)


def _ebs(mapping: Attributes) -> Attributes | None:
    ebs = mapping.block("ebs")
    return ebs if isinstance(ebs, Attributes) else None


def of_template(attributes: Attributes, *, computed: bool = True) -> tuple[tuple[Disk, ...] | Unknown, bool]:
    """The volumes that a launch template states, and whether the root volume is among them.

    NOTE: one that is not stated comes from the image: it is there, but its size stands nowhere in the configuration.
    """
    mappings = attributes.blocks("block_device_mappings")
    if isinstance(mappings, Unknown):
        return mappings, True
    found = []
    has_root = False
    for number, mapping in enumerate(mappings):
        if (ebs := _ebs(mapping)) is not None:
            name = _device(mapping, number)
            is_root = name in _ROOT_DEVICES
            has_root = has_root or is_root
            found.append(disk(ebs, "root volume" if is_root else f"volume {name}", computed=computed))
    return tuple(found), has_root
