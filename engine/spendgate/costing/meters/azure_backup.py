"""Backups on Azure: protected machines and shares, disks, blobs and databases, replicated machines, images in galleries."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from spendgate.costing.meters.azure_parts import parent
from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    amount,
    by_use,
    each,
    keys_of,
    monthly,
    query,
    text_of,
    unknown_of,
    use_of,
)
from spendgate.costing.usage import stated
from spendgate.model.cost import Component
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_VAULT = "azurerm_recovery_services_vault"
_MACHINES = (
    "azurerm_linux_virtual_machine",
    "azurerm_windows_virtual_machine",
    "azurerm_virtual_machine",
)
_SMALL, _STEP = Decimal(50), Decimal(500)
"""Sizes in GB up to which an instance costs the small and the usual fee; above, each further 500 GB cost it again."""
_SIZE = "disk_utilization_gb"
_MORE = "additional_backup_retention_gb"
_KEYS = {_SIZE: "gigabytes of the machine that are backed up", _MORE: "gigabytes that older recovery points add"}


def _protected_machine(subject: Subject) -> Iterator[Component]:
    """A fee by the size of what is protected, and the storage in the vault by its redundancy."""
    size = stated(subject.usage, _SIZE)
    if size is None:
        size = _disks(subject)
    redundancy = _redundancy(subject)
    if size is None:
        yield needs_usage("Protected instance", "instances", query(subject, ("backup", "instance")), _SIZE)
        yield needs_usage("Backup storage", "GB-month", query(subject, ("backup", "lrs data stored")), _SIZE)
        return
    if size <= _SMALL:
        yield monthly(subject, "Protected instance (up to 50 GB)", "instances", ("backup", "instance up to 50 gb"))
    else:
        steps = (size / _STEP).to_integral_value(ROUND_CEILING)
        yield amount(subject, "Protected instance (each 500 GB)", "instances", ("backup", "instance"), steps)
    if isinstance(redundancy, Unknown):
        yield unpriced("Backup storage", "GB-month", f"the redundancy of its vault is {redundancy.reason}")
        return
    kept = size + (stated(subject.usage, _MORE) or Decimal(0))
    rate = ("backup", f"{redundancy.lower()} data stored")
    yield amount(subject, f"Backup storage ({redundancy})", "GB-month", rate, kept)


def _redundancy(subject: Subject) -> str | Unknown:
    """How often the vault keeps everything; geo-redundant unless it states otherwise."""
    vault = parent(subject, "recovery_vault_name", _VAULT)
    if vault is None:
        return Unknown("in no input of this run")
    mode = vault.attributes.text("storage_mode_type")
    if isinstance(mode, Unknown):
        return mode
    if mode == "LocallyRedundant":
        return "LRS"
    if mode == "ZoneRedundant":
        return "ZRS"
    return "RA-GRS" if vault.attributes.flag("cross_region_restore_enabled") is True else "GRS"


def _disks(subject: Subject) -> Decimal | None:
    """Gigabytes of all disks of the machine, or None when one of them states no size."""
    machine = parent(subject, "source_vm_id", *_MACHINES)
    if machine is None:
        return None
    sizes = [_os_disk(machine)]
    blocks = machine.attributes.blocks("storage_data_disk")
    if isinstance(blocks, Unknown):
        return None
    sizes += [block.number("disk_size_gb") for block in blocks]
    for attachment in subject.neighbours.users(machine, "azurerm_virtual_machine_data_disk_attachment"):
        for disk in subject.neighbours.targets(attachment, "managed_disk_id", "azurerm_managed_disk"):
            sizes.append(disk.attributes.number("disk_size_gb"))
    known = [size for size in sizes if isinstance(size, Decimal)]
    return sum(known, Decimal(0)) if len(known) == len(sizes) else None


def _os_disk(machine: Resource) -> object:
    for path in ("os_disk.0.disk_size_gb", "storage_os_disk.0.disk_size_gb"):
        size = machine.attributes.number(path)
        if size is not None:
            return size
    return None


_SHARE = (
    Use("Share storage", "GB-month", ("backup", "azure files data stored"), "storage_gb"),
    Use("Protected instance", "instances", ("backup", "azure files instance"), "protected_instances"),
)
_VAULTED = Use("Backup storage", "GB-month", ("backup vault", "data stored"), "storage_gb")
_INSTANCE = ("backup vault", "protected instance")


def _instance(kind: str) -> Service:
    """A backup of a vault of the newer kind: the instance by the month, and its storage."""

    def parts(subject: Subject) -> Iterator[Component]:
        yield monthly(subject, f"Protected instance ({kind})", "instances", (_INSTANCE[0], f"{kind} {_INSTANCE[1]}"))
        yield from each(subject, (_VAULTED,))

    return Service(parts, keys_of(_VAULTED))


def _replicated_machine(subject: Subject) -> Iterator[Component]:
    """Site Recovery: a replicated machine by the month; its replica disks are disks of the target region."""
    yield monthly(subject, "Replicated machine", "instances", ("site recovery", "to azure instance"))
    disks = subject.resource.attributes.blocks("managed_disk")
    if isinstance(disks, Unknown) or disks:
        rate = ("site recovery", "replica disks")
        yield use_of(subject, "Replica disks", "GB-month", rate, stated(subject.usage, "replica_gb"), "replica_gb")


def _image_version(subject: Subject) -> Iterator[Component]:
    """An image in a gallery: snapshots in each target region, as many as it states replicas."""
    targets = subject.resource.attributes.blocks("target_region")
    if isinstance(targets, Unknown):
        yield unpriced("Image storage", "GB-month", f"its target regions: {targets.reason}")
        return
    copies = Decimal(0)
    for target in targets:
        count = target.number("regional_replica_count")
        copies += count if isinstance(count, Decimal) else Decimal(1)
    size = stated(subject.usage, "storage_gb")
    kind = text_of(subject, "target_region.0.storage_account_type", "Standard_LRS")
    if (missing := unknown_of(kind, "its storage", "Image storage", "GB-month")) is not None:
        yield missing
        return
    total = size * max(copies, Decimal(1)) if size is not None else None
    yield use_of(subject, f"Image storage ({kind})", "GB-month", ("snapshot", str(kind).lower()), total, "storage_gb")


BACKUP = ByType(
    {
        "azurerm_backup_protected_vm": Service(_protected_machine, _KEYS),
        "azurerm_backup_protected_file_share": by_use(*_SHARE),
        "azurerm_data_protection_backup_instance_disk": by_use(_VAULTED),
        "azurerm_data_protection_backup_instance_blob_storage": by_use(_VAULTED),
        "azurerm_data_protection_backup_instance_postgresql": _instance("postgresql"),
        "azurerm_data_protection_backup_instance_postgresql_flexible_server": _instance("postgresql"),
        "azurerm_data_protection_backup_instance_mysql_flexible_server": _instance("mysql"),
        "azurerm_data_protection_backup_instance_kubernetes_cluster": _instance("kubernetes namespace"),
        "azurerm_site_recovery_replicated_vm": Service(
            _replicated_machine, {"replica_gb": "gigabytes of replica disks in the target region"}
        ),
        "azurerm_shared_image_version": Service(_image_version, {"storage_gb": "gigabytes of one copy of the image"}),
    }
)
