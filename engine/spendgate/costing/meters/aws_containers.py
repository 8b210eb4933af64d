"""Containers and functions: EKS control planes, Fargate tasks and pods, image repositories, Lambda."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from math import ceil

from spendgate.costing import support
from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import needs_usage, sizes, unpriced
from spendgate.costing.meters.parts import (
    ByType,
    Service,
    Use,
    always,
    by_use,
    missing_region,
    number_of,
    query,
    text_of,
    use_of,
    used,
)
from spendgate.costing.usage import stated, word
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Component
from spendgate.model.frozen import replace
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_INCLUDED_STORAGE_GIB = Decimal(20)
"""Ephemeral storage that comes with a Fargate task (AWS Fargate pricing)."""


def _cluster(subject: Subject) -> Iterator[Component]:
    """The control plane, at the price of extended support once the standard support of a stated version has ended."""
    version = text_of(subject, "version")
    rate, note = ("eks", "cluster"), ""
    if isinstance(version, str) and text_of(subject, "upgrade_policy.0.support_type") != "STANDARD":
        found = support.of("eks", version, subject.today)
        note = f"version {version}: {found.note}"
        if found.extended:
            rate = ("eks", "cluster extended support")
    yield replace(always(subject, "Control plane", rate), note=note)
    if subject.resource.attributes.flag("compute_config.0.enabled") is True:
        fee = query(subject, ("eks", "auto mode"))
        yield needs_usage("Auto mode nodes", "hours", fee, "the nodes that it starts (no rate is known yet)")


_PODS = (
    Use("Pods: vCPU", "vCPU-hours", ("fargate", "vcpu"), "monthly_vcpu_hours"),
    Use("Pods: memory", "GB-hours", ("fargate", "memory"), "monthly_memory_gb_hours"),
)


def _service(subject: Subject) -> Iterator[Component]:
    """Tasks on Fargate by vCPU and gigabyte; tasks on EC2 cost nothing beside the machines that they run on."""
    attributes = subject.resource.attributes
    found = subject.neighbours.targets(subject.resource, "task_definition", "aws_ecs_task_definition")
    task = found[0].attributes if found else None
    on_fargate = _on_fargate(attributes, task)
    if isinstance(on_fargate, str):
        yield unpriced("Tasks", "vCPU-hours", on_fargate)
    if on_fargate is not True:
        return
    if task is None:
        yield unpriced("Fargate tasks", "vCPU-hours", "its task definition is not in this run")
        return
    arm = task.text("runtime_platform.0.cpu_architecture") == "ARM64"
    prefix = "arm " if arm else ""
    yield from _tasks(subject, "vCPU", "vCPU-hours", f"{prefix}vcpu", _vcpu(task.get("cpu")))
    yield from _tasks(subject, "memory", "GB-hours", f"{prefix}memory", _gigabytes(task.get("memory")))
    storage = task.number("ephemeral_storage.0.size_in_gib")
    if isinstance(storage, Decimal) and storage > _INCLUDED_STORAGE_GIB:
        yield from _tasks(
            subject, "ephemeral storage", "GB-hours", "ephemeral storage", storage - _INCLUDED_STORAGE_GIB
        )


def _on_fargate(attributes: Attributes, task: Attributes | None) -> bool | str:
    """Whether the service runs on Fargate, or why it cannot be told."""
    launch = attributes.text("launch_type")
    strategies = attributes.blocks("capacity_provider_strategy")
    if isinstance(strategies, tuple) and strategies:
        return any(str(block.text("capacity_provider")).startswith("FARGATE") for block in strategies)
    if isinstance(launch, str):
        return launch == "FARGATE"
    needs = task.texts("requires_compatibilities") if task is not None else ()
    if isinstance(needs, Unknown):
        return f"where its tasks run is {needs.reason}"
    return "FARGATE" in needs


def _tasks(subject: Subject, what: str, unit: str, item: str, size: Decimal | str) -> Iterator[Component]:
    """One measure of all tasks, on-demand and Fargate Spot apart."""
    name = f"Tasks: {what}"
    if (missing := missing_region(subject, name, unit)) is not None:
        yield missing
        return
    hours = sizes(subject.facets.capacity, subject.hours_per_month)
    if isinstance(size, str) or isinstance(hours, str):
        yield unpriced(name, unit, size if isinstance(size, str) else str(hours))
        return
    share = subject.facets.purchase.spot_share
    spot = share if isinstance(share, Decimal) else Decimal(0)
    basis = Basis.SCHEDULE if subject.hours_per_month != HOURS_PER_MONTH else Basis.EXACT
    for purchase, part in (("on-demand", 1 - spot), ("spot", spot)):
        if part:
            yield Component(
                name if purchase == "on-demand" else f"{name} (spot)",
                unit,
                query(subject, ("fargate", item), purchase),
                hours.times(size * part),
                basis=basis if isinstance(share, Decimal) else Basis.ASSUMED,
                stops=True,
            )


_WITH_UNIT = re.compile(r"\s*([\d.]+)\s*(vcpu|gb)?\s*", re.IGNORECASE)


def _vcpu(value: object) -> Decimal | str:
    """vCPUs of a task: `1024` units or `1 vCPU`."""
    return _measure(value, "vcpu")


def _gigabytes(value: object) -> Decimal | str:
    """Gigabytes of a task: `2048` MiB or `2 GB`."""
    return _measure(value, "gb")


def _measure(value: object, unit: str) -> Decimal | str:
    if isinstance(value, Unknown):
        return f"the {unit} of its tasks: {value.reason}"
    match = _WITH_UNIT.fullmatch(str(value))
    if match is None:
        return f"the {unit} of its tasks are not stated"
    amount = Decimal(match[1])
    return amount if (match[2] or "").lower() == unit else amount / 1024


_LAMBDA_KEYS = {
    "monthly_requests": "requests a month",
    "request_duration_ms": "milliseconds that a request takes on average",
}
_LEAST_MEMORY_MB = Decimal(128)
_INCLUDED_EPHEMERAL_MB = Decimal(512)
"""Memory and ephemeral storage of a function without a statement (AWS Lambda API, CreateFunction)."""


def _function(subject: Subject) -> Iterator[Component]:
    """Requests, and gigabyte-seconds at the price of the architecture; milliseconds are rounded up."""
    yield used(subject, "Requests", "1M requests", ("lambda", "requests"), "monthly_requests", per_unit=1_000_000)
    architecture = _architecture(subject)
    memory = number_of(subject, "memory_size", _LEAST_MEMORY_MB)
    storage = number_of(subject, "ephemeral_storage.0.size", _INCLUDED_EPHEMERAL_MB)
    seconds = _seconds(subject)
    rate = ("lambda", f"{architecture} duration")
    if isinstance(memory, Unknown):
        yield unpriced("Duration", "GB-seconds", f"memory_size is {memory.reason}")
        return
    total = _gb_seconds(memory, seconds)
    yield use_of(subject, "Duration", "GB-seconds", rate, total, "request_duration_ms", tiered=True)
    if isinstance(storage, Decimal) and storage > _INCLUDED_EPHEMERAL_MB:
        extra = _gb_seconds(storage - _INCLUDED_EPHEMERAL_MB, seconds)
        rate = ("lambda", "ephemeral storage")
        yield use_of(subject, "Ephemeral storage", "GB-seconds", rate, extra, "request_duration_ms")


def _architecture(subject: Subject) -> str:
    found = subject.resource.attributes.texts("architectures")
    return "arm64" if isinstance(found, tuple) and "arm64" in found else "x86_64"


def _seconds(subject: Subject) -> Decimal | None:
    """Seconds that all requests of a month take together."""
    requests, duration = stated(subject.usage, "monthly_requests"), stated(subject.usage, "request_duration_ms")
    return requests * ceil(duration) / 1000 if requests is not None and duration is not None else None


def _gb_seconds(megabytes: Decimal | None, seconds: Decimal | None) -> Decimal | None:
    return megabytes / 1024 * seconds if megabytes is not None and seconds is not None else None


_CONCURRENCY_KEYS = {
    **_LAMBDA_KEYS,
    "monthly_duration_hrs": "hours a month that the concurrency is provisioned, all hours unless stated",
    "memory_mb": "memory of the function, where its resource is not in the run",
    "architecture": "x86_64 or arm64, where the function's resource is not in the run",
}


def _concurrency(subject: Subject) -> Iterator[Component]:
    """Provisioned concurrency is paid for every second that it is provisioned, requests at a lower price beside it."""
    functions = subject.neighbours.targets(subject.resource, "function_name", "aws_lambda_function")
    function = functions[0].attributes if functions else Attributes()
    architecture = word(subject.usage, "architecture", ("x86_64", "arm64"))
    if architecture is None:
        declared = function.texts("architectures")
        architecture = "arm64" if isinstance(declared, tuple) and "arm64" in declared else "x86_64"
    memory = stated(subject.usage, "memory_mb")
    if memory is None and functions:
        declared_memory = function.number("memory_size")
        memory = declared_memory if isinstance(declared_memory, Decimal) else _LEAST_MEMORY_MB
    count = number_of(subject, "provisioned_concurrent_executions")
    hours = stated(subject.usage, "monthly_duration_hrs")
    name, unit, rate = "Provisioned concurrency", "GB-seconds", ("lambda", f"{architecture} provisioned concurrency")
    if not isinstance(count, Decimal):
        yield unpriced(name, unit, f"its number is {count.reason if isinstance(count, Unknown) else 'not stated'}")
    elif memory is None:
        yield needs_usage(name, unit, query(subject, rate), "memory_mb")
    else:
        seconds = (hours if hours is not None else HOURS_PER_MONTH) * 3600 * count
        part = use_of(subject, name, unit, rate, _gb_seconds(memory, seconds), "memory_mb")
        yield part if hours is not None else replace(part, basis=Basis.EXACT)
    yield used(subject, "Requests", "1M requests", ("lambda", "requests"), "monthly_requests", per_unit=1_000_000)
    rate = ("lambda", f"{architecture} provisioned duration")
    yield use_of(subject, "Duration", unit, rate, _gb_seconds(memory, _seconds(subject)), "request_duration_ms")


def _fargate_jobs(subject: Subject) -> Iterator[Component]:
    """Jobs of a Batch environment on Fargate; machines of the other kinds are metered as machines."""
    kind = subject.resource.attributes.text("compute_resources.0.type")
    if isinstance(kind, str) and kind.startswith("FARGATE"):
        for part in _PODS:
            yield used(subject, part.name.replace("Pods", "Jobs"), part.unit, part.rate, part.key)


CONTAINERS = ByType(
    {
        "aws_eks_cluster": Service(_cluster, {}),
        "aws_eks_fargate_profile": by_use(*_PODS),
        "aws_ecs_service": Service(_service, {}),
        "aws_batch_compute_environment": Service(_fargate_jobs, {use.key: use.name for use in _PODS}),
        "aws_ecr_repository": by_use(Use("Image storage", "GB-month", ("ecr", "storage"), "storage_gb")),
        "aws_lambda_function": Service(_function, _LAMBDA_KEYS),
        "aws_lambda_provisioned_concurrency_config": Service(_concurrency, _CONCURRENCY_KEYS),
    }
)
