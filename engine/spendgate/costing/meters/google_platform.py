"""Platforms at Google that are sold by instances, nodes or units: App Engine, networks, certificates, Vertex AI stores, hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    amount,
    each,
    keys_of,
    monthly,
    number_of,
    text_of,
    unknown_of,
)
from spendgate.costing.meters.sold import Sold, between, sold
from spendgate.model.cost import Component
from spendgate.model.values import Number, Unknown
from spendgate.ports import Subject

_MILLION, _THOUSAND = Decimal(1_000_000), Decimal(1000)
_FLEX_CPU, _FLEX_MEMORY, _FLEX_DISK = Decimal(1), Decimal("0.6"), Decimal(10)
_FLEX_LEAST, _FLEX_MOST = Decimal(2), Decimal(20)
"""What a flexible version takes and how it scales where nothing is stated (App Engine reference of `app.yaml`)."""


def _flexible(subject: Subject) -> Iterator[Component]:
    """vCPUs, memory and disks of the instances that run: a fixed number, or between two."""
    if text_of(subject, "serving_status", "SERVING") == "STOPPED":
        return
    least: Number
    most: Number
    if subject.resource.attributes.has_block("manual_scaling"):
        least, most = number_of(subject, "manual_scaling.0.instances"), None
    else:
        least = number_of(subject, "automatic_scaling.0.min_total_instances", _FLEX_LEAST)
        most = number_of(subject, "automatic_scaling.0.max_total_instances", _FLEX_MOST)
    for path, name, unit, item, default, hours in (
        ("cpu", "vCPUs", "vCPU-hours", "vcpu", _FLEX_CPU, HOURS_PER_MONTH),
        ("memory_gb", "Memory", "GB-hours", "memory", _FLEX_MEMORY, HOURS_PER_MONTH),
        ("disk_gb", "Disks", "GB-month", "disk", _FLEX_DISK, Decimal(1)),
    ):
        each_of = number_of(subject, f"resources.0.{path}", default)
        if not isinstance(each_of, Decimal):
            yield unknown_of(each_of, "its size", name, unit) or unpriced(name, unit, "its size is not stated")
            continue
        yield between(subject, name, unit, ("app engine flexible", item), least, most, factor=each_of * hours)


_FRONTEND = Use("Instances", "instance-hours", ("app engine standard", "f1"), "monthly_instance_hrs")


def _standard(subject: Subject) -> Iterator[Component]:
    """Instances by their class: as many as are stated with manual scaling, otherwise as use says."""
    manual = subject.resource.attributes.has_block("manual_scaling")
    basic = subject.resource.attributes.has_block("basic_scaling")
    kind = text_of(subject, "instance_class", "B2" if manual or basic else "F1")
    if (missing := unknown_of(kind, "its instance class", "Instances", "instance-hours")) is not None:
        yield missing
        return
    rate = ("app engine standard", str(kind).lower())
    if manual:
        count = number_of(subject, "manual_scaling.0.instances")
        hours = count * HOURS_PER_MONTH if isinstance(count, Decimal) else count
        yield amount(subject, f"Instances ({kind})", "instance-hours", rate, hours)
    else:
        yield from each(subject, (_FRONTEND._replace(name=f"Instances ({kind})", rate=rate),))


_CONNECTOR_TYPE, _CONNECTOR_LEAST, _CONNECTOR_MOST = "e2-micro", Decimal(2), Decimal(3)
"""A connector of Serverless VPC Access where nothing is stated (documentation of the provider `google`)."""


def _connector(subject: Subject) -> Iterator[Component]:
    """Machines of a VPC connector, between the fewest and the most."""
    machine = text_of(subject, "machine_type", _CONNECTOR_TYPE)
    if (missing := unknown_of(machine, "the type of its machines", "Machines", "hours")) is not None:
        yield missing
        return
    least = number_of(subject, "min_instances", _CONNECTOR_LEAST)
    most = number_of(subject, "max_instances", _CONNECTOR_MOST)
    yield between(
        subject, f"Machines ({machine})", "hours", ("machine", str(machine)), least, most, factor=HOURS_PER_MONTH
    )


_ARMOR = Use("Requests", "1M requests", ("cloud armor", "requests"), "monthly_requests", _MILLION)


def _security_policy(subject: Subject) -> Iterator[Component]:
    """A policy of Cloud Armor by the month, and each of its rules; requests that it judges."""
    rules = subject.resource.attributes.blocks("rule")
    if isinstance(rules, Unknown):
        rules_count: Decimal | None = None
    else:
        own = Decimal(len(rules))
        apart = subject.neighbours.users(
            subject.resource, "google_compute_security_policy_rule", "google_compute_region_security_policy_rule"
        )
        rules_count = own + len(apart)
    yield monthly(subject, "Policy", "months", ("cloud armor", "policy"))
    if rules_count is None:
        yield unpriced("Rules", "rules", "their number is known only after apply")
    elif rules_count:
        yield amount(subject, "Rules", "rules", ("cloud armor", "rule"), rules_count)
    yield from each(subject, (_ARMOR,))


def _interconnect(subject: Subject) -> Iterator[Component]:
    """Circuits of a dedicated connection by their speed."""
    links, kind = number_of(subject, "requested_link_count", Decimal(1)), text_of(subject, "link_type")
    if (missing := unknown_of(kind, "the type of its links", "Circuits", "hours")) is not None:
        yield missing
        return
    speed = str(kind).removeprefix("LINK_TYPE_ETHERNET_").removesuffix("_LR").lower()
    hours = links * HOURS_PER_MONTH if isinstance(links, Decimal) else links
    yield amount(subject, f"Circuits ({speed})", "hours", ("interconnect", f"{speed} circuit"), hours)


_ATTACHED = Use("Outbound data", "GB", ("interconnect", "outbound"), "monthly_outbound_gb")


def _attachment(subject: Subject) -> Iterator[Component]:
    """A VLAN attachment: one of a dedicated connection at one price, one of a partner by its bandwidth."""
    kind = text_of(subject, "type", "DEDICATED")
    bandwidth = text_of(subject, "bandwidth")
    item = "attachment"
    if kind in ("PARTNER", "PARTNER_PROVIDER"):
        if (missing := unknown_of(bandwidth, "its bandwidth", "Attachment", "hours")) is not None:
            yield missing
            return
        item = f"partner attachment {str(bandwidth).removeprefix('BPS_').lower()}"
    yield always(subject, f"Attachment ({str(kind).lower()})", ("interconnect", item))
    yield from each(subject, (_ATTACHED,))


def _sole_tenant(subject: Subject) -> Iterator[Component]:
    """Sole-tenant nodes: as many as stated, or as they may scale; machines on them cost nothing more."""
    templates = subject.neighbours.targets(subject.resource, "node_template", "google_compute_node_template")
    kind = templates[0].attributes.text("node_type") if templates else Unknown("that of a template in no input")
    if (missing := unknown_of(kind, "the type of its nodes", "Nodes", "hours")) is not None:
        yield missing
        return
    least = number_of(subject, "autoscaling_policy.0.min_nodes")
    most = number_of(subject, "autoscaling_policy.0.max_nodes")
    if not isinstance(least, Decimal):
        least, most = number_of(subject, "initial_size", Decimal(1)), None
    yield between(subject, f"Nodes ({kind})", "hours", ("sole tenant", str(kind)), least, most, factor=HOURS_PER_MONTH)


def _storage_pool(subject: Subject) -> Iterator[Component]:
    """A pool of Hyperdisk: what it has in gigabytes, operations and throughput, whatever disks use of it."""
    kind = text_of(subject, "storage_pool_type")
    if (missing := unknown_of(kind, "its type", "Capacity", "GB-month")) is not None:
        yield missing
        return
    service = f"{str(kind).rsplit('/', 1)[-1]} pool"
    for path, name, unit, item in (
        ("pool_provisioned_capacity_gb", "Capacity", "GB-month", "capacity"),
        ("pool_provisioned_iops", "IOPS", "IOPS-month", "iops"),
        ("pool_provisioned_throughput", "Throughput", "MB/s-month", "throughput"),
    ):
        value = number_of(subject, path)
        if value is not None:
            yield amount(subject, name, unit, (service, item), value)


_VERTEX_NODES = "vertex ai feature store"


def _feature_store(subject: Subject) -> Iterator[Component]:
    """Nodes that serve features online: a fixed number, or between two; what is stored offline depends on use."""
    for fixed, least, most in (
        ("online_serving_config.0.fixed_node_count", "online_serving_config.0.scaling.0.min_node_count", "online_serving_config.0.scaling.0.max_node_count"),
        ("", "bigtable.0.auto_scaling.0.min_node_count", "bigtable.0.auto_scaling.0.max_node_count"),
    ):  # fmt: skip
        count = number_of(subject, fixed) if fixed else None
        fewest = count if count is not None else number_of(subject, least)
        if fewest is None:
            continue
        top = None if count is not None else number_of(subject, most)
        rate = (_VERTEX_NODES, "online node")
        yield between(subject, "Online serving nodes", "node-hours", rate, fewest, top, factor=HOURS_PER_MONTH)
    yield from each(subject, _FEATURES)


_FEATURES = (
    Use("Online storage", "GB-month", (_VERTEX_NODES, "online storage"), "online_storage_gb"),
    Use("Offline storage", "GB-month", (_VERTEX_NODES, "offline storage"), "offline_storage_gb"),
)


def _authority(subject: Subject) -> Iterator[Component]:
    """A certificate authority by the tier of its pool."""
    pools = subject.neighbours.targets(subject.resource, "pool", "google_privateca_ca_pool")
    tier = pools[0].attributes.text("tier") if pools else Unknown("that of a pool in no input")
    if (missing := unknown_of(tier, "its tier", "Authority", "months")) is not None:
        yield missing
        return
    yield monthly(
        subject, f"Authority ({str(tier).lower()})", "months", ("private ca", f"{str(tier).lower()} authority")
    )


_PATHS = "node_type_configs"


def _vmware(subject: Subject) -> Iterator[Component]:
    """Nodes of a VMware cluster by their type."""
    prefix = "management_cluster.0." if subject.resource.type.endswith("private_cloud") else ""
    groups = subject.resource.attributes.blocks(f"{prefix}{_PATHS}")
    if isinstance(groups, Unknown):
        yield unpriced("Nodes", "hours", f"its nodes: {groups.reason}")
        return
    for group in groups:
        kind, count = group.text("node_type_id"), group.number("node_count")
        if (missing := unknown_of(kind, "their type", "Nodes", "hours")) is not None:
            yield missing
            continue
        hours = count * HOURS_PER_MONTH if isinstance(count, Decimal) else count
        yield amount(subject, f"Nodes ({kind})", "hours", ("vmware engine", str(kind).lower()), hours)


_SOLD: Mapping[str, Sold] = {
    "google_apigee_environment": Sold(
        "Environment", "apigee", "type", default="COMPREHENSIVE",
        uses=(Use("API calls", "1M calls", ("apigee", "api calls"), "monthly_api_calls", _MILLION),),
    ),
    "google_looker_instance": Sold("Platform edition", "looker", "platform_edition", default="LOOKER_CORE_TRIAL", hourly=False),
    "google_cloud_ids_endpoint": Sold(
        "Endpoint", "cloud ids", uses=(Use("Inspected data", "GB", ("cloud ids", "inspected"), "monthly_inspected_gb"),)
    ),
    "google_network_security_firewall_endpoint": Sold(
        "Endpoint", "cloud ngfw", uses=(Use("Inspected data", "GB", ("cloud ngfw", "inspected"), "monthly_inspected_gb"),)
    ),
    "google_integration_connectors_connection": Sold("Connection nodes", "integration connectors", number="node_config.0.min_node_count", least=2),
    "google_workstations_workstation_cluster": Sold("Control plane", "cloud workstations"),
    "google_vertex_ai_tensorboard": Sold(
        "Tensorboard", "vertex ai tensorboard", free=("unit",),
        uses=(Use("Storage", "GiB-month", ("vertex ai tensorboard", "storage"), "storage_gb"),),
    ),
    "google_secure_source_manager_instance": Sold("Instance", "secure source manager", hourly=False),
    "google_backup_dr_management_server": Sold("Management server", "backup and dr"),
    "google_blockchain_node_engine_blockchain_nodes": Sold("Node", "blockchain node engine", "ethereum_details.0.node_type", default="FULL"),
}  # fmt: skip

PLATFORM = ByType(
    {
        **{name: sold(entry) for name, entry in _SOLD.items()},
        "google_app_engine_flexible_app_version": Service(_flexible, {}),
        "google_app_engine_standard_app_version": Service(_standard, keys_of(_FRONTEND)),
        "google_vpc_access_connector": Service(_connector, {}),
        "google_compute_security_policy": Service(_security_policy, keys_of(_ARMOR)),
        "google_compute_region_security_policy": Service(_security_policy, keys_of(_ARMOR)),
        "google_compute_interconnect": Service(_interconnect, {}),
        "google_compute_interconnect_attachment": Service(_attachment, keys_of(_ATTACHED)),
        "google_compute_node_group": Service(_sole_tenant, {}),
        "google_compute_storage_pool": Service(_storage_pool, {}),
        "google_vertex_ai_featurestore": Service(_feature_store, keys_of(*_FEATURES)),
        "google_vertex_ai_feature_online_store": Service(_feature_store, keys_of(*_FEATURES)),
        "google_privateca_certificate_authority": Service(_authority, {}),
        "google_privateca_certificate": sold(Sold("Certificate", "private ca certificates", hourly=False)),
        "google_vmwareengine_private_cloud": Service(_vmware, {}),
        "google_vmwareengine_cluster": Service(_vmware, {}),
    }
)  # fmt: skip
"""Machines of VPC connectors are asked for as machines."""
