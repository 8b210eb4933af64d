"""Workloads of Kubernetes in a real Prometheus: what their containers use over what they request, joined over the owners of pods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.inputs.utilisation.prometheus_server import prometheus

from spendgate.inputs.utilisation.measured import Use
from spendgate.inputs.utilisation.prometheus import ask
from spendgate.inputs.utilisation.promql import WorkloadQueries, workload
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown

pytestmark = pytest.mark.service
DAYS, STEP_MINUTES = 2, 5
GIB = 1024**3
NOW = datetime.fromtimestamp(datetime.now(UTC).timestamp() // 300 * 300, UTC)
"""NOTE: a subquery looks at whole steps."""


class History:
    """Series over two days, gathered by metric as OpenMetrics wants them."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def add(
        self, metric: str, value: Callable[[int], float], since: float = 0, until: float = DAYS, **labels: str
    ) -> None:
        """A series from one day to another; `value` is of the seconds since the beginning."""
        own = ",".join(f'{key}="{text}"' for key, text in labels.items())
        steps = range(int(since * 288), int(until * 288))
        start = NOW - timedelta(days=DAYS)
        self._lines.setdefault(metric, []).extend(
            f"{metric}{{{own}}} {value(step * 300)} {(start + timedelta(seconds=step * 300)).timestamp():.0f}"
            for step in steps
        )

    def pod(
        self, pod: str, owner: tuple[str, str], cpu: tuple[float, float], memory: tuple[float, float],
        since: float = 0, until: float = DAYS, running: float = DAYS, exported: bool = False,
    ) -> None:  # fmt: skip
        """A pod with one container: processors and GiB that it uses and requests; it runs until the day `running`."""
        names = {"namespace": "ai", "pod": pod}
        if exported:
            names = {"namespace": "monitoring", "pod": "ksm-0", "exported_namespace": "ai", "exported_pod": pod}
        box = {("exported_container" if exported else "container"): "main"}
        if exported:
            box["container"] = "ksm"
        kind, name = owner
        controller = "<none>" if kind == "<none>" else "true"
        self.add("kube_pod_owner", lambda _: 1, since, until, owner_kind=kind, owner_name=name, owner_is_controller=controller, **names)  # fmt: skip
        self.add(
            "kube_pod_status_phase", lambda at: float(at < running * 86_400), since, until, phase="Running", **names
        )
        for resource, amount in (("cpu", cpu[1]), ("memory", memory[1] * GIB)):
            self.add("kube_pod_container_resource_requests", lambda _, amount=amount: amount, since, until, resource=resource, **names, **box)  # type: ignore[misc]  # fmt: skip
        own = {"namespace": "ai", "pod": pod, "container": "main"}
        self.add(
            "container_cpu_usage_seconds_total", lambda at: cpu[0] * min(at, running * 86_400), since, until, **own
        )
        self.add("container_memory_working_set_bytes", lambda _: memory[0] * GIB, since, min(until, running), **own)

    def lines(self) -> list[str]:
        return [line for metric in sorted(self._lines) for line in self._lines[metric]]


