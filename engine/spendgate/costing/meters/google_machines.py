"""Compute Engine machines in every form: VMs, groups, GKE nodes, Workbench, Vertex AI; TPU slices.

Sustained-use discounts of whole-month use: 30 % for N1, 20 % for N2, N2D and C2, none for other series, accelerators and spot
(Google Cloud documentation, sustained use discounts). They are taken off only where a machine is metered for the month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.google_disks import disk_components
from spendgate.costing.meters.machines import label, machine_components, sizes, unpriced
from spendgate.costing.meters.parts import always, used
from spendgate.costing.usage import stated
from spendgate.facets.google.machines import custom_parts
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Pool
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_SUSTAINED: Mapping[str, Decimal] = {
    "n1": Decimal("0.7"),
    "n2": Decimal("0.8"),
    "n2d": Decimal("0.8"),
    "c2": Decimal("0.8"),
    "f1": Decimal("0.7"),
    "g1": Decimal("0.7"),
    "m1": Decimal("0.7"),
}
_EXTENDED_ABOVE_GIB_PER_VCPU: Mapping[str, Decimal] = {"n1": Decimal("6.5")}
_CARRY_GPUS = ("a2", "a3", "a4", "a4x", "g2", "g4")
_DEPLOYED = "google_vertex_ai_"


class Machines:
    """Machine hours, attached GPUs and disks, pool by pool; GKE's management fee."""

    types = (
        "google_compute_instance",
        "google_compute_instance_group_manager",
        "google_compute_region_instance_group_manager",
        "google_container_node_pool",
        "google_container_cluster",
        "google_workbench_instance",
        "google_notebooks_instance",
        "google_colab_runtime",
        "google_vertex_ai_endpoint",
        "google_vertex_ai_endpoint_with_model_garden_deployment",
        "google_vertex_ai_deployment_resource_pool",
        "google_vertex_ai_index_endpoint_deployed_index",
        "google_vertex_ai_persistent_resource",
        "google_compute_reservation",
    )
    usage_keys = {
        "monthly_hrs": "hours a month that the machines run",
        "nodes": "nodes per zone that run on average, instead of the desired size",
        "autopilot_vcpu_hours": "vCPU hours a month of Autopilot pods",
        "autopilot_memory_gb_hours": "memory in GB hours a month of Autopilot pods",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The metered parts."""
        if subject.resource.type == "google_container_cluster":
            yield always(subject, "Cluster management", ("gke", "cluster"))
            if subject.facets.scaling.kind == "serverless":
                yield used(subject, "Autopilot vCPU", "vCPU-hours", ("gke", "autopilot vcpu"), "autopilot_vcpu_hours")
                yield used(
                    subject, "Autopilot memory", "GB-hours", ("gke", "autopilot memory"), "autopilot_memory_gb_hours"
                )
        for pool in subject.facets.pools:
            yield from _pool(subject, pool)


def _pool(subject: Subject, pool: Pool) -> Iterator[Component]:
    hours = stated(subject.usage, "monthly_hrs")
    first = pool.machine_types[0] if isinstance(pool.machine_types, tuple) and pool.machine_types else ""
    custom = custom_parts(first)
    parts = _custom(subject, pool, first) if custom else machine_components(subject, pool)
    for component in (*parts, *_attached(subject, pool, first)):
        if hours is not None and component.quantity is not None:
            component = _scaled(component, hours / subject.hours_per_month, Basis.USAGE)
        yield _managed(_sustained(subject, pool, component, first), pool)
    yield from _disks(subject, pool)


def _disks(subject: Subject, pool: Pool) -> Iterator[Component]:
    if isinstance(pool.disks, Unknown):
        yield unpriced(label(pool, "Disks"), "GB-month", f"disks: {pool.disks.reason}")
        return
    capacity = pool.capacity
    if pool.details.get("disks_survive"):
        # NOTE: a stopped machine has no hours but keeps its disks.
        capacity = type(capacity)(1, 1, 1)
    for disk in pool.disks:
        spot = pool.purchase.model == "spot"
        yield from disk_components(subject, disk, capacity, label(pool, disk.name), spot=spot)


def _scaled(component: Component, factor: Decimal, basis: Basis, note: str = "") -> Component:
    assert component.quantity is not None
    return Component(
        component.name, component.unit, component.query, component.quantity.times(factor),
        basis=basis, alternatives=component.alternatives, note=note or component.note,
    )  # fmt: skip


def _sustained(subject: Subject, pool: Pool, component: Component, first: str) -> Component:
    """The component with its hours reduced by the sustained-use discount: the list price stays what the book says."""
    custom = custom_parts(first)
    series = custom[0] if custom else first.split("-")[0]
    factor = _SUSTAINED.get(series)
    whole_month = subject.hours_per_month == HOURS_PER_MONTH and "monthly_hrs" not in subject.usage
    is_gpu = component.query.service == "gpu attach"
    if factor is None or component.quantity is None or pool.purchase.model != "on-demand" or is_gpu or not whole_month:
        return component
    percent = (1 - factor) * 100
    return Component(
        component.name, component.unit, component.query, component.quantity,
        basis=component.basis, alternatives=component.alternatives,
        note=f"{percent:.0f} % sustained-use discount for the whole month", factor=factor,
    )  # fmt: skip


def _managed(component: Component, pool: Pool) -> Component:
    if not pool.details.get("managed") or component.quantity is None:
        return component
    note = "Compute Engine price; the fee of Vertex AI is not in the price book"
    return _scaled(component, Decimal(1), Basis.ASSUMED, note)


def _custom(subject: Subject, pool: Pool, machine_type: str) -> Iterator[Component]:
    """A custom machine type: vCPUs and memory apart, memory above the series' ratio as extended memory."""
    found = custom_parts(machine_type)
    assert found is not None
    series, vcpu, memory_gib, extended = found
    hours = sizes(pool.capacity, subject.hours_per_month)
    region = subject.facets.region
    if isinstance(hours, str) or not isinstance(region, str):
        yield unpriced(
            label(pool, f"Machine ({machine_type})"),
            "hours",
            hours if isinstance(hours, str) else "region is not known",
        )
        return
    plain = min(memory_gib, vcpu * _EXTENDED_ABOVE_GIB_PER_VCPU.get(series, Decimal(8))) if extended else memory_gib
    suffix = " spot" if pool.purchase.model == "spot" else ""
    for name, unit, amount, item in (
        ("vCPUs", "vCPU-hours", vcpu, "vcpu"),
        ("memory", "GB-hours", plain, "memory"),
        ("extended memory", "GB-hours", memory_gib - plain, "extended memory"),
    ):
        if amount:
            query = RateQuery("google", region, "custom machine", f"{series} {item}{suffix}")
            yield Component(label(pool, f"Machine {name} ({machine_type})"), unit, query, hours.times(amount))


def _attached(subject: Subject, pool: Pool, machine_type: str) -> Iterator[Component]:
    """GPUs attached to a machine type that carries none."""
    accel = pool.accelerators
    if isinstance(accel.count, Unknown) or not accel.count or machine_type.split("-")[0] in _CARRY_GPUS:
        return
    if machine_type.startswith("ct") or not isinstance(accel.models, tuple) or not accel.models:
        return
    hours = sizes(pool.capacity, subject.hours_per_month)
    if isinstance(hours, str) or not isinstance(subject.facets.region, str):
        yield unpriced(
            label(pool, f"GPU ({accel.models[0]})"),
            "GPU-hours",
            hours if isinstance(hours, str) else "region is not known",
        )
        return
    suffix = " spot" if pool.purchase.model == "spot" else ""
    query = RateQuery("google", subject.facets.region, "gpu attach", f"{accel.models[0]}{suffix}")
    yield Component(label(pool, f"GPU ({accel.models[0]})"), "GPU-hours", query, hours.times(Decimal(accel.count or 0)))


class Tpu:
    """TPU slices by the chip-hour."""

    types = ("google_tpu_v2_vm", "google_tpu_v2_queued_resource")
    usage_keys = {"monthly_hrs": "hours a month that the slice runs"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """One part: chips times hours."""
        accel = subject.facets.accel
        if isinstance(accel.count, Unknown) or not isinstance(accel.models, tuple) or not accel.models:
            reason = accel.count.reason if isinstance(accel.count, Unknown) else "no accelerator type is stated"
            yield unpriced("TPU chips", "chip-hours", reason)
            return
        region = subject.facets.region
        if not isinstance(region, str):
            yield unpriced("TPU chips", "chip-hours", "region is not known")
            return
        hours = stated(subject.usage, "monthly_hrs")
        spot = subject.facets.purchase.model == "spot"
        query = RateQuery(
            "google", region, "tpu", accel.models[0].removeprefix("TPU-") + (" chip spot" if spot else " chip")
        )
        quantity = Quantity.exactly(
            (hours if hours is not None else subject.hours_per_month) * Decimal(accel.count or 0)
        )
        basis = Basis.USAGE if hours is not None else Basis.EXACT
        yield Component(f"TPU chips ({accel.models[0]})", "chip-hours", query, quantity, basis=basis)


MACHINES = Machines()
TPU = Tpu()
