"""What a resource costs: quantities, rates, line items and the estimate that they add up to.

A meter says *how much of what* (`Component`: a quantity and a rate query); the estimator asks the price book and makes
`LineItem`s. What cannot be priced becomes an `Unpriced` with its reason; it is never zero.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from spendgate.model.frozen import Frozen, replace
from spendgate.model.money import MoneyRange


class Basis(StrEnum):
    """Where a line item's quantity and rate come from, weakest link first named."""

    EXACT = "exact"
    PROVIDER_DEFAULT = "provider_default"
    USAGE = "usage"
    SCHEDULE = "schedule"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"


class Quantity(Frozen):
    """A monthly quantity at the minimum, desired and maximum size of the thing metered; `high` may be infinite."""

    low: Decimal
    expected: Decimal
    high: Decimal

    @classmethod
    def exactly(cls, amount: Decimal | int) -> Quantity:
        """The same quantity at every size."""
        value = Decimal(amount)
        return cls(value, value, value)

    def times(self, factor: Decimal | int) -> Quantity:
        """The quantity multiplied by a factor at every size."""
        return Quantity(self.low * factor, self.expected * factor, self.high * factor)


class RateQuery(Frozen):
    """What is asked of the price book. Hashable: each distinct query is looked up once per run.

    For machines `service` is `"machine"`, `item` is the machine type and `purchase` is `on-demand` or `spot`. For
    everything else `service` and `item` are keys of the book's rate table, for example `("ebs", "gp3 storage")`.
    """

    provider: str
    region: str
    service: str
    item: str
    purchase: str = "on-demand"


class Rate(Frozen):
    """A dated price for one unit, with its source. `low` and `high` give the band of a rate that moves (spot)."""

    price: Decimal
    unit: str
    as_of: str
    source: str
    currency: str = "USD"
    basis: Basis = Basis.EXACT
    note: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    list_price: Decimal | None = None
    """The public price, where a rates file laid another over it."""
    existing_price: Decimal | None = None
    """What is paid for what exists already, where a commitment covers a part of it; `price` is that of what is new."""
    contracted_price: Decimal | None = None
    """The negotiated price without the commitment that is blended into `price`."""
    commitment: str = ""

    def times(self, factor: Decimal) -> Rate:
        """The rate of `factor` units: each of its prices multiplied."""

        def scaled(price: Decimal | None) -> Decimal | None:
            return price * factor if price is not None else None

        return replace(
            self,
            price=self.price * factor,
            low=scaled(self.low),
            high=scaled(self.high),
            list_price=scaled(self.list_price),
            existing_price=scaled(self.existing_price),
            contracted_price=scaled(self.contracted_price),
        )


class RateTier(Frozen):
    """One step of a tiered rate: from `start` units a month on, until the next step, each unit costs `rate`."""

    start: Decimal
    rate: Rate


class Missing(StrEnum):
    """Why a component has no amount."""

    UNPRICED = "unpriced"
    """No rate, or an attribute that decides the rate or the quantity is not known."""
    NEEDS_USAGE = "needs-usage"
    """The rate is known, the quantity depends on use that nobody stated."""


class Component(Frozen):
    """A metered part before it is priced: how much of what, and whether it stops with its machine.

    Exactly one of `quantity` and `missing_reason` is set. A meter gives no rate of its own: figures live in the price book, not in
    code; only one that the configuration states comes with it (`stated`). `tiered` spreads the quantity over the steps of the rate.
    """

    name: str
    unit: str
    query: RateQuery
    quantity: Quantity | None
    basis: Basis = Basis.EXACT
    missing: Missing = Missing.UNPRICED
    missing_reason: str = ""
    tiered: bool = False
    alternatives: tuple[RateQuery, ...] = ()
    """Other rates that may apply instead (a group that may start one of several types): they widen low and high."""
    note: str = ""
    factor: Decimal = Decimal(1)
    """What the list price is multiplied by: units in one machine (six vCPUs), and what a discount that everybody gets leaves of
    it; the note names both."""
    stops: bool = False
    """Whether it stops being paid when the machine stops: a schedule can save it. Disks, addresses and fees do not."""
    stated: Rate | None = None
    """A rate that the configuration itself states, with its source; it wins over the one that the query would find."""


class LineItem(Frozen):
    """A priced part: monthly quantity times a rate, and on what basis. Quantities are monthly, units as named."""

    name: str
    quantity: Quantity
    unit: str
    rate: Rate
    monthly: MoneyRange
    basis: Basis
    note: str = ""
    stops: bool = False


class Unpriced(Frozen):
    """A part without an amount, and why."""

    component: str
    reason: str
    missing: Missing = Missing.UNPRICED
    identity: tuple[object, ...] = ()
    """What makes it the same part before and after (query and quantity): equal parts cancel out in a delta. Empty: never."""


class EstimateState(StrEnum):
    """How much of a resource has a price."""

    PRICED = "priced"
    """Everything that the configuration fixes is priced; parts that need usage may be listed beside it."""
    PARTIAL = "partial"
    """Some parts are priced, some are not."""
    UNPRICED = "unpriced"
    """Nothing is priced and something should be."""
    NEEDS_USAGE = "needs-usage"
    """Every part depends on use that nobody stated."""
    FREE = "free"
    """Known to cost nothing by itself."""
    UNSUPPORTED = "unsupported"
    """No meter knows this type: neither free nor priced."""
    NONE = "none"
    """There is no resource on this side of the change."""


class Estimate(Frozen):
    """Monthly cost of one resource on one side of a change.

    `monthly` is the priced part; `None` when no part has an amount (unpriced, unsupported, needs usage).
    """

    state: EstimateState
    monthly: MoneyRange | None
    items: tuple[LineItem, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()
    hours_per_month: Decimal | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing that the configuration fixes lacks a price (parts that need usage do not count)."""
        return self.state not in (EstimateState.PARTIAL, EstimateState.UNPRICED, EstimateState.UNSUPPORTED)


class CostChange(Frozen):
    """The estimates before and after one change, and their difference where it can be told.

    `delta` is `None` when an unpriced part differs between the sides, so that no saving is made up out of a missing
    price. `bound` then says what is still known: the delta is at least (`delta_at_least`) or at most (`delta_at_most`)
    so much.
    """

    before: Estimate
    after: Estimate
    delta: MoneyRange | None
    delta_at_least: Decimal | None = None
    delta_at_most: Decimal | None = None
