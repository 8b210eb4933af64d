"""Prices of a model's tokens beside those of smaller models: the ratio, for work that a smaller one can do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.costing.estimator import Estimator
from spendgate.costing.meters.llm_tokens import SERVICE, plain_model
from spendgate.model.cost import RateQuery
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown

_OWNERS = (
    (r"^(gpt|o[1-9]|text-embedding)", "openai"),
    (r"^claude", "anthropic"),
    (r"^gemini", "google"),
    (r"^(mistral|ministral|codestral|pixtral)", "mistral"),
)
"""Who sells a model that a workload calls by name, where nothing else says so."""
USUAL_INPUT_SHARE = Decimal("0.75")
"""Three tokens in for each token out: the blend by which prices of models are usually compared."""


def cheapest_model(
    estimator: Estimator, resource: Resource, facets: Facets, names: Sequence[str]
) -> Mapping[str, Any] | Unknown | None:
    """The cheapest of some models at the seller of the present one: `model`, `price_per_million`, `price_ratio`.

    Prices are blends of three tokens in and one out. None when none of the names is sold there, or the present one is not sold by the token; Unknown when the present model or its
    price is not known.
    """
    model = facets.llm.get("api_model") or facets.llm.get("model")
    if isinstance(model, Unknown):
        return Unknown(f"its model is {model.reason}")
    if not model:
        return Unknown("its model is not stated")
    seller = _seller(resource, facets, str(model), called=bool(facets.llm.get("api_model")))
    if seller is None:
        return None  # NOTE: a model that one serves oneself is not paid by the token.
    own = blended(estimator, seller, plain_model(str(model)))
    if isinstance(own, str):
        return Unknown(own)
    found = [(price, name) for name in names if not isinstance(price := blended(estimator, seller, name), str)]
    if not found:
        return None
    price, name = min(found)
    return {
        "model": name,
        "provider": seller,
        "price_per_million": price,
        "present_price_per_million": own,
        "price_ratio": (price / own).quantize(Decimal("0.0001")),
    }


def _seller(resource: Resource, facets: Facets, model: str, *, called: bool) -> str | None:
    sold_by = facets.llm.get("sold_by")
    if facets.llm.get("self_hosted") is True:
        return None
    if isinstance(sold_by, str) and "/" not in sold_by:
        return sold_by
    if not called and resource.provider != "kubernetes":
        return resource.provider
    plain = plain_model(model)
    return next((owner for pattern, owner in _OWNERS if re.match(pattern, plain)), None)


def blended(estimator: Estimator, seller: str, model: str, input_share: Decimal = USUAL_INPUT_SHARE) -> Decimal | str:
    """The price of a million tokens of which this share goes in, or why it is not known."""
    total = Decimal(0)
    for side, share in (("input", input_share), ("output", 1 - input_share)):
        rate = estimator.rate(RateQuery(seller, "", SERVICE, f"{model}: {side}"))
        if isinstance(rate, str):
            return rate
        total += rate.price * share
    return total
