"""Machine types of the catalogue by the accelerators that they carry: looked through once per run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from spendgate.facets.kubernetes.demand import Demand
from spendgate.facets.kubernetes.devices import Device
from spendgate.model.accelerator_names import canonical_model, expand
from spendgate.ports import Catalog, MachineSpec

MOST_TYPES = 12
"""How many machine types are kept as alternatives of a pod that may run on any."""


class Shapes:
    """The machine types with accelerators of each cloud."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._accelerated: dict[str, list[MachineSpec]] = {}

    def accelerated(self, provider: str) -> Sequence[MachineSpec]:
        """Machine types with accelerators of known number, in order of their names."""
        if provider not in self._accelerated:
            specs = (self.catalog.machine(provider, type_) for type_ in self.catalog.machine_types(provider))
            self._accelerated[provider] = [
                spec for spec in specs if spec and spec.accelerator and spec.accelerator_count
            ]
        return self._accelerated[provider]

    def fitting(
        self, provider: str, models: Iterable[str], families: Sequence[str], demand: Demand, devices: Sequence[Device]
    ) -> tuple[str, ...]:
        """Machine types that carry one of these accelerators and hold the pod, the smallest first."""
        wanted = {name for model in models for name in expand(model)}
        asked = asked_of(devices)
        cpu = demand.cpu if isinstance(demand.cpu, Decimal) else Decimal(0)
        memory = demand.memory_gib if isinstance(demand.memory_gib, Decimal) else Decimal(0)
        found = []
        for spec in self.accelerated(provider):
            if families and not _of_family(spec.machine_type, families):
                continue
            if spec.accelerator_count < asked or (wanted and canonical_model(spec.accelerator or "") not in wanted):
                continue
            vcpu, gib = spec.vcpu or cpu, spec.memory_gib or memory
            if vcpu >= cpu and gib >= memory:
                found.append((spec.accelerator_count, vcpu, gib, spec.machine_type))
        return tuple(type_ for *_, type_ in sorted(found)[:MOST_TYPES])

    def holding(
        self, provider: str, types: Sequence[str], demand: Demand, devices: Sequence[Device]
    ) -> tuple[str, ...]:
        """Those of these machine types that hold the pod, the smallest first; all of them when none is known to."""
        cpu = demand.cpu if isinstance(demand.cpu, Decimal) else Decimal(0)
        memory = demand.memory_gib if isinstance(demand.memory_gib, Decimal) else Decimal(0)
        asked, found = asked_of(devices), []
        for type_ in types:
            spec = self.catalog.machine(provider, type_)
            if spec is not None and spec.accelerator_count >= asked:
                vcpu, gib = spec.vcpu or cpu, spec.memory_gib or memory
                if vcpu >= cpu and gib >= memory:
                    found.append((spec.accelerator_count, vcpu, gib, type_))
        return tuple(type_ for *_, type_ in sorted(found)[:MOST_TYPES]) or tuple(types)[:MOST_TYPES]

    def models(self, provider: str | None, types: Sequence[str]) -> tuple[str, ...]:
        """Family names of the accelerators of machine types; none when one of the types is not known."""
        specs = [self.catalog.machine(provider, type_) for type_ in types] if provider else []
        if not specs or any(spec is None for spec in specs):
            return ()
        return tuple(dict.fromkeys(canonical_model(s.accelerator) for s in specs if s is not None and s.accelerator))


def asked_of(devices: Sequence[Device]) -> Decimal:
    """Physical accelerators that a pod asks for, as far as it is known."""
    known = (
        device.count * (device.fraction if isinstance(device.fraction, Decimal) else Decimal(1))
        for device in devices
        if isinstance(device.count, Decimal)
    )
    return sum(known, Decimal(0))


def _of_family(machine_type: str, families: Sequence[str]) -> bool:
    return machine_type.startswith(tuple(family + mark for family in families for mark in (".", "-")))
