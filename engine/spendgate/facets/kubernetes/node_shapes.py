"""The nodes that a run may start, as shapes to pack pods onto: of node pools in the run, and of a file that lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spendgate.costing.node_shape import NodeShape
from spendgate.costing.nodes_needed import shape_of
from spendgate.facets.kubernetes.placement import default_cloud, default_region, purchase_of
from spendgate.facets.kubernetes.reading import gib, quantity
from spendgate.facets.kubernetes.shapes import Shapes
from spendgate.facets.kubernetes.sources import (
    TERRAFORM_POOLS,
    NodeSource,
    karpenter_source,
    node_source,
    terraform_source,
)
from spendgate.facets.kubernetes.wishes import INSTANCE_TYPE, Wishes, is_given_by_cloud
from spendgate.model.cost import Rate, RateQuery
from spendgate.model.facets import Facets, Pool
from spendgate.model.frozen import Frozen, replace
from spendgate.model.resource import Resource
from spendgate.ports import Catalog, PriceSource

_DEVICES = ("nvidia.com/gpu", "amd.com/gpu", "google.com/tpu", "habana.ai/gaudi", "aws.amazon.com/neuron")


class Market(Frozen):
    """What machines are and what they cost; `regions` are the configured ones of last resort."""

    catalog: Catalog
    prices: PriceSource
    regions: Mapping[str, str]

    def shape(self, provider: str | None, region: object, machine_type: str, purchase: object) -> NodeShape | None:
        """A machine type as a node, None when its size is not known."""
        if provider is None:
            return None
        place = region if isinstance(region, str) else default_region(provider, self.regions) or ""
        bought = "spot" if purchase == "spot" else "on-demand"
        return shape_of(provider, place, machine_type, bought, catalog=self.catalog, prices=self.prices)


def pool_shapes(resources: Iterable[tuple[Resource, Facets]], market: Market) -> list[NodeShape]:
    """The shapes of the node pools in a run: Karpenter's and those of a Terraform plan, every machine type that they may start."""
    shapes = Shapes(market.catalog)
    found: list[NodeShape] = []
    for resource, facets in resources:
        if resource.type == "NodePool":
            source = karpenter_source(resource, shapes)
        elif resource.type in TERRAFORM_POOLS:
            source = terraform_source(resource)
        else:
            continue
        for pool in facets.pools:
            found += _of_pool(source, pool, facets, market)
    return found


def _of_pool(source: NodeSource, pool: Pool, facets: Facets, market: Market) -> Iterator[NodeShape]:
    types = pool.machine_types if isinstance(pool.machine_types, tuple) else ()
    region = pool.region if isinstance(pool.region, str) else facets.region
    most = pool.capacity.max if isinstance(pool.capacity.max, int) else None
    for type_ in types:
        shape = market.shape(source.provider or default_cloud(market.regions), region, type_, pool.purchase.model)
        if shape is None:
            continue
        labels = {**source.labels, INSTANCE_TYPE[0]: (type_,)}
        shape = replace(shape, labels=labels, taints=source.taints, most=most, machine_type=type_, pool=source.address)
        yield _with_attached(replace(shape, name=f"{type_} of {source.address}"), source, pool, region, market)


def _with_attached(shape: NodeShape, source: NodeSource, pool: Pool, region: object, market: Market) -> NodeShape:
    """The shape with accelerators that are attached to a machine which has none of its own."""
    count, models = pool.accelerators.count, pool.accelerators.models
    if shape.accelerators or not isinstance(count, (int, Decimal)) or not count or not isinstance(models, tuple):
        return shape
    suffix = " spot" if pool.purchase.model == "spot" else ""
    rate = market.prices.rate(RateQuery(str(source.provider), str(region), "gpu attach", f"{models[0]}{suffix}"))
    known = shape.hourly is not None and isinstance(rate, Rate)
    hourly = shape.hourly + rate.price * count if known else None  # type: ignore[operator,union-attr]
    return replace(shape, accelerators=Decimal(count), models=models, hourly=hourly)


def node_shapes(nodes: Iterable[Resource], market: Market) -> list[NodeShape]:
    """The shapes of live nodes (`NodeList`), each kind of node once: what pods may take of them, not how many there are."""
    found: dict[object, NodeShape] = {}
    for resource in nodes:
        source = node_source(resource, market.catalog)
        labels = {key: held for key, held in source.labels.items() if key != "kubernetes.io/hostname"}
        own = tuple(sorted((key, held) for key, held in labels.items() if not is_given_by_cloud(key)))
        kind = (source.machine_types, source.taints, source.models, own)
        if kind not in found:
            found[kind] = _of_node(resource, source, labels, market)
    names: dict[str, int] = {}
    return [replace(shape, name=_numbered(shape.name, names)) for shape in found.values()]


def _numbered(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name} ({seen[name]})"


def _of_node(
    resource: Resource, source: NodeSource, labels: Mapping[str, tuple[str, ...]], market: Market
) -> NodeShape:
    type_ = source.machine_types[0] if source.machine_types else resource.name
    provider = source.provider or default_cloud(market.regions)
    listed = market.shape(provider, source.region, type_, purchase_of(Wishes(source.labels)).model)
    held = source.allocatable
    accelerators = next((count for key in _DEVICES if isinstance(count := quantity(held.get(key)), Decimal)), None)
    cpu, memory = quantity(held.get("cpu")), gib(held.get("memory"))
    listed = listed or NodeShape(type_, Decimal(0), Decimal(0))
    return replace(
        listed,
        vcpu=cpu if isinstance(cpu, Decimal) else listed.vcpu,
        memory_gib=memory if isinstance(memory, Decimal) else listed.memory_gib,
        accelerators=accelerators if accelerators is not None else Decimal(0),
        models=source.models or listed.models,
        labels=labels,
        taints=source.taints,
        machine_type=type_,
    )
