"""Trouble with an engine ends the run with exit code 2, names the policy, and leaves nothing running or behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.rego.conftest import free_port
from tests.rego.dockets import case, docket, own, policies
from tests.rego.servers import Answer, drip, misbehaving, reply

from spendgate.errors import PolicyError, RegistryError, SpendgateError
from spendgate.evaluators.rego import EngineSettings, RegoLanguage, choose
from spendgate.evaluators.rego.engines import binary as binary_engine
from spendgate.ports import Docket

HELD = policies(own('deny contains {"msg": "no", "resource": r.address} if some r in input.resources'))
SLOW = policies(
    own(
        """deny contains {"msg": sprintf("%d", [n]), "resource": "a"} if {
	n := count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); some c in numbers.range(1, 3000); a + b == c])
}"""
    )
)


def judge(settings: EngineSettings, over: Docket | None = None) -> SpendgateError:
    """The error that judging ends in."""
    with pytest.raises(SpendgateError) as caught:
        RegoLanguage(engine=settings).judge(HELD, over or docket(case()))
    assert caught.value.exit_code == 2
    return caught.value


def answer(status: int, body: bytes) -> Answer:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, status, body)

    return respond


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def half(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"result":')
    handler.close_connection = True


TROUBLE = {
    "500 without a word": (answer(500, b""), "answered 500"),
    "500 with a page": (answer(500, b"<html>oops</html>"), "answered 500"),
    "503": (answer(503, b"busy"), "answered 503"),
    "404": (answer(404, b"not here"), "answered 404"),
    "401": (answer(401, b"{}"), "check the token"),
    "an empty body": (answer(200, b""), "is no OPA"),
    "garbage": (answer(200, b"\xff\xfe\x00garbage"), "is no OPA"),
    "a page": (answer(200, b"<html></html>"), "is no OPA"),
    "another JSON": (answer(200, b"[1, 2]"), "is undefined"),
    "undefined": (answer(200, b"{}"), "is undefined"),
    "a result of null": (answer(200, b'{"result": null}'), "no answers"),
    "a result of another shape": (answer(200, b'{"result": [1]}'), "no answers"),
    "a result without our questions": (answer(200, b'{"result": {}}'), "is undefined"),
    "half an answer": (half, "no connection"),
    "it hangs up": (hang_up, "no connection"),
    "it drips": (drip, "did not answer in time"),
}


@pytest.mark.parametrize(("trouble", "said"), TROUBLE.values(), ids=TROUBLE)
def test_a_query_that_goes_wrong(trouble: Answer, said: str) -> None:
    with misbehaving(trouble, until="/v1/data/") as url:
        began = time.monotonic()
        error = judge(EngineSettings(engine="server", url=url, timeout_seconds=0.5))
    assert said in str(error)
    assert "TEST-001" in str(error)
    assert error.file == "policy0.rego"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", ["/v1/policies/spendgate", "/v1/policies"], ids=["on upload", "on the first look"])
@pytest.mark.parametrize("body", [b"", b"garbage", b"[]", b'{"result": 7}'], ids=["empty", "garbage", "list", "number"])
def test_modules_that_cannot_be_put(path: str, body: bytes) -> None:
    with misbehaving(answer(500, body), until=path) as url:
        error = judge(EngineSettings(engine="server", url=url, timeout_seconds=2))
    assert error.file == "policy0.rego"
    assert error.hint


def test_a_server_that_is_not_healthy() -> None:
    with misbehaving(answer(200, b"{}"), healthy=False) as url:
        assert "no healthy OPA" in str(judge(EngineSettings(engine="server", url=url, timeout_seconds=1)))


def test_a_server_that_is_not_there() -> None:
    error = judge(EngineSettings(engine="server", url=f"http://127.0.0.1:{free_port()}", timeout_seconds=1))
    assert "no connection to OPA" in str(error)


@pytest.mark.parametrize(
    "url", ["", "opa:8181", "ftp://opa", "http://", "http://opa:0", "http://opa:99999", "http://[", None]
)
def test_a_url_that_is_none(url: str | None) -> None:
    assert "URL" in str(judge(EngineSettings(engine="server", url=url)))


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    error = judge(EngineSettings(engine="server", url="https://me:hunter2@opa.example.com"))
    assert "hunter2" not in str(error)


def test_an_engine_that_cannot_take_effect_beside_a_url() -> None:
    assert "is asked for" in str(judge(EngineSettings(engine="embedded", url="http://opa:8181")))
    with pytest.raises(RegistryError, match="choices: server, binary, embedded"):
        choose(EngineSettings(engine="wasm"))


def test_auto_takes_a_server_then_a_program_then_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spendgate.evaluators.rego.engines.shutil.which", lambda name: None)
    assert choose(EngineSettings(url="http://opa:8181")).name == "server"
    assert choose(EngineSettings(program="/opt/opa")).name == "binary"
    assert choose(EngineSettings()).name == "embedded"
    monkeypatch.setattr("spendgate.evaluators.rego.engines.shutil.which", lambda name: f"/usr/bin/{name}")
    assert choose(EngineSettings()).name == "binary"


def test_no_engine_at_all_names_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spendgate.evaluators.rego.engines.shutil.which", lambda name: None)
    monkeypatch.setattr("spendgate.evaluators.rego.engines.find_spec", lambda name: None)
    with pytest.raises(PolicyError, match=r"pip install 'spendgate\[rego\]'.+opa"):
        choose(EngineSettings())


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "ended with 3"),
        ("echo unknown flag: --server >&2; exit 1", "unknown flag: --server"),
        ("sleep 30", "was not ready"),
    ],
    ids=["it ends", "it complains", "it never listens"],
)
def test_a_program_that_is_no_opa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str) -> None:
    monkeypatch.setattr(binary_engine, "_START_SECONDS", 0.5)
    program = tmp_path / "opa"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert said in str(judge(EngineSettings(engine="binary", program=str(program))))


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    error = judge(EngineSettings(engine="binary", program=str(tmp_path / "none")))
    assert "cannot be started" in str(error)
    assert "pip install" in str(error)


# --- with a real OPA -------------------------------------------------------------------------------------------------


def running(program: str) -> set[int]:
    """The processes of a program, by their command lines."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if command[0] == program.encode() and b"--server" in command:
                found.add(int(entry.name))
    return found


