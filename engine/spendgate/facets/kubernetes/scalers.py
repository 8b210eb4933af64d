"""Autoscalers as bounds of what they scale: HorizontalPodAutoscaler and KEDA's ScaledObject."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.podset import Scaler
from spendgate.facets.kubernetes.reading import dig, mapping, maps, quantity, whole
from spendgate.facets.schedules import from_crons
from spendgate.model.values import Number

_KEDA_MOST = 100
"""KEDA: maxReplicaCount when none is stated (minReplicaCount is then 0)."""


def horizontal(values: Mapping[str, Any]) -> Scaler:
    """An HPA: minReplicas (1) to maxReplicas, with the metrics that it looks at."""
    spec = mapping(values.get("spec"))
    names: list[str] = []
    target: Number = None
    if "targetCPUUtilizationPercentage" in spec or "metrics" not in spec:
        names, target = ["cpu"], quantity(spec.get("targetCPUUtilizationPercentage", 80))
    for metric in maps(spec.get("metrics")):
        held = mapping(metric.get(_key(metric.get("type"))))
        names.append(str(held.get("name") or dig(held, "metric", "name") or metric.get("type")).lower())
        stated = dig(held, "target", "averageUtilization") or held.get("targetAverageUtilization")
        target = quantity(stated) if stated is not None else target
    return Scaler("hpa", whole(spec.get("minReplicas"), 1), whole(spec.get("maxReplicas")), tuple(names), target)


def _key(kind: Any) -> str:
    return str(kind)[:1].lower() + str(kind)[1:]


def keda(values: Mapping[str, Any]) -> Scaler:
    """A ScaledObject: minReplicaCount (0) to maxReplicaCount (100); cron triggers alone make a schedule."""
    spec = mapping(values.get("spec"))
    triggers = list(maps(spec.get("triggers")))
    least = whole(spec.get("minReplicaCount"), 0)
    annotations = mapping(dig(values, "metadata", "annotations"))
    paused = annotations.get("autoscaling.keda.sh/paused-replicas")
    if paused is not None:
        count = whole(paused)
        return Scaler("keda", count, count, ("paused",))
    crons = [mapping(t.get("metadata")) for t in triggers if t.get("type") == "cron"]
    hours: Number = None
    problem = None
    if crons and least == 0:
        if any(str(cron.get("desiredReplicas")) == "0" for cron in crons):
            problem = "a KEDA cron trigger asks for 0 replicas: KEDA scales to zero outside its window, not inside"
        elif len(crons) == len(triggers):
            schedule = from_crons([str(c.get("start")) for c in crons], [str(c.get("end")) for c in crons], "keda cron")
            hours = schedule.hours_per_week if schedule is not None else None
    return Scaler(
        "keda",
        least,
        whole(spec.get("maxReplicaCount"), _KEDA_MOST),
        tuple(str(trigger.get("type")) for trigger in triggers),
        idle=whole(spec.get("idleReplicaCount")),
        hours_per_week=hours if isinstance(hours, Decimal) else None,
        problem=problem,
    )


def target_of(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """`(kind, name)` of what an autoscaler scales; a ScaledObject without a kind means a Deployment."""
    target = mapping(dig(values, "spec", "scaleTargetRef"))
    name = target.get("name")
    return (str(target.get("kind") or "Deployment"), str(name)) if name else None
