"""What one pod asks of its node: the scheduler's arithmetic over containers, sidecars, init containers and overhead.

Effective request of a resource = max(containers + sidecars, largest init container with the sidecars started before it) +
overhead (Kubernetes documentation, "Sidecar Containers", resource sharing within containers). A request that is not stated is
the limit; a LimitRange fills in what is still missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.reading import dig, gib, mapping, maps, quantity
from spendgate.model.frozen import Frozen
from spendgate.model.values import Number, Unknown

_PLAIN = frozenset({"cpu", "memory", "ephemeral-storage", "storage", "pods"})


class Defaults(Frozen):
    """What a namespace's LimitRanges give to containers that state nothing: raw quantities by resource."""

    requests: Mapping[str, Any] = {}
    limits: Mapping[str, Any] = {}


NO_DEFAULTS = Defaults()


class Demand(Frozen):
    """What one pod asks for. `cpu` in vCPUs and `memory_gib` are `None` when no container states any.

    `devices` are extended resources (`nvidia.com/gpu`) with their number, which may be unknown. `cpu_gaps` and `memory_gaps`
    name containers that state none, so that the sum is only a lower bound. `*_limit` are sums of limits, `None` when one
    container has none.
    """

    cpu: Number = None
    memory_gib: Number = None
    cpu_limit: Number = None
    memory_limit_gib: Number = None
    devices: Mapping[str, Decimal | Unknown] = {}
    cpu_gaps: tuple[str, ...] = ()
    memory_gaps: tuple[str, ...] = ()
    devices_only_in_init: bool = False
    limits_differ: bool = False


def containers_of(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The containers that run for as long as the pod: the main ones, then sidecars."""
    yield from maps(spec.get("containers"))
    yield from (container for container in maps(spec.get("initContainers")) if _is_sidecar(container))


def _is_sidecar(container: Mapping[str, Any]) -> bool:
    return container.get("restartPolicy") == "Always"


def demand_of(spec: Mapping[str, Any], defaults: Defaults = NO_DEFAULTS) -> Demand:
    """The effective demand of a pod."""
    running = list(containers_of(spec))
    pod_level = mapping(spec.get("resources"))
    overhead = mapping(spec.get("overhead"))
    cpu = _effective(spec, lambda c: quantity(_request(c, "cpu", defaults)))
    memory = _effective(spec, lambda c: gib(_request(c, "memory", defaults)))
    return Demand(
        cpu=_plus(_stated(quantity(dig(pod_level, "requests", "cpu")), cpu), quantity(overhead.get("cpu"))),
        memory_gib=_plus(_stated(gib(dig(pod_level, "requests", "memory")), memory), gib(overhead.get("memory"))),
        cpu_limit=_stated(quantity(dig(pod_level, "limits", "cpu")), _all(running, "cpu", quantity, defaults)),
        memory_limit_gib=_stated(gib(dig(pod_level, "limits", "memory")), _all(running, "memory", gib, defaults)),
        devices=_devices(spec, defaults),
        cpu_gaps=_gaps(running, "cpu", defaults) if dig(pod_level, "requests", "cpu") is None else (),
        memory_gaps=_gaps(running, "memory", defaults) if dig(pod_level, "requests", "memory") is None else (),
        devices_only_in_init=_only_in_init(spec),
        limits_differ=any(_differ(container) for container in (*running, *maps(spec.get("initContainers")))),
    )


def _stated(own: Number, otherwise: Number) -> Number:
    return otherwise if own is None else own


def _plus(left: Number, right: Number) -> Number:
    if isinstance(left, Unknown) or right is None:
        return left
    return right if left is None or isinstance(right, Unknown) else left + right


def _request(container: Mapping[str, Any], resource: str, defaults: Defaults) -> Any:
    """The raw request of a container: stated, else its limit, else what a LimitRange gives."""
    resources = mapping(container.get("resources"))
    for raw in (
        dig(resources, "requests", resource),
        dig(resources, "limits", resource),
        defaults.requests.get(resource),
        defaults.limits.get(resource),
    ):
        if raw is not None:
            return raw
    return None


def _effective(spec: Mapping[str, Any], amount: Callable[[Mapping[str, Any]], Number]) -> Number:
    """The larger of what runs together and what each init container needs; unknown if a part is, `None` if none is stated."""
    total: Decimal | None = None
    for container in maps(spec.get("containers")):
        value = amount(container)
        if isinstance(value, Unknown):
            return value
        if value is not None:
            total = (total or Decimal(0)) + value
    sidecars, largest = Decimal(0), None
    for container in maps(spec.get("initContainers")):
        value = amount(container)
        if isinstance(value, Unknown):
            return value
        if value is None:
            continue
        if _is_sidecar(container):
            sidecars += value
        largest = max(largest or Decimal(0), sidecars if _is_sidecar(container) else sidecars + value)
    if largest is None:
        return total
    return max((total or Decimal(0)) + sidecars, largest)


def _all(running: list[Mapping[str, Any]], resource: str, read: Callable[[Any], Number], defaults: Defaults) -> Number:
    """The sum of limits when each container has one."""
    total = Decimal(0)
    for container in running:
        raw = dig(container, "resources", "limits", resource)
        value = read(raw if raw is not None else defaults.limits.get(resource))
        if not isinstance(value, Decimal):
            return value
        total += value
    return total if running else None


def _gaps(running: list[Mapping[str, Any]], resource: str, defaults: Defaults) -> tuple[str, ...]:
    return tuple(str(c.get("name") or "container") for c in running if _request(c, resource, defaults) is None)


def _devices(spec: Mapping[str, Any], defaults: Defaults) -> Mapping[str, Decimal | Unknown]:
    names: dict[str, None] = {}
    for container in (*maps(spec.get("containers")), *maps(spec.get("initContainers"))):
        for side in ("limits", "requests"):
            names.update(dict.fromkeys(mapping(dig(container, "resources", side))))
    found: dict[str, Decimal | Unknown] = {}
    for name in names:
        if name in _PLAIN or "/" not in str(name) or str(name).startswith("hugepages"):
            continue
        amount = _effective(spec, lambda c, name=name: quantity(_device(c, name)))  # type: ignore[misc]
        if amount is not None and amount != 0:
            found[str(name)] = amount
    return found


def _device(container: Mapping[str, Any], name: str) -> Any:
    limit = dig(container, "resources", "limits", name)
    return limit if limit is not None else dig(container, "resources", "requests", name)


def _accelerated(containers: Iterator[Mapping[str, Any]]) -> bool:
    for container in containers:
        for name in mapping(dig(container, "resources", "limits")):
            if "/" in str(name) and _device(container, name) not in (0, "0", None):
                return True
    return False


def _only_in_init(spec: Mapping[str, Any]) -> bool:
    return _accelerated(maps(spec.get("initContainers"))) and not _accelerated(containers_of(spec))


def _differ(container: Mapping[str, Any]) -> bool:
    """Whether a device is requested and limited with different numbers, which the API refuses."""
    limits = mapping(dig(container, "resources", "limits"))
    for name, requested in mapping(dig(container, "resources", "requests")).items():
        if "/" in str(name) and name in limits and quantity(limits[name]) != quantity(requested):
            return True
    return False
