"""One registry for every seam: lazy built-ins, third parties by entry point, duplicates refused."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from spendgate.errors import RegistryError

T = TypeVar("T")


@cache
def _installed() -> Any:
    """What other distributions register, read once for all seams: it means looking into each of them.

    NOTE: what this is has another type in Python 3.11 than from 3.12 on; `select` it has in both.
    """
    return entry_points()


class Registry(Generic[T]):
    """Names of plug-ins of one seam, loaded on first use.

    `built_in` maps a name to `"module:attribute"`; `group` is the entry-point group in which other distributions
    register theirs. Nothing is imported before it is asked for. Raises RegistryError for a name that is unknown or
    claimed twice.
    """

    def __init__(self, seam: str, group: str, built_in: Mapping[str, str]) -> None:
        self._seam = seam
        self._group = group
        self._built_in = dict(built_in)
        self._targets: dict[str, str] | None = None
        self._loaded: dict[str, T] = {}

    def names(self) -> tuple[str, ...]:
        """All registered names, built-ins first, each part in order."""
        return tuple(self._all())

    def get(self, name: str) -> T:
        """The plug-in of that name."""
        if name not in self._loaded:
            targets = self._all()
            if name not in targets:
                near = difflib.get_close_matches(name, targets, n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                raise RegistryError(f"unknown {self._seam} {name!r}", hint=f"{hint}choices: {', '.join(targets)}")
            module, _, attribute = targets[name].partition(":")
            try:
                self._loaded[name] = getattr(import_module(module), attribute)
            except (ImportError, AttributeError) as error:
                raise RegistryError(f"{self._seam} {name!r} cannot be loaded: {error}") from error
        return self._loaded[name]

    def __iter__(self) -> Iterator[tuple[str, T]]:
        for name in self.names():
            yield name, self.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def _all(self) -> dict[str, str]:
        if self._targets is None:
            targets = dict(self._built_in)
            for point in sorted(_installed().select(group=self._group), key=lambda found: found.name):
                if point.name in targets:
                    raise RegistryError(
                        f"{self._seam} {point.name!r} is registered twice: {targets[point.name]} and {point.value}"
                    )
                targets[point.name] = point.value
            self._targets = targets
        return self._targets
