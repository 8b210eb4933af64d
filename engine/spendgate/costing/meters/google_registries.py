"""Artifact Registry: storage, and traffic to other regions by continent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.costing.meters.parts import ByType, Service, missing_region, query, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.ports import Subject

_KEY = "monthly_egress_data_transfer_gb"
_CONTINENTS: Mapping[str, str] = {
    "us": "north america",
    "northamerica": "north america",
    "europe": "europe",
    "asia": "asia",
    "southamerica": "south america",
    "australia": "oceania",
}
_RATES_WITHIN = ("north america", "europe", "asia")
"""Continents with a rate of their own for traffic between their regions."""


def _repository(subject: Subject) -> Iterator[Component]:
    yield used(subject, "Storage", "GB-month", ("artifact registry", "storage"), "storage_gb")
    home = subject.facets.region
    told = subject.usage.get(_KEY)
    if not isinstance(told, Mapping):
        return
    if not isinstance(home, str):
        missing = missing_region(subject, "Egress", "GB")
        yield from () if missing is None else (missing,)
        return
    amounts: dict[str, Decimal] = {}
    for key in told:
        target = str(key).replace("_", "-")
        gigabytes = stated(subject.usage, f"{_KEY}.{key}")
        if gigabytes is not None and not _is_free(home, target):
            kind = _traffic(home, target)
            amounts[kind] = amounts.get(kind, Decimal(0)) + gigabytes
    for kind, gigabytes in amounts.items():
        rate = query(subject, ("artifact registry", kind))
        yield Component(f"Egress {kind}", "GB", rate, Quantity.exactly(gigabytes), basis=Basis.USAGE)


def _is_free(home: str, target: str) -> bool:
    """Within a region, and from a multi-region to a region inside it, nothing is charged."""
    return home == target or ("-" not in home and target.split("-", 1)[0] == home)


def _traffic(home: str, target: str) -> str:
    here, there = _continent(home), _continent(target)
    if "oceania" in (here, there):
        return "to or from oceania"
    if here == there and here in _RATES_WITHIN:
        return f"within {here}"
    return "between continents"


def _continent(place: str) -> str:
    return _CONTINENTS.get(place.split("-", 1)[0], "elsewhere")


REGISTRIES = ByType(
    {
        "google_artifact_registry_repository": Service(
            _repository,
            {"storage_gb": "gigabytes stored", _KEY: "gigabytes sent a month, by region (europe_west1, us_east1, ...)"},
        )
    }
)
