"""Workloads: pods of any kind, understood as one resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from spendgate.facets.compose import compose, total_capacity
from spendgate.facets.kubernetes import serving, timetable
from spendgate.facets.kubernetes.cluster import Cluster, Here
from spendgate.facets.kubernetes.kinds import BY_SHAPE, KINDS, Kind
from spendgate.facets.kubernetes.labels import tags_of
from spendgate.facets.kubernetes.limits import limits_of
from spendgate.facets.kubernetes.podset import PodSet, Scaler
from spendgate.facets.kubernetes.pools import Understood, tidy, to_pool, together, understand
from spendgate.facets.kubernetes.reading import dig, maps
from spendgate.facets.kubernetes.traits import traits_of
from spendgate.facets.kubernetes.volumes import volumes_of_pods
from spendgate.facets.training import of_text
from spendgate.model.facets import Accelerators, Capacity, Facets, Scaling, WorkloadKind
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Text, Unknown
from spendgate.ports import FacetContext

_FIXED = frozenset({"Pod", "DaemonSet"})
_LONGEST_FILE = 100_000
"""Characters of a file that is looked through for what trainers are told."""


def workload(resource: Resource, context: FacetContext, cluster: Cluster) -> Facets | None:
    """The facets of an object that makes pods; None for one that makes none."""
    values = resource.attributes.values
    kind = KINDS.get(resource.type, BY_SHAPE)
    here = Here(cluster, values)
    sets = list(kind.pods(values, here))
    if not sets and kind is BY_SHAPE:
        return None
    flavours = cluster.flavours(values)
    understood = together([understand(pods, here, resource.address, flavours, context.regions) for pods in sets])
    return _composed(resource, context, here, kind, understood)


def _composed(
    resource: Resource, context: FacetContext, here: Here, kind: Kind, understood: Sequence[Understood]
) -> Facets:
    values = resource.attributes.values
    sets = [one.pods for one in understood]
    namespace = here.find("Namespace", here.namespace)
    scaler = here.scaler_of(values)
    limits = limits_of(resource.type, kind, values)
    hours = timetable.job_hours(resource.type, kind, values, limits)
    pools = tuple(to_pool(one, hours) for one in understood)
    capacity = total_capacity(pools) if pools else Capacity(0, 0, 0)
    specs = [pods.spec for pods in sets]
    facts = {name: value for name, value in serving.model_facts(specs, values).items() if value is not None}
    facts = _with_files(facts, specs, here)
    disks, volume_cloud = volumes_of_pods(values, sets, context, here.cluster)
    schedule = timetable.ALWAYS if kind.ends else timetable.schedule_of(values, namespace, scaler) or timetable.ALWAYS
    facets = compose(
        resource,
        context,
        kind="k8s.template" if kind.template else "k8s.workload",
        name=resource.name or None,
        region=_region(understood),
        tags=tags_of(values, namespace, [pods.labels for pods in sets], context.aliases),
        type_phase=_phase(kind, serving.phase_of(facts, specs)),
        pools=pools,
        accel=combined(understood),
        capacity=capacity,
        schedule=schedule,
        limits=limits,
        scaling=_scaling(resource.type, capacity, scaler, sets),
        disks=disks,
        llm=facts,
        notes=tuple(_notes(understood, scaler)),
        k8s={
            **traits_of(resource, here, scaler, understood, namespace),
            "provider": _cloud(understood) or volume_cloud,
        },
    )
    return replace(facets, taggable=not kind.template, workload=_work(facets.workload, resource.type, kind, facts))


def _with_files(facts: dict[str, Any], specs: Sequence[Mapping[str, Any]], here: Here) -> dict[str, Any]:
    """The facts with what ConfigMaps in its volumes say of precision and method: files of DeepSpeed, Accelerate, Lightning."""
    for spec in specs:
        for volume in maps(spec.get("volumes")):
            held = here.find("ConfigMap", str(dig(volume, "configMap", "name"))) if "configMap" in volume else None
            data = held.get("data") if held is not None else None
            for text in data.values() if isinstance(data, Mapping) else ():
                if isinstance(text, str) and len(text) < _LONGEST_FILE:
                    facts = {**of_text(text), **facts}
    return facts


def _phase(kind: Kind, implied: str | None) -> str | None:
    """The phase of the kind; a training kind may be told more exactly by its arguments."""
    if kind.phase is None or (kind.phase == "train" and implied in ("tune", "search")):
        return implied
    return kind.phase


def _work(found: WorkloadKind, type_: str, kind: Kind, facts: Mapping[str, Any]) -> WorkloadKind:
    source = found.phase_source
    if source == "type" and kind.phase is None:
        source = "image or arguments"
    return WorkloadKind(found.phase, source, found.class_ or serving.class_of(type_, facts))


def _region(understood: Sequence[Understood]) -> Text:
    places = {one.place.region for one in understood if isinstance(one.place.region, str)}
    if len(places) == 1:
        return places.pop()
    return understood[0].place.region if understood else None


def _cloud(understood: Sequence[Understood]) -> str | None:
    clouds = {one.place.provider for one in understood if one.place.provider is not None}
    return clouds.pop() if len(clouds) == 1 else None


def combined(understood: Sequence[Understood]) -> Accelerators:
    """The accelerators of a workload: the most that one pod has, every model, and the total at every set's maximum."""
    held = [one.accelerators for one in understood if one.accelerators.count != 0]
    if not held:
        return Accelerators()
    first = held[0]
    if len(held) == 1:
        return first
    counts = [accel.count for accel in held]
    unknown = next((count for count in counts if isinstance(count, Unknown)), None)
    largest = max((count for count in counts if isinstance(count, (int, Decimal))), default=0)
    return Accelerators(
        unknown if unknown is not None else largest,
        _names([accel.models for accel in held]),
        _names([accel.variants for accel in held]),
        first.memory_gib,
        first.fraction,
        first.sharing,
        _sum([accel.max_total for accel in held]),
    )


def _names(parts: Sequence[tuple[str, ...] | Unknown]) -> tuple[str, ...] | Unknown:
    names: dict[str, None] = {}
    for part in parts:
        if isinstance(part, Unknown):
            return part
        names.update(dict.fromkeys(part))
    return tuple(names)


def _sum(parts: Sequence[Any]) -> Any:
    total = Decimal(0)
    for part in parts:
        if isinstance(part, Unknown) or part is None:
            return part
        total += part
    return tidy(total)


def _scaling(type_: str, capacity: Capacity, scaler: Scaler | None, sets: Sequence[PodSet]) -> Scaling:
    zero: Any = capacity.min if isinstance(capacity.min, Unknown) else capacity.min == 0
    moves = scaler is not None or any(pods.capacity.min != pods.capacity.max for pods in sets)
    if type_ in _FIXED or not moves:
        return Scaling("fixed", zero)
    return Scaling("autoscaling", zero)


def _notes(understood: Sequence[Understood], scaler: Scaler | None) -> list[str]:
    notes: dict[str, None] = {}
    for one in understood:
        if one.place.priced_nodes:
            notes[f"its nodes are priced in this run: {', '.join(one.place.priced_nodes[:3])}"] = None
        elif one.place.assumed and one.place.machine_types:
            notes[f"machine type not stated: the smallest that fits is assumed ({one.place.machine_types[0]})"] = None
        if isinstance(one.demand.cpu, Decimal) and one.demand.cpu_gaps:
            notes[f"states no cpu request: {', '.join(one.demand.cpu_gaps[:3])}"] = None
    if scaler is not None and scaler.problem:
        notes[scaler.problem] = None
    return list(notes)
