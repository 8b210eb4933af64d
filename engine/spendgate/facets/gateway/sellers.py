"""Who sells the tokens of a model that a gateway sends requests to, by the provider's prefix and the address that it calls."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from spendgate.model.attributes import Attributes
from spendgate.model.values import Flag, Text, Unknown

_SOLD_BY: Mapping[str, str] = {
    **dict.fromkeys(("openai", "text-completion-openai"), "openai"),
    **dict.fromkeys(("azure", "azure_ai", "azure_text"), "azure"),
    **dict.fromkeys(("bedrock", "bedrock_converse"), "aws"),
    **dict.fromkeys(("vertex_ai", "vertex_ai_beta", "gemini", "palm"), "google"),
    **dict.fromkeys(("mistral", "codestral"), "mistral"),
    **dict.fromkeys(("cohere", "cohere_chat"), "cohere"),
    **dict.fromkeys(("together_ai", "together"), "together"),
    **dict.fromkeys(("fireworks_ai", "fireworks"), "fireworks"),
    **dict.fromkeys(("moonshot", "moonshotai"), "moonshotai"),
    **dict.fromkeys(("voyage", "voyageai"), "voyageai"),
    "anthropic": "anthropic",
    "xai": "x-ai",
    "github_copilot": "github-copilot",
    "meta_llama": "meta",
}
"""Providers as gateways write them, and as token prices are listed; a prefix that is not here is asked for as it stands."""
_OWN = frozenset(
    {"ollama", "ollama_chat", "hosted_vllm", "vllm", "lm_studio", "llamafile", "xinference", "infinity", "triton", "oobabooga",
     "sagemaker", "sagemaker_chat", "custom", "litellm_proxy", "docker_model_runner"}
)  # fmt: skip
"""Servers of one's own, machines that are paid by the hour, and other gateways: their tokens are sold by nobody."""
_LIKE_OPENAI = frozenset({"openai", "openai_like", "custom_openai", "text-completion-openai"})
"""Prefixes under which any server that speaks OpenAI's protocol is called: its address tells whose it is."""
_BY_NAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"claude"), "anthropic"),
    (re.compile(r"gemini"), "google"),
    (re.compile(r"command|c4ai"), "cohere"),
    (re.compile(r"(?:open-)?(?:mistral|mixtral|codestral|ministral|pixtral)"), "mistral"),
    (re.compile(r"deepseek"), "deepseek"),
    (re.compile(r"grok"), "x-ai"),
    (re.compile(r"gpt|chatgpt|o\d|text-embedding|davinci|babbage|whisper|tts|dall-e"), "openai"),
)
_INSIDE = (".svc", ".svc.cluster.local", ".cluster.local", ".internal", ".local", ".lan", ".localdomain")
_FILLED_IN = Unknown("told by the address that it calls, which the gateway's environment fills in")


def prefix_of(attributes: Attributes) -> str:
    """The provider as the gateway writes it: stated, or the first part of the model's name; empty when neither says it."""
    stated = attributes.text("litellm_params.custom_llm_provider")
    if isinstance(stated, str):
        return stated
    model = attributes.text("litellm_params.model")
    head, slash, _ = model.partition("/") if isinstance(model, str) else ("", "", "")
    return head if slash else ""


def is_own(attributes: Attributes) -> Flag:
    """Whether the model runs on a server of one's own, so that its cost is that server's and no token is paid."""
    prefix, base = prefix_of(attributes), attributes.text("litellm_params.api_base")
    if prefix in _OWN:
        return True
    if prefix in _LIKE_OPENAI:
        return _FILLED_IN if isinstance(base, Unknown) else base is not None and _is_inside(base)
    return False


def seller_of(attributes: Attributes) -> Text:
    """The seller's name in the list of token prices; an address (`https://host`) where only that says who it is.

    `None` for a server of one's own, and for a name that no seller is known for.
    """
    own = is_own(attributes)
    if isinstance(own, Unknown) or own:
        return own if isinstance(own, Unknown) else None
    prefix, base = prefix_of(attributes), attributes.text("litellm_params.api_base")
    if prefix in _LIKE_OPENAI and isinstance(base, str):
        return base if "://" in base else f"https://{base}"
    if prefix:
        return _SOLD_BY.get(prefix, prefix)
    model = attributes.text("litellm_params.model")
    if isinstance(model, Unknown):
        return model
    return next((seller for pattern, seller in _BY_NAME if pattern.match((model or "").lower())), None)


def model_of(attributes: Attributes) -> Text:
    """The model's name as its seller lists it: the base model where it is stated, else the name without provider and place."""
    for path in ("model_info.base_model", "litellm_params.base_model", "litellm_params.model"):
        name = attributes.text(path)
        if name is None:
            continue
        if isinstance(name, Unknown):
            return name
        bare = _without_prefix(name, prefix_of(attributes))
        return Unknown("any model, as the request says") if "*" in bare else bare
    return None


def _without_prefix(name: str, prefix: str) -> str:
    """Sellers of models of many makers keep the maker in the name (`openrouter/meta-llama/x`); places go (`bedrock/us-east-1/x`)."""
    parts = name.split("/")
    if len(parts) > 1 and parts[0] == prefix:
        parts = parts[1:]
    if prefix in ("bedrock", "bedrock_converse", "azure", "vertex_ai", "vertex_ai_beta"):
        parts = parts[-1:]
    return "/".join(parts)


def _is_inside(address: str) -> bool:
    """Whether an address lies in one's own network: a bare name, a name of a cluster, a private number."""
    host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    if not host or host == "localhost" or "." not in host or host.endswith(_INSIDE):
        return ":" not in host or host == "::1"
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
