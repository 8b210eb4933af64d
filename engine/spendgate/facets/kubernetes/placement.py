"""Where the pods of a set run: cloud, region, machine types, accelerators, and how the nodes are bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from spendgate.facets.kubernetes import clouds
from spendgate.facets.kubernetes.demand import Demand
from spendgate.facets.kubernetes.devices import Device
from spendgate.facets.kubernetes.shapes import Shapes
from spendgate.facets.kubernetes.sources import NodeSource, models_of
from spendgate.facets.kubernetes.wishes import INSTANCE_TYPE, Wishes
from spendgate.model.facets import Purchase
from spendgate.model.frozen import Frozen
from spendgate.model.values import Text, Unknown
from spendgate.ports import Catalog

_TPU = "google.com/tpu"
_SPOT_LABELS: Mapping[str, tuple[str, ...]] = {
    "karpenter.sh/capacity-type": ("spot",),
    "eks.amazonaws.com/capacityType": ("SPOT",),
    "cloud.google.com/gke-spot": ("true",),
    "cloud.google.com/gke-preemptible": ("true",),
    "cloud.google.com/gke-provisioning": ("spot", "preemptible"),
    "kubernetes.azure.com/scalesetpriority": ("spot",),
    "node.kubernetes.io/lifecycle": ("spot",),
    "lifecycle": ("Ec2Spot", "spot"),
}
_FLEX_LABELS = ("cloud.google.com/gke-flex-start", "cloud.google.com/gke-queued")


class Place(Frozen):
    """Where pods run. `machine_types` is empty when any machine will do; `nodes` the sources of the run that take them.

    `assumed`: the machine types were picked from the catalogue because they fit, nobody named them.
    """

    provider: str | None
    region: Text
    machine_types: tuple[str, ...]
    models: tuple[str, ...]
    purchase: Purchase
    nodes: tuple[NodeSource, ...]
    assumed: bool = False

    @property
    def priced_nodes(self) -> tuple[str, ...]:
        """Addresses of the node pools of this run that carry the pods and are priced themselves."""
        if self.nodes and all(node.priced for node in self.nodes):
            return tuple(node.address for node in self.nodes)
        return ()


def place_of(
    wishes: Wishes,
    demand: Demand,
    devices: Sequence[Device],
    nodes: tuple[NodeSource, ...],
    shapes: Shapes,
    regions: Mapping[str, str],
) -> Place:
    """Where a pod with these wishes and needs runs; `regions` are the configured ones of last resort."""
    if devices:
        nodes = _accelerated(nodes, shapes.catalog)
    stated = wishes.values(*INSTANCE_TYPE)
    named = stated or _of_nodes(nodes)
    provider = _provider(wishes, devices, nodes, named, shapes.catalog) or default_cloud(regions)
    region = _region(provider, wishes, nodes, regions)
    models = models_of(wishes.allowed) or tuple(dict.fromkeys(m for d in devices for m in d.models))
    if not models and nodes:
        models = tuple(dict.fromkeys(model for node in nodes for model in node.models))
    types, assumed = named, False
    if not stated and len(named) > 1 and provider is not None:
        types, assumed = shapes.holding(provider, named, demand, devices), True
    if devices and not named and provider is not None:
        families = _families(wishes)
        if models or families:
            types, assumed = shapes.fitting(provider, models, families, demand, devices), True
    if types and not models and devices:
        models = shapes.models(provider, types)
    return Place(provider, region, types, models, purchase_of(wishes, nodes), nodes, assumed)


def _accelerated(nodes: tuple[NodeSource, ...], catalog: Catalog) -> tuple[NodeSource, ...]:
    """The sources that may carry accelerators; all of them when none is known to."""
    found = tuple(node for node in nodes if node.models or _any_accelerator(node, catalog))
    return found or nodes


def _any_accelerator(node: NodeSource, catalog: Catalog) -> bool:
    if any("/gpu" in key or key == _TPU for key in node.allocatable):
        return True
    specs = (catalog.machine(node.provider, type_) for type_ in node.machine_types) if node.provider else ()
    return any(spec is not None and spec.accelerator is not None for spec in specs)


def _of_nodes(nodes: tuple[NodeSource, ...]) -> tuple[str, ...]:
    if nodes and all(node.machine_types for node in nodes):
        return tuple(dict.fromkeys(type_ for node in nodes for type_ in node.machine_types))
    return ()


def _provider(
    wishes: Wishes,
    devices: Sequence[Device],
    nodes: tuple[NodeSource, ...],
    types: Sequence[str],
    catalog: Catalog,
) -> str | None:
    keys = [*wishes.allowed, *wishes.present, *(device.resource for device in devices)]
    found = clouds.cloud_of_keys(keys) or clouds.cloud_of_keys(key for key, *_ in wishes.tolerations)
    found = found or next((c for type_ in types if (c := clouds.cloud_of_machine(type_, catalog))), None)
    if found is None and (region := clouds.region_of_wishes(wishes)):
        found = clouds.cloud_of_region(region)
    if found is None and len(providers := {node.provider for node in nodes}) == 1:
        found = providers.pop()
    return found


def default_cloud(regions: Mapping[str, str]) -> str | None:
    """The cloud of a run whose objects tell none: the one that is configured, if it is one."""
    stated = regions.get("kubernetes")
    if stated:
        cloud, _, rest = stated.partition("/")
        return cloud if rest else clouds.cloud_of_region(cloud)
    known = [provider for provider in regions if provider in ("aws", "google", "azure")]
    return known[0] if len(known) == 1 else None


def default_region(provider: str, regions: Mapping[str, str]) -> str | None:
    """The configured region of a cloud, the Kubernetes setting first."""
    cloud, _, rest = regions.get("kubernetes", "").partition("/")
    if rest and cloud == provider:
        return rest
    if cloud and not rest and clouds.cloud_of_region(cloud) == provider:
        return cloud
    return regions.get(provider)


def _region(provider: str | None, wishes: Wishes, nodes: tuple[NodeSource, ...], regions: Mapping[str, str]) -> Text:
    if (stated := clouds.region_of_wishes(wishes)) is not None:
        return stated
    held = {node.region for node in nodes if node.region is not None}
    if len(held) == 1:
        return held.pop()
    if provider is None:
        return Unknown(clouds.NO_CLOUD)
    found = default_region(provider, regions)
    return found or Unknown(clouds.no_region(provider))


def _families(wishes: Wishes) -> tuple[str, ...]:
    found = wishes.values("karpenter.k8s.aws/instance-family", "eks.amazonaws.com/instance-family", "cloud.google.com/machine-family",
                          "karpenter.azure.com/sku-family")  # fmt: skip
    return tuple(found)


def purchase_of(wishes: Wishes, nodes: tuple[NodeSource, ...] = ()) -> Purchase:
    """How the nodes are bought: selectors decide, then what all sources say; a spot toleration alone permits it."""
    for key, spot in _SPOT_LABELS.items():
        allowed = wishes.allowed.get(key)
        if allowed is not None:
            interruptible = all(value in spot for value in allowed)
            return Purchase("spot", Decimal(1)) if interruptible else Purchase()
    if any(key in wishes.allowed for key in _FLEX_LABELS):
        return Purchase("flex", Decimal(0))
    if any(
        key in wishes.allowed
        for key in ("cloud.google.com/reservation-name", "eks.amazonaws.com/capacity-reservation-id")
    ):
        return Purchase("reserved", Decimal(0))
    if nodes and all(_is_spot(node) for node in nodes):
        return Purchase("spot", Decimal(1))
    if tolerates_spot(wishes):
        return Purchase("on-demand", Unknown("it tolerates interruptible nodes but does not demand them"))
    return Purchase()


def tolerates_spot(wishes: Wishes) -> bool:
    """Whether a pod stands the taint of interruptible nodes without demanding them."""
    return any(key in _SPOT_LABELS for key, *_ in wishes.tolerations)


def _is_spot(node: NodeSource) -> bool:
    return any(node.labels.get(key) and set(node.labels[key]) <= set(spot) for key, spot in _SPOT_LABELS.items())
