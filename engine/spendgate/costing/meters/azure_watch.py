"""Watching and guarding on Azure: alerts and notifications, Defender, Grafana, directories, automation nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters import azure_notices
from spendgate.costing.meters.azure_parts import MILLION, TEN_THOUSAND, own_sku, without_sku
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
    use_of,
)
from spendgate.costing.usage import UsageValueError, stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_GROUP = azure_notices.SERVICE
_NOTICES = (
    Use("Email notifications", "emails", (_GROUP, "email notifications (2)"), "monthly_emails"),
    Use("ITSM connector events", "events", (_GROUP, "itsm connectors (1)"), "monthly_itsm_events"),
    Use("Push notifications", "notifications", (_GROUP, "push notifications (1)"), "monthly_push_notifications"),
    Use("Secure web hooks", "notifications", (_GROUP, "secure web hooks (1)"), "monthly_secure_web_hooks"),
    Use("Web hooks", "notifications", (_GROUP, "web hooks (2)"), "monthly_web_hooks"),
)  # fmt: skip
"""NOTE: what is free is so once for a whole subscription, and one group cannot tell what the others sent: nothing is taken off."""
_BLOCKS = {
    "monthly_emails": ("email_receiver",),
    "monthly_itsm_events": ("itsm_receiver",),
    "monthly_push_notifications": ("azure_app_push_receiver",),
    "monthly_secure_web_hooks": ("webhook_receiver",),
    "monthly_web_hooks": ("webhook_receiver",),
}
_CALLS = (
    ("monthly_sms_messages", "SMS messages", "messages", "sms messages"),
    ("monthly_voice_calls", "Voice calls", "calls", "voice calls"),
)
_COUNTRY = re.compile(r"country_code_(\d+)")


def _action_group(subject: Subject) -> Iterator[Component]:
    """Notifications of the ways that it has receivers for; messages and calls by the country code that use states."""
    attributes = subject.resource.attributes
    told = stated(subject.usage, azure_notices.KEY)
    if told is not None:
        yield from azure_notices.by_receiver(subject, told)
        return
    for notice in _NOTICES:
        said = stated(subject.usage, notice.key) is not None
        if said or any(attributes.has_block(block) for block in _BLOCKS[notice.key]):
            yield from each(subject, (notice,))
    for key, name, unit, item in _CALLS:
        counts = subject.usage.get(key)
        if isinstance(counts, Mapping):
            yield from _by_country(subject, counts, key, name, unit, item)


def _by_country(
    subject: Subject, counts: Mapping[str, Any], key: str, name: str, unit: str, item: str
) -> Iterator[Component]:
    for country in sorted(counts):
        match = _COUNTRY.fullmatch(country)
        if match is None:
            raise UsageValueError(f"{key}.{country}", counts[country], "a key such as country_code_1, whose value")
        count = stated(counts, country) or Decimal(0)
        rate = (_GROUP, f"{item} / country code {match[1]} (1)")
        yield use_of(subject, f"{name} (country code {match[1]})", unit, rate, count, f"{key}.{country}")


_GROUP_KEYS = {
    azure_notices.KEY: "times a month that the group is told something, each receiver every time",
    **keys_of(*_NOTICES),
    **{f"{key}.*": f"{name.lower()} a month by country code (country_code_1)" for key, name, *_ in _CALLS},
}


def _series(subject: Subject, *blocks: str) -> int | Unknown:
    """Time series that a rule watches: each scope once for every combination of dimension values of each criterion."""
    attributes = subject.resource.attributes
    scopes = attributes.texts("scopes")
    count = 1 if isinstance(scopes, Unknown) or not scopes else len(scopes)
    total = 0
    for block in blocks:
        criteria = attributes.blocks(block)
        if isinstance(criteria, Unknown):
            return criteria
        for criterion in criteria:
            found = _combinations(criterion)
            if isinstance(found, Unknown):
                return found
            total += found
    return count * max(total, 1)


def _combinations(criterion: Attributes) -> int | Unknown:
    dimensions = criterion.blocks("dimension")
    if isinstance(dimensions, Unknown):
        return dimensions
    product = 1
    for dimension in dimensions:
        values = dimension.texts("values")
        if isinstance(values, Unknown):
            return values
        product *= max(len(values), 1)
    return product


def _metric_alert(subject: Subject) -> Iterator[Component]:
    if subject.resource.attributes.flag("enabled") is False:
        return
    has_dynamic = subject.resource.attributes.has_block("dynamic_criteria")
    plain = _series(
        subject, "criteria", "dynamic_criteria", "application_insights_web_test_location_availability_criteria"
    )
    if isinstance(plain, Unknown):
        yield unpriced("Metrics monitoring", "time-series", f"what it watches: {plain.reason}")
        return
    yield monthly(subject, "Metrics monitoring", "time-series", ("monitor metric alert", "metrics monitoring"), plain)
    if has_dynamic:
        dynamic = _series(subject, "dynamic_criteria")
        assert not isinstance(dynamic, Unknown)
        rate = ("monitor metric alert", "dynamic threshold monitoring")
        yield monthly(subject, "Dynamic threshold monitoring", "time-series", rate, dynamic)


_STEPS = (15, 10, 5, 1)
_MINUTES = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")


def _query_alert(subject: Subject) -> Iterator[Component]:
    """A log alert by how often it looks; further time series beside the first."""
    attributes = subject.resource.attributes
    if attributes.flag("enabled") is False:
        return
    minutes = _frequency(subject)
    if isinstance(minutes, Unknown):
        yield unpriced("Log alert", "rules", f"how often it looks: {minutes.reason}")
        return
    step = next((each_step for each_step in _STEPS if minutes >= each_step), 1)
    every = f"({step} minute frequency)"
    yield monthly(subject, f"Log alert {every}", "rules", ("log alert", f"log alerts monitoring {every}"))
    series = _series(subject, "criteria")
    if isinstance(series, Unknown):
        yield unpriced("Additional time series", "time-series", f"what it watches: {series.reason}")
    elif series > 1:
        rate = ("log alert", f"additional time-series monitoring {every}")
        yield monthly(subject, f"Additional time series {every}", "time-series", rate, series - 1)


def _frequency(subject: Subject) -> Decimal | Unknown:
    """Minutes between two looks: a number in the first version of the type, an ISO duration in the second."""
    number = number_of(subject, "frequency")
    if isinstance(number, (Decimal, Unknown)):
        return number
    text = text_of(subject, "evaluation_frequency")
    if isinstance(text, Unknown):
        return text
    match = _MINUTES.fullmatch(text or "")
    if match is None or not any(match.groups()):
        return Unknown("is not stated")
    parts = {name: int(value or 0) for name, value in match.groupdict().items()}
    return Decimal(parts["days"] * 1440 + parts["hours"] * 60 + parts["minutes"])


_TESTS = Use("Connection tests", "tests", ("network connection monitor", "tests"), "tests", tiered=True)


def _connection_monitor(subject: Subject) -> Iterator[Component]:
    """Tests: sources times destinations times configurations of each group that is enabled; the first ten are free."""
    if stated(subject.usage, "tests") is not None:
        yield from each(subject, (_TESTS,))
        return
    groups = subject.resource.attributes.blocks("test_group")
    if isinstance(groups, Unknown):
        yield unpriced("Connection tests", "tests", f"its groups of tests: {groups.reason}")
        return
    count = 0
    for group in groups:
        if group.flag("enabled") is False:
            continue
        lists = [group.texts(key) for key in ("source_endpoints", "destination_endpoints", "test_configuration_names")]
        if any(isinstance(each_list, Unknown) for each_list in lists):
            yield unpriced("Connection tests", "tests", "what its groups test is known only after apply")
            return
        product = 1
        for each_list in lists:
            product *= len(each_list) if not isinstance(each_list, Unknown) else 0
        count += product
    component = amount(subject, "Connection tests", "tests", _TESTS.rate, Decimal(count))
    yield replace(component, tiered=True)


_DEFENDER: Mapping[str, tuple[Use, ...]] = {
    "virtualmachines": (
        Use("Servers, plan 1", "server-hours", ("defender", "servers plan 1"), "monthly_servers_plan_1_nodes"),
        Use("Servers, plan 2", "server-hours", ("defender", "servers plan 2"), "monthly_servers_plan_2_nodes"),
    ),
    "containers": (Use("Containers", "vCore-hours", ("defender", "containers"), "monthly_containers_vcores"),),
    "containerregistry": (Use("Container registries", "images", ("defender", "container registry"), "monthly_container_registry_images"),),
    "kubernetesservice": (Use("Kubernetes", "core-hours", ("defender", "kubernetes"), "monthly_kubernetes_cores"),),
    "sqlservers": (Use("SQL outside Azure", "vCore-hours", ("defender", "sql vcore"), "monthly_sql_outside_azure_vcores"),),
    "sqlservervirtualmachines": (Use("SQL on machines", "instances", ("defender", "sql instance"), "monthly_sql_azure_connected_instances"),),
    "opensourcerelationaldatabases": (
        Use("MySQL", "instances", ("defender", "open source database"), "monthly_mysql_instances"),
        Use("PostgreSQL", "instances", ("defender", "open source database"), "monthly_postgresql_instances"),
        Use("MariaDB", "instances", ("defender", "open source database"), "monthly_mariadb_instances"),
    ),
    "cosmosdbs": (Use("Cosmos DB", "RU/s x 100-hours", ("defender", "cosmos db"), "cosmosdb_request_units", 100),),
    "storageaccounts": (Use("Storage accounts", "accounts", ("defender", "storage account"), "monthly_storage_accounts"),),
    "appservices": (Use("App Service", "node-hours", ("defender", "app service"), "monthly_app_service_nodes"),),
    "keyvaults": (
        Use("Key vaults", "vaults", ("defender", "key vault, by vault"), "monthly_key_vaults"),
        Use("Key vaults (by transaction)", "10k transactions", ("defender", "key vault"), "monthly_key_vault_transactions", TEN_THOUSAND),
    ),
    "arm": (
        Use("Resource Manager", "subscriptions", ("defender", "resource manager, by subscription"), "monthly_arm_subscriptions"),
        Use("Resource Manager (by call)", "1M calls", ("defender", "resource manager"), "monthly_arm_api_calls", MILLION),
    ),
    "dns": (Use("DNS", "1M queries", ("defender", "dns"), "monthly_dns_queries", MILLION),),
}  # fmt: skip
_BY_THE_HOUR = "-hours"


def _defender(subject: Subject) -> Iterator[Component]:
    """Microsoft Defender for one kind of resources in the subscription; how many there are, use states."""
    tier = text_of(subject, "tier")
    if tier == "Free":
        return
    kind = text_of(subject, "resource_type", "VirtualMachines")
    for value, what in ((tier, "its tier"), (kind, "its resource type")):
        if (missing := unknown_of(value, what, "Defender", "months")) is not None:
            yield missing
            return
    parts = _DEFENDER.get(str(kind).lower())
    if parts is None:
        yield unpriced(f"Defender ({kind})", "months", f"how Defender for {kind} is metered is not known")
        return
    for part in _of_subplan(subject, parts):
        count = stated(subject.usage, part.key)
        hours = HOURS_PER_MONTH if part.unit.endswith(_BY_THE_HOUR) else Decimal(1)
        quantity = count / part.per_unit * hours if count is not None else None
        yield use_of(subject, f"Defender: {part.name}", part.unit, part.rate, quantity, part.key)


_OLD_SUBPLANS = ("PerTransaction", "PerApiCall")


def _of_subplan(subject: Subject, parts: tuple[Use, ...]) -> tuple[Use, ...]:
    """The parts that are stated; without any, for what is sold in two ways that of the stated subplan."""
    told = tuple(part for part in parts if stated(subject.usage, part.key) is not None)
    if told or not parts[-1].name.endswith(")"):
        return told or parts
    return parts[-1:] if subject.resource.attributes.text("subplan") in _OLD_SUBPLANS else parts[:1]


def _domain_service(subject: Subject) -> Iterator[Component]:
    sku = own_sku(subject, "sku")
    if subject.resource.type.endswith("replica_set"):
        found = subject.neighbours.targets(
            subject.resource, "domain_service_id", "azurerm_active_directory_domain_service"
        )
        sku = (found[0].attributes.text("sku") or "") if found else Unknown("its domain service is in no input")
    if isinstance(sku, Unknown) or not sku:
        reason = sku if isinstance(sku, Unknown) else Unknown("not stated")
        yield without_sku("Domain service", "hours", reason)
        return
    rate = ("active directory domain service", f"active directory domain service ({sku.lower()})")
    yield always(subject, f"Domain service ({sku})", rate)


_USERS = (
    Use("Active users (P1)", "users", ("active directory b2c", "active users (p1)"), "monthly_active_users_p1", free=50_000),
    Use("Active users (P2)", "users", ("active directory b2c", "active users (p2)"), "monthly_active_users_p2", free=50_000),
)  # fmt: skip
_NODES = Use(
    "Nodes outside Azure", "nodes", ("automation account", "non-azure config nodes"), "non_azure_config_node_count"
)  # fmt: skip
_MINUTES_RUN = Use("Job run time", "minutes", ("automation account", "job run time"), "monthly_job_run_mins")
_WATCHED = Use("Watcher", "hours", ("automation account", "watcher"), "monthly_watcher_hrs")
_GRAFANA = Use("Active users", "users", ("managed grafana", "active user"), "monthly_active_users")
_METRICS = (
    Use("Metric samples", "1M samples", ("monitor workspace", "metric samples"), "monthly_metric_samples", MILLION),
    Use("Query samples", "1M samples", ("monitor workspace", "query samples"), "monthly_query_samples", MILLION),
)


def _grafana(subject: Subject) -> Iterator[Component]:
    """The standard edition: its servers by the hour, zone redundancy, and each user who signs in."""
    sku = own_sku(subject, "sku", default="Standard")
    if isinstance(sku, Unknown):
        yield without_sku("Grafana", "hours", sku)
        return
    if sku != "Essential":
        redundant = subject.resource.attributes.flag("zone_redundancy_enabled") is True
        item = "standard zone redundant" if redundant else "standard"
        yield always(subject, f"Grafana ({item})", ("managed grafana", item))
    yield from each(subject, (_GRAFANA,))


_LOADED = (
    Use("Virtual user hours", "VUH", ("load testing", "virtual user hour"), "monthly_virtual_user_hrs", tiered=True),
)

WATCH = ByType(
    {
        "azurerm_monitor_action_group": Service(_action_group, _GROUP_KEYS),
        "azurerm_monitor_metric_alert": Service(_metric_alert, {}),
        "azurerm_monitor_scheduled_query_rules_alert": Service(_query_alert, {}),
        "azurerm_monitor_scheduled_query_rules_alert_v2": Service(_query_alert, {}),
        "azurerm_network_connection_monitor": Service(_connection_monitor, keys_of(_TESTS)),
        "azurerm_security_center_subscription_pricing": Service(
            _defender, keys_of(*(part for parts in _DEFENDER.values() for part in parts))
        ),
        "azurerm_active_directory_domain_service": Service(_domain_service, {}),
        "azurerm_active_directory_domain_service_replica_set": Service(_domain_service, {}),
        "azurerm_aadb2c_directory": by_use(*_USERS),
        "azurerm_automation_dsc_configuration": by_use(_NODES),
        "azurerm_automation_dsc_nodeconfiguration": by_use(_NODES),
        "azurerm_automation_job_schedule": by_use(_MINUTES_RUN),
        "azurerm_automation_watcher": by_use(_WATCHED),
        "azurerm_monitor_workspace": by_use(*_METRICS),
        "azurerm_dashboard_grafana": Service(_grafana, keys_of(_GRAFANA)),
        "azurerm_load_test": by_use(*_LOADED),
        "azurerm_playwright_workspace": by_use(
            Use("Test minutes", "minutes", ("playwright workspaces", "minutes"), "monthly_test_mins")
        ),
    }
)
