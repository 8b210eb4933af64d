"""Data preparation and pipelines: Spark applications, Argo workflows, wrapped objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.facets.kubernetes.kinds.around import Around, is_suspended
from spendgate.facets.kubernetes.podset import PodSet, fixed, multiplied
from spendgate.facets.kubernetes.reading import dig, mapping, maps, whole
from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown, Whole

_JAVA_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([kmgt])b?", re.IGNORECASE)
_JAVA_UNITS = {"k": "Ki", "m": "Mi", "g": "Gi", "t": "Ti"}
_FAN_OUT = ("withItems", "withParam", "withSequence")


def spark_application(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`SparkApplication`: one driver, and executors, between bounds under dynamic allocation."""
    spec = _spark_spec(values)
    stopped = is_suspended(values)
    if isinstance(spec.get("driver"), Mapping):
        yield PodSet("driver", _spark_pod(spec["driver"]), fixed(0 if stopped else 1))
    executor = spec.get("executor")
    if isinstance(executor, Mapping):
        capacity = Capacity(0, 0, 0) if stopped else _executors(executor, mapping(spec.get("dynamicAllocation")))
        yield PodSet("executor", _spark_pod(executor), capacity)


def _spark_spec(values: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = mapping(values.get("spec"))
    template = spec.get("template")
    return template if isinstance(template, Mapping) and "executor" in template else spec


def _executors(executor: Mapping[str, Any], dynamic: Mapping[str, Any]) -> Capacity:
    count = whole(executor.get("instances"), 1)
    if dynamic.get("enabled") is not True:
        return fixed(count)
    least = whole(dynamic.get("minExecutors"), 0)
    start = whole(dynamic.get("initialExecutors"))
    return Capacity(least, start if start is not None else least, whole(dynamic.get("maxExecutors")))


def _spark_pod(role: Mapping[str, Any]) -> Mapping[str, Any]:
    """A role as a pod spec: cores, memory in Java's units and the GPU are stated outside any container."""
    limits: dict[str, Any] = {}
    gpu = mapping(role.get("gpu"))
    if gpu.get("name"):
        limits[str(gpu["name"])] = gpu.get("quantity", 1)
    if role.get("coreLimit") is not None:
        limits["cpu"] = role["coreLimit"]
    requests = {"cpu": role.get("coreRequest") or role.get("cores", 1)}
    if (memory := java_memory(role.get("memory"))) is not None:
        requests["memory"] = memory
    inner = mapping(dig(role, "template", "spec"))
    container = {"name": "spark", "image": role.get("image"), "resources": {"requests": requests, "limits": limits}}
    return {**inner, **{key: value for key, value in role.items() if key in ("nodeSelector", "affinity", "tolerations")},
            "containers": [container]}  # fmt: skip


def java_memory(raw: Any) -> str | None:
    """Memory in Java's notation (`4g`) as a Kubernetes quantity; other text as it is."""
    if raw is None:
        return None
    match = _JAVA_MEMORY.fullmatch(str(raw).strip())
    return f"{Decimal(match[1])}{_JAVA_UNITS[match[2].lower()]}" if match else str(raw)


def workflow(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Argo `Workflow` and `CronWorkflow`: a pod for each template with a container; a fan-out is bounded by parallelism."""
    spec = mapping(dig(values, "spec", "workflowSpec") or values.get("spec"))
    fans_out = _fans_out(spec.get("templates"))
    bound = whole(spec.get("parallelism"))
    for template in maps(spec.get("templates")):
        container = template.get("container") or template.get("script")
        if not isinstance(container, Mapping):
            continue
        name = str(template.get("name") or "")
        repeated = name in fans_out
        most: Whole = bound if bound is not None else Unknown("how far the workflow fans out is not stated")
        capacity = Capacity(0, 1, most if repeated else 1)
        pod = {**{k: template.get(k, spec.get(k)) for k in ("nodeSelector", "affinity", "tolerations")},
               "initContainers": template.get("initContainers"),
               "containers": [container, *maps(template.get("sidecars"))]}  # fmt: skip
        yield PodSet(name, pod, Capacity(0, 0, 0) if dig(values, "spec", "suspend") is True else capacity)


def _fans_out(templates: Any) -> set[str]:
    """Names of templates that some step or task starts once for each item of a list."""
    found: set[str] = set()
    for template in maps(templates):
        steps: list[Any] = [dig(template, "dag", "tasks")]
        nested = template.get("steps")
        steps += nested if isinstance(nested, list) else []
        for group in steps:
            for step in maps(group):
                if any(key in step for key in _FAN_OUT):
                    found.add(str(step.get("template")))
    return found


def workflow_template(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`WorkflowTemplate`: a template that runs nothing by itself."""
    return iter(())


def app_wrapper(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """`AppWrapper`: the pods of every object that it wraps."""
    spec = mapping(values.get("spec"))
    stopped = is_suspended(values)
    wrapped = [(dig(part, "template"), 1) for part in maps(spec.get("components"))]
    wrapped += [
        (part.get("generictemplate"), part.get("replicas", 1)) for part in maps(dig(spec, "resources", "GenericItems"))
    ]
    for number, (inner, replicas) in enumerate(wrapped):
        if not isinstance(inner, Mapping):
            continue
        for pods in around.pods_of(inner):
            name = f"{inner.get('kind') or number} {pods.name}".strip()
            capacity = Capacity(0, 0, 0) if stopped else multiplied(pods.capacity, whole(replicas, 1))
            yield PodSet(name, pods.spec, capacity, pods.labels, pods.annotations, pods.extra)
