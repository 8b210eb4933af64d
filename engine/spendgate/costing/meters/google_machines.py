"""Compute Engine machines in every form: VMs, groups, GKE nodes, notebooks, Vertex AI; GKE's fee; TPU slices.

Machine hours, attached GPUs and TPU chips stop with the machine; disks and fees do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.google_custom import custom_components, custom_type
from spendgate.costing.meters.google_discounts import carries_gpus, gpu_factor, machine_factor
from spendgate.costing.meters.google_disks import disk_components
from spendgate.costing.meters.machines import label, machine_components, needs_usage, sizes, unpriced
from spendgate.costing.meters.parts import ByType, Parts, Service, always, missing_region, used
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Capacity, Pool
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_TPU_HOST = re.compile(r"(?:ct\d\w+|tpu7x?)-\w+-\d+t")
_HOURS: Mapping[str, str] = {"monthly_hrs": "hours a month that the machines run"}
_NODES: Mapping[str, str] = {"nodes": "nodes per zone that run on average, instead of the desired size"}
_MANAGED = "Compute Engine's price; Vertex AI's own, higher one is not in the price book"


def _machines(subject: Subject) -> Iterator[Component]:
    """All pools of a resource."""
    for pool in subject.facets.pools:
        yield from _pool(subject, pool)


def _pool(subject: Subject, pool: Pool) -> Iterator[Component]:
    nodes = _stated_nodes(subject, pool)
    if nodes is None:
        yield from _pool_parts(subject, pool)
        return
    # NOTE: stated nodes are an average: the bounds of an autoscaled pool stay.
    bounds = {component.name: component.quantity for component in _pool_parts(subject, pool)}
    for part in _pool_parts(subject, replace(pool, capacity=Capacity())):
        if part.quantity is None:
            yield part
            continue
        average = part.quantity.expected * nodes
        bound = bounds.get(part.name) or Quantity.exactly(average)
        quantity = Quantity(min(bound.low, average), average, max(bound.high, average))
        yield replace(part, quantity=quantity, basis=Basis.USAGE)


def _stated_nodes(subject: Subject, pool: Pool) -> Decimal | None:
    """Nodes over all zones that the usage file states for a pool, under the pool's own name where it has one."""
    zones = pool.details.get("zones")
    if not isinstance(zones, int):
        return None
    usage = subject.usage
    if pool.name.startswith("node_pool["):
        flat = usage.get(f"{pool.name}.nodes")
        usage = {"nodes": flat} if flat is not None else usage.get(pool.name, {})
    nodes = stated(usage, "nodes") if isinstance(usage, Mapping) else None
    return None if nodes is None else nodes * zones


def _pool_parts(subject: Subject, pool: Pool) -> Iterator[Component]:
    if "paid_by" not in pool.details:
        yield from (_at_hours(subject, pool, part) for part in _running_parts(subject, pool))
    if pool.details.get("suspended"):
        yield unpriced(label(pool, "Suspended memory"), "GB-month", "no price of the memory of suspended VMs is known")
    yield from _addresses(subject, pool)
    yield from _disks(subject, pool)


def _addresses(subject: Subject, pool: Pool) -> Iterator[Component]:
    """External addresses that machines have while they run."""
    count = pool.details.get("addresses")
    if count:
        use = "in use by spot vm" if pool.purchase.model == "spot" else "in use"
        yield _hourly(subject, pool, f"External address ({use})", "hours", ("external ip", use), count)


def _running_parts(subject: Subject, pool: Pool) -> Iterator[Component]:
    first = pool.machine_types[0] if isinstance(pool.machine_types, tuple) and pool.machine_types else ""
    custom = custom_type(first)
    if custom is not None:
        yield from custom_components(subject, pool, custom, first)
    elif _TPU_HOST.fullmatch(first):
        yield from _tpu_hosts(subject, pool, first)
        return
    else:
        yield from machine_components(subject, pool)
    yield from _attached(subject, pool, first)


def _at_hours(subject: Subject, pool: Pool, part: Component) -> Component:
    """The part for the hours that are stated or scheduled, with the sustained-use discount that these hours earn."""
    if part.quantity is None:
        return part
    hours = stated(subject.usage, "monthly_hrs")
    if hours is not None:
        part = replace(part, quantity=part.quantity.times(hours / subject.hours_per_month), basis=Basis.USAGE)
    if isinstance(pool.purchase.model, Unknown) and part.query.service == "machine":
        cheaper = replace(part.query, purchase="spot")
        note = _joined(part.note, f"spot or not is {pool.purchase.model.reason}: on-demand is expected, spot the least")
        return replace(part, basis=Basis.ASSUMED, alternatives=(*part.alternatives, cheaper), note=note)
    if pool.details.get("managed"):
        return replace(part, basis=Basis.ASSUMED, note=_joined(part.note, _MANAGED))
    return _discounted(pool, part, subject.hours_per_month if hours is None else hours)


