"""Where an AWS resource is and how it is tagged: the same for every type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spendgate.facets.compose import compose
from spendgate.facets.tags import Tags, marked, merge
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import FacetContext

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ZONE = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)[a-z]")


def region(resource: Resource, context: FacetContext) -> Text:
    """The region: the resource's own, its ARN's, its zone's, the provider block's, the configuration's; else unknown."""
    attributes = resource.attributes
    own = attributes.text("region")
    if isinstance(own, str):
        return own
    arn = attributes.values.get("arn")
    if isinstance(arn, str) and arn.count(":") >= 5 and (part := arn.split(":")[3]):
        return part
    zone = attributes.text("availability_zone")
    if isinstance(zone, str) and (match := _ZONE.fullmatch(zone)):
        return match[1]
    configured = resource.settings.region
    if isinstance(configured, str):
        return configured if _REGION.fullmatch(configured) else Unknown(f"{configured!r} is no region")
    fallback = context.regions.get("aws")
    if fallback:
        return fallback
    if isinstance(configured, Unknown):
        return configured
    who = "the provider block names none" if resource.observed is None else "the export names none"
    return Unknown(f"{who}; state regions.aws in spendgate.yaml")


def tags(resource: Resource, context: FacetContext) -> Tags | None:
    """Effective tags: `tags_all`, which holds the provider's default tags, else those merged with `tags`.

    None for a type without tags.
    """
    values, unknown, sensitive = resource.attributes.values, resource.attributes.unknown, resource.attributes.sensitive
    marks = unknown if isinstance(unknown, Mapping) else {}
    secrets = sensitive if isinstance(sensitive, Mapping) else {}
    if not any(key in values or marks.get(key) for key in ("tags", "tags_all")):
        return None
    gap = resource.attributes.gap
    own = marked(values.get("tags"), marks.get("tags", False), secrets.get("tags", False), gap)
    everything = marked(values.get("tags_all"), marks.get("tags_all", False), secrets.get("tags_all", False), gap)
    if isinstance(everything, Mapping) and everything:
        layers: list[tuple[str, Any]] = [("provider_default", everything)]
        if isinstance(own, Mapping):
            layers.append(("resource", own))
        return merge(layers, context.aliases)
    return merge([("provider_default", resource.settings.default_tags), ("resource", own)], context.aliases)


def computed(resource: Resource, context: FacetContext, attribute: str) -> bool:
    """Whether an unknown attribute or block is one that nobody stated, so that AWS's default will apply.

    NOTE: a plan marks unstated computed attributes unknown just as those that point at another resource. Only the latter
    hold a reference in the configuration; one to a key says how a volume is encrypted, not what it is.
    """
    neighbours = context.neighbours
    return not neighbours.points(resource, attribute) or bool(neighbours.targets(resource, attribute, *_KEYS))


_KEYS = ("aws_kms_key", "aws_kms_alias", "aws_kms_replica_key", "aws_kms_external_key")


def first_text(attributes: Attributes, *paths: str) -> Text:
    """The first of these texts that is known, else one that is not, else None."""
    found = [attributes.text(path) for path in paths]
    known = next((text for text in found if isinstance(text, str)), None)
    return known if known is not None else next((text for text in found if text is not None), None)


def stated_text(resource: Resource, context: FacetContext, path: str) -> Text:
    """An attribute's text, None where nobody stated it."""
    value = resource.attributes.text(path)
    return None if isinstance(value, Unknown) and computed(resource, context, path.split(".", 1)[0]) else value


def stated_number(resource: Resource, context: FacetContext, path: str) -> Number:
    """An attribute's number, None where nobody stated it."""
    value = resource.attributes.number(path)
    return None if isinstance(value, Unknown) and computed(resource, context, path.split(".", 1)[0]) else value


def stated_whole(resource: Resource, context: FacetContext, path: str) -> Whole:
    """An attribute's whole number, None where nobody stated it."""
    value = resource.attributes.whole(path)
    return None if isinstance(value, Unknown) and computed(resource, context, path.split(".", 1)[0]) else value


def generic(resource: Resource, context: FacetContext) -> Facets:
    """A type without a describer of its own."""
    name = resource.attributes.text("name")
    return compose(
        resource, context, kind="other", name=name, region=region(resource, context), tags=tags(resource, context)
    )
