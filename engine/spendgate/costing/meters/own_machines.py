"""Machines of one's own: nodes and pools by the hours that they stand there, jobs by the hours that they take of them.

A machine that was bought is paid for whether it runs or not; its power stops with it. What an hour costs, and of which parts, the
rates file says. Jobs on machines that the same run counts are not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage, unpriced, whole_amount
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.own_machines import ANY_SITE, CAPITAL, POWER, PROVIDER
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Catalog, Subject

_HOURS = "monthly_hrs"


class OwnMachines:
    """Nodes and pools; implements `ports.Meter`."""

    types = ("onprem_node", "onprem_pool")
    usage_keys = {_HOURS: "hours a month that each machine is switched on"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """Purchase and hosting, and power; or the rent of a machine that is rented."""
        for pool in subject.facets.pools:
            if isinstance(pool.machine_types, Unknown):
                yield unpriced("Machine", "hours", pool.machine_types.reason)
            else:
                region = subject.facets.region
                site = region if isinstance(region, str) else ANY_SITE
                yield from standing(subject, pool.machine_types, site, pool.capacity.desired)


class OwnJobs:
    """Running jobs; implements `ports.Meter`."""

    types = ("onprem_job",)
    usage_keys = {_HOURS: "hours a month that the job runs"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """The share of machines that the job occupies, at what an hour costs that somebody uses."""
        if subject.neighbours.of_types(*OwnMachines.types):
            return
        for pool in subject.facets.pools:
            cards = pool.accelerators.count
            if isinstance(pool.machine_types, Unknown):
                yield unpriced("Machine share", "machine-hours", pool.machine_types.reason)
            elif not cards:
                yield unpriced("Machine share", "machine-hours", "which share of a machine it takes is not stated")
            elif isinstance(cards, Unknown):
                yield unpriced("Machine share", "machine-hours", f"its accelerators: {cards.reason}")
            else:
                yield _share(subject, pool.machine_types, Decimal(cards))


def _share(subject: Subject, types: Sequence[str], cards: Decimal) -> Component:
    region = subject.facets.region
    site = region if isinstance(region, str) else ANY_SITE
    spec = subject.catalog.machine(PROVIDER, types[0])
    name = f"Machine share ({cards.normalize():f} accelerators of {types[0]})"
    if spec is None or not spec.accelerator_count:
        return unpriced(name, "machine-hours", f"how many accelerators {types[0]} has is not known")
    query = RateQuery(PROVIDER, site, "machine", types[0])
    hours = stated(subject.usage, _HOURS)
    if hours is None:
        return needs_usage(name, "machine-hours", query, _HOURS)
    quantity = Quantity.exactly(hours * cards / spec.accelerator_count)
    return Component(name, "machine-hours", query, quantity, basis=Basis.USAGE, stops=True)


def standing(subject: Subject, types: Sequence[str], site: str, count: Whole) -> Iterator[Component]:
    """Machines that are there all month: what they cost their owner, or their rent. Several types widen low and high."""
    number = whole_amount(count, "the number of machines")
    if isinstance(number, str):
        yield unpriced(f"Machine ({types[0]})", "hours", number)
        return
    on = stated(subject.usage, _HOURS)
    hours = subject.hours_per_month if on is None else on
    basis = Basis.USAGE if on is not None else (Basis.SCHEDULE if hours != HOURS_PER_MONTH else Basis.EXACT)
    note = f"or one of {len(types) - 1} others with this hardware" if len(types) > 1 else ""
    if _is_owned(subject.catalog, types):
        whole = Quantity.exactly(number * HOURS_PER_MONTH)
        yield _part(f"Purchase and hosting ({types[0]})", types, site, CAPITAL, whole, note=note)
        powered = Quantity.exactly(number * hours)
        yield _part(f"Power and cooling ({types[0]})", types, site, POWER, powered, basis=basis, stops=True)
    else:
        rented = Quantity.exactly(number * hours)
        yield _part(f"Machine ({types[0]})", types, site, "on-demand", rented, note=note, basis=basis, stops=True)


def _is_owned(catalog: Catalog, types: Sequence[str]) -> bool:
    spec = catalog.machine(PROVIDER, types[0])
    return spec is not None and spec.owned


def _part(
    name: str,
    types: Sequence[str],
    site: str,
    purchase: str,
    quantity: Quantity,
    *,
    note: str = "",
    basis: Basis = Basis.EXACT,
    stops: bool = False,
) -> Component:
    queries = [RateQuery(PROVIDER, site, "machine", type_, purchase) for type_ in types]
    return Component(
        name, "hours", queries[0], quantity, basis=basis, alternatives=tuple(queries[1:]), note=note, stops=stops
    )


MACHINES = OwnMachines()
JOBS = OwnJobs()