def _discounted(pool: Pool, part: Component, hours: Decimal) -> Component:
    if pool.purchase.model == "flex":
        note = "no flex-start price is known, on-demand assumed"
        return replace(part, basis=Basis.ASSUMED, note=_joined(part.note, note))
    # NOTE: what an operating system costs is no use of vCPUs, memory or GPUs: no discount is for it.
    if pool.purchase.model not in ("on-demand", "reserved") or part.query.service in ("tpu", "licence"):
        return part
    if part.query.service == "gpu attach":
        factor = gpu_factor(part.query.item, hours)
    else:
        first = pool.machine_types[0] if isinstance(pool.machine_types, tuple) else ""
        factor = machine_factor(first, hours)
    if factor == 1:
        return part
    note = f"{(1 - factor) * 100:.0f} % sustained-use discount"
    return replace(part, factor=part.factor * factor, note=_joined(part.note, note))


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _attached(subject: Subject, pool: Pool, machine_type: str) -> Iterator[Component]:
    """GPUs attached to a machine whose type carries none."""
    accel = pool.accelerators
    if carries_gpus(machine_type) or accel.count == 0:
        return
    if isinstance(accel.count, Unknown) or accel.count is None:
        if custom_type(machine_type) or subject.catalog.machine("google", machine_type) is not None:
            reason = accel.count.reason if isinstance(accel.count, Unknown) else "their number is not known"
            yield unpriced(label(pool, "GPU"), "GPU-hours", reason)
        return
    spot = " spot" if pool.purchase.model == "spot" else ""
    models = accel.models if isinstance(accel.models, tuple) else ()
    if len(models) != 1:
        yield unpriced(label(pool, "GPU"), "GPU-hours", "which model is attached is not known")
        return
    yield _hourly(subject, pool, f"GPU ({models[0]})", "GPU-hours", ("gpu attach", f"{models[0]}{spot}"), accel.count)


def _tpu_hosts(subject: Subject, pool: Pool, machine_type: str) -> Iterator[Component]:
    """Machines that hold TPU chips are paid by the chip."""
    accel = pool.accelerators
    assert isinstance(accel.models, tuple)
    assert not isinstance(accel.count, Unknown)
    rate = ("tpu", _chip(accel.models[0], pool.purchase.model == "spot"))
    yield _hourly(subject, pool, f"TPU chips ({machine_type})", "chip-hours", rate, accel.count or 0)


def _chip(model: str, spot: bool) -> str:
    return f"{model.removeprefix('TPU-')} chip{' spot' if spot else ''}"


def _hourly(
    subject: Subject, pool: Pool, name: str, unit: str, rate: tuple[str, str], count: Decimal | int
) -> Component:
    hours = sizes(pool.capacity, subject.hours_per_month)
    if isinstance(hours, str):
        return unpriced(label(pool, name), unit, hours)
    if (missing := missing_region(subject, label(pool, name), unit)) is not None:
        return missing
    query = RateQuery("google", str(subject.facets.region), *rate)
    basis = Basis.SCHEDULE if subject.hours_per_month != HOURS_PER_MONTH else Basis.EXACT
    return Component(label(pool, name), unit, query, hours.times(Decimal(count)), basis=basis, stops=True)


def _disks(subject: Subject, pool: Pool) -> Iterator[Component]:
    if isinstance(pool.disks, Unknown):
        yield unpriced(label(pool, "Disks"), "GB-month", f"disks: {pool.disks.reason}")
        return
    # NOTE: a stopped machine has no hours but keeps its disks.
    capacity = Capacity() if pool.details.get("disks_survive") else pool.capacity
    for disk in pool.disks:
        spot = pool.purchase.model == "spot"
        yield from disk_components(subject, disk, capacity, label(pool, disk.name), spot=spot)


def _cluster(subject: Subject) -> Iterator[Component]:
    """A GKE cluster: its fee, Autopilot's pods, the pools written inside."""
    yield always(subject, "Cluster management", ("gke", "cluster"))
    if subject.facets.scaling.kind == "serverless":
        yield used(subject, "Autopilot vCPU", "vCPU-month", ("gke", "autopilot vcpu"), "autopilot_vcpu_count")
        yield used(subject, "Autopilot memory", "GB-month", ("gke", "autopilot memory"), "autopilot_memory_gb")
        rate = ("gke", "autopilot ephemeral storage")
        yield used(subject, "Autopilot storage", "GB-month", rate, "autopilot_ephemeral_storage_gb")
    yield from _machines(subject)


