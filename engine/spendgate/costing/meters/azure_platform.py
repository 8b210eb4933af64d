"""Azure platforms by what they are made of: certificates, environments, IoT, streaming, functions, storage."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import MILLION, TEN_THOUSAND, THOUSAND, times, without_sku
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    by_use,
    each,
    keys_of,
    monthly,
    number_of,
    text_of,
    unknown_of,
)
from spendgate.costing.usage import stated
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_YEARS = Decimal(12)


def _certificate_order(subject: Subject) -> Iterator[Component]:
    """A certificate by the year; a month bears a twelfth."""
    kind = text_of(subject, "product_type", "Standard")
    if (missing := unknown_of(kind, "its product", "Certificate", "years")) is not None:
        yield missing
        return
    rate = ("app service certificate order", f"ssl certificate ({str(kind).lower()})")
    yield amount(subject, f"Certificate ({kind})", "years", rate, 1 / _YEARS)


def _certificate_binding(subject: Subject) -> Iterator[Component]:
    """A binding to an IP address costs; by the name of the server (SNI) it is free."""
    state = subject.resource.attributes.text("ssl_state")
    if (missing := unknown_of(state, "how it is bound", "IP certificate", "months")) is not None:
        yield missing
    elif state == "IpBasedEnabled":
        yield monthly(subject, "IP certificate", "months", ("app service certificate binding", "ip ssl certificate"))


def _hostname_binding(subject: Subject) -> Iterator[Component]:
    """A host name costs where its certificate is bound to an IP address; without a certificate it is free."""
    state = subject.resource.attributes.text("ssl_state")
    if isinstance(state, Unknown) and subject.neighbours.points(subject.resource, "ssl_state"):
        yield unpriced("IP certificate", "months", f"how it is bound is {state.reason}")
    elif state == "IpBasedEnabled":
        rate = ("app service custom hostname binding", "ip ssl certificate")
        yield monthly(subject, "IP certificate", "months", rate)


_FEDERATED = tuple(
    Use(
        f"Active users ({tier.upper()})",
        "users",
        ("active directory b2c", f"active users ({tier})"),
        f"monthly_active_{tier}_users",
        free=50_000,
    )
    for tier in ("p1", "p2")
)
_CHECKS = Use(
    "Network diagnostic checks",
    "checks",
    ("network watcher", "network diagnostic tool (over 1,000 checks)"),
    "monthly_diagnostic_checks",
    free=1000,
)


def _federated(subject: Subject) -> Iterator[Component]:
    """A credential costs nothing; usage files state the users of its directory at it."""
    yield from each(subject, (use for use in _FEDERATED if stated(subject.usage, use.key) is not None))


def _environment(subject: Subject) -> Iterator[Component]:
    """The first and second kind by a stamp fee; the third kind by its plans, hosts of its own apart."""
    if subject.resource.type.endswith("_v3"):
        hosts = subject.resource.attributes.number("dedicated_host_count")
        if isinstance(hosts, Unknown) or hosts:
            rate = ("app service environment", "dedicated host")
            yield amount(subject, "Dedicated hosts", "hours", rate, times(hosts, HOURS_PER_MONTH))
        return
    yield always(subject, "Stamp fee", ("app service environment", "stamp fee"))


def _integration_environment(subject: Subject) -> Iterator[Component]:
    """Logic Apps' isolated environment: `Developer_0`, `Premium_3` are its kind and the scale units beside the base."""
    sku = text_of(subject, "sku_name", "Developer_0")
    if isinstance(sku, Unknown):
        yield without_sku("Base unit", "hours", sku)
        return
    kind, _, units = str(sku).partition("_")
    service = "integration service environment"
    yield always(subject, f"Base unit ({kind})", (service, f"{kind.lower()} base unit"))
    if units.isdecimal() and int(units):
        yield always(subject, "Scale units", (service, f"{kind.lower()} scale unit"), int(units))


