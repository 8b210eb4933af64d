"""GKE clusters and node pools."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spendgate.facets.compose import compose, total_capacity
from spendgate.facets.google.machines import bought, local_ssds, machine_accelerators, types_of
from spendgate.facets.google.place import location, region, region_of, tags
from spendgate.facets.tags import NO_TAGS, Tags, marked, merge
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Disk, Facets, Limits, Pool, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext

_NODE_TYPE = "e2-medium"
_NODE_GIB = Decimal(100)
_ZONES_OF_A_REGION = 3
"""Without node_locations GKE spreads a regional cluster over three zones."""
_NODES = 3
"""Nodes per zone of a pool that states no number (Terraform provider `google`, default of a cluster's first pool)."""


def zone_count(attributes: Attributes, place: Text, parent: Attributes | None = None) -> int | Unknown:
    """Zones over which nodes are spread: those listed, else the cluster's, else one for a zone and three for a region."""
    for holder in (attributes, parent):
        if holder is None:
            continue
        listed = holder.get("node_locations")
        if isinstance(listed, list) and listed:
            extra = 1 if holder is parent and isinstance(place, str) and _is_zone(place) and place not in listed else 0
            return len(set(map(str, listed))) + extra
    if isinstance(place, str):
        return 1 if _is_zone(place) else _ZONES_OF_A_REGION
    return place if isinstance(place, Unknown) else Unknown("the cluster's location is not known")


def _is_zone(place: str) -> bool:
    last = place.rsplit("/", 1)[-1].lower()
    return region_of(last) not in (None, last)


def _times(count: Whole, zones: int | Unknown) -> Whole:
    if isinstance(count, Unknown) or isinstance(zones, Unknown):
        return count if isinstance(count, Unknown) else zones
    return None if count is None else count * zones


def pool_capacity(block: Attributes, zones: int | Unknown) -> Capacity:
    """Nodes over all zones. Autoscaling bounds are per zone, or in total where the pool says so."""
    scaling = block.block("autoscaling")
    initial = block.whole("initial_node_count")
    stated = block.whole("node_count")
    if isinstance(scaling, Attributes):
        total_most = scaling.whole("total_max_node_count")
        if isinstance(total_most, Unknown) or total_most:
            total_least = scaling.whole("total_min_node_count")
            start_size = max(_known(total_least), _known(initial))
            return Capacity(total_least if total_least is not None else 0, start_size, total_most)
        least = _times(_or_zero(scaling.whole("min_node_count")), zones)
        most = _times(scaling.whole("max_node_count"), zones)
        start = _times(initial, zones) if isinstance(initial, int) else least
        desired = max(start, least) if isinstance(start, int) and isinstance(least, int) else least
        return Capacity(least, desired, most)
    if isinstance(scaling, Unknown):
        return Capacity(scaling, scaling, scaling)
    count = stated if isinstance(stated, int) else initial
    size = _times(count if isinstance(count, int) else _NODES, zones)
    return Capacity(size, size, size)


def _or_zero(count: Whole) -> Whole:
    return 0 if count is None else count


def _known(count: Whole) -> int:
    return count if isinstance(count, int) else 0


def node_pool(block: Attributes, capacity: Capacity, context: FacetContext, name: str = "") -> Pool:
    """A pool of nodes from a `google_container_node_pool` or an inline `node_pool` block."""
    config = block.block("node_config")
    node = config if isinstance(config, Attributes) else Attributes()
    stated = node.text("machine_type")
    computed = stated is None or (isinstance(stated, Unknown) and not isinstance(config, Attributes))
    types = (_NODE_TYPE,) if computed else types_of(stated)
    if isinstance(config, Unknown):
        types = (_NODE_TYPE,)
    guests = node.blocks("guest_accelerator")
    accel = machine_accelerators(types, guests if isinstance(guests, tuple) else (), context.catalog)
    size = node.number("disk_size_gb")
    kind = node.text("disk_type")
    boot = Disk(
        "boot disk",
        kind if isinstance(kind, str) else "pd-standard",
        size if isinstance(size, Decimal) else _NODE_GIB,
        size_is_default=not isinstance(size, Decimal),
    )
    return Pool(
        machine_types=types,
        capacity=capacity,
        purchase=bought(node),
        accelerators=_shared(accel, guests),
        disks=(boot, *_node_ssds(node)),
        name=name,
        details={"type_is_default": computed},
    )


def _node_ssds(node: Attributes) -> tuple[Disk, ...]:
    count = node.whole("local_ssd_count")
    for block in ("ephemeral_storage_local_ssd_config", "local_nvme_ssd_block_config"):
        more = node.whole(f"{block}.0.local_ssd_count")
        count = more if isinstance(more, int) and more else count
    return local_ssds(count)


def _shared(accel: Accelerators, guests: tuple[Attributes, ...] | Unknown) -> Accelerators:
    """The accelerators with how they are shared: time slices, MPS or a partition."""
    if not isinstance(guests, tuple) or not guests:
        return accel
    sharing = guests[0].text("gpu_sharing_config.0.gpu_sharing_strategy")
    partition = guests[0].text("gpu_partition_size")
    how = (
        "mig"
        if isinstance(partition, str)
        else {"TIME_SHARING": "time-slicing", "MPS": "mps"}.get(str(sharing), "none")
    )
    return Accelerators(
        accel.count, accel.models, accel.variants, accel.memory_gib, accel.fraction, how, accel.max_total
    )


def _labels(resource: Resource, context: FacetContext) -> Tags:
    """Labels of a node pool: `node_config.resource_labels`, else the cluster's."""
    node = resource.attributes.block("node_config")
    if isinstance(node, Attributes):
        marks = node.unknown.get("resource_labels", False) if isinstance(node.unknown, dict) else False
        own = marked(node.values.get("resource_labels"), marks)
        if own:
            return merge([("provider_default", resource.settings.default_tags), ("resource", own)], context.aliases)
    clusters = context.neighbours.targets(resource, "cluster", "google_container_cluster")
    inherited = tags(clusters[0], context) if clusters else None
    if inherited is None:
        return merge([("provider_default", resource.settings.default_tags)], context.aliases)
    return Tags(inherited.values, dict.fromkeys(inherited.source, "cluster"))


def pool_resource(resource: Resource, context: FacetContext) -> Facets:
    """`google_container_node_pool`."""
    attributes = resource.attributes
    clusters = context.neighbours.targets(resource, "cluster", "google_container_cluster")
    parent = clusters[0] if clusters else None
    place = location(resource)
    if not isinstance(attributes.text("location"), str) and parent is not None:
        place = location(parent)
    zones = zone_count(attributes, place, parent.attributes if parent else None)
    capacity = pool_capacity(attributes, zones)
    own_region: Text = region_of(place) if isinstance(place, str) else region(resource, context)
    seconds = attributes.text("node_config.0.max_run_duration")
    hours = Decimal(seconds[:-1]) / 3600 if isinstance(seconds, str) and seconds[:-1].isdecimal() else None
    return compose(
        resource,
        context,
        kind="compute.nodepool",
        name=attributes.text("name"),
        region=own_region or region(resource, context),
        tags=_labels(resource, context),
        pools=(node_pool(attributes, capacity, context),),
        scaling=_scaling(attributes, capacity),
        limits=Limits(max_runtime_hours=hours),
    )


def _scaling(attributes: Attributes, capacity: Capacity) -> Scaling:
    if capacity.min == 0 and capacity.max == 0:
        return Scaling("fixed", True)
    if attributes.blocks("autoscaling"):
        return Scaling("autoscaling", capacity.min == 0)
    return Scaling("fixed", False)


def _default_pools(resource: Resource, context: FacetContext) -> Iterator[Pool]:
    attributes = resource.attributes
    zones = zone_count(attributes, location(resource), attributes)
    inline = attributes.blocks("node_pool")
    if isinstance(inline, tuple):
        for number, block in enumerate(inline):
            own = zone_count(block, location(resource), attributes) if block.get("node_locations") else zones
            yield node_pool(block, pool_capacity(block, own), context, f"node_pool[{number}]")
    if not (isinstance(inline, tuple) and inline) and attributes.flag("remove_default_node_pool") is not True:
        count = attributes.whole("initial_node_count")
        size = _times(count if isinstance(count, int) else _NODES, zones)
        yield node_pool(attributes, Capacity(size, size, size), context, "default pool")


def cluster(resource: Resource, context: FacetContext) -> Facets:
    """`google_container_cluster`: the control plane and the pools that are written inside it."""
    attributes = resource.attributes
    autopilot = attributes.flag("enable_autopilot") is True
    pools = () if autopilot else tuple(_default_pools(resource, context))
    return compose(
        resource,
        context,
        kind="compute.cluster",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=tags(resource, context) or NO_TAGS,
        pools=pools,
        scaling=Scaling("serverless" if autopilot else None, autopilot),
        capacity=total_capacity(pools) if pools else Capacity(0, 0, 0),
    )


DESCRIBERS = {
    "google_container_node_pool": pool_resource,
    "google_container_cluster": cluster,
}
