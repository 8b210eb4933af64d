"""The marginal view of a run: whole nodes that its workloads need, beside the shares of nodes that they bear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from spendgate.costing.node_shape import NodeShape
from spendgate.costing.nodes_needed import NodesNeeded, nodes_needed
from spendgate.errors import InputError, SettingsError
from spendgate.facets.kubernetes.node_shapes import Market, node_shapes, pool_shapes
from spendgate.facets.kubernetes.nodes_file import is_written_by_hand, read_shapes
from spendgate.inputs.kubernetes import read_manifests
from spendgate.model.facets import Facets
from spendgate.pipeline.assess import Assessed
from spendgate.ports import Catalog, PriceSource
from spendgate.settings import Settings
from spendgate.wire import v1

_UNBOUNDED = Decimal("Infinity")


def node_view(
    assessed: Sequence[Assessed], settings: Settings, catalog: Catalog, prices: PriceSource
) -> v1.Nodes | None:
    """The nodes that the workloads of a run need; None when it has none, or when nothing tells on what nodes they may run.

    Shapes are those of `--nodes`, else of the node pools in the run, else the machine types that pods name. Raises SettingsError
    for a file of nodes that is not right or has no effect, InputError for one that cannot be read.
    """
    workloads = [item for item in assessed if item.facets.kind == "k8s.workload" and item.change.after is not None]
    if not workloads:
        if settings.nodes is not None:
            raise SettingsError(f"--nodes {settings.nodes} has no effect: the run holds no workload of Kubernetes")
        return None
    packing = _Packing(catalog, prices, _shapes(assessed, settings, Market(catalog, prices, settings.regions)))
    pods = [(item.change.address, item.facets) for item in workloads]
    desired = packing.at(pods, "desired")
    if not desired.packed and settings.nodes is None:
        return None
    packed = set(desired.packed)
    return v1.Nodes(
        monthly=packing.range([pod for pod in pods if pod[0] in packed], desired),
        packing=_counts(desired),
        left_out=[v1.LeftOut(address, reason) for address, reason in desired.left_out],
        workloads=len(packed),
        idle_accelerators=_tidy(desired.packing.idle_accelerators),
        share_monthly=_shared(item for item in workloads if item.change.address in packed),
        in_totals=_counted_already(assessed, desired),
    )


def _shapes(assessed: Sequence[Assessed], settings: Settings, market: Market) -> list[NodeShape]:
    if settings.nodes is None:
        return pool_shapes(((item.change.after, item.facets) for item in assessed if item.change.after), market)
    if is_written_by_hand(settings.nodes):
        return read_shapes(settings.nodes, market)
    read = read_manifests([Path(settings.nodes)], {})
    nodes = [change.resource for change in read.changes if change.resource.type == "Node"]
    if not nodes:
        raise InputError("holds no Node", file=settings.nodes, hint="kubectl get nodes -o json > nodes.json")
    return node_shapes(nodes, market)


class _Packing:
    """Packs onto the same shapes at several sizes."""

    def __init__(self, catalog: Catalog, prices: PriceSource, shapes: Sequence[NodeShape]) -> None:
        self._catalog, self._prices, self._shapes = catalog, prices, shapes

    def at(self, pods: Sequence[tuple[str, Facets]], size: str) -> NodesNeeded:
        """The packing at a size."""
        return nodes_needed(pods, self._catalog, self._prices, self._shapes, size)

    def range(self, pods: Sequence[tuple[str, Facets]], desired: NodesNeeded) -> v1.Range:
        """The cost at the fewest, the desired and the most pods; unbounded when nothing bounds their number."""
        expected = _money(desired.monthly)
        if expected is None:
            return v1.NOT_KNOWN
        low, high = (self._end(pods, size, expected, desired) for size in ("min", "max"))
        return v1.Range(low, expected, high)

    def _end(
        self, pods: Sequence[tuple[str, Facets]], size: str, expected: Decimal, desired: NodesNeeded
    ) -> Decimal | None:
        pools = [pool for _, facets in pods for pool in facets.pools]
        capacities = [pool.capacity for pool in pools]
        hours_vary = any("hours_expected" in pool.details for pool in pools)
        if not hours_vary and all(getattr(capacity, size) == capacity.desired for capacity in capacities):
            return expected
        if any(getattr(capacity, size) is None for capacity in capacities):
            return _UNBOUNDED
        found = self.at(pods, size)
        return None if len(found.left_out) > len(desired.left_out) else _money(found.monthly)


def _counts(needed: NodesNeeded) -> list[v1.NodeCount]:
    found = []
    for name, count in needed.packing.nodes.items():
        shape = needed.shapes[name]
        amount = _money(needed.packing.monthly[name])
        held = _tidy(shape.accelerators * count)
        found.append(v1.NodeCount(shape.machine_type or name, count, amount, shape.pool, held))
    return found


def _shared(items: Iterable[Assessed]) -> v1.Range:
    """What the same workloads bear in the totals; not known when one of them has a part without a price."""
    low = expected = high = Decimal(0)
    for item in items:
        estimate = item.cost.after
        if estimate.monthly is None or not estimate.is_complete:
            return v1.NOT_KNOWN
        low, expected = low + estimate.monthly.low, expected + estimate.monthly.expected
        high += estimate.monthly.high
    return v1.Range(_money(low), _money(expected), _money(high))


def _counted_already(assessed: Sequence[Assessed], needed: NodesNeeded) -> list[str]:
    """Pools that the totals price too: those of a plan, and those of a fixed size."""
    pools = {shape.pool for shape in needed.shapes.values() if shape.pool}
    counted = {item.change.address for item in assessed if any(line.monthly.expected for line in item.cost.after.items)}
    return sorted(pools & counted)


def _money(amount: Decimal | None) -> Decimal | None:
    return amount.quantize(Decimal("0.01")) if amount is not None and amount.is_finite() else amount


def _tidy(number: Decimal) -> Decimal:
    """A number without the noise of sevenths."""
    rounded = number.quantize(Decimal("0.001"))
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()
