"""EBS volumes of their own, snapshots, S3 buckets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.meters.aws_disks import disk_components
from spendgate.costing.meters.parts import ByType, Service, Use, by_use, each, keys_of, missing_region, query, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown
from spendgate.ports import Subject


def _volume(subject: Subject) -> Iterator[Component]:
    disks = subject.facets.disks
    for disk in disks if not isinstance(disks, Unknown) else ():
        yield from disk_components(subject, disk, Capacity(), "Volume")


_SNAPSHOT_USES = (
    Use(
        "List block requests",
        "1k requests",
        ("ebs", "snapshot list block requests"),
        "monthly_list_block_requests",
        1000,
    ),
    Use(
        "Get block requests",
        "1k SnapshotAPIUnits",
        ("ebs", "snapshot get block requests"),
        "monthly_get_block_requests",
        1000,
    ),
    Use(
        "Put block requests",
        "1k SnapshotAPIUnits",
        ("ebs", "snapshot put block requests"),
        "monthly_put_block_requests",
        1000,
    ),
    Use("Fast snapshot restore", "hours", ("ebs", "fast snapshot restore"), "fast_snapshot_restore_hours"),
)
_SNAPSHOT_KEYS = {"storage_gb": "gigabytes that the snapshot holds", **keys_of(*_SNAPSHOT_USES)}


def _snapshot(subject: Subject) -> Iterator[Component]:
    """What a snapshot holds: as stated, else at most the volume that it was made of, in this run or before."""
    name, unit, rate = "Snapshot storage", "GB-month", ("ebs", "snapshot storage")
    size = _size_of_origin(subject)
    part = used(subject, name, unit, rate, "storage_gb")
    if part.quantity is None and size is not None and missing_region(subject, name, unit) is None:
        note = "as large as its volume at most; snapshots keep changed blocks only"
        quantity = Quantity(Decimal(0), size, size)
        part = Component(name, unit, query(subject, rate), quantity, basis=Basis.ASSUMED, note=note)
    yield part
    yield from (each(subject, [use for use in _SNAPSHOT_USES if stated(subject.usage, use.key) is not None]))


def _size_of_origin(subject: Subject) -> Decimal | None:
    """The size of the volume behind a snapshot, or of the snapshot behind a copy."""
    resource = subject.resource
    own = resource.attributes.number("volume_size")
    if isinstance(own, Decimal):
        return own
    for snapshot in subject.neighbours.targets(resource, "source_snapshot_id", "aws_ebs_snapshot"):
        for volume in subject.neighbours.targets(snapshot, "volume_id", "aws_ebs_volume"):
            size = volume.attributes.number("size")
            return size if isinstance(size, Decimal) else None
    for volume in subject.neighbours.targets(resource, "volume_id", "aws_ebs_volume"):
        size = volume.attributes.number("size")
        return size if isinstance(size, Decimal) else None
    return None


_CLASSES: Mapping[str, tuple[str, str]] = {
    "standard": ("Standard", "standard"),
    "intelligent_tiering": ("Intelligent tiering", "intelligent tiering"),
    "standard_infrequent_access": ("Standard, infrequent access", "standard infrequent access"),
    "one_zone_infrequent_access": ("One zone, infrequent access", "one zone infrequent access"),
    "glacier_flexible_retrieval": ("Glacier flexible retrieval", "glacier flexible retrieval"),
    "glacier_deep_archive": ("Glacier deep archive", "glacier deep archive"),
}

_EARLY_DELETE = {
    "intelligent_tiering": "early delete (within 30 days)",
    "glacier_flexible_retrieval": "early delete (within 90 days)",
    "glacier_deep_archive": "early delete (within 180 days)",
}

_THOUSAND, _ONE = Decimal(1000), Decimal(1)
_S3_PARTS: tuple[tuple[str, str, str, Decimal], ...] = (
    ("storage_gb", "storage", "GB-month", _ONE),
    ("frequent_access_storage_gb", "storage (frequent access)", "GB-month", _ONE),
    ("infrequent_access_storage_gb", "storage (infrequent access)", "GB-month", _ONE),
    ("archive_access_storage_gb", "storage (archive access)", "GB-month", _ONE),
    ("deep_archive_access_storage_gb", "storage (deep archive access)", "GB-month", _ONE),
    ("monitored_objects", "monitoring and automation", "1k objects", _THOUSAND),
    ("monthly_tier_1_requests", "put, copy, post, list requests", "1k requests", _THOUSAND),
    ("monthly_tier_2_requests", "get, select, and all other requests", "1k requests", _THOUSAND),
    ("monthly_lifecycle_transition_requests", "lifecycle transition", "1k requests", _THOUSAND),
    ("monthly_data_retrieval_gb", "retrievals", "GB", _ONE),
    ("monthly_select_data_scanned_gb", "select data scanned", "GB", _ONE),
    ("monthly_select_data_returned_gb", "select data returned", "GB", _ONE),
    *(
        part
        for level in ("standard", "expedited", "bulk")
        for part in (
            (f"monthly_{level}_data_retrieval_gb", f"retrievals ({level})", "GB", _ONE),
            (f"monthly_{level}_data_retrieval_requests", f"retrieval requests ({level})", "1k requests", _THOUSAND),
            (f"monthly_{level}_select_data_scanned_gb", f"select data scanned ({level})", "GB", _ONE),
            (f"monthly_{level}_select_data_returned_gb", f"select data returned ({level})", "GB", _ONE),
        )
    ),
    ("early_delete_gb", "early delete", "GB", _ONE),
)
"""Usage key, name of the rate, unit and how many of what is stated make one unit."""

_BUCKET_KEYS = {
    "object_tags": "tags on objects",
    **{f"{class_}.{key}": f"{words[0]}: {part}" for class_, words in _CLASSES.items() for key, part, _, _ in _S3_PARTS},
}


def _bucket(subject: Subject) -> Iterable[Component]:
    """The stated classes, or the two parts that every bucket has: everything depends on what is stored and asked for."""
    classes = [name for name in _CLASSES if name in subject.usage]
    if not classes:
        yield used(subject, "Standard: storage", "GB-month", ("s3", "standard: storage"), "standard.storage_gb")
        part = "put, copy, post, list requests"
        key = "standard.monthly_tier_1_requests"
        yield used(subject, f"Standard: {part}", "1k requests", ("s3", f"standard: {part}"), key, per_unit=1000)
    for name in classes:
        yield from _class_parts(subject, name)
    if stated(subject.usage, "object_tags") is not None:
        yield used(subject, "Object tags", "10k tags", ("s3", "object tags"), "object_tags", per_unit=10_000)


def _class_parts(subject: Subject, name: str) -> Iterator[Component]:
    title, key = _CLASSES[name]
    for usage_key, part, unit, per_unit in _S3_PARTS:
        if stated(subject.usage, f"{name}.{usage_key}") is not None:
            item = _EARLY_DELETE.get(name, part) if usage_key == "early_delete_gb" else part
            yield used(
                subject, f"{title}: {item}", unit, ("s3", f"{key}: {item}"), f"{name}.{usage_key}", per_unit=per_unit
            )


STORAGE = ByType(
    {
        "aws_ebs_volume": Service(
            _volume, {"monthly_standard_io_requests": "I/O requests a month of a magnetic volume"}
        ),
        "aws_ebs_snapshot": Service(_snapshot, _SNAPSHOT_KEYS),
        "aws_ebs_snapshot_copy": Service(_snapshot, _SNAPSHOT_KEYS),
        "aws_s3_bucket": Service(_bucket, _BUCKET_KEYS),
        "aws_s3_bucket_analytics_configuration": by_use(
            Use("Objects analysed", "1M objects", ("s3", "analytics objects"), "monthly_monitored_objects", 1_000_000)
        ),
        "aws_s3_bucket_inventory": by_use(
            Use("Objects listed", "1M objects", ("s3", "inventory objects"), "monthly_listed_objects", 1_000_000)
        ),
    }
)
