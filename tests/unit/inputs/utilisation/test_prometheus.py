"""A real Prometheus that scrapes a small exporter and has a week of history, and servers that fail in every way."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from spendgate.inputs.utilisation.prometheus import ask
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Accelerators, Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown

FACETS = Facets(accel=Accelerators(8))


def machine(name: str) -> Resource:
    """A node of a cluster by its name."""
    return Resource(f"onprem_node.{name}", "onprem_node", name, "onprem", Attributes())


class Server:
    """A loopback HTTP server that answers everything in one way."""

    def __init__(self, body: bytes, status: int = 200, delay_seconds: float = 0) -> None:
        self.headers: list[str | None] = []
        seen = self.headers

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                seen.append(self.headers.get("Authorization"))
                self._answer()

            def _answer(self) -> None:
                time.sleep(delay_seconds)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Server:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def program() -> str:
    found = shutil.which("prometheus")
    if found is None or shutil.which("promtool") is None:
        if os.environ.get("CI"):
            pytest.fail("no Prometheus: run .ci/prometheus.sh")
        pytest.skip("no Prometheus: .ci/prometheus.sh installs one")
    return found


@pytest.fixture(scope="module")
def prometheus(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Prometheus: node `old` has a week of history, node `live` is scraped."""
    folder = tmp_path_factory.mktemp("prometheus")
    now = datetime.now(UTC)
    lines = ["# TYPE DCGM_FI_PROF_GR_ENGINE_ACTIVE gauge"]
    for gpu in range(2):
        for minutes in range(7 * 24 * 60, 0, -5):
            moment = (now - timedelta(minutes=minutes)).timestamp()
            lines.append(f'DCGM_FI_PROF_GR_ENGINE_ACTIVE{{Hostname="old",gpu="{gpu}"}} {0.2 + 0.2 * gpu} {moment:.0f}')
    history = folder / "history.txt"
    history.write_text("\n".join([*lines, "# EOF", ""]))
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(history), str(folder / "data")],
        check=True, capture_output=True,
    )  # fmt: skip
    with Server(b'DCGM_FI_DEV_GPU_UTIL{Hostname="live",gpu="0"} 75\n') as exporter:
        settings = folder / "prometheus.yml"
        settings.write_text(
            "global: {scrape_interval: 1s}\nscrape_configs:\n"
            f"  - {{job_name: gpus, honor_labels: true, static_configs: [{{targets: ['127.0.0.1:{exporter.port}']}}]}}\n"
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        arguments = [
            f"--config.file={settings}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str) -> None:
    """Until it is ready and has scraped. NOTE: a subquery looks at whole steps, so that a fresh sample may be missed by one."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urlopen(f"{url}/api/v1/query?query=DCGM_FI_DEV_GPU_UTIL", timeout=2) as answer:
                if b"live" in answer.read():
                    return
        except (URLError, OSError):
            pass
        time.sleep(0.3)
    pytest.fail("Prometheus did not become ready")


@pytest.mark.service
def test_a_week_of_history_is_measured(prometheus: str) -> None:
    now = datetime.now(UTC)
    found = ask(f"{prometheus}?window=6d", now).of(machine("old"), FACETS, now)
    assert found["gpu"] == pytest.approx(Decimal("0.3"), abs=Decimal("0.001"))
    assert found["gpu_p95"] == pytest.approx(Decimal("0.4"), abs=Decimal("0.001"))
    assert found["window_days"] == 6
    assert found["samples"] >= 6 * 24 * 11


@pytest.mark.service
def test_a_machine_that_is_scraped_since_a_moment_has_too_few_samples(prometheus: str) -> None:
    # NOTE: a subquery looks at whole steps of five minutes: the next one sees what is scraped now, whenever the test runs.
    now = datetime.fromtimestamp((int(time.time()) // 300 + 1) * 300, UTC)
    use = ask(f"{prometheus}?window=7d", now)
    gap = use.of(machine("live"), FACETS, now)["gpu"]
    assert isinstance(gap, Unknown)
    assert "samples in 7 days, 168 are needed" in gap.reason
    assert isinstance(use.of(machine("absent"), FACETS, now)["gpu"], Unknown)


@pytest.mark.service
def test_a_label_of_the_users_choice_names_the_machines(prometheus: str) -> None:
    now = datetime.now(UTC)
    assert isinstance(ask(f"{prometheus}?window=6d&label=gpu", now).of(machine("0"), FACETS, now)["gpu"], Decimal)


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
    with Server(body, status, delay_seconds) as server:
        use = ask(f"http://127.0.0.1:{server.port}", now, "PLANTED-TOKEN", timeout_seconds=0.3 if delay_seconds else 5)
    (problem,) = use.problems
    assert said in problem.message
    assert problem.undetermined
    assert isinstance(use.of(machine("old"), FACETS, now)["gpu"], Unknown)
    assert "PLANTED" not in problem.message
    assert server.headers[0] == "Bearer PLANTED-TOKEN"


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (problem,) = ask(f"http://127.0.0.1:{port}", now).problems
    assert "cannot be reached" in problem.message
