"""What may stand in a resource's place: the question that a policy asks before anything is priced.

`Wanted` describes machines (or models) that would do, `Terms` a fix that leaves the machine as it is. Both hold plain numbers:
what a policy calculates is worked out before. `costing` answers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from spendgate.model.frozen import Frozen
from spendgate.model.values import Unknown

COMMITTED = "a commitment pays for a part of it, and is paid for all the same"
"""Why something saves nothing that is known, whatever a formula says."""
SAME = "same"
"""Stands for what the resource has now: its accelerator, its family, its very type."""
MEASURES = ("vcpu", "memory_gib", "accelerators", "accelerator_memory_gib")
"""What a machine may be asked to hold at least; accelerator memory is that of all accelerators of one machine together."""

Names: TypeAlias = tuple[str, ...]
Sizes: TypeAlias = tuple[tuple[str, Decimal], ...]
"""Measures with their numbers, in order: hashable, so that like questions are answered once."""


class Wanted(Frozen):
    """Machines that would do instead. `None` asks nothing of that kind; providers and regions are then the resource's own.

    `accelerators`: families, `("same",)`, or `()` for none at all. `at_least` are absolute numbers for one machine, `like` shares
    of what the present machine holds. `regions` is a pattern. `work` maps families to work an hour and ranks by price for work.
    """

    accelerators: Names | None = None
    families: Names | None = None
    machine: str | None = None
    providers: Names | None = None
    regions: str | None = None
    at_least: Sizes = ()
    like: Sizes = ()
    max_grid_g_per_kwh: Decimal | None = None
    max_price_ratio: Decimal | None = None
    """What an hour may cost at most, in hours of the present machine."""
    egress_gb: Decimal | Unknown | None = None
    work: Sizes | None = None
    models: Names | None = None
    """Names of models that are paid by the token; nothing of machines is asked then."""
    shown: int = 1
    """How many of the cheapest are listed."""


class Terms(Frozen):
    """A fix that keeps the machine: hours of the week, share on spot, how many, kinds of disks. `None` leaves it as it is.

    `rework` is the share of hours that are run again because of the fix. Fractions of machines are rounded up for `desired` and
    `minimum`, down for `maximum`.
    """

    hours_per_week: Decimal | None = None
    spot_share: Decimal | None = None
    rework: Decimal = Decimal(0)
    minimum: Decimal | None = None
    desired: Decimal | None = None
    maximum: Decimal | None = None
    disks: tuple[tuple[str, str], ...] = ()


class WhatIf(Protocol):
    """Answers what one resource would cost if it were another. Nothing is worked out before it is asked."""

    def cheapest(self, wanted: Wanted) -> Mapping[str, Any] | Unknown | None:
        """The cheapest that would do (`docs/policy-language.md` names its fields), None when nothing does, Unknown with a reason."""
        ...

    def repriced(self, terms: Terms) -> Mapping[str, Any] | Unknown:
        """The resource's own cost with a fix applied: `monthly` and `saving_monthly` by size, and the `lines` that save."""
        ...

    def rates(self) -> Mapping[str, Any] | Unknown | None:
        """The dates of the prices behind its cost: `oldest` and `age_days`; None when it has no priced part."""
        ...

    def grid(self) -> Mapping[str, Any] | Unknown:
        """The power grid of the resource's region: `g_per_kwh` and where the figure comes from."""
        ...