_ACTIONS = (
    Use("Built-in actions", "actions", ("logic apps", "built-in action"), "monthly_builtin_actions", free=4000),
    Use("Standard connector calls", "calls", ("logic apps", "standard connector"), "monthly_standard_connector_calls"),
    Use("Enterprise connector calls", "calls", ("logic apps", "enterprise connector"), "monthly_enterprise_connector_calls"),
)  # fmt: skip
_STREAM_UNITS = 3
"""Streaming units of a job that states none (documentation of the provider `azurerm`)."""


def _stream_job(subject: Subject) -> Iterator[Component]:
    """Streaming units by the hour while the job runs."""
    units = number_of(subject, "streaming_units", Decimal(_STREAM_UNITS))
    if subject.resource.attributes.text("type") == "Edge":
        yield monthly(subject, "Edge job", "devices", ("stream analytics", "edge device"))
        return
    sku = text_of(subject, "sku_name", "Standard")
    rate = ("stream analytics", f"{str(sku).lower()} streaming unit")
    yield amount(subject, "Streaming units", "SU-hours", rate, times(units, HOURS_PER_MONTH))


_IOT_OPERATIONS = Use(
    "Device provisioning", "1k operations", ("iot hub dps", "s1 operations"), "monthly_operations", THOUSAND
)
_SEND = (
    Use("Mail", "emails", ("communication services", "email"), "monthly_emails"),
    Use("Text messages", "messages", ("communication services", "sms"), "monthly_sms"),
)
_GRID = ("event grid", "operations")
_MAPS = Use("Transactions", "1k transactions", ("maps", "transactions"), "monthly_transactions", THOUSAND)
_FHIR = (
    Use("Requests", "10k requests", ("health data services", "requests"), "monthly_requests", TEN_THOUSAND),
    Use("Storage", "GB-month", ("health data services", "storage"), "storage_gb"),
)
_TWINS = (
    Use("Operations", "1M operations", ("digital twins", "operations"), "monthly_operations", MILLION),
    Use("Query units", "1M query units", ("digital twins", "query units"), "monthly_query_units", MILLION),
)
_FLEX = (
    Use("Executions", "1M executions", ("functions flex", "executions"), "monthly_executions", MILLION),
    Use("Execution", "GB-seconds", ("functions flex", "on demand execution"), "monthly_gb_seconds"),
)
BOT_MESSAGES = Use(
    "Messages on premium channels",
    "1k messages",
    ("bot service", "premium messages"),
    "monthly_premium_messages",
    THOUSAND,
)
"""What a bot sends, however it was made."""
_SYNC = Use("Synchronised servers", "servers", ("storage sync", "server"), "registered_servers", free=1)


def _flex(subject: Subject) -> Iterator[Component]:
    """Instances that are always ready by their memory; the rest by use."""
    ready = subject.resource.attributes.blocks("always_ready")
    memory = number_of(subject, "instance_memory_in_mb", Decimal(2048))
    if isinstance(ready, Unknown):
        yield unpriced("Always ready", "GB-hours", f"its instances that are always ready: {ready.reason}")
    else:
        count = sum((n for block in ready if isinstance(n := block.number("instance_count"), Decimal)), Decimal(0))
        if count:
            rate, hours = ("functions flex", "always ready baseline"), times(memory, count * HOURS_PER_MONTH / 1024)
            yield amount(subject, "Always ready", "GB-hours", rate, hours)
    yield from each(subject, _FLEX)


def _san(subject: Subject) -> Iterator[Component]:
    """Base units give capacity and speed, further capacity costs less; both by the TiB."""
    for path, name, item in (("base_size_in_tib", "Base capacity", "base"), ("extended_size_in_tib", "Further capacity", "capacity")):  # fmt: skip
        size = number_of(subject, path)
        if size is None and item == "capacity":
            continue
        redundancy = text_of(subject, "sku.0.name", "Premium_LRS")
        rate = ("elastic san", f"{str(redundancy).lower()} {item} tib")
        yield amount(subject, name, "TiB-month", rate, size)


