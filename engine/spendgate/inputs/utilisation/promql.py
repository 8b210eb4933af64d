"""What a Prometheus is asked for: of machines by a label that names them, of Kubernetes workloads by the owners of their pods."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from spendgate.model.frozen import Frozen

CARDS: tuple[tuple[str, str], ...] = (
    ("gpu", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"),
    ("gpu", "DCGM_FI_DEV_GPU_UTIL / 100"),
    ("tensor", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"),
    ("gpu_memory", "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)"),
)
"""What is measured of accelerators by which expression, in the names of the DCGM exporter; of several for one metric the
first that a machine has counts. NOTE: `GPU_UTIL` only says that some kernel ran, so that it is the last resort."""
HOSTS: tuple[tuple[str, str], ...] = (
    ("cpu", '1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'),
    ("memory", "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes"),
)
"""The same of machines, in the names of the node exporter."""
STEP_SECONDS = 300
_WORKLOAD = ("namespace", "owner_kind", "owner_name")


class Queries(Frozen):
    """The three questions about one metric over a window: its mean, its 95th percentile, how many values there are."""

    mean: str
    peak: str
    count: str


def over(expression: str, hours: int, labels: tuple[str, ...]) -> Queries:
    """The questions about an expression, for each set of these labels."""
    series, by = f"({expression})[{hours}h:{STEP_SECONDS}s]", ", ".join(labels)
    return Queries(
        f"avg by ({by}) (avg_over_time({series}))",
        f"max by ({by}) (quantile_over_time(0.95, {series}))",
        f"min by ({by}) (count_over_time({series}))",
    )


_CPU, _MEMORY = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes"
_REQUESTS, _PHASE, _POD_OWNER = "kube_pod_container_resource_requests", "kube_pod_status_phase", "kube_pod_owner"
_OWNERS = {"replicaset": ("ReplicaSet", "kube_replicaset_owner"), "job_name": ("Job", "kube_job_owner")}
"""The label that names an owner which may have an owner in turn, its kind, and the metric that says whose it is."""
_NAMED = "|".join((_CPU, _MEMORY, _REQUESTS, _PHASE, _POD_OWNER, "kube_replicaset_owner", "kube_job_owner", "DCGM_.*"))
EXPORTED = f"""count by (__name__) ({{__name__=~"{_NAMED}", exported_namespace!=""}})"""
"""Which metrics have the labels of what they are about as exported ones.

NOTE: Prometheus calls them `exported_pod` and so on, and puts the exporter's own in their place, unless it honours labels. Replacing them in
all series at every step takes longer than all the rest, so that it is asked beforehand whether it is needed.
"""


class Share(Frozen):
    """A metric as what is used over what there is, both by the direct owner of pods and at one moment; `exporter` is what it is made of."""

    metric: str
    exporter: str
    above: str
    below: str


class WorkloadQueries:
    """What is asked about Kubernetes workloads; `exported` are the metrics whose labels have to be replaced."""

    def __init__(self, exported: Collection[str]) -> None:
        self._exported = exported

    def shares(self) -> tuple[Share, ...]:
        """Of several for one metric the first that a workload has counts.

        Processors and memory are what containers use (cAdvisor) over what they request (kube-state-metrics), for those that run and
        request something: a share that may be above one. Accelerators are the mean of those that the DCGM exporter sees a pod hold.
        """
        # NOTE: series without a container are sums over a pod, those of POD its sandbox.
        containers = '{container!="", container!="POD"}'
        held = ((metric, expression.split()[0], f"({self._own(expression)})") for metric, expression in CARDS)
        return (
            self._over_requests("cpu", _CPU, f"rate({_CPU}{containers}[{STEP_SECONDS}s])"),
            self._over_requests("memory", _MEMORY, f"{_MEMORY}{containers}"),
            *(
                Share(metric, name, self._by_owner("sum", each), self._by_owner("count", each))
                for metric, name, each in held
            ),
        )

    def present(self, seconds: int) -> str:
        """The question which exporters' metrics there were within so many seconds: what is not there takes as long to ask for as what is."""
        names = "|".join(sorted({share.exporter for share in self.shares()}))
        return f"""count by (__name__) (last_over_time({{__name__=~"{names}"}}[{seconds}s]))"""

    def owners(self, seconds: int) -> Iterator[tuple[str, str, str]]:
        """The kind, the label that names it, and the question: owners that had an owner in turn within so many seconds."""
        for label, (kind, metric) in _OWNERS.items():
            had = f'max_over_time({metric}{{owner_kind!~"<none>|", owner_is_controller!="false"}}[{seconds}s])'
            # NOTE: only the namespace may be exported, for the exporter itself has no such label.
            had = _replaced(had, ("namespace",)) if metric in self._exported else had
            yield kind, label, f"max by (namespace, {label}, owner_kind, owner_name) ({had})"

    def _own(self, expression: str) -> str:
        """The expression with the labels of the pod that it is about."""
        exported = any(name in expression for name in self._exported)
        return _replaced(expression, ("namespace", "pod", "container")) if exported else expression

    def _over_requests(self, resource: str, exporter: str, used: str) -> Share:
        running = f"""{self._own(f'{_PHASE}{{phase="Running"}}')} == 1"""
        requests = f"""{self._own(f'{_REQUESTS}{{resource="{resource}"}}')} > 0"""
        requested = f"({requests} and on (namespace, pod) ({running}))"
        use = self._own(used)
        # NOTE: both sides over the same containers, or one that requests nothing would make the others look busy.
        same = "and on (namespace, pod, container)"
        return Share(
            resource,
            exporter,
            self._by_owner("sum", f"({use} {same} {requested})"),
            self._by_owner("sum", f"({requested} {same} {use})"),
        )

    def _by_owner(self, how: str, expression: str) -> str:
        """An expression by pod as one by what made the pod, or by the pod itself."""
        made = self._own(f'{_POD_OWNER}{{owner_kind!~"<none>|", owner_is_controller!="false"}}')
        alone = f"""max by (namespace, pod) ({self._own(f'{_POD_OWNER}{{owner_kind=~"<none>|"}}')})"""
        alone = f'label_replace(label_replace({alone}, "owner_kind", "Pod", "", ""), "owner_name", "$1", "pod", "(.+)")'
        owner = f"(max by (namespace, pod, owner_kind, owner_name) ({made}) or on (namespace, pod) {alone})"
        by = ", ".join(_WORKLOAD)
        return f"{how} by ({by}) ({expression} * on (namespace, pod) group_left (owner_kind, owner_name) {owner})"


def _replaced(expression: str, labels: Iterable[str]) -> str:
    for label in labels:
        expression = f'label_replace({expression}, "{label}", "$1", "exported_{label}", "(.+)")'
    return expression


def workload(labels: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """What a result is about: kind, namespace and name of an owner."""
    kind, namespace, name = (labels.get(label) for label in ("owner_kind", "namespace", "owner_name"))
    return (str(kind), str(namespace), str(name)) if kind and namespace and name else None