@pytest.fixture
def own_program(program: str, tmp_path: Path) -> str:
    """The same program under a name of its own, so that its processes can be told from others."""
    link = tmp_path / "opa"
    link.symlink_to(program)
    return str(link)


@pytest.mark.service
def test_the_binary_engine_leaves_nothing(own_program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    outcome = RegoLanguage(engine=EngineSettings(engine="binary", program=own_program)).judge(HELD, docket(case()))
    assert len(outcome.findings) == 1
    assert running(own_program) == set()
    assert list(folder.iterdir()) == []


@pytest.mark.service
def test_the_program_answers_nobody_without_the_token(own_program: str) -> None:
    import requests

    settings = EngineSettings(engine="binary", program=own_program)
    with choose(settings).open(settings) as session:
        assert running(own_program) == set(), "it starts with the first question"
        from spendgate.evaluators.rego.engines import Unit
        from spendgate.evaluators.rego.language import questions

        unit = Unit(HELD[0].body.modules, questions(HELD), (b'{"resources":[]}',))
        session.ask(unit)
        (process,) = running(own_program)
        address = next(
            part.split("=")[1]
            for part in Path(f"/proc/{process}/cmdline").read_text().split("\0")
            if part.startswith("--addr=")
        )
        assert address.startswith("127.0.0.1:")
        assert requests.get(f"http://{address}/v1/data", timeout=5).status_code == 401
        assert requests.get(f"http://{address}/v1/policies", timeout=5).status_code == 401
    assert running(own_program) == set()


@pytest.mark.service
def test_a_program_killed_in_mid_run(own_program: str) -> None:
    settings = EngineSettings(engine="binary", program=own_program)

    def kill() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not running(own_program):
            time.sleep(0.01)
        time.sleep(0.5)
        for process in running(own_program):
            os.kill(process, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(PolicyError, match="no connection to OPA") as caught:
        RegoLanguage(engine=settings).judge(SLOW, docket(case()))
    killer.join()
    assert "TEST-001" in str(caught.value)
    assert running(own_program) == set()


@pytest.mark.service
def test_a_query_that_takes_too_long_is_cut_off(own_program: str) -> None:
    settings = EngineSettings(engine="binary", program=own_program, timeout_seconds=1)
    with pytest.raises(PolicyError, match="did not answer in time"):
        RegoLanguage(engine=settings).judge(SLOW, docket(case()))
    assert running(own_program) == set()


@pytest.mark.service
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "termination"])
def test_the_program_goes_with_us(own_program: str, number: signal.Signals) -> None:
    script = textwrap.dedent(
        f"""
        from tests.rego.test_engine_failures import SLOW
        from tests.rego.dockets import case, docket
        from spendgate.evaluators.rego import EngineSettings, RegoLanguage
        settings = EngineSettings(engine="binary", program={own_program!r})
        RegoLanguage(engine=settings).judge(SLOW, docket(case()))
        """
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root / 'engine'}:{root}"}
    ours = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not running(own_program):
            time.sleep(0.02)
        time.sleep(0.7)
        assert running(own_program)
        ours.send_signal(number)
        assert ours.wait(10) != 0
    finally:
        ours.kill()
    assert running(own_program) == set()


def test_a_server_below_a_path_is_asked_there() -> None:
    seen: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        reply(handler, 200, b'{"result": []}')

    with misbehaving(note) as url:
        judge(EngineSettings(engine="server", url=f"{url}/base/", timeout_seconds=2))
    assert seen
    assert {path.split("/")[1] for path in seen} == {"base"}
