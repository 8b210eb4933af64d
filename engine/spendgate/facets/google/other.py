"""Google storage, databases, network and services: what they are; sizes are read where they are metered."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets.compose import compose
from spendgate.facets.google.place import labels, region, tags
from spendgate.facets.lifecycle_rules import Reach, checkpoint_days
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets, Lifecycle, Scaling
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import ABSENT, Flag, Number, Unknown
from spendgate.ports import FacetContext

_KINDS = {
    "google_compute_snapshot": "storage.block",
    "google_compute_image": "storage.block",
    "google_compute_machine_image": "storage.block",
    "google_compute_storage_pool": "storage.block",
    "google_filestore_instance": "storage.file",
    "google_parallelstore_instance": "storage.file",
    "google_lustre_instance": "storage.file",
    "google_netapp_storage_pool": "storage.file",
    "google_netapp_volume": "storage.file",
    "google_container_registry": "storage.object",
    "google_artifact_registry_repository": "storage.object",
    "google_sql_database_instance": "database.sql",
    "google_spanner_instance": "database.sql",
    "google_alloydb_cluster": "database.sql",
    "google_alloydb_instance": "database.sql",
    "google_bigtable_instance": "database.document",
    "google_firestore_database": "database.document",
    "google_redis_instance": "database.cache",
    "google_redis_cluster": "database.cache",
    "google_memcache_instance": "database.cache",
    "google_memorystore_instance": "database.cache",
    "google_bigquery_dataset": "database.warehouse",
    "google_bigquery_table": "database.warehouse",
    "google_bigquery_reservation": "database.warehouse",
    "google_compute_router_nat": "network.nat",
    "google_compute_forwarding_rule": "network.lb",
    "google_compute_global_forwarding_rule": "network.lb",
    "google_compute_address": "network.ip",
    "google_compute_global_address": "network.ip",
    "google_compute_vpn_tunnel": "network.vpn",
    "google_compute_vpn_gateway": "network.vpn",
    "google_compute_ha_vpn_gateway": "network.vpn",
    "google_compute_external_vpn_gateway": "network.vpn",
    "google_edgecontainer_cluster": "edge.cluster",
    "google_edgecontainer_node_pool": "edge.cluster",
    "google_composer_environment": "compute.cluster",
    "google_dataflow_job": "compute.job",
    "google_dataflow_flex_template_job": "compute.job",
    "google_vertex_ai_index": "ai.index",
    "google_vertex_ai_featurestore": "ai.featurestore",
    "google_vertex_ai_feature_online_store": "ai.featurestore",
}


def plain(resource: Resource, context: FacetContext) -> Facets:
    """Any of these types, by its kind."""
    return compose(
        resource,
        context,
        kind=_KINDS[resource.type],
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context),
    )


def sql(resource: Resource, context: FacetContext) -> Facets:
    """`google_sql_database_instance`: its labels stand in its settings."""
    attributes = resource.attributes
    never = attributes.text("settings.0.activation_policy") == "NEVER"
    settings = attributes.block("settings")
    own = labels(replace(resource, attributes=settings if isinstance(settings, Attributes) else Attributes()), context)
    return compose(
        resource,
        context,
        kind="database.sql",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        scaling=Scaling("none" if never else "fixed", False),
    )


def bucket(resource: Resource, context: FacetContext) -> Facets:
    """`google_storage_bucket` with its lifecycle rules, autoclass and versioning."""
    return compose(
        resource,
        context,
        kind="storage.object",
        name=resource.attributes.text("name"),
        region=region(resource, context),
        tags=labels(resource, context),
        lifecycle=_lifecycle(resource, context),
    )


def _lifecycle(resource: Resource, context: FacetContext) -> Lifecycle:
    attributes = resource.attributes
    autoclass, versioning = attributes.flag("autoclass.0.enabled"), attributes.flag("versioning.0.enabled")
    # NOTE: unstated versioning is computed, hence unknown in a plan: a new bucket keeps no old versions by itself.
    open_ = isinstance(versioning, Unknown) and context.neighbours.points(resource, "versioning")
    kept: Flag = versioning if open_ else versioning is True
    moves: Flag = autoclass if isinstance(autoclass, Unknown) else autoclass is True
    rules = attributes.blocks("lifecycle_rule")
    if isinstance(rules, Unknown):
        return Lifecycle(True if moves is True else rules, rules, rules, moves, rules, rules, kept, rules)
    return Lifecycle(
        enabled=True if rules or moves is True else moves,
        expire_days=_least(rules, "Delete", "age"),
        tier_days=_least(rules, "SetStorageClass", "age"),
        auto_tier=moves,
        noncurrent_days=_least(rules, "Delete", "days_since_noncurrent_time"),
        abort_multipart_days=_least(rules, "AbortIncompleteMultipartUpload", "age"),
        versioning=kept,
        checkpoint_days=checkpoint_days((_least((rule,), "Delete", "age"), _reach(rule)) for rule in rules),
    )


def _reach(rule: Attributes) -> Reach:
    """What a rule is for. One for replaced versions or a storage class reaches what nobody can tell from the bucket."""
    prefixes = rule.texts("condition.0.matches_prefix")
    if prefixes:
        return prefixes
    narrower = ("matches_suffix", "matches_storage_class", "num_newer_versions")
    by = any(rule.get(f"condition.0.{key}") not in (ABSENT, [], 0, None) for key in narrower)
    if by or rule.text("condition.0.with_state") == "ARCHIVED":
        return Unknown("a rule deletes only some objects, and whether checkpoints are among them is not said")
    return ()


def _least(rules: tuple[Attributes, ...], action: str, condition: str) -> Number:
    """The smallest number of days after which a rule acts; 0 counts only where the provider says that it is meant."""
    found: list[Decimal] = []
    for rule in rules:
        if rule.text("action.0.type") != action:
            continue
        days = rule.number(f"condition.0.{condition}")
        if isinstance(days, Unknown):
            return days
        if days or (days is not None and rule.flag(f"condition.0.send_{condition}_if_zero") is True):
            found.append(days)
    return min(found, default=None)


DESCRIBERS = {
    **dict.fromkeys(_KINDS, plain),
    "google_sql_database_instance": sql,
    "google_storage_bucket": bucket,
}
