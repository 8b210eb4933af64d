"""Where a Google resource is and how it is labelled: the same for every type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spendgate.facets.compose import compose
from spendgate.facets.tags import Tags, marked, merge
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown
from spendgate.ports import FacetContext

_ZONE = re.compile(r"([a-z]+-[a-z]+\d+)-[a-z]")
_REGION = re.compile(r"[a-z]+-[a-z]+\d+")
_LABELS = ("effective_labels", "terraform_labels", "labels", "resource_labels", "user_labels")


def region_of(place: str) -> str | None:
    """The region of a zone, a region, or a path that ends in one; None for anything else (a multi-region, `global`)."""
    last = place.rsplit("/", 1)[-1].lower()
    if match := _ZONE.fullmatch(last):
        return match[1]
    return last if _REGION.fullmatch(last) else None


def location(resource: Resource) -> Text:
    """The zone, region or location that a resource states, else its provider block's."""
    attributes = resource.attributes
    for key in ("zone", "region", "location"):
        value = attributes.text(key)
        if isinstance(value, str):
            return value
        if isinstance(value, Unknown) and key in attributes.values:
            return value
    settings = resource.settings
    for configured in (settings.zone, settings.region):
        if isinstance(configured, str) and region_of(configured):
            return configured
    return settings.region or settings.zone


def region(resource: Resource, context: FacetContext) -> Text:
    """The region, from whatever place the resource or its provider block states; a multi-region stays as it is."""
    place = location(resource)
    if isinstance(place, str):
        return region_of(place) or place.lower()
    fallback = context.regions.get("google")
    if fallback:
        return fallback
    return place or Unknown("neither it nor the provider block names one; state regions.google in spendgate.yaml")


def tags(resource: Resource, context: FacetContext) -> Tags | None:
    """Effective labels (with the provider's default labels), or None for a type without labels."""
    values, unknown, sensitive = resource.attributes.values, resource.attributes.unknown, resource.attributes.sensitive
    marks = unknown if isinstance(unknown, Mapping) else {}
    secrets = sensitive if isinstance(sensitive, Mapping) else {}
    found: dict[str, Any] = {
        key: marked(values.get(key), marks.get(key, False), secrets.get(key, False))
        for key in _LABELS
        if key in values or marks.get(key)
    }
    if not found:
        return None
    whole = next((found[key] for key in _LABELS if isinstance(found.get(key), Mapping)), None)
    own: Any = next((found[key] for key in _LABELS[2:] if isinstance(found.get(key), Mapping)), {})
    if whole is None:
        stated = [found[key] for key in _LABELS[2:] if isinstance(found.get(key), Unknown)]
        own = stated[0] if stated else {}
        return merge([("provider_default", resource.settings.default_tags), ("resource", own)], context.aliases)
    layers = [("provider_default", resource.settings.default_tags), ("provider_default", whole), ("resource", own)]
    return merge(layers, context.aliases)


def generic(resource: Resource, context: FacetContext) -> Facets:
    """A type without a describer of its own."""
    return compose(
        resource,
        context,
        kind="other",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
    )
