"""File systems, backups and transfers: EFS, the FSx family, AWS Backup, Transfer Family."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    by_use,
    each,
    keys_of,
    number_of,
    text_of,
    used,
)
from spendgate.costing.usage import stated
from spendgate.model.cost import Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_BACKUP = {"backup_storage_gb": "gigabytes of backups"}
_EFS_KEYS = {
    "storage_gb": "gigabytes in the standard class",
    "infrequent_access_storage_gb": "gigabytes in the infrequent access class",
    "monthly_infrequent_access_read_gb": "gigabytes read from infrequent access",
    "monthly_infrequent_access_write_gb": "gigabytes written to infrequent access",
    "monthly_elastic_read_gb": "gigabytes read with elastic throughput, a month",
    "monthly_elastic_write_gb": "gigabytes written with elastic throughput, a month",
}


def _efs(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    one_zone = isinstance(text_of(subject, "availability_zone_name"), str)
    zone = "one zone" if one_zone else "standard"
    yield used(subject, "Storage", "GB-month", ("efs", f"{zone} storage"), "storage_gb")
    if attributes.has_block("lifecycle_policy"):
        rate = ("efs", f"{zone} infrequent access storage")
        yield used(subject, "Infrequent access storage", "GB-month", rate, "infrequent_access_storage_gb")
        for way in ("read", "write"):
            rate = ("efs", f"infrequent access {way}")
            yield used(subject, f"Infrequent access {way}s", "GB", rate, f"monthly_infrequent_access_{way}_gb")
    mode = text_of(subject, "throughput_mode")
    if mode == "provisioned":
        yield _efs_throughput(subject)
    elif mode == "elastic":
        for way in ("read", "write"):
            rate = ("efs", f"elastic throughput {way}")
            yield used(subject, f"Elastic throughput {way}s", "GB", rate, f"monthly_elastic_{way}_gb")


def _efs_throughput(subject: Subject) -> Component:
    """Provisioned throughput above what the stored gigabytes include; all of it is the most, where they are not stated."""
    name, unit, rate = "Provisioned throughput", "MB/s-month", ("efs", "provisioned throughput")
    provisioned = number_of(subject, "provisioned_throughput_in_mibps")
    stored = stated(subject.usage, "storage_gb")
    if not isinstance(provisioned, Decimal):
        return amount(subject, name, unit, rate, provisioned)
    if stored is not None:
        return amount(subject, name, unit, rate, max(provisioned - stored / _GIB_PER_MIBPS, Decimal(0)))
    part = amount(subject, name, unit, rate, provisioned)
    if part.quantity is None:
        return part
    note = "less one MiB/s for each 20 GiB that are stored"
    return replace(part, quantity=Quantity(Decimal(0), provisioned, provisioned), note=note)


_GIB_PER_MIBPS = Decimal(20)
"""Gigabytes in the standard class that include 1 MiB/s (Amazon EFS pricing: 50 KiB/s a GiB)."""


_LUSTRE_DEFAULT = "SCRATCH_1"


def _lustre(subject: Subject) -> Iterator[Component]:
    """Provisioned storage, at the price of its class and its throughput per TiB."""
    deployment = text_of(subject, "deployment_type", _LUSTRE_DEFAULT)
    storage = text_of(subject, "storage_type", "SSD")
    throughput = number_of(subject, "per_unit_storage_throughput")
    for value, what in ((deployment, "deployment type"), (storage, "storage type"), (throughput, "throughput")):
        if isinstance(value, Unknown):
            yield unpriced("Storage", "GB-month", f"{what}: {value.reason}")
            return
    persistent = str(deployment).startswith("PERSISTENT")
    per_tib = f" {throughput:f}" if isinstance(throughput, Decimal) else ""
    item = f"persistent {str(storage).lower()}{per_tib} storage" if persistent else "scratch ssd storage"
    size = number_of(subject, "storage_capacity")
    yield amount(subject, f"Storage ({deployment}, {storage})", "GB-month", ("fsx lustre", item), size)
    iops = number_of(subject, "metadata_configuration.0.iops")
    if isinstance(iops, Decimal):
        yield amount(subject, "Metadata IOPS", "IOPS-month", ("fsx lustre", "metadata iops"), iops)
    if persistent:
        yield used(subject, "Backups", "GB-month", ("fsx lustre", "backup storage"), "backup_storage_gb")


_INCLUDED_IOPS_PER_GIB = Decimal(3)
"""IOPS that come with each gigabyte of SSD (Amazon FSx pricing, all kinds that have them)."""


def _provisioned_iops(subject: Subject, service: str, size: object) -> Iterator[Component]:
    iops = number_of(subject, "disk_iops_configuration.0.iops")
    mode = text_of(subject, "disk_iops_configuration.0.mode", "AUTOMATIC")
    if mode == "USER_PROVISIONED" and isinstance(size, Decimal):
        above = iops - size * _INCLUDED_IOPS_PER_GIB if isinstance(iops, Decimal) else iops
        if not isinstance(above, Decimal) or above > 0:
            yield amount(subject, "Provisioned IOPS", "IOPS-month", (service, "iops"), above)


def _openzfs(subject: Subject) -> Iterator[Component]:
    """What is provisioned is paid, however well the data compresses."""
    prefix = "multi-az " if str(text_of(subject, "deployment_type")).startswith("MULTI_AZ") else ""
    size = number_of(subject, "storage_capacity")
    yield amount(subject, "SSD storage", "GB-month", ("fsx openzfs", f"{prefix}ssd storage"), size)
    throughput = number_of(subject, "throughput_capacity")
    yield amount(subject, "Throughput", "MB/s-month", ("fsx openzfs", f"{prefix}throughput"), throughput)
    yield from _provisioned_iops(subject, "fsx openzfs", size)
    yield used(subject, "Backups", "GB-month", ("fsx openzfs", "backup storage"), "backup_storage_gb")


def _windows(subject: Subject) -> Iterator[Component]:
    multi = str(text_of(subject, "deployment_type", "SINGLE_AZ_1")).startswith("MULTI_AZ")
    prefix = "multi-az " if multi else "single-az "
    kind = str(text_of(subject, "storage_type", "SSD")).lower()
    size, throughput = number_of(subject, "storage_capacity"), number_of(subject, "throughput_capacity")
    yield amount(subject, "Throughput", "MB/s-month", ("fsx windows", f"{prefix}throughput"), throughput)
    yield amount(subject, f"{kind.upper()} storage", "GB-month", ("fsx windows", f"{prefix}{kind} storage"), size)
    yield from _provisioned_iops(subject, "fsx windows", size)
    yield used(subject, "Backups", "GB-month", ("fsx windows", f"{prefix}backup storage"), "backup_storage_gb")


def _ontap(subject: Subject) -> Iterator[Component]:
    """SSD storage and throughput of each pair of file servers; the capacity pool by use."""
    multi = str(text_of(subject, "deployment_type")).startswith("MULTI_AZ")
    prefix = "multi-az " if multi else "single-az "
    size = number_of(subject, "storage_capacity")
    pairs = number_of(subject, "ha_pairs", Decimal(1))
    throughput = number_of(subject, "throughput_capacity")
    per_pair = number_of(subject, "throughput_capacity_per_ha_pair")
    if throughput is None and isinstance(per_pair, Decimal) and isinstance(pairs, Decimal):
        throughput = per_pair * pairs
    yield amount(subject, "SSD storage", "GB-month", ("fsx ontap", f"{prefix}ssd storage"), size)
    yield amount(subject, "Throughput", "MB/s-month", ("fsx ontap", f"{prefix}throughput"), throughput)
    yield from _provisioned_iops(subject, "fsx ontap", size)
    rate = ("fsx ontap", f"{prefix}capacity pool storage")
    yield used(subject, "Capacity pool", "GB-month", rate, "capacity_pool_storage_gb")
    yield used(subject, "Backups", "GB-month", ("fsx ontap", "backup storage"), "backup_storage_gb")


_VAULT = (
    Use("EFS restores (warm)", "GB", ("backup", "efs restore warm"), "monthly_efs_warm_restore_gb"),
    Use("EFS restores (cold)", "GB", ("backup", "efs restore cold"), "monthly_efs_cold_restore_gb"),
    Use(
        "EFS restores (single items)",
        "requests",
        ("backup", "efs restore item-level"),
        "monthly_efs_item_restore_requests",
    ),
    Use("EFS backups (warm)", "GB-month", ("backup", "efs backup warm"), "monthly_efs_warm_backup_gb"),
    Use("EFS backups (cold)", "GB-month", ("backup", "efs backup cold"), "monthly_efs_cold_backup_gb"),
    Use("EBS snapshots", "GB-month", ("backup", "ebs snapshot"), "monthly_ebs_snapshot_gb"),
    Use("RDS snapshots", "GB-month", ("backup", "rds snapshot"), "monthly_rds_snapshot_gb"),
    Use("Aurora snapshots", "GB-month", ("backup", "aurora snapshot"), "monthly_aurora_snapshot_gb"),
    Use("DynamoDB backups", "GB-month", ("backup", "dynamodb backup"), "monthly_dynamodb_backup_gb"),
    Use("DynamoDB restores", "GB", ("backup", "dynamodb restore"), "monthly_dynamodb_restore_gb"),
    Use("FSx for Windows backups", "GB-month", ("backup", "fsx for windows backup"), "monthly_fsx_windows_backup_gb"),
    Use("FSx for Lustre backups", "GB-month", ("backup", "fsx for lustre backup"), "monthly_fsx_lustre_backup_gb"),
)

_TRANSFERRED = (
    Use("Data downloaded", "GB", ("transfer family", "data downloaded"), "monthly_data_downloaded_gb"),
    Use("Data uploaded", "GB", ("transfer family", "data uploaded"), "monthly_data_uploaded_gb"),
)


def _transfer(subject: Subject) -> Iterator[Component]:
    """Each protocol by the hour, and the data."""
    protocols = subject.resource.attributes.texts("protocols")
    if isinstance(protocols, Unknown) and subject.neighbours.points(subject.resource, "protocols"):
        yield unpriced("Protocols", "hours", f"its protocols: {protocols.reason}")
    else:
        named = protocols if isinstance(protocols, tuple) and protocols else ("SFTP",)
        for protocol in named:
            yield always(subject, f"Protocol {protocol}", ("transfer family", "protocol"))
    yield from each(subject, _TRANSFERRED)


FILE_SYSTEMS = ByType(
    {
        "aws_efs_file_system": Service(_efs, _EFS_KEYS),
        "aws_fsx_lustre_file_system": Service(_lustre, _BACKUP),
        "aws_fsx_openzfs_file_system": Service(_openzfs, _BACKUP),
        "aws_fsx_windows_file_system": Service(_windows, _BACKUP),
        "aws_fsx_ontap_file_system": Service(
            _ontap, {**_BACKUP, "capacity_pool_storage_gb": "gigabytes in the capacity pool"}
        ),
        "aws_backup_vault": by_use(*_VAULT),
        "aws_transfer_server": Service(_transfer, keys_of(*_TRANSFERRED)),
    }
)
