"""Values as people read them, in messages and in sentences about what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.model.attributes import Attributes
from spendgate.model.values import ABSENT, Bounded, Unknown, Value
from spendgate.policies.literals import Amount

AFTER_APPLY = "known only after apply"
_MOST_LISTED = 12
_CENT = Decimal("0.01")


def shown(value: Value, *, unit: str = "") -> str:
    """A value in a message: money with two decimals, lists parted by commas, what is not known in brackets."""
    if isinstance(value, str):
        return value
    if value is ABSENT or value is None:
        return "(not set)"
    if isinstance(value, Unknown):
        return f"({value.reason})" if _is_plain_reason(value.reason) else f"(not known: {value.reason})"
    if isinstance(value, Bounded):
        return bounds(value, unit=unit)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return number(Decimal(value), unit=unit)
    if isinstance(value, float):
        return number(Decimal(str(value)), unit=unit)
    if isinstance(value, Amount):
        return amount(value)
    if isinstance(value, Attributes):
        return "(a block)"
    if isinstance(value, Mapping):
        return listed([f"{key}={shown(child)}" for key, child in value.items()])
    if isinstance(value, Sequence):
        return listed([shown(child, unit=unit) for child in value])
    return str(value)


def listed(texts: Sequence[str]) -> str:
    """Texts parted by commas; a long list is cut and says by how much."""
    if not texts:
        return "none"
    more = len(texts) - _MOST_LISTED
    return ", ".join(texts[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def number(value: Decimal, *, unit: str = "") -> str:
    """A number with thousands separators: two decimals for money, a share in percent, else at most four decimals."""
    if value.is_infinite():
        return "unlimited"
    if not value.is_finite():
        return "(not a number)"
    if unit == "money":
        return f"{value.quantize(_CENT):,.2f}" if abs(value) < Decimal(10) ** 24 else f"{value:.3e}"
    if unit == "share":
        return f"{number((value * 100).quantize(_CENT))} %"
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    places = 2 if abs(value) >= 1 else 4
    return f"{value:,.{places}f}".rstrip("0").rstrip(".")


def amount(value: Amount) -> str:
    """An amount with its unit; money alone loses it, since the message names the currency."""
    if value.unit in ("duration", "percent"):
        return value.text
    return number(value.number, unit="money")


def bounds(value: Bounded, *, unit: str = "") -> str:
    """What is known of a number: at least, at most, or between."""
    lower = number(value.lower, unit=unit) if value.lower is not None else None
    upper = number(value.upper, unit=unit) if value.upper is not None else None
    if lower is not None and upper is not None:
        return f"between {lower} and {upper}"
    if lower is not None:
        return f"at least {lower}"
    return f"at most {upper}" if upper is not None else f"(not known: {value.reason})"


def why_unknown(value: Value, *, unit: str = "") -> str:
    """Why a field is not known, as the rest of a sentence that starts with the field."""
    if isinstance(value, Unknown):
        return f"is {value.reason}" if _is_plain_reason(value.reason) else f"is not known ({value.reason})"
    if isinstance(value, Bounded):
        return f"is known only as {bounds(value, unit=unit)} ({value.reason})"
    return f"is in part {AFTER_APPLY}"


def _is_plain_reason(reason: str) -> bool:
    return reason in (AFTER_APPLY, "sensitive")


def plain(value: Value) -> Any:
    """A value for a finding's `actual` and `expected`: data that JSON can hold, without secrets; None when not known."""
    if isinstance(value, (str, bool, int, Decimal)):
        return value
    if value is ABSENT or isinstance(value, Unknown):
        return None
    if isinstance(value, Bounded):
        return bounds(value)
    if isinstance(value, Amount):
        return value.text
    if isinstance(value, Attributes):
        return "(a block)"
    if isinstance(value, Mapping):
        return {str(key): plain(child) for key, child in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(child) for child in value]
    return str(value)
