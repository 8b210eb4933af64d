"""What is taken over of a gateway's configuration, and of which type it has to be; whatever is not named here stays outside a run.

The keys are those of LiteLLM's documentation (proxy: all settings, budgets, provider budget routing, custom pricing) and of what its proxy
reads at the start. NOTE: keys, passwords and addresses with passwords stand in such files: only that they are there is taken over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeAlias
from urllib.parse import urlsplit

FROM_ENVIRONMENT = "os.environ/"
SECRET = "(sensitive)"


class Leaf(Enum):
    """The type of a value, as it is called in an error."""

    TEXT = "a text"
    NUMBER = "a number of zero or more"
    FLAG = "true or false"
    TEXTS = "a list of texts"
    DURATION = "a duration (30s, 10m, 24h, 30d, 1mo)"
    SECRET = "a secret"
    URL = "an address"
    TAGS = "a map of texts"
    FALLBACKS = "a list of maps from a model to a list of models"
    ALIASES = "a map from a name to a model"


Shape: TypeAlias = "Leaf | Mapping[str, Shape] | tuple[Shape] | Named"


class Named:
    """A map whose keys are names (of providers, of tags) and whose values are all of one shape."""

    def __init__(self, of: Shape) -> None:
        self.of = of


Route: TypeAlias = tuple[str | int, ...]
Refuse: TypeAlias = Callable[[Route, str, str], None]
"""Told where something stands, what is wrong, and a hint; raises."""

_T, _N, _F, _D = Leaf.TEXT, Leaf.NUMBER, Leaf.FLAG, Leaf.DURATION
_BUDGET: Mapping[str, Shape] = {"max_budget": _N, "budget_duration": _D, "tpm_limit": _N, "rpm_limit": _N}
_PRICES: Mapping[str, Shape] = dict.fromkeys(
    (
        "input_cost_per_token",
        "output_cost_per_token",
        "cache_read_input_token_cost",
        "cache_creation_input_token_cost",
        "input_cost_per_second",
        "output_cost_per_second",
    ),
    _N,
)
_MODEL: Shape = {
    "model_name": _T,
    "litellm_params": {
        "model": _T,
        "custom_llm_provider": _T,
        "base_model": _T,
        "api_base": Leaf.URL,
        "api_version": _T,
        "region_name": _T,
        "aws_region_name": _T,
        "vertex_location": _T,
        **dict.fromkeys(
            ("rpm", "tpm", "max_tokens", "max_completion_tokens", "max_retries", "num_retries", "timeout", "weight"), _N
        ),
        **dict.fromkeys(("max_parallel_requests", "order"), _N),
        "max_budget": _N,
        "budget_duration": _D,
        **_PRICES,
    },
    "model_info": {
        "id": _T,
        "mode": _T,
        "base_model": _T,
        "team_id": _T,
        "access_groups": Leaf.TEXTS,
        "tags": Leaf.TAGS,
        **dict.fromkeys(("max_tokens", "max_input_tokens", "max_output_tokens"), _N),
        **_PRICES,
    },
}
SECTIONS: Mapping[str, Shape] = {
    "model_list": (_MODEL,),
    "litellm_settings": {
        "cache": _F,
        "cache_params": {"type": _T, "mode": _T, "ttl": _N, "supported_call_types": Leaf.TEXTS, "similarity_threshold": _N},
        "max_budget": _N,
        "budget_duration": _D,
        "fallbacks": Leaf.FALLBACKS,
        "context_window_fallbacks": Leaf.FALLBACKS,
        "content_policy_fallbacks": Leaf.FALLBACKS,
        "default_fallbacks": Leaf.TEXTS,
        "num_retries": _N,
        "request_timeout": _N,
        "default_team_settings": ({"team_id": _T},),
        "default_team_params": _BUDGET,
        "default_internal_user_params": _BUDGET,
        "default_key_generate_params": _BUDGET,
        "upperbound_key_generate_params": {**_BUDGET, "duration": _D, "max_parallel_requests": _N},
        "max_internal_user_budget": _N,
        "default_max_internal_user_budget": _N,
        "internal_user_budget_duration": _D,
        "max_user_budget": _N,
        "max_end_user_budget": _N,
        "tag_budget_config": Named({"max_budget": _N, "budget_duration": _D}),
    },
    "router_settings": {
        "routing_strategy": _T,
        "fallbacks": Leaf.FALLBACKS,
        "context_window_fallbacks": Leaf.FALLBACKS,
        "content_policy_fallbacks": Leaf.FALLBACKS,
        "default_fallbacks": Leaf.TEXTS,
        "model_group_alias": Leaf.ALIASES,
        "num_retries": _N,
        "max_fallbacks": _N,
        "timeout": _N,
        "allowed_fails": _N,
        "cooldown_time": _N,
        "default_max_parallel_requests": _N,
        "cache_responses": _F,
        "enable_pre_call_checks": _F,
        "optional_pre_call_checks": Leaf.TEXTS,
        "provider_budget_config": Named({"budget_limit": _N, "time_period": _D, "max_budget": _N, "budget_duration": _D}),
        "default_litellm_params": {"max_tokens": _N},
        "redis_host": Leaf.SECRET,
        "redis_url": Leaf.SECRET,
    },
    "general_settings": {
        "master_key": Leaf.SECRET,
        "database_url": Leaf.SECRET,
        "custom_auth": _T,
        **dict.fromkeys(
            (
                "enable_jwt_auth",
                "enable_oauth2_auth",
                "enforce_user_param",
                "disable_spend_logs",
                "disable_spend_updates",
                "disable_reset_budget",
                "store_model_in_db",
                "default_team_disabled",
                "allow_requests_on_db_unavailable",
                "use_client_credentials_pass_through_routes",
            ),
            _F,
        ),
        "max_parallel_requests": _N,
        "global_max_parallel_requests": _N,
        "token_rate_limit_type": _T,
    },
    "agent_list": (
        {
            "agent_name": _T,
            "tpm_limit": _N,
            "rpm_limit": _N,
            "litellm_params": {
                "max_iterations": _N,
                "max_budget_per_session": _N,
                "require_trace_id_on_calls_by_agent": _F,
            },
        },
    ),
    "environment_variables": Named(Leaf.SECRET),
}  # fmt: skip
"""By section: what is read of it."""
KNOWN = (
    *SECTIONS,
    "include",
    "callback_settings",
    "credential_list",
    "guardrails",
    "prompts",
    "mcp_servers",
    "mcp_tools",
    "mcp_aliases",
    "vector_store_registry",
    "search_tools",
    "finetune_settings",
    "files_settings",
    "assistant_settings",
    "default_vertex_config",
    "policies",
    "policy_attachments",
)
"""All sections that a proxy reads; those without a shape say nothing about cost."""
_DURATION = re.compile(r"\d+(?:s|m|h|d|w|mo)")
_WORDS: Mapping[type, str] = {
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "a map",
    type(None): "nothing",
}


def taken(value: Any, shape: Shape, route: Route, refuse: Refuse) -> tuple[Any, Any]:
    """What is taken over of a value, and the marks of what only the gateway's environment tells (`True` covers what is below).

    `null` is nothing stated. Calls `refuse` for a value of another type.
    """
    if value is None:
        return None, False
    if isinstance(shape, Leaf):
        return _leaf(value, shape, route, refuse)
    if isinstance(shape, tuple):
        if not isinstance(value, list):
            refuse(route, f"is {_word(value)}, a list was expected", "each entry starts with a hyphen")
        pairs = [taken(each, shape[0], (*route, number), refuse) for number, each in enumerate(value)]
        marks = [mark for _, mark in pairs]
        return [each for each, _ in pairs], marks if any(marks) else False
    if not isinstance(value, Mapping):
        refuse(route, f"is {_word(value)}, a map was expected", "keys stand below it, indented")
    inner = dict.fromkeys(value, shape.of) if isinstance(shape, Named) else shape
    found: dict[str, Any] = {}
    marked: dict[str, Any] = {}
    for key, below in inner.items():
        if key in value:
            held, mark = taken(value[key], below, (*route, key), refuse)
            if held is not None:
                found[key] = held
            if mark:
                marked[key] = mark
    return found, marked or False


def _leaf(value: Any, shape: Leaf, route: Route, refuse: Refuse) -> tuple[Any, Any]:
    if isinstance(value, str) and value.startswith(FROM_ENVIRONMENT):
        return value, shape is not Leaf.SECRET
    if shape is Leaf.SECRET:
        return (SECRET, False) if value not in ("", None) else (None, False)
    found = _READERS[shape](value)
    if found is None:
        refuse(route, f"is {_word(value)}, {shape.value} was expected", "")
    return found, False


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        return None
    try:
        number = value if isinstance(value, (int, Decimal)) else Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and Decimal(number).is_finite() and number >= 0 else None


def _texts(value: Any) -> list[str] | None:
    plain = isinstance(value, list) and all(isinstance(each, (str, int)) for each in value)
    return [str(each) for each in value] if plain else None


def _url(value: Any) -> str | None:
    """An address without what may be secret in it: a name and a password before the host, a query behind the path."""
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme and parts.hostname:
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    return value.rpartition("@")[2].partition("?")[0]


def _tags(value: Any) -> dict[str, str] | None:
    if not isinstance(value, Mapping) or any(isinstance(each, (list, Mapping)) for each in value.values()):
        return None
    return {str(key): str(each) for key, each in value.items() if each is not None}


def _fallbacks(value: Any) -> list[dict[str, list[str]]] | None:
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return None
    found = [{key: _fallback(to) for key, to in each.items()} for each in value]
    return found if all(to is not None for each in found for to in each.values()) else None  # type: ignore[return-value]


def _fallback(value: Any) -> list[str] | None:
    """The models of one fallback: by name, or as maps that name their `model`."""
    if not isinstance(value, list):
        return None
    names = [each.get("model") if isinstance(each, Mapping) else each for each in value]
    return [str(name) for name in names] if all(isinstance(name, str) for name in names) else None


def _aliases(value: Any) -> dict[str, str] | None:
    if not isinstance(value, Mapping):
        return None
    found = {str(key): to.get("model") if isinstance(to, Mapping) else to for key, to in value.items()}
    named = {key: to for key, to in found.items() if isinstance(to, str)}
    return named if len(named) == len(found) else None


_READERS: Mapping[Leaf, Callable[[Any], Any]] = {
    Leaf.TEXT: lambda value: str(value) if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else None,
    Leaf.NUMBER: _number,
    Leaf.FLAG: lambda value: value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower()),
    Leaf.TEXTS: _texts,
    Leaf.DURATION: lambda value: value if isinstance(value, str) and _DURATION.fullmatch(value) else None,
    Leaf.URL: _url,
    Leaf.TAGS: _tags,
    Leaf.FALLBACKS: _fallbacks,
    Leaf.ALIASES: _aliases,
}  # fmt: skip


def _word(value: Any) -> str:
    return _WORDS.get(type(value), "a number")
