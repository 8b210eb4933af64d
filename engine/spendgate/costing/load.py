"""How much a model is asked, and what the same tokens cost on the other side: an API in place of one's own server, or the reverse.

Tokens come from the usage file (`units.tokens`, or those that a model is priced by) or the tag `planned-tokens-millions`; what nobody stated is
unknown, never nothing. A price for tokens in and out together is blended by `load.input_percent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from spendgate.costing.estimator import Estimator
from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.llm_tokens import is_stated, plain_model
from spendgate.costing.model_prices import USUAL_INPUT_SHARE, blended
from spendgate.costing.usage import UsageValueError, stated
from spendgate.costing.usage_values import at_size
from spendgate.model.cost import Estimate
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown

_MILLION = Decimal(1_000_000)
_HUNDRED = Decimal(100)
_SELLERS = ("openrouter", "together", "fireworks", "groq", "novita", "cerebras")
"""Sellers of open models, asked for the very model that runs on one's own server."""
_UNSTATED = Unknown("not stated: give units.tokens in the usage file, or the tag planned-tokens-millions")
_NOT_SAID = Unknown("not stated in the usage file")
_GATEWAY = "ai.gateway"
_ENDPOINT = "ai.endpoint"
_SERVES = frozenset({"ai.model", _ENDPOINT, _GATEWAY, "k8s.workload"})
_PAID_BY_TOKEN = frozenset({"ai.model", _GATEWAY})
_SIDES = ("input", "output")


def load_of(
    resource: Resource, facets: Facets, use: Mapping[str, Any], cost: Estimate, estimator: Estimator
) -> Mapping[str, Any]:
    """The root `load` (`docs/facets.md`) of what serves a model; empty for anything else. Raises UsageValueError."""
    if facets.kind not in _SERVES:
        return {}
    expected = at_size(use, "expected")
    asked = _requests(expected, facets) if facets.kind == _ENDPOINT else None
    if not _is_model(facets):
        return {} if asked is None else {"requests_per_second": asked}
    tokens = _tokens(expected, facets)
    facts: dict[str, Any] = {
        "tokens_millions": tokens,
        "stated": tokens if isinstance(tokens, Unknown) and tokens is not _UNSTATED else tokens is not _UNSTATED,
        "requests_per_second": asked,
        "repeated_share": _share(expected, "load.repeated_percent"),
        "prefix_tokens": stated(expected, "load.prefix_tokens"),
        "cached_share": _share(expected, "llm_cached_percent"),
        "batch_share": _share(expected, "llm_batch_percent"),
        "own_monthly": stated(expected, "load.own_monthly"),
    }
    # NOTE: what a gateway's answers have in common nobody can see in its configuration; of one model it is asked when it is stated.
    wanted = ("repeated_share", "prefix_tokens") if facets.kind == _GATEWAY else ()
    if facts["repeated_share"] is not None:
        wanted = (*wanted, "prefix_tokens", "cached_share")
    facts.update({name: _NOT_SAID for name in wanted if facts[name] is None})
    if facts["batch_share"] is None and is_stated(expected):
        facts["batch_share"] = Decimal(0)  # NOTE: its meter prices what is not called batched as on-line.
    if _is_own(facets):
        facts.update(_other_side(resource, facets, expected, cost, estimator, facts["tokens_millions"]))
    return {name: value for name, value in facts.items() if value is not None}


def _is_model(facets: Facets) -> bool:
    """Whether it answers with a model: one that a deployment, a gateway or a server of one's own names."""
    if facets.kind in _PAID_BY_TOKEN:
        return True
    phase, model = facets.workload.phase, facets.llm.get("model")
    if isinstance(phase, Unknown) or phase not in ("infer", "embed"):
        return False
    return isinstance(model, Unknown) or bool(model)


def _is_own(facets: Facets) -> bool:
    """Whether it costs machines and no tokens. NOTE: a model behind a gateway costs neither: its server stands elsewhere."""
    return facets.kind not in _PAID_BY_TOKEN


