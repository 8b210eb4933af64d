"""A gateway as a whole: budgets and who they bind, keys, caches, routing, what a request may cost in tries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.compose import compose
from spendgate.facets.gateway import budgets, models
from spendgate.facets.gateway.sellers import is_own
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Flag, Number, Text, Unknown
from spendgate.ports import FacetContext

TYPE = "litellm_proxy"
_SETTINGS, _ROUTER, _GENERAL = "litellm_settings", "router_settings", "general_settings"
_SEMANTIC = "-semantic"
_DEFAULT_CACHE = "redis"
"""What a proxy takes when `cache: true` is all that is said (documentation of LiteLLM's proxy, caching)."""
_DEFAULT_ROUTING = "simple-shuffle"


def describe(resource: Resource, context: FacetContext) -> Facets:
    """The facets of a gateway. It costs what it runs on, which is judged where that stands."""
    attributes = resource.attributes
    facets = compose(resource, context, kind="ai.gateway", name=resource.name, llm=llm_facts(resource, context))
    return models.with_place(facets, resource) if attributes.values else facets


def llm_facts(resource: Resource, context: FacetContext) -> Mapping[str, Any]:
    """The fields under `llm` (`docs/facets.md`)."""
    attributes = resource.attributes
    upper = f"{_SETTINGS}.upperbound_key_generate_params"
    facts: dict[str, Any] = {
        "monthly_budget": budgets.budget(attributes, _SETTINGS),
        "key_budget": budgets.budget(attributes, upper),
        "key_tokens_per_minute": attributes.number(f"{upper}.tpm_limit"),
        "key_requests_per_minute": attributes.number(f"{upper}.rpm_limit"),
        "user_budget": budgets.of_users(attributes),
        "team_budget": budgets.budget(attributes, f"{_SETTINGS}.default_team_params"),
        "customer_budget": attributes.number(f"{_SETTINGS}.max_end_user_budget"),
        "provider_budgets": budgets.of_providers(attributes) or None,
        "tag_budgets": budgets.of_tags(attributes) or None,
        "limits_enforced": models.limits_count(attributes),
        "uncapped": _uncapped(resource, context),
        "budgets_counted": budgets.are_counted(attributes),
        "agents_without_limit": tuple(_agents(attributes)),
        "keys_required": _keys_required(attributes),
        "spend_recorded": _spend_recorded(attributes),
        "keys_bypassed": attributes.flag(f"{_GENERAL}.use_client_credentials_pass_through_routes") or False,
        "keys_need_team": attributes.flag(f"{_GENERAL}.default_team_disabled") or False,
        **_cache(attributes),
        "routing": _text(attributes.text(f"{_ROUTER}.routing_strategy"), _DEFAULT_ROUTING),
        "fallbacks": tuple(_fallbacks(attributes)),
        "aliases": _aliases(attributes),
        "retries": _either(attributes, "num_retries"),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _uncapped(resource: Resource, context: FacetContext) -> Any:
    """Names of models whose tokens are paid and whose use nothing bounds: no budget and no limit that refuses a request."""
    attributes = resource.attributes
    upper = f"{_SETTINGS}.upperbound_key_generate_params"
    bounds = [attributes.number(f"{upper}.{key}") for key in ("tpm_limit", "rpm_limit")]
    if budgets.are_counted(attributes) is not False:
        bounds += [
            budgets.budget(attributes, _SETTINGS),
            budgets.budget(attributes, upper),
            budgets.of_users(attributes),
        ]
    if any(bound is not None for bound in bounds):
        return ()
    found: dict[str, None] = {}
    named = attributes.text("gateway")
    for model in context.neighbours.of_types(models.TYPE):
        own = model.attributes
        if own.text("gateway") != named or is_own(own) is True:
            continue
        facts = models.llm_facts(own, attributes)
        if not any(key in facts for key in ("monthly_budget", "tokens_per_minute", "requests_per_minute")):
            found[str(facts.get("group"))] = None
    return tuple(found)


def _keys_required(attributes: Attributes) -> Flag:
    """Whether a request needs a key, or another way to tell who asks."""
    for way in ("custom_auth", "enable_jwt_auth", "enable_oauth2_auth"):
        stated = attributes.text(f"{_GENERAL}.{way}")
        if isinstance(stated, str) and stated != "false":
            return True
    return budgets.is_given(attributes, "master_key", "LITELLM_MASTER_KEY")


def _spend_recorded(attributes: Attributes) -> Flag:
    """Whether what each key spends is written down."""
    for switch in ("disable_spend_updates", "disable_spend_logs"):
        off = attributes.flag(f"{_GENERAL}.{switch}")
        if isinstance(off, Unknown):
            return off
        if off:
            return False
    return True


def _cache(attributes: Attributes) -> Mapping[str, Any]:
    on = attributes.flag(f"{_SETTINGS}.cache")
    facts: dict[str, Any] = {"cache": False if on is None else on}
    if on is not False and on is not None:
        kind = _text(attributes.text(f"{_SETTINGS}.cache_params.type"), _DEFAULT_CACHE)
        mode = attributes.text(f"{_SETTINGS}.cache_params.mode")
        facts["cache_kind"] = kind
        facts["cache_semantic"] = kind if isinstance(kind, Unknown) else str(kind).endswith(_SEMANTIC)
        facts["cache_opt_in"] = mode if isinstance(mode, Unknown) else mode == "default_off"
        facts["cache_ttl_seconds"] = attributes.number(f"{_SETTINGS}.cache_params.ttl")
    return facts


def _agents(attributes: Attributes) -> Iterator[str]:
    """Agents whose sessions nothing ends: no bound on rounds and none on money that is held (both need traced calls)."""
    agents = attributes.blocks("agent_list")
    for number, agent in enumerate(agents if isinstance(agents, tuple) else ()):
        bounds = [agent.number(f"litellm_params.{key}") for key in ("max_iterations", "max_budget_per_session")]
        traced = agent.flag("litellm_params.require_trace_id_on_calls_by_agent")
        if all(bound is None for bound in bounds) or traced in (None, False):
            yield str(agent.text("agent_name") or number)


def _fallbacks(attributes: Attributes) -> Iterator[str]:
    """`a → b, c` for each model that has others behind it; what the router's settings say wins over the library's."""
    for kind in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks"):
        held: Any = attributes.get(f"{_ROUTER}.{kind}")
        held = held if isinstance(held, list) else attributes.get(f"{_SETTINGS}.{kind}")
        for entry in held if isinstance(held, list) else ():
            for model, others in entry.items():
                yield f"{model} → {', '.join(others)}"
    for section in (_ROUTER, _SETTINGS):
        others = attributes.texts(f"{section}.default_fallbacks")
        if isinstance(others, tuple) and others:
            yield f"any → {', '.join(others)}"
            return


def _aliases(attributes: Attributes) -> Any:
    held = attributes.get(f"{_ROUTER}.model_group_alias")
    return dict(held) if isinstance(held, Mapping) and held else None


def _either(attributes: Attributes, key: str) -> Number:
    for section in (_ROUTER, _SETTINGS):
        stated = attributes.number(f"{section}.{key}")
        if stated is not None:
            return stated
    return None


def _text(stated: Text, default: str) -> Text:
    return default if stated is None else stated
