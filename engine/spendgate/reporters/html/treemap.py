"""Rectangles whose areas are amounts, as near to squares as they get (the squarified treemap of Bruls, Huizing, van Wijk)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from spendgate.model.frozen import Frozen


class Box(Frozen):
    """A rectangle, in the units of the area that it was cut from."""

    left: float
    top: float
    width: float
    height: float


def squarify(amounts: Sequence[float], area: Box) -> list[Box]:
    """One box for each amount, in the same order. Amounts are positive and come largest first."""
    boxes: list[Box] = []
    rest = area
    # NOTE: summed from the small end; taking rows off a running total would leave nothing but rounding for the last ones.
    totals = list(accumulate(reversed(amounts)))[::-1]
    position = 0
    while position < len(amounts):
        scale = rest.width * rest.height / totals[position] if totals[position] else 0
        side = min(rest.width, rest.height)
        row = [amounts[position] * scale]
        end = position + 1
        while end < len(amounts) and _worst([*row, amounts[end] * scale], side) <= _worst(row, side):
            row.append(amounts[end] * scale)
            end += 1
        laid, rest = _lay(row, rest)
        boxes += laid
        position = end
    return boxes


def _worst(row: Sequence[float], side: float) -> float:
    """The aspect ratio of the least square box when a row is laid along a side."""
    whole = sum(row)
    if not whole or not side:
        return float("inf")
    return max(side * side * max(row) / (whole * whole), whole * whole / (side * side * min(row)))


def _lay(row: Sequence[float], area: Box) -> tuple[list[Box], Box]:
    """The boxes of one row along the shorter side, and the area that is left."""
    whole = sum(row)
    boxes: list[Box] = []
    if area.width >= area.height:
        width = whole / area.height if area.height else 0.0
        top = area.top
        for part in row:
            height = part / width if width else 0.0
            boxes.append(Box(area.left, top, width, height))
            top += height
        return boxes, Box(area.left + width, area.top, max(area.width - width, 0.0), area.height)
    height = whole / area.width if area.width else 0.0
    left = area.left
    for part in row:
        width = part / height if height else 0.0
        boxes.append(Box(left, area.top, width, height))
        left += width
    return boxes, Box(area.left, area.top + height, area.width, max(area.height - height, 0.0))
