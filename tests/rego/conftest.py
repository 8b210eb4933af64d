"""The engines of the tests: embedded, a real opa program, a real OPA server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spendgate.evaluators.rego import EngineSettings, RegoLanguage
from spendgate.model.policy import Policy
from spendgate.ports import Docket, Outcome

PINNED = Path(__file__).parents[2] / ".ci" / "opa.sh"
TOKEN = "token-of-the-tests"


@dataclass(frozen=True)
class Opa:
    """A real OPA: the program, and a server of it behind a token."""

    program: str
    url: str


def opa_program() -> str:
    """The OPA of the tests. Absent: skipped on a laptop, a failure in CI."""
    cached = Path(os.environ.get("SPENDGATE_CI_CACHE", Path.home() / ".cache" / "spendgate-ci")) / "bin"
    version = next(line.split('"')[1] for line in PINNED.read_text().splitlines() if line.startswith("version="))
    program = cached / f"opa-{version}"
    found = os.environ.get("SPENDGATE_TEST_OPA") or (str(program) if program.exists() else shutil.which("opa"))
    if found is None:
        reason = f"no OPA: run {PINNED}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def program() -> str:
    """The path of a real `opa`."""
    return opa_program()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"nothing listens on {port}")


@pytest.fixture(scope="session")
def opa(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opa]:
    """A server that others use too, behind a token."""
    gate = tmp_path_factory.mktemp("opa") / "authz.rego"
    gate.write_text(
        f'package system.authz\nimport rego.v1\ndefault allow := false\nallow if input.identity == "{TOKEN}"\n'
        'allow if input.path == ["health"]\n'
    )
    port = free_port()
    command = [program, "run", "--server", f"--addr=127.0.0.1:{port}", "--log-level=error", "--disable-telemetry"]
    command += ["--authentication=token", "--authorization=basic", str(gate)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(port)
        yield Opa(program, f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


@pytest.fixture(params=["embedded", *(pytest.param(name, marks=pytest.mark.service) for name in ("binary", "server"))])
def settings(request: pytest.FixtureRequest) -> EngineSettings:
    """Each engine in turn."""
    if request.param == "embedded":
        return EngineSettings(engine="embedded")
    opa: Opa = request.getfixturevalue("opa")
    if request.param == "binary":
        return EngineSettings(engine="binary", program=opa.program)
    return EngineSettings(engine="server", url=opa.url, token=TOKEN)


Judge = Callable[..., Outcome]


@pytest.fixture
def judge(settings: EngineSettings) -> Judge:
    """Judges policies over a docket with the engine of the test."""

    def run(held: list[Policy], over: Docket, **more: Any) -> Outcome:
        return RegoLanguage(engine=settings, **more).judge(held, over)

    return run
