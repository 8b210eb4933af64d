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
from spendgate.ports import FacetContext, Neighbours

_ZONE = re.compile(r"([a-z]+-[a-z]+\d+)-[a-z]")
_REGION = re.compile(r"[a-z]+-[a-z]+\d+")
_IN_PATH = re.compile(r"(?:^|/)(?:locations|regions|zones)/([^/]+)")
_PLACES = ("zone", "region", "location")
_COMPLETE = ("effective_labels", "terraform_labels")
"""Labels with the provider's default labels in them."""
_STATED = ("labels", "resource_labels", "user_labels")

_PLACED_BY: Mapping[str, tuple[str, str]] = {
    "google_alloydb_instance": ("cluster", "google_alloydb_cluster"),
    "google_bigquery_table": ("dataset_id", "google_bigquery_dataset"),
    "google_colab_runtime": ("notebook_runtime_template_ref", "google_colab_runtime_template"),
    "google_container_node_pool": ("cluster", "google_container_cluster"),
    "google_kms_crypto_key": ("key_ring", "google_kms_key_ring"),
    "google_vertex_ai_index_endpoint_deployed_index": ("index_endpoint", "google_vertex_ai_index_endpoint"),
}
"""Types that are where another resource is, and the attribute that names that one."""

_EVERYWHERE = frozenset(
    {
        "google_dns_managed_zone",
        "google_dns_record_set",
        "google_logging_billing_account_bucket_config",
        "google_logging_billing_account_sink",
        "google_logging_folder_bucket_config",
        "google_logging_folder_sink",
        "google_logging_organization_bucket_config",
        "google_logging_organization_sink",
        "google_logging_project_bucket_config",
        "google_logging_project_sink",
        "google_monitoring_metric_descriptor",
        "google_pubsub_subscription",
        "google_pubsub_topic",
        "google_secret_manager_secret",
        "google_secret_manager_secret_version",
    }
)
"""Types without a place, at one price everywhere."""

_DEFAULT_PLACE: Mapping[str, str] = {
    "google_bigquery_dataset": "us",
    "google_container_registry": "us",
    "google_storage_bucket": "us",
}
"""Where something goes that names no place (documentation of the provider `google`)."""


def region_of(place: str) -> str | None:
    """The region of a zone, a region, or a path that ends in one; None for anything else (a multi-region, `global`)."""
    last = place.rsplit("/", 1)[-1].lower()
    if match := _ZONE.fullmatch(last):
        return match[1]
    return last if _REGION.fullmatch(last) else None


def is_zone(place: str) -> bool:
    """Whether a place is a zone rather than a region."""
    return _ZONE.fullmatch(place.rsplit("/", 1)[-1].lower()) is not None


def location(resource: Resource, neighbours: Neighbours) -> Text:
    """The zone, region or location that a resource states, else that of what holds it, else its provider block's.

    NOTE: an unstated place is computed, hence unknown in a plan, and then it is the provider block's. One that is stated by
    pointing at another resource is unknown in earnest.
    """
    attributes = resource.attributes
    pointed: Unknown | None = None
    for key in _PLACES:
        value = attributes.text(key)
        if isinstance(value, str):
            return value
        if isinstance(value, Unknown) and neighbours.points(resource, key):
            pointed = pointed or value
    holder = _PLACED_BY.get(resource.type)
    if holder is not None:
        for other in neighbours.targets(resource, *holder):
            return location(other, neighbours)
        path = attributes.text(holder[0])
        if isinstance(path, str) and (match := _IN_PATH.search(path)):
            return match[1]
    if pointed is not None:
        return pointed
    settings = resource.settings
    configured = (settings.zone, settings.region)
    known = [place for place in configured if isinstance(place, str) and region_of(place)]
    if known:
        return known[0]
    return next((place for place in configured if isinstance(place, Unknown)), settings.region)


def region(resource: Resource, context: FacetContext) -> Text:
    """The region, from whatever place the resource or its provider block states; a multi-region stays as it is."""
    if resource.type in _EVERYWHERE:
        return "global"
    default = _DEFAULT_PLACE.get(resource.type)
    if default is not None and resource.attributes.text("location") is None:
        return default
    place = location(resource, context.neighbours)
    if isinstance(place, str):
        return region_of(place) or place.lower()
    fallback = context.regions.get("google")
    if fallback:
        return fallback
    if isinstance(place, Unknown):
        return place
    return Unknown("neither it nor the provider block names one; state regions.google in spendgate.yaml")


def tags(resource: Resource, context: FacetContext) -> Tags | None:
    """Effective labels (with the provider's default labels), or None for a type without labels."""
    values, unknown = resource.attributes.values, resource.attributes.unknown
    marks = unknown if isinstance(unknown, Mapping) else {}
    if not any(key in values or marks.get(key) for key in (*_COMPLETE, *_STATED)):
        return None
    return labels(resource, context)


def labels(resource: Resource, context: FacetContext) -> Tags:
    """Effective labels of a type that takes them, stated or not.

    `effective_labels`, else `terraform_labels`, hold the provider's default labels; what the resource states itself is laid
    over them so that each label says where it came from. Without both, the default labels are merged in.
    """
    whole = next((found for key in _COMPLETE if isinstance(found := _raw(resource, key), Mapping)), None)
    own = next((found for key in _STATED if (found := _raw(resource, key)) is not None), None)
    if whole is None:
        return merge([("provider_default", resource.settings.default_tags), ("resource", own)], context.aliases)
    mine = own if isinstance(own, Mapping) else {}
    defaults = resource.settings.default_tags
    given = {key: whole[key] for key in defaults if key in whole} if isinstance(defaults, Mapping) else {}
    return merge([("effective", whole), ("provider_default", given), ("resource", mine)], context.aliases)


def _raw(resource: Resource, key: str) -> Any:
    """A label map as it stands, with what is unknown or secret marked in it; None when it is not there."""
    attributes = resource.attributes
    marks = attributes.unknown if isinstance(attributes.unknown, Mapping) else {}
    secrets = attributes.sensitive if isinstance(attributes.sensitive, Mapping) else {}
    return marked(attributes.values.get(key), marks.get(key, False), secrets.get(key, False), attributes.gap)


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
