"""Amounts of money: decimal, with a currency, single or as a range."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from spendgate.model.frozen import Frozen

ZERO: Final = Decimal(0)
UNBOUNDED: Final = Decimal("Infinity")
"""The high end of a cost that nothing limits."""


class Money(Frozen):
    """One amount in one currency (ISO 4217)."""

    amount: Decimal
    currency: str = "USD"


class MoneyRange(Frozen):
    """A cost at the minimum size, at the desired size and at the maximum size; `high` may be `UNBOUNDED`."""

    low: Decimal
    expected: Decimal
    high: Decimal
    currency: str = "USD"

    def __add__(self, other: MoneyRange) -> MoneyRange:
        currency = self._common_currency(other)
        return MoneyRange(self.low + other.low, self.expected + other.expected, self.high + other.high, currency)

    def __sub__(self, other: MoneyRange) -> MoneyRange:
        """The difference size by size (minimum, desired, maximum), put in order.

        The two sides are the same thing at two moments, so their sizes move together: a tag change on a pool of one to
        ten machines is a difference of zero, not of minus nine to nine. Two sides that nothing bounds differ as their
        other sizes do.
        """
        currency = self._common_currency(other)
        sizes = [self.low - other.low, self.expected - other.expected]
        if not self.high == other.high == UNBOUNDED:
            sizes.append(self.high - other.high)
        return MoneyRange(min(sizes), sizes[1], max(sizes), currency)

    def _common_currency(self, other: MoneyRange) -> str:
        """The currency of both; nothing at all is nothing in any currency."""
        if self.currency == other.currency or not (other.low or other.expected or other.high):
            return self.currency
        if not (self.low or self.expected or self.high):
            return other.currency
        raise ValueError(f"cannot combine {self.currency} with {other.currency}")

    @classmethod
    def exactly(cls, amount: Decimal, currency: str = "USD") -> MoneyRange:
        """A range of one amount."""
        return cls(amount, amount, amount, currency)


NOTHING: Final = MoneyRange(ZERO, ZERO, ZERO)
