"""Accelerators of machines and of whole resources, from the catalogue of machine types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from spendgate.model.accelerator_names import canonical_model
from spendgate.model.facets import Accelerators, Pool
from spendgate.model.values import Unknown
from spendgate.ports import Catalog

NONE = Accelerators()


def of_machines(catalog: Catalog, provider: str, machine_types: Sequence[str] | Unknown) -> Accelerators:
    """The accelerators of one machine that may be any of these types: the first type's count, all types' models.

    An unknown type, or one that the catalogue does not know, makes count and models unknown: a machine that nobody knows
    may hold anything. No type at all is no accelerator.
    """
    if isinstance(machine_types, Unknown):
        return unknown(machine_types.reason)
    counts: list[Decimal] = []
    variants: list[str] = []
    memory_gib: Decimal | None = None
    for machine_type in machine_types:
        spec = catalog.machine(provider, machine_type)
        if spec is None:
            return unknown(f"machine type {machine_type} is in no catalogue")
        counts.append(spec.accelerator_count)
        if spec.accelerator:
            variants.append(spec.accelerator)
            memory_gib = memory_gib if memory_gib is not None else spec.accelerator_memory_gib
    if not variants:
        return NONE
    # NOTE: the largest count of the possible types: a group that *may* start a GPU machine has accelerators.
    return of_variants(variants, max(counts), memory_gib)


def of_variants(variants: Iterable[str], count: Decimal, memory_gib: Decimal | None = None) -> Accelerators:
    """Accelerators given by their catalogue names and their number per machine."""
    names = tuple(dict.fromkeys(variants))
    models = tuple(dict.fromkeys(canonical_model(name) for name in names))
    return Accelerators(_whole(count), models, names, memory_gib, max_total=_whole(count))


def unknown(reason: str) -> Accelerators:
    """Accelerators of which nothing is known."""
    value = Unknown(reason)
    return Accelerators(value, value, value, value, max_total=value)


def combine(pools: Sequence[Pool]) -> Accelerators:
    """The accelerators of a resource: the largest count per machine, all models, the total at every pool's maximum.

    Pools with unknown accelerators make the whole unknown; a pool without an upper bound makes the total `None`.
    """
    if not pools:
        return NONE
    total = _total(pools)
    if len(pools) == 1:
        only = pools[0].accelerators
        return Accelerators(only.count, only.models, only.variants, only.memory_gib, only.fraction, only.sharing, total)
    for pool in pools:
        if isinstance(pool.accelerators.count, Unknown):
            reason = pool.accelerators.count
            return Accelerators(reason, reason, reason, reason, max_total=total)
    counted = [pool.accelerators for pool in pools if pool.accelerators.count]
    if not counted:
        return NONE
    first = counted[0]
    return Accelerators(
        max(_number(accel.count) for accel in counted),
        _union(accel.models for accel in counted),
        _union(accel.variants for accel in counted),
        first.memory_gib,
        first.fraction,
        first.sharing,
        total,
    )


def _total(pools: Sequence[Pool]) -> int | Decimal | Unknown | None:
    total: int | Decimal = 0
    open_ended = False
    for pool in pools:
        count, most = pool.accelerators.count, pool.capacity.max
        if isinstance(count, Unknown):
            return count
        if not count:
            continue
        if isinstance(most, Unknown):
            return most
        if most is None:
            open_ended = True
        else:
            total += count * most
    return None if open_ended else total


def least(pools: Sequence[Pool]) -> int | Decimal | Unknown:
    """The accelerators of all pools at their minimum; unknown where a pool that may have some is."""
    total: int | Decimal = 0
    for pool in pools:
        count, few = pool.accelerators.count, pool.capacity.min
        if not isinstance(few, Unknown) and not few:
            continue
        if isinstance(count, Unknown):
            return count
        if not count:
            continue
        if isinstance(few, Unknown):
            return few
        total += count * few
    return total


def _union(parts: Iterable[tuple[str, ...] | Unknown]) -> tuple[str, ...] | Unknown:
    names: dict[str, None] = {}
    for part in parts:
        if isinstance(part, Unknown):
            return part
        names.update(dict.fromkeys(part))
    return tuple(names)


def _number(value: int | Decimal | Unknown | None) -> int | Decimal:
    return value if isinstance(value, (int, Decimal)) else 0


def _whole(count: Decimal) -> int | Decimal:
    return int(count) if count == count.to_integral_value() else count
