"""Kubernetes workloads: vCPU, memory and accelerator hours of their pods, the share view of what a cluster costs.

Requests are the expected amount, limits the most. Pods on node pools that the run prices itself are not priced again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.meters.kubernetes_volumes import volume_components
from spendgate.costing.meters.machines import label, unpriced, whole_amount
from spendgate.costing.meters.own_machines import standing
from spendgate.costing.pod_rates import SERVICE
from spendgate.costing.usage import stated
from spendgate.model.cost import Basis, Component, Quantity, RateQuery
from spendgate.model.facets import Pool
from spendgate.model.money import UNBOUNDED
from spendgate.model.own_machines import PROVIDER
from spendgate.model.values import Unknown
from spendgate.ports import Subject

_UNITS = {"vCPUs": "vCPU-hours", "Memory": "GiB-hours", "Accelerators": "accelerator-hours"}


class Pods:
    """Hours of pods; `*` stands for every other kind that holds a pod template."""

    types = (
        "Pod", "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DeploymentConfig", "Rollout", "CloneSet",
        "DaemonSet", "Job", "CronJob", "ScaledJob", "JobSet", "LeaderWorkerSet", "Job.batch.volcano.sh", "RayCluster", "RayJob",
        "RayCronJob", "RayService", "PyTorchJob", "TFJob", "XGBoostJob", "PaddleJob", "JAXJob", "MXJob", "MPIJob", "TrainJob",
        "ClusterTrainingRuntime", "TrainingRuntime", "Experiment", "InferenceService", "LLMInferenceService", "SeldonDeployment",
        "Service.serving.knative.dev", "Notebook", "SparkApplication", "ScheduledSparkApplication", "Workflow", "CronWorkflow",
        "WorkflowTemplate", "ClusterWorkflowTemplate", "PodTemplate", "ServingRuntime", "ClusterServingRuntime",
        "LLMInferenceServiceConfig", "AppWrapper", "VLLMRuntime", "VLLMRouter", "CacheServer", "NIMService", "DisaggregatedSet", "Sandbox", "SandboxWarmPool",
        "SandboxTemplate", "*",
    )  # fmt: skip
    usage_keys = {
        "monthly_hrs": "hours a month that each pod runs",
        "average_pods": "pods that run on average, instead of the desired number",
    }

    def components(self, subject: Subject) -> Iterable[Component]:
        """The metered parts, pod set by pod set."""
        nowhere: dict[str, Component] = {}
        for pool in subject.facets.pools:
            if pool.details.get("nodes") or pool.capacity.max == 0:
                # NOTE: no pods cost nothing, whatever one of them would cost.
                continue
            reason = _nowhere(pool)
            if reason is None:
                yield from _pods(subject, pool)
            else:
                nowhere[reason] = unpriced("Pods", "hours", reason)
        yield from nowhere.values()
        yield from volume_components(subject)


def _nowhere(pool: Pool) -> str | None:
    """Why nobody knows where the pods run, and so what an hour costs; None when that is known."""
    if isinstance(pool.region, str) and pool.details.get("provider") is not None:
        return None
    return pool.region.reason if isinstance(pool.region, Unknown) else "the region is not known"


def _pods(subject: Subject, pool: Pool) -> Iterator[Component]:
    details = pool.details
    hours, basis, note = _hours(subject, pool)
    if isinstance(hours, str):
        yield unpriced(label(pool, "Pods"), "hours", hours)
        return
    part = _Part(pool, hours, basis, note)
    if not _is_tpu(pool):
        # NOTE: the price of a TPU chip holds the machine around it.
        yield from part.of("vCPUs", "cpu", details["cpu"], details["cpu_most"], details["cpu_gaps"])
        yield from part.of(
            "Memory", "memory", details["memory_gib"], details["memory_most_gib"], details["memory_gaps"]
        )
    yield from part.accelerators(details["asked"], details["asked_most"], details["shared"])


def _hours(subject: Subject, pool: Pool) -> tuple[Quantity | str, Basis, str]:
    """Hours of all pods together in a month, at the fewest, as desired and at the most."""
    desired = whole_amount(pool.capacity.desired, "the number of pods")
    if isinstance(desired, str):
        return desired, Basis.UNKNOWN, ""
    expected: Decimal = Decimal(desired)
    basis, note = Basis.EXACT, ""
    average, used = stated(subject.usage, "average_pods"), stated(subject.usage, "monthly_hrs")
    if average is not None:
        expected, basis = average, Basis.USAGE
    least = pool.capacity.min if isinstance(pool.capacity.min, int) else desired
    most = (
        UNBOUNDED
        if pool.capacity.max is None
        else Decimal(pool.capacity.max if isinstance(pool.capacity.max, int) else desired)
    )
    if used is not None:
        spans, basis = (used, used, used), Basis.USAGE
    elif "hours_expected" in pool.details:
        spans = (pool.details["hours_low"], pool.details["hours_expected"], pool.details["hours_most"])
        note = pool.details["hours_why"]
        basis = max(basis, Basis.ASSUMED, key=list(Basis).index)
    else:
        spans = (subject.hours_per_month,) * 3
        if subject.hours_per_month != HOURS_PER_MONTH:
            basis = Basis.SCHEDULE
    low, middle = min(Decimal(least), expected) * spans[0], expected * spans[1]
    return Quantity(low, middle, max(_product(most, spans[2]), middle)), basis, note


def _product(count: Decimal, amount: Decimal) -> Decimal:
    """NOTE: infinity times nothing is nothing here: what takes no hours costs none, however many there are."""
    return count * amount if count and amount else Decimal(0)


def _is_tpu(pool: Pool) -> bool:
    models = pool.accelerators.models
    return isinstance(models, tuple) and bool(models) and models[0].startswith("TPU-")


class _Part:
    """Makes the components of one pod set."""

    def __init__(self, pool: Pool, hours: Quantity, basis: Basis, note: str) -> None:
        self._pool = pool
        self._hours = hours
        self._basis = max(basis, Basis.ASSUMED, key=list(Basis).index) if pool.details.get("assumed") else basis
        self._note = note

    def of(self, name: str, part: str, asked: Any, most: Any, gaps: tuple[str, ...]) -> Iterator[Component]:
        """CPU or memory: what the containers request; a container that requests none leaves a gap that has no amount."""
        if isinstance(asked, Unknown):
            yield unpriced(label(self._pool, name), _UNITS[name], asked.reason)
            return
        if asked:
            yield self._component(name, part, self._amount(asked, most))
        if gaps:
            shown = ", ".join(gaps[:3])
            yield unpriced(label(self._pool, f"{name} of {shown}"), _UNITS[name], f"no {part} request is stated")

    def accelerators(self, asked: Any, most: Any, shared: Any) -> Iterator[Component]:
        """Accelerators of each pod, and once those of a claim that all of them share."""
        for value, once in ((asked, False), (shared, True)):
            if isinstance(value, Unknown):
                yield unpriced(label(self._pool, "Accelerators"), _UNITS["Accelerators"], value.reason)
            elif value:
                models = self._pool.accelerators.models
                if isinstance(models, Unknown) and not self._pool.machine_types:
                    yield unpriced(label(self._pool, "Accelerators"), _UNITS["Accelerators"], models.reason)
                    continue
                name = "Accelerators" if isinstance(models, Unknown) else f"Accelerators ({models[0]})"
                amount = self._once(value) if once else self._amount(value, most)
                yield self._component(name, "accelerator", amount)

    def _amount(self, asked: Decimal, most: Any) -> Quantity:
        top = most if isinstance(most, Decimal) else asked
        return Quantity(self._hours.low * asked, self._hours.expected * asked, _product(self._hours.high, top))

    def _once(self, count: Decimal) -> Quantity:
        """A shared claim exists once for as long as any pod does."""
        capacity = self._pool.capacity
        pods = Decimal(capacity.desired) if isinstance(capacity.desired, int) else Decimal(0)
        each = self._hours.expected / pods if pods else HOURS_PER_MONTH
        return Quantity(
            each * count if capacity.min else Decimal(0), each * count if pods else Decimal(0), each * count
        )

    def _component(self, name: str, part: str, quantity: Quantity) -> Component:
        pool, details = self._pool, self._pool.details
        provider, region = str(details["provider"]), str(pool.region)
        purchase = "spot" if pool.purchase.model == "spot" else "on-demand"
        types = pool.machine_types if isinstance(pool.machine_types, tuple) else ()
        if types and not (part == "accelerator" and _is_tpu(pool)):
            items = [f"{part} of {type_}" for type_ in types]
        elif part == "accelerator":
            items = [f"accelerator {model}" for model in pool.accelerators.models]  # type: ignore[union-attr]
        else:
            items = [part]
        queries = [RateQuery(provider, region, SERVICE, item, purchase) for item in items]
        unit = _UNITS[name.partition(" ")[0]]
        return Component(
            label(pool, name),
            unit,
            queries[0],
            quantity,
            basis=self._basis,
            alternatives=tuple(queries[1:]),
            note=self._note,
            stops=True,
        )


class Nodes:
    """Live nodes, and node pools of a fixed size; pools that follow their pods are paid through these."""

    types = ("Node", "NodePool")
    usage_keys = {"monthly_hrs": "hours a month that each node runs"}

    def components(self, subject: Subject) -> Iterable[Component]:
        """The machine hours."""
        for pool in subject.facets.pools:
            if pool.details.get("dynamic"):
                yield from _without_end(pool)
                continue
            if isinstance(pool.machine_types, Unknown) or not isinstance(pool.region, str):
                reason = next(v.reason for v in (pool.machine_types, pool.region) if isinstance(v, Unknown))
                yield unpriced("Machine", "hours", reason)
                continue
            used = stated(subject.usage, "monthly_hrs")
            count = whole_amount(pool.capacity.desired, "the number of nodes")
            if isinstance(count, str):
                yield unpriced("Machine", "hours", count)
                continue
            purchase = "spot" if pool.purchase.model == "spot" else "on-demand"
            provider = str(pool.details.get("provider"))
            if provider == PROVIDER:
                yield from standing(subject, pool.machine_types, pool.region, count)
                continue
            queries = [RateQuery(provider, pool.region, "machine", type_, purchase) for type_ in pool.machine_types]
            yield Component(
                f"Machine ({purchase}, {pool.machine_types[0]})",
                "hours",
                queries[0],
                Quantity.exactly(count * (HOURS_PER_MONTH if used is None else used)),
                basis=Basis.EXACT if used is None else Basis.USAGE,
                alternatives=tuple(queries[1:]),
                stops=True,
            )


def _without_end(pool: Pool) -> Iterator[Component]:
    """Nodes that follow their pods: paid through the pods, but with no limit their number, and so the most, has no bound.

    NOTE: any price does, since only the high end is not zero; where no machine is named it is that of a vCPU.
    """
    if pool.capacity.max is not None:
        return
    provider, region = str(pool.details.get("provider") or "aws"), pool.region
    queries, unit = [RateQuery(provider, "global", SERVICE, "cpu")], _UNITS["vCPUs"]
    if isinstance(pool.machine_types, tuple) and isinstance(region, str):
        purchase, unit = "spot" if pool.purchase.model == "spot" else "on-demand", "hours"
        queries = [RateQuery(provider, region, "machine", type_, purchase) for type_ in pool.machine_types]
    yield Component(
        "Machines as pods need them",
        unit,
        queries[0],
        Quantity(Decimal(0), Decimal(0), UNBOUNDED),
        basis=Basis.ASSUMED,
        alternatives=tuple(queries[1:]),
        note="counted at the pods; nothing limits how many machines they may start",
        stops=True,
    )


PODS = Pods()
NODES = Nodes()
