"""A model behind a gateway: what it is, who sells it at which stated price, and what bounds its use."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.compose import compose
from spendgate.facets.gateway import budgets
from spendgate.facets.gateway.sellers import is_own, model_of, prefix_of, seller_of
from spendgate.facets.tags import merge
from spendgate.model.attributes import Attributes
from spendgate.model.environments import env_in_name
from spendgate.model.facets import Capacity, Facets, Scaling
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Flag, Number, Unknown
from spendgate.ports import FacetContext

TYPE = "litellm_model"
_MILLION = 1_000_000
_PRICES: Mapping[str, str] = {
    "input_price_per_million": "input_cost_per_token",
    "output_price_per_million": "output_cost_per_token",
    "cached_price_per_million": "cache_read_input_token_cost",
}
_BY_USAGE = ("usage-based-routing", "usage-based-routing-v2")
_ENFORCED = "enforce_model_rate_limits"


def describe(resource: Resource, context: FacetContext) -> Facets:
    """The facets of one model; `tags` are those of `model_info.tags`, since the gateway's format has none of its own."""
    attributes = resource.attributes
    gateway = gateway_of(resource, context)
    mode = attributes.text("model_info.mode")
    facets = compose(
        resource,
        context,
        kind="ai.model",
        name=resource.name,
        region=_region(attributes),
        tags=merge([("resource", attributes.get("model_info.tags"))], context.aliases),
        type_phase="embed" if mode == "embedding" else "infer",
        capacity=Capacity(0, 0, 0),
        scaling=Scaling("serverless", True),
        llm=llm_facts(attributes, gateway),
    )
    return with_place(replace(facets, taggable=False), resource)


def with_place(facets: Facets, resource: Resource) -> Facets:
    """The environment that the name of the gateway's file hints at, where nothing nearer says it."""
    named = resource.attributes.text("gateway")
    found = env_in_name(named) if facets.env_source == "none" and isinstance(named, str) else None
    return facets if found is None else replace(facets, env=found, env_source="name")


def gateway_of(resource: Resource, context: FacetContext) -> Attributes:
    """What the gateway of a model says; empty when it is not there."""
    named = resource.attributes.text("gateway")
    for proxy in context.neighbours.of_types("litellm_proxy"):
        if proxy.attributes.text("gateway") == named:
            return proxy.attributes
    return Attributes()


def llm_facts(attributes: Attributes, gateway: Attributes) -> Mapping[str, Any]:
    """The fields under `llm` (`docs/facets.md`)."""
    own, enforced = is_own(attributes), limits_count(gateway)
    facts: dict[str, Any] = {
        "model": model_of(attributes),
        "group": attributes.text("model_name"),
        "sold_by": seller_of(attributes),
        "self_hosted": own,
        "max_tokens": _max_tokens(attributes, gateway),
        "monthly_budget": monthly_budget(attributes, gateway),
    }
    for name, key in (("tokens_per_minute", "tpm"), ("requests_per_minute", "rpm")):
        stated = attributes.number(f"litellm_params.{key}")
        if stated is not None:
            facts["limits_enforced"] = enforced
            # NOTE: without enforcement these numbers only steer which model is taken; they bound nothing.
            if enforced is not False:
                facts[name] = enforced if isinstance(enforced, Unknown) else stated
    for name, key in _PRICES.items():
        price = _stated_price(attributes, key)
        if price is not None:
            facts[name] = price
    return {name: value for name, value in facts.items() if value is not None}


def limits_count(gateway: Attributes) -> Flag:
    """Whether limits of models (`rpm`, `tpm`) refuse requests: by a check before the call, or by routing on use."""
    checks, strategy = (
        gateway.texts("router_settings.optional_pre_call_checks"),
        gateway.text("router_settings.routing_strategy"),
    )
    if isinstance(checks, Unknown) or isinstance(strategy, Unknown):
        return checks if isinstance(checks, Unknown) else strategy if isinstance(strategy, Unknown) else None
    return _ENFORCED in checks or strategy in _BY_USAGE


def monthly_budget(attributes: Attributes, gateway: Attributes) -> Number:
    """USD a month that the model may cost: the least of its own budget, its provider's and that of the whole gateway."""
    own = budgets.budget(attributes, "litellm_params")
    of_provider = budgets.of_providers(gateway).get(prefix_of(attributes) or "openai")
    return budgets.least(own, of_provider, budgets.of_gateway(gateway))


def _stated_price(attributes: Attributes, key: str) -> Number:
    price = attributes.number(f"litellm_params.{key}")
    price = price if price is not None else attributes.number(f"model_info.{key}")
    return price * _MILLION if isinstance(price, Decimal) else price


def _max_tokens(attributes: Attributes, gateway: Attributes) -> Number:
    for stated in (
        attributes.number("litellm_params.max_tokens"),
        attributes.number("litellm_params.max_completion_tokens"),
        gateway.number("router_settings.default_litellm_params.max_tokens"),
    ):
        if stated is not None:
            return stated
    return None


def _region(attributes: Attributes) -> Any:
    for key in ("aws_region_name", "vertex_location", "region_name"):
        stated = attributes.text(f"litellm_params.{key}")
        if stated is not None:
            return stated
    return None
