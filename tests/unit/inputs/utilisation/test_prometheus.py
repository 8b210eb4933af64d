"""A real Prometheus that scrapes a small exporter and has a week of history, and servers that fail in every way."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.inputs.utilisation.prometheus_server import Server, prometheus

from spendgate.inputs.utilisation.prometheus import ask
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown

FACETS = Facets(accel=Accelerators(8))


NOW = datetime.now(UTC)


def machine(name: str) -> Resource:
    """A node of a cluster by its name."""
    return Resource(f"onprem_node.{name}", "onprem_node", name, "onprem", Attributes())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Prometheus: node `old` has a week of history, node `live` is scraped."""
    now = datetime.now(UTC)
    lines = ["# TYPE DCGM_FI_PROF_GR_ENGINE_ACTIVE gauge"]
    for hours in range(9 * 24, 0, -1):
        moment = NOW - timedelta(hours=hours, minutes=17, seconds=3)
        lines.append(f'DCGM_FI_PROF_GR_ENGINE_ACTIVE{{Hostname="hourly",gpu="7"}} 0.5 {moment.timestamp():.0f}')
    for gpu in range(2):
        for minutes in range(7 * 24 * 60, 0, -5):
            moment = (now - timedelta(minutes=minutes)).timestamp()
            lines.append(f'DCGM_FI_PROF_GR_ENGINE_ACTIVE{{Hostname="old",gpu="{gpu}"}} {0.2 + 0.2 * gpu} {moment:.0f}')
    for name, kind, value in (
        ("node_cpu_seconds_total", "counter", lambda at: at * 0.75),
        ("node_memory_MemAvailable_bytes", "gauge", lambda at: 60),
        ("node_memory_MemTotal_bytes", "gauge", lambda _: 80),
    ):
        lines.append(f"# TYPE {name.removesuffix('_total')} {kind}")
        for cpu in "01" if kind == "counter" else "0":
            own = f'instance="host:9100",cpu="{cpu}",mode="idle"' if kind == "counter" else 'instance="host:9100"'
            for at in range(0, 3 * 86_400, 60):
                moment = int(NOW.timestamp()) - 3 * 86_400 + at
                lines.append(f"{name}{{{own}}} {value(at)} {moment}")
    exporter = 'DCGM_FI_DEV_GPU_UTIL{Hostname="live",gpu="0"} 75\n'
    with prometheus(tmp_path_factory.mktemp("prometheus"), lines, exporter, "DCGM_FI_DEV_GPU_UTIL") as url:
        yield url


@pytest.mark.service
def test_a_week_of_history_is_measured(server: str) -> None:
    now = datetime.now(UTC)
    found = ask(f"{server}?window=6d", now).of(machine("old"), FACETS, now)
    assert found["gpu"] == pytest.approx(Decimal("0.3"), abs=Decimal("0.001"))
    assert found["gpu_p95"] == pytest.approx(Decimal("0.4"), abs=Decimal("0.001"))
    assert found["window_days"] == 6
    assert found["samples"] >= 6 * 24 * 11


