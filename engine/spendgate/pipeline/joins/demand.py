"""Accelerators that are paid and asked for by nobody: pods packed onto the nodes of a run, processes beside what their machine has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from spendgate.costing.nodes_needed import need_of
from spendgate.costing.packing import NodeShape, Packing, PodNeed, pack
from spendgate.facets.kubernetes.node_shapes import Market, node_shapes, pool_shapes
from spendgate.facets.kubernetes.sources import TERRAFORM_POOLS
from spendgate.facets.processes import processes_of
from spendgate.model.facets import Facets, Pool
from spendgate.model.frozen import Frozen, replace
from spendgate.model.values import Bounded, Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.cases import Run
from spendgate.pipeline.joins.activity import is_over
from spendgate.ports import Catalog
from spendgate.settings import Settings

_FREE_OF_CHARGE = Decimal(0)
_SUGGESTED = 3
_NOTHING = Decimal(0)


def facts(run: Run, settings: Settings, now: datetime) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """`offer` of node pools, nodes and, where the run holds neither, of workloads that name a machine type; `processes` of machines.

    `offer`: `accelerators` that are paid at the desired size, `requested` by pods, `requested_share`, `per_machine`, `stranded` (of one
    machine, where the pods' sizes leave a rest that none of them fits into), `smaller` (machine types that would do). Bounded where
    what some pods ask for is not known. `idle_share` is the share of its own cost that is paid for nothing, `demand` a sentence.
    """
    for place, item in enumerate(run.assessed):
        if item.change.after is not None and (found := _processes(item)) is not None:
            yield place, found
    pods = [item for item in run.assessed if _asks(item)]
    if not any(item.facets.kind == "k8s.workload" for item in run.assessed) or run.prices is None:
        return
    market = Market(run.prices.catalog, run.prices.source, settings.regions)
    pools = list(_pools(run.assessed, market))
    if pools:
        yield from _of_pools(pods, pools, run.assessed, run.prices.catalog)
    else:
        places = {id(item): place for place, item in enumerate(run.assessed)}
        for item, offer in _of_machines(pods, market):
            yield places[id(item)], offer


def _processes(item: Assessed) -> Mapping[str, Any] | None:
    facets = item.facets
    if facets.accel.count == 0 or facets.kind.endswith(".template"):
        return None
    found = processes_of(item.change.resource, facets)
    if found is None:
        return None
    count = facets.accel.count
    if not isinstance(found, Decimal) or not isinstance(count, (int, Decimal)):
        return {"processes": found}
    said = f"its processes use {found} of {count} accelerators of a machine"
    return {"processes": found, "idle_share": 1 - min(found / Decimal(count), Decimal(1)), "demand": said}


def _asks(item: Assessed) -> bool:
    """Whether its pods ask for accelerators of a node. What runs on every node asks for what is left, and is not counted."""
    resource = item.change.after
    if resource is None or item.facets.kind != "k8s.workload" or resource.type == "DaemonSet" or is_over(resource):
        return False
    return any(_asked(pool) is not None for pool in item.facets.pools)


def _asked(pool: Pool) -> Decimal | Unknown | None:
    """Accelerators that one pod asks for; None when it asks for none."""
    asked = pool.details.get("asked") if pool.service == "pod" else None
    return asked if isinstance(asked, Unknown) or (isinstance(asked, Decimal) and asked > 0) else None


class _Offer(Frozen):
    """Nodes that are paid together: a pool, or live nodes of one kind. `paid` of them are there whatever pods ask for."""

    places: tuple[int, ...]
    facets: Facets
    shapes: tuple[NodeShape, ...]
    paid: int | Unknown
    grows: bool


def _pools(assessed: Sequence[Assessed], market: Market) -> Iterator[_Offer]:
    nodes: dict[object, list[int]] = defaultdict(list)
    for place, item in enumerate(assessed):
        resource, facets = item.change.after, item.facets
        if resource is None or facets.accel.count == 0 or "data" in item.change.flags:
            continue
        if facets.kind == "k8s.node":
            nodes[(facets.k8s.get("nodepool"), facets.accel.models, facets.accel.count, _types(facets))].append(place)
        elif resource.type == "NodePool" or resource.type in TERRAFORM_POOLS:
            shapes = [shape for shape in pool_shapes([(resource, facets)], market) if shape.accelerators > 0]
            grows = facets.scaling.kind == "autoscaling" or facets.capacity.min != facets.capacity.max
            least = facets.capacity.min if grows else facets.capacity.desired
            paid = least if isinstance(least, (int, Unknown)) else 0
            yield _Offer((place,), facets, tuple(_there(shapes, free=not grows)), paid, grows)
    for places in nodes.values():
        first = assessed[places[0]]
        assert first.change.after is not None
        physical = first.facets.k8s.get("accelerators_allocatable")
        shapes = [
            replace(
                shape,
                accelerators=Decimal(physical) if isinstance(physical, (int, Decimal)) else shape.accelerators,
                most=len(places),
                pool=first.change.address,
                name=f"{shape.name} of {first.change.address}",
            )
            for shape in node_shapes([first.change.after], market)
        ]
        yield _Offer(tuple(places), first.facets, tuple(_there(shapes, free=True)), len(places), False)


def _types(facets: Facets) -> tuple[str, ...]:
    types = facets.pools[0].machine_types if facets.pools else ()
    return types if isinstance(types, tuple) else ()


def _there(shapes: Sequence[NodeShape], *, free: bool) -> Iterator[NodeShape]:
    """NOTE: nodes that are there anyway are filled before others are started: they cost nothing more."""
    for shape in shapes:
        yield replace(shape, hourly=_FREE_OF_CHARGE) if free else shape


def _needs(pods: Sequence[Assessed]) -> tuple[list[PodNeed], list[Unknown]]:
    """What pods ask for, and why that is not known of some."""
    needs: list[PodNeed] = []
    unsure: list[Unknown] = []
    for item in pods:
        for pool in item.facets.pools:
            if _asked(pool) is None:
                continue
            need = need_of(f"{item.change.address} {pool.name}".strip(), pool)
            if isinstance(need, str):
                unsure.append(Unknown(f"{item.change.address}, {need}"))
            else:
                needs.append(replace(need, machine_types=()) if pool.details.get("assumed") else need)
    return needs, unsure


def _of_pools(
    pods: Sequence[Assessed], offers: Sequence[_Offer], assessed: Sequence[Assessed], catalog: Catalog
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    needs, unsure = _needs(pods)
    packing = pack(needs, [shape for offer in offers for shape in offer.shapes])
    asked = {need.name: need.accelerators for need in needs}
    for offer in offers:
        found = _found(offer, packing, asked, unsure, catalog)
        if found is not None:
            for place in offer.places:
                yield place, found


def _found(
    offer: _Offer, packing: Packing, asked: Mapping[str, Decimal], unsure: Sequence[Unknown], catalog: Catalog
) -> Mapping[str, Any] | None:
    per = offer.facets.accel.count
    if isinstance(offer.paid, Unknown) or not isinstance(per, (int, Decimal)) or not offer.shapes:
        gaps = (each for each in (offer.paid, per) if isinstance(each, Unknown))
        return {"offer": next(gaps, Unknown("its shape is not known"))}
    names = [shape.name for shape in offer.shapes]
    size = offer.shapes[0].accelerators
    started = sum(packing.nodes.get(name, 0) for name in names)
    held = sum((packing.nodes.get(shape.name, 0) * shape.accelerators for shape in offer.shapes), _NOTHING)
    requested = held - sum((packing.idle.get(name, _NOTHING) for name in names), _NOTHING)
    paid = held + max(offer.paid - started, 0) * size
    if not paid:
        return None
    sizes = {asked[need] for name in names for need in packing.held.get(name, ())}
    shares = requested / paid
    gap = unsure[0] if unsure else None
    share: Any = Bounded(shares, Decimal(1), gap.reason) if gap is not None and shares < 1 else shares
    stranded = _stranded(sizes, size) if offer.facets.accel.sharing == "none" else _NOTHING
    found = {
        "accelerators": paid,
        "requested": requested,
        "requested_share": share,
        "per_machine": size,
        "stranded": Bounded(_NOTHING, stranded, gap.reason) if gap is not None and stranded else stranded,
        "smaller": _smaller(offer.shapes[0], sizes, catalog),
    }
    idle = share if isinstance(share, Bounded) else 1 - share
    return {"offer": found, "idle_share": idle, "demand": _said(requested, paid, stranded, size)}


def _said(requested: Decimal, paid: Decimal, stranded: Decimal, per: Decimal) -> str:
    said = f"of {_short(paid)} paid accelerators pods ask for {_short(requested)}"
    return (
        f"{said}; the {_short(stranded)} that they leave of each {_short(per)} fit no other pod" if stranded else said
    )


def _short(number: Decimal) -> str:
    return format(number.quantize(Decimal("0.01")).normalize(), "f")


def _stranded(sizes: set[Decimal], per: Decimal) -> Decimal:
    """Accelerators of one machine that are left over by a size of pods, and into which no other pod fits."""
    left = [
        per % size
        for size in sizes
        if size >= 1 and size <= per and per % size and not any(other <= per % size for other in sizes)
    ]
    return max(left, default=_NOTHING)


def _smaller(shape: NodeShape, sizes: set[Decimal], catalog: Catalog) -> tuple[str, ...]:
    """Machine types with fewer accelerators that would hold the largest pod: of the same model, else of other families."""
    own = next((spec for cloud in _CLOUDS if (spec := catalog.machine(cloud, shape.machine_type)) is not None), None)
    cloud = next((cloud for cloud in _CLOUDS if catalog.machine(cloud, shape.machine_type) is not None), None)
    if own is None or cloud is None:
        return ()
    most = max(sizes, default=Decimal(1))
    specs = (catalog.machine(cloud, name) for name in catalog.machine_types(cloud))
    fewer = [spec for spec in specs if spec is not None and most <= spec.accelerator_count < shape.accelerators]
    alike = [spec for spec in fewer if spec.accelerator == own.accelerator]
    memory = own.accelerator_memory_gib or _NOTHING
    found = alike or [spec for spec in fewer if (spec.accelerator_memory_gib or _NOTHING) >= memory] or fewer
    found.sort(
        key=lambda spec: (
            spec.accelerator_count,
            -(spec.accelerator_memory_gib or _NOTHING),
            spec.vcpu or 0,
            spec.machine_type,
        )
    )
    return tuple(spec.machine_type for spec in found[:_SUGGESTED])


_CLOUDS = ("aws", "google", "azure")


def _of_machines(pods: Sequence[Assessed], market: Market) -> Iterator[tuple[Assessed, Mapping[str, Any]]]:
    """Workloads that name the machine type of nodes which the run does not hold: whole machines are paid for them."""
    shapes: dict[str, NodeShape] = {}
    needs: list[PodNeed] = []
    items: dict[str, Assessed] = {}
    for item in pods:
        for pool in item.facets.pools:
            need = need_of(f"{item.change.address} {pool.name}".strip(), pool) if _names_a_machine(pool) else ""
            if isinstance(need, str) or _asked(pool) is None:
                continue
            found = [
                shape for type_ in need.machine_types if (shape := _shape(type_, pool, market, shapes)) is not None
            ]
            if found:
                # NOTE: what a node keeps for itself is a round figure: a pod that takes all of its machine fits it here.
                room = max(found, key=lambda shape: shape.vcpu)
                needs.append(
                    replace(
                        need,
                        selector=None,
                        cpu=min(need.cpu, room.vcpu),
                        memory_gib=min(need.memory_gib, room.memory_gib),
                    )
                )
                items[need.name] = item
    packing = pack(needs, list(shapes.values()))
    asked = {need.name: need.accelerators for need in needs}
    for name, count in packing.nodes.items():
        shape, held = shapes[name], packing.held[name]
        paid = shape.accelerators * count
        sizes = {asked[need] for need in held}
        requested, stranded = paid - packing.idle[name], _stranded(sizes, shape.accelerators)
        if not paid:
            continue
        offer = {
            "accelerators": paid,
            "requested": requested,
            "requested_share": requested / paid,
            "per_machine": shape.accelerators,
            "stranded": stranded,
            "smaller": _smaller(shape, sizes, market.catalog),
        }
        said = f"on {shape.machine_type}, {_said(requested, paid, stranded, shape.accelerators)}"
        for item in {items[need].change.address: items[need] for need in sorted(held)}.values():
            yield item, {"offer": offer, "demand": said}


def _shape(type_: str, pool: Pool, market: Market, shapes: dict[str, NodeShape]) -> NodeShape | None:
    """A named machine type as a node, made once a region and kept under a name that tells both."""
    name = f"{type_} in {pool.region}"
    if name not in shapes:
        shape = market.shape(pool.details.get("provider"), pool.region, type_, pool.purchase.model)
        if shape is None or not shape.accelerators:
            return None
        shapes[name] = replace(shape, name=name, machine_type=type_)
    return shapes[name]


def _names_a_machine(pool: Pool) -> bool:
    return bool(isinstance(pool.machine_types, tuple) and pool.machine_types) and not pool.details.get("assumed")
