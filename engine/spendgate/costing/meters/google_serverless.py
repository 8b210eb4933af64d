"""Cloud Run and Cloud Functions: vCPU and memory by the second, requests by the piece.

With request-based billing an instance is paid while it serves; with instance-based billing (`cpu_idle = false`) as long as it
is up, so that the least number of instances is paid the whole month. Regions fall into two price tiers; the price book has a
rate for each region. The free allowance of a billing account is left out: it is shared by everything in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.machines import unpriced
from spendgate.costing.meters.parts import ByType, Service, missing_region, query, use_of, used, whole_of
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Component, Quantity
from spendgate.model.values import Unknown, Whole
from spendgate.ports import Subject

_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([KMGT]i?)?")
_UNITS = {
    "": 1,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}
_DEFAULT = (Decimal(1), Decimal("0.5"))
"""vCPUs and GiB of a container that states none (Cloud Run documentation: 1000m and 512Mi)."""
_GHZ = {128: "0.2", 256: "0.4", 512: "0.8", 1024: "1.4", 2048: "2.4", 4096: "4.8", 8192: "4.8"}
"""CPU in GHz of a first-generation function by its memory in MB (Cloud Functions pricing)."""
_REQUEST_KEYS = ("monthly_requests", "average_request_duration_ms", "concurrent_requests_per_instance")


def _template(subject: Subject) -> str:
    type_ = subject.resource.type
    if type_ == "google_cloud_run_service":
        return "template.0.spec.0"
    return "template.0.template.0" if type_.endswith("_job") else "template.0"


def _shape(subject: Subject) -> tuple[Decimal, Decimal] | str:
    """vCPUs and GiB of one instance, all containers together, or why they are not known."""
    containers = subject.resource.attributes.blocks(f"{_template(subject)}.containers")
    if isinstance(containers, Unknown):
        return f"its containers: {containers.reason}"
    vcpu, gib = Decimal(0), Decimal(0)
    for container in containers:
        block = container.block("resources.0.limits")
        # NOTE: unstated limits are computed, hence unknown in a plan: the defaults hold.
        limits = block if isinstance(block, Attributes) else Attributes()
        cpu, memory = limits.text("cpu"), limits.text("memory")
        if isinstance(cpu, Unknown) or isinstance(memory, Unknown):
            return "its limits are known only after apply"
        found = _limits(cpu or "1", memory or "512Mi")
        if found is None:
            return f"its limits {cpu} and {memory} cannot be read"
        vcpu, gib = vcpu + found[0], gib + found[1]
    return (vcpu, gib) if containers else _DEFAULT


def _limits(cpu: str, memory: str) -> tuple[Decimal, Decimal] | None:
    match = _MEMORY.fullmatch(memory)
    milli = cpu.removesuffix("m")
    if match is None or not re.fullmatch(r"\d+(?:\.\d+)?", milli):
        return None
    vcpu = Decimal(milli) / 1000 if milli != cpu else Decimal(cpu)
    return vcpu, Decimal(match[1]) * _UNITS[match[2] or ""] / 2**30


def _pair(subject: Subject, how: str, seconds: Decimal | None, key: str) -> Iterator[Component]:
    """vCPU and memory for so many instance seconds; None when `key` is still to be stated."""
    shape = _shape(subject)
    if isinstance(shape, str):
        yield unpriced("CPU", "vCPU-seconds", shape)
        yield unpriced("Memory", "GiB-seconds", shape)
        return
    for name, unit, item, size in (
        ("CPU", "vCPU-seconds", "vcpu", shape[0]),
        ("Memory", "GiB-seconds", "memory", shape[1]),
    ):
        quantity = None if seconds is None else seconds * size
        yield use_of(subject, f"{name} ({how}-based)", unit, ("cloud run", f"{how} {item}"), quantity, key)


def _service(subject: Subject) -> Iterator[Component]:
    stated_resources = subject.resource.attributes.block("template.0.containers.0.resources")
    if isinstance(stated_resources, Attributes) and isinstance(idle := stated_resources.flag("cpu_idle"), Unknown):
        yield unpriced("Instances", "vCPU-seconds", f"how it is billed (cpu_idle) is {idle.reason}")
        return
    if _is_always_on(subject):
        yield from _instances(subject)
        return
    requests, duration, together = (stated(subject.usage, key) for key in _REQUEST_KEYS)
    seconds = None
    if requests is not None and duration is not None:
        seconds = requests * duration / 1000 / max(together or Decimal(1), Decimal(1))
    yield from _pair(subject, "request", seconds, " and ".join(_REQUEST_KEYS[:2]))
    yield used(subject, "Requests", "requests", ("cloud run", "requests"), "monthly_requests")
    yield from _idle(subject, seconds)
    yield from _gpu(subject)


def _idle(subject: Subject, busy_seconds: Decimal | None) -> Iterator[Component]:
    """Instances that are kept ready are paid at a lower rate while they serve nothing."""
    least, shape = subject.facets.capacity.min, _shape(subject)
    if not isinstance(least, int) or least == 0 or isinstance(shape, str):
        return
    month = HOURS_PER_MONTH * 3600 * least
    idle = max(month - (busy_seconds or Decimal(0)), Decimal(0))
    for name, unit, item, size in (
        ("CPU", "vCPU-seconds", "idle vcpu", shape[0]),
        ("Memory", "GiB-seconds", "idle memory", shape[1]),
    ):
        title = f"{name} (kept ready, idle)"
        if (missing := missing_region(subject, title, unit)) is not None:
            yield missing
            continue
        quantity = Quantity.exactly(idle * size)
        yield Component(title, unit, query(subject, ("cloud run", item)), quantity)


def _is_always_on(subject: Subject) -> bool:
    """Whether instances are paid as long as they are up: said by an annotation in version 1, by `cpu_idle` in version 2."""
    own: Attributes = subject.resource.attributes
    if subject.resource.type == "google_cloud_run_service":
        notes = own.get("template.0.metadata.0.annotations")
        told = notes.get("run.googleapis.com/cpu-throttling") if isinstance(notes, Mapping) else None
        return str(told).lower() == "false"
    if subject.resource.type == "google_cloud_run_v2_worker_pool":
        return True
    return any(
        own.flag(f"template.0.containers.0.resources.0{path}.cpu_idle") is False for path in ("", ".limits.0")
    ) or bool(subject.facets.accel.count != 0)


def _instances(subject: Subject) -> Iterator[Component]:
    """The least number of instances, paid the whole month or the stated hours; more come with load."""
    least: Whole = subject.facets.capacity.min
    shape = _shape(subject)
    if isinstance(least, Unknown) or least is None or isinstance(shape, str):
        why = (
            shape
            if isinstance(shape, str)
            else f"the least number of instances: {least.reason if isinstance(least, Unknown) else 'not stated'}"
        )
        yield unpriced("Instances", "vCPU-seconds", why)
        return
    hours = stated(subject.usage, "instance_hrs")
    if hours is None and least == 0:
        yield from _pair(subject, "instance", None, "instance_hrs")
    elif hours is not None:
        yield from _pair(subject, "instance", hours * 3600 * max(least, 1), "instance_hrs")
    else:
        for name, unit, item, size in (
            ("CPU", "vCPU-seconds", "vcpu", shape[0]),
            ("Memory", "GiB-seconds", "memory", shape[1]),
        ):
            title = f"{name} (instance-based)"
            if (missing := missing_region(subject, title, unit)) is not None:
                yield missing
                continue
            seconds = Quantity.exactly(HOURS_PER_MONTH * 3600 * least * size)
            yield Component(title, unit, query(subject, ("cloud run", f"instance {item}")), seconds)
    yield from _gpu(subject)


def _gpu(subject: Subject) -> Iterator[Component]:
    if subject.facets.accel.count != 0:
        yield unpriced("GPU", "GPU-seconds", "no price of GPUs of Cloud Run is known")


def _job(subject: Subject) -> Iterator[Component]:
    runs, minutes = (stated(subject.usage, key) for key in ("monthly_job_executions", "average_task_execution_mins"))
    tasks = whole_of(subject, "template.0.task_count", 1)
    if not isinstance(tasks, int):
        yield unpriced("CPU", "vCPU-seconds", "its number of tasks is not known")
        return
    seconds = None if runs is None or minutes is None else runs * minutes * 60 * tasks
    key = "monthly_job_executions and average_task_execution_mins"
    yield from _pair(subject, "instance", seconds, key)
    yield from _gpu(subject)


def _function(subject: Subject) -> Iterator[Component]:
    """First-generation functions: each call is rounded up to 100 ms."""
    memory = whole_of(subject, "available_memory_mb", 256)
    calls, duration = (stated(subject.usage, key) for key in ("monthly_function_invocations", "request_duration_ms"))
    if not isinstance(memory, int) or memory not in _GHZ:
        yield unpriced("CPU", "GHz-seconds", f"no CPU of a function with {memory} MB is known")
        return
    seconds = None
    if calls is not None:
        rounded = math.ceil((duration or Decimal(100)) / 100) * 100
        seconds = calls * rounded / 1000
    key = "monthly_function_invocations"
    ghz = None if seconds is None else seconds * Decimal(_GHZ[memory])
    yield use_of(subject, "CPU", "GHz-seconds", ("cloud functions", "cpu"), ghz, key)
    gib = None if seconds is None else seconds * memory / 1024
    yield use_of(subject, "Memory", "GB-seconds", ("cloud functions", "memory"), gib, key)
    yield used(subject, "Invocations", "invocations", ("cloud functions", "invocations"), key)
    yield used(subject, "Outbound data", "GB", ("cloud functions", "outbound"), "monthly_outbound_data_gb")


_SERVICE_KEYS = {
    "monthly_requests": "requests a month",
    "average_request_duration_ms": "milliseconds that a request takes on average",
    "concurrent_requests_per_instance": "requests that an instance serves at once",
    "instance_hrs": "hours a month that each instance is up",
}
_JOB_KEYS = {
    "monthly_job_executions": "executions a month",
    "average_task_execution_mins": "minutes that a task takes on average",
}
_FUNCTION_KEYS = {
    "monthly_function_invocations": "calls a month",
    "request_duration_ms": "milliseconds that a call takes on average",
    "monthly_outbound_data_gb": "gigabytes sent out a month",
}

SERVERLESS = ByType(
    {
        "google_cloud_run_service": Service(_service, _SERVICE_KEYS),
        "google_cloud_run_v2_service": Service(_service, _SERVICE_KEYS),
        "google_cloud_run_v2_worker_pool": Service(_service, _SERVICE_KEYS),
        "google_cloud_run_v2_job": Service(_job, _JOB_KEYS),
        "google_cloudfunctions_function": Service(_function, _FUNCTION_KEYS),
    }
)
