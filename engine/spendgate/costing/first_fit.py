"""The first of a row of things that has room, without looking at each: what makes packing near-linear."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

Room: TypeAlias = tuple[Decimal, ...]
"""What is free of each resource, in one order; what is asked for is spelled the same."""


class FirstFit:
    """A row of places with what is free at each, as a binary tree whose inner nodes hold the most of each resource below them.

    A subtree where the most of one resource is too little holds no place with room. The other way round nothing follows, since
    one place may have the CPU and another the memory: a place that is found does have room, and the search goes on where not.
    """

    __slots__ = ("_leaves", "_length", "_most")

    def __init__(self) -> None:
        self._leaves, self._length = 1, 0
        self._most: list[Room | None] = [None, None]

    def __len__(self) -> int:
        return self._length

    def append(self, free: Room) -> None:
        """One more place at the end of the row."""
        if self._length == self._leaves:
            self._grow()
        self._length += 1
        self.put(self._length - 1, free)

    def put(self, place: int, free: Room) -> None:
        """What is free at a place from now on."""
        most, number = self._most, self._leaves + place
        most[number] = free
        while number > 1:
            number //= 2
            left, right = most[2 * number], most[2 * number + 1]
            joined = _most_of(left, right)
            if joined == most[number]:
                return
            most[number] = joined

    def first(self, asked: Room, start: int = 0) -> int | None:
        """The first place from `start` on with at least what is asked of each resource; None when there is none."""
        if start >= self._length:
            return None
        number = self._leaves + start
        while True:
            if self._has(number, asked):
                if number >= self._leaves:
                    return number - self._leaves
                number *= 2
                continue
            while number % 2:
                number //= 2
            if number <= 0:
                return None
            number += 1

    def most(self) -> Room | None:
        """The most that is free of each resource anywhere; None for an empty row."""
        return self._most[1]

    def _has(self, number: int, asked: Room) -> bool:
        most = self._most[number]
        return most is not None and all(free >= wanted for free, wanted in zip(most, asked, strict=True))

    def _grow(self) -> None:
        row = self._most[self._leaves :]
        self._leaves *= 2
        self._most = [None] * self._leaves + row + [None] * (self._leaves - len(row))
        for number in range(self._leaves - 1, 0, -1):
            self._most[number] = _most_of(self._most[2 * number], self._most[2 * number + 1])


def _most_of(left: Room | None, right: Room | None) -> Room | None:
    if left is None or right is None:
        return left if right is None else right
    return tuple(map(max, left, right))
