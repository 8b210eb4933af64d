"""A signed envelope around a decision: DSSE (Dead Simple Signing Envelope, version 1.0.2) with a local key.

What is signed is the type and the bytes together, so that neither can be exchanged. Keys are PEM files: Ed25519, or ECDSA on
P-256 as cosign makes them. The arithmetic is the library's (`cryptography`, the extra `sign`), never ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendgate.documents import read_bytes
from spendgate.errors import SettingsError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_INSTALL = "pip install 'spendgate[sign]'"
_MAKE_A_KEY = "openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out key.pub"


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed (`PAE` of the DSSE protocol): lengths, type and payload."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sealed(payload: bytes, key: str | None) -> dict[str, Any]:
    """The envelope of a payload, signed with the private key in a PEM file; without a key it has no signature.

    Raises SettingsError for a key that cannot be used.
    """
    signatures = [] if key is None else [_signature(pre_authentication(PAYLOAD_TYPE, payload), key)]
    return {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode(), "signatures": signatures}


def opened(envelope: Any, origin: str) -> bytes:
    """The payload of an envelope, whoever signed it. Raises SettingsError when it is none."""
    if not isinstance(envelope, Mapping) or envelope.get("payloadType") != PAYLOAD_TYPE:
        hint = "spendgate check plan.json -o record=decision.json writes one"
        raise SettingsError("is no decision record", file=origin, hint=hint)
    try:
        return base64.b64decode(str(envelope.get("payload", "")), validate=True)
    except binascii.Error:
        raise SettingsError("is no decision record: its payload is damaged", file=origin) from None


def is_signed_by(envelope: Mapping[str, Any], key: str) -> bool:
    """Whether one of the signatures is that of the public key in a PEM file. Raises SettingsError for a wrong key file."""
    from cryptography.exceptions import InvalidSignature

    public = _public(key)
    payload = opened(envelope, "the record")
    signed = pre_authentication(str(envelope["payloadType"]), payload)
    for each in envelope.get("signatures") or ():
        try:
            signature = base64.b64decode(str(each.get("sig", "")), validate=True)
            _check(public, signature, signed)
        except (InvalidSignature, binascii.Error, AttributeError):
            continue
        return True
    return False


def _signature(message: bytes, key: str) -> dict[str, str]:
    try:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    except ImportError:
        raise SettingsError("signing needs a library that is not installed", hint=_INSTALL) from None
    try:
        private = serialization.load_pem_private_key(read_bytes(Path(key)), password=None)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"is no private key that can be used: {error}", file=key, hint=_MAKE_A_KEY) from None
    if isinstance(private, ed25519.Ed25519PrivateKey):
        signature = private.sign(message)
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        signature = private.sign(message, ec.ECDSA(hashes.SHA256()))
    else:
        raise SettingsError("is neither an Ed25519 nor an ECDSA key", file=key, hint=_MAKE_A_KEY)
    return {"keyid": _key_id(private.public_key()), "sig": base64.b64encode(signature).decode()}


def _public(key: str) -> Any:
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        raise SettingsError("checking a signature needs a library that is not installed", hint=_INSTALL) from None
    try:
        return serialization.load_pem_public_key(read_bytes(Path(key)))
    except ValueError as error:
        raise SettingsError(f"is no public key: {error}", file=key, hint=_MAKE_A_KEY) from None


def _check(public: Any, signature: bytes, message: bytes) -> None:
    """Raises InvalidSignature when the signature is another's; also for a key of a kind that signs no records."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, message)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    else:
        raise InvalidSignature


def _key_id(public: Any) -> str:
    from cryptography.hazmat.primitives import serialization

    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()
