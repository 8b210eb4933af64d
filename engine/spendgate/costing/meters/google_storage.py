"""Disks of their own, snapshots, buckets and file systems of Google."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from spendgate.costing.meters.google_disks import disk_components
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import query, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown
from spendgate.ports import Subject


class Disks:
    """`google_compute_disk` and its regional sibling, snapshots, managed file systems."""

    types = (
        "google_compute_disk",
        "google_compute_region_disk",
        "google_compute_snapshot",
        "google_filestore_instance",
        "google_parallelstore_instance",
        "google_lustre_instance",
    )
    usage_keys = {"storage_gb": "gigabytes that the snapshot holds"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        type_ = subject.resource.type
        if type_ == "google_compute_snapshot":
            yield used(
                subject, "Snapshot storage", "GB-month", ("persistent disk", "snapshot (standard)"), "storage_gb"
            )
        elif not type_.startswith("google_compute"):
            yield unpriced(
                "Capacity",
                "GB-month",
                f"no price of {type_.removeprefix('google_').removesuffix('_instance')} is known",
            )
        elif isinstance(subject.facets.disks, tuple):
            for disk in subject.facets.disks:
                regional = type_ == "google_compute_region_disk"
                yield from disk_components(subject, disk, Capacity(), "Disk", regional=regional)


_MULTI = {"us": "standard-multi", "eu": "standard-multi", "asia": "standard-multi"}
_RETRIEVAL = ("nearline", "coldline", "archive")


class Buckets:
    """`google_storage_bucket`: everything depends on what is stored and asked for."""

    types = ("google_storage_bucket",)
    usage_keys = {
        "storage_gb": "gigabytes stored",
        "monthly_class_a_operations": "operations that write or list, a month",
        "monthly_class_b_operations": "operations that read, a month",
        "monthly_data_retrieval_gb": "gigabytes read from a cold class, a month",
        "monthly_egress_data_transfer_gb": "gigabytes sent out, by destination",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """Storage at the bucket's class, operations, retrieval."""
        stated_class = subject.resource.attributes.text("storage_class")
        if isinstance(stated_class, Unknown):
            yield unpriced("Storage", "GB-month", f"its class is {stated_class.reason}")
            return
        class_ = {"multi_regional": "standard", "regional": "standard"}.get(
            str(stated_class).lower(), str(stated_class or "standard").lower()
        )
        suffix = "-multi" if str(subject.facets.region) in _MULTI else ""
        yield used(
            subject, f"Storage ({class_})", "GB-month", ("cloud storage", f"storage {class_}{suffix}"), "storage_gb"
        )
        for letter in ("a", "b"):
            rate = ("cloud storage", f"class {letter} operations")
            key = f"monthly_class_{letter}_operations"
            yield used(subject, f"Class {letter.upper()} operations", "10k operations", rate, key, per_unit=10_000)
        if class_ in _RETRIEVAL:
            rate = ("cloud storage", f"retrieval {class_}{suffix}")
            yield used(subject, "Retrieval", "GB", rate, "monthly_data_retrieval_gb")
        yield from _egress(subject)


def _egress(subject: Subject) -> Iterator[Component]:
    """Traffic out of the bucket, where the usage file states it: within a continent, and by destination."""
    for key, name in (
        ("worldwide", "worldwide"),
        ("asia", "worldwide"),
        ("china", "china"),
        ("australia", "australia"),
    ):
        gigabytes = stated(subject.usage, f"monthly_egress_data_transfer_gb.{key}")
        if gigabytes is not None:
            yield Component(
                f"Egress ({key})",
                "GB",
                query(subject, ("internet egress", name)),
                Quantity.exactly(gigabytes),
                basis=Basis.USAGE,
                tiered=True,
            )
    same = stated(subject.usage, "monthly_egress_data_transfer_gb.same_continent")
    if same is not None:
        rate = RateQuery("google", "global", "internet egress", "same continent")
        yield Component("Egress (same continent)", "GB", rate, Quantity.exactly(Decimal(same)), basis=Basis.USAGE)


DISKS = Disks()
BUCKETS = Buckets()
