"""Cloud Storage buckets and the container registry that keeps its images in them: everything depends on use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spendgate.costing.meters.google_storage import multi_region
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import ByType, Service, used
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component, RateQuery
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_DUAL_REGIONS = ("nam4", "eur4", "asia1")
_COLD = ("nearline", "coldline", "archive")
_OLD_NAMES = {"multi_regional": "standard", "regional": "standard"}
_DESTINATIONS: Mapping[str, tuple[str, str]] = {
    "same_continent": ("Egress in the same continent", "same continent"),
    "worldwide": ("Egress worldwide", "worldwide"),
    "asia": ("Egress to Asia", "worldwide"),
    "china": ("Egress to China", "china"),
    "australia": ("Egress to Australia", "australia"),
}
"""Destinations of the usage file, and the rate of the price book that each has."""


def _bucket(subject: Subject) -> Iterator[Component]:
    stated_class = subject.resource.attributes.text("storage_class")
    if isinstance(stated_class, Unknown):
        yield unpriced("Storage", "GB-month", f"its class is {stated_class.reason}")
        return
    class_ = str(stated_class or "standard").lower()
    class_ = _OLD_NAMES.get(class_, class_)
    own = subject.resource.attributes
    if isinstance(own.block("custom_placement_config"), Attributes):
        yield unpriced("Storage", "GB-month", "no price of a dual region of one's own choice is known")
    else:
        yield _stored(subject, class_)
    for letter, what in (("a", "writes and lists"), ("b", "reads")):
        rate = ("cloud storage", f"class {letter} operations {class_}")
        name = f"Class {letter.upper()} operations ({what})"
        yield used(subject, name, "10k operations", rate, f"monthly_class_{letter}_operations", per_unit=10_000)
    if class_ in _COLD:
        rate = ("cloud storage", f"retrieval {class_}{_suffix(subject)}")
        place = subject.facets.region
        region = multi_region(place) if isinstance(place, str) else place
        here = replace(subject, facets=replace(subject.facets, region=region))
        yield used(here, "Retrieval", "GB", rate, "monthly_data_retrieval_gb")
    if own.text("rpo") == "ASYNC_TURBO":
        yield unpriced("Turbo replication", "GB", "no price of turbo replication is known")
    yield from _egress(subject)


def _suffix(subject: Subject) -> str:
    place = str(subject.facets.region)
    return "-dual" if place in _DUAL_REGIONS else ("-multi" if multi_region(place) != place else "")


def _stored(subject: Subject, class_: str) -> Component:
    """Storage at the bucket's class; classes to which objects may move by themselves widen what it may cost."""
    suffix, place = _suffix(subject), multi_region(str(subject.facets.region))
    here = replace(subject, facets=replace(subject.facets, region=place))
    part = used(
        here if isinstance(subject.facets.region, str) else subject,
        f"Storage ({class_})",
        "GB-month",
        ("cloud storage", f"storage {class_}{suffix}"),
        "storage_gb",
    )
    classes = _classes_by_rule(subject)
    if part.quantity is None or not classes:
        return part
    moved = tuple(
        RateQuery("google", place, "cloud storage", f"storage {other}{suffix}") for other in classes if other != class_
    )
    return replace(part, alternatives=moved, note="objects move to other classes by themselves")


def _classes_by_rule(subject: Subject) -> tuple[str, ...]:
    """Classes to which lifecycle rules or autoclass may move an object."""
    own = subject.resource.attributes
    found: dict[str, None] = {}
    rules = own.blocks("lifecycle_rule")
    for rule in rules if isinstance(rules, tuple) else ():
        target = rule.text("action.0.storage_class")
        if rule.text("action.0.type") == "SetStorageClass" and isinstance(target, str):
            found[_OLD_NAMES.get(target.lower(), target.lower())] = None
    if own.flag("autoclass.0.enabled") is True:
        found["nearline"] = None
        if own.text("autoclass.0.terminal_storage_class") == "ARCHIVE":
            found.update(dict.fromkeys(("coldline", "archive")))
    return tuple(found)


def _egress(subject: Subject) -> Iterator[Component]:
    """Traffic out of the bucket by destination; named once as needed when none is stated."""
    key = "monthly_egress_data_transfer_gb"
    place = subject.facets.region
    here = (
        replace(subject, facets=replace(subject.facets, region=multi_region(place)))
        if isinstance(place, str)
        else subject
    )
    told = [destination for destination in _DESTINATIONS if stated(subject.usage, f"{key}.{destination}") is not None]
    for destination in told or ("worldwide",):
        name, item = _DESTINATIONS[destination]
        tiered = destination != "same_continent"
        yield used(here, name, "GB", ("storage egress", item), f"{key}.{destination}", tiered=tiered)


_KEYS = {
    "storage_gb": "gigabytes stored",
    "monthly_class_a_operations": "operations that write or list, a month",
    "monthly_class_b_operations": "operations that read, a month",
    "monthly_data_retrieval_gb": "gigabytes read from a cold class, a month",
    "monthly_egress_data_transfer_gb": "gigabytes sent out a month, by destination (same_continent, worldwide, asia, ...)",
}

BUCKETS = ByType(
    {
        "google_storage_bucket": Service(_bucket, _KEYS),
        "google_container_registry": Service(_bucket, _KEYS),
    }
)
