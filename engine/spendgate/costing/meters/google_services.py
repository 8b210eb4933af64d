"""Services of Google that are paid by use: BigQuery, Pub/Sub, keys, secrets, names, logs and metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.meters.parts import ByType, Service, Use, by_use, each, keys_of, monthly, query, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_SECONDS = re.compile(r"(\d+)(?:\.\d+)?s")
_MONTH_SECONDS = Decimal(30 * 24 * 3600)
"""Key versions are counted in months of thirty days."""
_TIERED_ALGORITHMS = ("RSA_SIGN_PSS_3072", "RSA_SIGN_PSS_4096", "RSA_SIGN_PKCS1_3072", "RSA_SIGN_PKCS1_4096",
                      "RSA_DECRYPT_OAEP_3072", "RSA_DECRYPT_OAEP_4096", "EC_")  # fmt: skip


def _key(subject: Subject) -> Iterator[Component]:
    """Key versions that are active and what is done with them, at the rates of the key's protection."""
    attributes = subject.resource.attributes
    level, algorithm = (attributes.text(f"version_template.0.{name}") for name in ("protection_level", "algorithm"))
    if isinstance(level, Unknown) or isinstance(algorithm, Unknown):
        yield unpriced("Key versions", "versions-month", "its protection is known only after apply")
        return
    kind = {"HSM": "hsm", "EXTERNAL": "external", "EXTERNAL_VPC": "external"}.get(level or "", "software")
    if kind == "hsm" and str(algorithm).startswith(_TIERED_ALGORITHMS):
        kind = "hsm asymmetric"
    yield _versions(subject, ("kms", f"{kind} key version"))
    rate = ("kms", f"{kind} operations")
    yield used(subject, "Operations", "10k operations", rate, "monthly_key_operations", per_unit=10_000)


def _versions(subject: Subject, rate: tuple[str, str]) -> Component:
    """Stated versions; else those that rotation makes in a month, which is what one more month adds."""
    name, unit = "Key versions", "versions-month"
    count = stated(subject.usage, "key_versions")
    period = subject.resource.attributes.text("rotation_period")
    match = _SECONDS.fullmatch(period) if isinstance(period, str) else None
    here = replace(subject, facets=replace(subject.facets, region="global"))
    if count is not None:
        return Component(name, unit, query(here, rate), Quantity.exactly(count), basis=Basis.USAGE, tiered=True)
    if match is None or match[1] == "0":
        return needs_usage(name, unit, query(here, rate), "key_versions")
    made = _MONTH_SECONDS / Decimal(match[1])
    note = "versions that rotation makes in a month; older ones that stay active add to it"
    return Component(name, unit, query(here, rate), Quantity.exactly(made), basis=Basis.ASSUMED, note=note, tiered=True)


def _secret(subject: Subject) -> Iterator[Component]:
    """Active versions are paid in each place to which they are replicated."""
    places = subject.resource.attributes.blocks("replication.0.user_managed.0.replicas")
    copies = max(len(places), 1) if isinstance(places, tuple) else 1
    for part in each(subject, _SECRET):
        if part.quantity is not None and part.query.item == "active version":
            part = replace(part, quantity=part.quantity.times(copies))
        yield part


def _zone(subject: Subject) -> Iterator[Component]:
    yield monthly(subject, "Managed zone", "zones-month", ("cloud dns", "zone"))


_SECRET = (
    Use("Active versions", "versions-month", ("secret manager", "active version"), "active_secret_versions"),
    Use("Access", "10k requests", ("secret manager", "access operations"), "monthly_access_operations", 10_000),
    Use("Rotations", "rotations", ("secret manager", "rotation"), "monthly_rotation_notifications"),
)
_ACCESS = Use("Access", "10k requests", ("secret manager", "access operations"), "monthly_access_operations", 10_000)
_LOGS = by_use(Use("Logs ingested", "GB", ("cloud logging", "ingestion"), "monthly_logging_data_gb"))
_LOG_TYPES = tuple(
    f"google_logging_{holder}_{kind}"
    for holder in ("project", "folder", "organization", "billing_account")
    for kind in ("bucket_config", "sink")
)

SERVICES = ByType(
    {
        "google_bigquery_dataset": by_use(
            Use("Queries (on-demand)", "TB", ("bigquery", "queries"), "monthly_queries_tb")
        ),
        "google_bigquery_table": by_use(
            Use("Active storage", "GB-month", ("bigquery", "active storage"), "monthly_active_storage_gb"),
            Use("Long-term storage", "GB-month", ("bigquery", "long-term storage"), "monthly_long_term_storage_gb"),
            Use("Streaming inserts", "MB", ("bigquery", "streaming inserts"), "monthly_streaming_inserts_mb"),
            Use("Storage write API", "GB", ("bigquery", "storage write api"), "monthly_storage_write_api_gb"),
            Use("Storage read API", "TB", ("bigquery", "storage read api"), "monthly_storage_read_api_tb"),
        ),
        "google_pubsub_topic": by_use(
            Use("Messages taken in", "TiB", ("pubsub", "message ingestion"), "monthly_message_data_tb")
        ),
        "google_pubsub_subscription": by_use(
            Use("Messages delivered", "TiB", ("pubsub", "message delivery"), "monthly_message_data_tb"),
            Use("Retained acknowledged messages", "GiB-month", ("pubsub", "retained messages"), "storage_gb"),
            Use("Snapshot backlog", "GiB-month", ("pubsub", "snapshot backlog"), "snapshot_storage_gb"),
        ),
        "google_kms_crypto_key": Service(
            _key, {"key_versions": "active key versions", "monthly_key_operations": "operations a month"}
        ),
        "google_secret_manager_secret": Service(_secret, keys_of(*_SECRET)),
        "google_secret_manager_secret_version": by_use(_ACCESS),
        "google_dns_managed_zone": Service(_zone, {}),
        "google_dns_record_set": by_use(
            Use("Queries", "1M queries", ("cloud dns", "queries"), "monthly_queries", 1_000_000)
        ),
        "google_monitoring_metric_descriptor": by_use(
            Use("Metric data", "MB", ("cloud monitoring", "metric data"), "monthly_monitoring_data_mb", tiered=True),
            Use("API calls", "1k calls", ("cloud monitoring", "api calls"), "monthly_api_calls", 1_000),
        ),
        **dict.fromkeys(_LOG_TYPES, _LOGS),
    }
)
