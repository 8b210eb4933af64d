"""The parts of the public report that add things up: money by size, groups, unit costs, nodes, energy and emissions."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Range(msgspec.Struct, frozen=True):
    """Monthly money at the minimum, desired and maximum size; all `null` when not known."""

    low: Decimal | None = None
    expected: Decimal | None = None
    high: Decimal | None = None


NOT_KNOWN = Range()


class Carbon(msgspec.Struct, frozen=True):
    """Energy and emissions of a month at the expected size; `null` where a figure is missing, with the reason.

    `kg_month` is that of operation, with the grid's average intensity; what making the hardware emitted is in `embodied_kg_month`.
    """

    kwh_month: Decimal | None = None
    kg_month: Decimal | None = None
    embodied_kg_month: Decimal | None = None
    reason: str = ""
    notes: list[str] = []


class CarbonTotal(msgspec.Struct, frozen=True):
    """Sums over all resources whose figures are known; `unknown` counts those that run something and have none."""

    before_kwh_month: Decimal
    after_kwh_month: Decimal
    before_kg_month: Decimal
    after_kg_month: Decimal
    counted: int
    unknown: int


class SavingsTotal(msgspec.Struct, frozen=True):
    """What failures would save together in a month; of each line of a cost never more than the line.

    Several on one line are combined: what one leaves is what the next saves of. `stated_monthly` is the plain sum of what the findings say. `not_added` counts findings on a group or the whole change, whose
    savings may be those of their resources once more.
    """

    monthly: Decimal
    stated_monthly: Decimal
    resources: int
    not_added: int
    re_priced: int = 0
    """Findings whose saving is the difference to a new price by the estimator."""
    by_formula: int = 0
    """Findings whose saving is what their policy's formula says."""


class UnitCost(msgspec.Struct, frozen=True):
    """What one unit of work costs: monthly cost after the change over the units a month that were stated.

    `cost` is `null` when the resource has no price or the units are not stated; `reason` says which.
    """

    address: str
    unit: str
    cost: Decimal | None = None
    quantity_month: Decimal | None = None
    reason: str = ""


class NodeCount(msgspec.Struct, frozen=True):
    """Nodes of one shape. `pool`: the node pool that starts them, where one is known; `monthly` is `null` without a price."""

    machine_type: str
    count: int
    monthly: Decimal | None = None
    pool: str = ""
    accelerators: Decimal = Decimal(0)
    """Of all of them together."""


class LeftOut(msgspec.Struct, frozen=True):
    """A workload that was put on no node, and why."""

    address: str
    reason: str


class Nodes(msgspec.Struct, frozen=True):
    """The marginal view: whole nodes that the workloads need beside what is there, where `Cost` bears shares of nodes.

    `monthly` is at the fewest, the desired and the most pods, for as long as the pods run; `packing` at the desired number.
    `share_monthly` is what the same workloads bear in `Cost`. `in_totals`: node pools whose nodes `Cost` counts too.
    """

    monthly: Range
    packing: list[NodeCount] = []
    left_out: list[LeftOut] = []
    workloads: int = 0
    idle_accelerators: Decimal = Decimal(0)
    share_monthly: Range = NOT_KNOWN
    in_totals: list[str] = []


class Group(msgspec.Struct, frozen=True):
    """Resources that share the value of a path (`tags.team`, `module`); `value` is `untagged` for those without one."""

    by: str
    value: str
    resources: int
    before_monthly: Range
    after_monthly: Range
    delta_monthly: Range
    delta_complete: bool = True
    unpriced: int = 0
    """Resources with a part that has no price: the sums are lower bounds."""
    needs_usage: int = 0
    addresses: list[str] = []
    failed: int = 0
    """Findings of failed policies on these resources, waived ones left out; those on the whole run belong to no group."""
    undetermined: int = 0
    """Findings on these resources that could not be told either way."""
