"""What machines and pods hold, what a policy asks of another machine, and whether a machine of the catalogue answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from spendgate.model.accelerator_names import canonical_model
from spendgate.model.alternative import SAME, Wanted
from spendgate.model.facets import Pool
from spendgate.model.frozen import Frozen
from spendgate.model.values import Unknown
from spendgate.ports import MachineSpec


class Present(Frozen):
    """A pool with what one of its machines holds and costs an hour. `place` and `provider` are where its machines run."""

    pool: Pool
    provider: str
    place: str
    machine_type: str
    holds: Mapping[str, Decimal]
    model: str | None
    price: Decimal | None
    is_pods: bool


def partition(region: str) -> str:
    """Regions of governments and of China take accounts of their own: nothing moves into them or out of them."""
    return next((name for name in ("gov", "dod", "china") if name in region), "cn" if region.startswith("cn-") else "")


def held_by(spec: MachineSpec) -> Mapping[str, Decimal]:
    """What a machine of the catalogue holds, as far as it is known."""
    found = {"accelerators": spec.accelerator_count}
    if spec.vcpu is not None:
        found["vcpu"] = spec.vcpu
    if spec.memory_gib is not None:
        found["memory_gib"] = spec.memory_gib
    if not spec.accelerator_count:
        found["accelerator_memory_gib"] = Decimal(0)
    elif spec.accelerator_memory_gib is not None:
        found["accelerator_memory_gib"] = spec.accelerator_memory_gib * spec.accelerator_count
    return found


def asked_by(pool: Pool) -> Mapping[str, Decimal | None]:
    """What a pod asks of a node."""
    asked = {"vcpu": "cpu", "memory_gib": "memory_gib", "accelerators": "asked"}
    values = {name: pool.details.get(key) for name, key in asked.items()}
    return {name: value if isinstance(value, Decimal) else None for name, value in values.items()}


def needed(present: Present, wanted: Wanted) -> Mapping[str, Decimal] | Unknown:
    """What a machine has to hold, in absolute numbers."""
    needs: dict[str, Decimal] = dict(wanted.at_least)
    for name, share in wanted.like:
        if name not in present.holds:
            return Unknown(f"{name} of {present.machine_type or 'the pods'} is not known")
        needs[name] = max(present.holds[name] * share, needs.get(name, Decimal(0)))
    if present.is_pods:
        for name in ("vcpu", "memory_gib"):
            # NOTE: a pod keeps its requests wherever it runs; a node that does not hold them is none for it.
            needs[name] = max(needs.get(name, Decimal(0)), present.holds.get(name, Decimal(0)))
    return needs


def paid_accelerators(spec: MachineSpec, present: Present, needs: Mapping[str, Decimal]) -> Decimal | None:
    """Accelerators of a machine that are paid; of a pod the fewest that hold what is needed, None when they do not."""
    if not present.is_pods or not spec.accelerator_count:
        return spec.accelerator_count
    count = max(needs.get("accelerators", Decimal(1)), Decimal(1))
    memory = needs.get("accelerator_memory_gib")
    if memory is not None:
        if spec.accelerator_memory_gib is None:
            return None
        while count * spec.accelerator_memory_gib < memory:
            count += 1
            if count > spec.accelerator_count:
                return None
    return count if count <= spec.accelerator_count else None


def is_allowed(spec: MachineSpec, present: Present, allowed: Sequence[str]) -> bool:
    """Whether a machine carries an accelerator of a list, `same` for the present one; an empty list allows none at all."""
    if spec.accelerator is None:
        return not allowed
    if SAME in allowed and present.model is not None:
        mine = canonical_model(present.model)
        return spec.accelerator == present.model if present.model != mine else canonical_model(spec.accelerator) == mine
    return canonical_model(spec.accelerator) in allowed
