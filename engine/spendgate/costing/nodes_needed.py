"""The marginal view of a run: which nodes its workloads need, what those cost, how many accelerators they leave idle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.packing import NodeShape, Packing, PodNeed, pack
from spendgate.model.accelerator_names import expand
from spendgate.model.cost import Rate, RateQuery
from spendgate.model.facets import Facets, Pool
from spendgate.model.values import Unknown
from spendgate.ports import Catalog, PriceSource

_KEPT_CPU = Decimal("0.06")
_KEPT_MEMORY = Decimal("0.08")
"""Shares of CPU and memory that a node keeps for itself (kubelet and system): round figures, between GKE's and EKS's tables."""


@dataclass(frozen=True, slots=True)
class NodesNeeded:
    """The packing at the desired size, and its cost of a month of 730 hours; `None` where a node has no price.

    `left_out` names workloads that could not be packed, with the reason: unknown counts, unknown requests, no cloud.
    """

    packing: Packing
    monthly: Decimal | None
    left_out: tuple[tuple[str, str], ...]


def nodes_needed(
    workloads: Iterable[tuple[str, Facets]], catalog: Catalog, prices: PriceSource, shapes: Sequence[NodeShape] = ()
) -> NodesNeeded:
    """Pack the workloads of a run, given by address. Without shapes, those machine types are used that the pods name."""
    needs: list[PodNeed] = []
    left_out: list[tuple[str, str]] = []
    wanted: dict[tuple[str, str, str, str], None] = {}
    for address, facets in workloads:
        for pool in facets.pools:
            if pool.service != "pod" or pool.details.get("nodes"):
                continue
            need = need_of(f"{address} {pool.name}".strip(), pool)
            if isinstance(need, str):
                left_out.append((address, need))
                continue
            if not shapes and not need.machine_types:
                left_out.append((address, "it names no machine type, and no node shapes are given"))
                continue
            # NOTE: shapes made of machine types carry no labels: the type stands for what the selector asked for.
            needs.append(need if shapes else replace(need, selector=None))
            place = (str(pool.details.get("provider")), str(pool.region))
            bought = "spot" if pool.purchase.model == "spot" else "on-demand"
            wanted.update(dict.fromkeys((*place, type_, bought) for type_ in need.machine_types))
    found = list(shapes) or [
        shape for key in wanted if (shape := shape_of(*key, catalog=catalog, prices=prices)) is not None
    ]
    packing = pack(needs, found)
    left_out += [(name.split(" ")[0], why) for name, why in packing.unplaced.items()]
    monthly = packing.hourly * HOURS_PER_MONTH if packing.hourly is not None else None
    return NodesNeeded(packing, monthly, tuple(sorted(left_out)))


def need_of(name: str, pool: Pool) -> PodNeed | str:
    """What the pods of a pool need at the desired size, or why it cannot be told."""
    count, details = pool.capacity.desired, pool.details
    if not isinstance(count, int):
        return f"number of pods: {count.reason if isinstance(count, Unknown) else 'not stated'}"
    if isinstance(details.get("asked"), Unknown):
        return f"accelerators: {details['asked'].reason}"
    if not isinstance(pool.region, str):
        return pool.region.reason if isinstance(pool.region, Unknown) else "its region is not known"
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
