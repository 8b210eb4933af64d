"""What a Prometheus is asked for: of machines by a label that names them, of Kubernetes workloads by the owners of their pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendgate.model.frozen import Frozen

MACHINES: tuple[tuple[str, str], ...] = (
    ("gpu", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"),
    ("gpu", "DCGM_FI_DEV_GPU_UTIL / 100"),
    ("tensor", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"),
    ("gpu_memory", "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)"),
    ("cpu", '1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'),
    ("memory", "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes"),
)
"""What is measured by which expression, in the names of the DCGM exporter and the node exporter; of several for one metric the
first that a machine has counts. NOTE: `GPU_UTIL` only says that some kernel ran, so that it is the last resort."""

_STEP = "5m"
_WORKLOAD = ("namespace", "owner_kind", "owner_name")


class Queries(Frozen):
    """The three questions about one metric over a window: its mean, its 95th percentile, how many values there are."""

    mean: str
    peak: str
    count: str


def over(expression: str, hours: int, labels: tuple[str, ...]) -> Queries:
    """The questions about an expression, for each set of these labels."""
    series, by = f"({expression})[{hours}h:{_STEP}]", ", ".join(labels)
    return Queries(
        f"avg by ({by}) (avg_over_time({series}))",
        f"max by ({by}) (quantile_over_time(0.95, {series}))",
        f"min by ({by}) (count_over_time({series}))",
    )


def workloads() -> tuple[tuple[str, str], ...]:
    """Metric and expression of Kubernetes workloads.

    Processors and memory are what containers use (cAdvisor) over what they request (kube-state-metrics), for those that run and
    request something: a share that may be above one. Accelerators are those that the DCGM exporter sees a pod hold.
    """
    cpu = "rate(container_cpu_usage_seconds_total{%s}[5m])"
    memory = "container_memory_working_set_bytes{%s}"
    # NOTE: series without a container are sums over a pod, those of POD its sandbox.
    containers = 'container!="", container!="POD"'
    held = tuple(
        (metric, _of_owner("avg", _own(expression))) for metric, expression in MACHINES if "DCGM" in expression
    )
    return (
        ("cpu", _over_requests(cpu % containers, "cpu")),
        ("memory", _over_requests(memory % containers, "memory")),
        *held,
    )


WORKLOAD_LABELS = _WORKLOAD


def workload(labels: Mapping[str, Any]) -> str | None:
    """The address of the workload that a result is about: `Deployment/namespace/name`."""
    parts = [labels.get(label) for label in ("owner_kind", "namespace", "owner_name")]
    return "/".join(str(part) for part in parts) if all(parts) else None


def _own(expression: str) -> str:
    """The expression with the labels of the pod that it is about.

    NOTE: Prometheus calls them `exported_pod` and so on, and puts the exporter's own in their place, unless it honours labels.
    """
    for label in ("namespace", "pod", "container"):
        expression = f'label_replace({expression}, "{label}", "$1", "exported_{label}", "(.+)")'
    return expression


def _over_requests(used: str, resource: str) -> str:
    by = "namespace, pod, container"
    running = f'max by (namespace, pod) ({_own("""kube_pod_status_phase{phase="Running"}""")}) == 1'
    requests = f'sum by ({by}) ({_own(f"""kube_pod_container_resource_requests{{resource="{resource}"}}""")}) > 0'
    requested = f"(({requests}) and on (namespace, pod) ({running}))"
    use = f"(sum by ({by}) ({_own(used)}))"
    # NOTE: both sides over the same containers, or one that requests nothing would make the others look busy.
    above = _of_owner("sum", f"({use} and on ({by}) {requested})")
    below = _of_owner("sum", f"({requested} and on ({by}) {use})")
    return f"{above} / {below}"


def _of_owner(how: str, expression: str) -> str:
    """An expression by pod as one by workload."""
    by = ", ".join(_WORKLOAD)
    return f"{how} by ({by}) ({expression} * on (namespace, pod) group_left (owner_kind, owner_name) ({_owners()}))"


def _owners() -> str:
    """One for each pod, with what it belongs to: the Deployment of its ReplicaSet, the CronJob of its Job, else its owner, or itself."""
    return " or on (namespace, pod) ".join(
        (
            _pods('owner_kind!~"ReplicaSet|Job|<none>|"'),
            _through("ReplicaSet", "replicaset", "kube_replicaset_owner"),
            _through("Job", "job_name", "kube_job_owner"),
            _pods('owner_kind=~"ReplicaSet|Job"'),
            f'label_replace(label_replace({_pods("""owner_kind=~"<none>|" """.strip())}, "owner_kind", "Pod", "", ""), '
            '"owner_name", "$1", "pod", "(.+)")',
        )
    )


def _pods(matching: str) -> str:
    owned = _own(f'kube_pod_owner{{{matching}, owner_is_controller!="false"}}')
    return f"max by (namespace, pod, owner_kind, owner_name) ({owned})"


def _through(kind: str, label: str, owners: str) -> str:
    """The pods of one kind whose owner has an owner in turn."""
    above = f'{owners}{{owner_kind!~"<none>|", owner_is_controller!="false"}}'
    # NOTE: only the namespace may be exported, for the exporter itself has no such label.
    namespaced = f'label_replace({above}, "namespace", "$1", "exported_namespace", "(.+)")'
    pods = f'label_replace({_pods(f"""owner_kind="{kind}" """.strip())}, "{label}", "$1", "owner_name", "(.+)")'
    return (
        f"{pods} * on (namespace, {label}) group_left (owner_kind, owner_name) "
        f"max by (namespace, {label}, owner_kind, owner_name) ({namespaced})"
    )
