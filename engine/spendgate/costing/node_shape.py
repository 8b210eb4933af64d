"""What pods are packed onto, and what is packed: shapes of nodes, needs of pods, and what a need demands of labels and taints."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.model.frozen import Frozen

_NOTHING = Decimal(0)


class Selector(Protocol):
    """What a pod demands of its node."""

    def accepts_labels(self, labels: Mapping[str, tuple[str, ...]], *, strict: bool) -> bool:
        """Whether a node with these labels will do."""
        ...

    def tolerates(self, taints: tuple[tuple[str, str, str], ...]) -> bool:
        """Whether the pod stands these taints."""
        ...

    def key(self) -> tuple[Any, ...]:
        """What makes two selectors equal; hashable."""
        ...

    def label_keys(self) -> frozenset[str]:
        """The labels that it looks at; all others do not matter to it."""
        ...


class NodeShape(Frozen):
    """A node that may be started: what pods can use of it, and its price. `models` are its accelerators' family names.

    `most` bounds how many of them there may be, together with the other shapes of the same `pool`; `hourly=None` means that no
    price is known, which is never taken for cheap. `machine_type` is the name when none is given.
    """

    name: str
    vcpu: Decimal
    memory_gib: Decimal
    accelerators: Decimal = _NOTHING
    models: tuple[str, ...] = ()
    hourly: Decimal | None = None
    labels: Mapping[str, tuple[str, ...]] = {}
    taints: tuple[tuple[str, str, str], ...] = ()
    most: int | None = None
    machine_type: str = ""
    pool: str = ""


class PodNeed(Frozen):
    """Like pods to be placed. `accelerators` may be a fraction; `models` empty means any; `spread`: at most one a node.

    `hours` is how long one of them runs in a month: a node stays as long as the longest of its pods.
    """

    name: str
    count: int
    cpu: Decimal
    memory_gib: Decimal
    accelerators: Decimal = _NOTHING
    models: tuple[str, ...] = ()
    selector: Selector | None = None
    machine_types: tuple[str, ...] = ()
    spread: bool = False
    hours: Decimal = HOURS_PER_MONTH

    def kind(self) -> tuple[Any, ...]:
        """What makes two needs the same to a node."""
        selector = self.selector.key() if self.selector is not None else None
        return self.cpu, self.memory_gib, self.accelerators, self.models, selector, self.machine_types, self.spread
