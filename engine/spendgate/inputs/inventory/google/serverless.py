"""Cloud Run and the first generation of Cloud Functions, of which assets have the older, Knative form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.fields import MISSING, items, pick, text
from spendgate.inputs.inventory.google.parts import location_in, short
from spendgate.inputs.inventory.shape import Shape

Record = Mapping[str, Any]
_NOTES = (
    "autoscaling.knative.dev/minScale",
    "autoscaling.knative.dev/maxScale",
    "run.googleapis.com/cpu-throttling",
)
"""Annotations that say how many instances there are, and whether they are paid while they wait."""
_LOCATION = "cloud.googleapis.com/location"


def _containers(record: Record, path: str) -> list[dict[str, Any]]:
    """What containers ask for; images, commands and environments stay out."""
    return [{"resources": [{"limits": dict(_limits(each))}]} for each in items(record, path)]


def _limits(container: Record) -> Mapping[str, Any]:
    found = pick(container, "resources.limits")
    return found if isinstance(found, Mapping) else {}


def _selector(record: Record, path: str) -> list[dict[str, Any]] | None:
    found = pick(record, path)
    kind = found.get("run.googleapis.com/accelerator") if isinstance(found, Mapping) else None
    return [{"accelerator": kind}] if kind else None


def _service(record: Record) -> Any:
    """The template of `google_cloud_run_service`: what an instance has, and between which numbers of them it scales."""
    if not isinstance(pick(record, "spec.template"), Mapping):
        return MISSING
    notes = pick(record, "spec.template.metadata.annotations")
    kept = {name: notes[name] for name in _NOTES if name in notes} if isinstance(notes, Mapping) else {}
    spec = {"containers": _containers(record, "spec.template.spec.containers")}
    if selector := _selector(record, "spec.template.spec.nodeSelector"):
        spec["node_selector"] = selector
    return [{"metadata": [{"annotations": kept}], "spec": [spec]}]


def _job(record: Record) -> Any:
    inner = pick(record, "spec.template.spec")
    if not isinstance(inner, Mapping):
        return MISSING
    spec = {"containers": _containers(inner, "template.spec.containers")}
    if selector := _selector(inner, "template.spec.nodeSelector"):
        spec["node_selector"] = selector
    seconds, retries = text(inner, "template.spec.timeoutSeconds"), pick(inner, "template.spec.maxRetries")
    task = {**spec, **({"timeout": f"{seconds}s"} if seconds else {}), "max_retries": retries}
    tasks = {"task_count": pick(inner, "taskCount"), "parallelism": pick(inner, "parallelism")}
    return [{**_known(tasks), "template": [_known(task)]}]


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not MISSING and value is not None}


def _place(record: Record) -> Any:
    labels = pick(record, "metadata.labels")
    found = labels.get(_LOCATION) if isinstance(labels, Mapping) else None
    return found or MISSING


_NAMED: Mapping[str, Any] = {"name": ("metadata.name", "name"), "location": _place}

SHAPES: Mapping[str, Shape] = {
    "run.googleapis.com/Service": Shape(
        "google_cloud_run_service",
        id=("metadata.selfLink",),
        name=("metadata.name",),
        fields={**_NAMED, "template": _service},
        needs=("template",),
        created=("metadata.creationTimestamp",),
    ),
    "run.googleapis.com/Job": Shape(
        "google_cloud_run_v2_job",
        id=("metadata.selfLink",),
        name=("metadata.name",),
        fields={**_NAMED, "template": _job},
        needs=("template",),
        created=("metadata.creationTimestamp",),
    ),
    "cloudfunctions.googleapis.com/CloudFunction": Shape(
        "google_cloudfunctions_function",
        id=("name",),
        name=("name",),
        fields={
            "name": short("name"),
            "region": lambda record: location_in(record),
            "available_memory_mb": "availableMemoryMb",
            "min_instances": "minInstances",
            "max_instances": "maxInstances",
        },
    ),
}
