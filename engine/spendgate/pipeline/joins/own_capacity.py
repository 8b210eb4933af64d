"""Free accelerators of one's own beside those that a cloud is asked for: `around.own`.

What is one's own is in another input of the run: an export of Slurm or an inventory that people write, with the date on which it was
taken. Free accelerators are given out once, to the dearest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from spendgate.costing.hours import hours_per_month
from spendgate.model.cost import Rate, RateQuery
from spendgate.model.facets import Facets
from spendgate.model.own_machines import ANY_SITE, POWER, PROVIDER
from spendgate.model.resource import Action, Resource
from spendgate.model.values import Unknown
from spendgate.pipeline.assess import Assessed
from spendgate.pipeline.cases import Run
from spendgate.ports import PriceSource
from spendgate.settings import Settings

FRESH = timedelta(hours=24)
"""What was free longer ago than a day is not known to be free."""
_OWN = frozenset({"onprem_node", "onprem_pool"})
_CLOUDS = frozenset({"aws", "google", "azure"})
_AWAY = ("down", "drain", "fail", "maint", "power")
"""Parts of words for the state of a machine that takes no work."""
_TAKEN = ("alloc", "reserved")
_MULTIKUEUE = "kueue.x-k8s.io/multikueue"
_VIRTUAL_NODES = "virtual-kubelet.io/provider"
_NO_DATA = "how much of its data would leave the cloud is not stated (tag data-gb)"


@dataclass(slots=True)
class _Machines:
    """Like machines of one's own: how many accelerators of each are `free`. `gap` says why that is not known."""

    item: Assessed
    free: list[Decimal]
    model: str
    memory_gib: Decimal | None
    per_machine: Decimal
    gap: Unknown | None


def facts(run: Run, settings: Settings, now: datetime) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """`own` of work with accelerators in a cloud, where the run holds accelerators of one's own.

    `covers`: free ones of this model, with as much memory, are as many as it asks for, machine by machine. `free`, `asked`, `model`,
    `places`; `power_monthly` (what it costs when the machines are there anyway) and `full_monthly`; `data_gb`, what it reads from
    buckets of the cloud. Unknown when the export is older than a day or has no date.
    """
    own = [machines for item in run.assessed if (machines := _machines(item, now)) is not None]
    if not own or run.prices is None:
        return
    wanted = [(place, item) for place, item in enumerate(run.assessed) if _is_planned(item)]
    queued = any(_is_multikueue(item) for item in run.assessed)
    offers = _Offers(own, run.prices.source)
    for place, item in sorted(wanted, key=lambda pair: (-_expected(pair[1]), pair[0])):
        # NOTE: a queue of MultiKueue sends its work to one's own clusters itself.
        if not queued or not item.facets.k8s.get("queue"):
            yield place, {"own": offers.about(item)}


def _machines(item: Assessed, now: datetime) -> _Machines | None:
    resource, facets = item.change.after, item.facets
    if resource is None or resource.type not in _OWN or facets.accel.count == 0:
        return None
    models, per, count = facets.accel.models, facets.accel.count, facets.capacity.desired
    gap = _gap_of(resource, now)
    model = models[0] if isinstance(models, tuple) and models else ""
    if not model or not isinstance(per, (int, Decimal)) or not isinstance(count, int):
        reasons = (each for each in (gap, models, per, count) if isinstance(each, Unknown))
        return _Machines(item, [], model, None, Decimal(1), next(reasons, Unknown("its size is not known")))
    free = _free(resource, Decimal(per))
    memory = facets.accel.memory_gib
    known = memory if isinstance(memory, Decimal) else None
    if isinstance(free, Unknown):
        return _Machines(item, [], model, known, Decimal(per), free if gap is None else gap)
    return _Machines(item, [free] * count, model, known, Decimal(per), gap)


def _gap_of(resource: Resource, now: datetime) -> Unknown | None:
    seen = resource.observed.seen if resource.observed is not None else None
    if seen is None:
        return Unknown(
            f"{resource.address} does not say when it was seen (`taken` in an inventory, `last_update` of Slurm)"
        )
    if now - seen > FRESH:
        return Unknown(
            f"{resource.address} was seen on {seen:%Y-%m-%d %H:%M} UTC, more than {FRESH.days * 24} hours ago"
        )
    return None


def _free(resource: Resource, per: Decimal) -> Decimal | Unknown:
    """Free accelerators of one machine: as stated, else none or all as its state says."""
    used = resource.attributes.number("accelerators_used")
    state = (resource.observed.state or "") if resource.observed is not None else ""
    if any(word in state for word in _AWAY):
        return Decimal(0)
    if isinstance(used, Decimal):
        return max(per - used, Decimal(0))
    if "idle" in state:
        return per
    if any(word in state for word in _TAKEN):
        return Decimal(0)
    return Unknown(f"{resource.address} does not say how many of its accelerators are used")


def _is_planned(item: Assessed) -> bool:
    change, facets = item.change, item.facets
    if change.after is None or change.action in (Action.READ, Action.FORGET) or "data" in change.flags:
        return False
    if facets.accel.count == 0 or facets.kind in ("k8s.node", "k8s.template", "compute.template"):
        return False
    cloud = change.resource.provider if change.resource.provider != "kubernetes" else facets.k8s.get("provider")
    return cloud in _CLOUDS and _VIRTUAL_NODES not in facets.k8s.get("tolerations", ())


