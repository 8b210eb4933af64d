"""Values of a usage file that are more than one number: ranges and running hours.

`{low: 10, expected: 20, high: 50}` stands wherever a number may; `12x5` (hours by days of a week) wherever hours a month may, and
under the key `hours`, which sets how long a machine runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from spendgate.costing.hours import HOURS_PER_MONTH, HOURS_PER_WEEK
from spendgate.model.cost import Estimate, LineItem, Quantity
from spendgate.model.frozen import replace
from spendgate.model.money import MoneyRange

HOURS: Final = "hours"
"""The key that any machine reads: how long it runs in a month, as a number or as hours by days of a week."""
HOURS_MEANING: Final = "hours a month that it runs, or hours by days of a week (12x5)"
UNITS: Final[Mapping[str, tuple[str, int]]] = {
    "requests": ("1,000 requests", 1_000),
    "tokens": ("million tokens", 1_000_000),
    "training_hours": ("training hour", 1),
    "training_runs": ("training run", 1),
    "experiments": ("experiment", 1),
}
"""What may stand under the key `units`, a month: the unit that a cost is told for, and how many make one."""
LOAD: Final[Mapping[str, str]] = {
    "load.alternative": "the model of an API that would do in place of one's own, as seller/model",
    "load.input_percent": "percent of its tokens that go in, for a price of tokens in and out together; 75 unless stated",
    "load.tokens_per_second": "tokens a second that it works out when it is busy all the time",
    "load.repeated_percent": "percent of the tokens in that belong to beginnings which repeat",
    "load.prefix_tokens": "tokens with which prompts begin alike",
    "load.own_monthly": "USD a month for which machines of one's own would carry the load",
}
"""What is asked of a model, and the other side that it is compared with."""
TRAFFIC: Final[Mapping[str, str]] = {
    "traffic.requests": "requests a month from the internet",
    "traffic.response_kb": "kilobytes of one answer",
    "traffic.egress_gb": "gigabytes a month that go out to the internet, in place of requests times kilobytes",
}
FOR_ANY: Final = (HOURS, *(f"units.{name}" for name in UNITS), *LOAD, *TRAFFIC)
"""Keys that every type reads."""
SIZES: Final = ("low", "expected", "high")
_HOURS_BY_DAYS = re.compile(r"(\d{1,2})x([1-7])")
_OF_HOURS = re.compile(r"(^|_)(hrs|hours)($|_)")


def is_range(value: Any) -> bool:
    """Whether a value is a range: a map of `expected` with `low`, `high` or both, and nothing else."""
    return isinstance(value, Mapping) and "expected" in value and len(value) > 1 and set(value) <= set(SIZES)


def in_order(key: str, value: Mapping[str, Any]) -> bool:
    """Whether the numbers of a range ascend; what is no number is told where it is read."""
    sizes = [_hours(key, value[size]) for size in SIZES if size in value]
    numbers = [each for each in sizes if isinstance(each, (int, float, Decimal)) and not isinstance(each, bool)]
    return all(low <= high for low, high in pairwise(numbers))


def has_ranges(use: Mapping[str, Any]) -> bool:
    """Whether any value, in blocks too, is a range."""
    return any(is_range(value) or (isinstance(value, Mapping) and has_ranges(value)) for value in use.values())


def at_size(use: Mapping[str, Any], size: str) -> dict[str, Any]:
    """The use with each range replaced by its value at a size; a missing end is what is expected."""
    found: dict[str, Any] = {}
    for key, value in use.items():
        if is_range(value):
            found[key] = value.get(size, value["expected"])
        elif isinstance(value, Mapping):
            found[key] = at_size(value, size)
        else:
            found[key] = value
    return found


def with_hours(use: Mapping[str, Any]) -> Mapping[str, Any]:
    """The use with hours by days of a week, where a key speaks of hours, as hours a month."""
    if not any(isinstance(value, (str, Mapping)) for value in use.values()):
        return use
    found: dict[str, Any] = {}
    for key, value in use.items():
        if isinstance(value, Mapping):
            found[key] = (
                {size: _hours(key, each) for size, each in value.items()} if is_range(value) else with_hours(value)
            )
        else:
            found[key] = _hours(key, value)
    return found


def _hours(key: str, value: Any) -> Any:
    if not isinstance(value, str) or not _OF_HOURS.search(key):
        return value
    monthly = monthly_hours(value)
    return value if monthly is None else monthly


def monthly_hours(text: str) -> Decimal | None:
    """Hours a month from hours by days of a week: `12x5` is 60 of 168 hours, so 260.7 of 730; None for anything else."""
    match = _HOURS_BY_DAYS.fullmatch(text.strip())
    if match is None or int(match[1]) > 24:
        return None
    return Decimal(int(match[1]) * int(match[2])) * HOURS_PER_MONTH / HOURS_PER_WEEK


def spread(low: Estimate, expected: Estimate, high: Estimate) -> Estimate:
    """The expected estimate with the band over all three: a part may cost more where another use is less."""
    if expected.monthly is None:
        return expected
    sides = [_by_name(low), _by_name(high)]
    items = []
    for key, item in _by_name(expected).items():
        others = [other for side in sides if (other := side.pop(key, None)) is not None]
        items.append(_widened(item, others) if len(others) == len(sides) else _from_nothing(item, others))
    items += [_from_nothing(_at_nothing(item), [item]) for side in sides for item in side.values()]
    monthly = items[0].monthly
    for item in items[1:]:
        monthly = monthly + item.monthly
    return replace(expected, items=tuple(items), monthly=monthly)


def _by_name(estimate: Estimate) -> dict[tuple[str, Decimal, int], LineItem]:
    """Lines by name and price; a number tells like ones apart."""
    found: dict[tuple[str, Decimal, int], LineItem] = {}
    for item in estimate.items:
        number = 0
        while (item.name, item.rate.price, number) in found:
            number += 1
        found[item.name, item.rate.price, number] = item
    return found


def _widened(item: LineItem, others: list[LineItem]) -> LineItem:
    all_ = [item, *others]
    quantity = Quantity(
        min(each.quantity.low for each in all_), item.quantity.expected, max(each.quantity.high for each in all_)
    )
    monthly = MoneyRange(
        min(each.monthly.low for each in all_),
        item.monthly.expected,
        max(each.monthly.high for each in all_),
        item.monthly.currency,
    )
    return replace(item, quantity=quantity, monthly=monthly)


def _from_nothing(item: LineItem, others: list[LineItem]) -> LineItem:
    """A line that not every size has: at the others it is nothing."""
    return _widened(item, [*others, _at_nothing(item)])


def _at_nothing(item: LineItem) -> LineItem:
    return replace(
        item,
        quantity=Quantity.exactly(0),
        monthly=MoneyRange(Decimal(0), Decimal(0), Decimal(0), item.monthly.currency),
    )
