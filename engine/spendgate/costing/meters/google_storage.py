"""Disks of their own, snapshots, images and file systems of Google."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.google_disks import DEFAULT_GIB, disk_components
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import ByType, Parts, Service, number_of, query, text_of, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.facets import Capacity
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_MULTI_REGIONS = {"us": "us-multi", "eu": "europe-multi", "asia": "asia-multi"}


def multi_region(region: str) -> str:
    """The price book's name of a storage location: `EU` is `europe-multi` there, a region is itself."""
    return _MULTI_REGIONS.get(region, region)


def _disk(subject: Subject) -> Iterator[Component]:
    """`google_compute_disk` and its regional sibling."""
    if isinstance(subject.facets.disks, Unknown):
        yield unpriced("Disk", "GB-month", subject.facets.disks.reason)
        return
    for disk in subject.facets.disks:
        regional = subject.resource.type == "google_compute_region_disk"
        yield from disk_components(subject, disk, Capacity(), "Disk", regional=regional)


def _sized(item: str) -> Parts:
    """Images and machine images: what they hold, stated or at most the size of the disk that they were made from."""

    def parts(subject: Subject) -> Iterator[Component]:
        yield _copy(subject, ("image storage", item), ("disk_size_gb",))

    return parts


def _snapshot(subject: Subject) -> Iterator[Component]:
    locations = subject.resource.attributes.texts("storage_locations")
    if isinstance(locations, tuple) and locations:
        region = multi_region(locations[0].lower())
        subject = replace(subject, facets=replace(subject.facets, region=region))
    yield _copy(subject, ("persistent disk", "snapshot (standard)"), ("storage_bytes", "disk_size_gb"))


def _copy(subject: Subject, rate: tuple[str, str], keys: tuple[str, ...]) -> Component:
    """A copy of a disk: stated gigabytes, else what the provider reports, else at most the size of its source."""
    if stated(subject.usage, "storage_gb") is None:
        for key in keys:
            size = subject.resource.attributes.number(key)
            if isinstance(size, Decimal) and size > 0:
                measured = key == "storage_bytes"
                gib = size / 1024**3 if measured else size
                return _at_most(subject, rate, gib, Basis.EXACT if measured else Basis.ASSUMED)
        source = _source_gib(subject, subject.resource)
        if source is not None:
            return _at_most(subject, rate, source, Basis.ASSUMED)
    return used(subject, "Storage", "GB-month", rate, "storage_gb")


def _at_most(subject: Subject, rate: tuple[str, str], gib: Decimal, basis: Basis) -> Component:
    exact = basis is Basis.EXACT
    quantity = Quantity.exactly(gib) if exact else Quantity(Decimal(0), gib, gib)
    note = "" if exact else "as large as its disk at most: what the copy really holds is billed"
    if not isinstance(subject.facets.region, str):
        return used(subject, "Storage", "GB-month", rate, "storage_gb")
    return Component("Storage", "GB-month", query(subject, rate), quantity, basis=basis, note=note)


def _source_gib(subject: Subject, resource: Resource) -> Decimal | None:
    """The size of the disk that a snapshot or image was made from."""
    for attribute, type_ in (
        ("source_disk", "google_compute_disk"),
        ("source_disk", "google_compute_region_disk"),
        ("source_image", "google_compute_image"),
        ("source_snapshot", "google_compute_snapshot"),
    ):
        for source in subject.neighbours.targets(resource, attribute, type_):
            size = source.attributes.number("size" if "disk" in type_ else "disk_size_gb")
            if isinstance(size, Decimal):
                return size
            if "disk" in type_ and source.attributes.get("image") is None:
                kind = source.attributes.text("type")
                return DEFAULT_GIB.get(kind if isinstance(kind, str) else "pd-standard")
    return None


def _file_system(what: str, path: str) -> Parts:
    """File systems whose capacity the configuration fixes, but for which the price book has no rate."""

    def parts(subject: Subject) -> Iterator[Component]:
        size, tier = number_of(subject, path), text_of(subject, "tier", "")
        shown = f"{size:f} GB" if isinstance(size, Decimal) else "a size that is not known"
        kind = f"{what} {tier}".strip() if isinstance(tier, str) else what
        yield unpriced("Capacity", "GB-month", f"no price of {kind} is known ({shown})")

    return parts


_HELD = {"storage_gb": "gigabytes that it holds"}

DISKS = ByType(
    {
        "google_compute_disk": Service(_disk, {}),
        "google_compute_region_disk": Service(_disk, {}),
        "google_compute_snapshot": Service(_snapshot, _HELD),
        "google_compute_image": Service(_sized("image"), _HELD),
        "google_compute_machine_image": Service(_sized("machine image"), _HELD),
        "google_filestore_instance": Service(_file_system("Filestore", "file_shares.0.capacity_gb"), {}),
        "google_parallelstore_instance": Service(_file_system("Parallelstore", "capacity_gib"), {}),
        "google_lustre_instance": Service(_file_system("Managed Lustre", "capacity_gib"), {}),
        "google_netapp_storage_pool": Service(_file_system("NetApp Volumes", "capacity_gib"), {}),
    }
)