@pytest.fixture(scope="module")
def use(tmp_path_factory: pytest.TempPathFactory) -> Use:
    """What two days say of a small cluster."""
    past = History()
    past.pod("chat-5f-a", ("ReplicaSet", "chat-5f"), (0.5, 2), (1, 4), until=1)
    past.pod("chat-5f-b", ("ReplicaSet", "chat-5f"), (0.5, 2), (1, 4), since=1)
    past.add("kube_replicaset_owner", lambda _: 1, namespace="ai", replicaset="chat-5f", owner_kind="Deployment", owner_name="chat", owner_is_controller="true")  # fmt: skip
    # A sidecar that requests nothing, the sandbox, and the sum over the pod: none of them counts.
    for container in ("proxy", "POD", ""):
        past.add("container_cpu_usage_seconds_total", lambda at: 3.0 * at, namespace="ai", pod="chat-5f-a", container=container)  # fmt: skip
    past.add("DCGM_FI_PROF_GR_ENGINE_ACTIVE", lambda _: 0.6, namespace="gpu", pod="dcgm-1", exported_namespace="ai", exported_pod="chat-5f-b", gpu="0", Hostname="n1")  # fmt: skip
    past.add("DCGM_FI_DEV_GPU_UTIL", lambda _: 100, namespace="gpu", pod="dcgm-1", exported_namespace="ai", exported_pod="chat-5f-b", gpu="0", Hostname="n1")  # fmt: skip
    past.pod("db-0", ("StatefulSet", "db"), (1.2, 1), (3, 4))
    past.pod("nightly-1-x", ("Job", "nightly-1"), (1, 2), (1, 2), running=0.5)
    past.add("kube_job_owner", lambda _: 1, namespace="ai", job_name="nightly-1", owner_kind="CronJob", owner_name="nightly", owner_is_controller="true")  # fmt: skip
    past.pod("once-x", ("Job", "once"), (0.2, 1), (1, 2))
    past.add("kube_job_owner", lambda _: 1, namespace="ai", job_name="once", owner_kind="<none>", owner_name="<none>", owner_is_controller="<none>")  # fmt: skip
    past.pod("shell", ("<none>", "<none>"), (0.1, 1), (1, 10))
    past.pod("told-0", ("StatefulSet", "told"), (0.3, 1), (1, 2), exported=True)
    past.pod("late-0", ("StatefulSet", "late"), (0.3, 1), (1, 2), since=1.95)
    exporter = 'kube_pod_status_phase{namespace="ai",pod="now-0",phase="Running"} 1\n'
    folder = tmp_path_factory.mktemp("workloads")
    with prometheus(folder, past.lines(), exporter, "kube_pod_status_phase") as url:
        found = ask(f"{url}?window=48h", NOW, timeout_seconds=30)
    assert found.problems == ()
    return found


def of(use: Use, address: str) -> Any:
    kind, _, name = address.split("/")
    return use.of(Resource(address, kind, name, "kubernetes", Attributes()), Facets(), NOW)


@pytest.mark.parametrize(
    ("address", "cpu", "memory"),
    [
        pytest.param("Deployment/ai/chat", 0.25, 0.25, id="a Deployment over two pods and their ReplicaSet"),
        pytest.param("StatefulSet/ai/db", 1.2, 0.75, id="more than it requests"),
        pytest.param("CronJob/ai/nightly", 0.5, 0.5, id="a CronJob over its Job, while that ran"),
        pytest.param("Job/ai/once", 0.2, 0.5, id="a Job of its own"),
        pytest.param("Pod/ai/shell", 0.1, 0.1, id="a pod of its own"),
        pytest.param("StatefulSet/ai/told", 0.3, 0.5, id="labels that are exported"),
    ],
)
def test_use_is_what_is_requested_and_used_by_owner(address: str, cpu: float, memory: float, use: Use) -> None:
    found = of(use, address)
    assert float(found["cpu"]) == pytest.approx(cpu, abs=0.01)
    assert float(found["cpu_p95"]) == pytest.approx(cpu, abs=0.01)
    assert float(found["memory"]) == pytest.approx(memory, abs=0.01)
    assert found["window_days"] == DAYS
    assert found["samples"] >= DAYS * 24


def test_a_card_that_a_pod_holds_is_its_workloads(use: Use) -> None:
    found = of(use, "Deployment/ai/chat")
    assert found["gpu"] == pytest.approx(Decimal("0.6"), abs=Decimal("0.001"))
    assert isinstance(found["tensor"], Unknown)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("StatefulSet/ai/late", "samples in 2 days, 48 are needed"),
        ("ReplicaSet/ai/chat-5f", "nothing was measured of it"),
        ("Job/ai/nightly-1", "nothing was measured of it"),
        ("Deployment/other/chat", "nothing was measured of it"),
    ],
    ids=["too few samples", "counted with its Deployment", "counted with its CronJob", "another namespace"],
)
def test_what_is_not_or_too_little_measured_is_unknown(address: str, reason: str, use: Use) -> None:
    gap = of(use, address)["cpu"]
    assert isinstance(gap, Unknown)
    assert reason in gap.reason


def test_a_machine_of_the_name_of_a_workload_is_another_thing(use: Use) -> None:
    found = use.of(Resource("onprem_node.chat", "onprem_node", "chat", "onprem", Attributes()), Facets(), NOW)
    assert isinstance(found["cpu"], Unknown)


def test_results_without_an_owner_name_nothing() -> None:
    assert workload({"namespace": "ai", "owner_kind": "", "owner_name": "x"}) is None
    assert {share.metric for share in WorkloadQueries(()).shares()} == {"cpu", "memory", "gpu", "tensor", "gpu_memory"}
