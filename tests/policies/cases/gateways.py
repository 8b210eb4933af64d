"""Configurations of LLM gateways, and what is judged by the load that a usage file states."""

from __future__ import annotations

from typing import Any

import yaml
from tests.policies.manifests import deployment, manifest, pod, thing
from tests.policies.plans import plan
from tests.policies.plans import resource as r

GPT = {"model_name": "gpt-4o", "litellm_params": {"model": "openai/gpt-4o", "api_key": "os.environ/OPENAI_API_KEY"}}
KEYS = {"master_key": "os.environ/LITELLM_MASTER_KEY", "database_url": "os.environ/DATABASE_URL"}
BUDGET = {"max_budget": 1000, "budget_duration": "30d"}


def gateway(*models: Any, **sections: Any) -> str:
    """A gateway's `config.yaml`."""
    return yaml.safe_dump({"model_list": list(models) or [GPT], **sections}, sort_keys=False)


def model(name: str = "a", mode: str = "chat", *, tags: Any = None, **params: Any) -> dict[str, Any]:
    """An entry of `model_list`."""
    info = {"mode": mode, **({"tags": tags} if tags else {})}
    return {"model_name": name, "litellm_params": {"model": "openai/gpt-4o", **params}, "model_info": info}


def config_map(text: str, **env: str) -> str:
    """The same configuration in a ConfigMap, beside the pods that mount it."""
    mounted = pod(
        env=env, image="ghcr.io/acme/gateway:1", volumes=[{"name": "config", "configMap": {"name": "gateway"}}]
    )
    holder = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "gateway", "namespace": "ml"},
        "data": {"config.yaml": text},
    }
    return manifest(holder, deployment(mounted))


def serving(**labels: str) -> str:
    """A model on one GPU of one's own."""
    args = ("--model=meta-llama/Llama-3.1-8B-Instruct",)
    return manifest(
        deployment(
            pod(*args, gpus=1, node="L4", image="vllm/vllm-openai:v0.8.0"), labels={"environment": "dev", **labels}
        )
    )


def balancer(**values: Any) -> str:
    """A load balancer beside machines that cost 140 USD a month or so."""
    return plan(
        r("aws_lb.a", name="chat", load_balancer_type="application", **values),
        r("aws_instance.a", instance_type="m6i.xlarge", tags={}),
    )


def _domain(nodes: int, millions: str, dimensions: str | None) -> Any:
    """A search domain in production of nodes with 64 GiB each."""
    length = {"dimensions": dimensions} if dimensions else {}
    return r(
        "aws_opensearch_domain.a", domain_name="a", engine_version="OpenSearch_2.11",
        cluster_config=[{"instance_type": "r6g.2xlarge.search", "instance_count": nodes}],
        tags={"environment": "prod", "vectors-millions": millions, **length},
    )  # fmt: skip


