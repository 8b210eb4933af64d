"""TPU slices, reservations, commitments and disks of their own: capacity that is paid for as it is provisioned."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.compose import compose
from spendgate.facets.google.compute import block_of
from spendgate.facets.google.machines import (
    ON_DEMAND,
    RESERVED,
    SPOT,
    image_of,
    local_ssds,
    machine_accelerators,
    short,
    types_of,
)
from spendgate.facets.google.place import labels, region
from spendgate.facets.google.tpu import chips, version
from spendgate.facets.schedules import from_tags
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Disk, Facets, Pool, Purchase, Scaling, Schedule
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown
from spendgate.ports import FacetContext

_TERMS = {"TWELVE_MONTH": "1 year", "THIRTY_SIX_MONTH": "3 years", "SIXTY_MONTH": "5 years"}


def tpu(resource: Resource, context: FacetContext) -> Facets:
    """`google_tpu_v2_vm` and `_queued_resource`: the chips of one slice."""
    attributes = resource.attributes
    specs = attributes.blocks("tpu.0.node_spec") if resource.type == "google_tpu_v2_queued_resource" else ()
    nodes = tuple(block_of(spec, "node") for spec in specs) if isinstance(specs, tuple) else ()
    node = nodes[0] if nodes else attributes
    own = labels(resource, context)
    return compose(
        resource,
        context,
        kind="compute.vm",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        accel=_slice(nodes or (node,)),
        purchase=_slice_purchase(attributes, node),
        schedule=from_tags(own, context.schedules) or Schedule(),
        scaling=Scaling("none", False),
    )


def _slice(nodes: tuple[Attributes, ...]) -> Accelerators:
    models, total = [], Decimal(0)
    for node in nodes:
        count, model = chips(node), version(node)
        if isinstance(count, Unknown):
            return accelerators.unknown(count.reason)
        if isinstance(model, Unknown):
            return accelerators.unknown(model.reason)
        models.append(model)
        total += count
    return accelerators.of_variants(models, total)


def _slice_purchase(attributes: Attributes, node: Attributes) -> Purchase:
    """NOTE: a queued resource is made spot beside its node (`spot {}`), a TPU VM in its scheduling block."""
    spot = [node.flag("scheduling_config.0.spot"), node.flag("scheduling_config.0.preemptible")]
    if True in spot or isinstance(attributes.block("spot"), Attributes):
        return SPOT
    for flag in spot:
        if isinstance(flag, Unknown):
            return Purchase(flag, flag)
    return RESERVED if node.flag("scheduling_config.0.reserved") is True else ON_DEMAND


def reservation(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_reservation`: machines that are paid for whether they run or not."""
    attributes = resource.attributes
    block = block_of(attributes, "specific_reservation.0.instance_properties")
    count = attributes.whole("specific_reservation.0.count")
    types = types_of(block.text("machine_type"))
    ssds = block.blocks("local_ssds")
    sizes = [one.number("disk_size_gb") for one in ssds] if isinstance(ssds, tuple) else []
    size = sum((found for found in sizes if isinstance(found, Decimal)), Decimal(0))
    pool = Pool(
        machine_types=types,
        capacity=Capacity(count, count, count),
        purchase=RESERVED,
        accelerators=machine_accelerators(types, block.blocks("guest_accelerators"), context.catalog),
        disks=local_ssds(1 if sizes else 0, size_gib=size or None),
    )
    return compose(
        resource,
        context,
        kind="compute.reservation",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=None,
        pools=(pool,),
        scaling=Scaling("fixed", False),
    )


def commitment(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_region_commitment`: a promise to pay for vCPUs, memory, GPUs or local SSD for years."""
    attributes = resource.attributes
    plan = attributes.text("plan")
    term: Text = _TERMS.get(plan, plan) if isinstance(plan, str) else plan
    return compose(
        resource,
        context,
        kind="compute.commitment",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=None,
        accel=_committed_gpus(attributes),
        capacity=Capacity(0, 0, 0),
        purchase=Purchase("committed", Decimal(0), term),
    )


def _committed_gpus(attributes: Attributes) -> Accelerators:
    blocks = attributes.blocks("resources")
    if isinstance(blocks, Unknown):
        return accelerators.unknown(blocks.reason)
    names, total = [], Decimal(0)
    for block in blocks:
        if block.text("type") == "ACCELERATOR":
            name, amount = short(block.text("accelerator_type")), block.number("amount")
            if not isinstance(name, str) or not isinstance(amount, Decimal):
                return accelerators.unknown("the committed accelerators are known only after apply")
            names.append(name)
            total += amount
    return accelerators.of_variants(names, total) if names else accelerators.NONE


_SOURCES = (
    ("image", "google_compute_image", ("disk_size_gb",)),
    ("snapshot", "google_compute_snapshot", ("disk_size_gb",)),
    ("source_disk", "google_compute_disk", ("size",)),
)


def size_of_source(resource: Resource, context: FacetContext, depth: int = 3) -> Number:
    """The size in GiB of the image, snapshot or disk that something is made from; None when it is made from nothing."""
    for attribute, type_, keys in _SOURCES:
        for source in context.neighbours.targets(resource, attribute, type_) if depth else ():
            for key in keys:
                size = source.attributes.number(key)
                if isinstance(size, Decimal):
                    return size
            deeper = size_of_source(source, context, depth - 1)
            return deeper if deeper is not None else Unknown(f"that of {source.address}, which states none")
        named = resource.attributes.get(attribute)
        if isinstance(named, str) and named:
            return image_of(named)[1] or Unknown(f"that of {short(named)}, which is not in this run")
    return None


def persistent_disk(resource: Resource, context: FacetContext) -> Facets:
    """`google_compute_disk` and `google_compute_region_disk`; sizes default to the source's, else by kind."""
    attributes, neighbours = resource.attributes, context.neighbours
    kind = short(attributes.text("type"))
    if kind is None or (isinstance(kind, Unknown) and not neighbours.points(resource, "type")):
        kind = "pd-standard"
    size = attributes.number("size")
    stated = isinstance(size, Decimal) or (isinstance(size, Unknown) and neighbours.points(resource, "size"))
    if not stated:
        size = size_of_source(resource, context)
    iops, throughput = attributes.number("provisioned_iops"), attributes.number("provisioned_throughput")
    found = Disk(
        "disk",
        kind,
        size,
        None if isinstance(iops, Unknown) and not neighbours.points(resource, "provisioned_iops") else iops,
        None
        if isinstance(throughput, Unknown) and not neighbours.points(resource, "provisioned_throughput")
        else throughput,
        size_is_default=not stated,
    )
    return compose(
        resource,
        context,
        kind="storage.block",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=labels(resource, context),
        disks=(found,),
    )


DESCRIBERS = {
    "google_tpu_node": tpu,
    "google_tpu_v2_vm": tpu,
    "google_tpu_v2_queued_resource": tpu,
    "google_compute_reservation": reservation,
    "google_compute_region_commitment": commitment,
    "google_compute_disk": persistent_disk,
    "google_compute_region_disk": persistent_disk,
}