def _cache(subject: Subject) -> Iterator[Component]:
    size, sku = number_of(subject, "cache_size_in_gb"), text_of(subject, "sku_name")
    if (missing := unknown_of(sku, "its SKU", "Cache", "hours")) is not None:
        yield missing
        return
    yield always(subject, f"Cache ({sku})", ("hpc cache", f"{str(sku).lower()} {size}"))


PLATFORM = ByType(
    {
        "azurerm_app_service_certificate_order": Service(_certificate_order, {}),
        "azurerm_app_service_certificate_binding": Service(_certificate_binding, {}),
        "azurerm_federated_identity_credential": Service(_federated, keys_of(*_FEDERATED)),
        "azurerm_network_watcher": by_use(_CHECKS),
        "azurerm_app_service_custom_hostname_binding": Service(_hostname_binding, {}),
        "azurerm_app_service_environment": Service(
            _environment, {"operating_system": "not read: the stamp costs the same"}
        ),
        "azurerm_app_service_environment_v3": Service(_environment, {}),
        "azurerm_integration_service_environment": Service(_integration_environment, {}),
        "azurerm_logic_app_workflow": by_use(*_ACTIONS),
        "azurerm_iothub_dps": by_use(_IOT_OPERATIONS),
        "azurerm_eventgrid_domain": by_use(Use("Operations", "100k operations", _GRID, "monthly_operations", 100_000)),
        "azurerm_relay_namespace": by_use(
            Use(
                "Hybrid connection listeners", "listeners", ("relay", "hybrid listener"), "hybrid_connection_listeners"
            ),
            Use("Messages", "10k messages", ("relay", "messages"), "monthly_messages", TEN_THOUSAND),
        ),
        "azurerm_stream_analytics_job": Service(_stream_job, {}),
        "azurerm_communication_service": by_use(*_SEND),
        "azurerm_email_communication_service": by_use(_SEND[0]),
        "azurerm_maps_account": by_use(_MAPS),
        "azurerm_healthcare_service": by_use(*_FHIR),
        "azurerm_healthcare_fhir_service": by_use(*_FHIR),
        "azurerm_healthcare_dicom_service": by_use(*_FHIR),
        "azurerm_digital_twins_instance": by_use(*_TWINS),
        "azurerm_function_app_flex_consumption": Service(_flex, keys_of(*_FLEX)),
        "azurerm_storage_sync": by_use(_SYNC),
        "azurerm_stack_hci_cluster": by_use(Use("Physical cores", "cores", ("azure local", "core"), "physical_cores")),
        "azurerm_synapse_integration_runtime_azure": by_use(
            Use(
                "Data flows",
                "vCore-hours",
                ("synapse workspace", "data flow (standard)"),
                "monthly_data_flow_vcore_hrs",
            )
        ),
        "azurerm_elastic_san": Service(_san, {}),
        "azurerm_hpc_cache": Service(_cache, {}),
        "azurerm_bot_service_azure_bot": by_use(BOT_MESSAGES),
        "azurerm_bot_channels_registration": by_use(BOT_MESSAGES),
        "azurerm_managed_devops_pool": by_use(
            Use("Agents", "agents", ("devops", "parallel job"), "agents"),
        ),
        "azurerm_chaos_studio_experiment": by_use(
            Use("Fault actions", "minutes", ("chaos studio", "action minute"), "monthly_action_mins")
        ),
        "azurerm_video_indexer_account": by_use(
            Use("Indexed video", "minutes", ("video indexer", "minutes"), "monthly_indexed_mins")
        ),
        "azurerm_data_share_account": by_use(
            Use("Snapshots", "executions", ("data share", "snapshot execution"), "monthly_snapshots")
        ),
        "azurerm_iothub_device_update_instance": by_use(
            Use("Devices", "devices", ("device update", "device"), "devices")
        ),
    }
)
