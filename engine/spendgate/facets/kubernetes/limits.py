"""How long work may run, how often it is tried again, how long it lingers: deadlines, retries, time to live, culling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.kinds import Kind
from spendgate.facets.kubernetes.kinds.core import parallel_pods
from spendgate.facets.kubernetes.kinds.ray import cluster_spec
from spendgate.facets.kubernetes.reading import dig, mapping, maps, quantity, seconds, whole
from spendgate.model.facets import Limits
from spendgate.model.values import Number, Unknown, Whole

_HOUR = Decimal(3600)
_JOB_RETRIES = 6
"""Kubernetes: backoffLimit of a Job that states none."""
_QUEUE_CAP = "kueue.x-k8s.io/max-exec-time-seconds"
_PROVISION_CAP = "provreq.kueue.x-k8s.io/maxRunDurationSeconds"
_RAY_IDLE_SECONDS = Decimal(60)
"""KubeRay: autoscalerOptions.idleTimeoutSeconds when none is stated."""
_FOR_EVER = {"Always", "OnFailure"}
_UNLESS_STATED = {"PyTorchJob": "OnFailure"}
"""Kubeflow's training operator: restartPolicy of a role that states none, where it is not Never."""
_RAY = ("RayCluster", "RayJob", "RayService", "RayCronJob")


def limits_of(type_: str, kind: Kind, values: Mapping[str, Any]) -> Limits:
    """The limits of a workload. `max_runtime_hours` is that of one try; `retries` multiply it."""
    spec = mapping(values.get("spec"))
    if type_ == "Notebook":
        return Limits()
    return Limits(
        idle_minutes=_idle_minutes(type_, values),
        max_runtime_hours=_cap_hours(type_, values, spec),
        ttl_seconds=_ttl(type_, values, spec),
        retries=_retries(type_, spec),
        retries_bounded=_is_bounded(type_, values, spec),
        cap_supported=kind.ends or (type_ == "Pod" and spec.get("restartPolicy") in ("Never", "OnFailure")),
    )


def _cap_hours(type_: str, values: Mapping[str, Any], spec: Mapping[str, Any]) -> Number:
    """The shortest deadline that covers the whole of the work, in hours."""
    caps = [quantity(raw) for raw in _deadlines(type_, values, spec)]
    for cap in caps:
        if isinstance(cap, Unknown):
            return cap
    known = [cap for cap in caps if isinstance(cap, Decimal) and cap > 0]
    return min(known) / _HOUR if known else None


