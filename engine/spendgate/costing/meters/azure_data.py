"""Databricks, Synapse, HDInsight, Data Factory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import THOUSAND, Metered, declared, hours_of, metered, sku, why, without_sku
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import amount, missing_region, query, used
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Subject

_DBUS = (
    ("All-purpose compute DBUs", "monthly_all_purpose_compute_dbu_hrs"),
    ("Jobs compute DBUs", "monthly_jobs_compute_dbu_hrs"),
    ("Jobs light compute DBUs", "monthly_jobs_light_compute_dbu_hrs"),
)


def _databricks(subject: Subject) -> Iterator[Component]:
    """A workspace pays DBUs by use; the machines of its clusters are billed beside them and are not seen here."""
    kind = sku(subject.resource.attributes, "sku", default="standard")
    if isinstance(kind, Unknown):
        yield without_sku("DBUs", "DBU-hours", kind)
    elif kind != "trial":
        for name, key in _DBUS:
            yield used(subject, name, "DBU-hours", ("databricks workspace", f"{name} ({kind})"), key)


_SPARK_VCORES: Mapping[str, int] = {"Small": 4, "Medium": 8, "Large": 16, "XLarge": 32, "XXLarge": 64, "XXXLarge": 80}
"""vCores of a node by its size (Azure Synapse, Apache Spark pool configurations)."""


def _spark(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    size = sku(attributes, "node_size")
    vcores = _SPARK_VCORES.get(size) if isinstance(size, str) else None
    if vcores is None:
        reason = size.reason if isinstance(size, Unknown) else f"no node size {size!r} is known"
        yield unpriced("Spark nodes", "vCore-hours", reason)
        return
    least, most = _spark_nodes(subject)
    if not isinstance(least, int):
        reason = least.reason if isinstance(least, Unknown) else "not stated"
        yield unpriced("Spark nodes", "vCore-hours", f"the number of nodes is {reason}")
        return
    name = f"{size} ({least} node{'s' if least != 1 else ''})"
    if (missing := missing_region(subject, name, "vCore-hours")) is not None:
        yield missing
        return
    hours = stated(subject.usage, "monthly_hours")
    each = vcores * (hours if hours is not None else HOURS_PER_MONTH)
    pauses = hours is None and attributes.number("auto_pause.0.delay_in_minutes") is not None
    low = Decimal(0) if pauses else least * each
    high = (most if isinstance(most, int) else least) * each
    family = sku(attributes, "node_size_family", default="MemoryOptimized")
    if isinstance(family, Unknown):
        yield without_sku(name, "vCore-hours", family)
        return
    item = "memory optimized vcore" if family == "MemoryOptimized" else f"{family.lower()} vcore"
    basis = Basis.USAGE if hours is not None else Basis.EXACT
    quantity = Quantity(low, least * each, high)
    yield Component(name, "vCore-hours", query(subject, ("synapse spark pool", item)), quantity, basis=basis)


def _spark_nodes(subject: Subject) -> tuple[Whole, Whole]:
    attributes = subject.resource.attributes
    if declared(subject, "node_count") is not None:
        fixed = attributes.whole("node_count")
        return fixed, fixed
    return attributes.whole("auto_scale.0.min_node_count"), attributes.whole("auto_scale.0.max_node_count")


def _sql_pool(subject: Subject) -> Iterator[Component]:
    name, service = sku(subject.resource.attributes, "sku_name"), "synapse sql pool"
    if isinstance(name, Unknown):
        yield without_sku("DWU blocks", "hours", name)
    else:
        yield hours_of(subject, f"DWU blocks ({name})", (service, f"dwu blocks ({name})"), 1)
    yield used(subject, "Storage", "TB", (service, "storage"), "storage_tb")
    wanted = subject.usage.get("disaster_recovery_enabled", True)
    if wanted is not False and wanted != "false":
        rate = (service, "geo-redundant disaster recovery")
        yield used(subject, "Geo-redundant disaster recovery", "TB", rate, "storage_tb")


_PIPELINE = "monthly_datapipeline_"
_HOSTED, _SELF = "Data pipeline azure hosted", "Data pipeline self hosted"


def _workspace(subject: Subject) -> Iterator[Component]:
    managed = subject.resource.attributes.flag("managed_virtual_network_enabled") is True
    where, azure, own = (" (managed vnet)" if managed else ""), f"{_PIPELINE}azure_hosted_", f"{_PIPELINE}self_hosted_"
    rows = (
        ("Serverless SQL pool size", "TB", "", "serverless_sql_pool_size_tb", Decimal(1)),
        (f"{_HOSTED} activity runs", "1k activity runs", "", f"{azure}activity_runs", THOUSAND),
        (f"{_HOSTED} integration runtime", "hours", where, f"{azure}integration_runtime_hours", Decimal(1)),
        (f"{_HOSTED} external integration runtime", "hours", where, f"{azure}external_integration_runtime_hours", Decimal(1)),
        (f"{_SELF} activity runs", "1k activity runs", "", f"{own}activity_runs", THOUSAND),
        (f"{_SELF} data movement", "hours", "", f"{own}data_movement_hours", Decimal(1)),
        (f"{_SELF} integration runtime", "hours", "", f"{own}integration_runtime_hours", Decimal(1)),
        (f"{_SELF} external integration runtime", "hours", "", f"{own}external_integration_runtime_hours", Decimal(1)),
    )  # fmt: skip
    service = "synapse workspace"
    yield from metered(subject, service, (Metered(n, u, f"{n}{more}", key, per) for n, u, more, key, per in rows))
    units, hours = (stated(subject.usage, f"{azure}data_integration_{part}") for part in ("units", "hours"))
    name = f"{_HOSTED} data integration units"
    yield _product(subject, name, "DIU-hours", f"{azure}data_integration_units", units, hours)
    for kind in ("basic", "standard"):
        keys = (f"dataflow_{kind}_instances", f"dataflow_{kind}_vcores", f"monthly_dataflow_{kind}_hours")
        factors = [stated(subject.usage, key) for key in keys]
        yield _product(subject, f"Data flow ({kind})", "vCore-hours", ", ".join(keys), *factors)


def _product(subject: Subject, name: str, unit: str, keys: str, *factors: Decimal | None) -> Component:
    """A part whose quantity is the product of stated figures, or the part that needs them."""
    rate, total = ("synapse workspace", name), Decimal(1)
    for factor in factors:
        if factor is None:
            return used(subject, name, unit, rate, keys)
        total *= factor
    return missing_region(subject, name, unit) or Component(
        name, unit, query(subject, rate), Quantity.exactly(total), basis=Basis.USAGE
    )


_ROLES: tuple[tuple[str, str, int | None], ...] = (
    ("head_node", "Head node", 2),
    ("worker_node", "Worker node", None),
    ("zookeeper_node", "Zookeeper node", 3),
    ("edge_node", "Edge node", None),
    ("kafka_management_node", "Kafka management node", 2),
)
"""Roles of a cluster and how many nodes a fixed one has (HDInsight, cluster architecture)."""
_SIZE = re.compile(r"(?:standard_)?(.*)", re.IGNORECASE)


def _hdinsight(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    for role, title, fixed in _ROLES:
        block = attributes.block(f"roles.0.{role}")
        if isinstance(block, Unknown):
            yield unpriced(title, "hours", f"its nodes are {block.reason}")
        if not isinstance(block, Attributes):
            continue
        if role == "worker_node" and "hbase" in subject.resource.type:
            title = "Region node"
        size = sku(block, "vm_size")
        count: Whole = fixed if fixed is not None else block.whole("target_instance_count")
        if isinstance(size, Unknown):
            yield without_sku(title, "hours", size)
            continue
        match = _SIZE.fullmatch(size)
        plain = f"Standard_{match[1]}" if match else size
        yield hours_of(subject, f"{title} ({plain})", ("hdinsight", plain), count)
        if role == "worker_node" and "kafka" in subject.resource.type:
            yield from _kafka_disks(subject, block, plain, count)


_PREMIUM_SIZE = re.compile(r"Standard_[A-Za-z]+\d+[a-z]*s|Standard_[DG]S", re.IGNORECASE)
_DISK_OPERATIONS = "monthly_os_disk_operations"


def _kafka_disks(subject: Subject, block: Attributes, size: str, nodes: Whole) -> Iterator[Component]:
    """Disks of a terabyte that each broker of Kafka gets: premium for sizes that take premium disks (HDInsight, Kafka)."""
    name, disks = "Managed disks", block.whole("number_of_disks_per_node")
    if not isinstance(disks, int) or not isinstance(nodes, int):
        reason = next((value.reason for value in (disks, nodes) if isinstance(value, Unknown)), "not stated")
        yield unpriced(name, "months", f"the number of disks is {reason}")
        return
    premium = _PREMIUM_SIZE.match(size) is not None
    class_ = "P30" if premium else "S30"
    yield amount(subject, f"{name} ({class_})", "months", ("hdinsight", f"{class_} disk"), Decimal(disks * nodes))
    if not premium:
        rate, per = ("hdinsight", "disk operations"), Decimal(100_000)
        yield used(subject, "Disk operations", "100K operations", rate, _DISK_OPERATIONS, per_unit=per)


def _factory(subject: Subject) -> Iterator[Component]:
    per = Decimal(50_000)
    for name, key in (
        ("Read/Write operations", "monthly_read_write_operation_entities"),
        ("Monitoring operations", "monthly_monitoring_operation_entities"),
    ):
        yield used(subject, name, "50k entities", ("data factory", name), key, per_unit=per)


_COMPUTE_TYPES: Mapping[str, str] = {
    "General": "General Purpose",
    "ComputeOptimized": "Compute Optimized",
    "MemoryOptimized": "Memory Optimized",
}
_DEFAULT_CORES = Decimal(8)


def _runtime(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    kind, cores = sku(attributes, "compute_type", default="General"), attributes.number("core_count")
    cores = _DEFAULT_CORES if cores is None else cores
    if isinstance(kind, Unknown) or isinstance(cores, Unknown):
        yield without_sku("Compute", "hours", why(kind, cores))
    else:
        title = f"{_COMPUTE_TYPES.get(kind, kind)}, {cores} vCores"
        item = f"{_COMPUTE_TYPES.get(kind, kind)} {cores} vcores"
        yield hours_of(subject, f"Compute ({title})", ("data factory azure", item), 1)
    yield from _activities(subject, "data factory azure")


def _ssis(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    size, edition = sku(attributes, "node_size"), sku(attributes, "edition", default="Standard")
    if isinstance(size, Unknown) or isinstance(edition, Unknown):
        yield without_sku("Compute", "hours", why(size, edition))
    else:
        plain = size.removeprefix("Standard_").replace("_", " ")
        owned = attributes.text("license_type") == "BasePrice"
        title = f"{plain}, {edition}{'' if owned else ', license included'}"
        count = attributes.whole("number_of_nodes")
        yield hours_of(subject, f"Compute ({title})", ("data factory ssis", title), count)
    yield from _activities(subject, "data factory ssis")


def _self_hosted(subject: Subject) -> Iterator[Component]:
    yield from _activities(subject, "data factory self-hosted")


def _activities(subject: Subject, service: str) -> Iterator[Component]:
    rate, key = (service, "orchestration"), "monthly_orchestration_runs"
    yield used(subject, "Orchestration", "1k runs", rate, key, per_unit=THOUSAND)
    for name in ("Data movement activity", "Pipeline activity", "External pipeline activity"):
        yield amount(subject, name, "hours", (service, name), HOURS_PER_MONTH)


_HDINSIGHT = ("hadoop", "hbase", "interactive_query", "kafka", "spark", "storm", "ml_services", "rserver")
_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "azurerm_databricks_workspace": _databricks,
    "azurerm_synapse_spark_pool": _spark,
    "azurerm_synapse_sql_pool": _sql_pool,
    "azurerm_synapse_workspace": _workspace,
    **{f"azurerm_hdinsight_{kind}_cluster": _hdinsight for kind in _HDINSIGHT},
    "azurerm_data_factory": _factory,
    "azurerm_data_factory_integration_runtime_azure": _runtime,
    "azurerm_data_factory_integration_runtime_azure_ssis": _ssis,
    "azurerm_data_factory_integration_runtime_managed": _ssis,
    "azurerm_data_factory_integration_runtime_self_hosted": _self_hosted,
}
_SYNAPSE_KEYS = {
    f"{_PIPELINE}{where}_{part}": f"{part.replace('_', ' ')} of {where.replace('_', ' ')} pipelines, a month"
    for where in ("azure_hosted", "self_hosted")
    for part in (
        "activity_runs", "data_integration_units", "data_integration_hours", "data_movement_hours",
        "integration_runtime_hours", "external_integration_runtime_hours",
    )
}  # fmt: skip


class Data(KeysByType):
    """Compute units, nodes, runs and storage of data services."""

    types = tuple(_PARTS)
    usage_keys = {
        **{key: f"{name} a month" for name, key in _DBUS},
        "monthly_hours": "hours a month that each node of a pool runs",
        "storage_tb": "terabytes stored",
        "disaster_recovery_enabled": "whether a copy is kept in another region",
        "serverless_sql_pool_size_tb": "terabytes that serverless SQL reads, a month",
        **_SYNAPSE_KEYS,
        **{f"dataflow_{kind}_{part}": f"{part} of {kind} data flows" for kind in ("basic", "standard") for part in ("instances", "vcores")},
        **{f"monthly_dataflow_{kind}_hours": f"hours of {kind} data flows a month" for kind in ("basic", "standard")},
        "monthly_read_write_operation_entities": "entities read or written a month",
        "monthly_monitoring_operation_entities": "entities monitored a month",
        "monthly_orchestration_runs": "orchestration runs a month",
        _DISK_OPERATIONS: "operations a month on the disks of Kafka brokers",
    }  # fmt: skip

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        yield from _PARTS[subject.resource.type](subject)


DATA = Data()
