"""Model serving: KServe, Knative, Seldon; autoscaled from zero unless they say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.kubernetes.kinds.around import Around
from spendgate.facets.kubernetes.podset import PodSet, Scaler, fixed, from_template, multiplied, scaled
from spendgate.facets.kubernetes.reading import dig, mapping, maps, texts, whole
from spendgate.model.facets import Capacity
from spendgate.model.values import Unknown, Whole

_PARTS = ("predictor", "transformer", "explainer")
_FRAMEWORKS = (
    "sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "pmml", "lightgbm", "paddle", "mlflow",
    "alibi", "art",
)  # fmt: skip
_MODES = ("serving.kserve.io/deploymentMode", "serving.kserve.io/deployment-mode")
_RAW = ("RawDeployment", "Standard")
_DEFAULT_REQUESTS = {"cpu": "1", "memory": "2Gi"}
"""What KServe's shipped configuration gives to a model server that states nothing (inferenceservice-config)."""
_GPU = "nvidia.com/gpu"
MIN_SCALE = ("autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale")
MAX_SCALE = ("autoscaling.knative.dev/max-scale", "autoscaling.knative.dev/maxScale")


def inference_service(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """KServe `InferenceService`: predictor, transformer and explainer, each with its own bounds."""
    raw = is_raw(values)
    for part in _PARTS:
        component = dig(values, "spec", part)
        if not isinstance(component, Mapping):
            continue
        capacity = component_capacity(component, raw=raw)
        name = "" if part == "predictor" else part
        worker = component.get("workerSpec")
        spec = _pod_spec(component, _runtime(component, values, around))
        if not isinstance(worker, Mapping):
            yield PodSet(name, spec, capacity, *_metadata(component))
            continue
        size = whole(worker.get("pipelineParallelSize"), 2)
        tensor = whole(worker.get("tensorParallelSize"), 1)
        extra = {_GPU: tensor} if isinstance(tensor, int) else {}
        yield PodSet("head", spec, capacity, *_metadata(component), extra=extra)
        workers = size - 1 if isinstance(size, int) and size > 0 else size
        yield PodSet("worker", worker, multiplied(capacity, workers), *_metadata(component), extra=extra)


def is_raw(values: Mapping[str, Any]) -> bool:
    """Whether it runs as a plain Deployment, with no Knative behind it."""
    annotations = mapping(dig(values, "metadata", "annotations"))
    return any(annotations.get(mode) in _RAW for mode in _MODES)


def component_capacity(component: Mapping[str, Any], *, raw: bool) -> Capacity:
    """Bounds of a component: minReplicas is 1 when absent, 0 scales to zero; no maxReplicas is no bound on Knative.

    A plain Deployment without maxReplicas stays at its minimum (KServe's autoscaler takes the larger of the two).
    """
    least = whole(component.get("minReplicas"), 1)
    most: Whole = whole(component.get("maxReplicas"))
    if most in (None, 0) and not isinstance(most, Unknown):
        most = (max(least, 1) if isinstance(least, int) else least) if raw else None
    if isinstance(least, int) and isinstance(most, int):
        most = max(most, least)
    return Capacity(least, max(least, 1) if isinstance(least, int) else least, most)


def _metadata(component: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return mapping(component.get("labels")), mapping(component.get("annotations"))


def _runtime(component: Mapping[str, Any], values: Mapping[str, Any], around: Around) -> Mapping[str, Any]:
    """The container of the serving runtime that a component names, when that runtime is in the run."""
    name = dig(component, "model", "runtime")
    if not isinstance(name, str):
        return {}
    for kind in ("ServingRuntime", "ClusterServingRuntime"):
        held = around.object_named(kind, name, values)
        containers = list(maps(dig(held, "spec", "containers")))
        if containers:
            return next((c for c in containers if c.get("name") == "kserve-container"), containers[0])
    return {}


def _pod_spec(component: Mapping[str, Any], runtime: Mapping[str, Any]) -> Mapping[str, Any]:
    """The component as a pod spec: its own containers, with the model server as one of them over what its runtime gives."""
    server = component.get("model")
    if not isinstance(server, Mapping):
        server = next((component[name] for name in _FRAMEWORKS if isinstance(component.get(name), Mapping)), None)
    if server is None:
        return component
    sides = {
        side: {**mapping(dig(runtime, "resources", side)), **mapping(dig(server, "resources", side))}
        for side in ("requests", "limits")
    }
    requests = {**{k: v for k, v in _DEFAULT_REQUESTS.items() if k not in sides["limits"]}, **sides["requests"]}
    resources = {"requests": requests, "limits": sides["limits"]}
    arguments = [*texts(runtime.get("args")), *texts(server.get("args"))]
    container = {"image": runtime.get("image"), "command": runtime.get("command"), "name": "kserve-container", **server}
    container = {**container, "args": arguments, "resources": resources}
    others = component.get("containers")
    return {**component, "containers": [container, *(others if isinstance(others, list) else [])]}


def llm_inference_service(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """KServe `LLMInferenceService`: decode and prefill, each in groups of pods as its parallelism says."""
    spec = mapping(values.get("spec"))
    for name, part in (("", spec), ("prefill", mapping(spec.get("prefill")))):
        if part:
            yield from _llm_part(name, part, around.scaler_of(values) if part is spec else None)


def _llm_part(name: str, part: Mapping[str, Any], scaler: Scaler | None) -> Iterator[PodSet]:
    parallelism = mapping(part.get("parallelism"))
    scaling = mapping(part.get("scaling"))
    if scaling:
        least = whole(scaling.get("minReplicas"), 1)
        scaler = Scaler("kserve", least, whole(scaling.get("maxReplicas")))
    groups = scaled(whole(part.get("replicas"), 1), scaler)
    tensor = whole(parallelism.get("tensor"))
    extra = {_GPU: tensor} if isinstance(tensor, int) else {}
    worker = part.get("worker")
    yield PodSet(name, mapping(part.get("template") or worker), groups, extra=extra)
    if isinstance(worker, Mapping):
        size = group_size(parallelism)
        others = size - 1 if isinstance(size, int) else size
        yield PodSet(f"{name} worker".strip(), worker, multiplied(groups, others), extra=extra)


def group_size(parallelism: Mapping[str, Any]) -> Whole:
    """Pods of a group: data-parallel ranks over those of one pod, else pipeline stages, else two (a worker is stated)."""
    data, local = whole(parallelism.get("data")), whole(parallelism.get("dataLocal"), 1)
    if isinstance(data, int) and isinstance(local, int):
        return -(-data // max(local, 1))
    if isinstance(data, Unknown) or isinstance(local, Unknown):
        return data if isinstance(data, Unknown) else local
    stages = whole(parallelism.get("pipeline"))
    return Unknown("the size of its groups is not stated") if stages is None else stages


def knative_service(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Knative `Service`: bounds are annotations of the template; without them it runs from zero to no limit."""
    template = dig(values, "spec", "template")
    annotations = mapping(dig(template, "metadata", "annotations"))
    least = whole(_first(annotations, MIN_SCALE), 0)
    most: Whole = whole(_first(annotations, MAX_SCALE))
    if isinstance(most, int) and most == 0:
        most = None
    initial = whole(_first(annotations, ("autoscaling.knative.dev/initial-scale",)), 1)
    desired = max(least, initial or 0) if isinstance(least, int) and isinstance(initial, int) else least
    if isinstance(desired, int) and isinstance(most, int):
        desired = min(desired, most)
    yield from_template("", template, Capacity(least, desired, most))


def _first(annotations: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((annotations[key] for key in keys if key in annotations), None)


def seldon_deployment(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Seldon `SeldonDeployment`: each predictor's component specs times its replicas."""
    predictors = dig(values, "spec", "predictors")
    for predictor in predictors if isinstance(predictors, list) else []:
        count = whole(dig(predictor, "replicas"), 1)
        specs = dig(predictor, "componentSpecs")
        for number, component in enumerate(specs if isinstance(specs, list) else []):
            yield from_template(f"{dig(predictor, 'name') or 'predictor'}[{number}]", component, fixed(count))


def notebook(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """Kubeflow `Notebook`: one pod, none once it is stopped."""
    stopped = "kubeflow-resource-stopped" in mapping(dig(values, "metadata", "annotations"))
    yield from_template("", dig(values, "spec", "template"), fixed(0 if stopped else 1))