@pytest.mark.service
def test_a_machine_that_is_scraped_since_a_moment_has_too_few_samples(server: str) -> None:
    # NOTE: a window ends before a whole step of five minutes: the next but one sees what is scraped now, whenever the test runs.
    now = datetime.fromtimestamp((int(time.time()) // 300 + 2) * 300, UTC)
    use = ask(f"{server}?window=7d", now)
    gap = use.of(machine("live"), FACETS, now)["gpu"]
    assert isinstance(gap, Unknown)
    assert "samples in 7 days, 168 are needed" in gap.reason
    assert isinstance(use.of(machine("absent"), FACETS, now)["gpu"], Unknown)


@pytest.mark.service
@pytest.mark.parametrize("minutes", [0, 1, 4, 5, 13, 17, 18, 22, 29, 41, 59])
@pytest.mark.parametrize(("window", "count"), [("24h", 24), ("7d", 168)])
def test_a_window_of_an_hourly_metric_has_all_its_values_whatever_the_clock_says(
    minutes: int, window: str, count: int, server: str
) -> None:
    now = (NOW - timedelta(hours=5)).replace(minute=minutes, second=11)
    found = ask(f"{server}?window={window}", now, workloads=False).of(machine("hourly"), FACETS, now)
    assert (found["gpu"], found["samples"]) == (Decimal("0.5"), count)


@pytest.mark.service
@pytest.mark.parametrize("minutes", [0, 1, 4, 5, 13, 59])
def test_a_full_window_has_one_sample_a_step(minutes: int, server: str) -> None:
    now = (NOW - timedelta(hours=5)).replace(minute=minutes, second=11)
    assert ask(f"{server}?window=24h", now, workloads=False).of(machine("old"), FACETS, now)["samples"] == 288


@pytest.mark.service
def test_a_host_is_measured_part_by_part_over_all_its_processors(server: str) -> None:
    now = NOW - timedelta(minutes=10)
    found = ask(f"{server}?window=48h", now, workloads=False).of(machine("host"), FACETS, now)
    assert (float(found["cpu"]), float(found["cpu_p95"])) == pytest.approx((0.25, 0.25), abs=0.001)
    assert (float(found["memory"]), float(found["memory_p95"])) == (0.25, 0.25)
    assert (found["samples"], found["window_days"]) == (576, 2)


@pytest.mark.service
def test_a_label_of_the_users_choice_names_the_machines(server: str) -> None:
    now = datetime.now(UTC)
    assert isinstance(ask(f"{server}?window=6d&label=gpu", now).of(machine("0"), FACETS, now)["gpu"], Decimal)


@pytest.mark.parametrize(
    ("body", "status", "delay_seconds", "said"),
    [
        (b"", 200, 1.0, "did not answer in 0.3 s"),
        (b"", 401, 0, "refuses the token (HTTP 401)"),
        (b"", 403, 0, "forbids the query (HTTP 403)"),
        (b"", 500, 0, "answered (HTTP 500)"),
        (b"<html>", 200, 0, "is not valid JSON"),
        (b'{"status":"success","data":{"resul', 200, 0, "ends in the middle of the JSON"),
        (b'{"status":"error","error":"x"}', 200, 0, "something else than a result"),
        (b'{"status":"success","data":{"result":[]}}', 200, 0, "knows none of the metrics"),
    ],
    ids=["too slow", "no token", "forbidden", "broken", "a web page", "cut off", "an error", "other metrics"],
)
def test_a_server_that_fails_leaves_use_unknown(body: bytes, status: int, delay_seconds: float, said: str) -> None:
    now = datetime.now(UTC)
    with Server(body, status, delay_seconds) as failing:
        use = ask(f"http://127.0.0.1:{failing.port}", now, "PLANTED-TOKEN", timeout_seconds=0.3 if delay_seconds else 5)
    (problem,) = use.problems
    assert said in problem.message
    assert problem.undetermined
    assert isinstance(use.of(machine("old"), FACETS, now)["gpu"], Unknown)
    assert "PLANTED" not in problem.message
    assert failing.headers[0] == "Bearer PLANTED-TOKEN"


@pytest.mark.parametrize(
    "result",
    [
        b"[1]",
        b"[null]",
        b'[{"metric":3,"value":7,"values":9}]',
        b'[{"metric":{"node":"old","owner_kind":"Job","owner_name":"x","namespace":"y"},"value":[1],"values":[[1],null,[1,"x"],["a",1]]}]',
        b'[{"metric":{"node":"old"},"value":[1,"NaN"],"values":[[1,"NaN"],[2,"+Inf"]]}]',
    ],
    ids=["numbers", "nothing", "no labels", "odd values", "no numbers"],
)
def test_odd_results_are_no_measure_and_no_crash(result: bytes) -> None:
    now = datetime.now(UTC)
    with Server(b'{"status":"success","data":{"result":' + result + b"}}") as odd:
        use = ask(f"http://127.0.0.1:{odd.port}?window=6h", now)
    assert isinstance(use.of(machine("old"), FACETS, now)["gpu"], Unknown)
    assert use.problems[0].undetermined


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (problem,) = ask(f"http://127.0.0.1:{port}", now).problems
    assert "cannot be reached" in problem.message
