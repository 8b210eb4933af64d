"""Models that are paid by the token: requests and tokens that people state, split into fresh, cached and batched.

Tokens in the batch are those that are not read from a cache: where both discounts exist the cache's counts (Gemini API pricing).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.usage import UsageValueError, stated
from spendgate.model.cost import Basis, Component, Quantity, Rate, RateQuery
from spendgate.model.values import Unknown
from spendgate.ports import Subject

SERVICE = "llm tokens"
"""`RateQuery.service` of token prices. Items: `gpt-4o: cached input`, `gpt-4o: output batch, 4000 a request`."""
GATEWAY_MODEL = "litellm_model"
LLM_USAGE = "llm_usage"
"""A type that exists in usage files alone: a model that no resource of the run stands for (a gateway, an API)."""
_UNIT = "1M tokens"
_MILLION = Decimal(1_000_000)
_HUNDRED = Decimal(100)
_EMBEDS = re.compile(r"embed", re.IGNORECASE)
"""Models that answer with vectors: no tokens come out of them."""
_REGION_PREFIX = re.compile(r"^(?:us|eu|apac|us-gov|global|jp|au|ca)\.(?=[a-z0-9-]+\.)")
KEYS: Mapping[str, str] = {
    "llm_monthly_requests": "requests a month to the model",
    "llm_input_tokens_per_request": "tokens that go into one request",
    "llm_output_tokens_per_request": "tokens that come out of one request",
    "llm_monthly_input_tokens": "tokens in, a month, in place of requests times tokens",
    "llm_monthly_output_tokens": "tokens out, a month, in place of requests times tokens",
    "llm_cached_percent": "percent of the tokens in that are read from a cache",
    "llm_batch_percent": "percent of the other tokens that go through a batch interface",
}
_STATED: Mapping[str, tuple[str, str]] = {
    "input": ("input_price_per_million", "input_cost_per_token"),
    "output": ("output_price_per_million", "output_cost_per_token"),
    "cached input": ("cached_price_per_million", "cache_read_input_token_cost"),
}
"""By kind of token: the facet under `llm`, and how the gateway's configuration calls it."""


def is_stated(usage: Mapping[str, object]) -> bool:
    """Whether any of the keys of token use is stated."""
    return any(usage.get(key) is not None for key in KEYS)


class LlmTokens:
    """One meter for several types; `always` lists what to state where nothing is."""

    def __init__(self, *types: str, always: bool, more_keys: Mapping[str, str] | None = None) -> None:
        self.types = types
        self.usage_keys: Mapping[str, str] = {**KEYS, **(more_keys or {})}
        self._always = always

    def components(self, subject: Subject) -> Iterable[Component]:
        """Tokens in and out by how they are paid, or what must be stated."""
        if not is_stated(subject.usage) and not self._always:
            return
        if subject.facets.llm.get("self_hosted") is True:
            return  # NOTE: nobody sells these tokens: they cost what the server costs, which is counted where it stands.
        provider, model = _model(subject)
        if isinstance(model, Unknown):
            yield unpriced("Tokens", _UNIT, f"its model is {model.reason}")
            return
        yield from _tokens(subject, provider, model)


def _model(subject: Subject) -> tuple[str, str | Unknown]:
    """Provider and name of the model: what the facets say, what the resource names, or what the usage file does."""
    resource = subject.resource
    if resource.type == LLM_USAGE:
        provider, model = subject.usage.get("provider"), subject.usage.get("model")
        if not isinstance(provider, str) or not isinstance(model, str):
            key = "model" if isinstance(provider, str) else "provider"
            raise UsageValueError(
                key, subject.usage.get(key), "the provider (openai, google, ...) and the name of the model"
            )
        return provider, model
    named = subject.facets.llm.get("model")
    if resource.type == GATEWAY_MODEL:
        seller = subject.facets.llm.get("sold_by")
        if isinstance(seller, Unknown) or not seller:
            reason = seller.reason if isinstance(seller, Unknown) else "nobody known by this name"
            return resource.provider, Unknown(f"of an unknown seller ({reason})")
        if isinstance(named, str):
            return seller, _REGION_PREFIX.sub("", named)
    if named is None:
        field = "model_source.0.copy_from" if resource.type == "aws_bedrock_inference_profile" else "foundation_model"
        named = resource.attributes.text(field)
    if isinstance(named, Unknown):
        return resource.provider, named
    if not named:
        return resource.provider, Unknown("not stated")
    return resource.provider, plain_model(str(named))


def plain_model(named: str) -> str:
    """The model's name by which token prices are asked: without a path before it, or the place of a cross-region profile."""
    return _REGION_PREFIX.sub("", named.rsplit("/", 1)[-1])


def _tokens(subject: Subject, provider: str, model: str) -> Iterator[Component]:
    usage = subject.usage
    requests = stated(usage, "llm_monthly_requests")
    size = stated(usage, "llm_input_tokens_per_request")
    cached, batched = _share(usage, "llm_cached_percent"), _share(usage, "llm_batch_percent")
    suffix = f", {size.normalize():f} a request" if size is not None else ""
    region = subject.facets.region if isinstance(subject.facets.region, str) else ""
    for side, key, per_request in (
        ("input", "llm_monthly_input_tokens", size),
        ("output", "llm_monthly_output_tokens", stated(usage, "llm_output_tokens_per_request")),
    ):
        total = stated(usage, key)
        if total is None and requests is not None and per_request is not None:
            total = requests * per_request
        if side == "output" and not total and _EMBEDS.search(model):
            continue
        name = f"Tokens {'in' if side == 'input' else 'out'} ({model})"
        if total is None:
            query = RateQuery(provider, region, SERVICE, f"{model}: {side}{suffix}")
            yield needs_usage(name, _UNIT, query, key)
            continue
        from_cache = total * cached if side == "input" else Decimal(0)
        in_batch = (total - from_cache) * batched
        parts = (
            ("", side, total - from_cache - in_batch),
            (", cached", "cached input", from_cache),
            (", batch", f"{side} batch", in_batch),
        )
        for words, what, amount in parts:
            if amount or not (words or total):
                query = RateQuery(provider, region, SERVICE, f"{model}: {what}{suffix}")
                own = _stated_rate(subject, what)
                yield Component(
                    name + words, _UNIT, query, Quantity.exactly(amount / _MILLION), Basis.USAGE, stated=own
                )


def _stated_rate(subject: Subject, what: str) -> Rate | None:
    """The price that a gateway's configuration states for a kind of token. NOTE: a price of nothing is not believed of a seller."""
    field = _STATED.get(what)
    price = subject.facets.llm.get(field[0]) if field is not None else None
    if field is None or not isinstance(price, Decimal) or not price:
        return None
    return Rate(price, _UNIT, "", f"{field[1]} in the gateway's configuration")


def _share(usage: Mapping[str, object], key: str) -> Decimal:
    percent = stated(usage, key)
    if percent is None:
        return Decimal(0)
    if percent > _HUNDRED:
        raise UsageValueError(key, usage.get(key), "a percentage of 0 to 100")
    return percent / _HUNDRED


DEPLOYMENTS = LlmTokens("azurerm_cognitive_deployment", always=False)
BEDROCK = LlmTokens("aws_bedrock_inference_profile", "aws_bedrockagent_agent", always=True)
GATEWAYS = LlmTokens(GATEWAY_MODEL, always=True)
STATED = LlmTokens(
    LLM_USAGE,
    always=True,
    more_keys={"provider": "who sells the model: openai, anthropic, google, azure, aws, ...", "model": "its name"},
)
