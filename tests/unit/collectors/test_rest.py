"""Where a token goes and where it comes from; what is taken for a secret."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.collectors.cloud import SECRET, TOKEN, Asked, Reply, served

from spendgate.collectors.bearer import Bearer
from spendgate.collectors.rest import Api, RefusedError, endpoint, pages
from spendgate.collectors.scrubbing import scrubbed
from spendgate.errors import SettingsError

DEFAULT = "https://api.example.com"


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.com/",
        "https://10.0.0.1:8443/base",
        "http://127.0.0.1:8080",
        "http://localhost:1",
        "http://[::1]:80",
    ],
)
def test_a_token_goes_over_https_or_stays_on_this_machine(address: str) -> None:
    assert endpoint(address, DEFAULT) == address.rstrip("/")
    assert endpoint(None, DEFAULT) == DEFAULT


@pytest.mark.parametrize(
    "address",
    [
        "http://api.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://10.0.0.1", "ftp://127.0.0.1",
        "api.example.com", "https://", f"https://me:{SECRET}@api.example.com", f"https://api.example.com?key={SECRET}",
        "https://api.example.com:port", "https://[", "https://api.example.com/a b", "https://api.example.com#x", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_every_other_address_is_refused_without_quoting_it(address: str) -> None:
    with pytest.raises(SettingsError, match="option --endpoint") as raised:
        endpoint(address, DEFAULT)
    assert SECRET not in str(raised.value)


def program(folder: Path, script: str) -> None:
    path = folder / "signin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


@pytest.fixture
def bearer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bearer:
    """Somebody who may sign in by MINE, OTHER, or a program that the test puts on the path."""
    for name in ("MINE", "OTHER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Bearer("Cloud", ("MINE", "OTHER"), ("signin", "--print"), "signin --now")


def test_the_environment_comes_before_the_program(
    bearer: Bearer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path, "echo of-the-program")
    monkeypatch.setenv("OTHER", " of-the-environment\n")
    assert bearer.token() == "of-the-environment"
    assert not bearer.renewed()


def test_the_program_is_asked_once_and_again_when_its_token_is_not_taken(bearer: Bearer, tmp_path: Path) -> None:
    count = tmp_path / "count"
    program(tmp_path, f'echo x >> {count}; echo "token-$(wc -l < {count})-$1"')
    assert [bearer.token(), bearer.token()] == ["token-1---print"] * 2
    assert bearer.renewed()
    assert bearer.token() == "token-2---print"
    program(tmp_path, "echo token-2---print")
    assert not bearer.renewed()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f"echo {SECRET}; exit 1", "signin gave no token (signin --now)"),
        (f"echo {SECRET} two words", "signin gave no token (signin --now)"),
        ("", "signin gave no token (signin --now)"),
        ("printf '\\377\\376'", "signin gave no token (signin --now)"),
        (
            None,
            "nobody is signed in: MINE is not set, and there is no signin (export MINE=..., or install signin and: signin --now)",
        ),
    ],
    ids=["fails", "says-more", "says-nothing", "no-text", "not-there"],
)
def test_without_a_token_it_is_said_what_to_do(bearer: Bearer, tmp_path: Path, script: str | None, said: str) -> None:
    if script is not None:
        program(tmp_path, script)
    with pytest.raises(SettingsError) as raised:
        bearer.token()
    assert str(raised.value) == f"Cloud: {said}"


def test_a_token_that_no_header_takes_is_refused_without_quoting_it(
    bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", f"{SECRET}\r\nX-Other: 1")
    with pytest.raises(SettingsError, match="MINE holds no token") as raised:
        bearer.token()
    assert SECRET not in str(raised.value)


def test_no_repr_shows_the_token(bearer: Bearer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", TOKEN)
    bearer.token()
    assert TOKEN not in f"{bearer!r} {Api(DEFAULT, bearer)!r}"


def test_a_token_of_a_program_that_expires_on_the_way_is_replaced(bearer: Bearer, tmp_path: Path) -> None:
    count = tmp_path / "count"
    program(tmp_path, f"echo x >> {count}; echo token-$(wc -l < {count})")

    def answer(asked: Asked) -> Reply:
        return Reply({"ok": True}) if asked.headers["authorization"] == "Bearer token-2" else Reply({}, 401)

    with served(answer) as cloud:
        assert Api(cloud.url, bearer).get("/x") == {"ok": True}


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example.com/next", "next", "https://[", "http://127.0.0.1:1/a\nb"],
)
def test_a_next_page_elsewhere_is_not_asked_for(bearer: Bearer, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("MINE", TOKEN)
    with pytest.raises(RefusedError, match="the next page"):
        Api("http://127.0.0.1:1", bearer, attempts=1).get(address)


@given(st.lists(st.one_of(st.text(max_size=2), st.integers(), st.none()), max_size=12))
def test_pages_end_however_their_tokens_go_on(tokens: list[Any]) -> None:
    given_tokens = iter([*tokens, *tokens, *tokens])

    def following(_: str) -> dict[str, Any]:
        return {"next": next(given_tokens, None)}

    read = 0
    with suppress(RefusedError):
        for _ in pages(following(""), following, "next"):
            read += 1
    assert read <= len(tokens) + 1


@pytest.mark.parametrize(
    "value",
    [
        {"adminPassword": SECRET}, {"customData": SECRET}, {"connectionString": SECRET}, {"primaryKey": SECRET}, {"clientSecret": SECRET},
        {"environmentVariables": {"A": SECRET}}, {"env": [{"name": "A", "value": SECRET}]}, {"appSettings": [{"value": SECRET}]},
        {"metadata": {"items": [{"key": "startup-script", "value": SECRET}]}}, {"metadata": {"windows-startup-script-ps1": SECRET}},
        {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET}}},
        {"masterAuth": {"clientKey": SECRET}}, {"command": ["sh", "-c", SECRET]}, {"args": [SECRET]}, {"rawKey": SECRET},
        {"note": f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}"}, {"note": f"AccountName=a;AccountKey={SECRET}"},
        {"note": f"Endpoint=sb://x/;SharedAccessKey={SECRET}"}, {"url": f"https://x/?sv=1&sig={SECRET}"},
        {"url": f"postgres://me:{SECRET}@db/x"}, {"list": [[{"sub": {"apiKey": SECRET}}]]}, {"note": f"Server=x;Password={SECRET}"},
    ],
    ids=lambda value: next(iter(value)),
)  # fmt: skip
def test_secrets_are_known_by_their_names_and_by_their_looks(value: dict[str, Any]) -> None:
    assert SECRET not in repr(scrubbed(value))


def test_what_is_no_secret_is_kept() -> None:
    value = {
        "tags": {"env": "prod", "token-budget": "1", "secret-santa": "x", "metadata": "y", "args": "z"},
        "labels": {"env": "prod", "password-policy": "none"},
        "metadata": {"name": "api", "labels": {"env": "x"}, "annotations": {"autoscaling.knative.dev/minScale": "1"}},
        "settings": {"tier": "db-f1-micro", "userLabels": {"env": "a"}},
        "config": {"machineType": "a2-highgpu-1g", "accelerators": [{"acceleratorType": "x", "acceleratorCount": "1"}]},
        "tokensPerMinute": 1000,
        "environmentId": "/subscriptions/x",
        "selfLink": "https://www.googleapis.com/compute/v1/projects/p",
    }
    assert scrubbed(value) == value
