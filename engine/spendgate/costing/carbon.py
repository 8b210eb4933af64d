"""Energy and emissions of machines: watts at a utilisation × hours × PUE, times the grid of the region.

    kWh = Σ (idle + u × (full − idle)) × hours / 1000 × PUE        over vCPUs, accelerators, memory and disks
    kg  = kWh × g/kWh / 1000
    embodied kg = kg of the host × its share × hours / hours of its life

Method: Cloud Carbon Footprint and Software Carbon Intensity 1.1 (location-based, all energy of what is reserved). Figures come
from the price book; without one the result is unknown with the reason, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Protocol

from spendgate.costing.hours import HOURS_PER_MONTH, hours_per_month
from spendgate.model.carbon import Footprint
from spendgate.model.cost import Estimate, EstimateState
from spendgate.model.facets import Disk, Facets, Pool
from spendgate.model.frozen import Frozen
from spendgate.model.own_machines import PROVIDER
from spendgate.model.values import Number, Unknown, Whole
from spendgate.ports import MachineSpec, OwnPower

HOST_LIFE_HOURS: Final = Decimal(4) * Decimal(8766)
"""Four years, as Cloud Carbon Footprint spreads the making of a server."""
_THOUSAND = Decimal(1000)
_GIB_IN_TB = Decimal(2) ** 30 / Decimal(10) ** 12
_DRAWS_POWER = ("compute.", "ai.", "database.", "k8s.")
_NEVER_RUNS = frozenset({"compute.template", "compute.reservation"})
_RUNS = frozenset({EstimateState.PRICED, EstimateState.PARTIAL, EstimateState.UNPRICED, EstimateState.NEEDS_USAGE})


class Watts(Frozen):
    """What one vCPU or accelerator draws idle and at full load, and where the figures come from."""

    idle: Decimal
    full: Decimal
    note: str = ""

    def at(self, utilisation: Decimal) -> Decimal:
        """Watts at a utilisation between 0 and 1."""
        return self.idle + utilisation * (self.full - self.idle)


class Grid(Frozen):
    """Emissions of a region's grid (g per kWh, location-based), the overhead of its data centres, and where both come from."""

    grams_per_kwh: Decimal
    pue: Decimal | None
    note: str = ""


class PowerFigures(Protocol):
    """The figures that the price book holds on power and emissions."""

    def grid(self, provider: str, region: str) -> Grid | None:
        """The grid of a region, or None when the book does not know it."""
        ...

    def cpu(self, provider: str, machine_type: str) -> Watts | None:
        """Watts of one vCPU of a machine type; the provider's average when its CPU is not known."""
        ...

    def accelerator(self, name: str) -> Watts | None:
        """Watts of one accelerator by its catalogue name."""
        ...

    def figure(self, component: str) -> Decimal | None:
        """`memory` kWh per GB-hour, `ssd` and `hdd` watts per TB, `utilisation` that is assumed."""
        ...

    def embodied(self, provider: str, machine_type: str) -> tuple[Decimal, Decimal] | None:
        """Kilograms of making a host of the machine type, and how many vCPUs the host has."""
        ...


class Shapes(Protocol):
    """The shapes of machine types."""

    def machine(self, provider: str, machine_type: str) -> MachineSpec | None:
        """The shape of a machine type, or None when it is not known."""
        ...


def energy_kwh(watts: Watts, count: Decimal, hours: Decimal, utilisation: Decimal, pue: Decimal) -> Decimal:
    """Energy of `count` like parts over hours, cooling included."""
    return watts.at(utilisation) * count * hours / _THOUSAND * pue


def own_footprint(power: OwnPower, count: Whole, hours: Decimal) -> Footprint:
    """Of machines of one's own with stated watts; what they emit needs the stated grid, and their making what it emitted."""
    if isinstance(count, Unknown) or count is None:
        return _unknown(count.reason if isinstance(count, Unknown) else "how many machines run is not stated")
    machines = Decimal(count)
    watts = Watts(power.watts_idle, power.watts_full)
    kwh = energy_kwh(watts, machines, hours, power.utilisation, power.pue)
    kilograms: Number = Unknown("the emissions of its grid are not stated: grid_gco2e_per_kwh in the rates file")
    if power.grid_grams_per_kwh is not None:
        kilograms = kwh * power.grid_grams_per_kwh / _THOUSAND
    embodied: Number = Unknown("what making it emitted is not stated: embodied_kg in the rates file")
    if power.embodied_kg is not None:
        # NOTE: it was made whether it runs or not, so every hour of its life bears its share.
        embodied = power.embodied_kg * machines * HOURS_PER_MONTH / (power.life_hours or HOST_LIFE_HOURS)
    note = f"{power.watts_idle:f} to {power.watts_full:f} W at {power.utilisation * 100:.0f}% utilisation, PUE {power.pue:f}"
    return Footprint(kwh, kilograms, embodied, (f"{note}, as the rates file states",))


