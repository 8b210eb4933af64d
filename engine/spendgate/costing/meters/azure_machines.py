"""Virtual machines, scale sets, AKS, Azure ML and endpoint machines, capacity reservations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spendgate.costing.meters.azure_disks import pool_disks
from spendgate.costing.meters.azure_parts import sku, without_sku
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import label, machine_components, needs_usage, unpriced
from spendgate.costing.meters.parts import always, monthly, query, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.facets import Capacity, Pool
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_FREE_APIS = (
    "microsoft.machinelearningservices/workspaces",
    "microsoft.machinelearningservices/workspaces/onlineendpoints",
    "microsoft.machinelearningservices/workspaces/connections",
    "microsoft.machinelearningservices/workspaces/datastores",
    "microsoft.cognitiveservices/accounts/projects",
    "microsoft.cognitiveservices/accounts/connections",
    "microsoft.cognitiveservices/accounts/raipolicies",
    "microsoft.authorization/roleassignments",
    "microsoft.resources/resourcegroups",
)
"""API types of `azapi_resource` that cost nothing by themselves."""
_ML_CLUSTER = "azurerm_machine_learning_compute_cluster"


class Machines(KeysByType):
    """Machine hours with their Windows licences, and the disks that machines bring along."""

    types = (
        "azurerm_virtual_machine",
        "azurerm_linux_virtual_machine",
        "azurerm_windows_virtual_machine",
        "azurerm_virtual_machine_scale_set",
        "azurerm_linux_virtual_machine_scale_set",
        "azurerm_windows_virtual_machine_scale_set",
        "azurerm_orchestrated_virtual_machine_scale_set",
        "azurerm_kubernetes_cluster",
        "azurerm_kubernetes_cluster_node_pool",
        _ML_CLUSTER,
        "azurerm_machine_learning_compute_instance",
        "azurerm_capacity_reservation",
        "azurerm_batch_pool",
        "azapi_resource",
    )
    usage_keys = {
        "monthly_hrs": "hours a month that the machines run",
        "instances": "machines that run on average, instead of the desired size",
        "nodes": "nodes that run on average, instead of the desired size",
        "default_node_pool": "nodes and monthly_hrs of a cluster's default pool",
        "load_balancer": "monthly_data_processed_gb of a cluster's load balancer",
        "os_disk": "monthly_disk_operations of the OS disk",
        "data_disk": "monthly_disk_operations of the data disks",
        "storage_os_disk": "monthly_disk_operations of the OS disk",
        "storage_data_disk": "monthly_disk_operations of each data disk",
        "storage_profile_os_disk": "monthly_disk_operations of the OS disks",
        "storage_profile_data_disk": "monthly_disk_operations of the data disks",
        "ultra_reservation_vcpus": "vCPUs of machines that may use Ultra disks but have none attached",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The metered parts, pool by pool."""
        if subject.resource.type == "azapi_resource" and not subject.facets.pools:
            yield from _unmetered_api(subject)
        for pool in subject.facets.pools:
            yield from _pool(subject, pool)


def _unmetered_api(subject: Subject) -> Iterator[Component]:
    stated_type = subject.resource.attributes.text("type")
    if isinstance(stated_type, Unknown):
        yield unpriced("Resource", "months", f"its API type is {stated_type.reason}")
        return
    plain = (stated_type or "").partition("@")[0]
    # NOTE: model deployments have a meter of their own.
    if not subject.facets.llm and plain.lower() not in _FREE_APIS:
        yield unpriced(plain or "Resource", "months", f"no meter for the API type {plain or 'that is not stated'}")


def _pool(subject: Subject, pool: Pool) -> Iterator[Component]:
    pool = _with_usage(subject, pool)
    hours = stated(subject.usage, f"{pool.name}.monthly_hrs" if pool.name else "monthly_hrs")
    priced = pool
    if hours is not None and subject.resource.type == _ML_CLUSTER and pool.capacity.desired == 0:
        # NOTE: a cluster at rest has no nodes; stated hours are those of one.
        priced = replace(pool, capacity=Capacity(1, 1, pool.capacity.max))
    running = subject if hours is None else replace(subject, hours_per_month=hours)
    for component in machine_components(running, _with_licence(priced)):
        if pool.operating_system == "unknown":
            component = _either_system(component)
        stated_hours = hours is not None and component.quantity is not None
        component = replace(component, basis=Basis.USAGE) if stated_hours else component
        yield component
        yield from _subscription(subject, pool, component)
    yield from pool_disks(subject, pool)
    if pool.details.get("ultra_reservation"):
        rate = ("managed disk", "ultra reservation")
        yield _reserved_ultra(subject, pool, rate)


