"""EFS and FSx file systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, used
from spendgate.model.cost import Component
from spendgate.ports import Subject

_OPENZFS_INCLUDED_IOPS_PER_GIB = Decimal(3)
"""IOPS that come with each gigabyte of SSD (Amazon FSx for OpenZFS pricing)."""


class FileSystems:
    """File systems: provisioned capacity where it is provisioned, use where it grows."""

    types = (
        "aws_efs_file_system",
        "aws_fsx_lustre_file_system",
        "aws_fsx_openzfs_file_system",
        "aws_fsx_windows_file_system",
        "aws_fsx_ontap_file_system",
    )
    usage_keys = {
        "storage_gb": "gigabytes in the standard class",
        "infrequent_access_storage_gb": "gigabytes in the infrequent access class",
        "monthly_infrequent_access_read_gb": "gigabytes read from infrequent access",
        "monthly_infrequent_access_write_gb": "gigabytes written to infrequent access",
        "backup_storage_gb": "gigabytes of backups",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        kind = subject.resource.type.removeprefix("aws_").removesuffix("_file_system")
        return {
            "efs": _efs,
            "fsx_lustre": _lustre,
            "fsx_openzfs": _openzfs,
            "fsx_windows": _windows,
            "fsx_ontap": _ontap,
        }[kind](subject)


def _efs(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    zone = "one zone" if isinstance(attributes.text("availability_zone_name"), str) else "standard"
    yield used(subject, "Storage", "GB-month", ("efs", f"{zone} storage"), "storage_gb")
    if attributes.blocks("lifecycle_policy"):
        rate = ("efs", f"{zone} infrequent access storage")
        yield used(subject, "Infrequent access storage", "GB-month", rate, "infrequent_access_storage_gb")
        yield used(
            subject,
            "Infrequent access reads",
            "GB",
            ("efs", "infrequent access read"),
            "monthly_infrequent_access_read_gb",
        )
        yield used(
            subject,
            "Infrequent access writes",
            "GB",
            ("efs", "infrequent access write"),
            "monthly_infrequent_access_write_gb",
        )
    if attributes.text("throughput_mode") == "provisioned":
        throughput = attributes.number("provisioned_throughput_in_mibps")
        yield amount(subject, "Provisioned throughput", "MB/s-month", ("efs", "provisioned throughput"), throughput)


def _lustre(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    deployment = attributes.text("deployment_type") or "SCRATCH_1"
    storage = attributes.text("storage_type") or "SSD"
    throughput = attributes.number("per_unit_storage_throughput")
    if isinstance(deployment, str) and deployment.startswith("SCRATCH"):
        item = "scratch ssd storage"
    else:
        item = f"persistent {str(storage).lower()} {throughput if isinstance(throughput, Decimal) else '?'} storage"
    size = attributes.number("storage_capacity")
    yield amount(subject, f"Storage ({deployment}, {storage})", "GB-month", ("fsx lustre", item), size)
    if isinstance(deployment, str) and deployment.startswith("PERSISTENT"):
        yield used(subject, "Backups", "GB-month", ("fsx lustre", "backup storage"), "backup_storage_gb")


def _openzfs(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    size = attributes.number("storage_capacity")
    yield amount(subject, "SSD storage", "GB-month", ("fsx openzfs", "ssd storage"), size)
    yield amount(
        subject, "Throughput", "MB/s-month", ("fsx openzfs", "throughput"), attributes.number("throughput_capacity")
    )
    iops = attributes.number("disk_iops_configuration.0.iops")
    if attributes.text("disk_iops_configuration.0.mode") == "USER_PROVISIONED" and isinstance(size, Decimal):
        above = iops - size * _OPENZFS_INCLUDED_IOPS_PER_GIB if isinstance(iops, Decimal) else iops
        if not isinstance(above, Decimal) or above > 0:
            yield amount(subject, "Provisioned IOPS", "IOPS-month", ("fsx openzfs", "iops"), above)
    yield used(subject, "Backups", "GB-month", ("fsx openzfs", "backup storage"), "backup_storage_gb")


def _windows(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    if str(attributes.text("deployment_type")).startswith("MULTI_AZ"):
        yield unpriced("Multi-AZ file system", "GB-month", "no price of multi-AZ deployment is known")
        return
    kind = str(attributes.text("storage_type") or "SSD").lower()
    size, throughput = attributes.number("storage_capacity"), attributes.number("throughput_capacity")
    yield amount(subject, f"{kind.upper()} storage", "GB-month", ("fsx windows", f"{kind} storage"), size)
    yield amount(subject, "Throughput", "MB/s-month", ("fsx windows", "throughput"), throughput)
    yield used(subject, "Backups", "GB-month", ("fsx windows", "backup storage"), "backup_storage_gb")


def _ontap(subject: Subject) -> Iterator[Component]:
    yield unpriced("Storage and throughput", "GB-month", "no price of FSx for ONTAP is known")


FILE_SYSTEMS = FileSystems()
