"""The arithmetic of pods: containers, sidecars, init containers, overhead, defaults; quantities as people write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpus.kubernetes.run import run_file

from spendgate.facets.kubernetes.demand import Defaults, demand_of
from spendgate.facets.kubernetes.reading import GIB, gib, quantity, seconds, whole
from spendgate.model.values import Unknown


def container(cpu: Any = None, memory: Any = None, **more: Any) -> dict[str, Any]:
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value is not None}
    return {"name": "c", "resources": {"requests": requests, **more.pop("resources", {})}, **more}


def init(cpu: Any, *, sidecar: bool = False) -> dict[str, Any]:
    return container(cpu, restartPolicy="Always") if sidecar else container(cpu)


@pytest.mark.parametrize(
    ("spec", "cpu"),
    [
        ({"containers": [container("500m"), container("1")]}, "1.5"),
        ({"containers": [container(1)], "initContainers": [init(3)]}, "3"),
        ({"containers": [container(3)], "initContainers": [init(1)]}, "3"),
        ({"containers": [container(1)], "initContainers": [init("500m", sidecar=True)]}, "1.5"),
        ({"containers": [container(1)], "initContainers": [init(1, sidecar=True), init(3)]}, "4"),
        ({"containers": [container(1)], "initContainers": [init(3), init(1, sidecar=True)]}, "3"),
        ({"containers": [container(1)], "overhead": {"cpu": "250m"}}, "1.25"),
        ({"containers": [{"name": "c", "resources": {"limits": {"cpu": 2}}}]}, "2"),
        ({"containers": [container(1)], "resources": {"requests": {"cpu": 4}}}, "4"),
        ({"containers": [{"name": "c"}]}, None),
    ],
    ids=[
        "containers add up", "a large init container", "a small init container", "a sidecar adds up", "a sidecar before an init container",
        "a sidecar after it", "overhead", "the limit is the request", "the pod's own request", "nothing stated",
    ],
)  # fmt: skip
def test_effective_cpu(spec: dict[str, Any], cpu: str | None) -> None:
    assert demand_of(spec).cpu == (Decimal(cpu) if cpu is not None else None)


def test_a_container_that_states_nothing_is_a_gap_not_a_zero() -> None:
    demand = demand_of({"containers": [container(1, "1Gi"), {"name": "silent"}]})
    assert (demand.cpu, demand.cpu_gaps, demand.memory_gaps) == (1, ("silent",), ("silent",))


def test_a_limit_range_fills_the_gap() -> None:
    demand = demand_of({"containers": [{"name": "silent"}]}, Defaults({"cpu": "250m"}, {"cpu": 1, "memory": "1Gi"}))
    assert (demand.cpu, demand.memory_gib, demand.cpu_limit, demand.cpu_gaps) == (Decimal("0.25"), 1, 1, ())


def test_limits_count_only_when_every_container_has_one() -> None:
    both = {"resources": {"limits": {"cpu": 2}}, "name": "a"}
    assert demand_of({"containers": [both, both]}).cpu_limit == 4
    assert demand_of({"containers": [both, container(1)]}).cpu_limit is None


def test_devices_of_init_containers_do_not_add_up() -> None:
    gpu = {"resources": {"limits": {"nvidia.com/gpu": 1}}, "name": "g"}
    assert demand_of({"containers": [gpu, gpu], "initContainers": [gpu]}).devices == {"nvidia.com/gpu": 2}
    alone = demand_of({"containers": [container(1)], "initContainers": [gpu]})
    assert (alone.devices, alone.devices_only_in_init) == ({"nvidia.com/gpu": 1}, True)


def test_a_gpu_limit_that_is_not_the_request_is_seen() -> None:
    odd = {"name": "g", "resources": {"limits": {"nvidia.com/gpu": 2}, "requests": {"nvidia.com/gpu": 1}}}
    assert demand_of({"containers": [odd]}).limits_differ is True


def test_the_whole_of_a_manifest() -> None:
    pod = run_file("plain.yaml").facets["Deployment/shop/api"].k8s["pod"]
    assert pod["cpu"] == Decimal("2.1"), "the init container of 2, and overhead"
    assert pod["memory_gib"] == Decimal("1.875"), "1 + 0.5 by default + 0.25 of the sidecar + 0.125 overhead"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("500m", "0.5"), ("2", "2"), (2, "2"), ("0.5", "0.5"), ("1e3", "1000"), ("1E3", "1000"), ("12E", "12000000000000000000"),
        ("1k", "1000"), ("1Ki", "1024"), ("1Gi", str(2**30)), ("+5", "5"), (".5", "0.5"),
    ],
)  # fmt: skip
def test_quantities(raw: Any, expected: str) -> None:
    assert quantity(raw) == Decimal(expected)


@pytest.mark.parametrize("raw", ["many", "1 Gi", "1GB", "-1", "${CPU}", "1e999", True, "NaN", "Infinity", "1.2.3"])
def test_what_is_no_quantity_is_unknown(raw: Any) -> None:
    assert isinstance(quantity(raw), Unknown)


@given(st.decimals(min_value=0, max_value=10**6, places=3))
def test_a_number_is_its_own_quantity(number: Decimal) -> None:
    assert quantity(f"{number:f}") == number
    assert gib(f"{number:f}Gi") == number
    assert quantity(f"{number:f}Gi") == number * GIB


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("10m", 600), ("1h30m", 5400), ("720h", 2592000), (30, 30), ("30", 30), ("Never", None), (None, None)],
)
def test_durations(raw: Any, expected: int | None) -> None:
    assert seconds(raw) == expected


@pytest.mark.parametrize("raw", ["x", -1, 1.5, True, [], {}, "1e30"])
def test_what_is_no_number_of_pods_is_unknown(raw: Any) -> None:
    assert isinstance(whole(raw), Unknown)