def _subscription(subject: Subject, pool: Pool, machine: Component) -> Iterator[Component]:
    """What Red Hat or SUSE cost beside the machine, unless its image or the machine says that they are paid elsewhere."""
    attributes = subject.resource.attributes
    for path in ("source_image_reference.0", "storage_image_reference.0", "storage_profile_image_reference.0"):
        publisher, offer, plan = (attributes.text(f"{path}.{key}") for key in ("publisher", "offer", "sku"))
        found = _SUBSCRIPTIONS.get(str(publisher).lower())
        if found is None or machine.quantity is None or not str(offer).lower().startswith(found[0]):
            continue
        own = "byos" in f"{offer} {plan} {attributes.text('license_type')}".lower()
        if not own:
            item = f"{found[1]} {machine.query.item}"
            query_ = replace(machine.query, service="licence", item=item, purchase="on-demand")
            yield replace(machine, name=label(pool, f"Licence ({found[1]})"), query=query_, alternatives=(), note="")


_SUBSCRIPTIONS = {"redhat": ("rhel", "rhel"), "suse": ("sles", "suse")}
"""Publishers of images that are paid by the hour: how their paid offers begin, and the system."""


def _with_usage(subject: Subject, pool: Pool) -> Pool:
    for key in (f"{pool.name}.nodes",) if pool.name else ("instances", "nodes"):
        count = stated(subject.usage, key)
        if count is not None and count == count.to_integral_value():
            return replace(pool, capacity=Capacity(int(count), int(count), int(count)))
    return pool


def _with_licence(pool: Pool) -> Pool:
    """A Windows machine is priced with its licence, unless the licence is owned already (Azure Hybrid Benefit)."""
    if pool.operating_system != "windows":
        return replace(pool, operating_system="linux")
    if pool.details.get("own_licence"):
        return replace(pool, operating_system="linux")
    return replace(pool, operating_system="linux", service="windows machine")


def _either_system(component: Component) -> Component:
    """A machine whose system is not known may need a Windows licence: that widens its cost upwards."""
    if component.query.service != "machine":
        return component
    licensed = replace(component.query, service="windows machine")
    note = "; ".join(part for part in (component.note, "Linux is assumed, Windows would cost more") if part)
    return replace(component, alternatives=(*component.alternatives, licensed), note=note)


def _reserved_ultra(subject: Subject, pool: Pool, rate: tuple[str, str]) -> Component:
    name, key = label(pool, "Ultra disk reservation (if unattached)"), "ultra_reservation_vcpus"
    if not isinstance(subject.facets.region, str):
        return unpriced(name, "vCPU", "region is not known")
    vcpus = stated(subject.usage, key)
    if vcpus is None:
        return needs_usage(name, "vCPU", query(subject, rate), key)
    return Component(name, "vCPU", query(subject, rate), Quantity.exactly(vcpus), basis=Basis.USAGE)


class Cluster:
    """The control plane of an AKS cluster: free, standard or premium, and traffic of its load balancer where stated."""

    types = ("azurerm_kubernetes_cluster",)
    usage_keys: dict[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One hourly part in the paid tiers."""
        tier = sku(subject.resource.attributes, "sku_tier", default="Free")
        if isinstance(tier, Unknown):
            yield without_sku("Uptime SLA", "hours", tier)
        elif tier in ("Standard", "Paid"):
            yield always(subject, "Uptime SLA", ("aks", "uptime sla"))
        elif tier != "Free":
            yield always(subject, f"Uptime SLA ({tier})", ("aks", f"uptime sla {tier.lower()}"))
        attributes = subject.resource.attributes
        old = attributes.flag("addon_profile.0.http_application_routing.0.enabled")
        if True in (attributes.flag("http_application_routing_enabled"), old):
            # NOTE: the add-on makes a DNS zone, which no resource stands for.
            yield monthly(subject, "DNS zone of the routing add-on", "months", ("dns", "hosted zone"))
        key = "load_balancer.monthly_data_processed_gb"
        if stated(subject.usage, key) is not None:
            yield used(subject, "Load balancer: data processed", "GB", ("load balancer", "data processed"), key)


class Hosts:
    """Hosts of `azurerm_dedicated_host`: paid by the host, whatever runs on it."""

    types = ("azurerm_dedicated_host",)
    usage_keys: dict[str, str] = {}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One hourly part."""
        name = sku(subject.resource.attributes, "sku_name")
        if isinstance(name, Unknown):
            yield without_sku("Dedicated host", "hours", name)
        else:
            yield always(subject, f"Dedicated host ({name})", ("dedicated host", name.lower()))


MACHINES = Machines()
CLUSTER = Cluster()
HOSTS = Hosts()
