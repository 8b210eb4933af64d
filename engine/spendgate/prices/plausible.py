"""Whether prices grow with sizes: within a family and region, the price of a vCPU and of a GiB is nearly the same.

A price that is three times off in both is a price of something else: Windows, dedicated hardware, a month for an hour, cents for
dollars. Types with accelerators are left out, the price of those is that of the accelerators.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from statistics import median_low
from typing import Final, NamedTuple

from spendgate.model.frozen import Frozen

FACTOR: Final = Decimal(3)
_FEWEST = 3
"""With fewer sizes than this no one of them can be told to be the odd one."""


class Priced(Frozen):
    """A machine price with the shape behind it, and what to say of where it stands."""

    provider: str
    machine_type: str
    region: str
    hourly: Decimal
    vcpu: Decimal
    memory_gib: Decimal
    place: object = None


def odd_prices(prices: Iterable[Priced]) -> list[tuple[Priced, Decimal]]:
    """Prices that do not fit their family in their region, each with how many times off it is."""
    families: dict[tuple[str, str, str], list[Priced]] = defaultdict(list)
    for each in prices:
        if each.vcpu > 0 and each.memory_gib > 0:
            families[each.provider, size_family(each.provider, each.machine_type), each.region].append(each)
    odd = []
    for members in families.values():
        if len(members) < _FEWEST:
            continue
        by_vcpu = median_low(each.hourly / each.vcpu for each in members)
        by_memory = median_low(each.hourly / each.memory_gib for each in members)
        for each in members:
            off = min(_off(each.hourly / each.vcpu, by_vcpu), _off(each.hourly / each.memory_gib, by_memory))
            if off > FACTOR:
                odd.append((each, off))
    return odd


_SIZES: Final = {
    "nano": Decimal("0.125"),
    "micro": Decimal("0.25"),
    "small": Decimal("0.5"),
    "medium": Decimal(1),
    "large": Decimal(2),
    "xlarge": Decimal(4),
}
_SIZED = re.compile(
    r"(?P<before>.*?\b[a-z]+\d+[a-z\d\-]*\.)(?P<times>\d*)(?P<size>nano|micro|small|medium|large|xlarge)\b(?P<after>.*)"
)
"""Rates of nodes by their instance type: `single-az mysql db.m5.2xlarge`, `cache.r6g.large`, `m6g.large`."""
_ACCELERATED = re.compile(r"\b(?:g|gr|p|inf|trn|dl|vt|f)\d")
"""Families whose sizes differ in accelerators, not in vCPUs alone."""


class SizedRate(Frozen):
    """A rate by the hour of a node whose name tells its size."""

    provider: str
    service: str
    item: str
    region: str
    hourly: Decimal


class NodeSize(NamedTuple):
    """What the name of a node's rate tells: the family that shares all but the size, and the size in normal units."""

    family: tuple[str, str]
    size: Decimal


def node_size(item: str) -> NodeSize | None:
    """Family and size of a rate of a node; None for another rate, and where sizes differ in accelerators."""
    match = _SIZED.fullmatch(item.lower())
    if match is None or _ACCELERATED.search(item) or (match["times"] and match["size"] != "xlarge"):
        return None
    return NodeSize((match["before"], match["after"]), _SIZES[match["size"]] * int(match["times"] or 1))


def odd_rates(rates: Iterable[SizedRate]) -> list[tuple[SizedRate, Decimal]]:
    """Rates of nodes that do not fit the sizes of their family in their region, each with how many times off it is."""
    families: dict[tuple[str, ...], list[tuple[SizedRate, Decimal]]] = defaultdict(list)
    for each in rates:
        node = node_size(each.item)
        if node is not None:
            key = (each.provider, each.service, *node.family, each.region)
            families[key].append((each, each.hourly / node.size))
    odd = []
    for members in families.values():
        if len(members) < _FEWEST:
            continue
        usual = median_low(sized for _, sized in members)
        odd += [(each, _off(sized, usual)) for each, sized in members if _off(sized, usual) > FACTOR]
    return odd


def size_family(provider: str, machine_type: str) -> str:
    """What sizes of a family share: `m5`, `n2-standard`, `Standard_D#s_v5`."""
    if provider == "azure":
        return re.sub(r"\d+(-\d+)?", "#", machine_type, count=1).lower()
    if provider == "google":
        return "-".join(machine_type.split("-")[:2])
    return re.split(r"[.\-_]", machine_type, maxsplit=1)[0].lower()


def _off(one: Decimal, other: Decimal) -> Decimal:
    return max(one / other, other / one)