def _is_multikueue(item: Assessed) -> bool:
    if item.change.resource.type != "AdmissionCheck":
        return False
    return item.change.resource.attributes.text("spec.controllerName") == _MULTIKUEUE


def _expected(item: Assessed) -> Decimal:
    monthly = item.cost.after.monthly
    return monthly.expected if monthly is not None else Decimal(0)


class _Offers:
    """What of one's own is free, by model; given out once."""

    def __init__(self, machines: Iterable[_Machines], prices: PriceSource) -> None:
        self._prices = prices
        self._gaps: dict[str, Unknown] = {}
        self._by_class: dict[str, list[_Machines]] = defaultdict(list)
        for each in machines:
            if each.gap is not None:
                self._gaps.setdefault(_class(each.model), each.gap)
            else:
                self._by_class[_class(each.model)].append(each)

    def about(self, item: Assessed) -> Mapping[str, Any] | Unknown:
        """What there is for a work; unknown where its needs or what is free are."""
        accel, count = item.facets.accel, item.facets.capacity.desired
        if (
            not isinstance(accel.models, tuple)
            or not isinstance(accel.count, (int, Decimal))
            or not isinstance(count, int)
        ):
            unknown = (each for each in (accel.count, accel.models, count) if isinstance(each, Unknown))
            return next(unknown, Unknown("how many accelerators it asks for is not bounded"))
        per, machines = Decimal(accel.count), count
        fitting = [
            each
            for name in accel.models
            for each in self._by_class.get(_class(name), ())
            if _holds(each, accel.memory_gib)
        ]
        covers = bool(machines) and sum(_room(each, per) for each in fitting) >= machines
        gap = next((self._gaps[name] for name in (*map(_class, accel.models), "") if name in self._gaps), None)
        if not covers and gap is not None:
            return gap
        found = {
            "covers": covers,
            "free": sum((free for each in fitting for free in each.free), Decimal(0)),
            "asked": per * machines,
            "model": fitting[0].model if fitting else (accel.models[0] if accel.models else None),
            "places": tuple(dict.fromkeys(_place(each) for each in fitting)),
            **self._money(fitting, per, machines, item.facets),
            "data_gb": _data(item.facets),
        }
        if covers:
            _take(fitting, per, machines)
        return found

    def _money(self, fitting: list[_Machines], per: Decimal, machines: int, facets: Facets) -> Mapping[str, Any]:
        """Money a month on the first machines that fit: power alone, and all that they cost."""
        if not fitting:
            return {"power_monthly": Unknown("there are none"), "full_monthly": Unknown("there are none")}
        hours = _hours(facets)
        share = per * machines / fitting[0].per_machine
        found = {}
        for field, purchase in (("power_monthly", POWER), ("full_monthly", "on-demand")):
            rate = self._rate(fitting[0], purchase)
            found[field] = rate * share * hours if isinstance(rate, Decimal) else rate
        if isinstance(found["power_monthly"], Unknown):
            found["power_monthly"] = found["full_monthly"]  # NOTE: what is rented by the hour has no power of its own.
        return found

    def _rate(self, machines: _Machines, purchase: str) -> Decimal | Unknown:
        facets = machines.item.facets
        types = facets.pools[0].machine_types if facets.pools else Unknown("it has no machine type")
        if isinstance(types, Unknown):
            return types
        site = facets.region if isinstance(facets.region, str) else ANY_SITE
        rate = self._prices.rate(RateQuery(PROVIDER, site, "machine", types[0], purchase))
        return rate.price if isinstance(rate, Rate) else Unknown(rate)


def _hours(facets: Facets) -> Decimal:
    expected = {pool.details.get("hours_expected") for pool in facets.pools}
    only = expected.pop() if len(expected) == 1 else None
    return only if isinstance(only, Decimal) and only > 0 else hours_per_month(facets.schedule)


def _class(model: str) -> str:
    """The class of a model: an A100 with more memory does what one with less does."""
    return model.partition("-")[0] if model.startswith("A100") else model


def _holds(machines: _Machines, wanted: Any) -> bool:
    return machines.memory_gib is None or not isinstance(wanted, Decimal) or machines.memory_gib >= wanted


def _room(machines: _Machines, per: Decimal) -> int:
    """How many machines of the work fit: each has its accelerators on one machine, as they are joined by fast links there."""
    return sum(int(free // per) for free in machines.free)


def _take(fitting: list[_Machines], per: Decimal, machines: int) -> None:
    for each in fitting:
        for number, free in enumerate(each.free):
            taken = min(machines, int(free // per))
            each.free[number] -= taken * per
            machines -= taken


def _data(facets: Facets) -> Decimal | Unknown:
    """Gigabytes that it reads from buckets of its cloud; none when it names no bucket."""
    regions = facets.around.get("data_regions")
    if regions is None:
        return Decimal(0)
    stated = facets.tags.get("data-gb") if not isinstance(facets.tags, Unknown) else None
    if isinstance(stated, str) and stated.replace(".", "", 1).isdecimal():
        return Decimal(stated)
    return Unknown(_NO_DATA)


def _place(machines: _Machines) -> str:
    """Where the machines are: the queue or partition that leads to them, else their address."""
    tags = machines.item.facets.tags
    partition = tags.get("partition") if not isinstance(tags, Unknown) else None
    return partition if isinstance(partition, str) and partition else machines.item.change.address
