"""What a gateway's configuration means: budgets by the month, limits that count, caches, keys, sellers, stated prices."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from spendgate.api import estimate
from spendgate.facets.gateway import ADAPTER
from spendgate.facets.gateway.budgets import monthly
from spendgate.facets.gateway.sellers import is_own, model_of, seller_of
from spendgate.graph import Graph
from spendgate.inputs import open_input
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

D = Decimal


def facets(folder: Path, **sections: Any) -> dict[str, Facets]:
    """The facets of a gateway and its models by address."""
    path = folder / "gateway.yaml"
    path.write_text(yaml.safe_dump({"model_list": [], **sections}), encoding="utf-8")
    workload = open_input(str(path), {})
    context = FacetContext(
        catalog=None,  # type: ignore[arg-type]
        neighbours=Graph(workload.changes, workload.references).after,
        variables={},
        workspace=None,
        aliases={},
        schedules={},
        accounts={},
        regions={},
    )
    return {change.address: ADAPTER.describe(change.resource, context) for change in workload.changes}


def proxy(folder: Path, **sections: Any) -> dict[str, Any]:
    return dict(facets(folder, **sections)["litellm_proxy.gateway"].llm)


def model(**params: Any) -> dict[str, Any]:
    info = params.pop("model_info", {})
    return {"model_name": "a", "litellm_params": params, "model_info": info}


@pytest.mark.parametrize(
    ("amount", "period", "expected"),
    [
        (100, "30d", D(100)),
        (100, "28d", D(100)),
        (100, "1mo", D(100)),
        (100, "2mo", D(100)),
        (100, None, D(100)),
        (100, "365d", D(100)),
        (24, "1d", D(730)),
        (1, "1h", D(730)),
        (7, "7d", D(7) * 730 / 168),
        (100, "0d", D(100)),
        (None, "1d", None),
    ],
)
def test_a_budget_allows_so_much_a_month(amount: int | None, period: str | None, expected: Decimal | None) -> None:
    assert monthly(None if amount is None else D(amount), period) == expected


@pytest.mark.parametrize(
    ("params", "own", "seller", "name"),
    [
        ({"model": "openai/gpt-4o"}, False, "openai", "gpt-4o"),
        ({"model": "gpt-4o"}, False, "openai", "gpt-4o"),
        ({"model": "claude-sonnet-4"}, False, "anthropic", "claude-sonnet-4"),
        ({"model": "azure/my-deployment"}, False, "azure", "my-deployment"),
        ({"model": "azure/my-deployment", "model_info": {"base_model": "azure/gpt-4o"}}, False, "azure", "gpt-4o"),
        ({"model": "bedrock/us-east-1/anthropic.claude-v2"}, False, "aws", "anthropic.claude-v2"),
        ({"model": "vertex_ai/gemini-2.5-pro"}, False, "google", "gemini-2.5-pro"),
        ({"model": "openrouter/meta-llama/llama-3-70b"}, False, "openrouter", "meta-llama/llama-3-70b"),
        ({"model": "gpt-x", "custom_llm_provider": "groq"}, False, "groq", "gpt-x"),
        ({"model": "ollama/llama3"}, True, None, "llama3"),
        ({"model": "hosted_vllm/meta/llama", "api_base": "http://vllm.ml.svc:8000"}, True, None, "meta/llama"),
        ({"model": "openai/llama", "api_base": "http://localhost:8000/v1"}, True, None, "llama"),
        ({"model": "openai/llama", "api_base": "http://10.0.0.5:8000"}, True, None, "llama"),
        ({"model": "openai/llama", "api_base": "vllm:8000"}, True, None, "llama"),
        ({"model": "openai/llama", "api_base": "https://api.groq.com/openai/v1"}, False, "https://api.groq.com/openai/v1", "llama"),
        ({"model": "something-nobody-knows"}, False, None, "something-nobody-knows"),
    ],
)  # fmt: skip
def test_the_seller_and_the_model_are_told_by_name_and_address(
    params: dict[str, Any], own: bool, seller: str | None, name: str
) -> None:
    attributes = Attributes(model(**params))
    assert (is_own(attributes), seller_of(attributes), model_of(attributes)) == (own, seller, name)


def test_an_address_from_the_environment_leaves_the_seller_open() -> None:
    attributes = Attributes(
        model(model="openai/llama", api_base="os.environ/BASE"), {"litellm_params": {"api_base": True}}
    )
    assert isinstance(is_own(attributes), Unknown)
    assert isinstance(seller_of(attributes), Unknown)


def test_a_pattern_is_any_model() -> None:
    assert isinstance(model_of(Attributes(model(model="openai/*"))), Unknown)


@pytest.mark.parametrize(
    ("router", "counted"),
    [
        ({}, False),
        ({"routing_strategy": "simple-shuffle"}, False),
        ({"routing_strategy": "usage-based-routing-v2"}, True),
        ({"optional_pre_call_checks": ["enforce_model_rate_limits"]}, True),
    ],
    ids=["nothing said", "shuffled", "by use", "checked before the call"],
)
def test_limits_of_models_bound_only_where_they_are_enforced(tmp_path: Path, router: Any, counted: bool) -> None:
    found = facets(tmp_path, model_list=[model(model="openai/a", tpm=1000, rpm=10)], router_settings=router)
    llm = found["litellm_model.a"].llm
    assert llm["limits_enforced"] is counted
    assert ("tokens_per_minute" in llm, "requests_per_minute" in llm) == (counted, counted)
    assert found["litellm_proxy.gateway"].llm["uncapped"] == (() if counted else ("a",))


@pytest.mark.parametrize(
    ("sections", "uncapped"),
    [
        ({}, ("a",)),
        ({"litellm_settings": {"max_budget": 10}}, ()),
        ({"litellm_settings": {"upperbound_key_generate_params": {"max_budget": 10}}}, ()),
        ({"litellm_settings": {"upperbound_key_generate_params": {"tpm_limit": 10}}}, ()),
        ({"litellm_settings": {"max_internal_user_budget": 10}}, ()),
        ({"router_settings": {"provider_budget_config": {"openai": {"budget_limit": 10, "time_period": "1d"}}}}, ()),
        ({"router_settings": {"provider_budget_config": {"azure": {"budget_limit": 10}}}}, ("a",)),
        ({"litellm_settings": {"max_budget": 10}, "general_settings": {"disable_spend_updates": True}}, ("a",)),
        ({"model_list": [model(model="openai/a", max_budget=5)]}, ()),
        ({"model_list": [model(model="ollama/a")]}, ()),
    ],
    ids=["nothing", "the gateway's", "each key's", "tokens of each key", "each user's", "the provider's", "another provider's",
         "a budget that is not counted", "its own", "its own server"],
)  # fmt: skip
def test_a_model_without_any_bound_is_named(tmp_path: Path, sections: Any, uncapped: tuple[str, ...]) -> None:
    assert proxy(tmp_path, **{"model_list": [model(model="openai/a")], **sections})["uncapped"] == uncapped


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ({"general_settings": {"database_url": "os.environ/DATABASE_URL"}}, True),
        ({"environment_variables": {"DATABASE_URL": "postgres://x"}}, True),
        ({"general_settings": {"disable_spend_updates": True, "database_url": "x"}}, False),
    ],
)
def test_budgets_are_counted_with_a_database(tmp_path: Path, sections: Any, expected: bool) -> None:
    assert proxy(tmp_path, litellm_settings={"max_budget": 1}, **sections)["budgets_counted"] is expected


def test_a_database_that_the_file_does_not_name_is_not_known(tmp_path: Path) -> None:
    assert isinstance(proxy(tmp_path, litellm_settings={"max_budget": 1})["budgets_counted"], Unknown)
    assert "budgets_counted" not in proxy(tmp_path)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"cache": False}),
        ({"cache": True}, {"cache": True, "cache_kind": "redis", "cache_semantic": False, "cache_opt_in": False}),
        (
            {"cache": True, "cache_params": {"type": "qdrant-semantic", "mode": "default_off", "ttl": 60}},
            {"cache": True, "cache_kind": "qdrant-semantic", "cache_semantic": True, "cache_opt_in": True, "cache_ttl_seconds": 60},
        ),
    ],
    ids=["off unless stated", "on", "only for those who ask"],
)  # fmt: skip
def test_caches(tmp_path: Path, settings: Any, expected: dict[str, Any]) -> None:
    found = proxy(tmp_path, litellm_settings=settings)
    assert {key: value for key, value in found.items() if key.startswith("cache")} == expected


def test_keys_routing_fallbacks_and_agents(tmp_path: Path) -> None:
    traced = {"require_trace_id_on_calls_by_agent": True, "max_iterations": 5}
    found = proxy(
        tmp_path,
        general_settings={
            "master_key": "x",
            "disable_spend_logs": True,
            "use_client_credentials_pass_through_routes": True,
        },
        router_settings={"routing_strategy": "least-busy", "num_retries": 2, "model_group_alias": {"a": "b"}},
        litellm_settings={"fallbacks": [{"a": ["b", "c"]}], "default_fallbacks": ["d"], "num_retries": 9},
        agent_list=[
            {"agent_name": "open"},
            {"agent_name": "bounded", "litellm_params": traced},
            {"agent_name": "untraced", "litellm_params": {"max_iterations": 5}},
        ],
    )
    assert found["keys_required"] is True
    assert (found["spend_recorded"], found["keys_bypassed"], found["retries"]) == (False, True, 2)
    assert (found["routing"], found["fallbacks"]) == ("least-busy", ("a → b, c", "any → d"))
    assert found["aliases"] == {"a": "b"}
    assert found["agents_without_limit"] == ("open", "untraced")


def test_the_name_of_the_file_tells_the_environment_last(tmp_path: Path) -> None:
    tagged = model(model="openai/a", model_info={"tags": {"environment": "prod", "task": "classify"}})
    (tmp_path / "dev").mkdir()
    path = tmp_path / "dev" / "litellm-sandbox.yaml"
    path.write_text(
        yaml.safe_dump({"model_list": [tagged, {**model(model="openai/b"), "model_name": "b"}]}), encoding="utf-8"
    )
    found = {change.address: change for change in estimate([path]).changes}
    assert set(found) == {"litellm_model.a", "litellm_model.b", "litellm_proxy.litellm-sandbox"}
    llm = facets(tmp_path, model_list=[tagged])["litellm_model.a"]
    assert (llm.env, llm.env_source, llm.tags) == ("prod", "tag", {"environment": "prod", "task": "classify"})


def test_stated_prices_win_and_say_where_they_stand(tmp_path: Path) -> None:
    own = model(model="openai/gpt-4o", input_cost_per_token=0.000001, model_info={"output_cost_per_token": "0.000002"})
    listed = {**model(model="openai/gpt-4o"), "model_name": "listed"}
    server = {**model(model="ollama/llama3"), "model_name": "server"}
    (tmp_path / "g.yaml").write_text(yaml.safe_dump({"model_list": [own, listed, server]}), encoding="utf-8")
    use = {"llm_monthly_input_tokens": 2_000_000, "llm_monthly_output_tokens": 1_000_000}
    (tmp_path / "u.yaml").write_text(
        yaml.safe_dump({"resource_type_default_usage": {"litellm_model": use}}), encoding="utf-8"
    )
    report = estimate([tmp_path / "g.yaml"], usage_file=str(tmp_path / "u.yaml"))
    found = {change.address: change.cost for change in report.changes}
    assert found["litellm_model.a"].after_monthly.expected == D(4)
    assert {line.source for line in found["litellm_model.a"].items} == {
        "input_cost_per_token in the gateway's configuration",
        "output_cost_per_token in the gateway's configuration",
    }
    assert all(line.source.startswith("genai-prices") for line in found["litellm_model.listed"].items)
    assert found["litellm_model.server"].state_after == "free"
    said = {unit.address: unit.reason for unit in report.units}
    assert said["litellm_model.server"] == "it runs on a server of its own: give the use there, where its cost is"


def test_a_stated_price_of_nothing_is_not_believed_and_embeddings_have_no_tokens_out(tmp_path: Path) -> None:
    free = model(model="openai/gpt-4o", input_cost_per_token=0, output_cost_per_token=0)
    vectors = {**model(model="openai/text-embedding-3-large"), "model_name": "vectors"}
    (tmp_path / "g.yaml").write_text(yaml.safe_dump({"model_list": [free, vectors]}), encoding="utf-8")
    use = {"llm_monthly_input_tokens": 1_000_000, "llm_monthly_output_tokens": 0}
    (tmp_path / "u.yaml").write_text(
        yaml.safe_dump({"resource_type_default_usage": {"litellm_model": use}}), encoding="utf-8"
    )
    report = estimate([tmp_path / "g.yaml"], usage_file=str(tmp_path / "u.yaml"))
    found = {change.address: change.cost for change in report.changes}
    assert found["litellm_model.a"].after_monthly.expected == D("2.5")
    assert [item.name for item in found["litellm_model.vectors"].items] == ["Tokens in (text-embedding-3-large)"]
    assert found["litellm_model.vectors"].state_after == "priced"
