"""What a vCPU, a GiB and an accelerator of a node cost: the node's price split over what is in it.

CPU and memory of a node with accelerators count at default rates (OpenCost's, in the price book) and the accelerators take the
rest of the node's own price, so that each model has its own rate and the parts add up to the node. A node without accelerators
is split in the proportion of the default rates. Source of the method: OpenCost specification, "Resource costs"; one rate for
every accelerator, as there, would price an eight-GPU node by its CPUs.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from spendgate.model.cost import Basis, Rate, RateQuery
from spendgate.model.frozen import replace
from spendgate.model.own_machines import PROVIDER
from spendgate.ports import Catalog, MachineSpec

SERVICE = "pod"
"""`RateQuery.service` of these rates. Items: `cpu`, `memory`, `accelerator L4`, or `cpu of g2-standard-24`."""
_UNITS = {"cpu": "vCPU-hours", "memory": "GiB-hours", "accelerator": "accelerator-hours"}

LookUp = Callable[[RateQuery], "Rate | str"]


def pod_rate(query: RateQuery, rate_of: LookUp, catalog: Catalog) -> Rate | str:
    """The rate of a part of a node, or the reason why there is none. `rate_of` answers what machines cost."""
    part, _, machine_type = query.item.partition(" of ")
    if machine_type:
        return _split(query, part, machine_type, rate_of, catalog)
    if part.startswith("accelerator "):
        return _attached(query, part.removeprefix("accelerator "), rate_of)
    return _default(query, part, rate_of)


def _default(query: RateQuery, part: str, rate_of: LookUp) -> Rate | str:
    if query.provider == PROVIDER:
        return f"which machine of one's own bears the {part} is not stated: name its type as node.kubernetes.io/instance-type"
    suffix = " spot" if query.purchase == "spot" else ""
    found = rate_of(RateQuery("kubernetes", "global", "pod default", f"{query.provider} {part}{suffix}"))
    if isinstance(found, str):
        return f"no node type is stated, and no default rate of {part} on {query.provider} is known"
    return replace(found, basis=Basis.ASSUMED, note="no node type is stated: OpenCost's default rate")


def _attached(query: RateQuery, model: str, rate_of: LookUp) -> Rate | str:
    """An accelerator that is priced by itself: a TPU chip, or a GPU that is attached to a machine."""
    suffix = " spot" if query.purchase == "spot" else ""
    service, item = "gpu attach", model
    if model.startswith("TPU-"):
        service, item = "tpu", f"{model.removeprefix('TPU-')} chip"
    found = rate_of(RateQuery(query.provider, query.region, service, item + suffix))
    if isinstance(found, str):
        return f"no machine type with {model} is stated, and no price of one alone is known for {query.region}"
    return found


def _split(query: RateQuery, part: str, machine_type: str, rate_of: LookUp, catalog: Catalog) -> Rate | str:
    spec = catalog.machine(query.provider, machine_type)
    if spec is None or spec.vcpu is None or spec.memory_gib is None:
        return f"the size of machine type {machine_type} is not known"
    machine = RateQuery(query.provider, query.region, "machine", machine_type, query.purchase)
    price = rate_of(machine)
    if isinstance(price, str):
        return price
    whole = price if query.purchase == "on-demand" else rate_of(replace(machine, purchase="on-demand"))
    listed = whole.price if isinstance(whole, Rate) else price.price
    share = _share(part, spec, listed, query.provider, rate_of)
    if isinstance(share, str):
        return share
    note = "; ".join(
        text
        for text in (f"share of {machine_type} at {round(price.price, 6).normalize():f} an hour", price.note)
        if text
    )
    return replace(price.times(share), unit=_UNITS[part], note=note)


def _share(part: str, spec: MachineSpec, listed: Decimal, provider: str, rate_of: LookUp) -> Decimal | str:
    """Which share of a node's price one unit of a part bears."""
    assert spec.vcpu is not None
    assert spec.memory_gib is not None
    weights: dict[str, Decimal] = {}
    for name in ("cpu", "memory"):
        # NOTE: rates of a cloud serve as proportions alone; those of a machine of one's own are nobody's, OpenCost's own are taken.
        whose = "any" if provider == PROVIDER else provider
        rate = rate_of(RateQuery("kubernetes", "global", "pod default", f"{whose} {name}"))
        if isinstance(rate, str):
            return f"no default rates of {provider} are known to split a node's price by"
        weights[name] = rate.price
    base = spec.vcpu * weights["cpu"] + spec.memory_gib * weights["memory"]
    if not spec.accelerator_count:
        return weights[part] / base if part in weights else f"{spec.machine_type} has no accelerators"
    rest = listed - base
    if rest <= 0:
        # NOTE: a node that costs less than its CPUs at default rates: half of it is taken to be its accelerators.
        return (Decimal("0.5") * weights[part] / base) if part in weights else Decimal("0.5") / spec.accelerator_count
    return weights[part] / listed if part in weights else rest / spec.accelerator_count / listed
