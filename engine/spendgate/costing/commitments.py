"""What exists is paid at the price that its commitments blend into, what is added at the marginal price.

A commitment covers a share of what runs today. Capacity that a change adds finds it used up, so it costs the price of what is
new; what stays or goes costs the blended price. NOTE: a commitment is paid on when what it covered is deleted.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from spendgate.model.cost import Estimate, LineItem, Quantity, Rate
from spendgate.model.frozen import replace
from spendgate.model.money import MoneyRange

_NONE = Quantity.exactly(0)


def blended(before: Estimate, after: Estimate) -> tuple[Estimate, Estimate]:
    """Both estimates with the price of existing capacity where a commitment gives one; the same objects where none does."""
    if not any(item.rate.existing_price is not None for item in (*before.items, *after.items)):
        return before, after
    existing: dict[tuple[str, str], Quantity] = defaultdict(lambda: _NONE)
    for item in before.items:
        key = (item.name, item.unit)
        existing[key] = _sum(existing[key], item.quantity)
    old = _with_items(before, [part for item in before.items for part in _split(item, item.quantity)])
    if after is before:
        return old, old
    new: list[LineItem] = []
    for item in after.items:
        key = (item.name, item.unit)
        kept = _least(existing[key], item.quantity)
        existing[key] = _minus(existing[key], kept)
        new.extend(_split(item, kept))
    return old, _with_items(after, new)


def _split(item: LineItem, kept: Quantity) -> list[LineItem]:
    """The part of a line that exists already at its blended price, and the rest at the marginal one."""
    price, name = item.rate.existing_price, item.rate.commitment
    if item.rate.contracted_price == item.rate.price:
        item = replace(item, rate=replace(item.rate, commitment=""))  # NOTE: nothing of what is new is covered.
    if price is None or not _any(kept):
        return [item]
    rate = replace(item.rate, price=price, low=None, high=None, commitment=name)
    parts = [_priced(item, kept, rate)]
    added = _minus(item.quantity, kept)
    if _any(added):
        parts.append(replace(_priced(item, added, item.rate), name=f"{item.name}, added"))
    return parts


def _priced(item: LineItem, quantity: Quantity, rate: Rate) -> LineItem:
    low, high = rate.low or rate.price, rate.high or rate.price
    monthly = MoneyRange(quantity.low * low, quantity.expected * rate.price, quantity.high * high, rate.currency)
    return replace(item, quantity=quantity, rate=rate, monthly=monthly)


def _with_items(estimate: Estimate, items: list[LineItem]) -> Estimate:
    if not items:
        return estimate
    monthly = items[0].monthly
    for item in items[1:]:
        monthly = monthly + item.monthly
    return replace(estimate, items=tuple(items), monthly=monthly)


def _any(quantity: Quantity) -> bool:
    return bool(quantity.low or quantity.expected or quantity.high)


def _sum(one: Quantity, other: Quantity) -> Quantity:
    return Quantity(one.low + other.low, one.expected + other.expected, one.high + other.high)


def _least(one: Quantity, other: Quantity) -> Quantity:
    return Quantity(min(one.low, other.low), min(one.expected, other.expected), min(one.high, other.high))


def _minus(one: Quantity, other: Quantity) -> Quantity:
    def less(amount: Decimal, taken: Decimal) -> Decimal:
        return Decimal(0) if amount == taken else amount - taken  # NOTE: infinity less infinity is no number

    return Quantity(less(one.low, other.low), less(one.expected, other.expected), less(one.high, other.high))
