"""Clusters that Azure runs for others: OpenShift, Service Fabric, Spring, Container Apps, Cosmos DB by vCores, lab machines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.azure_parts import own_sku, times, without_sku
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    each,
    flag_of,
    keys_of,
    number_of,
    running,
    text_of,
    unknown_of,
)
from spendgate.costing.meters.sold import between
from spendgate.model.cost import Component
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_SPRING = (
    Use("vCPUs above those included", "vCPU-hours", ("spring apps", "overage vcpu"), "monthly_overage_vcpu_hrs"),
    Use("Memory above that included", "GB-hours", ("spring apps", "overage memory"), "monthly_overage_memory_gb_hrs"),
)
_ARO_MASTERS = 3


def _spring(subject: Subject) -> Iterator[Component]:
    sku = own_sku(subject, "sku_name", default="S0")
    if isinstance(sku, Unknown):
        yield without_sku("Base", "hours", sku)
        return
    yield always(subject, f"Base ({sku})", ("spring apps", f"{sku.lower()} base"))
    yield from each(subject, _SPRING)


def _openshift(subject: Subject) -> Iterator[Component]:
    """Azure Red Hat OpenShift: three control machines, workers, and the licence of each worker."""
    attributes = subject.resource.attributes
    main, worker = attributes.text("main_profile.0.vm_size"), attributes.text("worker_profile.0.vm_size")
    workers = attributes.whole("worker_profile.0.node_count")
    for value, what in ((main, "the size of its control machines"), (worker, "the size of its workers")):
        if (missing := unknown_of(value, what, "Machines", "hours")) is not None:
            yield missing
            return
    yield always(subject, f"Control machines ({main})", ("machine", str(main)), _ARO_MASTERS)
    yield always(subject, f"Workers ({worker})", ("machine", str(worker)), workers)
    yield always(subject, f"OpenShift licence ({worker})", ("openshift licence", str(worker).lower()), workers)


def _fabric_nodes(subject: Subject) -> Iterator[Component]:
    """Machines of a managed Service Fabric cluster, node type by node type."""
    nodes = subject.resource.attributes.blocks("node_type")
    if isinstance(nodes, Unknown):
        yield unpriced("Nodes", "hours", f"its node types: {nodes.reason}")
        return
    for node in nodes:
        size = node.text("vm_size")
        if (missing := unknown_of(size, "their size", "Nodes", "hours")) is not None:
            yield missing
        else:
            yield always(subject, f"Nodes ({size})", ("machine", str(size)), node.whole("vm_instance_count"))
            disks = node.number("data_disk_size_gb")
            count = node.whole("vm_instance_count")
            if isinstance(disks, Decimal) and isinstance(count, int):
                rate = ("service fabric", "data disk")
                yield amount(subject, f"Data disks ({size})", "GB-month", rate, disks * count)


def _postgres_nodes(subject: Subject) -> Iterator[Component]:
    """Cosmos DB for PostgreSQL: vCores and storage of the coordinator and of each worker; twice as many with standbys."""
    standby = 2 if flag_of(subject, "ha_enabled") is True else 1
    workers = number_of(subject, "node_count", Decimal(0))
    if workers is None or isinstance(workers, Unknown):
        yield unpriced("Workers", "vCore-hours", "how many workers it has is not known")
        return
    for name, prefix, count in (("Coordinator", "coordinator", Decimal(1)), ("Workers", "node", workers)):
        if not count:
            continue
        vcores, edition = (
            number_of(subject, f"{prefix}_vcores"),
            text_of(subject, f"{prefix}_server_edition", "GeneralPurpose"),
        )
        rate = ("cosmos db postgresql", f"{str(edition).lower()} vcore")
        yield amount(
            subject, f"{name} ({edition})", "vCore-hours", rate, times(vcores, count * standby * HOURS_PER_MONTH)
        )
        storage = number_of(subject, f"{prefix}_storage_quota_in_mb")
        quantity = times(storage, count * standby / 1024)
        yield amount(subject, f"{name} storage", "GB-month", ("cosmos db postgresql", "storage"), quantity)


def _mongo(subject: Subject) -> Iterator[Component]:
    """Cosmos DB for MongoDB by vCores: a tier and storage a shard; twice with high availability."""
    tier = own_sku(subject, "compute_tier")
    if isinstance(tier, Unknown) or not tier:
        yield without_sku("Shards", "hours", tier if isinstance(tier, Unknown) else Unknown("not stated"))
        return
    if tier.lower() == "free":
        return
    mode = text_of(subject, "high_availability_mode", "Disabled")
    copies = 1 if mode == "Disabled" else 2
    shards = number_of(subject, "shard_count", Decimal(1))
    rate = ("cosmos db mongodb vcore", tier.lower())
    yield amount(subject, f"Shards ({tier})", "hours", rate, times(shards, copies * HOURS_PER_MONTH))
    storage = number_of(subject, "storage_size_in_gb")
    total = storage * shards * copies if isinstance(storage, Decimal) and isinstance(shards, Decimal) else storage
    yield amount(subject, "Storage", "GB-month", ("cosmos db mongodb vcore", "storage"), total)


def _cassandra(subject: Subject) -> Iterator[Component]:
    """Nodes of a data centre of managed Cassandra, and their disks."""
    nodes = number_of(subject, "node_count", Decimal(3))
    sku = text_of(subject, "sku_name", "Standard_E16s_v5")
    if (missing := unknown_of(sku, "the size of its nodes", "Nodes", "hours")) is not None:
        yield missing
        return
    rate = ("managed cassandra", str(sku).lower())
    yield amount(subject, f"Nodes ({sku})", "hours", rate, times(nodes, HOURS_PER_MONTH))
    disks = number_of(subject, "disk_count", Decimal(4))
    total = disks * nodes if isinstance(disks, Decimal) and isinstance(nodes, Decimal) else disks
    yield amount(subject, "Disks (1 TiB)", "disks", ("managed cassandra", "p30 disk"), total)


def _app_environment(subject: Subject) -> Iterator[Component]:
    """An environment of Container Apps costs when it has dedicated profiles: a fee, and their machines between two numbers."""
    profiles = subject.resource.attributes.blocks("workload_profile")
    if isinstance(profiles, Unknown):
        yield unpriced("Dedicated profiles", "hours", f"its workload profiles: {profiles.reason}")
        return
    dedicated = [one for one in profiles if one.text("workload_profile_type") not in (None, "Consumption")]
    if dedicated:
        yield always(subject, "Dedicated plan management", ("container apps", "dedicated plan management"))
    for profile in dedicated:
        kind = profile.text("workload_profile_type")
        if (missing := unknown_of(kind, "the type of a profile", "Dedicated profile", "hours")) is not None:
            yield missing
            continue
        least, most = profile.number("minimum_count"), profile.number("maximum_count")
        least = Decimal(0) if least is None else least
        rate = ("container apps", f"dedicated {str(kind).lower()}")
        name = f"Dedicated profile ({kind})"
        yield between(subject, name, "hours", rate, least, most, factor=HOURS_PER_MONTH)


def _lab_machine(subject: Subject) -> Iterator[Component]:
    """A machine of a DevTest lab and its disk, at the price of any machine."""
    size = text_of(subject, "size")
    if (missing := unknown_of(size, "its size", "Machine", "hours")) is not None:
        yield missing
        return
    service = "windows machine" if "windows" in subject.resource.type else "machine"
    yield running(subject, f"Machine (on-demand, {size})", (service, str(size)))


CLUSTERS = ByType(
    {
        "azurerm_spring_cloud_service": Service(_spring, keys_of(*_SPRING)),
        "azurerm_redhat_openshift_cluster": Service(_openshift, {}),
        "azurerm_service_fabric_managed_cluster": Service(_fabric_nodes, {}),
        "azurerm_cosmosdb_postgresql_cluster": Service(_postgres_nodes, {}),
        "azurerm_mongo_cluster": Service(_mongo, {}),
        "azurerm_cosmosdb_cassandra_datacenter": Service(_cassandra, {}),
        "azurerm_container_app_environment": Service(_app_environment, {}),
        "azurerm_dev_test_linux_virtual_machine": Service(_lab_machine, {}),
        "azurerm_dev_test_windows_virtual_machine": Service(_lab_machine, {}),
    }
)
"""Machines of a cluster are asked for as machines, so that discounts and commitments on machines reach them."""
