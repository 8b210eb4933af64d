"""Facets as plain JSON data: what the report and a policy's input show of a resource.

Written out class by class: a generic walk over fields takes ten times as long, and this runs once a resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from spendgate.model.attributes import Attributes
from spendgate.model.facets import (
    Accelerators,
    Capacity,
    Disk,
    Facets,
    Lifecycle,
    Limits,
    Pool,
    Purchase,
    Scaling,
    Schedule,
    WorkloadKind,
)
from spendgate.model.frozen import Frozen, field_names
from spendgate.model.values import Bounded, Unknown

Paths: TypeAlias = list[str]
"""Dotted paths of what is unknown, collected on the way; an element of a list is `pools.0`."""

_PLAIN = frozenset({str, int, bool, type(None)})
_DEFAULTS = Facets()


def plain_facets(facets: Facets) -> tuple[dict[str, Any], list[str]]:
    """The tree of facets as JSON-able data, and the dotted paths in it that are unknown.

    Numbers are ints and floats (rounded to 6 places); absent and unknown are both `None`, told apart by the paths. `notes`
    are for people and left out.
    """
    unknown: Paths = []
    tree: dict[str, Any] = {
        "kind": facets.kind,
        "taggable": facets.taggable,
        "name": _leaf(facets.name, "name", unknown),
        "region": _leaf(facets.region, "region", unknown),
        "tags": _tags(facets, unknown),
        "tags_source": dict(facets.tags_source),
        "env": facets.env,
        "env_source": facets.env_source,
        "accel": _accelerators(facets.accel, "accel", unknown),
        "capacity": _capacity(facets.capacity, "capacity", unknown),
        "purchase": _purchase(facets.purchase, "purchase", unknown),
        "schedule": _schedule(facets.schedule, unknown),
        "limits": _limits(facets.limits, unknown),
        "scaling": _scaling(facets.scaling, unknown),
        "lifecycle": _lifecycle(facets.lifecycle, unknown) if facets.lifecycle is not None else None,
        "workload": _workload(facets.workload, unknown),
        "pools": [_pool(pool, f"pools.{index}", unknown) for index, pool in enumerate(facets.pools)],
        "disks": _disks(facets.disks, "disks", unknown),
        "llm": plain(facets.llm, "llm", unknown) if facets.llm else {},
        "k8s": plain(facets.k8s, "k8s", unknown) if facets.k8s else {},
        "around": plain(facets.around, "around", unknown) if facets.around else {},
        "tag_keys": plain(facets.tag_keys, "tag_keys", unknown) if facets.tag_keys is not _DEFAULTS.tag_keys else {},
    }
    return tree, unknown


def plain(value: Any, path: str, unknown: Paths) -> Any:
    """Any value of the model as JSON-able data; the paths of unknown parts are added to `unknown`.

    A `Bounded` becomes unknown: only its bounds are known, and a Rego rule compares numbers.
    """
    # NOTE: exact types first: asking an abstract one (`Mapping`) costs ten times as much, and this runs for every value.
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is Decimal:
        return number(value)
    if kind is dict:
        return {str(key): plain(child, f"{path}.{key}", unknown) for key, child in value.items()}
    if kind is tuple or kind is list:
        return [plain(child, f"{path}.{index}", unknown) for index, child in enumerate(value)]
    if isinstance(value, (Unknown, Bounded)):
        unknown.append(path)
        return None
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Attributes):
        return plain(value.values, path, unknown)
    if isinstance(value, Mapping):
        return {str(key): plain(child, f"{path}.{key}", unknown) for key, child in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(child, f"{path}.{index}", unknown) for index, child in enumerate(value)]
    if isinstance(value, Frozen):
        names = [(name, name.rstrip("_")) for name in field_names(type(value))]
        return {shown: plain(getattr(value, name), f"{path}.{shown}", unknown) for name, shown in names}
    return value if isinstance(value, (str, int, float)) else str(value)


def number(value: Decimal | int) -> int | float | str | None:
    """A JSON number, rounded to 6 places; whole numbers as ints.

    What nothing bounds is the text `Infinity`: JSON has no such number, and in Rego's order of types a text is above every
    number, so that `x > limit` holds. NaN becomes `None`.
    """
    if isinstance(value, int):
        return value
    if not value.is_finite():
        return "Infinity" if value == Decimal("Infinity") else None
    whole = int(value)
    return whole if whole == value else round(float(value), 6)


def _leaf(value: Any, path: str, unknown: Paths) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    return number(value) if kind is Decimal else plain(value, path, unknown)


def _texts(value: tuple[str, ...] | Unknown, path: str, unknown: Paths) -> list[str] | None:
    if isinstance(value, Unknown):
        unknown.append(path)
        return None
    return list(value)


def _tags(facets: Facets, unknown: Paths) -> dict[str, Any] | None:
    tags = facets.tags
    if isinstance(tags, Unknown):
        unknown.append("tags")
        return None
    return {key: value if type(value) is str else _leaf(value, f"tags.{key}", unknown) for key, value in tags.items()}


def _accelerators(accel: Accelerators, path: str, unknown: Paths) -> dict[str, Any]:
    if accel is _DEFAULTS.accel:
        return {
            "count": 0,
            "models": [],
            "variants": [],
            "memory_gib": None,
            "fraction": 1,
            "sharing": "none",
            "max_total": 0,
            "min_total": 0,
        }
    return {
        "count": _leaf(accel.count, f"{path}.count", unknown),
        "models": _texts(accel.models, f"{path}.models", unknown),
        "variants": _texts(accel.variants, f"{path}.variants", unknown),
        "memory_gib": _leaf(accel.memory_gib, f"{path}.memory_gib", unknown),
        "fraction": _leaf(accel.fraction, f"{path}.fraction", unknown),
        "sharing": accel.sharing,
        "max_total": _leaf(accel.max_total, f"{path}.max_total", unknown),
        "min_total": _leaf(accel.min_total, f"{path}.min_total", unknown),
    }


def _capacity(capacity: Capacity, path: str, unknown: Paths) -> dict[str, Any]:
    if type(capacity.min) is type(capacity.desired) is type(capacity.max) is int:
        return {"min": capacity.min, "desired": capacity.desired, "max": capacity.max}
    return {
        "min": _leaf(capacity.min, f"{path}.min", unknown),
        "desired": _leaf(capacity.desired, f"{path}.desired", unknown),
        "max": _leaf(capacity.max, f"{path}.max", unknown),
    }


def _purchase(purchase: Purchase, path: str, unknown: Paths) -> dict[str, Any]:
    if purchase is _DEFAULTS.purchase:
        return {"model": "on-demand", "spot_share": 0, "commitment": None}
    return {
        "model": _leaf(purchase.model, f"{path}.model", unknown),
        "spot_share": _leaf(purchase.spot_share, f"{path}.spot_share", unknown),
        "commitment": _leaf(purchase.commitment, f"{path}.commitment", unknown),
    }


def _schedule(schedule: Schedule, unknown: Paths) -> dict[str, Any]:
    if schedule is _DEFAULTS.schedule:
        return {"hours_per_week": 168, "kind": None, "proven": False, "stop_only": False}
    return {
        "hours_per_week": _leaf(schedule.hours_per_week, "schedule.hours_per_week", unknown),
        "kind": schedule.kind,
        "proven": schedule.proven,
        "stop_only": schedule.stop_only,
    }


def _limits(limits: Limits, unknown: Paths) -> dict[str, Any]:
    return {
        "idle_minutes": _leaf(limits.idle_minutes, "limits.idle_minutes", unknown),
        "max_runtime_hours": _leaf(limits.max_runtime_hours, "limits.max_runtime_hours", unknown),
        "ttl_seconds": _leaf(limits.ttl_seconds, "limits.ttl_seconds", unknown),
        "retries": _leaf(limits.retries, "limits.retries", unknown),
        "cap_supported": limits.cap_supported,
    }


def _scaling(scaling: Scaling, unknown: Paths) -> dict[str, Any]:
    return {"kind": scaling.kind, "scale_to_zero": _leaf(scaling.scale_to_zero, "scaling.scale_to_zero", unknown)}


def _lifecycle(lifecycle: Lifecycle, unknown: Paths) -> dict[str, Any]:
    return {
        "enabled": _leaf(lifecycle.enabled, "lifecycle.enabled", unknown),
        "expire_days": _leaf(lifecycle.expire_days, "lifecycle.expire_days", unknown),
        "tier_days": _leaf(lifecycle.tier_days, "lifecycle.tier_days", unknown),
        "auto_tier": _leaf(lifecycle.auto_tier, "lifecycle.auto_tier", unknown),
        "noncurrent_days": _leaf(lifecycle.noncurrent_days, "lifecycle.noncurrent_days", unknown),
        "abort_multipart_days": _leaf(lifecycle.abort_multipart_days, "lifecycle.abort_multipart_days", unknown),
        "versioning": _leaf(lifecycle.versioning, "lifecycle.versioning", unknown),
        "checkpoint_days": _leaf(lifecycle.checkpoint_days, "lifecycle.checkpoint_days", unknown),
    }


def _workload(workload: WorkloadKind, unknown: Paths) -> dict[str, Any]:
    return {
        "phase": _leaf(workload.phase, "workload.phase", unknown),
        "phase_source": workload.phase_source,
        "class": _leaf(workload.class_, "workload.class", unknown),
    }


def _disks(disks: tuple[Disk, ...] | Unknown, path: str, unknown: Paths) -> list[dict[str, Any]] | None:
    if isinstance(disks, Unknown):
        unknown.append(path)
        return None
    return [_disk(disk, f"{path}.{index}", unknown) for index, disk in enumerate(disks)]


def _disk(disk: Disk, path: str, unknown: Paths) -> dict[str, Any]:
    return {
        "name": disk.name,
        "kind": _leaf(disk.kind, f"{path}.kind", unknown),
        "size_gib": _leaf(disk.size_gib, f"{path}.size_gib", unknown),
        "iops": _leaf(disk.iops, f"{path}.iops", unknown),
        "throughput_mibps": _leaf(disk.throughput_mibps, f"{path}.throughput_mibps", unknown),
        "count": disk.count,
        "size_is_default": disk.size_is_default,
    }


def _pool(pool: Pool, path: str, unknown: Paths) -> dict[str, Any]:
    return {
        "name": pool.name,
        "machine_types": _texts(pool.machine_types, f"{path}.machine_types", unknown),
        "capacity": _capacity(pool.capacity, f"{path}.capacity", unknown),
        "purchase": _purchase(pool.purchase, f"{path}.purchase", unknown),
        "accel": _accelerators(pool.accelerators, f"{path}.accel", unknown),
        "disks": _disks(pool.disks, f"{path}.disks", unknown),
        "operating_system": pool.operating_system,
        "tenancy": pool.tenancy,
        "service": pool.service,
        "region": _leaf(pool.region, f"{path}.region", unknown),
        "details": plain(pool.details, f"{path}.details", unknown) if pool.details else {},
    }
