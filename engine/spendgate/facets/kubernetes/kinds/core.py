"""Kubernetes' own workloads and those that are like them: pods, replicated sets, daemons, jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.kubernetes.kinds.around import Around, is_suspended
from spendgate.facets.kubernetes.kinds.operators import bare
from spendgate.facets.kubernetes.podset import PodSet, fixed, from_template, multiplied, scaled, unknown_count
from spendgate.facets.kubernetes.reading import dig, mapping, times, whole
from spendgate.model.facets import Capacity
from spendgate.model.values import Whole

_KEDA_MOST = 100
"""KEDA: maxReplicaCount when none is stated."""


def pod(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`Pod`."""
    yield from_template("", values, fixed(1))


def replicated(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`Deployment`, `StatefulSet`, `ReplicaSet`, `Rollout` and the like: replicas, or the bounds of their autoscaler."""
    spec = mapping(values.get("spec"))
    yield from_template("", spec.get("template"), scaled(whole(spec.get("replicas"), 1), around.scaler_of(values)))


def daemon(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`DaemonSet`: one pod on each node that takes it."""
    template = dig(values, "spec", "template")
    yield from_template("", template, fixed(around.nodes_for(mapping(dig(template, "spec")))))


def parallel_pods(job_spec: Mapping[str, Any]) -> Whole:
    """Pods of a Job that run at the same time: parallelism, but no more than completions."""
    parallelism = whole(job_spec.get("parallelism"), 1)
    completions = whole(job_spec.get("completions"))
    if isinstance(parallelism, int) and isinstance(completions, int):
        return min(parallelism, completions)
    return parallelism


def job(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`Job`."""
    spec = mapping(values.get("spec"))
    yield from_template("", spec.get("template"), fixed(0 if is_suspended(values) else parallel_pods(spec)))


def cron_job(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`CronJob`: the pods of one run."""
    spec = mapping(dig(values, "spec", "jobTemplate", "spec"))
    suspended = dig(values, "spec", "suspend") is True
    yield from_template("", spec.get("template"), fixed(0 if suspended else parallel_pods(spec)))


def scaled_job(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """KEDA `ScaledJob`: jobs started by load, from `minReplicaCount` (0) to `maxReplicaCount` (100)."""
    spec = mapping(values.get("spec"))
    target = mapping(spec.get("jobTargetRef"))
    least, most = whole(spec.get("minReplicaCount"), 0), whole(spec.get("maxReplicaCount"), _KEDA_MOST)
    jobs = Capacity(least, least, most)
    yield from_template("", target.get("template"), multiplied(jobs, parallel_pods(target)))


def job_set(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`JobSet`: replicas of each replicated job times the pods of one."""
    for replicated_job in _list(dig(values, "spec", "replicatedJobs")):
        spec = mapping(dig(replicated_job, "template", "spec"))
        count = times(whole(replicated_job.get("replicas"), 1), parallel_pods(spec))
        name = str(replicated_job.get("name") or "")
        yield from_template(name, spec.get("template"), fixed(0 if is_suspended(values) else count))


def leader_worker_set(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`LeaderWorkerSet`: groups of one leader and `size - 1` workers; without a leader template all are workers."""
    spec = mapping(values.get("spec"))
    yield from _groups("", spec, scaled(whole(spec.get("replicas"), 1), around.scaler_of(values)))


def _groups(prefix: str, spec: Mapping[str, Any], groups: Capacity) -> Iterator[PodSet]:
    template = mapping(spec.get("leaderWorkerTemplate"))
    size = whole(template.get("size"), 1)
    leader = template.get("leaderTemplate")
    yield from_template(f"{prefix} leader".strip(), leader or template.get("workerTemplate"), groups)
    workers = size - 1 if isinstance(size, int) and size > 0 else size
    if workers != 0:
        yield from_template(f"{prefix} worker".strip(), template.get("workerTemplate"), multiplied(groups, workers))


def disaggregated_set(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`DisaggregatedSet`: a leader-worker set for each role, times its slices; a role may have an autoscaler of its own."""
    spec = mapping(values.get("spec"))
    slices = whole(spec.get("slices"), 1)
    for role in _list(spec.get("roles")):
        name, held = str(role.get("name") or ""), mapping(role.get("spec"))
        target = {
            "kind": "DisaggregatedSetRoleScaler",
            "metadata": {"name": f"{dig(values, 'metadata', 'name')}-{name}"},
        }
        groups = scaled(whole(held.get("replicas"), 1), around.scaler_of(target))
        yield from _groups(name, held, multiplied(groups, slices))


def sandbox(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Agent `Sandbox`: one pod unless it is scaled to none; `SandboxWarmPool`: replicas of its template."""
    spec = mapping(values.get("spec"))
    reference = dig(spec, "sandboxTemplateRef", "name")
    template = spec.get("podTemplate")
    if reference is not None:
        held = around.object_named("SandboxTemplate", str(reference), values)
        template = dig(held, "spec", "podTemplate")
    yield from_template("", template, fixed(whole(spec.get("replicas"), 1)))


def volcano_job(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Volcano `Job`: replicas of each task."""
    for task in _list(dig(values, "spec", "tasks")):
        yield from_template(str(task.get("name") or ""), task.get("template"), fixed(whole(task.get("replicas"), 1)))


def pod_group(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Any other object that holds a pod template: found by its shape, with a number of pods that nobody can tell."""
    reason = f"how many pods a {values.get('kind')} makes is not known"
    for name, template in find_templates(values.get("spec"), ""):
        yield from_template(name, template, unknown_count(reason))


def find_templates(value: Any, name: str, depth: int = 7) -> Iterator[tuple[str, Any]]:
    """Pod templates anywhere below a value, each with its path."""
    if depth == 0:
        return
    if isinstance(value, Mapping):
        template = value.get("template")
        if _is_template(template):
            yield name, template
        elif _holds_containers(value):
            yield name, {"spec": value}
            return
        elif (spec := bare(value)) is not None:
            yield name, {"spec": spec}
        for key, child in value.items():
            if child is not template or not _is_template(template):
                yield from find_templates(child, f"{name}.{key}" if name else str(key), depth - 1)
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from find_templates(child, f"{name}[{number}]", depth - 1)


def _is_template(value: Any) -> bool:
    return isinstance(value, Mapping) and _holds_containers(value.get("spec"))


def _holds_containers(value: Any) -> bool:
    containers = value.get("containers") if isinstance(value, Mapping) else None
    return isinstance(containers, list) and any(
        isinstance(item, Mapping) and ("image" in item or "resources" in item) for item in containers
    )


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
