"""Token prices of models from the package `genai-prices` (extra `llm`), from the data inside the package alone.

NOTE: its `UpdatePrices` fetches newer data from the network while a program runs; it is never called here, so that the same
input gives the same output and nothing leaves the machine. Newer prices come with a newer package.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from spendgate.model.cost import Basis, Rate, RateQuery, RateTier
from spendgate.model.frozen import replace
from spendgate.ports import PriceSource

SERVICE = "llm tokens"
_ITEM = re.compile(
    r"(?P<model>.+): (?P<what>cached input|input|output)(?P<batch> batch)?(?:, (?P<size>[0-9.]+) a request)?"
)
_FIELDS = {"input": "input_mtok", "cached input": "cache_read_mtok", "output": "output_mtok"}
_WITHOUT = "token prices need a package that is not installed: pip install 'spendgate[llm]'"


class TokenPrices:
    """Answers for tokens out of the package and hands everything else on; implements `ports.PriceSource`."""

    name = "token prices"

    def __init__(self, others: PriceSource, today: date | None = None) -> None:
        self._others, self._today = others, today

    def rate(self, query: RateQuery) -> Rate | str:
        """The price of a million tokens in USD, or the reason why there is none. A seller is a name or the address that is called."""
        if query.service != SERVICE:
            return self._others.rate(query)
        match = _ITEM.fullmatch(query.item)
        if match is None:
            return f"{query.item!r} is no kind of token"
        listed = self._listed(query.provider, match["model"], match["what"], match["size"])
        if isinstance(listed, str) or not match["batch"]:
            return listed
        factor = self._others.rate(RateQuery("llm", "global", "batch", query.provider))
        if isinstance(factor, str):
            return f"no batch price of {query.provider} is known"
        note = (
            f"{factor.price} of the price of {listed.price} for what goes through the batch interface ({factor.source})"
        )
        basis = factor.basis if listed.basis is Basis.EXACT else listed.basis
        said = "; ".join(text for text in (note, factor.note, listed.note) if text)
        return replace(listed.times(factor.price), basis=basis, note=said)

    def tiers(self, query: RateQuery) -> tuple[RateTier, ...] | str:
        """The steps of a rate; tokens have one."""
        if query.service != SERVICE:
            return self._others.tiers(query)
        found = self.rate(query)
        return found if isinstance(found, str) else (RateTier(Decimal(0), found),)

    def _listed(self, provider: str, model: str, what: str, size: str | None) -> Rate | str:
        try:
            from genai_prices import __version__, data_snapshot
        except ImportError:
            return _WITHOUT
        moment = datetime.combine(self._today, time(12), UTC) if self._today else None
        snapshot = data_snapshot.get_snapshot()
        try:
            by_address = "://" in provider
            sold_by, found = snapshot.find_provider_model(
                model, None, None if by_address else provider, provider if by_address else None
            )
        except LookupError:
            return f"no token price of {model} at {provider} is known"
        prices = found.get_prices(moment or snapshot.timestamp)
        amount, notes = _amount(getattr(prices, _FIELDS[what], None), size)
        basis = Basis.EXACT
        if amount is None and what == "cached input":
            amount, notes = _amount(getattr(prices, "input_mtok", None), size)
            basis, notes = Basis.ASSUMED, [*notes, "no price of cached tokens is known: that of fresh ones"]
        if amount is None:
            return f"no price of {what} tokens of {model} at {provider} is known"
        if amount == 0:
            return f"the price of {what} tokens of {model} at {provider} is given as nothing, which is not believed"
        if found.id != model:
            notes.append(f"price of {found.id} of {sold_by.id}")
        return Rate(amount, "1M tokens", "", f"genai-prices {__version__}", basis=basis, note="; ".join(notes))


def _amount(price: Any, size: str | None) -> tuple[Decimal | None, list[str]]:
    """The price at the size of a request: past a step all tokens of the request pay the step's price."""
    if price is None or isinstance(price, Decimal):
        return price, []
    amount: Decimal = price.base
    steps = sorted(price.tiers, key=lambda step: step.start)
    if size is None:
        return amount, [f"price of requests up to {steps[0].start:,} tokens"] if steps else []
    for step in steps:
        if Decimal(size) > step.start:
            amount = step.price
    return amount, []