def _colab_schedule(subject: Subject) -> Iterator[Component]:
    """Runs of a notebook from time to time: how long they take is known to nobody but their author."""
    if stated(subject.usage, "monthly_hrs") is not None:
        yield from _machines(subject)
        return
    yield needs_usage("Notebook runs", "hours", RateQuery("google", "", "machine", ""), "monthly_hrs")


def _tpu(subject: Subject) -> Iterator[Component]:
    """TPU slices by the chip-hour."""
    accel = subject.facets.accel
    if isinstance(accel.count, Unknown) or not isinstance(accel.models, tuple) or not accel.models:
        reason = accel.count.reason if isinstance(accel.count, Unknown) else "no accelerator type is stated"
        yield unpriced("TPU chips", "chip-hours", reason)
        return
    if isinstance(subject.facets.purchase.model, Unknown):
        yield unpriced("TPU chips", "chip-hours", f"how it is bought is {subject.facets.purchase.model.reason}")
        return
    rate = ("tpu", _chip(accel.models[0], subject.facets.purchase.model == "spot"))
    name = f"TPU chips ({accel.models[0]})"
    pool = Pool((), Capacity(), subject.facets.purchase)
    yield _at_hours(subject, pool, _hourly(subject, pool, name, "chip-hours", rate, accel.count or 0))


def _reservation(subject: Subject) -> Iterator[Component]:
    """Reserved machines cost what running ones do; those that VMs of the run use are paid here, not there."""
    for part in _machines(subject):
        yield replace(part, stops=False) if part.stops else part


def _with_fee(name: str, what: str) -> Parts:
    """Machines of a service that charges a fee on top, for which the price book has no rate."""

    def parts(subject: Subject) -> Iterator[Component]:
        yield from _machines(subject)
        if subject.facets.pools:
            yield unpriced(name, "vCPU-hours", f"no price of {what} is known")

    return parts


def _commitment(subject: Subject) -> Iterable[Component]:
    """A commitment is paid for its whole term, used or not."""
    yield unpriced("Commitment", "months", "the price book holds no committed-use prices")


_AUTOPILOT = {
    "autopilot_vcpu_count": "vCPUs that Autopilot pods request on average",
    "autopilot_memory_gb": "gigabytes of memory that Autopilot pods request on average",
    "autopilot_ephemeral_storage_gb": "gigabytes of ephemeral storage that Autopilot pods request on average",
}

MACHINES = ByType(
    {
        "google_compute_instance": Service(_machines, _HOURS),
        "google_compute_instance_from_template": Service(_machines, _HOURS),
        "google_compute_instance_group_manager": Service(_machines, _HOURS),
        "google_compute_region_instance_group_manager": Service(_machines, _HOURS),
        "google_compute_reservation": Service(_reservation, {}),
        "google_compute_region_commitment": Service(_commitment, {}),
        "google_container_cluster": Service(
            _cluster,
            {
                **_HOURS,
                **_NODES,
                **_AUTOPILOT,
                "node_pool[*].nodes": "nodes per zone of a pool that is written in the cluster",
            },
        ),
        "google_container_node_pool": Service(_machines, {**_HOURS, **_NODES}),
        "google_dataproc_cluster": Service(_with_fee("Dataproc fee", "Dataproc"), _HOURS),
        "google_workstations_workstation_config": Service(_with_fee("Workstation fee", "Cloud Workstations"), _HOURS),
        "google_workbench_instance": Service(_machines, _HOURS),
        "google_notebooks_instance": Service(_machines, _HOURS),
        "google_notebooks_runtime": Service(_machines, _HOURS),
        "google_colab_runtime": Service(_machines, _HOURS),
        "google_colab_schedule": Service(_colab_schedule, _HOURS),
        "google_vertex_ai_endpoint": Service(_machines, _HOURS),
        "google_vertex_ai_endpoint_with_model_garden_deployment": Service(_machines, _HOURS),
        "google_vertex_ai_deployment_resource_pool": Service(_machines, _HOURS),
        "google_vertex_ai_index_endpoint_deployed_index": Service(_machines, _HOURS),
        "google_vertex_ai_persistent_resource": Service(_machines, _HOURS),
    }
)
TPU = ByType(
    {
        "google_tpu_node": Service(_tpu, _HOURS),
        "google_tpu_v2_vm": Service(_tpu, _HOURS),
        "google_tpu_v2_queued_resource": Service(_tpu, _HOURS),
    }
)
