"""Amounts that policies and budgets state, in the currency of the run: at the dated rates of the rates file, or not at all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from spendgate.policies.currency import Money, as_stated, in_currency
from spendgate.policies.literals import Amount
from spendgate.settings import Settings

if TYPE_CHECKING:
    from spendgate.prices.exchange import Exchange

PUBLISHED = "USD"
"""The currency of every price in the book."""


def amounts_in_run(settings: Settings) -> Money:
    """What gives an amount in the currency of the run. Raises SettingsError for a rates file that is not right."""
    if settings.rates is None:
        # NOTE: without a rates file no other currency can be shown, which `pricing` says better than an amount would.
        other = settings.currency not in (None, PUBLISHED)
        return as_stated if other else partial(_in_run, currency=PUBLISHED, exchange=None)
    from spendgate.prices.exchange import Exchange
    from spendgate.prices.rates_file import load

    rates = load(settings.rates).said
    return partial(_in_run, currency=settings.currency or rates.currency, exchange=Exchange(rates.exchange_rates))


def _in_run(stated: Amount, currency: str, exchange: Exchange | None) -> Amount:
    found = exchange.conversion(stated.unit, currency) if exchange is not None else None
    where = "the rates file" if exchange is not None else "a rates file (--rates)"
    rate = f"exchange_rates: [{{from: {stated.unit}, to: {currency}, rate: ..., as_of: ...}}]"
    hint = f"write it in {currency}, or state a rate in {where}: {rate}"
    return in_currency(stated, currency, found.factor if found is not None else None, hint)