CASES = {
    "LLM-002": {
        "fail.large-model-of-a-gateway-classifies": gateway(model(tags={"task": "classify"})),
        "pass.small-model-of-a-gateway-classifies": gateway(model(model="openai/gpt-4o-mini", tags={"task": "classify"})),
        "unknown.any-model-of-a-seller": gateway(model(model="openai/*", tags={"task": "classify"})),
    },
    "LLM-003": {
        "fail.gateway-without-any-bound": gateway(general_settings=KEYS),
        "fail.gateway-with-limits-that-refuse-nothing": gateway(model(tpm=1000), general_settings=KEYS),
        "fail.gateway-with-a-budget-above-the-line": gateway(litellm_settings={"max_budget": 1000, "budget_duration": "1d"}, general_settings=KEYS),
        "fail.gateway-that-counts-nothing": gateway(litellm_settings=BUDGET, general_settings={**KEYS, "disable_spend_updates": True}),
        "fail.gateway-in-a-cluster-without-database": config_map(gateway(litellm_settings=BUDGET), LITELLM_MASTER_KEY="x"),
        "fail.agent-without-an-end": gateway(litellm_settings=BUDGET, general_settings=KEYS, agent_list=[{"agent_name": "a", "litellm_params": {}}]),
        "pass.gateway-with-a-budget": gateway(litellm_settings=BUDGET, general_settings=KEYS),
        "pass.gateway-with-budgets-of-providers": gateway(router_settings={"provider_budget_config": {"openai": {"budget_limit": 50, "time_period": "1d"}}}),
        "pass.gateway-with-limits-that-refuse": gateway(model(tpm=1000), router_settings={"optional_pre_call_checks": ["enforce_model_rate_limits"]}),
        "pass.gateway-to-a-server-of-its-own": gateway(model(model="hosted_vllm/llama", api_base="http://vllm.ml.svc:8000")),
        "pass.gateway-in-a-cluster-with-database": config_map(gateway(litellm_settings=BUDGET), DATABASE_URL="x", LITELLM_MASTER_KEY="x"),
        "unknown.gateway-whose-environment-may-name-a-database": gateway(litellm_settings=BUDGET),
    },
    "LLM-004": {
        "pass.gateway-that-keeps-answers": gateway(litellm_settings={"cache": True, "cache_params": {"type": "redis"}}),
        "unknown.gateway-without-a-cache": gateway(),
        "fail.gateway-in-dev-without-a-cache": gateway(),
        "fail.gateway-in-dev-with-a-cache-to-ask-for": gateway(litellm_settings={"cache": True, "cache_params": {"mode": "default_off"}}),
        "pass.gateway-in-prod-where-little-repeats": gateway(),
        "fail.prompts-that-repeat-are-paid-in-full": gateway(model(tags={"prompts": "repeat"}), litellm_settings={"cache": True}),
        "pass.prompts-that-repeat-are-read-from-a-cache": gateway(model(tags={"prompts": "cached"}), litellm_settings={"cache": True}),
    },
    "LLM-005": {
        "fail.gateway-sends-work-that-can-wait-on-line": gateway(model(tags={"deferrable": "true", "load": "known"})),
        "pass.gateway-sends-work-that-can-wait-in-batches": gateway(model(tags={"deferrable": "true", "load": "batched"})),
    },
    "LLM-006": {
        "pass.gateway-with-keys": gateway(general_settings=KEYS),
        "fail.gateway-in-a-cluster-without-keys": config_map(gateway(), PORT="4000"),
        "fail.gateway-with-paths-that-need-no-key": gateway(general_settings={**KEYS, "use_client_credentials_pass_through_routes": True}),
        "fail.gateway-that-writes-nothing-down": gateway(general_settings={**KEYS, "disable_spend_logs": True}),
        "unknown.gateway-whose-environment-may-hold-the-key": gateway(),
    },
    "LLM-007": {
        "fail.a-server-for-forty-million-tokens": serving(load="small"),
        "pass.a-server-for-a-large-load": serving(load="large"),
        "fail.a-server-beside-the-api-that-would-do": serving(load="stated"),
        "unknown.a-server-of-unstated-load": serving(),
        "skip.data-have-to-stay": serving(load="small", **{"data-residence": "de"}),
        "fail.an-api-where-machines-are-cheaper": gateway(model(tags={"load": "machines-are-cheaper"})),
        "pass.an-api-at-a-small-load": gateway(model(tags={"load": "machines-are-dearer"})),
        "skip.an-api-with-nothing-beside-it": gateway(),
    },
    "MAI-005": {
        "fail.memory-for-ten-times-the-vectors": plan(_domain(4, "1", "768")),
        "pass.memory-for-the-vectors": plan(_domain(4, "30", "768")),
        "unknown.vectors-of-unstated-length": plan(_domain(4, "1", None)),
        "fail.store-of-its-own-in-a-cluster": manifest(
            thing("StatefulSet", {"replicas": 3, "template": {"metadata": {"labels": {}}, "spec": pod(image="qdrant/qdrant:v1", requests={"cpu": "4", "memory": "32Gi"})}},
                  annotations={"finops/vectors-millions": "1", "finops/dimensions": "768"})
        ),
    },
    "NET-003": {
        "pass.little-goes-out": balancer(tags={"traffic": "little"}),
        "fail.above-the-limit": balancer(tags={"traffic": "heavy"}),
        "fail.most-of-what-the-run-costs": balancer(tags={"traffic": "some"}),
        "unknown.a-model-that-answers-the-internet": balancer(tags={"workload": "inference"}),
        "unknown.azure-has-no-price-for-traffic": plan(
            r("azurerm_application_gateway.a", name="a", location="eastus", tags={"traffic": "heavy"},
              sku=[{"name": "Standard_v2", "tier": "Standard_v2", "capacity": 1}],
              frontend_ip_configuration=[{"name": "a", "public_ip_address_id": "x"}]),
        ),
        "skip.internal": balancer(internal=True, tags={"traffic": "heavy"}),
        "skip.nothing-is-stated": balancer(tags={}),
    },
}  # fmt: skip
