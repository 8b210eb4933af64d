"""What the usage file says of load and traffic: tokens, the other side's cost, gigabytes that go out, and what stays unknown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.aws_run import book

from spendgate.api import check
from spendgate.costing.estimator import NO_RESOURCE, Estimator
from spendgate.costing.load import load_of
from spendgate.costing.traffic import traffic_of
from spendgate.costing.usage import UsageFile, UsageValueError
from spendgate.errors import SettingsError
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Estimate, EstimateState
from spendgate.model.facets import Facets, WorkloadKind
from spendgate.model.frozen import replace
from spendgate.model.money import MoneyRange
from spendgate.model.resource import Resource
from spendgate.model.values import Bounded, Unknown
from spendgate.prices.llm import TokenPrices

D = Decimal
ESTIMATOR = Estimator(TokenPrices(book()), book(), UsageFile())
SERVER = Facets(kind="k8s.workload", workload=WorkloadKind("infer"), llm={"model": "meta-llama/Llama-3.1-8B-Instruct"})
COST = Estimate(EstimateState.PRICED, MoneyRange(D(730), D(1460), D(2190), "USD"))


def load(facets: Facets = SERVER, cost: Estimate = COST, **use: Any) -> dict[str, Any]:
    resource = Resource("Deployment/ml/a", "Deployment", "a", "kubernetes", Attributes())
    return dict(load_of(resource, facets, use, cost, ESTIMATOR))


def traffic(type_: str = "aws_lb", region: Any = "us-east-1", attributes: Any = None, **use: Any) -> dict[str, Any]:
    provider = type_.split("_")[0] if "_" in type_ else "kubernetes"
    provider = "azure" if provider == "azurerm" else provider
    resource = Resource(f"{type_}.a", type_, "a", provider, Attributes(attributes or {}))
    return dict(traffic_of(resource, Facets(region=region), use, NO_RESOURCE, ESTIMATOR))


@pytest.mark.parametrize(
    ("use", "tags", "expected"),
    [
        ({"units": {"tokens": 40_000_000}}, {}, D(40)),
        ({"llm_monthly_requests": 1000, "llm_input_tokens_per_request": 900, "llm_output_tokens_per_request": 100}, {}, D(1)),
        ({"llm_monthly_input_tokens": 3_000_000, "llm_monthly_output_tokens": 1_000_000}, {}, D(4)),
        ({}, {"planned-tokens-millions": "12"}, D(12)),
        ({"units": {"tokens": {"low": 1, "expected": 2_000_000, "high": 5_000_000}}}, {}, D(2)),
    ],
    ids=["units", "requests", "totals", "a tag", "the middle of a range"],
)  # fmt: skip
def test_tokens_come_from_whoever_states_them(use: Any, tags: Any, expected: Decimal) -> None:
    assert load(replace(SERVER, tags=tags), **use)["tokens_millions"] == expected


@pytest.mark.parametrize(
    "tags", [{}, {"planned-tokens-millions": "many"}, {"planned-tokens-millions": "-1"}, Unknown("later")]
)
def test_tokens_that_nobody_states_are_unknown_and_so_is_what_they_cost(tags: Any) -> None:
    found = load(replace(SERVER, tags=tags))
    assert isinstance(found["tokens_millions"], Unknown)
    assert isinstance(found["api_monthly"], Unknown)


def test_the_other_side_is_the_named_api_at_its_blend() -> None:
    found = load(
        units={"tokens": 100_000_000},
        load={"alternative": "openai/gpt-4o-mini", "input_percent": 50, "tokens_per_second": 1000},
    )
    price = (D("0.15") + D("0.6")) / 2
    assert (found["api_per_million"], found["api_monthly"]) == (price, price * 100)
    assert found["break_even_millions"] == 730 / price
    assert found["own_per_million"] == "0.56 at 100 % use, 1.11 at 50 % use, 2.22 at 25 % use"


def test_the_other_side_is_else_whoever_sells_the_very_model_cheapest() -> None:
    found = load(units={"tokens": 1_000_000})
    assert found["alternative"].endswith("lama-3.1-8B-Instruct") or "/" in found["alternative"]
    assert D(0) < found["api_per_million"] < 1


def test_a_model_that_nobody_sells_leaves_the_other_side_open() -> None:
    found = load(replace(SERVER, llm={"model": "acme/own-7b"}), units={"tokens": 1_000_000})
    assert isinstance(found["api_monthly"], Unknown)
    assert "load.alternative" in found["api_monthly"].reason


def test_an_incomplete_cost_has_no_break_even() -> None:
    assert "break_even_millions" not in load(
        cost=replace(COST, state=EstimateState.PARTIAL), units={"tokens": 1_000_000}
    )


@pytest.mark.parametrize(
    "use",
    [{"load": {"alternative": "gpt-4o"}}, {"load": {"input_percent": 120}}, {"units": {"tokens": -1}}, {"load": {"prefix_tokens": "x"}}],
)  # fmt: skip
def test_values_that_cannot_be_meant_are_refused(use: Any) -> None:
    with pytest.raises(UsageValueError):
        load(**use)


@pytest.mark.parametrize(
    "facets",
    [Facets(kind="compute.vm"), Facets(kind="k8s.workload"), replace(SERVER, workload=WorkloadKind("train")),
     replace(SERVER, workload=WorkloadKind(Unknown("later")))],
    ids=["a machine", "a workload of no model", "training", "a phase that is not known"],
)  # fmt: skip
def test_what_answers_with_no_model_has_no_load(facets: Facets) -> None:
    assert load(facets, units={"tokens": 1}) == {}


def test_gateways_do_not_know_what_repeats_and_models_only_when_it_is_stated() -> None:
    assert isinstance(load(Facets(kind="ai.gateway"))["repeated_share"], Unknown)
    assert "repeated_share" not in load(Facets(kind="ai.model"))
    stated = load(Facets(kind="ai.model"), load={"repeated_percent": 70})
    assert stated["repeated_share"] == D("0.7")
    assert isinstance(stated["cached_share"], Unknown)


def test_requests_and_sizes_become_gigabytes_in_the_providers_steps() -> None:
    found = traffic(traffic={"requests": 1_048_576, "response_kb": 1000})
    assert found["egress_gb"] == 1000
    assert found["egress_monthly"] == found["monthly"] > 0
    assert found["distributed_monthly"] < found["egress_monthly"] * 2
    twice = traffic(traffic={"egress_gb": 2000})
    assert found["egress_monthly"] < twice["egress_monthly"] <= found["egress_monthly"] * 3


@pytest.mark.parametrize(
    ("kind", "attributes", "public"),
    [
        ("aws_lb", {}, True),
        ("aws_lb", {"internal": True}, False),
        ("google_compute_forwarding_rule", {"load_balancing_scheme": "INTERNAL"}, False),
        ("google_compute_global_forwarding_rule", {}, True),
        ("google_cloud_run_v2_service", {"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}, False),
        ("azurerm_application_gateway", {"frontend_ip_configuration": [{"public_ip_address_id": "x"}]}, True),
        ("azurerm_application_gateway", {"frontend_ip_configuration": [{"name": "x"}]}, False),
        ("Service", {"spec": {"type": "LoadBalancer"}}, True),
        ("Service", {"spec": {"type": "ClusterIP"}}, False),
        ("Service", {"spec": {"type": "LoadBalancer"}, "metadata": {"annotations": {"networking.gke.io/load-balancer-type": "Internal"}}}, False),
    ],
)  # fmt: skip
def test_what_answers_the_internet(kind: str, attributes: Any, public: bool) -> None:
    assert traffic(kind, attributes=attributes)["public"] is public


@pytest.mark.parametrize(
    ("kind", "region", "attributes"),
    [
        ("azurerm_application_gateway", "eastus", {}),
        ("google_compute_forwarding_rule", "us-central1", {"network_tier": "STANDARD"}),
        ("aws_lb", None, {}),
        ("aws_lb", Unknown("later"), {}),
        ("Ingress", None, {}),
    ],
)
def test_a_price_that_is_not_known_leaves_the_sum_open(kind: str, region: Any, attributes: Any) -> None:
    found = traffic(kind, region, attributes, traffic={"egress_gb": 100})
    assert isinstance(found["egress_monthly"], Unknown)
    assert isinstance(found["monthly"], Bounded)


def test_unstated_traffic_is_unknown_and_no_zero() -> None:
    found = traffic()
    assert found["stated"] is False
    assert isinstance(found["egress_gb"], Unknown)
    assert traffic("aws_instance") == {}


def test_a_slip_in_the_usage_file_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "gateway.yaml").write_text(
        "model_list: [{model_name: a, litellm_params: {model: gpt-4o}}]\n", encoding="utf-8"
    )
    usage = tmp_path / "usage.yaml"
    usage.write_text("resource_usage:\n  litellm_model.a:\n    load:\n      repeated_percent: 700\n", encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        check([tmp_path / "gateway.yaml"], packs=["llm"], usage_file=str(usage))
    assert (raised.value.file, raised.value.line) == (str(usage), 4)
    usage.write_text("resource_usage:\n  litellm_model.a:\n    load: {repeated: 70}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="unknown usage key"):
        check([tmp_path / "gateway.yaml"], packs=["llm"], usage_file=str(usage))
