"""Models by the token: how stated use splits, what a million tokens costs, and that nothing is fetched."""

from __future__ import annotations

import socket
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.aws_run import Run as AwsRun
from tests.unit.aws_run import aws, book

from spendgate.costing.estimator import Estimator
from spendgate.costing.usage import UsageFile
from spendgate.errors import SettingsError
from spendgate.graph import Graph
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Estimate, EstimateState, Rate, RateQuery
from spendgate.model.facets import Facets
from spendgate.model.resource import NoReferences, Resource
from spendgate.prices.llm import TokenPrices

D = Decimal
TODAY = date(2026, 11, 24)
PRICES = TokenPrices(book(), TODAY)


def estimate(**use: Any) -> Estimate:
    """What stated calls of a model cost."""
    resource = Resource("llm_usage.chat", "llm_usage", "chat", "llm", Attributes())
    estimator = Estimator(PRICES, book(), UsageFile({resource.address: use}), TODAY)
    return estimator.estimate(resource, Facets(), Graph([], NoReferences()).after)


def price(item: str, provider: str = "google") -> Rate | str:
    return PRICES.rate(RateQuery(provider, "", "llm tokens", item))


def test_tokens_split_into_fresh_cached_and_batched() -> None:
    made = estimate(
        provider="google",
        model="gemini-2.5-pro",
        llm_monthly_requests=10_000,
        llm_input_tokens_per_request=300_000,
        llm_output_tokens_per_request=1_000,
        llm_cached_percent=50,
        llm_batch_percent=20,
    )
    found = {item.name: item.quantity.expected for item in made.items}
    assert found == {
        "Tokens in (gemini-2.5-pro)": D(1200),
        "Tokens in (gemini-2.5-pro), cached": D(1500),
        "Tokens in (gemini-2.5-pro), batch": D(300),
        "Tokens out (gemini-2.5-pro)": D(8),
        "Tokens out (gemini-2.5-pro), batch": D(2),
    }
    prices = {item.name: item.rate.price for item in made.items}
    fresh = prices["Tokens in (gemini-2.5-pro)"]
    assert prices["Tokens in (gemini-2.5-pro), batch"] == fresh / 2
    assert prices["Tokens in (gemini-2.5-pro), cached"] < fresh / 2
    assert {item.basis for item in made.items} == {Basis.USAGE}


def test_a_request_costs_what_the_formula_says() -> None:
    made = estimate(
        provider="anthropic",
        model="claude-sonnet-4-5",
        llm_monthly_requests=1_000,
        llm_input_tokens_per_request=4_000,
        llm_output_tokens_per_request=500,
        llm_cached_percent=75,
    )
    assert made.monthly is not None
    assert made.monthly.expected / 1_000 == D("0.0114")


def test_a_long_request_pays_its_step_for_all_of_its_tokens() -> None:
    short, long = price("gemini-2.5-pro: input, 1000 a request"), price("gemini-2.5-pro: input, 300000 a request")
    assert isinstance(short, Rate)
    assert isinstance(long, Rate)
    assert long.price == 2 * short.price
    unsaid = price("gemini-2.5-pro: input")
    assert isinstance(unsaid, Rate)
    assert "price of requests up to 200,000 tokens" in unsaid.note


@pytest.mark.parametrize(
    ("item", "provider", "said"),
    [
        ("no-such-model: input", "google", "no token price of no-such-model at google is known"),
        ("text-embedding-3-large: output", "azure", "no price of output tokens"),
        ("gpt-4o: input", "nowhere", "no token price of gpt-4o at nowhere"),
        ("gpt-4o", "azure", "is no kind of token"),
    ],
    ids=["a model", "a kind", "a seller", "no token"],
)
def test_what_has_no_price_has_a_reason(item: str, provider: str, said: str) -> None:
    found = price(item, provider)
    assert isinstance(found, str)
    assert said in found


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert isinstance(price("gpt-4o: input", "azure"), Rate)


def test_everything_else_is_asked_of_the_book() -> None:
    query = RateQuery("aws", "us-east-1", "machine", "m5.large")
    assert PRICES.rate(query) == book().rate(query)


def test_without_stated_use_it_needs_usage() -> None:
    made = estimate(provider="openai", model="gpt-4o")
    assert made.state is EstimateState.NEEDS_USAGE
    assert [part.reason for part in made.unpriced] == [
        "depends on use: state llm_monthly_input_tokens in the usage file",
        "depends on use: state llm_monthly_output_tokens in the usage file",
    ]


@pytest.mark.parametrize(
    "use",
    [{"model": "gpt-4o"}, {"provider": "openai"}, {"provider": "openai", "model": "gpt-4o", "llm_cached_percent": 120}],
    ids=["no provider", "no model", "more than all"],
)
def test_use_that_cannot_be_meant_is_refused(use: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        estimate(llm_monthly_input_tokens=5, **use)


def test_a_bedrock_profile_is_priced_by_its_model() -> None:
    arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
    profile = aws("aws_bedrock_inference_profile", {"name": "chat", "model_source": [{"copy_from": arn}]})
    made = AwsRun(profile, usage={"llm_monthly_input_tokens": 1_000_000}, prices=PRICES).estimate()
    assert [(item.name, item.quantity.expected) for item in made.items] == [("Tokens in (amazon.nova-pro-v1:0)", D(1))]
    agent = aws("aws_bedrockagent_agent", {}, unknown={"foundation_model": True})
    assert AwsRun(agent, prices=PRICES).estimate().state is EstimateState.UNPRICED
