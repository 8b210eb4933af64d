"""Dated exchange rates, as the rates file states them: one currency into another, or no conversion at all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from spendgate.model.frozen import Frozen

if TYPE_CHECKING:
    from spendgate.prices.rates_file import ExchangeRate

_TURNING = Context(prec=10)
"""Digits of a rate that is turned over: few enough that amounts stay exact, so that equal costs convert to equal costs."""


class Conversion(Frozen):
    """How many units of another currency one unit is, and what to say of it."""

    factor: Decimal
    note: str


class Exchange:
    """The stated exchange rates, in both directions; nothing is worked out over a third currency."""

    def __init__(self, stated: Iterable[ExchangeRate]) -> None:
        self._stated = {(each.from_, each.to): each for each in stated}

    def conversion(self, source: str, target: str) -> Conversion | None:
        """From one currency into another; None when no rate between the two is stated.

        A rate that is stated the other way round is turned over: EUR to USD at 1.087 makes of one USD 1/1.087 EUR.
        """
        if source == target:
            return Conversion(Decimal(1), "")
        there = self._stated.get((source, target))
        if there is not None:
            return Conversion(there.rate, _said(source, target, f"{there.rate.normalize():f}", there))
        back = self._stated.get((target, source))
        if back is not None:
            return Conversion(
                _TURNING.divide(Decimal(1), back.rate), _said(source, target, f"1/{back.rate.normalize():f}", back)
            )
        return None


def _said(source: str, target: str, rate: str, stated: ExchangeRate) -> str:
    by = f", {stated.source}" if stated.source else ""
    return f"{source} to {target} at {rate} of {stated.as_of.isoformat()}{by}"
