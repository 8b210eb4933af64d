"""A pod set as a pool: what one pod takes, of which nodes, how many pods there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.claims import of_class
from spendgate.facets.kubernetes.cluster import Here
from spendgate.facets.kubernetes.demand import Demand, demand_of
from spendgate.facets.kubernetes.devices import Device, devices_of, fraction_of
from spendgate.facets.kubernetes.placement import Place, place_of
from spendgate.facets.kubernetes.podset import PodSet
from spendgate.facets.kubernetes.shapes import Shapes, asked_of
from spendgate.facets.kubernetes.wishes import Wishes, wishes_of
from spendgate.model.facets import Accelerators, Pool
from spendgate.model.frozen import Frozen, replace
from spendgate.model.values import Number, Unknown, Whole

_NO_MODEL = "no selector names the model of the accelerator (a node selector on {key} does)"
_NAMING_KEY = {
    "amd": "amd.com/gpu.product-name",
    "google": "cloud.google.com/gke-tpu-accelerator",
    "neuron": "node.kubernetes.io/instance-type",
    "habana": "node.kubernetes.io/instance-type",
}
_PARTS = Decimal(7)


class Understood(Frozen):
    """A pod set with everything that was made of it. `asked` are physical accelerators of one pod, shared claims apart."""

    pods: PodSet
    demand: Demand
    devices: tuple[Device, ...]
    wishes: Wishes
    place: Place
    accelerators: Accelerators
    asked: Number
    asked_most: Number
    shared: Number


def understand(
    pods: PodSet, here: Here, address: str, flavours: Sequence[Mapping[str, Any]], regions: Mapping[str, str]
) -> Understood:
    """What the pods of a set take and where they run."""
    cluster = here.cluster
    demand = demand_of(pods.spec, cluster.defaults(here.namespace))
    wishes = wishes_of(pods.spec, flavours)
    devices = _devices(pods, demand, here, address)
    devices = [_as_nodes_share(device, wishes) for device in devices]
    place = place_of(wishes, demand, devices, cluster.sources_for(wishes), cluster.shapes, regions)
    own = [device for device in devices if device.shared is None]
    shared = [device for device in devices if device.shared is not None]
    asked, most, held = _physical(own), _dearest(own), _physical(shared)
    accelerators = _accelerators(devices, place, cluster.shapes, _total(most, held, pods.capacity.max))
    return Understood(pods, demand, tuple(devices), wishes, place, accelerators, asked, most, held)


def _devices(pods: PodSet, demand: Demand, here: Here, address: str) -> list[Device]:
    stated: Mapping[str, Decimal | Unknown] = demand.devices
    if not stated and pods.extra:
        stated = {name: Decimal(count) for name, count in pods.extra.items()}
    classes = here.cluster.device_classes
    found = devices_of({name: count for name, count in stated.items() if name not in classes}, here.cluster.sharing)
    for name, count in stated.items():
        if name in classes and (device := of_class(*classes[name], count)) is not None:
            found.append(replace(device, resource=name))
    found.extend(fraction_of(pods.annotations) if not found else ())
    for device in here.devices(pods.spec, has_devices=bool(found)):
        if device.shared is None or here.cluster.holds_claim(device.shared, here.namespace, address):
            found.append(device)
    return found


def _as_nodes_share(device: Device, wishes: Wishes) -> Device:
    """A whole device on nodes whose labels say that they slice it (GKE's sharing labels, MIG in the product's name)."""
    if device.sharing != "none" or device.vendor != "nvidia":
        return device
    partition = _first(wishes, "cloud.google.com/gke-gpu-partition-size")
    product = _first(wishes, "nvidia.com/gpu.product").partition("-MIG-")[2]
    profile = partition or product
    if profile[:1].isdigit():
        return Device(device.resource, device.vendor, device.count, Decimal(profile[0]) / _PARTS, "mig", device.models)
    clients = _first(wishes, "cloud.google.com/gke-max-shared-clients-per-gpu") or _first(
        wishes, "nvidia.com/gpu.replicas"
    )
    if clients.isdecimal() and int(clients) > 1:
        means = "mps" if _first(wishes, "cloud.google.com/gke-gpu-sharing-strategy") == "mps" else "time-slicing"
        return Device(device.resource, device.vendor, device.count, Decimal(1) / int(clients), means, device.models)
    return device


def _first(wishes: Wishes, key: str) -> str:
    values = wishes.values(key)
    return values[0] if len(values) == 1 else ""


def _physical(devices: Sequence[Device]) -> Number:
    """Physical accelerators: devices times their fractions; unknown where one of them is."""
    for device in devices:
        for value in (device.count, device.fraction):
            if isinstance(value, Unknown):
                return value
    return asked_of(devices)


def _dearest(devices: Sequence[Device]) -> Number:
    """The same with the dearest of alternatives in place of the first."""
    found = _physical(devices)
    if isinstance(found, Unknown) or found is None:
        return found
    more = (d.dearest_count - asked_of([d]) for d in devices if d.dearest_count is not None)
    return found + sum((extra for extra in more if extra > 0), Decimal(0))


def _total(asked: Number, held: Number, most: Whole) -> int | Decimal | Unknown | None:
    """Accelerators of all pods at the maximum: what each pod has, and once what they share."""
    if isinstance(asked, Unknown) or isinstance(held, Unknown):
        return asked if isinstance(asked, Unknown) else held
    if most == 0:
        return 0
    if asked and (most is None or isinstance(most, Unknown)):
        return most
    total = (held or Decimal(0)) + (asked * most if asked and isinstance(most, int) else Decimal(0))
    return tidy(total)


def tidy(number: Decimal) -> int | Decimal:
    """A whole number as `int`; sevenths of a GPU that make up a whole are put together again."""
    rounded = number.quantize(Decimal("1e-9"))
    return int(rounded) if rounded == rounded.to_integral_value() else number


def _accelerators(devices: Sequence[Device], place: Place, shapes: Shapes, total: Any) -> Accelerators:
    if not devices:
        return Accelerators()
    first = devices[0]
    counts = [device.count for device in devices]
    unknown = next((count for count in counts if isinstance(count, Unknown)), None)
    count: Any = (
        unknown if unknown is not None else tidy(sum((c for c in counts if isinstance(c, Decimal)), Decimal(0)))
    )
    variants: tuple[str, ...] | Unknown
    models: tuple[str, ...] | Unknown
    if place.models:
        models = place.models
        variants = _variants(place, shapes)
    else:
        key = _NAMING_KEY.get(first.vendor, "nvidia.com/gpu.product")
        models = variants = Unknown(_NO_MODEL.format(key=key))
    memory = _memory(models, variants, shapes)
    return Accelerators(count, models, variants, memory, first.fraction, first.sharing, total)


def _variants(place: Place, shapes: Shapes) -> tuple[str, ...]:
    provider = place.provider
    specs = [shapes.catalog.machine(provider, t) for t in place.machine_types] if provider else []
    found = tuple(dict.fromkeys(spec.accelerator for spec in specs if spec is not None and spec.accelerator))
    return found or place.models


def _memory(models: Any, variants: Any, shapes: Shapes) -> Number:
    if isinstance(models, Unknown):
        return models
    for name in (*variants, *models):
        found = shapes.catalog.accelerator_memory_gib(name)
        if found is not None:
            return found
    return None


def together(parts: Sequence[Understood]) -> list[Understood]:
    """The pod sets of one workload, which run in one cluster: what one tells of cloud and region holds for all."""
    clouds = {one.place.provider for one in parts if one.place.provider is not None}
    regions = {one.place.region for one in parts if isinstance(one.place.region, str)}
    cloud = clouds.pop() if len(clouds) == 1 else None
    region = regions.pop() if len(regions) == 1 else None
    found = []
    for one in parts:
        if one.place.provider is None and cloud is not None:
            place = replace(one.place, provider=cloud, region=region or one.place.region)
            one = replace(one, place=place)
        found.append(one)
    return found


def to_pool(one: Understood, hours: Mapping[str, Any]) -> Pool:
    """The pool of a pod set. `hours` are details that tell how long its pods run in a month.

    Details: `provider`, `cpu`, `cpu_most`, `memory_gib`, `memory_most_gib`, `asked`, `asked_most` and `shared` (physical
    accelerators of one pod, with the dearest alternative, and of all together), `gaps` (what no container states), `nodes` (priced pools that carry it), `assumed`.
    """
    demand, place = one.demand, one.place
    return Pool(
        machine_types=place.machine_types,
        capacity=one.pods.capacity,
        purchase=place.purchase,
        accelerators=one.accelerators,
        name=one.pods.name,
        service="pod",
        region=place.region,
        details={
            "provider": place.provider,
            "cpu": demand.cpu,
            "cpu_most": most(demand.cpu, demand.cpu_limit),
            "memory_gib": demand.memory_gib,
            "memory_most_gib": most(demand.memory_gib, demand.memory_limit_gib),
            "asked": one.asked,
            "asked_most": one.asked_most,
            "shared": one.shared,
            "cpu_gaps": demand.cpu_gaps,
            "memory_gaps": demand.memory_gaps,
            "nodes": place.priced_nodes,
            "assumed": place.assumed,
            "selector": one.wishes,
            **hours,
        },
    )


def most(request: Number, limit: Number) -> Number:
    """The larger of a request and a limit, as far as both are known."""
    if isinstance(request, Decimal) and isinstance(limit, Decimal):
        return max(request, limit)
    return request
