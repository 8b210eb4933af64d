"""Bounds that Application Auto Scaling sets to what a resource provisions: capacity units, shards, gigabytes."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from spendgate.model.cost import Quantity
from spendgate.model.resource import Resource
from spendgate.ports import Subject

NOTE = "between the bounds of its scaling target"


class Bounds(NamedTuple):
    """What a scaling target allows at least and at most; None where it is not known."""

    least: int | None
    most: int | None

    def around(self, stated: int) -> tuple[int, int, int]:
        """The least, the expected and the largest number, when so many are stated: no fewer than the target allows."""
        expected = max(stated, self.least) if self.least is not None else stated
        least = self.least if self.least is not None else expected
        return least, expected, max(expected, self.most) if self.most is not None else expected

    def quantity(self, stated: int, factor: Decimal) -> Quantity:
        """These numbers, each so many times."""
        least, expected, most = self.around(stated)
        return Quantity(least * factor, expected * factor, most * factor)


def bounds_of(subject: Subject, dimension: str, owner: Resource | None = None) -> Bounds | None:
    """The bounds of the target of this dimension that points at the resource (or at another owner), or None without one."""
    for target in subject.neighbours.users(owner or subject.resource, "aws_appautoscaling_target"):
        if target.attributes.text("scalable_dimension") == dimension:
            least, most = target.attributes.whole("min_capacity"), target.attributes.whole("max_capacity")
            return Bounds(least if isinstance(least, int) else None, most if isinstance(most, int) else None)
    return None
