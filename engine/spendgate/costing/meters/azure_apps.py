"""Azure functions, plans, containers and registries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import ceil

from spendgate.costing.meters.azure_parts import (
    DAYS_PER_MONTH,
    MILLION,
    Metered,
    declared,
    hours_of,
    metered,
    parent,
    sku,
    why,
    without_sku,
)
from spendgate.costing.meters.azure_usage_keys import KeysByType
from spendgate.costing.meters.machines import needs_usage, unpriced
from spendgate.costing.meters.parts import amount, missing_region, query, used
from spendgate.costing.usage import stated
from spendgate.model.attributes import Attributes
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_ELASTIC: Mapping[str, tuple[int, Decimal]] = {
    "EP1": (1, Decimal("3.5")),
    "EP2": (2, Decimal(7)),
    "EP3": (4, Decimal(14)),
}
"""vCPUs and gigabytes of an instance of the Elastic Premium plan (Azure Functions, premium plan)."""
_LEAST_MB, _LEAST_MS = Decimal(128), Decimal(100)
"""What an execution is billed for at least, and the step of its memory (Azure Functions pricing)."""


def _function(subject: Subject) -> Iterator[Component]:
    """A function of the consumption plan pays by execution, one of the premium plan by instance, others by their plan."""
    plan = parent(subject, "service_plan_id", "azurerm_service_plan") or parent(
        subject, "app_service_plan_id", "azurerm_app_service_plan"
    )
    if plan is None:
        yield unpriced("Function", "GB-seconds", "its plan is not in this run")
        return
    kind = sku(plan.attributes, "kind")
    size = sku(plan.attributes, "sku_name", "sku.0.size")
    if isinstance(kind, Unknown) or isinstance(size, Unknown):
        yield without_sku("Function", "GB-seconds", why(kind, size))
    elif size in _ELASTIC and kind.lower() in ("", "elastic"):
        # NOTE: instances belong to the plan, however many functions share it: the first of them bears them.
        if subject.resource.address == min(
            (user.address for user in _functions_of(subject, plan)), default=subject.resource.address
        ):
            yield from _elastic(subject, plan.attributes, size)
    elif size == "Y1" or kind.lower() == "functionapp":
        yield from _consumption(subject)


_FUNCTIONS = ("azurerm_function_app", "azurerm_linux_function_app", "azurerm_windows_function_app")


def _functions_of(subject: Subject, plan: Resource) -> Sequence[Resource]:
    return subject.neighbours.users(plan, *_FUNCTIONS)


def _elastic(subject: Subject, plan: Attributes, size: str) -> Iterator[Component]:
    """Instances of the Elastic Premium plan: the stated number, else those that are always ready, up to the plan's maximum."""
    vcpus, memory = _ELASTIC[size]
    stated_count = stated(subject.usage, "instances")
    ready = plan.number("worker_count")
    ready = plan.number("sku.0.capacity") if ready is None else ready
    most = plan.number("maximum_elastic_worker_count")
    known = isinstance(ready, Decimal)
    least = ready if isinstance(ready, Decimal) else Decimal(1)
    count = stated_count if stated_count is not None else least
    basis = Basis.USAGE if stated_count is not None else (Basis.EXACT if known else Basis.PROVIDER_DEFAULT)
    for name, unit, item, each in (
        (f"vCPU ({size})", "vCPU", "vcpu (premium)", Decimal(vcpus)),
        (f"Memory ({size})", "GB", "memory (premium)", memory),
    ):
        high = max(count, most) if isinstance(most, Decimal) and stated_count is None else count
        quantity = Quantity(each * count, each * count, each * high)
        yield missing_region(subject, name, unit) or Component(
            name, unit, query(subject, ("function app", item)), quantity, basis=basis
        )


