"""Objects whose operator writes the pod spec: resources and replicas stand in the object itself, without containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.facets.kubernetes.kinds.around import Around
from spendgate.facets.kubernetes.podset import PodSet, Scaler, scaled
from spendgate.facets.kubernetes.reading import dig, mapping, texts, whole

_GPU = "nvidia.com/gpu"
_PLACING = ("nodeSelector", "affinity", "tolerations", "runtimeClassName")


def vllm_runtime(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """vLLM production stack `VLLMRuntime`: `deploymentConfig` with cpu, memory and gpu; `VLLMRouter`, `CacheServer` likewise."""
    spec = mapping(values.get("spec"))
    held = mapping(spec.get("deploymentConfig")) or spec
    containers = [_container(held, _arguments(spec))]
    sidecar = mapping(held.get("sidecarConfig"))
    if sidecar.get("enabled") is True:
        containers.append(_container(sidecar, []))
    bounds = mapping(spec.get("autoscalingConfig"))
    scaler = around.scaler_of(values)
    if bounds.get("enabled") is True or "maxReplicas" in bounds:
        scaler = Scaler("keda", whole(bounds.get("minReplicas"), 1), whole(bounds.get("maxReplicas")))
    placing = {key: held.get(key, spec.get(key)) for key in _PLACING}
    yield PodSet("", {**placing, "containers": containers}, scaled(whole(held.get("replicas"), 1), scaler))


def _container(held: Mapping[str, Any], arguments: list[str]) -> Mapping[str, Any]:
    """A container of the stack's short form of resources (`cpu`, `memory`, `gpu`), or of Kubernetes' own."""
    raw = mapping(held.get("resources"))
    resources: dict[str, Any] = {side: raw[side] for side in ("requests", "limits") if side in raw}
    if not resources:
        resources["requests"] = {key: raw[key] for key in ("cpu", "memory") if key in raw}
        if "gpu" in raw:
            resources["limits"] = {str(held.get("gpuType") or _GPU): raw["gpu"]}
    image = mapping(held.get("image"))
    name = "/".join(str(part) for part in (image.get("registry"), image.get("name") or image.get("repository")) if part)
    return {"name": "main", "image": name, "args": arguments, "env": held.get("env"), "resources": resources}


def _arguments(spec: Mapping[str, Any]) -> list[str]:
    """The engine's arguments that the object's fields stand for."""
    model, config = mapping(spec.get("model")), mapping(spec.get("vllmConfig"))
    fields = (
        ("--model", model.get("modelURL")),
        ("--dtype", model.get("dtype")),
        ("--max-model-len", model.get("maxModelLen")),
        ("--max-num-seqs", model.get("maxNumSeqs")),
        ("--tensor-parallel-size", config.get("tensorParallelSize")),
        ("--gpu-memory-utilization", config.get("gpuMemoryUtilization")),
    )
    return [*(f"{flag}={value}" for flag, value in fields if value is not None), *texts(config.get("extraArgs"))]


def nim_service(values: Mapping[str, Any], around: Around) -> Iterator[PodSet]:
    """NVIDIA `NIMService`: replicas, or the bounds of its own autoscaler; resources without containers."""
    spec = mapping(values.get("spec"))
    bounds = mapping(dig(spec, "scale", "hpa"))
    scaler = around.scaler_of(values)
    if bounds:
        scaler = Scaler("hpa", whole(bounds.get("minReplicas"), 1), whole(bounds.get("maxReplicas")))
    container = _container(spec, [])
    yield PodSet(
        "",
        {**{key: spec.get(key) for key in _PLACING}, "containers": [container]},
        scaled(whole(spec.get("replicas"), 1), scaler),
    )


def bare(spec: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A pod spec made of a map that asks for devices without naming containers; None when it asks for none."""
    resources = mapping(spec.get("resources"))
    sides = (mapping(resources.get("limits")), mapping(resources.get("requests")))
    if "containers" in spec or not any("/" in str(key) for side in sides for key in side):
        return None
    container = {"name": "main", "resources": resources, "args": spec.get("args"), "image": ""}
    return {**{key: spec.get(key) for key in _PLACING}, "containers": [container]}
