"""Dataproc clusters and Cloud Workstations: machines that another service of Google starts."""

from __future__ import annotations

from decimal import Decimal

from spendgate.facets.compose import compose
from spendgate.facets.google.compute import block_of
from spendgate.facets.google.machines import ON_DEMAND, SPOT, local_ssds, machine_accelerators, types_of, unseen
from spendgate.facets.google.place import labels, region
from spendgate.facets.schedules import from_tags
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Disk, Facets, Limits, Pool, Scaling, Schedule
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Number, Text, Unknown, Whole
from spendgate.ports import FacetContext

_MASTERS, _WORKERS = 1, 2
_NODE_TYPE = "n1-standard-4"
_BOOT_GIB = Decimal(500)
"""What Dataproc makes without a word: one master, two workers, disks of 500 GB (documentation of google_dataproc_cluster)."""
_STATION_TYPE = "e2-standard-4"
_STATION_GIB = Decimal(50)


def dataproc(resource: Resource, context: FacetContext) -> Facets:
    """`google_dataproc_cluster` on Compute Engine; on GKE it has no machines of its own."""
    attributes = resource.attributes
    config = attributes.block("cluster_config")
    pools: tuple[Pool, ...] = ()
    stated = context.neighbours.points(resource, "cluster_config")
    if isinstance(config, Unknown) and stated:
        pools = (unseen(config),)
    elif not isinstance(attributes.block("virtual_cluster_config"), Attributes):
        pools = _dataproc_pools(config if isinstance(config, Attributes) else Attributes(), context, stated)
    own = labels(resource, context)
    return compose(
        resource,
        context,
        kind="compute.cluster",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=own,
        pools=pools,
        schedule=from_tags(own, context.schedules) or Schedule(),
        limits=Limits(idle_minutes=_minutes(attributes.text("cluster_config.0.lifecycle_config.0.idle_delete_ttl"))),
        scaling=Scaling("autoscaling" if _is_scaled(config) else "fixed", False),
    )


def _is_scaled(config: Attributes | Unknown | None) -> bool:
    return isinstance(config, Attributes) and isinstance(config.block("autoscaling_config"), Attributes)


def _minutes(duration: Text) -> Number:
    if duration is None or isinstance(duration, Unknown):
        return duration
    seconds = duration.removesuffix("s").split(".")[0]
    return Decimal(seconds) / 60 if seconds.isdecimal() else None


def _dataproc_pools(config: Attributes, context: FacetContext, stated: bool) -> tuple[Pool, ...]:
    """Masters, workers and secondary workers; `stated` says that the configuration points at other resources."""
    found = [
        _dataproc_pool(block_of(config, "master_config"), context, "master", _MASTERS, stated),
        _dataproc_pool(block_of(config, "worker_config"), context, "worker", _WORKERS, stated),
    ]
    more = config.block("preemptible_worker_config")
    if isinstance(more, Attributes):
        purchase = ON_DEMAND if more.text("preemptibility") == "NON_PREEMPTIBLE" else SPOT
        # NOTE: secondary workers are machines of the primary workers' kind.
        shape = block_of(config, "worker_config")
        secondary = _dataproc_pool(more, context, "secondary worker", 0, stated, shape)
        found.append(replace(secondary, purchase=purchase))
    return tuple(found)


def _dataproc_pool(
    block: Attributes,
    context: FacetContext,
    name: str,
    default: int,
    stated: bool,
    shape: Attributes | None = None,
) -> Pool:
    kind = shape if shape is not None else block
    machine, count = kind.text("machine_type"), block.whole("num_instances")
    # NOTE: what is not stated is computed, hence unknown in a plan.
    computed = machine is None or (isinstance(machine, Unknown) and not stated)
    types = (_NODE_TYPE,) if computed else types_of(machine)
    size: Whole = default if count is None or (isinstance(count, Unknown) and not stated) else count
    disk = block_of(block, "disk_config")
    ssds = disk.whole("num_local_ssds")
    gib, disk_kind = disk.number("boot_disk_size_gb"), disk.text("boot_disk_type")
    boot = Disk(
        "boot disk",
        disk_kind if isinstance(disk_kind, str) else "pd-standard",
        gib if isinstance(gib, Decimal) else _BOOT_GIB,
        size_is_default=not isinstance(gib, Decimal),
    )
    guests = kind.blocks("accelerators")
    renamed: tuple[Attributes, ...] | Unknown = guests
    if isinstance(guests, tuple):
        renamed = tuple(
            Attributes({"type": guest.values.get("accelerator_type"), "count": guest.values.get("accelerator_count")})
            for guest in guests
        )
    return Pool(
        machine_types=types,
        capacity=Capacity(size, size, size),
        accelerators=machine_accelerators(types, renamed, context.catalog),
        disks=(boot, *local_ssds(ssds, types[0] if isinstance(types, tuple) else "")),
        name=name,
        details={"type_is_default": computed},
    )


def workstations(resource: Resource, context: FacetContext) -> Facets:
    """`google_workstations_workstation_config`: machines kept ready, and one for each workstation that people start."""
    attributes = resource.attributes
    host = block_of(attributes, "host.0.gce_instance")
    machine = host.text("machine_type")
    stated = context.neighbours.points(resource, "host")
    computed = machine is None or (isinstance(machine, Unknown) and not stated)
    types = (_STATION_TYPE,) if computed else types_of(machine)
    ready = host.whole("pool_size")
    ready = 0 if ready is None or (isinstance(ready, Unknown) and not stated) else ready
    idle = _minutes(attributes.text("idle_timeout"))
    longest = _minutes(attributes.text("running_timeout"))
    size = host.number("boot_disk_size_gb")
    boot = Disk("boot disk", "pd-standard", size if isinstance(size, Decimal) else _STATION_GIB)
    pool = Pool(
        machine_types=types,
        capacity=Capacity(ready, ready, None),
        accelerators=machine_accelerators(types, host.blocks("accelerators"), context.catalog),
        disks=(boot,),
        details={"type_is_default": computed},
    )
    return compose(
        resource,
        context,
        kind="ai.notebook",
        name=attributes.text("workstation_config_id"),
        region=region(resource, context),
        tags=labels(resource, context),
        pools=(pool,),
        limits=Limits(
            idle_minutes=idle,
            max_runtime_hours=longest / 60 if isinstance(longest, Decimal) else longest,
            cap_supported=True,
        ),
        scaling=Scaling("autoscaling", ready if isinstance(ready, Unknown) else ready == 0),
    )


DESCRIBERS = {
    "google_dataproc_cluster": dataproc,
    "google_workstations_workstation_config": workstations,
}