def _consumption(subject: Subject) -> Iterator[Component]:
    rate = ("function app", "execution time")
    runs, length, memory = (
        stated(subject.usage, key) for key in ("monthly_executions", "execution_duration_ms", "memory_mb")
    )
    if (missing := missing_region(subject, "Execution time", "GB-seconds")) is not None:
        yield missing
    elif runs is None or length is None or memory is None:
        keys = "monthly_executions, execution_duration_ms and memory_mb"
        yield needs_usage("Execution time", "GB-seconds", query(subject, rate), keys)
    else:
        gigabytes = ceil(memory / _LEAST_MB) * _LEAST_MB / 1024
        seconds = max(length, _LEAST_MS) / 1000
        quantity = Quantity.exactly(runs * gigabytes * seconds)
        yield Component("Execution time", "GB-seconds", query(subject, rate), quantity, basis=Basis.USAGE)
    rate = ("function app", "executions")
    yield used(subject, "Executions", "1M requests", rate, "monthly_executions", per_unit=MILLION)


def _system_of(attributes: Attributes) -> str | Unknown:
    """The operating system of a plan: `os_type`, or `kind` and `reserved` of the older `azurerm_app_service_plan`."""
    older = attributes.text("kind")
    if isinstance(older, str) and older.lower() == "linux":
        return "Linux"
    return "Linux" if attributes.flag("reserved") is True else sku(attributes, "os_type", default="Windows")


def _plan(subject: Subject) -> Iterator[Component]:
    """App Service plans by worker; those of functions are metered at the function."""
    attributes = subject.resource.attributes
    size = sku(attributes, "sku_name", "sku.0.size")
    if isinstance(size, Unknown):
        yield without_sku("Instance usage", "hours", size)
        return
    if size in _ELASTIC and not _functions_of(subject, subject.resource):
        yield from _elastic(subject, attributes, size)
    if size in _ELASTIC or size in ("Y1", "F1", "FC1") or size.startswith("WS"):
        return
    count = declared(subject, "worker_count")
    # NOTE: the old block's capacity is filled in by Azure when nobody states it: one instance.
    count = declared(subject, "sku.0.capacity") if count is None else count
    system = _system_of(attributes)
    if isinstance(system, Unknown):
        yield without_sku(f"Instance usage ({size})", "hours", system)
        return
    yield hours_of(subject, f"Instance usage ({size})", ("app service plan", f"{size} {system}"), count)


_WORKFLOW: Mapping[str, tuple[int, Decimal]] = {
    "WS1": (1, Decimal("3.5")),
    "WS2": (2, Decimal(7)),
    "WS3": (4, Decimal(14)),
}


def _workflow(subject: Subject) -> Iterator[Component]:
    plan = parent(subject, "app_service_plan_id", "azurerm_service_plan", "azurerm_app_service_plan")
    size = sku(plan.attributes, "sku_name", "sku.0.size") if plan else str(subject.usage.get("sku", ""))
    service = "logic app standard"
    if isinstance(size, str) and size in _WORKFLOW:
        vcores, memory = _WORKFLOW[size]
        yield amount(subject, f"Workflow vCore ({size})", "vCore", (service, "workflow vcore"), Decimal(vcores))
        yield amount(subject, f"Workflow memory ({size})", "GB", (service, "workflow memory"), memory)
    else:
        yield unpriced("Workflow vCore", "vCore", "its plan is not known: state sku in the usage file")
    connectors = (
        Metered("Standard connectors", "calls", "standard connectors", "monthly_standard_connector_calls"),
        Metered("Enterprise connectors", "calls", "enterprise connectors", "monthly_enterprise_connector_calls"),
    )
    yield from metered(subject, service, connectors)


_REGISTRY_GB: Mapping[str, Decimal] = {"Basic": Decimal(10), "Standard": Decimal(100), "Premium": Decimal(500)}
"""Storage that comes with a registry (Azure Container Registry, service tiers)."""


