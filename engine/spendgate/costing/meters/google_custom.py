"""Custom machine types of Google: what their names say, and their vCPUs and memory as metered parts.

vCPUs and memory of a custom type have rates of their own. Memory above the series' share per vCPU is extended memory, which
only types that end in `-ext` may have (Compute Engine documentation, custom machine types).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from spendgate.costing.meters.machines import label, sizes, unpriced
from spendgate.model.cost import Component, RateQuery
from spendgate.model.facets import Pool
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_NAME = re.compile(r"(?:([a-z]\d[a-z]?)-)?custom-(?:(micro|small|medium)|(\d+))-(\d+)(-ext)?")
_SHARED_CORES: Mapping[str, Decimal] = {"micro": Decimal("0.25"), "small": Decimal("0.5"), "medium": Decimal(1)}
"""vCPUs that a shared-core E2 custom type is charged for."""
_PLAIN_GIB_PER_VCPU: Mapping[str, Decimal] = {"n1": Decimal("6.5"), "n2": Decimal(8), "n2d": Decimal(8)}
_PLAIN_GIB_PER_VCPU_ELSEWHERE = Decimal(8)


class CustomType(NamedTuple):
    """Series, vCPUs, memory in GiB, and how much of that memory is extended."""

    series: str
    vcpu: Decimal
    memory_gib: Decimal
    extended_gib: Decimal


def custom_type(machine_type: str) -> CustomType | None:
    """What a custom machine type is (`n2-custom-6-20480`, `custom-2-15360-ext`); None for another type."""
    match = _NAME.fullmatch(machine_type)
    if match is None:
        return None
    series = match[1] or "n1"
    vcpu = _SHARED_CORES[match[2]] if match[2] else Decimal(match[3])
    memory_gib = Decimal(match[4]) / 1024
    most = vcpu * _PLAIN_GIB_PER_VCPU.get(series, _PLAIN_GIB_PER_VCPU_ELSEWHERE)
    extended = max(memory_gib - most, Decimal(0)) if match[5] else Decimal(0)
    return CustomType(series, vcpu, memory_gib, extended)


def custom_components(subject: Subject, pool: Pool, custom: CustomType, name: str) -> Iterator[Component]:
    """The parts of a pool of custom machines: one line per kind, in machine hours at the rate of the whole machine."""
    hours = sizes(pool.capacity, subject.hours_per_month)
    place = pool.region if pool.region is not None else subject.facets.region
    if isinstance(hours, str) or not isinstance(place, str):
        why = (
            hours
            if isinstance(hours, str)
            else f"region: {place.reason if isinstance(place, Unknown) else 'not stated'}"
        )
        yield unpriced(label(pool, f"Machine ({name})"), "hours", why)
        return
    purchase = "spot" if pool.purchase.model == "spot" else "on-demand"
    suffix = " spot" if purchase == "spot" else ""
    for what, unit, size, item in (
        ("vCPUs", "vCPUs", custom.vcpu, "vcpu"),
        ("memory", "GB", custom.memory_gib - custom.extended_gib, "memory"),
        ("extended memory", "GB", custom.extended_gib, "extended memory"),
    ):
        if size:
            query = RateQuery("google", place, "custom machine", f"{custom.series} {item}{suffix}")
            title = label(pool, f"Machine {what} ({purchase}, {name})")
            size_text = f"{size.normalize():f} {unit}"
            yield Component(title, "hours", query, hours, factor=size, note=f"rate of {size_text}", stops=True)
