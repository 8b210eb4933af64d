"""Money, rates and quantities as people read them: signs, thousands separators, and words where there is no number."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spendgate.wire.v1 import Cost, Range

NOT_KNOWN = "not known"
UNBOUNDED = "unbounded"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_HALF_CENT = Decimal("0.005")


def is_known(amount: Decimal | None) -> bool:
    """Whether there is a number at all; a saved report may hold `NaN`, which is none."""
    return amount is not None and not amount.is_nan()


def plain(amount: Decimal | None) -> str:
    """`1,240.10`, `unbounded`, `not known`. An amount under half a cent that is not zero shows as `<0.01`."""
    if amount is None or amount.is_nan():
        return NOT_KNOWN
    sign = "-" if amount < 0 else ""
    return sign + _magnitude(abs(amount))


def signed(amount: Decimal | None, currency: str = "") -> str:
    """`+$1,240.10` or `-1,240.10` (without a currency): a difference, whose sign always shows."""
    if amount is None or amount.is_nan():
        return NOT_KNOWN
    sign = "-" if amount < 0 else "+"
    if amount.is_infinite():
        return f"{sign}{UNBOUNDED}" if amount < 0 else UNBOUNDED
    return sign + symbol(currency) + _magnitude(abs(amount))


def money(amount: Decimal | None, currency: str) -> str:
    """`$1,240.10`, `-$3.00`, `unbounded`, `not known`."""
    if amount is None or amount.is_nan() or amount.is_infinite():
        return plain(amount)
    return ("-" if amount < 0 else "") + symbol(currency) + _magnitude(abs(amount))


def symbol(currency: str) -> str:
    """The sign of a currency, or its code and a blank; empty without a currency."""
    return _SYMBOLS.get(currency, f"{currency} " if currency else "")


def rate(price: Decimal, currency: str) -> str:
    """The price of one unit with all its digits, at least two behind the point: `$32.7726`, `$0.10`."""
    if not price.is_finite():
        return plain(price)
    text = format(price, ",f")
    whole, _, fraction = text.partition(".")
    return f"{symbol(currency)}{whole}.{fraction.rstrip('0').ljust(2, '0')}"


def quantity(amount: Decimal) -> str:
    """`730`, `1,000,000`, `0.5`: at most four digits behind the point, more for what is smaller than one thousandth."""
    if not amount.is_finite():
        return plain(amount)
    text = format(amount, ",.4f" if abs(amount) >= Decimal("0.001") or not amount else ",.3g")
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def varies(span: Range) -> bool:
    """Whether low or high differ from what is expected."""
    return is_known(span.expected) and (_differs(span.low, span.expected) or _differs(span.high, span.expected))


def low_high(span: Range, *, sign: bool = False) -> str:
    """`low 310.00, high 2,900.00`; empty when there is nothing but the expected amount."""
    if not varies(span):
        return ""
    text = signed if sign else plain
    return f"low {text(span.low)}, high {text(span.high)}"


def total_delta(cost: Cost, currency: str) -> str:
    """The difference that the run makes in a month, and only as much of it as is known.

    `+$1,240.10/mo (low 310.00, high 2,900.00)`; with parts that have no price `at least +$310.00/mo`, `at most
    -$20.00/mo` or `not known`. Nothing, beside parts that depend on use, is `+$0.00/mo before usage`.
    """
    if cost.delta_complete:
        expected = cost.delta_monthly.expected
        if not is_known(expected):
            return "cost delta not known"
        extent = low_high(cost.delta_monthly)
        usage = " before usage" if cost.needs_usage and not expected else ""
        return f"{signed(expected, currency)}/mo{usage}" + (f" ({extent})" if extent else "")
    least, most = _bound(cost.delta_at_least), _bound(cost.delta_at_most)
    if least is not None and most is not None:
        return f"between {signed(least, currency)} and {signed(most, currency)}/mo"
    if least is not None:
        return f"at least {signed(least, currency)}/mo"
    if most is not None:
        return f"at most {signed(most, currency)}/mo"
    known = cost.delta_monthly.expected
    if known is not None and is_known(known) and known != 0:
        return f"cost delta not known (priced parts {signed(known, currency)}/mo)"
    return "cost delta not known"


def _bound(amount: Decimal | None) -> Decimal | None:
    """A bound that says something: `at least nothing` does not."""
    return amount if amount is not None and amount.is_finite() and amount != 0 else None


def _magnitude(amount: Decimal) -> str:
    if amount.is_infinite():
        return UNBOUNDED
    if 0 < amount < _HALF_CENT:
        return "<0.01"
    return format(amount, ",.2f")


def _differs(end: Decimal | None, expected: Decimal | None) -> bool:
    return end is not None and not end.is_nan() and end != expected
