"""Nodes of GKE: how many, over how many zones, of which machines. Shared by node pools and clusters."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets.google.compute import block_of
from spendgate.facets.google.machines import (
    FLEX,
    RESERVED,
    bought,
    guests_of,
    local_ssds,
    machine_accelerators,
    types_of,
    unseen,
)
from spendgate.facets.google.place import is_zone
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Disk, Pool, Purchase
from spendgate.model.frozen import replace
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import FacetContext

_NODE_TYPE = "e2-medium"
_NODE_GIB = Decimal(100)
_ZONES_OF_A_REGION = 3
"""Without node_locations GKE spreads a regional cluster over three zones."""
NODES = 3
"""Nodes per zone of a pool that states no number (default of the GKE API)."""
_MIG_SLICES = {"1g": 7, "2g": 3, "3g": 2, "4g": 1, "7g": 1}


def zone_count(
    attributes: Attributes, place: Text, parent: Attributes | None = None, *, stated: bool = False
) -> int | Unknown:
    """Zones over which nodes are spread: those listed, else the cluster's, else one for a zone and three for a region.

    `stated` is true when an unknown list is more than one that the provider computes.
    NOTE: a zonal cluster's own list names its *additional* zones, a pool's list all of them.
    """
    listed = attributes.get("node_locations")
    if stated and isinstance(listed, Unknown):
        return listed
    if parent is not attributes and isinstance(listed, list) and listed:
        return len(set(map(str, listed)))
    if parent is not None:
        of_cluster = parent.get("node_locations")
        if isinstance(of_cluster, list) and of_cluster:
            zones = set(map(str, of_cluster))
            if isinstance(place, str) and is_zone(place):
                zones.add(place)
            return len(zones)
    if isinstance(place, str):
        return 1 if is_zone(place) else _ZONES_OF_A_REGION
    return place if isinstance(place, Unknown) else Unknown("the cluster's location is not known")


def times(count: Whole, zones: int | Unknown) -> Whole:
    """A number per zone over all zones."""
    if isinstance(count, Unknown) or count is None:
        return count
    return zones if isinstance(zones, Unknown) else count * zones


def pool_capacity(block: Attributes, zones: int | Unknown, *, stated: bool = True) -> Capacity:
    """Nodes over all zones. Autoscaling bounds are per zone, or in total where the pool says so.

    `stated` is false when an unknown number is only one that the provider computes.
    """
    scaling = block.block("autoscaling")
    initial, count = block.whole("initial_node_count"), block.whole("node_count")
    if isinstance(scaling, Attributes):
        return _scaled(scaling, initial, zones)
    if isinstance(scaling, Unknown):
        return Capacity(scaling, scaling, scaling)
    for number in (count, initial):
        if isinstance(number, int) or (isinstance(number, Unknown) and stated):
            size = times(number, zones)
            return Capacity(size, size, size)
    size = times(NODES, zones)
    return Capacity(size, size, size)


def _scaled(scaling: Attributes, initial: Whole, zones: int | Unknown) -> Capacity:
    most = scaling.whole("total_max_node_count")
    if isinstance(most, Unknown) or most:
        least = scaling.whole("total_min_node_count")
    else:
        least = times(scaling.whole("min_node_count"), zones)
        most = times(scaling.whole("max_node_count"), zones)
    least = 0 if least is None else least
    # NOTE: a pool starts with its initial size and is brought to what its pods need.
    start = times(initial, zones) if isinstance(initial, int) else least
    if isinstance(least, Unknown) or not isinstance(start, int):
        return Capacity(least, least, most)
    desired = max(start, least)
    return Capacity(least, min(desired, most) if isinstance(most, int) else desired, most)


def node_pool(
    block: Attributes,
    zones: int | Unknown,
    capacity: Capacity,
    context: FacetContext,
    *,
    name: str = "",
    stated: bool = True,
) -> Pool:
    """A pool of nodes from a `google_container_node_pool` or an inline `node_pool` block.

    `details["zones"]` is the number of zones, so that stated nodes per zone can be multiplied. `stated` is false when an
    unknown `node_config` is only one that the provider computes.
    """
    config = block.block("node_config")
    if isinstance(config, Unknown) and stated:
        hidden = unseen(config, capacity, name=name, details={"zones": zones})
        return replace(hidden, purchase=Purchase(config, config))
    node = block_of(block, "node_config")
    machine = node.text("machine_type")
    # NOTE: an unstated machine type is computed, hence unknown in a plan.
    default = machine is None or (isinstance(machine, Unknown) and not stated)
    types = (_NODE_TYPE,) if default else types_of(machine)
    guests = guests_of(node, "guest_accelerator")
    accel = machine_accelerators(types, guests, context.catalog)
    return Pool(
        machine_types=types,
        capacity=capacity,
        purchase=_purchase(block, node),
        accelerators=_shared(accel, guests),
        disks=_node_disks(node, types[0] if isinstance(types, tuple) else ""),
        name=name,
        details={"type_is_default": default, "zones": zones},
    )


def _purchase(block: Attributes, node: Attributes) -> Purchase:
    if block.flag("queued_provisioning.0.enabled") is True:
        return FLEX
    found = bought(node)
    bound = node.text("reservation_affinity.0.consume_reservation_type") == "SPECIFIC_RESERVATION"
    return RESERVED if bound and found.model == "on-demand" else found


def _node_disks(node: Attributes, machine_type: str) -> tuple[Disk, ...]:
    size, kind = node.number("disk_size_gb"), node.text("disk_type")
    if kind is None or isinstance(kind, Unknown):
        kind = node.text("boot_disk.0.disk_type")
    boot = Disk(
        "boot disk",
        kind if isinstance(kind, str) else "pd-standard",
        size if isinstance(size, Decimal) else _NODE_GIB,
        size_is_default=not isinstance(size, Decimal),
    )
    count = node.whole("local_ssd_count")
    for path in ("ephemeral_storage_local_ssd_config", "ephemeral_storage_config", "local_nvme_ssd_block_config"):
        more = node.whole(f"{path}.0.local_ssd_count")
        count = more if isinstance(more, int) and more else count
    return (boot, *local_ssds(count, machine_type))


def _shared(accel: Accelerators, guests: tuple[Attributes, ...] | Unknown) -> Accelerators:
    """The accelerators with how they are shared: time slices, MPS or a partition, and the fraction that one share is."""
    if not isinstance(guests, tuple) or not guests:
        return accel
    first = guests[0]
    partition = first.text("gpu_partition_size")
    if isinstance(partition, str):
        slices = _MIG_SLICES.get(partition.split(".", 1)[0])
        fraction: Number = 1 / Decimal(slices) if slices else Unknown(f"partition {partition!r} is not known")
        return replace(accel, sharing="mig", fraction=fraction)
    sharing = {"TIME_SHARING": "time-slicing", "MPS": "mps"}.get(
        str(first.text("gpu_sharing_config.0.gpu_sharing_strategy"))
    )
    if sharing is None:
        return accel
    clients = first.number("gpu_sharing_config.0.max_shared_clients_per_gpu")
    return replace(
        accel, sharing=sharing, fraction=1 / clients if isinstance(clients, Decimal) and clients else clients
    )
