"""A real Prometheus with a history of the tests and a small exporter to scrape, and a server that answers in one way."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest


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


@contextmanager
def prometheus(folder: Path, history: Sequence[str], exporter: str, ready: str) -> Iterator[str]:
    """The address of a Prometheus in a folder with a history (OpenMetrics lines), once it has scraped the metric `ready`."""
    program = shutil.which("prometheus")
    if program is None or shutil.which("promtool") is None:
        if os.environ.get("CI"):
            pytest.fail("no Prometheus: run .ci/prometheus.sh")
        pytest.skip("no Prometheus: .ci/prometheus.sh installs one")
    past = folder / "history.txt"
    past.write_text("\n".join([*history, "# EOF", ""]))
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(past), str(folder / "data")],
        check=True, capture_output=True,
    )  # fmt: skip
    with Server(exporter.encode()) as scraped:
        settings = folder / "prometheus.yml"
        settings.write_text(
            "global: {scrape_interval: 1s}\nscrape_configs:\n"
            f"  - {{job_name: tests, honor_labels: true, static_configs: [{{targets: ['127.0.0.1:{scraped.port}']}}]}}\n"
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
            _wait_for(f"http://127.0.0.1:{port}", ready)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str, metric: str) -> None:
    """Until it is ready and has scraped. NOTE: a subquery looks at whole steps, so that a fresh sample may be missed by one."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urlopen(f"{url}/api/v1/query?query={metric}", timeout=2) as answer:
                if metric.encode() in answer.read():
                    return
        except (URLError, OSError):
            pass
        time.sleep(0.3)
    pytest.fail("Prometheus did not become ready")
