"""Envelopes: what was signed is what is read, by the key that is asked for and by no other."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.errors import SettingsError
from spendgate.governance.envelope import PAYLOAD_TYPE, is_signed_by, opened, pre_authentication, sealed

asymmetric = pytest.importorskip("cryptography.hazmat.primitives.asymmetric")


def key_pair(folder: Path, kind: str) -> tuple[str, str]:
    from cryptography.hazmat.primitives import serialization as ser
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    makers: dict[str, Any] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate,
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
    }
    key = makers[kind]()
    private, public = folder / f"{kind}.pem", folder / f"{kind}.pub"
    private.write_bytes(key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo))
    return str(private), str(public)


def test_what_is_signed_is_type_and_payload_with_their_lengths() -> None:
    # The example of the protocol's own text.
    assert pre_authentication("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_a_signature_holds_for_its_key_and_payload_alone(kind: str, tmp_path: Path) -> None:
    private, public = key_pair(tmp_path, kind)
    _, stranger = key_pair(tmp_path / "..", kind)
    envelope = sealed(b'{"a":1}', private)
    assert opened(envelope, "x") == b'{"a":1}'
    assert is_signed_by(envelope, public)
    assert not is_signed_by(envelope, stranger)
    changed = {**envelope, "payload": base64.b64encode(b'{"a":2}').decode()}
    assert not is_signed_by(changed, public)
    assert not is_signed_by({**envelope, "signatures": []}, public)
    assert not is_signed_by({**envelope, "signatures": [{"sig": "?"}, {}, 7]}, public)
    assert is_signed_by({**envelope, "signatures": [{"sig": ""}, *envelope["signatures"]]}, public)


def test_without_a_key_there_is_no_signature() -> None:
    assert sealed(b"{}", None)["signatures"] == []


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    private, public = key_pair(tmp_path, "rsa")
    with pytest.raises(SettingsError, match="neither an Ed25519 nor an ECDSA key"):
        sealed(b"{}", private)
    with pytest.raises(SettingsError, match="no private key"):
        sealed(b"{}", public)
    with pytest.raises(SettingsError, match="no public key"):
        is_signed_by(sealed(b"{}", None), private)


@given(st.binary(max_size=60))
def test_any_payload_comes_back(payload: bytes) -> None:
    assert opened(sealed(payload, None), "x") == payload


@pytest.mark.parametrize("wrong", [None, [], {}, {"payloadType": PAYLOAD_TYPE, "payload": "%"}, {"payload": "e30="}])
def test_what_is_no_envelope_is_named(wrong: Any) -> None:
    with pytest.raises(SettingsError, match="no decision record"):
        opened(wrong, "decision.json")
