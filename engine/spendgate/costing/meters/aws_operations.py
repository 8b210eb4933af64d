"""Watching and guarding an account: CloudWatch, CloudTrail, Config, keys, secrets, certificates, directories."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    by_use,
    each,
    keys_of,
    monthly,
    number_of,
    text_of,
    unknown_of,
    used,
)
from spendgate.costing.usage import stated, word
from spendgate.model.cost import Component
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_LOGS = (
    Use("Log ingestion", "GB", ("cloudwatch", "log ingestion"), "monthly_data_ingested_gb"),
    Use("Log storage", "GB-month", ("cloudwatch", "log storage"), "storage_gb"),
    Use("Log queries", "GB", ("cloudwatch", "log queries"), "monthly_data_scanned_gb"),
)
_HIGH_RESOLUTION_SECONDS = Decimal(60)
_ANOMALY_METRICS = 3
"""An alarm on anomaly detection watches the metric and both bounds of its band (Amazon CloudWatch pricing)."""


def _alarm(subject: Subject) -> Iterator[Component]:
    """Each metric that an alarm watches; those with a period below a minute are of high resolution."""
    attributes = subject.resource.attributes
    queries = attributes.blocks("metric_query")
    if isinstance(queries, Unknown):
        yield unpriced("Metrics", "metrics", f"its metrics: {queries.reason}")
        return
    metrics = [query for query in queries if query.has_block("metric")]
    periods = [query.number("metric.0.period") for query in metrics] or [number_of(subject, "period")]
    high = any(isinstance(period, Decimal) and period < _HIGH_RESOLUTION_SECONDS for period in periods)
    count = len(metrics) or 1
    if attributes.text("threshold_metric_id") is not None:
        count = _ANOMALY_METRICS
    resolution = "high" if high else "standard"
    yield monthly(
        subject, f"Alarm ({resolution} resolution)", "metrics", ("cloudwatch", f"alarm {resolution} resolution"), count
    )


def _dashboard(subject: Subject) -> Iterator[Component]:
    yield monthly(subject, "Dashboard", "months", ("cloudwatch", "dashboard"))


_TRAIL = (
    Use(
        "Further copies of management events",
        "100k events",
        ("cloudtrail", "management events"),
        "monthly_additional_management_events",
        100_000,
    ),
    Use("Data events", "100k events", ("cloudtrail", "data events"), "monthly_data_events", 100_000),
    Use("Insight events", "100k events", ("cloudtrail", "insight events"), "monthly_insight_events", 100_000),
)
_RULE = Use("Rule evaluations", "evaluations", ("config", "rule evaluations"), "monthly_rule_evaluations", tiered=True)
_RECORDER = (
    Use("Configuration items", "records", ("config", "configuration items"), "monthly_config_items"),
    Use(
        "Custom configuration items", "records", ("config", "custom configuration items"), "monthly_custom_config_items"
    ),
)

_KEY_REQUESTS = (
    Use("Requests", "10k requests", ("kms", "requests"), "monthly_requests", 10_000),
    Use(
        "ECC data key pairs",
        "10k requests",
        ("kms", "ecc data key pair requests"),
        "monthly_ecc_data_key_pair_requests",
        10_000,
    ),
    Use(
        "RSA data key pairs",
        "10k requests",
        ("kms", "rsa data key pair requests"),
        "monthly_rsa_data_key_pair_requests",
        10_000,
    ),
)


def _key(subject: Subject) -> Iterator[Component]:
    """A key by the month; requests at the price of its kind."""
    yield monthly(subject, "Key", "months", ("kms", "key"))
    spec = text_of(subject, "customer_master_key_spec")
    spec = text_of(subject, "key_spec", "SYMMETRIC_DEFAULT") if spec is None else spec
    requests = _KEY_REQUESTS[0]
    if spec == "SYMMETRIC_DEFAULT":
        yield from each(subject, _KEY_REQUESTS)
    else:
        item = "rsa 2048 requests" if spec == "RSA_2048" else "asymmetric requests"
        yield used(subject, requests.name, requests.unit, ("kms", item), requests.key, per_unit=requests.per_unit)


def _external_key(subject: Subject) -> Iterator[Component]:
    yield monthly(subject, "Key", "months", ("kms", "key"))


_SECRET = Use("Requests", "10k requests", ("secrets manager", "requests"), "monthly_requests", 10_000)


def _secret(subject: Subject) -> Iterator[Component]:
    """A secret by the month, and each replica of it like one of its own."""
    replicas = subject.resource.attributes.blocks("replica")
    count = 1 + (len(replicas) if isinstance(replicas, tuple) else 0)
    yield monthly(subject, "Secret", "months", ("secrets manager", "secret"), count)
    yield from each(subject, (_SECRET,))


def _certificate(subject: Subject) -> Iterator[Component]:
    """A public certificate is free; one of a private authority is not."""
    resource = subject.resource
    if isinstance(text_of(subject, "certificate_authority_arn"), str) or subject.neighbours.points(
        resource, "certificate_authority_arn"
    ):
        yield monthly(subject, "Private certificate", "certificates", ("acm", "certificate"))


_ISSUED = Use("Certificates", "requests", ("acm private ca", "certificates"), "monthly_requests", tiered=True)


def _authority(subject: Subject) -> Iterator[Component]:
    if text_of(subject, "usage_mode") == "SHORT_LIVED_CERTIFICATE":
        yield monthly(subject, "Authority (short-lived)", "months", ("acm private ca", "authority short-lived"))
        yield used(
            subject, "Certificates", "requests", ("acm private ca", "certificates short-lived"), "monthly_requests"
        )
    else:
        yield monthly(subject, "Authority", "months", ("acm private ca", "authority"))
        yield from each(subject, (_ISSUED,))


def _hsm(subject: Subject) -> Iterator[Component]:
    hours = stated(subject.usage, "monthly_hrs")
    share = hours / HOURS_PER_MONTH if hours is not None else Decimal(1)
    yield always(subject, "HSM", ("cloudhsm", "hsm"), share)


_CONTROLLERS = 2
"""Domain controllers of a managed Microsoft directory; the others are sold as a whole (AWS Directory Service pricing)."""
_DIRECTORY_KEYS = {
    "additional_domain_controllers": "domain controllers above the two that a directory has",
    "shared_accounts": "accounts that a Microsoft directory is shared with",
}


def _directory(subject: Subject) -> Iterator[Component]:
    kind = text_of(subject, "type", "SimpleAD")
    microsoft = kind == "MicrosoftAD"
    size = text_of(subject, "edition", "Enterprise") if microsoft else text_of(subject, "size", "Large")
    for value, what in ((kind, "type"), (size, "size")):
        if (missing := unknown_of(value, what, "Directory", "hours")) is not None:
            yield missing
            return
    title = {"MicrosoftAD": "microsoft ad", "SimpleAD": "simple ad", "ADConnector": "ad connector"}.get(
        str(kind), str(kind)
    )
    rate = ("directory service", f"{title} {str(size).lower()} controller")
    yield _every_hour(
        subject, f"Directory ({title}, {size})", "controller-hours", rate, _CONTROLLERS if microsoft else 1
    )
    more = stated(subject.usage, "additional_domain_controllers")
    if more:
        yield _every_hour(subject, "Additional domain controllers", "controller-hours", rate, more)
    shared = stated(subject.usage, "shared_accounts")
    if microsoft and shared:
        rate = ("directory service", "microsoft ad sharing")
        yield _every_hour(subject, "Sharing", "account-hours", rate, shared)


def _every_hour(subject: Subject, name: str, unit: str, rate: tuple[str, str], count: Decimal | int) -> Component:
    """So many of a thing, every hour of the month, counted in a unit of their own."""
    return replace(always(subject, name, rate, count), unit=unit)


_PARAMETER_KEYS = {
    "api_throughput_limit": "standard, advanced or higher",
    "monthly_api_interactions": "API interactions a month",
    "parameter_storage_hrs": "hours a month that the parameter is stored",
}


def _parameter(subject: Subject) -> Iterator[Component]:
    """Advanced parameters are stored for money; interactions cost at a raised throughput or for advanced ones."""
    advanced = text_of(subject, "tier", "Standard") == "Advanced"
    limit = word(subject.usage, "api_throughput_limit", ("standard", "advanced", "higher")) or "standard"
    if advanced:
        hours = stated(subject.usage, "parameter_storage_hrs")
        share = hours / HOURS_PER_MONTH if hours is not None else Decimal(1)
        yield always(subject, "Parameter (advanced)", ("systems manager", "parameter advanced"), share)
    if advanced or limit != "standard":
        rate = ("systems manager", "parameter requests advanced")
        yield used(subject, "API interactions", "10k requests", rate, "monthly_api_interactions", per_unit=10_000)


_ACTIVATION_KEYS = {"instance_tier": "standard or advanced", "instances": "machines that are managed"}


def _activation(subject: Subject) -> Iterator[Component]:
    if word(subject.usage, "instance_tier", ("standard", "advanced")) == "advanced":
        count = stated(subject.usage, "instances")
        limit = number_of(subject, "registration_limit", Decimal(1))
        machines = count if count is not None else (limit if isinstance(limit, Decimal) else Decimal(1))
        yield always(subject, "Managed machines (advanced)", ("systems manager", "advanced managed instance"), machines)


_STACK = (
    Use("Handler operations", "operations", ("cloudformation", "handler operations"), "monthly_handler_operations"),
    Use("Duration above 30 s", "seconds", ("cloudformation", "duration above 30 s"), "monthly_duration_secs"),
)
_LICENCES = (
    Use("Editors", "users", ("grafana", "editor"), "editors_administrator_licenses"),
    Use("Viewers", "users", ("grafana", "viewer"), "viewer_licenses"),
)


def _workspace(subject: Subject) -> Iterator[Component]:
    """A workspace has one editor at least."""
    editors = stated(subject.usage, "editors_administrator_licenses")
    yield monthly(subject, "Editors", "users", ("grafana", "editor"), editors if editors is not None else Decimal(1))
    yield from each(subject, _LICENCES[1:])


OPERATIONS = ByType(
    {
        "aws_cloudwatch_log_group": by_use(*_LOGS),
        "aws_cloudwatch_metric_alarm": Service(_alarm, {}),
        "aws_cloudwatch_dashboard": Service(_dashboard, {}),
        "aws_flow_log": by_use(Use("Flow logs", "GB", ("cloudwatch", "vended logs"), "monthly_data_ingested_gb")),
        "aws_cloudtrail": by_use(*_TRAIL),
        "aws_config_config_rule": by_use(_RULE),
        "aws_config_organization_custom_rule": by_use(_RULE),
        "aws_config_organization_managed_rule": by_use(_RULE),
        "aws_config_configuration_recorder": by_use(*_RECORDER),
        "aws_kms_key": Service(_key, keys_of(*_KEY_REQUESTS)),
        "aws_kms_replica_key": Service(_key, keys_of(*_KEY_REQUESTS)),
        "aws_kms_external_key": Service(_external_key, {}),
        "aws_secretsmanager_secret": Service(_secret, keys_of(_SECRET)),
        "aws_acm_certificate": Service(_certificate, {}),
        "aws_acmpca_certificate_authority": Service(_authority, keys_of(_ISSUED)),
        "aws_cloudhsm_v2_hsm": Service(_hsm, {"monthly_hrs": "hours a month that it runs"}),
        "aws_directory_service_directory": Service(_directory, _DIRECTORY_KEYS),
        "aws_ssm_parameter": Service(_parameter, _PARAMETER_KEYS),
        "aws_ssm_activation": Service(_activation, _ACTIVATION_KEYS),
        "aws_cloudformation_stack": by_use(*_STACK),
        "aws_cloudformation_stack_set": by_use(*_STACK),
        "aws_grafana_workspace": Service(_workspace, keys_of(*_LICENCES)),
    }
)