def _other_side(
    resource: Resource, facets: Facets, use: Mapping[str, Any], cost: Estimate, estimator: Estimator, tokens: Number
) -> Mapping[str, Any]:
    monthly = cost.monthly
    alternative, price = _api_price(facets, use, estimator)
    facts: dict[str, Any] = {"alternative": alternative, "api_per_million": price}
    facts["api_monthly"] = next((each for each in (tokens, price) if isinstance(each, Unknown)), None)
    if isinstance(tokens, Decimal) and isinstance(price, Decimal):
        facts["api_monthly"] = tokens * price
    if isinstance(price, Decimal) and price and monthly is not None and cost.is_complete and monthly.low.is_finite():
        facts["break_even_millions"] = monthly.low / price
    speed = stated(use, "load.tokens_per_second")
    if speed and monthly is not None and cost.is_complete and monthly.expected.is_finite():
        most = speed * 3600 * HOURS_PER_MONTH / _MILLION
        curve = {share: monthly.expected / (most * Decimal(share) / _HUNDRED) for share in (100, 50, 25)}
        facts["own_per_million"] = ", ".join(f"{each:,.2f} at {share} % use" for share, each in curve.items())
    return facts


def _api_price(
    facets: Facets, use: Mapping[str, Any], estimator: Estimator
) -> tuple[str | Unknown | None, Decimal | Unknown]:
    """The model of an API that would do, as `seller/model`, and USD for a million tokens of it: the stated one, else the very model."""
    block = use.get("load")
    named = block.get("alternative") if isinstance(block, Mapping) else None
    share = _share(use, "load.input_percent") or USUAL_INPUT_SHARE
    if named is not None:
        seller, slash, model = str(named).partition("/")
        if not slash or not model:
            raise UsageValueError("load.alternative", named, "a seller and a model, such as openai/gpt-4o-mini,")
        found = blended(estimator, seller, model, share)
        return str(named), found if isinstance(found, Decimal) else Unknown(found)
    served: Any = facets.llm.get("model")
    if isinstance(served, Unknown):
        return served, served
    offers: list[tuple[Decimal, str]] = []
    for seller in _SELLERS:
        for name in dict.fromkeys((str(served), plain_model(str(served)))):
            found = blended(estimator, seller, name, share)
            if isinstance(found, Decimal):
                offers.append((found, f"{seller}/{name}"))
                break
    if not offers:
        gap = Unknown(
            f"no API is known that sells {served}: name one that would do under load.alternative in the usage file"
        )
        return gap, gap
    price, name = min(offers)
    return name, price


def _tokens(use: Mapping[str, Any], facets: Facets) -> Number:
    """Millions of tokens a month, in and out."""
    total = stated(use, "units.tokens")
    if total is not None:
        return total / _MILLION
    requests = stated(use, "llm_monthly_requests")
    sides = []
    for side in _SIDES:
        known, each = stated(use, f"llm_monthly_{side}_tokens"), stated(use, f"llm_{side}_tokens_per_request")
        if known is None and each is not None and requests is not None:
            known = each * requests
        sides.append(known)
    if all(side is not None for side in sides):
        return sum((side for side in sides if side is not None), Decimal(0)) / _MILLION
    planned = _tagged(facets, "planned-tokens-millions")
    return _UNSTATED if planned is None else planned


def _requests(use: Mapping[str, Any], facets: Facets) -> Number:
    """Requests a second on average: `units.requests` of the usage file, else the tag `expected-rps`; None where neither says it."""
    monthly = stated(use, "units.requests")
    return _tagged(facets, "expected-rps") if monthly is None else monthly / (HOURS_PER_MONTH * 3600)


def _tagged(facets: Facets, key: str) -> Number:
    """What a tag states as a number that is not negative; None where there is none."""
    value = facets.tags.get(key) if not isinstance(facets.tags, Unknown) else facets.tags
    if isinstance(value, Unknown):
        return value
    try:
        found = Decimal(value) if value else None
    except InvalidOperation:
        return Unknown(f"the tag {key} is {value!r}, which is no number")
    return found if found is not None and found.is_finite() and found >= 0 else None


def _share(use: Mapping[str, Any], key: str) -> Decimal | None:
    percent = stated(use, key)
    if percent is not None and percent > _HUNDRED:
        raise UsageValueError(key, percent, "a percentage of 0 to 100")
    return None if percent is None else percent / _HUNDRED
