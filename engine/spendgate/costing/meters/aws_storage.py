"""EBS volumes of their own, snapshots, S3 buckets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.meters.aws_disks import disk_components
from spendgate.costing.meters.parts import used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Capacity
from spendgate.ports import Subject


class Disks:
    """`aws_ebs_volume`."""

    types = ("aws_ebs_volume",)
    usage_keys = {"monthly_standard_io_requests": "I/O requests a month of a magnetic volume"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """Storage and what is provisioned beside it."""
        disks = subject.facets.disks
        if isinstance(disks, tuple):
            for disk in disks:
                yield from disk_components(subject, disk, Capacity(), "Volume")


class Snapshots:
    """Snapshots keep changed blocks only, so their size is a matter of use."""

    types = ("aws_ebs_snapshot", "aws_ebs_snapshot_copy")
    usage_keys = {"storage_gb": "gigabytes that the snapshot holds"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One part."""
        yield used(subject, "Snapshot storage", "GB-month", ("ebs", "snapshot storage"), "storage_gb")


_CLASSES: Mapping[str, tuple[str, str]] = {
    "standard": ("Standard", "standard"),
    "intelligent_tiering": ("Intelligent tiering", "intelligent tiering"),
    "standard_infrequent_access": ("Standard, infrequent access", "standard infrequent access"),
    "one_zone_infrequent_access": ("One zone, infrequent access", "one zone infrequent access"),
    "glacier_flexible_retrieval": ("Glacier flexible retrieval", "glacier flexible retrieval"),
    "glacier_deep_archive": ("Glacier deep archive", "glacier deep archive"),
}

_S3_PARTS: tuple[tuple[str, str, str, Decimal], ...] = (
    ("storage_gb", "storage", "GB-month", Decimal(1)),
    ("frequent_access_storage_gb", "storage (frequent access)", "GB-month", Decimal(1)),
    ("infrequent_access_storage_gb", "storage (infrequent access)", "GB-month", Decimal(1)),
    ("archive_access_storage_gb", "storage (archive access)", "GB-month", Decimal(1)),
    ("deep_archive_access_storage_gb", "storage (deep archive access)", "GB-month", Decimal(1)),
    ("monitored_objects", "monitoring and automation", "1k objects", Decimal(1000)),
    ("monthly_tier_1_requests", "put, copy, post, list requests", "1k requests", Decimal(1000)),
    ("monthly_tier_2_requests", "get, select, and all other requests", "1k requests", Decimal(1000)),
    ("monthly_lifecycle_transition_requests", "lifecycle transition", "1k requests", Decimal(1000)),
    ("monthly_data_retrieval_gb", "retrievals", "GB", Decimal(1)),
    ("monthly_standard_data_retrieval_gb", "retrievals (standard)", "GB", Decimal(1)),
    ("monthly_expedited_data_retrieval_gb", "retrievals (expedited)", "GB", Decimal(1)),
    ("monthly_bulk_data_retrieval_gb", "retrievals (bulk)", "GB", Decimal(1)),
    ("monthly_standard_data_retrieval_requests", "retrieval requests (standard)", "1k requests", Decimal(1000)),
    ("monthly_expedited_data_retrieval_requests", "retrieval requests (expedited)", "1k requests", Decimal(1000)),
    ("monthly_bulk_data_retrieval_requests", "retrieval requests (bulk)", "1k requests", Decimal(1000)),
    ("monthly_select_data_scanned_gb", "select data scanned", "GB", Decimal(1)),
    ("monthly_select_data_returned_gb", "select data returned", "GB", Decimal(1)),
)
"""Usage key, name of the rate, unit and how many of what is stated make one unit."""


class Buckets:
    """`aws_s3_bucket`: everything depends on what is stored and asked for, class by class."""

    types = ("aws_s3_bucket",)
    usage_keys = {name: f"use of the class {words[0]}" for name, words in _CLASSES.items()} | {
        "object_tags": "tags on objects"
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The stated classes, or the two parts that every bucket has."""
        classes = [name for name in _CLASSES if name in subject.usage]
        if not classes:
            yield used(subject, "Standard storage", "GB-month", ("s3", "standard: storage"), "standard.storage_gb")
            yield used(
                subject,
                "Standard requests",
                "1k requests",
                ("s3", "standard: put, copy, post, list requests"),
                "standard.monthly_tier_1_requests",
            )
        for name in classes:
            yield from _class_parts(subject, name)


def _class_parts(subject: Subject, name: str) -> Iterator[Component]:
    title, key = _CLASSES[name]
    for usage_key, part, unit, per_unit in _S3_PARTS:
        amount = stated(subject.usage, f"{name}.{usage_key}")
        if amount is not None:
            region = str(subject.facets.region)
            query = RateQuery("aws", region, "s3", f"{key}: {part}")
            yield Component(f"{title}: {part}", unit, query, Quantity.exactly(amount / per_unit), basis=Basis.USAGE)


DISKS = Disks()
SNAPSHOTS = Snapshots()
BUCKETS = Buckets()
