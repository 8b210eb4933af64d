"""Event hubs, service buses, event grids; logs, metrics and alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import (
    DAYS_PER_MONTH,
    MILLION,
    Metered,
    declared,
    hours_of,
    metered,
    own_sku,
    sku,
    without_sku,
)
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_DEDICATED_GB = Decimal(10_000)
"""Retention that comes with each capacity unit of a dedicated cluster (Event Hubs pricing)."""
_UNITS: Mapping[str, str] = {
    "Basic": "throughput units",
    "Standard": "throughput units",
    "Premium": "processing units",
    "Dedicated": "capacity units",
}


def _event_hub(subject: Subject) -> Iterator[Component]:
    attributes, service = subject.resource.attributes, "eventhub namespace"
    kind = sku(attributes, "sku", default="Standard")
    if attributes.text("dedicated_cluster_id") is not None:
        kind = "Dedicated"
    if isinstance(kind, Unknown):
        yield without_sku("Capacity", "throughput units", kind)
        return
    if kind in ("Basic", "Standard"):
        item, key = f"ingress event ({kind})", "monthly_ingress_events"
        yield used(subject, f"Ingress event ({kind})", "1M events", (service, item), key, per_unit=MILLION)
    units = _namespace_units(subject)
    unit = _UNITS.get(kind, "units")
    part = amount(subject, f"Capacity ({kind})", unit, (service, f"capacity ({kind})"), units, default=Decimal(1))
    yield _inflated(subject, part)
    if kind == "Standard" and subject.usage.get("capture_enabled") is True:
        yield amount(subject, "Capture", "units", (service, "capture"), units, default=Decimal(1))
    if kind == "Dedicated":
        yield from _retention(subject, units)


def _inflated(subject: Subject, part: Component) -> Component:
    """Throughput units that grow with the traffic cost up to their maximum."""
    attributes = subject.resource.attributes
    most = attributes.number("maximum_throughput_units")
    grows = True in (attributes.flag("auto_inflate_enabled"), attributes.flag("auto_inflate"))
    if part.quantity is None or part.basis is Basis.USAGE or not grows or not isinstance(most, Decimal):
        return part
    high = max(part.quantity.high, most)
    return replace(part, quantity=replace(part.quantity, high=high), note="grows with the traffic up to its maximum")


def _namespace_units(subject: Subject) -> Number:
    used_units = stated(subject.usage, "throughput_or_capacity_units")
    return used_units if used_units is not None else declared(subject, "capacity")


def _retention(subject: Subject, units: Number) -> Iterator[Component]:
    held, key = stated(subject.usage, "retention_storage_gb"), "retention_storage_gb"
    rate = ("eventhub namespace", "extended retention")
    if held is None:
        yield used(subject, "Extended retention", "GB", rate, key)
        return
    included = _DEDICATED_GB * (units if isinstance(units, Decimal) else 1)
    if held > included:
        yield amount(subject, "Extended retention", "GB", rate, held - included)


def _service_bus(subject: Subject) -> Iterator[Component]:
    attributes, service = subject.resource.attributes, "servicebus namespace"
    kind = sku(attributes, "sku")
    if isinstance(kind, Unknown):
        yield without_sku("Messaging operations", "1M operations", kind)
        return
    if kind == "Premium":
        units = declared(subject, "capacity")
        yield amount(subject, "Messaging units", "units", (service, "messaging units"), units, default=Decimal(1))
        return
    if kind == "Standard":
        yield hours_of(subject, "Base charge", (service, "base charge"), 1)
    item, key, tiered = f"messaging operations ({kind})", "monthly_messaging_operations", kind == "Standard"
    yield used(subject, "Messaging operations", "1M operations", (service, item), key, per_unit=MILLION, tiered=tiered)
    if kind == "Standard":
        rate, key = (service, "brokered connections"), "monthly_brokered_connections"
        yield used(subject, "Brokered connections", "connections", rate, key, tiered=True)


def _event_grid(subject: Subject) -> Iterator[Component]:
    rate, per = ("event grid", "operations"), Decimal(100_000)
    yield used(subject, "Operations", "100k operations", rate, "monthly_operations", per_unit=per)


_LOGS = (
    Metered("Log data export", "GB", "log data export", "monthly_log_data_export_gb"),
    Metered("Basic log data ingestion", "GB", "basic log data ingestion", "monthly_basic_log_data_ingestion_gb"),
    Metered("Basic log search queries", "GB searched", "basic log search queries", "monthly_basic_log_search_gb"),
    Metered("Archive data", "GB-month", "archive data", "monthly_archive_data_gb"),
    Metered("Archive data restored", "GB", "archive data restored", "monthly_archive_data_restored_gb"),
    Metered("Archive data searched", "GB", "archive data searched", "monthly_archive_data_searched_gb"),
)
_FREE_LOG_DAYS = 31
"""Days of retention that Log Analytics includes."""
_STEP_GB = Decimal(100)
_LEAST_OF_STEPS = Decimal("0.8")
"""What a gigabyte of the largest commitment costs of one of the smallest (Azure Monitor pricing, rounded down)."""


def _log_analytics(subject: Subject) -> Iterator[Component]:
    attributes, service = subject.resource.attributes, "log analytics workspace"
    kind = own_sku(subject, "sku", default="PerGB2018")
    if isinstance(kind, Unknown):
        yield without_sku("Log data ingestion", "GB", kind)
        return
    if kind == "Free":
        return
    sentinel = "monthly_sentinel_data_ingestion_gb"
    if kind == "CapacityReservation":
        daily = attributes.number("reservation_capacity_in_gb_per_day")
        steps = daily / _STEP_GB * DAYS_PER_MONTH if isinstance(daily, Decimal) else daily
        rate = (service, "log data ingestion (100 gb a day)")
        part = amount(subject, "Log data ingestion", "100 GB (per day)", rate, steps)
        if part.quantity is not None and isinstance(daily, Decimal) and daily > _STEP_GB:
            whole = part.quantity.expected
            least = Quantity(whole * _LEAST_OF_STEPS, whole, whole)
            note = "at the price of the smallest commitment: larger ones cost up to a fifth less"
            part = replace(part, quantity=least, basis=Basis.ASSUMED, note=note)
        yield part
    elif kind == "PerGB2018":
        rate = (service, "log data ingestion")
        yield used(subject, "Log data ingestion", "GB", rate, "monthly_log_data_ingestion_gb")
    else:
        yield unpriced("Log data ingestion", "GB", f"no price of the SKU {kind} is known")
    if stated(subject.usage, sentinel) is not None:
        yield used(subject, "Sentinel data ingestion", "GB", (service, "sentinel data ingestion"), sentinel)
    days = attributes.number("retention_in_days")
    if isinstance(days, Decimal) and days > _FREE_LOG_DAYS:
        rate, key = (service, "log data retention"), "monthly_additional_log_data_retention_gb"
        yield used(subject, "Log data retention", "GB", rate, key)
    yield from metered(subject, service, _LOGS)


_FREE_INSIGHTS_DAYS = 90


def _insights(subject: Subject) -> Iterator[Component]:
    """Application Insights without a workspace of its own; with one its data is billed there."""
    attributes, service = subject.resource.attributes, "application insights"
    rate = (service, "data ingested")
    yield used(subject, "Data ingested", "GB", rate, "monthly_data_ingested_gb")
    days = attributes.number("retention_in_days")
    if isinstance(days, Decimal) and days > _FREE_INSIGHTS_DAYS:
        rate = (service, "data retention")
        yield used(subject, f"Data retention ({days} days)", "GB", rate, "monthly_data_ingested_gb")


def _web_test(subject: Subject) -> Iterator[Component]:
    attributes, service = subject.resource.attributes, "application insights"
    if subject.resource.type == "azurerm_application_insights_web_test":
        kind = sku(attributes, "kind")
        if isinstance(kind, Unknown):
            yield without_sku("Multi-step web test", "test", kind)
        elif kind == "multistep" and attributes.flag("enabled") is not False:
            yield amount(subject, "Multi-step web test", "test", (service, "multi-step web test"), Decimal(1))
        return
    frequency = attributes.number("frequency")
    every = Decimal(300) if frequency is None else frequency
    if isinstance(every, Unknown):
        yield unpriced("Standard web test", "tests", f"its frequency is {every.reason}")
        return
    places = attributes.texts("geo_locations")
    count = len(places) if isinstance(places, tuple) and places else 1
    title = f"Standard web test ({every} second frequency)"
    runs = HOURS_PER_MONTH * 3600 / every * count
    yield amount(subject, title, "tests", (service, "standard web test"), runs)


def _diagnostics(subject: Subject) -> Iterator[Component]:
    rate = ("monitor diagnostic setting", "platform logs processed")
    yield used(subject, "Platform logs processed", "GB", rate, "monthly_platform_log_gb")


def _collection(subject: Subject) -> Iterator[Component]:
    rate, key = ("monitor data collection rule", "metrics ingestion"), "monthly_custom_metrics_samples"
    yield used(subject, "Metrics ingestion", "10M samples", rate, key, per_unit=10 * MILLION)


def _automation(subject: Subject) -> Iterator[Component]:
    parts = (
        Metered("Job run time", "minutes", "job run time", "monthly_job_run_mins"),
        Metered("Non-azure config nodes", "nodes", "non-azure config nodes", "non_azure_config_node_count"),
        Metered("Watcher", "hours", "watcher", "monthly_watcher_hrs"),
    )
    yield from metered(subject, "automation account", parts)


def _flow_log(subject: Subject) -> Iterator[Component]:
    attributes, service = subject.resource.attributes, "network watcher flow log"
    rate = (service, "network logs collected (over 5gb)")
    yield used(subject, "Network logs collected (over 5GB)", "GB", rate, "monthly_logs_collected_gb")
    if attributes.flag("traffic_analytics.0.enabled") is True:
        minutes = attributes.number("traffic_analytics.0.interval_in_minutes")
        title = f"Traffic Analytics data processed ({minutes if isinstance(minutes, Decimal) else 60} min interval)"
        yield used(subject, title, "GB", (service, title), "monthly_logs_collected_gb")


_FREE_PUSHES = 10_000_000
"""Pushes a month that the paid tiers include (Notification Hubs pricing)."""


def _notifications(subject: Subject) -> Iterator[Component]:
    kind, service = sku(subject.resource.attributes, "sku_name", default="Free"), "notification hub namespace"
    if isinstance(kind, Unknown):
        yield without_sku("Namespace usage", "months", kind)
    elif kind != "Free":
        title = f"Namespace usage ({kind})"
        yield amount(subject, title, "months", (service, title), Decimal(1))
        rate, key = (service, f"pushes ({kind})"), "monthly_pushes"
        yield used(subject, "Pushes", "1M pushes", rate, key, per_unit=MILLION, tiered=True, free=_FREE_PUSHES)


_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "azurerm_eventhub_namespace": _event_hub,
    "azurerm_servicebus_namespace": _service_bus,
    "azurerm_eventgrid_topic": _event_grid,
    "azurerm_eventgrid_system_topic": _event_grid,
    "azurerm_log_analytics_workspace": _log_analytics,
    "azurerm_application_insights": _insights,
    "azurerm_application_insights_web_test": _web_test,
    "azurerm_application_insights_standard_web_test": _web_test,
    "azurerm_monitor_diagnostic_setting": _diagnostics,
    "azurerm_monitor_data_collection_rule": _collection,
    "azurerm_automation_account": _automation,
    "azurerm_network_watcher_flow_log": _flow_log,
    "azurerm_notification_hub_namespace": _notifications,
}


class Streams(KeysByType):
    """Units by the month, events, messages and gigabytes by use."""

    types = tuple(_PARTS)
    usage_keys = {
        "monthly_ingress_events": "events that come in a month",
        "throughput_or_capacity_units": "throughput or capacity units that run",
        "retention_storage_gb": "gigabytes retained",
        "capture_enabled": "whether events are captured",
        "monthly_messaging_operations": "operations a month",
        "monthly_brokered_connections": "connections a month",
        "monthly_operations": "operations a month",
        "monthly_log_data_ingestion_gb": "gigabytes of logs that come in a month",
        "monthly_additional_log_data_retention_gb": "gigabytes of logs kept longer than is included",
        "monthly_sentinel_data_ingestion_gb": "gigabytes that Sentinel takes in a month",
        **{part.key: f"{part.name.lower()}, gigabytes a month" for part in _LOGS},
        "monthly_data_ingested_gb": "gigabytes that come in a month",
        "monthly_platform_log_gb": "gigabytes of platform logs a month",
        "monthly_custom_metrics_samples": "samples of custom metrics a month",
        "monthly_job_run_mins": "minutes of jobs a month",
        "non_azure_config_node_count": "nodes outside Azure",
        "monthly_watcher_hrs": "hours of watchers a month",
        "monthly_logs_collected_gb": "gigabytes of flow logs a month",
        "monthly_pushes": "pushes a month",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        yield from _PARTS[subject.resource.type](subject)


STREAMS = Streams()
