"""Vertex AI endpoints, pools and clusters: machines that Google runs for models."""

from __future__ import annotations

import math
from decimal import Decimal

from spendgate.facets.compose import compose
from spendgate.facets.google.compute import block_of
from spendgate.facets.google.machines import ON_DEMAND, SPOT, TPU_HOST, machine_accelerators, short, types_of, unseen
from spendgate.facets.google.place import region, tags
from spendgate.facets.google.tpu import chips_of_topology
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Pool, Purchase, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext

_AUTOMATIC_REPLICAS = 2
"""Replicas that automatic resources keep at least (documentation of google_vertex_ai_index_endpoint_deployed_index)."""
_TRAINING_GIB = Decimal(100)
_DEPLOYED_INDEX = "google_vertex_ai_index_endpoint_deployed_index"


def machine_pool(
    spec: Attributes,
    context: FacetContext,
    capacity: Capacity,
    *,
    name: str = "",
    purchase: Purchase = ON_DEMAND,
    default_type: str | None = None,
    disks: tuple[Disk, ...] = (),
) -> Pool:
    """A pool from a `machine_spec` block: machine_type, accelerator_type, accelerator_count."""
    stated = short(spec.text("machine_type"))
    default = stated is None and default_type is not None
    types = types_of(default_type if default else stated)
    kind, count = spec.text("accelerator_type"), spec.whole("accelerator_count")
    guests: tuple[Attributes, ...] | Unknown = ()
    if isinstance(kind, Unknown) or (kind and isinstance(count, Unknown)):
        guests = Unknown("known only after apply")
    elif kind and kind != "ACCELERATOR_TYPE_UNSPECIFIED":
        guests = (Attributes({"type": kind, "count": 1 if count is None else count}),)
    return Pool(
        machine_types=types,
        capacity=_over_hosts(capacity, spec, types),
        purchase=purchase,
        accelerators=machine_accelerators(types, guests, context.catalog),
        disks=disks,
        name=name,
        details={"managed": True, "type_is_default": default},
    )


def _over_hosts(capacity: Capacity, spec: Attributes, types: tuple[str, ...] | Unknown) -> Capacity:
    """Machines of so many replicas: a replica over several hosts is that many machines."""
    hosts: Whole = spec.whole("multihost_gpu_node_count")
    topology = spec.text("tpu_topology")
    if isinstance(topology, str) and isinstance(types, tuple) and (match := TPU_HOST.fullmatch(types[0])):
        chips = chips_of_topology(topology)
        hosts = math.ceil(chips / Decimal(match[2])) if chips is not None else Unknown(f"{topology!r} is no topology")
    elif isinstance(topology, Unknown):
        hosts = topology
    if hosts is None or hosts == 1:
        return capacity
    return Capacity(*(_product(size, hosts) for size in (capacity.min, capacity.desired, capacity.max)))


def _product(size: Whole, hosts: Whole) -> Whole:
    if isinstance(size, Unknown) or isinstance(hosts, Unknown):
        return size if isinstance(size, Unknown) else hosts
    return None if size is None or hosts is None else size * hosts


def _dedicated(block: Attributes, context: FacetContext) -> Pool:
    least = block.whole("min_replica_count")
    least = 1 if least is None else least
    most = block.whole("max_replica_count")
    # NOTE: what an inventory saw run; a configuration has no such field.
    now = block.whole("current_replica_count")
    spot = block.flag("spot")
    purchase = SPOT if spot is True else Purchase(spot, spot) if isinstance(spot, Unknown) else ON_DEMAND
    return machine_pool(
        block_of(block, "machine_spec"),
        context,
        Capacity(least, least if now is None else now, least if most is None else most),
        purchase=purchase,
    )


def _automatic(block: Attributes) -> Pool:
    """Machines that Vertex AI chooses: their number is known, their type is not."""
    least = block.whole("min_replica_count")
    least = _AUTOMATIC_REPLICAS if least is None else least
    most = block.whole("max_replica_count")
    kind = Unknown("Vertex AI chooses it (automatic resources)")
    return unseen(kind, Capacity(least, least, most), details={"managed": True})


def _deployed_outside() -> Pool:
    reason = Unknown("models are deployed to it outside this run")
    return unseen(reason, details={"managed": True})


def endpoint(resource: Resource, context: FacetContext) -> Facets:
    """Endpoints and pools with dedicated machines; a bare `google_vertex_ai_endpoint` shows none of what it will run."""
    attributes = resource.attributes
    holder = block_of(attributes, "deploy_config") if "model_garden" in resource.type else attributes
    dedicated, automatic = holder.block("dedicated_resources"), holder.block("automatic_resources")
    if isinstance(dedicated, Attributes):
        pool = _dedicated(dedicated, context)
    elif resource.type == _DEPLOYED_INDEX:
        pool = _automatic(block_of(attributes, "automatic_resources"))
    elif isinstance(automatic, Attributes):
        pool = _automatic(automatic)
    else:
        pool = _deployed_outside()
    size = pool.capacity
    return compose(
        resource,
        context,
        kind="ai.endpoint",
        name=_name(attributes),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=(pool,),
        type_phase="infer",
        scaling=Scaling("fixed" if size.min == size.max else "autoscaling", False),
    )


def _name(attributes: Attributes) -> Text:
    display = attributes.text("display_name")
    return display if display is not None else attributes.text("name")


def persistent_resource(resource: Resource, context: FacetContext) -> Facets:
    """`google_vertex_ai_persistent_resource`: pools of machines that always run."""
    blocks = resource.attributes.blocks("resource_pools")
    pools = [
        _resource_pool(block, number, context)
        for number, block in enumerate(blocks if isinstance(blocks, tuple) else ())
    ]
    if isinstance(blocks, Unknown):
        pools = [unseen(blocks, details={"managed": True})]
    scaled = any(pool.capacity.min != pool.capacity.max for pool in pools)
    return compose(
        resource,
        context,
        kind="ai.cluster",
        name=_name(resource.attributes),
        region=region(resource, context),
        tags=tags(resource, context),
        pools=pools,
        scaling=Scaling("autoscaling" if scaled else "fixed", False),
    )


def _resource_pool(block: Attributes, number: int, context: FacetContext) -> Pool:
    count = block.whole("replica_count")
    scaling = block_of(block, "autoscaling_spec")
    least, most = scaling.whole("min_replica_count"), scaling.whole("max_replica_count")
    first = count if count is not None else least
    capacity = Capacity(least if least is not None else first, first, most if most is not None else first)
    size = block.number("disk_spec.0.boot_disk_size_gb")
    kind = block.text("disk_spec.0.boot_disk_type")
    known = isinstance(size, Decimal)
    disk = Disk(
        "boot disk",
        kind if isinstance(kind, str) else "pd-ssd",
        size if known else _TRAINING_GIB,
        size_is_default=not known,
    )
    name = block.text("id")
    label = name if isinstance(name, str) else f"pool {number}"
    return machine_pool(block_of(block, "machine_spec"), context, capacity, name=label, disks=(disk,))


DESCRIBERS = {
    "google_vertex_ai_endpoint": endpoint,
    "google_vertex_ai_endpoint_with_model_garden_deployment": endpoint,
    "google_vertex_ai_deployment_resource_pool": endpoint,
    _DEPLOYED_INDEX: endpoint,
    "google_vertex_ai_persistent_resource": persistent_resource,
}
