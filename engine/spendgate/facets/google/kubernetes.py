"""GKE clusters and node pools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.compose import compose, total_capacity
from spendgate.facets.google.compute import block_of
from spendgate.facets.google.machines import unseen
from spendgate.facets.google.nodes import NODES, node_pool, pool_capacity, times, zone_count
from spendgate.facets.google.place import labels, location, region, region_of
from spendgate.facets.schedules import from_tags
from spendgate.facets.tags import Tags, marked, merge
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Facets, Limits, Pool, Scaling, Schedule
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import ABSENT, Number, Text, Unknown
from spendgate.ports import FacetContext

_SECONDS = re.compile(r"(\d+)(?:\.\d+)?s")


def pool_resource(resource: Resource, context: FacetContext) -> Facets:
    """`google_container_node_pool`."""
    attributes, neighbours = resource.attributes, context.neighbours
    clusters = neighbours.targets(resource, "cluster", "google_container_cluster")
    parent = clusters[0] if clusters else None
    place = location(resource, neighbours)
    if not isinstance(attributes.text("location"), str) and parent is not None:
        place = location(parent, neighbours)
    spread = neighbours.points(resource, "node_locations")
    zones = zone_count(attributes, place, parent.attributes if parent else None, stated=spread)
    counted = neighbours.points(resource, "node_count") or neighbours.points(resource, "initial_node_count")
    capacity = pool_capacity(attributes, zones, stated=counted)
    pool = node_pool(attributes, zones, capacity, context, stated=neighbours.points(resource, "node_config"))
    own_region: Text = region_of(place) if isinstance(place, str) else None
    own = _pool_labels(resource, parent, context)
    return compose(
        resource,
        context,
        kind="compute.nodepool",
        name=attributes.text("name"),
        region=own_region or region(resource, context),
        tags=own,
        pools=(pool,),
        schedule=from_tags(own, context.schedules) or Schedule(),
        scaling=_scaling(attributes.blocks("autoscaling"), capacity),
        limits=Limits(max_runtime_hours=_hours(attributes.text("node_config.0.max_run_duration")), cap_supported=True),
    )


def _hours(duration: Text) -> Number:
    if isinstance(duration, Unknown):
        return duration
    match = _SECONDS.fullmatch(duration) if duration else None
    return Decimal(match[1]) / 3600 if match else None


def _scaling(autoscaling: tuple[Attributes, ...] | Unknown, capacity: Capacity) -> Scaling:
    if isinstance(autoscaling, Unknown):
        return Scaling(None, autoscaling)
    if autoscaling:
        return Scaling("autoscaling", capacity.min if isinstance(capacity.min, Unknown) else capacity.min == 0)
    return Scaling("fixed", False)


def _pool_labels(resource: Resource, cluster: Resource | None, context: FacetContext) -> Tags:
    """Labels of a node pool's machines: `node_config.resource_labels` over the cluster's, over the provider's."""
    node = block_of(resource.attributes, "node_config")
    marks = node.unknown.get("resource_labels", False) if isinstance(node.unknown, dict) else False
    own = marked(node.values.get("resource_labels"), marks)
    above = labels(cluster, context) if cluster is not None else Tags(resource.settings.default_tags, {})
    origin = "cluster" if cluster is not None else "provider_default"
    return merge([(origin, above.values), ("resource", own)], context.aliases)


def _pools_inside(resource: Resource, context: FacetContext) -> Iterator[Pool]:
    """The pools written in a cluster; without any, the default pool, unless it is removed as soon as it is made.

    NOTE: pools written inside take the place of the default pool (provider `google`: it is made only without them).
    """
    attributes, neighbours = resource.attributes, context.neighbours
    place = location(resource, neighbours)
    zones = zone_count(attributes, place, attributes, stated=neighbours.points(resource, "node_locations"))
    inline = attributes.blocks("node_pool")
    if isinstance(inline, Unknown) and neighbours.points(resource, "node_pool"):
        yield unseen(inline, name="node_pool")
        return
    written = inline if isinstance(inline, tuple) else ()
    # NOTE: a cluster's state lists all of its pools; those that are resources of this run are counted there.
    apart = {pool.attributes.text("name") for pool in neighbours.users(resource, "google_container_node_pool")}
    for number, block in enumerate(written):
        if block.text("name") in apart - {None}:
            continue
        own = zone_count(block, place, attributes, stated=True) if block.get("node_locations") is not ABSENT else zones
        capacity = pool_capacity(block, own)
        yield node_pool(block, own, capacity, context, name=f"node_pool[{number}]")
    if written or attributes.flag("remove_default_node_pool") is True:
        return
    count = attributes.whole("initial_node_count")
    if isinstance(count, Unknown) and not neighbours.points(resource, "initial_node_count"):
        count = None
    size = times(NODES if count is None else count, zones)
    stated = neighbours.points(resource, "node_config")
    yield node_pool(attributes, zones, Capacity(size, size, size), context, name="default pool", stated=stated)


def cluster(resource: Resource, context: FacetContext) -> Facets:
    """`google_container_cluster`: the control plane and the pools that are written inside it."""
    attributes = resource.attributes
    autopilot = attributes.flag("enable_autopilot")
    pools = () if autopilot is True else tuple(_pools_inside(resource, context))
    own = labels(resource, context)
    return compose(
        resource,
        context,
        kind="compute.cluster",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=pools,
        accel=_with_provisioning(accelerators.combine(pools), resource),
        schedule=from_tags(own, context.schedules) or Schedule(),
        scaling=Scaling("serverless" if autopilot is True else None, autopilot),
        capacity=total_capacity(pools) if pools else Capacity(0, 0, 0),
    )


def _with_provisioning(accel: Accelerators, resource: Resource) -> Accelerators:
    """The accelerators with those that node auto-provisioning may start, up to the cluster's limits."""
    scaling = block_of(resource.attributes, "cluster_autoscaling")
    limits = scaling.blocks("resource_limits")
    if scaling.flag("enabled") is False or not isinstance(limits, tuple):
        return accel
    for limit in limits:
        kind, most = limit.text("resource_type"), limit.whole("maximum")
        if not isinstance(kind, str) or kind in ("cpu", "memory"):
            continue
        model = canonical_model(kind)
        models = accel.models if isinstance(accel.models, Unknown) else tuple(dict.fromkeys((*accel.models, model)))
        total = most
        if isinstance(most, int) and accel.max_total is not None and not isinstance(accel.max_total, Unknown):
            total = int(accel.max_total) + most
        elif isinstance(accel.max_total, Unknown):
            return replace(accel, models=models)
        # NOTE: how many one machine of a provisioned pool has, nobody states; it has one at least.
        accel = replace(accel, count=accel.count or 1, models=models, variants=models, max_total=total)
    return accel


DESCRIBERS = {
    "google_container_node_pool": pool_resource,
    "google_container_cluster": cluster,
}