def _deadlines(type_: str, values: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[Any]:
    job = mapping(dig(spec, "jobTemplate", "spec") or spec.get("jobTargetRef"))
    yield spec.get("activeDeadlineSeconds")
    yield spec.get("ttlSeconds") if type_ == "RayCluster" else None
    yield job.get("activeDeadlineSeconds")
    yield dig(job, "template", "spec", "activeDeadlineSeconds")
    yield dig(spec, "template", "spec", "activeDeadlineSeconds") if "ReplicaSet" not in type_ else None
    yield dig(spec, "runPolicy", "activeDeadlineSeconds")
    yield dig(spec, "workflowSpec", "activeDeadlineSeconds")
    yield dig(values, "metadata", "labels", _QUEUE_CAP)
    yield dig(values, "metadata", "annotations", _PROVISION_CAP)
    # NOTE: one deadline of a part caps the whole only when every part has one: then the longest does.
    parts = [_job_deadline(mapping(dig(part, "template", "spec"))) for part in maps(spec.get("replicatedJobs"))]
    if parts and all(isinstance(part, Decimal) for part in parts):
        yield max(part for part in parts if isinstance(part, Decimal))


def _job_deadline(job: Mapping[str, Any]) -> Number:
    own = quantity(job.get("activeDeadlineSeconds"))
    return own if own is not None else quantity(dig(job, "template", "spec", "activeDeadlineSeconds"))


def _ttl(type_: str, values: Mapping[str, Any], spec: Mapping[str, Any]) -> Number:
    job = mapping(dig(spec, "jobTemplate", "spec") or spec.get("jobTargetRef"))
    if type_ in ("RayJob", "RayCronJob"):
        held = job if type_ == "RayCronJob" else spec
        # NOTE: the ttl of a RayJob has no effect unless its cluster is shut down with it.
        return (
            quantity(held.get("ttlSecondsAfterFinished", 0)) if held.get("shutdownAfterJobFinishes") is True else None
        )
    for raw in (
        spec.get("ttlSecondsAfterFinished"),
        job.get("ttlSecondsAfterFinished"),
        dig(spec, "runPolicy", "ttlSecondsAfterFinished"),
        dig(spec, "ttlStrategy", "secondsAfterCompletion"),
        dig(spec, "workflowSpec", "ttlStrategy", "secondsAfterCompletion"),
        spec.get("timeToLiveSeconds"),
    ):
        if raw is not None:
            return quantity(raw)
    return None


def _retries(type_: str, spec: Mapping[str, Any]) -> Whole:
    job = mapping(dig(spec, "jobTemplate", "spec") or spec.get("jobTargetRef"))
    if type_ == "Job":
        return whole(spec.get("backoffLimit"), _JOB_RETRIES)
    if type_ in ("CronJob", "ScaledJob"):
        return whole(job.get("backoffLimit"), _JOB_RETRIES)
    if type_ == "JobSet":
        return whole(dig(spec, "failurePolicy", "maxRestarts"), 0)
    if type_ == "RayJob":
        return whole(spec.get("backoffLimit"), 0)
    if type_ == "Job.batch.volcano.sh":
        return whole(spec.get("maxRetry"), 3)
    for raw in (
        dig(spec, "runPolicy", "backoffLimit"),
        dig(spec, "restartPolicy", "onFailureRetries"),
        *(strategy.get("limit") for strategy in _strategies(spec)),
    ):
        if raw is not None:
            return whole(raw)
    return None


def _strategies(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """How an Argo workflow tries its steps again: its templates' own ways, else that of all; the most tries first."""
    flow = mapping(spec.get("workflowSpec")) or spec
    holders = (flow, mapping(flow.get("templateDefaults")), *maps(flow.get("templates")))
    found = [each["retryStrategy"] for each in holders if isinstance(each.get("retryStrategy"), Mapping)]
    return sorted(found, key=_most, reverse=True)


def _most(strategy: Mapping[str, Any]) -> int:
    limit = whole(strategy.get("limit"))
    return limit if isinstance(limit, int) else -1


def _is_bounded(type_: str, values: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    """Whether failed work is not started again for ever: by a restart policy of pods, or a way to retry without a limit."""
    if type_ == "Pod":
        owned = dig(values, "metadata", "ownerReferences")
        return bool(owned) or spec.get("restartPolicy") == "Never"
    if type_ in ("Workflow", "CronWorkflow"):
        return all(strategy.get("limit") is not None for strategy in _strategies(spec))
    roles = [role for key, held in spec.items() if key.endswith("ReplicaSpecs") for role in mapping(held).values()]
    policies = [mapping(role).get("restartPolicy") or _UNLESS_STATED.get(type_) for role in roles]
    return dig(spec, "runPolicy", "backoffLimit") is not None or not set(policies) & _FOR_EVER


def _idle_minutes(type_: str, values: Mapping[str, Any]) -> Number:
    if type_ in _RAY:
        return _ray_idle(cluster_spec(values))
    annotations = mapping(dig(values, "spec", "template", "metadata", "annotations"))
    stable = seconds(annotations.get("autoscaling.knative.dev/scale-to-zero-pod-retention-period"))
    return stable / 60 if isinstance(stable, Decimal) else None


def _ray_idle(cluster: Mapping[str, Any]) -> Number:
    """Minutes after which Ray ends an idle cluster, or its autoscaler takes an idle worker away; none without either."""
    ended = quantity(dig(cluster, "idleTerminationOptions", "timeoutSeconds"))
    if isinstance(ended, Decimal):
        return ended / 60
    if cluster.get("enableInTreeAutoscaling") is not True:
        return None
    general = quantity(dig(cluster, "autoscalerOptions", "idleTimeoutSeconds"))
    longest = general if isinstance(general, Decimal) else _RAY_IDLE_SECONDS
    for group in maps(cluster.get("workerGroupSpecs")):
        own = quantity(group.get("idleTimeoutSeconds"))
        longest = max(longest, own) if isinstance(own, Decimal) else longest
    return longest / 60


def tries(limits: Limits) -> int:
    """How often one piece of work may run: once, and once more for each retry that is known."""
    return 1 + (limits.retries if isinstance(limits.retries, int) else 0)


def rounds_of(type_: str, spec: Mapping[str, Any]) -> Decimal:
    """How many times the pods of a Job run one after the other: completions over parallelism, one when unknown."""
    job = mapping(dig(spec, "jobTemplate", "spec")) if type_ == "CronJob" else spec
    completions, parallel = whole(job.get("completions")), parallel_pods(job)
    if not isinstance(completions, int) or not isinstance(parallel, int) or parallel == 0:
        return Decimal(1)
    return Decimal(-(-completions // parallel))
