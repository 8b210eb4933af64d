"""Amounts of money in the currency of a run: `500 USD` is 460 EUR where a dated rate says so, and a mistake where none does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from spendgate.policies.literals import Amount, amount
from spendgate.policies.mistakes import Mistake
from spendgate.policies.paths import unit_of

Money: TypeAlias = Callable[[Amount], Amount]
"""An amount of money in the currency of the run. Raises Mistake where it cannot be."""

_NO_MONEY = ("duration", "percent")


def as_stated(stated: Amount) -> Amount:
    """The amount as it stands: where a policy is read and nothing is priced."""
    return stated


def in_currency(stated: Amount, currency: str, factor: Decimal | None, hint: str) -> Amount:
    """An amount in another currency, `factor` of it being one unit of its own. Raises Mistake where there is no factor."""
    if stated.unit == currency or stated.unit in _NO_MONEY:
        return stated
    if factor is None:
        raise Mistake(f"{stated.text!r} is in {stated.unit} and the run counts {currency}", hint)
    number = stated.number * factor
    return Amount(number, currency, f"{number:,.2f} {currency}")


def money_in(raw: Any, path: str, money: Money) -> Any:
    """What a condition on `path` states, its amounts in the currency of the run. Raises Mistake.

    NOTE: only where the field is money: `AMD 7003` beside the name of a processor has the form of an amount as well.
    """
    if unit_of(path) != "money":
        return raw
    if isinstance(raw, Amount):
        return money(raw)
    if isinstance(raw, str):
        return raw if (found := amount(raw)) is None or found.unit in _NO_MONEY else money(found)
    if isinstance(raw, (list, tuple)):
        return tuple(money_in(each, path, money) for each in raw)
    if isinstance(raw, Mapping):
        return {key: money_in(each, path, money) for key, each in raw.items()}
    return raw
