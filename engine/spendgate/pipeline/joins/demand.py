"""Accelerators that are paid and asked for by nobody: pods packed onto the nodes of a run, processes beside what their machine has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from spendgate.costing.node_shape import NodeShape, PodNeed
from spendgate.costing.nodes_needed import need_of
from spendgate.costing.packing import pack
from spendgate.facets.kubernetes.node_shapes import Market
from spendgate.facets.processes import processes_of
from spendgate.model.facets import Pool
from spendgate.model.frozen import replace
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.cases import Run
from spendgate.pipeline.joins.activity import is_over
from spendgate.pipeline.joins.node_pools import of_pools, pools_of
from spendgate.pipeline.joins.offers import asked_by, said, smaller, stranded_by
from spendgate.settings import Settings


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
    pools = list(pools_of(run.assessed, market))
    if pools:
        yield from of_pools(pods, pools, run.assessed, run.prices.catalog)
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
    text = f"its processes use {found} of {count} accelerators of a machine"
    return {"processes": found, "idle_share": 1 - min(found / Decimal(count), Decimal(1)), "demand": text}


def _asks(item: Assessed) -> bool:
    """Whether its pods ask for accelerators of a node. What runs on every node asks for what is left, and is not counted."""
    resource = item.change.after
    if resource is None or item.facets.kind != "k8s.workload" or resource.type == "DaemonSet" or is_over(resource):
        return False
    return any(asked_by(pool) is not None for pool in item.facets.pools)


def _of_machines(pods: Sequence[Assessed], market: Market) -> Iterator[tuple[Assessed, Mapping[str, Any]]]:
    """Workloads that name the machine type of nodes which the run does not hold: whole machines are paid for them."""
    shapes: dict[str, NodeShape] = {}
    needs: list[PodNeed] = []
    items: dict[str, Assessed] = {}
    for item in pods:
        for pool in item.facets.pools:
            need = need_of(f"{item.change.address} {pool.name}".strip(), pool) if _names_a_machine(pool) else ""
            if isinstance(need, str) or asked_by(pool) is None:
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
        requested, stranded = paid - packing.idle[name], stranded_by(sizes, shape.accelerators)
        if not paid:
            continue
        offer = {
            "accelerators": paid,
            "requested": requested,
            "requested_share": requested / paid,
            "per_machine": shape.accelerators,
            "stranded": stranded,
            "smaller": smaller(shape, sizes, market.catalog),
        }
        text = f"on {shape.machine_type}, {said(requested, paid, stranded, shape.accelerators)}"
        for item in {items[need].change.address: items[need] for need in sorted(held)}.values():
            yield item, {"offer": offer, "demand": text}


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
