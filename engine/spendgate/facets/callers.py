"""Functions and containers of clouds that call a model's API: keys of providers and addresses of gateways in their environment.

Only names of variables are read, never what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spendgate.facets.embedded import embedded
from spendgate.model.facets import Facets
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource

PROVIDER_KEY = re.compile(r"(OPENAI|ANTHROPIC|MISTRAL|COHERE|GEMINI|GOOGLE|AZURE_OPENAI|GROQ|TOGETHER)_API_KEY")
"""How variables are called that hold a key of a seller of models."""


def is_gateway(name: str) -> bool:
    """Whether a variable of this name points clients at another address than the seller's."""
    return name.endswith("_BASE_URL") or name == "OPENAI_API_BASE"


def with_calls(facets: Facets, resource: Resource) -> Facets:
    """The facets with `llm.provider_key` and `llm.gateway`, where its environment names a key of a provider."""
    finder = _FINDERS.get(resource.type)
    if finder is None:
        return facets
    names = list(finder(resource.attributes.values))
    key = next((name for name in names if PROVIDER_KEY.fullmatch(name)), None)
    if key is None:
        return facets
    found: dict[str, Any] = {**facets.llm, "provider_key": key}
    if any(is_gateway(name) for name in names):
        found["gateway"] = True
    return replace(facets, llm=found)


def _lambda(values: Mapping[str, Any]) -> Iterator[str]:
    for block in _blocks(values, "environment"):
        yield from _keys(block.get("variables"))


def _task(values: Mapping[str, Any]) -> Iterator[str]:
    containers = embedded(values.get("container_definitions"))
    for container in containers if isinstance(containers, list) else ():
        for part in ("environment", "secrets"):
            yield from _named(container, part) if isinstance(container, Mapping) else ()


def _run(values: Mapping[str, Any]) -> Iterator[str]:
    for template in _blocks(values, "template"):
        for inner in (template, *_blocks(template, "template"), *_blocks(template, "spec")):
            for container in _blocks(inner, "containers"):
                yield from _named(container, "env")


def _app(values: Mapping[str, Any]) -> Iterator[str]:
    for template in _blocks(values, "template"):
        for container in _blocks(template, "container"):
            yield from _named(container, "env")


def _settings(values: Mapping[str, Any]) -> Iterator[str]:
    yield from _keys(values.get("app_settings"))


def _cloud_function(values: Mapping[str, Any]) -> Iterator[str]:
    for block in (values, *_blocks(values, "service_config")):
        yield from _keys(block.get("environment_variables"))
        for secret in _blocks(block, "secret_environment_variables"):
            yield str(secret.get("key"))


def _keys(value: Any) -> Iterator[str]:
    yield from (str(key) for key in value) if isinstance(value, Mapping) else ()


def _named(holder: Mapping[str, Any], part: str) -> Iterator[str]:
    yield from (str(entry.get("name")) for entry in _blocks(holder, part))


def _blocks(holder: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    value = holder.get(name)
    yield from (each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


_FINDERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "aws_lambda_function": _lambda,
    "aws_ecs_task_definition": _task,
    **dict.fromkeys(("google_cloud_run_v2_service", "google_cloud_run_v2_job", "google_cloud_run_service"), _run),
    **dict.fromkeys(("google_cloudfunctions_function", "google_cloudfunctions2_function"), _cloud_function),
    **dict.fromkeys(("azurerm_container_app", "azurerm_container_app_job"), _app),
    **dict.fromkeys(
        (
            "azurerm_linux_function_app",
            "azurerm_windows_function_app",
            "azurerm_linux_web_app",
            "azurerm_windows_web_app",
        ),
        _settings,
    ),
}