def _registry(subject: Subject) -> Iterator[Component]:
    attributes = subject.resource.attributes
    kind = sku(attributes, "sku", default="Basic")
    if isinstance(kind, Unknown):
        yield without_sku("Registry usage", "days", kind)
        return
    service, rate = "container registry", ("container registry", f"{kind} registry")
    yield from _replicas(subject, rate)
    yield amount(subject, f"Registry usage ({kind})", "days", rate, DAYS_PER_MONTH)
    held, included = stated(subject.usage, "storage_gb"), _REGISTRY_GB.get(kind, Decimal(0))
    title = f"Storage (over {included} GB)"
    if held is None:
        yield used(subject, title, "GB-month", (service, "storage (over 10gb)"), "storage_gb")
    elif held > included:
        yield amount(subject, title, "GB-month", (service, "storage (over 10gb)"), held - included)
    rate = (service, "build vcpu")
    yield used(subject, "Build vCPU", "seconds", rate, "monthly_build_vcpu_hrs", per_unit=Decimal(1) / 3600)


def _replicas(subject: Subject, rate: tuple[str, str]) -> Iterator[Component]:
    """Each further location costs as much as the registry itself."""
    attributes = subject.resource.attributes
    count = 0
    for places in (attributes.blocks("georeplications"), attributes.texts("georeplication_locations")):
        if isinstance(places, Unknown):
            yield unpriced("Geo replication", "days", f"its locations are {places.reason}")
            return
        count = max(count, len(places))
    if count:
        title = f"Geo replication ({count} location{'s' if count > 1 else ''})"
        yield amount(subject, title, "days", rate, DAYS_PER_MONTH * count)


def _container_group(subject: Subject) -> Iterator[Component]:
    """Container instances pay for the vCPUs and memory that their containers ask for, while the group runs."""
    attributes = subject.resource.attributes
    blocks = attributes.blocks("container")
    if isinstance(blocks, Unknown):
        yield unpriced("vCPU", "vCPU-hours", f"its containers are {blocks.reason}")
        return
    for name, unit, key in (("vCPU", "vCPU-hours", "cpu"), ("Memory", "GB-hours", "memory")):
        total = Decimal(0)
        for block in blocks:
            value = block.number(key)
            if not isinstance(value, Decimal):
                why = value.reason if isinstance(value, Unknown) else "not stated"
                yield unpriced(name, unit, f"{key} of a container is {why}")
                break
            total += value
        else:
            rate = ("container instances", name.lower())
            yield replace(amount(subject, name, unit, rate, total * subject.hours_per_month), stops=True)


def _container_app(subject: Subject) -> Iterator[Component]:
    """Container apps scale with requests, down to nothing unless told otherwise."""
    service = "container apps"
    yield from metered(
        subject,
        service,
        (
            Metered("vCPU", "vCPU-seconds", "vcpu", "monthly_vcpu_seconds"),
            Metered("Memory", "GB-seconds", "memory", "monthly_memory_gb_seconds"),
            Metered("Requests", "1M requests", "requests", "monthly_requests", MILLION),
        ),
    )


_PARTS: Mapping[str, Callable[[Subject], Iterator[Component]]] = {
    "azurerm_function_app": _function,
    "azurerm_linux_function_app": _function,
    "azurerm_windows_function_app": _function,
    "azurerm_service_plan": _plan,
    "azurerm_app_service_plan": _plan,
    "azurerm_logic_app_standard": _workflow,
    "azurerm_container_registry": _registry,
    "azurerm_container_group": _container_group,
    "azurerm_container_app": _container_app,
    "azurerm_container_app_job": _container_app,
}


class Apps(KeysByType):
    """Instances, executions, images and calls."""

    types = tuple(_PARTS)
    usage_keys = {
        "monthly_executions": "executions a month",
        "execution_duration_ms": "length of an execution in milliseconds",
        "memory_mb": "memory of an execution in megabytes",
        "instances": "instances of a premium plan",
        "sku": "size of a workflow plan that is not in the run",
        "monthly_standard_connector_calls": "calls of standard connectors a month",
        "monthly_enterprise_connector_calls": "calls of enterprise connectors a month",
        "storage_gb": "gigabytes of images stored",
        "monthly_build_vcpu_hrs": "vCPU hours of builds a month",
        "monthly_vcpu_seconds": "vCPU seconds of container apps a month",
        "monthly_memory_gb_seconds": "memory in GB seconds of container apps a month",
        "monthly_requests": "requests a month",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The parts of the type at hand."""
        yield from _PARTS[subject.resource.type](subject)


APPS = Apps()
