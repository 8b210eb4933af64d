"""Rates that follow from those of a relative: another size of the same family, the same node in one zone or in two.

AWS prices database, cache and search nodes by normal units, the same for each size of a family (so that its reservations cover any
size of one: Amazon RDS user guide, size-flexible reserved DB instances; ElastiCache user guide, size flexible reserved nodes), and a
standby in a second zone like the first node (Amazon RDS pricing). Sizes of licensed engines do not follow: a licence has a least size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from spendgate.prices.plausible import node_size

SIZED_SERVICES: Final = ("rds", "rds aurora", "elasticache", "opensearch", "docdb", "neptune", "memorydb", "msk")
"""Services of AWS whose nodes cost as much a normal unit at each size."""
_TWO_ZONES: Final = ("single-az ", "multi-az ")
_LICENSED: Final = ("sqlserver", "oracle")
_BY_VCPU: Final = "performance insights "
"""Rates of a vCPU, the same for each size of a family (Performance Insights pricing)."""


_PLACES: Final = Decimal("0.000001")


class Relative(NamedTuple):
    """The item whose price is known, and what of it the other one is: `times` units of size to its `of`."""

    item: str
    times: Decimal
    of: Decimal = Decimal(1)

    def price(self, known: Decimal) -> Decimal:
        """The price that follows, to the millionth."""
        return (known * self.times / self.of).quantize(_PLACES).normalize()


def relative_of(service: str, item: str, known: Iterable[str]) -> Relative | None:
    """The nearest relative of a rate among the `known` items of its service in its region; None where there is none.

    The same thing in the other number of zones before another size, and of the sizes the largest: it is rounded the least.
    """
    if service not in SIZED_SERVICES:
        return None
    places = dict.fromkeys(known)
    alike: list[Relative] = [Relative(item, Decimal(1)), *(_alike(item) if service == "rds" else ())]
    for one in alike:
        if one.item in places:
            return one
    for one in alike:
        own = node_size(one.item)
        if own is None or any(word in one.item for word in _LICENSED):
            continue
        nodes = ((node_size(place), place) for place in places)
        sizes = [(node.size, place) for node, place in nodes if node is not None and node.family == own.family]
        if sizes:
            size, place = max(sizes)
            if item.startswith(_BY_VCPU):
                return Relative(place, Decimal(1))
            return Relative(place, one.times * own.size, size)
    return None


def _alike(item: str) -> Iterator[Relative]:
    """The same in the other number of zones; io2, which costs what io1 does (AWS Database Blog on io2 Block Express)."""
    one, two = _TWO_ZONES
    if " io2 " in item:
        yield Relative(item.replace(" io2 ", " io1 "), Decimal(1))
    if item.startswith(two):
        yield Relative(one + item.removeprefix(two), Decimal(2))
    elif item.startswith(one):
        yield Relative(two + item.removeprefix(one), Decimal("0.5"))
