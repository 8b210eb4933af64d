"""Puts the parts that an adapter found together into `Facets`: environment, phase, totals over pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spendgate.facets import accelerators
from spendgate.facets.env import environment
from spendgate.facets.tags import NO_TAGS, Tags
from spendgate.facets.workload import workload
from spendgate.model.facets import Capacity, Facets, Pool, Purchase
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown, Whole
from spendgate.ports import FacetContext


def compose(
    resource: Resource,
    context: FacetContext,
    *,
    kind: str,
    name: Text = None,
    region: Text = None,
    tags: Tags | None = None,
    pools: Sequence[Pool] = (),
    type_phase: str | None = None,
    **parts: Any,
) -> Facets:
    """The facets of a resource. `tags=None` means that the type takes no tags (`taggable` is false).

    `parts` are further fields of `Facets` as they are (`schedule`, `limits`, `scaling`, `lifecycle`, `disks`, ...). Given
    `pools`, the fields `accel`, `capacity` and `purchase` are totals over them unless stated in `parts`.
    """
    own = tags if tags is not None else NO_TAGS
    names = (name if isinstance(name, str) else None, resource.address)
    env, env_source = environment(
        own,
        variables=context.variables,
        workspace=context.workspace,
        account=resource.settings.project,
        accounts=context.accounts,
        names=names,
    )
    if pools:
        parts.setdefault("accel", accelerators.combine(pools))
        parts.setdefault("capacity", total_capacity(pools))
        parts.setdefault("purchase", main_purchase(pools))
        least = accelerators.least(pools)
        if least != 0:
            parts["accel"] = replace(parts["accel"], min_total=least)
    return Facets(
        kind=kind,
        taggable=tags is not None,
        name=name,
        region=region,
        tags=own.values,
        tags_source=own.source,
        tag_keys=own.keys,
        env=env,
        env_source=env_source,
        workload=workload(own, type_phase=type_phase, names=names),
        pools=tuple(pools),
        **parts,
    )


def total_capacity(pools: Sequence[Pool]) -> Capacity:
    """Machines over all pools: sums of minimum, desired and maximum; unknown or unbounded where one pool is."""
    if len(pools) == 1:
        return pools[0].capacity
    return Capacity(
        _sum(pool.capacity.min for pool in pools),
        _sum(pool.capacity.desired for pool in pools),
        _sum(pool.capacity.max for pool in pools),
    )


def main_purchase(pools: Sequence[Pool]) -> Purchase:
    """How the pools are bought: the common way, or the first one's when they differ."""
    return pools[0].purchase


def _sum(values: Any) -> Whole:
    total = 0
    absent = False
    for value in values:
        if isinstance(value, Unknown):
            return value
        if value is None:
            absent = True
        else:
            total += value
    return None if absent else total
