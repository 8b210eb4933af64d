"""The marginal view of a run: which nodes its workloads need, what those cost, how many accelerators they leave idle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH, hours_per_month
from spendgate.costing.node_shape import NodeShape, PodNeed
from spendgate.costing.packing import Packing, pack
from spendgate.model.accelerator_names import expand
from spendgate.model.cost import Rate, RateQuery
from spendgate.model.facets import Facets, Pool
from spendgate.model.frozen import Frozen, replace
from spendgate.model.values import Unknown
from spendgate.ports import Catalog, PriceSource

_KEPT_CPU = Decimal("0.06")
_KEPT_MEMORY = Decimal("0.08")
"""Shares of CPU and memory that a node keeps for itself (kubelet and system): round figures, between GKE's and EKS's tables."""


_HOURS = {"min": "hours_low", "desired": "hours_expected", "max": "hours_most"}
"""Sizes of a pool's capacity, each with the detail that says how long one of its pods runs in a month."""


class NodesNeeded(Frozen):
    """The packing at one size, and what it costs in a month for as long as the pods run; `None` where a node has no price.

    `left_out` names workloads that could not be packed, with the reason: unknown counts, unknown requests, no cloud.
    `packed` are the addresses with pods on nodes, `shapes` the shapes that were used, by name.
    """

    packing: Packing
    monthly: Decimal | None
    left_out: tuple[tuple[str, str], ...]
    packed: tuple[str, ...] = ()
    shapes: Mapping[str, NodeShape] = {}


def nodes_needed(
    workloads: Iterable[tuple[str, Facets]],
    catalog: Catalog,
    prices: PriceSource,
    shapes: Sequence[NodeShape] = (),
    size: str = "desired",
) -> NodesNeeded:
    """Pack the workloads of a run, given by address. Without shapes, those machine types are used that the pods name.

    `size` is `min`, `desired` or `max`. Pods on nodes that the run prices are left to those, unless the shapes are of the same pool.
    """
    needs: list[PodNeed] = []
    left_out: list[tuple[str, str]] = []
    packed: dict[str, None] = {}
    wanted: dict[tuple[str, str, str, str], None] = {}
    pools = {shape.pool for shape in shapes}
    for address, facets in workloads:
        for pool in facets.pools:
            if pool.service != "pod" or not pools.issuperset(pool.details.get("nodes") or ()):
                continue
            need = need_of(f"{address} {pool.name}".strip(), pool, size, hours_per_month(facets.schedule))
            if isinstance(need, str):
                left_out.append((address, _said(pool, need)))
                continue
            if not shapes:
                missing = _missing(need, pool)
                if missing is not None:
                    left_out.append((address, _said(pool, missing)))
                    continue
                place = (str(pool.details.get("provider")), str(pool.region))
                bought = "spot" if pool.purchase.model == "spot" else "on-demand"
                wanted.update(dict.fromkeys((*place, type_, bought) for type_ in need.machine_types))
                # NOTE: shapes made of machine types carry no labels: the type stands for what the selector asked for.
                need = replace(need, selector=None)
            elif pool.details.get("assumed"):
                need = replace(need, machine_types=())
            needs.append(need)
            packed[address] = None
    found = list(shapes) or [
        shape for key in wanted if (shape := shape_of(*key, catalog=catalog, prices=prices)) is not None
    ]
    packing = pack(needs, found)
    left_out += [(name.split(" ")[0], why) for name, why in packing.unplaced.items()]
    amounts = list(packing.monthly.values())
    known = [amount for amount in amounts if amount is not None]
    monthly = sum(known, Decimal(0)) if len(known) == len(amounts) else None
    used = {shape.name: shape for shape in found if shape.name in packing.nodes}
    placed = {name.split(" ")[0] for name in packing.placed}
    addresses = tuple(address for address in packed if address in placed)
    return NodesNeeded(packing, monthly, tuple(sorted(left_out)), addresses, used)


def _said(pool: Pool, reason: str) -> str:
    return f"{pool.name}: {reason}" if pool.name else reason


def _missing(need: PodNeed, pool: Pool) -> str | None:
    """What keeps pods from being packed onto machine types of the price book."""
    if not isinstance(pool.region, str):
        return pool.region.reason if isinstance(pool.region, Unknown) else "its region is not known"
    return None if need.machine_types else "it names no machine type, and no node shapes are given"


def need_of(name: str, pool: Pool, size: str = "desired", hours: Decimal = HOURS_PER_MONTH) -> PodNeed | str:
    """What the pods of a pool need at a size, or why it cannot be told. `hours` is what a schedule leaves of a month."""
    count, details = getattr(pool.capacity, size), pool.details
    if not isinstance(count, int):
        return f"number of pods: {count.reason if isinstance(count, Unknown) else 'not bounded'}"
    for what, key in (("accelerators", "asked"), ("CPU", "cpu"), ("memory", "memory_gib")):
        if isinstance(value := details.get(key), Unknown):
            return f"{what}: {value.reason}"
    models = pool.accelerators.models
    return PodNeed(
        name,
        count,
        _known(details.get("cpu")),
        _known(details.get("memory_gib")),
        _known(details.get("asked")),
        models if isinstance(models, tuple) else (),
        details.get("selector"),
        pool.machine_types if isinstance(pool.machine_types, tuple) else (),
        hours=details.get(_HOURS[size], hours),
    )


def _known(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)


def shape_of(
    provider: str, region: str, machine_type: str, purchase: str, *, catalog: Catalog, prices: PriceSource
) -> NodeShape | None:
    """A machine type as a node: its size less what a node keeps for itself, and its price in a region."""
    spec = catalog.machine(provider, machine_type)
    if spec is None or spec.vcpu is None or spec.memory_gib is None:
        return None
    rate = prices.rate(RateQuery(provider, region, "machine", machine_type, purchase))
    return NodeShape(
        machine_type,
        spec.vcpu * (1 - _KEPT_CPU),
        spec.memory_gib * (1 - _KEPT_MEMORY),
        spec.accelerator_count,
        _family(spec.accelerator),
        rate.price if isinstance(rate, Rate) else None,
    )


def _family(accelerator: str | None) -> tuple[str, ...]:
    return expand(accelerator) if accelerator else ()
