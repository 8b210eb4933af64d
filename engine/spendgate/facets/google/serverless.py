"""Cloud Run and Cloud Functions: instances that come and go with requests, with a GPU where one is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from spendgate.facets import accelerators
from spendgate.facets.compose import compose
from spendgate.facets.google.place import labels, region
from spendgate.model.accelerator_names import canonical_model
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Capacity, Facets, Limits, Scaling
from spendgate.model.resource import Resource
from spendgate.model.values import AFTER_APPLY, Number, Unknown, Whole
from spendgate.ports import FacetContext

_SECONDS = re.compile(r"(\d+)(?:\.\d+)?s")
_GPU = "nvidia.com/gpu"
_SCALES = ("autoscaling.knative.dev/minScale", "autoscaling.knative.dev/maxScale")


def template_path(resource_type: str) -> str:
    """Where the template of instances stands in a Cloud Run resource."""
    if resource_type == "google_cloud_run_service":
        return "template.0.spec.0"
    return "template.0.template.0" if resource_type.endswith("_job") else "template.0"


def _limit(attributes: Attributes, path: str, name: str) -> Number | str:
    """A resource limit of the first container; limits are a map, in old provider versions a list of one."""
    limits = attributes.block(f"{path}.containers.0.resources.0.limits")
    # NOTE: unstated limits are computed, hence unknown in a plan; a GPU has to be asked for.
    if not isinstance(limits, Attributes):
        return None
    if isinstance(limits.unknown, Mapping) and limits.unknown.get(name):
        return AFTER_APPLY
    value = limits.values.get(name)
    return None if value is None else str(value)


def _gpus(attributes: Attributes, path: str) -> Accelerators:
    count = _limit(attributes, path, _GPU)
    if isinstance(count, Unknown):
        return accelerators.unknown(f"resource limits: {count.reason}")
    if not isinstance(count, str) or not count.isdecimal() or count == "0":
        return accelerators.NONE
    model = attributes.text(f"{path}.node_selector.0.accelerator")
    if not isinstance(model, str):
        reason = Unknown("which GPU is not stated") if model is None else model
        return Accelerators(int(count), reason, reason, reason, max_total=int(count))
    return accelerators.of_variants([canonical_model(model)], Decimal(count))


def _annotated(notes: Attributes, key: str) -> Whole:
    """A whole number that an annotation holds as text. NOTE: its key holds dots, so that it is no path."""
    if isinstance(notes.unknown, Mapping) and notes.unknown.get(key):
        return AFTER_APPLY
    stated = str(notes.values.get(key))
    return int(stated) if stated.isdecimal() else None


def _scaling(attributes: Attributes, resource_type: str) -> tuple[Whole, Whole]:
    """Least and most instances: of the revision, else of the whole service, which version 2 may state."""
    if resource_type == "google_cloud_run_service":
        notes = attributes.block("template.0.metadata.0.annotations")
        if isinstance(notes, Unknown):
            return notes, notes
        least, most = (_annotated(notes if notes is not None else Attributes(), key) for key in _SCALES)
        return least, most
    revision = [attributes.whole(f"template.0.scaling.0.{key}") for key in ("min_instance_count", "max_instance_count")]
    service = [attributes.whole(f"scaling.0.{key}") for key in ("min_instance_count", "max_instance_count")]
    manual = attributes.whole("scaling.0.manual_instance_count")
    if isinstance(manual, int):
        return manual, manual
    return tuple(service[side] if revision[side] is None else revision[side] for side in (0, 1))  # type: ignore[return-value]


def cloud_run(resource: Resource, context: FacetContext) -> Facets:
    """`google_cloud_run_v2_service`, the older `google_cloud_run_service`, and worker pools."""
    attributes, path = resource.attributes, template_path(resource.type)
    least, most = _scaling(attributes, resource.type)
    least = 0 if least is None else least
    accel = _gpus(attributes, path)
    if isinstance(most, int) and isinstance(accel.count, int):
        accel = Accelerators(accel.count, accel.models, accel.variants, accel.memory_gib, max_total=accel.count * most)
    return compose(
        resource,
        context,
        kind="compute.container",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=labels(resource, context),
        accel=accel,
        capacity=Capacity(least, least, most),
        scaling=Scaling("serverless", least if isinstance(least, Unknown) else least == 0),
    )


def cloud_run_job(resource: Resource, context: FacetContext) -> Facets:
    """`google_cloud_run_v2_job`: tasks that end, each within its timeout."""
    attributes = resource.attributes
    tasks = attributes.whole("template.0.task_count")
    together = attributes.whole("template.0.parallelism")
    most = together if isinstance(together, int) and together else (1 if tasks is None else tasks)
    timeout = attributes.text("template.0.template.0.timeout")
    match = _SECONDS.fullmatch(timeout) if isinstance(timeout, str) else None
    hours: Number = Decimal(match[1]) / 3600 if match else (timeout if isinstance(timeout, Unknown) else None)
    return compose(
        resource,
        context,
        kind="compute.job",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=labels(resource, context),
        accel=_gpus(attributes, template_path(resource.type)),
        capacity=Capacity(0, 0, most),
        scaling=Scaling("serverless", True),
        limits=Limits(
            max_runtime_hours=hours, retries=attributes.whole("template.0.template.0.max_retries"), cap_supported=True
        ),
    )


def function(resource: Resource, context: FacetContext) -> Facets:
    """`google_cloudfunctions_function` and the second generation's."""
    attributes = resource.attributes
    holder = "service_config.0." if resource.type.endswith("2_function") else ""
    names = ("min_instance_count", "max_instance_count") if holder else ("min_instances", "max_instances")
    least, most = (attributes.whole(f"{holder}{name}") for name in names)
    least = 0 if least is None else least
    return compose(
        resource,
        context,
        kind="compute.function",
        name=attributes.text("name"),
        region=region(resource, context),
        tags=labels(resource, context),
        capacity=Capacity(least, least, most),
        scaling=Scaling("serverless", least if isinstance(least, Unknown) else least == 0),
    )


DESCRIBERS = {
    "google_cloud_run_service": cloud_run,
    "google_cloud_run_v2_service": cloud_run,
    "google_cloud_run_v2_worker_pool": cloud_run,
    "google_cloud_run_v2_job": cloud_run_job,
    "google_cloudfunctions_function": function,
    "google_cloudfunctions2_function": function,
}
