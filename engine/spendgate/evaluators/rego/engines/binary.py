"""Rego on an `opa` program that is started for the run, on a loopback port and behind a random token."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.engines import BOTH_WAYS, EngineSettings, Session, Unit

if TYPE_CHECKING:
    from spendgate.evaluators.rego.engines.opa_session import OpaSession

_START_SECONDS = 20.0
_STOP_SECONDS = 3.0
_HOST = "127.0.0.1"
_GATE = """package system.authz

import rego.v1

default allow := false

allow if input.identity == {token}
"""


class BinaryEngine:
    """`opa run --server`, one process for each dialect of Rego that the policies use, stopped at the end."""

    name = "binary"

    def version(self, settings: EngineSettings) -> str:
        """The first line of `opa version`, and where the program is."""
        program = _program(settings)
        try:
            done = subprocess.run([program, "version"], capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PolicyError(f"{program} cannot be run: {error}") from None
        said = done.stdout.splitlines()
        if done.returncode or not said:
            raise PolicyError(f"{program} is no OPA: `opa version` ended with {done.returncode}")
        return f"OPA {said[0].removeprefix('Version: ')} ({program})"

    @contextmanager
    def open(self, settings: EngineSettings) -> Iterator[Session]:
        """A session; the processes start with the first unit that needs them."""
        program = _program(settings)
        with ExitStack() as stack:
            stack.enter_context(_stopping_on_termination())
            yield _Programs(program, settings, stack)


class _Programs:
    """Hands each unit to the process of its dialect. NOTE: OPA reads old syntax for all modules of a process or for none."""

    def __init__(self, program: str, settings: EngineSettings, stack: ExitStack) -> None:
        self._program = program
        self._settings = settings
        self._stack = stack
        self._running: dict[str, OpaSession] = {}

    def ask(self, unit: Unit) -> list[dict[str, Any]]:
        """The answers, from the process of the unit's dialect."""
        if unit.dialect not in self._running:
            self._running[unit.dialect] = self._stack.enter_context(
                _running(self._program, unit.dialect, self._settings.timeout_seconds)
            )
        return self._running[unit.dialect].ask(unit)


def _program(settings: EngineSettings) -> str:
    program = settings.program or shutil.which("opa")
    if not program:
        raise PolicyError("no `opa` program is on PATH", hint=BOTH_WAYS)
    return program


@contextmanager
def _running(program: str, dialect: str, timeout_seconds: float) -> Iterator[OpaSession]:
    from spendgate.evaluators.rego.engines.opa_http import Opa
    from spendgate.evaluators.rego.engines.opa_session import OpaSession

    token = secrets.token_urlsafe(32)
    port = _free_port()
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        with tempfile.TemporaryDirectory(prefix="spendgate-opa-") as folder:
            gate = Path(folder) / "authz.rego"
            gate.write_text(_GATE.format(token=json.dumps(token)), encoding="utf-8")
            process = _start(program, dialect, port, gate, log)
            stack.callback(_stop, process)
            opa = Opa(f"http://{_HOST}:{port}", token=token, timeout_seconds=timeout_seconds, trust_environment=False)
            stack.enter_context(opa)
            _await_health(opa, process, log, program)
        # NOTE: the gate is read by now, so its folder is gone before the first question is put.
        yield OpaSession(opa, BinaryEngine.name, shared=False)


def _start(program: str, dialect: str, port: int, gate: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [program, "run", "--server", f"--addr={_HOST}:{port}", "--log-level=error", "--disable-telemetry"]
    command += ["--authentication=token", "--authorization=basic"]
    command += ["--v0-compatible"] if dialect == "v0" else []
    try:
        return subprocess.Popen([*command, str(gate)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    except OSError as error:
        raise PolicyError(f"{program} cannot be started: {error.strerror or error}", hint=BOTH_WAYS) from None


def _await_health(opa: Any, process: subprocess.Popen[bytes], log: IO[bytes], program: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if process.poll() is not None:
            raise PolicyError(
                f"{program} ended with {process.returncode} before it was ready: {_last_words(log)}",
                hint="it must be OPA of version 1; `opa version` tells",
            )
        with suppress(PolicyError):
            if _listens(opa.base_url) and opa.healthy():
                return
        if time.monotonic() > deadline:
            raise PolicyError(f"{program} was not ready within {_START_SECONDS:g} s: {_last_words(log)}")
        time.sleep(0.01)


def _listens(base_url: str) -> bool:
    try:
        with socket.create_connection((_HOST, int(base_url.rsplit(":", 1)[1])), timeout=0.2):
            return True
    except OSError:
        return False


def _last_words(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return said[-1][:300] if said else "it said nothing"


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    """A port that was free a moment ago. NOTE: another program may take it first; OPA then ends and says so."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _stopping_on_termination() -> Iterator[None]:
    """While a program runs, being terminated unwinds the stack, so that the program goes with us."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def unwind(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


ENGINE = BinaryEngine()
