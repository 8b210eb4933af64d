"""Node pools, and live nodes of one kind, beside the pods of a run: `around.offer`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.costing.node_shape import NodeShape, PodNeed
from spendgate.costing.nodes_needed import need_of
from spendgate.costing.packing import Packing, pack
from spendgate.facets.kubernetes.node_shapes import Market, node_shapes, pool_shapes
from spendgate.facets.kubernetes.sources import TERRAFORM_POOLS
from spendgate.model.facets import Facets
from spendgate.model.frozen import Frozen, replace
from spendgate.model.values import Bounded, Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.joins.offers import NOTHING, asked_by, said, smaller, stranded_by
from spendgate.ports import Catalog

_FREE_OF_CHARGE = Decimal(0)


class _Offer(Frozen):
    """Nodes that are paid together: a pool, or live nodes of one kind. `paid` of them are there whatever pods ask for."""

    places: tuple[int, ...]
    facets: Facets
    shapes: tuple[NodeShape, ...]
    paid: int | Unknown
    grows: bool


def pools_of(assessed: Sequence[Assessed], market: Market) -> Iterator[_Offer]:
    """The pools with accelerators of a run, and its live nodes by kind."""
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
            if asked_by(pool) is None:
                continue
            need = need_of(f"{item.change.address} {pool.name}".strip(), pool)
            if isinstance(need, str):
                unsure.append(Unknown(f"{item.change.address}, {need}"))
            else:
                needs.append(replace(need, machine_types=()) if pool.details.get("assumed") else need)
    return needs, unsure


def of_pools(
    pods: Sequence[Assessed], offers: Sequence[_Offer], assessed: Sequence[Assessed], catalog: Catalog
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The offer of each pool, by the places of its resources in the run."""
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
    held = sum((packing.nodes.get(shape.name, 0) * shape.accelerators for shape in offer.shapes), NOTHING)
    requested = held - sum((packing.idle.get(name, NOTHING) for name in names), NOTHING)
    paid = held + max(offer.paid - started, 0) * size
    if not paid:
        return None
    sizes = {asked[need] for name in names for need in packing.held.get(name, ())}
    shares = requested / paid
    gap = unsure[0] if unsure else None
    share: Any = Bounded(shares, Decimal(1), gap.reason) if gap is not None and shares < 1 else shares
    stranded = stranded_by(sizes, size) if offer.facets.accel.sharing == "none" else NOTHING
    found = {
        "accelerators": paid,
        "requested": requested,
        "requested_share": share,
        "per_machine": size,
        "stranded": Bounded(NOTHING, stranded, gap.reason) if gap is not None and stranded else stranded,
        "smaller": smaller(offer.shapes[0], sizes, catalog),
    }
    idle = share if isinstance(share, Bounded) else 1 - share
    return {"offer": found, "idle_share": idle, "demand": said(requested, paid, stranded, size)}
