"""Google storage, databases and network."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets.compose import compose
from spendgate.facets.google.place import region, tags
from spendgate.facets.tags import NO_TAGS
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets, Lifecycle
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Unknown
from spendgate.ports import FacetContext

_KINDS = {
    "google_compute_snapshot": "storage.block",
    "google_filestore_instance": "storage.file",
    "google_parallelstore_instance": "storage.file",
    "google_lustre_instance": "storage.file",
    "google_sql_database_instance": "database.sql",
    "google_redis_instance": "database.cache",
    "google_spanner_instance": "database.sql",
    "google_alloydb_instance": "database.sql",
    "google_bigtable_instance": "database.document",
    "google_compute_router_nat": "network.nat",
    "google_compute_forwarding_rule": "network.lb",
    "google_compute_global_forwarding_rule": "network.lb",
    "google_compute_address": "network.ip",
    "google_compute_global_address": "network.ip",
    "google_compute_vpn_tunnel": "network.vpn",
}


def plain(resource: Resource, context: FacetContext) -> Facets:
    """Any of these types, by its kind; sizes are read where they are metered."""
    return compose(
        resource,
        context,
        kind=_KINDS[resource.type],
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
    )


def bucket(resource: Resource, context: FacetContext) -> Facets:
    """`google_storage_bucket` with its lifecycle rules, autoclass and versioning."""
    attributes = resource.attributes
    blocks = attributes.blocks("lifecycle_rule")
    if isinstance(blocks, Unknown):
        lifecycle = Lifecycle(blocks, blocks, blocks, blocks, blocks, blocks, blocks)
    else:
        autoclass = attributes.flag("autoclass.0.enabled") is True
        lifecycle = Lifecycle(
            enabled=bool(blocks) or autoclass,
            expire_days=_least(blocks, "Delete", "age"),
            tier_days=_least(blocks, "SetStorageClass", "age"),
            auto_tier=autoclass,
            noncurrent_days=_least(blocks, "Delete", "days_since_noncurrent_time"),
            abort_multipart_days=_least(blocks, "AbortIncompleteMultipartUpload", "age"),
            versioning=attributes.flag("versioning.0.enabled") is True,
        )
    return compose(
        resource,
        context,
        kind="storage.object",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context) or NO_TAGS,
        lifecycle=lifecycle,
    )


def _least(rules: tuple[Attributes, ...], action: str, condition: str) -> Number:
    found: list[Decimal] = []
    for rule in rules:
        if rule.text("action.0.type") == action:
            days = rule.number(f"condition.0.{condition}")
            if isinstance(days, Unknown):
                return days
            if days:
                found.append(days)
    return min(found, default=None)


DESCRIBERS = {**dict.fromkeys(_KINDS, plain), "google_storage_bucket": bucket}
