"""Resources of the `azapi` provider: the type of the API that they speak to and the body that they send."""

from __future__ import annotations

from collections.abc import Mapping

from spendgate.documents.machine import decode_any
from spendgate.errors import InputError
from spendgate.model.attributes import Attributes
from spendgate.model.resource import Resource
from spendgate.model.values import ABSENT, Unknown

_TYPES = ("azapi_resource", "azapi_update_resource")


def api_type(resource: Resource) -> str:
    """The API's resource type in lower case without its version; empty for a resource of another provider."""
    stated = resource.attributes.text("type") if resource.type in _TYPES else None
    return stated.partition("@")[0].lower() if isinstance(stated, str) else ""


def body_of(resource: Resource) -> Attributes | Unknown:
    """The body: an object in version 2 of the provider, JSON in a text in version 1. No body is an empty one."""
    value = resource.attributes.get("body")
    if isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        return _decoded(value)
    found = resource.attributes.block("body") if value is not ABSENT else None
    return found if isinstance(found, (Attributes, Unknown)) else Attributes()


def _decoded(text: str) -> Attributes | Unknown:
    try:
        body = decode_any(text.encode("utf-8"), "body")
    except InputError as error:
        return Unknown(f"its body {error}")
    return Attributes(body) if isinstance(body, Mapping) else Attributes()
