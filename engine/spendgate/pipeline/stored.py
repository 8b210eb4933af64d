"""What storage holds, as measured, and what a gigabyte of it costs: the roots `storage` and `price` of policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.cost import Estimate, Rate, RateQuery
from spendgate.model.facets import Facets
from spendgate.model.values import Unknown
from spendgate.ports import PriceSource

_UNITS = ("GB-month", "GiB-month")


def stored_roots(
    facets: Facets, estimate: Estimate, util: Mapping[str, Any], prices: PriceSource | None
) -> Mapping[str, Any]:
    """`storage.gb`, `storage.kind` (the tag `data-kind`) and `price.hot_gb_month` of what was measured; empty for what was not. The price is absent where none is listed.

    Gigabytes are those that clouds bill, which are GiB.
    """
    held = util.get("stored_gib")
    if not isinstance(held, Decimal):
        return {}
    price = next(_prices(estimate, prices), None)
    kind = facets.tags.get("data-kind") if not isinstance(facets.tags, Unknown) else facets.tags
    return {"storage": {"gb": held, "kind": kind}, **({"price": {"hot_gb_month": price}} if price is not None else {})}


def _prices(estimate: Estimate, prices: PriceSource | None) -> Iterator[Decimal]:
    """Prices of its storage: of its priced parts, then of those that wait for a stated amount. The first is the usual class."""
    for item in estimate.items:
        if item.unit in _UNITS:
            yield item.rate.price
    for part in estimate.unpriced:
        query = part.identity[1] if len(part.identity) > 1 else None
        if prices is not None and isinstance(query, RateQuery):
            rate = prices.rate(query)
            if isinstance(rate, Rate) and rate.unit in _UNITS:
                yield rate.price