class CarbonMeter:
    """Works out footprints resource by resource from facets."""

    def __init__(self, figures: PowerFigures, shapes: Shapes) -> None:
        self._figures, self._shapes = figures, shapes

    def footprint(self, provider: str, facets: Facets, estimate: Estimate) -> Footprint | None:
        """Energy and emissions of one resource in a month, or None for what draws no power of its own."""
        if facets.kind in _NEVER_RUNS or estimate.state not in _RUNS:
            return None
        if not facets.pools:
            if facets.kind.startswith(_DRAWS_POWER):
                return _unknown(f"what runs behind {facets.kind} is not known")
            return None
        if facets.kind.startswith("k8s.") and facets.kind not in ("k8s.node", "k8s.nodepool"):
            return _unknown("its energy is that of the nodes that it runs on")
        hours = hours_per_month(facets.schedule)
        if facets.kind == "ai.job" or estimate.state is EstimateState.NEEDS_USAGE:
            return _unknown("how long it runs is not stated")
        kwh, embodied, notes = Decimal(0), Decimal(0), []
        grams: Decimal | None = None
        making: Unknown | None = None
        for pool in facets.pools:
            own = self._own(provider, pool)
            if own is not None:
                return own_footprint(own, pool.capacity.desired, hours)
            region = pool.region if isinstance(pool.region, str) else facets.region
            grid = self._figures.grid(provider, region) if isinstance(region, str) else None
            if grid is None or grid.pue is None:
                return _unknown(
                    f"no grid figures of {provider} {region if isinstance(region, str) else 'without a region'}"
                )
            drawn = self._pool(provider, pool, hours, grid.pue)
            if isinstance(drawn, Unknown):
                return Footprint(drawn, drawn, drawn)
            energy, said = drawn
            kwh += energy
            grams = (grams or Decimal(0)) + energy * grid.grams_per_kwh
            notes += [*said, grid.note]
            made = self._embodied(provider, pool, hours)
            if isinstance(made, Unknown):
                making = made if making is None else making
            else:
                embodied += made
        kilograms = (grams or Decimal(0)) / _THOUSAND
        return Footprint(
            kwh, kilograms, embodied if making is None else making, tuple(dict.fromkeys(note for note in notes if note))
        )

    def _own(self, provider: str, pool: Pool) -> OwnPower | None:
        """What a machine of one's own draws, where somebody stated it."""
        of = pool.details.get("provider") or provider
        if of != PROVIDER or not isinstance(pool.machine_types, tuple) or not pool.machine_types:
            return None
        spec = self._shapes.machine(PROVIDER, pool.machine_types[0])
        return spec.power if spec is not None else None

    def _pool(self, provider: str, pool: Pool, hours: Decimal, pue: Decimal) -> tuple[Decimal, list[str]] | Unknown:
        count = pool.capacity.desired
        if isinstance(count, Unknown) or count is None:
            return count if isinstance(count, Unknown) else Unknown("how many machines run is not stated")
        types = pool.machine_types
        if isinstance(types, Unknown) or not types:
            return types if isinstance(types, Unknown) else Unknown("no machine type is stated")
        machine = self._machine(provider, types[0], pool, hours, pue)
        if isinstance(machine, Unknown):
            return machine
        energy, notes = machine
        disks = self._disks(pool.disks, pue)
        if isinstance(disks, Unknown):
            return disks
        return (energy + disks) * Decimal(count), notes

    def _machine(
        self, provider: str, machine_type: str, pool: Pool, hours: Decimal, pue: Decimal
    ) -> tuple[Decimal, list[str]] | Unknown:
        spec = self._shapes.machine(provider, machine_type)
        used = self._figures.figure("utilisation")
        memory = self._figures.figure("memory")
        watts = self._figures.cpu(provider, machine_type)
        if spec is None or spec.vcpu is None or spec.memory_gib is None:
            return Unknown(f"the shape of {machine_type} is not known")
        if watts is None or used is None or memory is None:
            return Unknown(f"no power figures of {provider} machines are known")
        energy = energy_kwh(watts, spec.vcpu, hours, used, pue) + spec.memory_gib * memory * hours * pue
        notes = [f"at {used * 100:.0f}% utilisation", watts.note]
        count = pool.accelerators.count
        if isinstance(count, Unknown):
            return count
        if count:
            variants = pool.accelerators.variants
            name = spec.accelerator or (variants[0] if not isinstance(variants, Unknown) and variants else None)
            board = self._figures.accelerator(name) if name else None
            if board is None:
                return Unknown(f"no power figure of {name or 'its accelerator'} is known")
            energy += energy_kwh(board, Decimal(count), hours, used, pue)
            notes.append(board.note)
        return energy, notes

    def _disks(self, disks: Sequence[Disk] | Unknown, pue: Decimal) -> Decimal | Unknown:
        """Disks draw power whether the machine runs or not; one copy is counted, how many there are is not published."""
        if isinstance(disks, Unknown):
            return disks
        energy = Decimal(0)
        for disk in disks:
            watts = self._figures.figure("hdd" if _is_magnetic(disk.kind) else "ssd")
            if isinstance(disk.size_gib, Unknown) or disk.size_gib is None or watts is None:
                return Unknown("the size of a disk is not known")
            energy += disk.size_gib * _GIB_IN_TB * watts * disk.count * HOURS_PER_MONTH / _THOUSAND * pue
        return energy

    def _embodied(self, provider: str, pool: Pool, hours: Decimal) -> Decimal | Unknown:
        types, count = pool.machine_types, pool.capacity.desired
        if isinstance(types, Unknown) or not types or isinstance(count, Unknown) or count is None:
            return Unknown("what runs is not known")
        spec, host = self._shapes.machine(provider, types[0]), self._figures.embodied(provider, types[0])
        if host is None or spec is None or spec.vcpu is None:
            return Unknown(f"what making a host of {types[0]} emitted is not known")
        kilograms, vcpus = host
        return kilograms * spec.vcpu / vcpus * hours / HOST_LIFE_HOURS * Decimal(count)


def _is_magnetic(kind: Number | str | Unknown | None) -> bool:
    return isinstance(kind, str) and kind.lower() in (
        "st1",
        "sc1",
        "standard",
        "magnetic",
        "pd-standard",
        "standard_lrs",
        "hdd",
    )


def _unknown(reason: str) -> Footprint:
    gap = Unknown(reason)
    return Footprint(gap, gap, gap)
