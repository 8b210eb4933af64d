"""An OPA server behind TLS, with certificates on both sides."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.rego.conftest import await_port, free_port
from tests.rego.dockets import case, docket, own, policies

from spendgate.errors import PolicyError
from spendgate.evaluators.rego import EngineSettings, RegoLanguage

pytestmark = pytest.mark.service
HELD = policies(own('deny contains {"msg": "no", "resource": r.address} if some r in input.resources'))


@dataclass(frozen=True)
class Secured:
    """A server and the files that a client needs."""

    url: str
    ca: str
    cert: str
    key: str


def openssl(*arguments: str, folder: Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)


@pytest.fixture(scope="module")
def secured(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    if not shutil.which("openssl"):
        if os.environ.get("CI"):
            pytest.fail("no openssl to make certificates with")
        pytest.skip("no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("tls")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(
        "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=tests", "-days", "2", folder=folder
    )
    for name in ("server", "client"):
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}", folder=folder)
        (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
        sign = (
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
        )
        openssl(*sign, "-extfile", "ext", "-out", f"{name}.pem", folder=folder)
    port = free_port()
    command = [program, "run", "--server", f"--addr=127.0.0.1:{port}", "--log-level=error", "--disable-telemetry"]
    command += ["--tls-cert-file=server.pem", "--tls-private-key-file=server.key"]
    command += ["--tls-ca-cert-file=ca.pem", "--authentication=tls"]
    opa = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        await_port(port)
        files = [str(folder / name) for name in ("ca.pem", "client.pem", "client.key")]
        yield Secured(f"https://127.0.0.1:{port}", *files)
    finally:
        opa.kill()
        opa.wait()


def judge(settings: EngineSettings) -> int:
    return len(RegoLanguage(engine=settings).judge(HELD, docket(case())).findings)


def test_with_certificates_on_both_sides(secured: Secured) -> None:
    settings = EngineSettings(
        engine="server", url=secured.url, ca_file=secured.ca, cert_file=secured.cert, key_file=secured.key
    )
    assert judge(settings) == 1


def test_a_server_of_an_unknown_authority_is_refused(secured: Secured) -> None:
    settings = EngineSettings(engine="server", url=secured.url, cert_file=secured.cert, key_file=secured.key)
    with pytest.raises(PolicyError, match="is not trusted"):
        judge(settings)


def test_a_client_without_a_certificate_is_refused(secured: Secured) -> None:
    with pytest.raises(PolicyError):
        judge(EngineSettings(engine="server", url=secured.url, ca_file=secured.ca))


@pytest.mark.parametrize("name", ["ca_file", "cert_file", "key_file"])
def test_a_file_that_is_not_there_is_named(secured: Secured, name: str) -> None:
    files = {"ca_file": secured.ca, "cert_file": secured.cert, "key_file": secured.key, name: "/nowhere/at.all"}
    with pytest.raises(PolicyError, match=r"/nowhere/at\.all"):
        judge(EngineSettings(engine="server", url=secured.url, **files))
